"""Slips in four kinds of code that is easy to get wrong: stacked gates, heads, neighbours, symmetric matrices.

Each program is right as it stands, and each slip is one text of it in place of another. Half of the programs were
looked at while edits of code were made; the other half (HELD) was counted once before.
"""

import linecache

import numpy as np

PROGRAMS = {}  # by name: kind, code, slips as (right, wrong)
HELD = (
    "lstm_cell_class",
    "gated_mlp",
    "qkv_fused",
    "conv1d_channels_last",
    "tv_2d",
    "springs",
    "second_differences",
    "chol_and_kernel",
    "interaction",
    "tril_read",
)


MORE_THAN_ONE = {  # slips that no single edit undoes, or only one that is not tried in the time there is
    ("gru_columns", 6),
    ("gated_mlp", 2),
    ("gated_mlp", 3),
    ("mha_batch", 6),
    ("laplace_periodic", 5),
    ("laplace_periodic", 7),
    ("second_differences", 4),
    ("tv_2d", 2),
    ("tril_read", 2),
}


def program(kind, name, code, slips):
    PROGRAMS[name] = kind, code, slips


def made(name, slip=None, seed=0):
    """Cost, params and gradient of a program, with one of its slips or without."""
    _, code, slips = PROGRAMS[name]
    if slip is not None:
        right, wrong = slips[slip]
        code = code.replace(right, wrong)
    file = f"slips/{name}_{slip}_{seed}.py"
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    space = {"np": np}
    exec(compile(code, file, "exec"), space)
    params = space["setup"](np.random.default_rng(seed))
    return space["loss"], params, space["grads"]


def in_single(cost, params, grads):
    """The same in float32, with the data that the functions share."""
    space = grads.__globals__ if hasattr(grads, "__globals__") else grads.__func__.__globals__
    for name, value in space.items():
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            space[name] = value.astype(np.float32)
    if isinstance(params, dict):
        return cost, {name: np.asarray(value, np.float32) for name, value in params.items()}, grads
    return cost, params.astype(np.float32), grads


program(
    "gates",
    "lstm_concat",
    """
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def forward(p):
    h, c = np.zeros((n, H)), np.zeros((n, H))
    caches, hs = [], []
    for t in range(steps):
        z = np.concatenate([X[t], h], axis=1)
        a = z @ p["W"] + p["b"]
        i = sigmoid(a[:, :H])
        f = sigmoid(a[:, H:2*H])
        o = sigmoid(a[:, 2*H:3*H])
        g = np.tanh(a[:, 3*H:])
        c_prev = c
        c = f * c_prev + i * g
        tc = np.tanh(c)
        h = o * tc
        caches.append((z, i, f, o, g, c_prev, tc))
        hs.append(h)
    return hs, caches

def loss(p):
    hs, _ = forward(p)
    return sum(0.5 * np.sum((h - y) ** 2) for h, y in zip(hs, Y))

def grads(p):
    hs, caches = forward(p)
    dW, db = np.zeros_like(p["W"]), np.zeros_like(p["b"])
    dh_next, dc_next = np.zeros((n, H)), np.zeros((n, H))
    for t in reversed(range(steps)):
        z, i, f, o, g, c_prev, tc = caches[t]
        dh = hs[t] - Y[t] + dh_next
        do = dh * tc
        dc = dh * o * (1 - tc ** 2) + dc_next
        di = dc * g
        df = dc * c_prev
        dg = dc * i
        da = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g ** 2)], axis=1)
        dW += z.T @ da
        db += da.sum(axis=0)
        dz = da @ p["W"].T
        dh_next = dz[:, D:]
        dc_next = dc * f
    return {"W": dW, "b": db}

def setup(rng):
    global n, H, D, steps, X, Y
    n, H, D, steps = 3, 2, 3, 4
    X, Y = rng.standard_normal((steps, n, D)), rng.standard_normal((steps, n, H))
    return {"W": rng.standard_normal((D + H, 4 * H)), "b": rng.standard_normal(4 * H) * 0.3}
""",
    [
        ("do * o * (1 - o), dg * (1 - g ** 2)]", "dg * (1 - g ** 2), do * o * (1 - o)]"),
        ("[di * i * (1 - i), df * f * (1 - f), do", "[df * f * (1 - f), di * i * (1 - i), do"),
        ("dg * (1 - g ** 2)]", "dg * g * (1 - g)]"),
        ("do * o * (1 - o)", "do * (1 - o ** 2)"),
        ("df = dc * c_prev", "df = dc"),
        ("dc_next = dc * f", "dc_next = dc"),
        ("(1 - tc ** 2) + dc_next", "(1 - tc ** 2)"),
        ("df * f * (1 - f)", "df * i * (1 - i)"),
        ("di = dc * g", "di = dc * i"),
        ("dh_next = dz[:, D:]", "dh_next = dz[:, :H]"),
        ("dc = dh * o * (1 - tc ** 2) + dc_next", "dc = dh * (1 - tc ** 2) + dc_next"),
    ],
)

