# temporal conv net: two dilated causal conv layers with a residual, per-step regression
import numpy as np

rng = np.random.default_rng(99)
T, C, KS = 10, 3, 3
X = rng.normal(size=(T, C))
Y = rng.normal(size=T)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "k1": 0.5 * r.normal(size=(KS, C, C)),
        "b1": 0.2 * r.normal(size=C),
        "k2": 0.5 * r.normal(size=(KS, C, C)),
        "b2": 0.2 * r.normal(size=C),
        "head": r.normal(size=C),
    }


def causal(x, k, b, dil):
    out = np.tile(b, (T, 1))
    for j in range(KS):
        s = j * dil
        out[s:] += x[: T - s] @ k[j]
    return out


def forward(p):
    a1 = causal(X, p["k1"], p["b1"], 1)
    h1 = np.tanh(a1)
    a2 = causal(h1, p["k2"], p["b2"], 2)
    h2 = np.tanh(a2) + h1
    return h1, a2, h2, h2 @ p["head"]


def cost(p):
    return np.mean((forward(p)[-1] - Y) ** 2)


def grads_right(p):
    h1, a2, h2, out = forward(p)
    do = 2 * (out - Y) / T
    g = {"head": h2.T @ do}
    dh2 = np.outer(do, p["head"])
    da2 = dh2 * (1 - np.tanh(a2) ** 2)
    g["b2"] = da2.sum(axis=0)
    g["k2"] = np.zeros_like(p["k2"])
    dh1 = dh2.copy()
    for j in range(KS):
        s = 2 * j
        g["k2"][j] = h1[: T - s].T @ da2[s:]
        dh1[: T - s] += da2[s:] @ p["k2"][j].T
    da1 = dh1 * (1 - h1**2)
    g["b1"] = da1.sum(axis=0)
    g["k1"] = np.zeros_like(p["k1"])
    for j in range(KS):
        g["k1"][j] = X[: T - j].T @ da1[j:]
    return g


def grads_wrong(p):
    h1, a2, h2, out = forward(p)
    do = 2 * (out - Y) / T
    g = {"head": h2.T @ do}
    dh2 = np.outer(do, p["head"])
    da2 = dh2 * (1 - np.tanh(a2) ** 2)
    g["b2"] = da2.sum(axis=0)
    g["k2"] = np.zeros_like(p["k2"])
    dh1 = dh2.copy()
    for j in range(KS):
        s = 2 * j
        g["k2"][j] = h1[: T - s].T @ da2[s:]
        dh1[s:] += da2[: T - s] @ p["k2"][j].T
    da1 = dh1 * (1 - h1**2)
    g["b1"] = da1.sum(axis=0)
    g["k1"] = np.zeros_like(p["k1"])
    for j in range(KS):
        g["k1"][j] = X[: T - j].T @ da1[j:]
    return g


TRUTH = "Input gradient of the dilated causal conv shifts the wrong way (forward in time rather than back), so h1's gradient and blocks k1, b1 are wrong."
