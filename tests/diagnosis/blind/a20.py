"""Soft mixture of experts for regression."""

import numpy as np

rng = np.random.default_rng(120)
X = rng.normal(size=(14, 3))
Y = rng.normal(size=14)
E = 4


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "gate_W": r.normal(size=(3, E)),
        "gate_b": 0.3 * r.normal(size=E),
        "exp_W": r.normal(size=(E, 3)),
        "exp_b": r.normal(size=E),
    }


def forward(p):
    s = X @ p["gate_W"] + p["gate_b"]
    e = np.exp(s - s.max(1, keepdims=True))
    gate = e / e.sum(1, keepdims=True)
    outs = np.tanh(X @ p["exp_W"].T + p["exp_b"])
    yhat = (gate * outs).sum(1)
    return gate, outs, yhat


def cost(p):
    gate, _, yhat = forward(p)
    usage = gate.mean(0)
    return float(0.5 * np.mean((yhat - Y) ** 2) + 0.5 * E * np.sum(usage**2))


def grads_right(p):
    gate, outs, yhat = forward(p)
    n = len(Y)
    dy = (yhat - Y) / n
    douts = dy[:, None] * gate
    dgate = dy[:, None] * outs + E * gate.mean(0) / n
    ds = gate * (dgate - np.sum(gate * dgate, axis=1, keepdims=True))
    dpre = douts * (1 - outs**2)
    return {"gate_W": X.T @ ds, "gate_b": ds.sum(0), "exp_W": dpre.T @ X, "exp_b": dpre.sum(0)}


def grads_wrong(p):
    gate, outs, yhat = forward(p)
    n = len(Y)
    dy = (yhat - Y) / n
    douts = dy[:, None] * gate
    dgate = dy[:, None] * outs + E * gate.mean(0)
    ds = gate * (dgate - np.sum(gate * dgate, axis=1, keepdims=True))
    dpre = douts * (1 - outs**2)
    return {"gate_W": X.T @ ds, "gate_b": ds.sum(0), "exp_W": dpre.T @ X, "exp_b": dpre.sum(0)}


TRUTH = (
    "The load-balancing penalty uses the batch mean of the gates, but its gradient is not divided by the batch "
    "size n in dgate; blocks gate_W and gate_b are wrong."
)
