"""Weight-normalised layers: w = g * v / |v| per output unit."""

import numpy as np

rng = np.random.default_rng(117)
X = rng.normal(size=(13, 4))
Y = rng.normal(size=(13, 3))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "v": r.normal(size=(4, 5)),
        "g": 1 + 0.3 * r.normal(size=5),
        "b": 0.3 * r.normal(size=5),
        "A": 0.6 * r.normal(size=(5, 3)),
    }


def cost(p):
    W = p["g"] * p["v"] / np.linalg.norm(p["v"], axis=0)
    h = np.arctan(X @ W + p["b"])
    return float(0.5 * np.mean(np.sum((h @ p["A"] - Y) ** 2, axis=1)))


def grads_right(p):
    nv = np.linalg.norm(p["v"], axis=0)
    W = p["g"] * p["v"] / nv
    z = X @ W + p["b"]
    h = np.arctan(z)
    err = (h @ p["A"] - Y) / len(X)
    dA = h.T @ err
    dz = (err @ p["A"].T) / (1 + z**2)
    dW = X.T @ dz
    dg = np.sum(dW * p["v"], axis=0) / nv
    dv = p["g"] / nv * dW - p["g"] * dg / nv**2 * p["v"]
    return {"v": dv, "g": dg, "b": dz.sum(0), "A": dA}


def grads_wrong(p):
    nv = np.linalg.norm(p["v"], axis=0)
    W = p["g"] * p["v"] / nv
    z = X @ W + p["b"]
    h = np.arctan(z)
    err = (h @ p["A"] - Y) / len(X)
    dA = h.T @ err
    dz = (err @ p["A"].T) / (1 + z**2)
    dW = X.T @ dz
    dg = np.sum(dW * p["v"], axis=0) / nv
    dv = p["g"] / nv * dW
    return {"v": dv, "g": dg, "b": dz.sum(0), "A": dA}


TRUTH = (
    "The derivative of the norm |v| is missing: dv lacks the term -g*dg*v/|v|^2 (norm treated as a constant); "
    "only block v is wrong."
)
