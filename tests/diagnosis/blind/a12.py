"""Residual network with two blocks and swish activations."""

import numpy as np

rng = np.random.default_rng(112)
X = rng.normal(size=(11, 4))
Y = rng.normal(size=11)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "U1": 0.6 * r.normal(size=(4, 4)),
        "V1": 0.6 * r.normal(size=(4, 4)),
        "U2": 0.6 * r.normal(size=(4, 4)),
        "V2": 0.6 * r.normal(size=(4, 4)),
        "head": r.normal(size=4),
    }


def swish(a):
    return a / (1 + np.exp(-a))


def dswish(a):
    s = 1 / (1 + np.exp(-a))
    return s + a * s * (1 - s)


def cost(p):
    x1 = X + swish(X @ p["U1"]) @ p["V1"]
    x2 = x1 + swish(x1 @ p["U2"]) @ p["V2"]
    return float(np.mean(np.log(np.cosh(x2 @ p["head"] - Y))))


def grads_right(p):
    a1 = X @ p["U1"]
    x1 = X + swish(a1) @ p["V1"]
    a2 = x1 @ p["U2"]
    x2 = x1 + swish(a2) @ p["V2"]
    dpred = np.tanh(x2 @ p["head"] - Y) / len(Y)
    dhead = x2.T @ dpred
    dx2 = np.outer(dpred, p["head"])
    dV2 = swish(a2).T @ dx2
    da2 = (dx2 @ p["V2"].T) * dswish(a2)
    dU2 = x1.T @ da2
    dx1 = dx2 + da2 @ p["U2"].T
    dV1 = swish(a1).T @ dx1
    da1 = (dx1 @ p["V1"].T) * dswish(a1)
    dU1 = X.T @ da1
    return {"U1": dU1, "V1": dV1, "U2": dU2, "V2": dV2, "head": dhead}


def grads_wrong(p):
    a1 = X @ p["U1"]
    x1 = X + swish(a1) @ p["V1"]
    a2 = x1 @ p["U2"]
    x2 = x1 + swish(a2) @ p["V2"]
    dpred = np.tanh(x2 @ p["head"] - Y) / len(Y)
    dhead = x2.T @ dpred
    dx2 = np.outer(dpred, p["head"])
    dV2 = swish(a2).T @ dx2
    da2 = (dx2 @ p["V2"].T) * dswish(a2)
    dU2 = x1.T @ da2
    dx1 = da2 @ p["U2"].T
    dV1 = swish(a1).T @ dx1
    da1 = (dx1 @ p["V1"].T) * dswish(a1)
    dU1 = X.T @ da1
    return {"U1": dU1, "V1": dV1, "U2": dU2, "V2": dV2, "head": dhead}


TRUTH = (
    "The identity (skip) path of the second residual block is left out of dx1 (dx2 is not added); "
    "blocks U1 and V1 are wrong."
)
