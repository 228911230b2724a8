"""2-D convolution, tanh, 2x2 average pooling, linear classifier."""

import numpy as np

rng = np.random.default_rng(113)
IMGS = rng.normal(size=(6, 6, 6))
LAB = rng.integers(0, 3, 6)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "filt": 0.5 * r.normal(size=(2, 3, 3)),
        "fb": 0.2 * r.normal(size=2),
        "Wfc": 0.8 * r.normal(size=(8, 3)),
        "bfc": 0.3 * r.normal(size=3),
    }


def conv(x, k):
    out = np.zeros((x.shape[0], 4, 4))
    for i in range(3):
        for j in range(3):
            out += k[i, j] * x[:, i : i + 4, j : j + 4]
    return out


def forward(p):
    c = np.stack([conv(IMGS, p["filt"][f]) + p["fb"][f] for f in range(2)], axis=1)
    a = np.tanh(c)
    pool = a.reshape(6, 2, 2, 2, 2, 2).mean(axis=(3, 5))
    flat = pool.reshape(6, -1)
    s = flat @ p["Wfc"] + p["bfc"]
    s = s - s.max(1, keepdims=True)
    prob = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    return a, flat, prob


def cost(p):
    prob = forward(p)[2]
    return float(-np.log(prob[np.arange(6), LAB]).mean())


def grads_right(p):
    a, flat, prob = forward(p)
    ds = prob.copy()
    ds[np.arange(6), LAB] -= 1
    ds /= 6
    dpool = (ds @ p["Wfc"].T).reshape(6, 2, 2, 2)
    da = np.repeat(np.repeat(dpool, 2, axis=2), 2, axis=3) / 4
    dc = da * (1 - a**2)
    dk = np.zeros_like(p["filt"])
    for f in range(2):
        for i in range(3):
            for j in range(3):
                dk[f, i, j] = np.sum(dc[:, f] * IMGS[:, i : i + 4, j : j + 4])
    return {"filt": dk, "fb": dc.sum(axis=(0, 2, 3)), "Wfc": flat.T @ ds, "bfc": ds.sum(0)}


def grads_wrong(p):
    a, flat, prob = forward(p)
    ds = prob.copy()
    ds[np.arange(6), LAB] -= 1
    ds /= 6
    dpool = (ds @ p["Wfc"].T).reshape(6, 2, 2, 2)
    da = np.tile(dpool, (1, 1, 2, 2)) / 4
    dc = da * (1 - a**2)
    dk = np.zeros_like(p["filt"])
    for f in range(2):
        for i in range(3):
            for j in range(3):
                dk[f, i, j] = np.sum(dc[:, f] * IMGS[:, i : i + 4, j : j + 4])
    return {"filt": dk, "fb": dc.sum(axis=(0, 2, 3)), "Wfc": flat.T @ ds, "bfc": ds.sum(0)}


TRUTH = (
    "The average-pool backward up-samples with np.tile instead of np.repeat, so each pooled gradient is sent "
    "to the wrong pixels; blocks filt and fb are wrong."
)
