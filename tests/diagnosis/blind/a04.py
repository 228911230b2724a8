"""GRU cell unrolled, loss on every hidden state."""

import numpy as np

rng = np.random.default_rng(104)
XS = rng.normal(size=(4, 3))
YS = rng.normal(size=(4, 3))


def sg(a):
    return 1.0 / (1.0 + np.exp(-a))


def make(seed):
    r = np.random.default_rng(seed)
    p = {k: 0.7 * r.normal(size=(3, 3)) for k in ("Wz", "Wr", "Wh", "Uz", "Ur", "Uh")}
    p["h0"] = r.normal(size=3)
    return p


def forward(p):
    h, tape = p["h0"], []
    for x in XS:
        z = sg(p["Wz"] @ x + p["Uz"] @ h)
        r = sg(p["Wr"] @ x + p["Ur"] @ h)
        n = np.tanh(p["Wh"] @ x + p["Uh"] @ (r * h))
        hn = (1 - z) * h + z * n
        tape.append((x, h, z, r, n, hn))
        h = hn
    return tape


def cost(p):
    return float(sum(0.5 * np.sum((t[-1] - y) ** 2) for t, y in zip(forward(p), YS)))


def grads_right(p):
    tape = forward(p)
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dh = np.zeros(3)
    for (x, h, z, r, n, hn), y in zip(tape[::-1], YS[::-1]):
        dh = dh + hn - y
        da_n = dh * z * (1 - n * n)
        da_z = dh * (n - h) * z * (1 - z)
        drh = p["Uh"].T @ da_n
        da_r = drh * h * r * (1 - r)
        g["Wh"] += np.outer(da_n, x)
        g["Uh"] += np.outer(da_n, r * h)
        g["Wz"] += np.outer(da_z, x)
        g["Uz"] += np.outer(da_z, h)
        g["Wr"] += np.outer(da_r, x)
        g["Ur"] += np.outer(da_r, h)
        dh = dh * (1 - z) + drh * r + p["Uz"].T @ da_z + p["Ur"].T @ da_r
    g["h0"] = dh
    return g


def grads_wrong(p):
    tape = forward(p)
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dh = np.zeros(3)
    for (x, h, z, r, n, hn), y in zip(tape[::-1], YS[::-1]):
        dh = dh + hn - y
        da_n = dh * z * (1 - n * n)
        da_z = dh * (n - h) * z * (1 - z)
        drh = p["Uh"].T @ da_n
        da_r = drh * h * r * (1 - r)
        g["Wh"] += np.outer(da_n, x)
        g["Uh"] += np.outer(da_n, r * h)
        g["Wz"] += np.outer(da_z, x)
        g["Uz"] += np.outer(da_z, h)
        g["Wr"] += np.outer(da_r, x)
        g["Ur"] += np.outer(da_r, h)
        dh = dh * (1 - z) + drh + p["Uz"].T @ da_z + p["Ur"].T @ da_r
    g["h0"] = dh
    return g


TRUTH = (
    "In the recurrence for dh the path through r*h is passed on without the reset-gate factor r "
    "(drh instead of drh*r); all blocks (W*, U*, h0) are affected through the earlier time steps."
)