program(
    "gates",
    "lstm_cell_class",
    """
def sig(x):
    return 1.0 / (1.0 + np.exp(-x))

class LSTM:
    def __init__(self, width):
        self.width = width

    def step(self, x, h, c, W_ih, W_hh, bias):
        gates = x @ W_ih.T + h @ W_hh.T + bias
        f, i, u, o = np.split(gates, 4, axis=1)
        f, i, u, o = sig(f), sig(i), np.tanh(u), sig(o)
        c_new = f * c + i * u
        return o * np.tanh(c_new), c_new, (x, h, c, f, i, u, o, c_new)

    def run(self, p):
        h = np.zeros((batch, self.width))
        c = np.zeros((batch, self.width))
        self.tape = []
        for x in xs:
            h, c, saved = self.step(x, h, c, p["weight_ih"], p["weight_hh"], p["bias"])
            self.tape.append(saved)
        return h

    def loss(self, p):
        return np.sum((self.run(p) @ p["out"] - target) ** 2) / batch

    def back(self, p):
        h = self.run(p)
        dy = 2 * (h @ p["out"] - target) / batch
        g = {k: np.zeros_like(v) for k, v in p.items()}
        g["out"] = h.T @ dy
        dh = dy @ p["out"].T
        dc = np.zeros_like(dh)
        for x, h, c, f, i, u, o, c_new in reversed(self.tape):
            tanh_c = np.tanh(c_new)
            dc = dc + dh * o * (1 - tanh_c * tanh_c)
            d_gates = np.hstack([
                dc * c * f * (1 - f),
                dc * u * i * (1 - i),
                dc * i * (1 - u * u),
                dh * tanh_c * o * (1 - o),
            ])
            g["weight_ih"] += d_gates.T @ x
            g["weight_hh"] += d_gates.T @ h
            g["bias"] += d_gates.sum(axis=0)
            dh = d_gates @ p["weight_hh"]
            dc = dc * f
        return g

def setup(rng):
    global xs, batch, target, loss, grads
    xs, batch = rng.standard_normal((5, 2, 3)), 2
    target = rng.standard_normal((2, 2))
    net = LSTM(4)
    loss, grads = net.loss, net.back
    return {"weight_ih": rng.standard_normal((16, 3)) * 0.6, "weight_hh": rng.standard_normal((16, 4)) * 0.6,
            "bias": rng.standard_normal(16) * 0.2, "out": rng.standard_normal((4, 2))}
""",
    [
        ("dc * i * (1 - u * u)", "dc * i * u * (1 - u)"),
        ("dc * c * f * (1 - f)", "dc * c_new * f * (1 - f)"),
        ("dh * tanh_c * o * (1 - o)", "dh * c_new * o * (1 - o)"),
        (
            """                dc * u * i * (1 - i),
                dc * i * (1 - u * u),""",
            """                dc * i * (1 - u * u),
                dc * u * i * (1 - i),""",
        ),
        ("dc * u * i * (1 - i)", "dc * u * (1 - i * i)"),
        ("dc = dc + dh * o * (1 - tanh_c * tanh_c)", "dc = dh * o * (1 - tanh_c * tanh_c)"),
        ("            dc = dc * f\n", "            dc = dc * i\n"),
        ("dh * tanh_c * o * (1 - o),", "dh * tanh_c * o,"),
    ],
)

program(
    "gates",
    "gru_columns",
    """
def sigma(v):
    return 1 / (1 + np.exp(-v))

def unroll(W, U, b):
    h = np.zeros(m)
    trace = []
    for x in seq:
        wx = W @ x + b
        uh = U[:2 * m] @ h
        z = sigma(wx[:m] + uh[:m])
        r = sigma(wx[m:2 * m] + uh[m:])
        cand = np.tanh(wx[2 * m:] + U[2 * m:] @ (r * h))
        trace.append((x, h, z, r, cand))
        h = (1 - z) * h + z * cand
    return h, trace

def loss(p):
    h, _ = unroll(p["W"], p["U"], p["b"])
    return 0.5 * np.sum((h - goal) ** 2)

def grads(p):
    W, U = p["W"], p["U"]
    h, trace = unroll(W, U, p["b"])
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros(3 * m)
    dh = h - goal
    for x, h, z, r, cand in trace[::-1]:
        dcand = dh * z * (1 - cand ** 2)
        dz = dh * (cand - h) * z * (1 - z)
        drh = U[2 * m:].T @ dcand
        dr = drh * h * r * (1 - r)
        da = np.concatenate([dz, dr, dcand])
        dW += np.outer(da, x)
        db += da
        dU[:2 * m] += np.outer(da[:2 * m], h)
        dU[2 * m:] += np.outer(dcand, r * h)
        dh = dh * (1 - z) + drh * r + U[:2 * m].T @ da[:2 * m]
    return {"W": dW, "U": dU, "b": db}

def setup(rng):
    global m, seq, goal
    m, seq = 3, rng.standard_normal((4, 2))
    goal = rng.standard_normal(m)
    return {"W": rng.standard_normal((9, 2)), "U": rng.standard_normal((9, 3)), "b": rng.standard_normal(9) * 0.3}
""",
    [
        ("np.concatenate([dz, dr, dcand])", "np.concatenate([dr, dz, dcand])"),
        ("dh = dh * (1 - z) + drh * r", "dh = dh * (1 - z) + drh"),
        ("np.outer(dcand, r * h)", "np.outer(dcand, h)"),
        ("dh * (cand - h) * z * (1 - z)", "dh * cand * z * (1 - z)"),
        ("dr = drh * h * r * (1 - r)", "dr = drh * r * (1 - r)"),
        ("dh = dh * (1 - z) + drh", "dh = dh * z + drh"),
        ("dh = dh * (1 - z) + drh * r + U[:2 * m].T", "dh = drh * r + U[:2 * m].T"),
        ("dh * z * (1 - cand ** 2)", "dh * (1 - z) * (1 - cand ** 2)"),
        ("drh * h * r * (1 - r)", "drh * h * (1 - r ** 2)"),
        ("dh * (1 - z) + drh * r + U[:2 * m].T @ da[:2 * m]", "dh * (1 - z) + drh * r + U[:m].T @ da[:m]"),
    ],
)

