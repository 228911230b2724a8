"""Ising model, pseudo-likelihood with couplings stored as the upper triangle."""

import numpy as np

rng = np.random.default_rng(133)
N, S = 7, 25
SPINS = rng.choice([-1.0, 1.0], size=(S, N))
IU = np.triu_indices(N, 1)


def make(seed):
    r = np.random.default_rng(seed)
    return {"J": 0.4 * r.normal(size=len(IU[0])), "field": 0.3 * r.normal(size=N)}


def full(j):
    M = np.zeros((N, N))
    M[IU] = j
    return M + M.T


def cost(p):
    m = SPINS @ full(p["J"]) + p["field"]
    nll = np.sum(np.logaddexp(0, -2 * SPINS * m)) / S
    return float(nll + 0.02 * np.sum(p["J"] ** 2))


def grads_right(p):
    m = SPINS @ full(p["J"]) + p["field"]
    dm = (np.tanh(m) - SPINS) / S
    GM = SPINS.T @ dm
    gJ = (GM + GM.T)[IU] + 0.04 * p["J"]
    return {"J": gJ, "field": dm.sum(0)}


def grads_wrong(p):
    m = SPINS @ full(p["J"]) + p["field"]
    dm = (np.tanh(m) - SPINS) / S
    GM = SPINS.T @ dm
    GM = 0.5 * (GM + GM.T)
    gJ = GM[IU] + 0.04 * p["J"]
    return {"J": gJ, "field": dm.sum(0)}


TRUTH = (
    "The matrix gradient is symmetrised with a half before taking the upper triangle, but each coupling appears in "
    "two conditionals, so the likelihood part of block J is half what it should be."
)
