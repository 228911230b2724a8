"""Batch normalisation between two linear layers, regression loss."""

import numpy as np

rng = np.random.default_rng(102)
X = rng.normal(size=(16, 5)) + 0.5
T = rng.normal(size=(16, 2))
EPS = 1e-3


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W1": r.normal(size=(5, 6)) * 0.5,
        "gamma": 1 + 0.2 * r.normal(size=6),
        "beta": 0.3 * r.normal(size=6),
        "W2": 0.5 * r.normal(size=(6, 2)),
    }


def forward(p):
    H = X @ p["W1"]
    mu = H.mean(0)
    xc = H - mu
    var = (xc**2).mean(0)
    istd = 1.0 / np.sqrt(var + EPS)
    xhat = xc * istd
    bn = p["gamma"] * xhat + p["beta"]
    act = np.log1p(np.exp(bn))
    out = act @ p["W2"]
    return H, xc, istd, xhat, bn, act, out


def cost(p):
    out = forward(p)[-1]
    return float(0.5 * np.sum((out - T) ** 2) / len(X))


def grads_right(p):
    H, xc, istd, xhat, bn, act, out = forward(p)
    N = len(X)
    dout = (out - T) / N
    dW2 = act.T @ dout
    dbn = (dout @ p["W2"].T) / (1 + np.exp(-bn))
    dgamma = (dbn * xhat).sum(0)
    dbeta = dbn.sum(0)
    dxhat = dbn * p["gamma"]
    dvar = (dxhat * xc).sum(0) * -0.5 * istd**3
    dxc = dxhat * istd + 2.0 / N * xc * dvar
    dH = dxc - dxc.mean(0)
    return {"W1": X.T @ dH, "gamma": dgamma, "beta": dbeta, "W2": dW2}


def grads_wrong(p):
    H, xc, istd, xhat, bn, act, out = forward(p)
    N = len(X)
    dout = (out - T) / N
    dW2 = act.T @ dout
    dbn = (dout @ p["W2"].T) / (1 + np.exp(-bn))
    dgamma = (dbn * xhat).sum(0)
    dbeta = dbn.sum(0)
    dxhat = dbn * p["gamma"]
    dvar = (dxhat * xc).sum(0) * -0.5 * istd**3
    dH = dxhat * istd + 2.0 / N * xc * dvar
    return {"W1": X.T @ dH, "gamma": dgamma, "beta": dbeta, "W2": dW2}


TRUTH = (
    "The path through the batch mean is missing in the batch-norm backward (dxc.mean(0) is never "
    "subtracted to get dH); only block W1 is wrong."
)
