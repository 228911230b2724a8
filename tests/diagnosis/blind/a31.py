"""Multivariate normal likelihood, precision P = L L^T with log-diagonal Cholesky factor."""

import numpy as np

rng = np.random.default_rng(131)
D, N = 5, 30
X = rng.normal(size=(N, D)) @ rng.normal(size=(D, D)) * 0.6
TRI = np.tril_indices(D, -1)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "mean": 0.5 * r.normal(size=D),
        "logdiag": 0.3 * r.normal(size=D),
        "low": 0.4 * r.normal(size=len(TRI[0])),
    }


def build(p):
    L = np.diag(np.exp(p["logdiag"]))
    L[TRI] = p["low"]
    return L


def cost(p):
    L = build(p)
    R = (X - p["mean"]) @ L
    return float(0.5 * np.sum(R**2) / N - np.sum(p["logdiag"]))


def grads_right(p):
    L = build(p)
    C = X - p["mean"]
    R = C @ L
    G = C.T @ R / N
    return {"mean": -(R @ L.T).sum(0) / N, "logdiag": np.diag(G) * np.exp(p["logdiag"]) - 1, "low": G[TRI]}


def grads_wrong(p):
    L = build(p)
    C = X - p["mean"]
    R = C @ L
    G = C.T @ R / N
    return {"mean": -(R @ L.T).sum(0) / N, "logdiag": np.diag(G) - np.exp(-p["logdiag"]), "low": G[TRI]}


TRUTH = (
    "logdiag gets the derivative with respect to the diagonal of L itself; the Jacobian exp(logdiag) of the log "
    "parametrisation is missing. Only block logdiag is wrong."
)