program(
    "gates",
    "gated_mlp",
    """
def split(a):
    k = a.shape[-1] // 2
    return a[..., :k], a[..., k:]

def act(u):
    return u / (1 + np.exp(-u))

def forward(p):
    pre = x @ p["w12"] + p["b12"]
    gate, value = split(pre)
    return gate, value, (act(gate) * value) @ p["w3"]

def loss(p):
    return np.mean((forward(p)[2] - t) ** 2)

def grads(p):
    gate, value, out = forward(p)
    d = 2 * (out - t) / out.size
    hidden = act(gate) * value
    dhid = d @ p["w3"].T
    s = 1 / (1 + np.exp(-gate))
    dgate = dhid * value * (s + gate * s * (1 - s))
    dvalue = dhid * act(gate)
    dpre = np.concatenate([dgate, dvalue], axis=-1)
    return {"w12": x.T @ dpre, "b12": dpre.sum(axis=0), "w3": hidden.T @ d}

def setup(rng):
    global x, t
    x, t = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    return {"w12": rng.standard_normal((3, 8)), "b12": rng.standard_normal(8), "w3": rng.standard_normal((4, 2))}
""",
    [
        ("[dgate, dvalue]", "[dvalue, dgate]"),
        ("dhid * act(gate)", "dhid * s"),
        ("(s + gate * s * (1 - s))", "(s * (1 - s))"),
        ("(s + gate * s * (1 - s))", "s"),
        ("dhid * value * (s +", "dhid * (s +"),
        ("dhid * act(gate)", "dhid * gate"),
    ],
)

program(
    "heads",
    "mha_batch",
    """
def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def heads(a):
    return a.reshape(B, T, nh, dk).transpose(0, 2, 1, 3)

def merge(a):
    return a.transpose(0, 2, 1, 3).reshape(B, T, nh * dk)

def attend(p):
    q, k, v = heads(X @ p["Wq"]), heads(X @ p["Wk"]), heads(X @ p["Wv"])
    w = softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(dk))
    mixed = merge(w @ v)
    return q, k, v, w, mixed, mixed @ p["Wo"]

def loss(p):
    return 0.5 * np.sum((attend(p)[-1] - Y) ** 2)

def flat(a):
    return a.reshape(-1, a.shape[-1])

def grads(p):
    q, k, v, w, mixed, out = attend(p)
    dout = out - Y
    dmixed = dout @ p["Wo"].T
    dctx = dmixed.reshape(B, T, nh, dk).transpose(0, 2, 1, 3)
    dw = dctx @ v.transpose(0, 1, 3, 2)
    dv = w.transpose(0, 1, 3, 2) @ dctx
    ds = w * (dw - (dw * w).sum(axis=-1, keepdims=True)) / np.sqrt(dk)
    dq = ds @ k
    dk_ = ds.transpose(0, 1, 3, 2) @ q
    dQ = dq.transpose(0, 2, 1, 3).reshape(B, T, nh * dk)
    dK = dk_.transpose(0, 2, 1, 3).reshape(B, T, nh * dk)
    dV = dv.transpose(0, 2, 1, 3).reshape(B, T, nh * dk)
    return {"Wq": flat(X).T @ flat(dQ), "Wk": flat(X).T @ flat(dK), "Wv": flat(X).T @ flat(dV),
            "Wo": flat(mixed).T @ flat(dout)}

def setup(rng):
    global B, T, nh, dk, X, Y
    B, T, nh, dk = 2, 3, 2, 2
    X, Y = rng.standard_normal((B, T, 4)), rng.standard_normal((B, T, 4))
    return {k: rng.standard_normal((4, 4)) for k in ("Wq", "Wk", "Wv", "Wo")}
""",
    [
        ("dmixed.reshape(B, T, nh, dk).transpose(0, 2, 1, 3)", "dmixed.reshape(B, nh, T, dk)"),
        ("dQ = dq.transpose(0, 2, 1, 3).reshape(B, T, nh * dk)", "dQ = dq.reshape(B, T, nh * dk)"),
        ("dV = dv.transpose(0, 2, 1, 3).reshape(B, T, nh * dk)", "dV = dv.reshape(B, T, nh * dk)"),
        ("dK = dk_.transpose(0, 2, 1, 3).reshape", "dK = dk_.transpose(0, 2, 3, 1).reshape"),
        ("dk_ = ds.transpose(0, 1, 3, 2) @ q", "dk_ = ds @ q"),
        ("dv = w.transpose(0, 1, 3, 2) @ dctx", "dv = w @ dctx"),
        (
            "ds = w * (dw - (dw * w).sum(axis=-1, keepdims=True)) / np.sqrt(dk)",
            "ds = w * (dw - (dw * w).sum(axis=-1, keepdims=True))",
        ),
        ("(dw - (dw * w).sum(axis=-1, keepdims=True))", "(dw - (dw * w).sum(axis=-2, keepdims=True))"),
        ("dmixed.reshape(B, T, nh, dk).transpose(0, 2, 1, 3)", "dmixed.reshape(B, T, dk, nh).transpose(0, 3, 1, 2)"),
    ],
)

