"""PReLU network with label smoothing."""

import numpy as np

rng = np.random.default_rng(118)
X = rng.normal(size=(18, 3))
K = 4
T = np.eye(K)[rng.integers(0, K, 18)]
SMOOTH = 0.1
T = (1 - SMOOTH) * T + SMOOTH / K


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W0": r.normal(size=(3, 6)),
        "b0": 0.5 * r.normal(size=6),
        "alpha": 0.3 + 0.2 * r.normal(size=6),
        "W1": 0.6 * r.normal(size=(6, K)),
    }


def net(p):
    z = X @ p["W0"] + p["b0"]
    h = np.where(z > 0, z, p["alpha"] * z)
    o = h @ p["W1"]
    o = o - np.log(np.sum(np.exp(o), axis=1, keepdims=True))
    return z, h, o


def cost(p):
    o = net(p)[2]
    return float(-(T * o).sum() / len(X))


def grads_right(p):
    z, h, o = net(p)
    do = (np.exp(o) - T) / len(X)
    dW1 = h.T @ do
    dh = do @ p["W1"].T
    dalpha = np.sum(np.where(z > 0, 0.0, z) * dh, axis=0)
    dz = dh * np.where(z > 0, 1.0, p["alpha"])
    return {"W0": X.T @ dz, "b0": dz.sum(0), "alpha": dalpha, "W1": dW1}


def grads_wrong(p):
    z, h, o = net(p)
    do = (np.exp(o) - T) / len(X)
    dW1 = h.T @ do
    dh = do @ p["W1"].T
    dalpha = np.sum(np.where(z > 0, 0.0, h) * dh, axis=0)
    dz = dh * np.where(z > 0, 1.0, p["alpha"])
    return {"W0": X.T @ dz, "b0": dz.sum(0), "alpha": dalpha, "W1": dW1}


TRUTH = (
    "The PReLU slope gradient uses the output h (= alpha*z) on the negative side instead of the input z, "
    "so each entry is multiplied by alpha; only block alpha is wrong."
)
