"""MLP with inverted dropout (frozen masks) and MSE."""

import numpy as np

rng = np.random.default_rng(114)
X = rng.normal(size=(20, 5))
Y = rng.normal(size=(20, 2))
KEEP = 0.75
MASK = rng.random(size=(20, 7)) < KEEP


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W1": 0.5 * r.normal(size=(7, 5)),
        "b1": 0.3 * r.normal(size=(7, 1)),
        "W2": 0.5 * r.normal(size=(2, 7)),
        "b2": 0.3 * r.normal(size=(2, 1)),
    }


def cost(p):
    a = 1 / (1 + np.exp(-(p["W1"] @ X.T + p["b1"])))
    d = a * MASK.T / KEEP
    out = p["W2"] @ d + p["b2"]
    return float(np.mean((out - Y.T) ** 2))


def grads_right(p):
    m = X.shape[0]
    a = 1 / (1 + np.exp(-(p["W1"] @ X.T + p["b1"])))
    d = a * MASK.T / KEEP
    out = p["W2"] @ d + p["b2"]
    dout = 2 * (out - Y.T) / out.size
    dW2 = dout @ d.T
    db2 = dout.sum(axis=1, keepdims=True)
    dd = p["W2"].T @ dout
    da = dd * MASK.T / KEEP
    dz = da * a * (1 - a)
    dW1 = dz @ X
    db1 = dz.sum(axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def grads_wrong(p):
    m = X.shape[0]
    a = 1 / (1 + np.exp(-(p["W1"] @ X.T + p["b1"])))
    d = a * MASK.T / KEEP
    out = p["W2"] @ d + p["b2"]
    dout = 2 * (out - Y.T) / m
    dW2 = dout @ d.T
    db2 = dout.sum(axis=1, keepdims=True)
    dd = p["W2"].T @ dout
    da = dd * MASK.T
    dz = da * a * (1 - a)
    dW1 = dz @ X
    db1 = dz.sum(axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


TRUTH = (
    "Two slips: the loss gradient divides by the batch size m instead of out.size (a factor 2 too big in all "
    "blocks), and the dropout backward forgets the 1/KEEP scale (further factor KEEP in W1 and b1)."
)