program(
    "heads",
    "qkv_fused",
    """
def split_heads(x):
    return np.swapaxes(x.reshape(length, h, -1), 0, 1)

def join_heads(x):
    return np.swapaxes(x, 0, 1).reshape(length, -1)

def forward(p):
    qkv = x @ p["c_attn"]
    q, k, v = (split_heads(part) for part in np.split(qkv, 3, axis=1))
    score = np.einsum("hid,hjd->hij", q, k) * scale + mask
    a = np.exp(score - score.max(-1, keepdims=True))
    a /= a.sum(-1, keepdims=True)
    y = join_heads(a @ v)
    return q, k, v, a, y, y @ p["c_proj"] + p["bias"]

def loss(p):
    return np.sum(forward(p)[-1] * probe)

def grads(p):
    q, k, v, a, y, out = forward(p)
    dy = probe @ p["c_proj"].T
    dyh = split_heads(dy)
    da = np.einsum("hid,hjd->hij", dyh, v)
    dv = np.einsum("hij,hid->hjd", a, dyh)
    ds = a * (da - np.sum(a * da, axis=-1, keepdims=True)) * scale
    dq = np.einsum("hij,hjd->hid", ds, k)
    dk = np.einsum("hij,hid->hjd", ds, q)
    dqkv = np.concatenate([join_heads(dq), join_heads(dk), join_heads(dv)], axis=1)
    return {"c_attn": x.T @ dqkv, "c_proj": y.T @ probe, "bias": probe.sum(0)}

def setup(rng):
    global length, h, x, probe, mask, scale
    length, h = 4, 3
    x, probe = rng.standard_normal((length, 5)), rng.standard_normal((length, 5))
    mask, scale = np.where(np.tri(length) > 0, 0.0, -1e9), 0.7
    return {"c_attn": rng.standard_normal((5, 18)), "c_proj": rng.standard_normal((6, 5)),
            "bias": rng.standard_normal(5)}
""",
    [
        ("dyh = split_heads(dy)", "dyh = dy.reshape(h, length, -1)"),
        ("[join_heads(dq), join_heads(dk), join_heads(dv)]", "[join_heads(dk), join_heads(dq), join_heads(dv)]"),
        ("join_heads(dv)], axis=1)", "dv.reshape(length, -1)], axis=1)"),
        ('dv = np.einsum("hij,hid->hjd", a, dyh)', 'dv = np.einsum("hij,hjd->hid", a, dyh)'),
        ('dk = np.einsum("hij,hid->hjd", ds, q)', 'dk = np.einsum("hij,hjd->hid", ds, q)'),
        ("join_heads(dq), join", "dq.reshape(length, -1), join"),
        ("axis=-1, keepdims=True)) * scale", "axis=-1, keepdims=True))"),
    ],
)

