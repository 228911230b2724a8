"""Transformer-ish block: linear, layer norm, GELU (tanh form), linear."""

import numpy as np

rng = np.random.default_rng(107)
X = rng.normal(size=(9, 4))
Y = rng.normal(size=(9, 2))
C0 = np.sqrt(2 / np.pi)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "Win": r.normal(size=(4, 5)),
        "ln_g": 1 + 0.4 * r.normal(size=5),
        "ln_b": 0.2 * r.normal(size=5),
        "Wout": r.normal(size=(5, 2)) * 0.6,
    }


def layer_norm(h):
    m = h.mean(1, keepdims=True)
    s = np.sqrt(((h - m) ** 2).mean(1, keepdims=True) + 1e-5)
    return (h - m) / s, s


def gelu(u):
    return 0.5 * u * (1 + np.tanh(C0 * (u + 0.044715 * u**3)))


def cost(p):
    n, _ = layer_norm(X @ p["Win"])
    out = gelu(n * p["ln_g"] + p["ln_b"]) @ p["Wout"]
    return float(np.sum((out - Y) ** 2) / (2 * len(X)))


def grads_right(p):
    n, s = layer_norm(X @ p["Win"])
    u = n * p["ln_g"] + p["ln_b"]
    a = gelu(u)
    d = (a @ p["Wout"] - Y) / len(X)
    dWout = a.T @ d
    da = d @ p["Wout"].T
    t = np.tanh(C0 * (u + 0.044715 * u**3))
    du = da * (0.5 * (1 + t) + 0.5 * u * (1 - t**2) * C0 * (1 + 3 * 0.044715 * u**2))
    dg, db = (du * n).sum(0), du.sum(0)
    dn = du * p["ln_g"]
    dh = (dn - dn.mean(1, keepdims=True) - n * (dn * n).mean(1, keepdims=True)) / s
    return {"Win": X.T @ dh, "ln_g": dg, "ln_b": db, "Wout": dWout}


def grads_wrong(p):
    n, s = layer_norm(X @ p["Win"])
    u = n * p["ln_g"] + p["ln_b"]
    a = gelu(u)
    d = (a @ p["Wout"] - Y) / len(X)
    dWout = a.T @ d
    da = d @ p["Wout"].T
    t = np.tanh(C0 * (u + 0.044715 * u**3))
    du = da * (0.5 * (1 + t) + 0.5 * u * (1 - t**2) * C0 * (1 + 0.044715 * u**2))
    dg, db = (du * n).sum(0), du.sum(0)
    dn = du * p["ln_g"]
    dh = (dn - dn.mean(1, keepdims=True) - n * (dn * n).mean(1, keepdims=True)) / s
    return {"Win": X.T @ dh, "ln_g": dg, "ln_b": db, "Wout": dWout}


TRUTH = (
    "The derivative of the cubic inside the tanh-GELU lost its factor 3 (1 + 0.044715 u^2 instead of "
    "1 + 3*0.044715 u^2) in du; blocks Win, ln_g and ln_b are wrong."
)