program(
    "heads",
    "patches",
    """
def patches(img):
    n = img.shape[0]
    return img.reshape(n, rows, s, cols, s).transpose(0, 1, 3, 2, 4).reshape(n, rows * cols, s * s)

def image(flat):
    n = flat.shape[0]
    return flat.reshape(n, rows, cols, s, s).transpose(0, 1, 3, 2, 4).reshape(n, rows * s, cols * s)

def forward(p):
    pre = imgs * p["gain"] + p["shift"]
    tok = patches(pre)
    hid = np.tanh(tok @ p["E"])
    return pre, tok, hid, image(hid @ p["F"])

def loss(p):
    return 0.5 * np.mean((forward(p)[-1] - imgs) ** 2)

def grads(p):
    pre, tok, hid, rec = forward(p)
    drec = (rec - imgs) / imgs.size
    dtok2 = drec.reshape(-1, rows, s, cols, s).transpose(0, 1, 3, 2, 4).reshape(-1, rows * cols, s * s)
    dF = np.tensordot(hid, dtok2, axes=([0, 1], [0, 1]))
    dhid = dtok2 @ p["F"].T * (1 - hid ** 2)
    dE = np.tensordot(tok, dhid, axes=([0, 1], [0, 1]))
    dtok = dhid @ p["E"].T
    dpre = dtok.reshape(-1, rows, cols, s, s).transpose(0, 1, 3, 2, 4).reshape(imgs.shape)
    return {"gain": (dpre * imgs).sum(axis=0), "shift": dpre.sum(axis=0), "E": dE, "F": dF}

def setup(rng):
    global rows, cols, s, imgs
    rows, cols, s = 3, 2, 2
    imgs = rng.standard_normal((4, rows * s, cols * s))
    return {"gain": rng.uniform(0.5, 1.5, (6, 4)), "shift": rng.standard_normal((6, 4)) * 0.3,
            "E": rng.standard_normal((4, 3)), "F": rng.standard_normal((3, 4))}
""",
    [
        (
            "dpre = dtok.reshape(-1, rows, cols, s, s).transpose(0, 1, 3, 2, 4).reshape(imgs.shape)",
            "dpre = dtok.reshape(imgs.shape)",
        ),
        (
            "drec.reshape(-1, rows, s, cols, s).transpose(0, 1, 3, 2, 4).reshape(-1, rows * cols, s * s)",
            "drec.reshape(-1, rows * cols, s * s)",
        ),
        (
            "dpre = dtok.reshape(-1, rows, cols, s, s).transpose(0, 1, 3, 2, 4)",
            "dpre = dtok.reshape(-1, rows, cols, s, s).transpose(0, 1, 4, 2, 3)",
        ),
        (
            "drec.reshape(-1, rows, s, cols, s).transpose(0, 1, 3, 2, 4)",
            "drec.reshape(-1, rows, s, cols, s).transpose(0, 1, 3, 4, 2)",
        ),
    ],
)

program(
    "heads",
    "conv1d_channels_last",
    """
def windows(a):
    return np.stack([a[:, i:i + K] for i in range(L - K + 1)], axis=1)

def model(p):
    col = windows(sig)
    z = col.reshape(N, -1, K * C) @ p["kernel"].reshape(K * C, O) + p["bias"]
    r = np.maximum(z, 0)
    return col, z, r, r.reshape(N, -1) @ p["dense"]

def loss(p):
    return 0.5 * np.sum((model(p)[-1] - label) ** 2) / N

def grads(p):
    col, z, r, y = model(p)
    dy = (y - label) / N
    ddense = r.reshape(N, -1).T @ dy
    dr = (dy @ p["dense"].T).reshape(N, L - K + 1, O)
    dz = dr * (z > 0)
    dker = np.tensordot(col, dz, axes=([0, 1], [0, 1]))
    return {"kernel": dker, "bias": dz.sum(axis=(0, 1)), "dense": ddense}

def setup(rng):
    global N, L, K, C, O, sig, label
    N, L, K, C, O = 3, 6, 2, 2, 3
    sig, label = rng.standard_normal((N, L, C)), rng.standard_normal((N, 2))
    return {"kernel": rng.standard_normal((K, C, O)), "bias": rng.standard_normal(O) * 0.2,
            "dense": rng.standard_normal(((L - K + 1) * O, 2))}
""",
    [
        (
            '(dy @ p["dense"].T).reshape(N, L - K + 1, O)',
            '(dy @ p["dense"].T).reshape(N, O, L - K + 1).transpose(0, 2, 1)',
        ),
        ("r.reshape(N, -1).T @ dy", "r.transpose(0, 2, 1).reshape(N, -1).T @ dy"),
        (
            "dker = np.tensordot(col, dz, axes=([0, 1], [0, 1]))",
            "dker = np.tensordot(col, dz, axes=([0, 1], [0, 1])).transpose(1, 0, 2)",
        ),
        (
            "dker = np.tensordot(col, dz, axes=([0, 1], [0, 1]))",
            "dker = np.tensordot(col[:, ::-1], dz, axes=([0, 1], [0, 1]))",
        ),
    ],
)

program(
    "stencil",
    "smooth_1d",
    """
def cost(u):
    d = np.diff(u)
    return 0.5 * np.sum((u - data) ** 2) + lam * np.sum(np.log(np.cosh(d)))

def gradient(u):
    d = np.diff(u)
    g = u - data
    s = lam * np.tanh(d)
    g[1:] += s
    g[:-1] -= s
    return g

def setup(rng):
    global data, lam, loss, grads
    data, lam = rng.standard_normal(9), 0.8
    loss, grads = cost, gradient
    return rng.standard_normal(9)
""",
    [
        ("    g[:-1] -= s\n", ""),
        ("    g[1:] += s\n", ""),
        ("g[:-1] -= s", "g[1:] -= s"),
        ("g[:-1] -= s", "g[:-1] += s"),
    ],
)

program(
    "stencil",
    "tv_2d",
    """
def differences(f):
    return f[1:, :-1] - f[:-1, :-1], f[:-1, 1:] - f[:-1, :-1]

def loss(p):
    f = p["image"]
    dx, dy = differences(f)
    return 0.5 * np.sum((f - noisy) ** 2) + weight * np.sum(np.sqrt(dx ** 2 + dy ** 2 + eps))

def grads(p):
    f = p["image"]
    dx, dy = differences(f)
    norm = np.sqrt(dx ** 2 + dy ** 2 + eps)
    g = f - noisy
    g[1:, :-1] += weight * dx / norm
    g[:-1, 1:] += weight * dy / norm
    g[:-1, :-1] -= weight * (dx + dy) / norm
    return {"image": g}

def setup(rng):
    global noisy, weight, eps
    noisy, weight, eps = rng.standard_normal((5, 4)), 0.6, 0.01
    return {"image": rng.standard_normal((5, 4))}
""",
    [
        ("    g[:-1, 1:] += weight * dy / norm\n", ""),
        ("weight * (dx + dy) / norm", "weight * dx / norm"),
        ("    g[:-1, :-1] -= weight * (dx + dy) / norm\n", ""),
        ("g[1:, :-1] += weight * dx", "g[1:, 1:] += weight * dx"),
        ("weight * (dx + dy) / norm", "2 * weight * (dx + dy) / norm"),
    ],
)

program(
    "stencil",
    "laplace_periodic",
    """
def lap(u):
    return np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) + np.roll(u, -1, 1) - 4 * u

def field(u, k):
    return k * lap(u) + u ** 3

def loss(p):
    return 0.5 * np.sum((field(p["u"], p["k"]) - obs) ** 2)

def grads(p):
    u, k = p["u"], p["k"]
    r = field(u, k) - obs
    q = k * r
    du = 3 * u ** 2 * r - 4 * q
    du += np.roll(q, 1, 0) + np.roll(q, -1, 0)
    du += np.roll(q, 1, 1) + np.roll(q, -1, 1)
    return {"u": du, "k": r * lap(u)}

def setup(rng):
    global obs
    obs = rng.standard_normal((4, 5))
    return {"u": rng.standard_normal((4, 5)), "k": rng.uniform(0.5, 1.5, (4, 5))}
""",
    [
        ("np.roll(q, 1, 1) + np.roll(q, -1, 1)", "np.roll(q, 1, 1)"),
        ("np.roll(q, 1, 0) + np.roll(q, -1, 0)", "np.roll(q, -1, 0)"),
        ("    du += np.roll(q, 1, 1) + np.roll(q, -1, 1)\n", ""),
        ("np.roll(q, 1, 1) + np.roll(q, -1, 1)", "np.roll(q, 1, 0) + np.roll(q, -1, 1)"),
        ("du = 3 * u ** 2 * r - 4 * q", "du = 3 * u ** 2 * r - 2 * q"),
        ("np.roll(q, 1, 1) + np.roll(q, -1, 1)", "2 * np.roll(q, 1, 1)"),
        ("q = k * r", "q = r"),
        ("du += np.roll(q, 1, 0) + np.roll(q, -1, 0)", "du += k * np.roll(r, 1, 0) + k * np.roll(r, -1, 0)"),
    ],
)

program(
    "stencil",
    "graph_edges",
    """
def loss(p):
    x = p["x"]
    d = x[src] - x[dst]
    return 0.5 * np.sum(w * np.sum(d ** 2, axis=1)) + 0.25 * np.sum((x - anchor) ** 4)

def grads(p):
    x = p["x"]
    d = w[:, None] * (x[src] - x[dst])
    g = (x - anchor) ** 3
    np.add.at(g, src, d)
    np.subtract.at(g, dst, d)
    return {"x": g}

def setup(rng):
    global src, dst, w, anchor
    src, dst = np.array([0, 1, 2, 3, 0, 2, 5]), np.array([1, 2, 3, 4, 4, 5, 1])
    w, anchor = rng.uniform(0.5, 2, 7), rng.standard_normal((6, 2))
    return {"x": rng.standard_normal((6, 2))}
""",
    [
        ("    np.subtract.at(g, dst, d)\n", ""),
        ("np.subtract.at(g, dst, d)", "g[dst] -= d"),
        ("np.add.at(g, src, d)", "g[src] += d"),
        ("np.subtract.at(g, dst, d)", "np.add.at(g, dst, d)"),
        ("np.subtract.at(g, dst, d)", "np.subtract.at(g, src, d)"),
    ],
)

program(
    "stencil",
    "springs",
    """
def energy(q):
    total = 0.0
    for i, j, rest in bonds:
        r = np.linalg.norm(q[i] - q[j])
        total += 0.5 * stiff * (r - rest) ** 2
    for i, j, k in angles:
        total += 0.5 * bend * np.sum((q[i] - 2 * q[j] + q[k]) ** 2)
    return total

def forces(q):
    g = np.zeros_like(q)
    for i, j, rest in bonds:
        r = q[i] - q[j]
        length = np.linalg.norm(r)
        f = stiff * (length - rest) * r / length
        g[i] += f
        g[j] -= f
    for i, j, k in angles:
        c = bend * (q[i] - 2 * q[j] + q[k])
        g[i] += c
        g[j] -= 2 * c
        g[k] += c
    return g

def setup(rng):
    global bonds, angles, stiff, bend, loss, grads
    bonds, angles = [(0, 1, 1.0), (1, 2, 0.8), (2, 3, 1.2), (3, 4, 1.0)], [(0, 1, 2), (1, 2, 3), (2, 3, 4)]
    stiff, bend = 2.0, 0.7
    loss, grads = energy, forces
    return rng.standard_normal((5, 3))
""",
    [
        ("        g[j] -= f\n", ""),
        ("        g[k] += c\n", ""),
        ("        g[j] -= 2 * c\n", "        g[j] -= c\n"),
        ("g[j] -= f", "g[j] += f"),
        ("g[j] -= f", "g[j] -= stiff * (length - rest) * r"),
        ("* r / length", "* r"),
    ],
)

program(
    "stencil",
    "second_differences",
    """
def residual(v):
    inner = v[2:] - 2 * v[1:-1] + v[:-2]
    return inner / h ** 2 - f[1:-1]

def objective(v):
    r = residual(v)
    return 0.5 * r @ r + 0.5 * (v[0] - left) ** 2 + 0.5 * (v[-1] - right) ** 2

def adjoint(v):
    r = residual(v) / h ** 2
    g = np.zeros_like(v)
    g[2:] += r
    g[1:-1] -= 2 * r
    g[:-2] += r
    g[0] += v[0] - left
    g[-1] += v[-1] - right
    return g

def setup(rng):
    global h, f, left, right, loss, grads
    h, f, left, right = 0.5, rng.standard_normal(8), 0.3, -0.4
    loss, grads = objective, adjoint
    return rng.standard_normal(8)
""",
    [
        ("    g[:-2] += r\n", ""),
        ("g[1:-1] -= 2 * r", "g[1:-1] -= r"),
        ("g[2:] += r", "g[1:-1] += r"),
        ("g[0] += v[0] - left", "g[0] = v[0] - left"),
        ("    g[-1] += v[-1] - right\n", ""),
        ("r = residual(v) / h ** 2", "r = residual(v) / h"),
    ],
)

program(
    "symmetric",
    "triangle_precision",
    """
def full(theta):
    P = np.zeros((d, d))
    P[rows, cols] = theta
    return P + P.T - np.diag(np.diag(P))

def loss(p):
    P = full(p["tri"]) + d * np.eye(d)
    e = X - p["mean"]
    return -0.5 * len(X) * np.log(np.linalg.det(P)) + 0.5 * np.sum((e @ P) * e)

def grads(p):
    P = full(p["tri"]) + d * np.eye(d)
    e = X - p["mean"]
    G = -0.5 * len(X) * np.linalg.inv(P) + 0.5 * e.T @ e
    G = 2 * G - np.diag(np.diag(G))
    return {"tri": G[rows, cols], "mean": -(e @ P).sum(axis=0)}

def setup(rng):
    global d, rows, cols, X
    d = 4
    rows, cols = np.tril_indices(d)
    X = rng.standard_normal((7, d))
    return {"tri": rng.uniform(-0.5, 0.5, 10), "mean": rng.standard_normal(d)}
""",
    [
        ("    G = 2 * G - np.diag(np.diag(G))\n", ""),
        ("G = 2 * G - np.diag(np.diag(G))", "G = 2 * G"),
        ("G = 2 * G - np.diag(np.diag(G))", "G = G - 0.5 * np.diag(np.diag(G))"),
        ("-0.5 * len(X) * np.linalg.inv(P) + 0.5", "-0.5 * np.linalg.inv(P) + 0.5"),
    ],
)

program(
    "symmetric",
    "chol_and_kernel",
    """
def sq(Z):
    return np.sum((Z[:, None] - Z[None]) ** 2, axis=-1)

def kernel(p):
    return np.exp(-0.5 * sq(p["Z"]) / p["ell"] ** 2) + 0.1 * np.eye(len(p["Z"]))

def nll(p):
    K = kernel(p)
    sign, logdet = np.linalg.slogdet(K)
    return 0.5 * y @ np.linalg.solve(K, y) + 0.5 * logdet

def slopes(p):
    Z, ell = p["Z"], p["ell"]
    K = kernel(p)
    Kinv = np.linalg.inv(K)
    alpha = Kinv @ y
    dK = 0.5 * (Kinv - np.outer(alpha, alpha))
    E = dK * np.exp(-0.5 * sq(Z) / ell ** 2)
    dell = np.sum(E * sq(Z)) / ell ** 3
    dZ = -2 * np.sum(E[:, :, None] * (Z[:, None] - Z[None]), axis=1) / ell ** 2
    return {"Z": dZ, "ell": dell}

def setup(rng):
    global y, loss, grads
    y = rng.standard_normal(5)
    loss, grads = nll, slopes
    return {"Z": rng.standard_normal((5, 2)), "ell": np.array(1.3)}
""",
    [
        ("dZ = -2 * np.sum(", "dZ = -np.sum("),
        ("np.sum(E * sq(Z)) / ell ** 3", "np.sum(np.triu(E) * sq(Z)) / ell ** 3"),
        ("dK = 0.5 * (Kinv - np.outer(alpha, alpha))", "dK = 0.5 * (Kinv - np.outer(y, y))"),
        ("dK = 0.5 * (Kinv - np.outer(alpha, alpha))", "dK = 0.5 * (Kinv + np.outer(alpha, alpha))"),
        ("np.sum(E * sq(Z)) / ell ** 3", "np.sum(E * sq(Z)) / ell ** 2"),
        ("(Z[:, None] - Z[None]), axis=1)", "(Z[:, None] - Z[None]), axis=0)"),
    ],
)

program(
    "symmetric",
    "stress_mds",
    """
def loss(p):
    x = p["x"]
    total = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            r = np.sqrt(np.sum((x[i] - x[j]) ** 2))
            total += (r - delta[i, j]) ** 2
    return total

def grads(p):
    x = p["x"]
    diff = x[:, None, :] - x[None, :, :]
    r = np.sqrt(np.sum(diff ** 2, axis=-1)) + np.eye(n)
    c = 2 * (r - delta) / r
    np.fill_diagonal(c, 0)
    return {"x": np.sum(c[:, :, None] * diff, axis=1)}

def setup(rng):
    global n, delta
    n = 5
    delta = rng.uniform(0.5, 2, (n, n))
    delta = (delta + delta.T) / 2
    return {"x": rng.standard_normal((n, 2))}
""",
    [
        ("c = 2 * (r - delta) / r", "c = 2 * np.triu((r - delta) / r)"),
        ("c = 2 * (r - delta) / r", "c = 4 * (r - delta) / r"),
        ("c = 2 * (r - delta) / r", "c = 2 * (r - delta)"),
        ("np.sum(c[:, :, None] * diff, axis=1)", "np.sum(np.tril(c)[:, :, None] * diff, axis=1)"),
    ],
)

program(
    "symmetric",
    "interaction",
    """
iu = None

def build(theta):
    A = np.zeros((k, k))
    A[iu] = theta
    return A + A.T

def loss(p):
    J = build(p["J"])
    s = np.tanh(p["s"])
    return -0.5 * s @ J @ s - np.sum(field * s) + 0.1 * np.sum(J ** 2)

def grads(p):
    J = build(p["J"])
    s = np.tanh(p["s"])
    GJ = -0.5 * np.outer(s, s) + 0.2 * J
    dJ = GJ[iu] + GJ.T[iu]
    ds = (-(J @ s) - field) * (1 - s ** 2)
    return {"J": dJ, "s": ds}

def setup(rng):
    global k, iu, field
    k = 5
    iu = np.triu_indices(k, 1)
    field = rng.standard_normal(k)
    return {"J": rng.standard_normal(10), "s": rng.standard_normal(k)}
""",
    [
        ("dJ = GJ[iu] + GJ.T[iu]", "dJ = GJ[iu]"),
        ("-(J @ s)", "-0.5 * (J @ s)"),
        ("-(J @ s)", "-(np.triu(J) @ s)"),
        ("+ 0.2 * J", "+ 0.1 * J"),
    ],
)

program(
    "symmetric",
    "metric",
    """
def loss(p):
    M = p["M"]
    S = 0.5 * (M + M.T)
    d = np.einsum("ni,ij,nj->n", D, S, D)
    return np.sum(np.log1p(np.exp(lab * (1 - d)))) + 0.05 * np.sum(S ** 2)

def grads(p):
    M = p["M"]
    S = 0.5 * (M + M.T)
    d = np.einsum("ni,ij,nj->n", D, S, D)
    c = -lab / (1 + np.exp(-lab * (1 - d)))
    G = np.einsum("n,ni,nj->ij", c, D, D) + 0.1 * S
    return {"M": 0.5 * (G + G.T)}

def setup(rng):
    global D, lab
    D, lab = rng.standard_normal((6, 3)) * 0.7, np.array([1, -1, 1, 1, -1, -1.0])
    return {"M": rng.standard_normal((3, 3))}
""",
    [
        ('return {"M": 0.5 * (G + G.T)}', 'return {"M": G + G.T}'),
        ('return {"M": 0.5 * (G + G.T)}', 'return {"M": G + G.T - np.diag(np.diag(G))}'),
        ("+ 0.1 * S", "+ 0.2 * np.tril(S)"),
    ],
)

program(
    "symmetric",
    "tril_read",
    """
def loss(p):
    S = np.tril(p["S"]) + np.tril(p["S"], -1).T + 4 * np.eye(m)
    w, _ = np.linalg.eigh(S)
    return np.sum(np.log(w)) + a @ np.linalg.solve(S, a)

def grads(p):
    S = np.tril(p["S"]) + np.tril(p["S"], -1).T + 4 * np.eye(m)
    inv = np.linalg.inv(S)
    v = inv @ a
    G = inv - np.outer(v, v)
    return {"S": np.tril(G) + np.tril(G, -1)}

def setup(rng):
    global m, a
    m, a = 4, rng.standard_normal(4)
    return {"S": rng.standard_normal((4, 4)) * 0.5}
""",
    [
        ("np.tril(G) + np.tril(G, -1)", "np.tril(G)"),
        ("np.tril(G) + np.tril(G, -1)", "2 * np.tril(G)"),
        ("np.tril(G) + np.tril(G, -1)", "G"),
        ("G = inv - np.outer(v, v)", "G = inv - np.outer(a, v)"),
        ("np.tril(G) + np.tril(G, -1)", "np.tril(G) + np.tril(G, 1)"),
    ],
)
