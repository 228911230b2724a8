# Potts/Ising pseudo-likelihood: symmetric couplings stored as a free matrix, symmetrised, plus group penalty
import numpy as np

rng = np.random.default_rng(229)
N, S = 10, 6
spin = np.where(rng.random((N, S)) < 0.5, -1.0, 1.0)
lam = 0.1
off = 1.0 - np.eye(S)


def make(seed):
    r = np.random.default_rng(seed)
    return {"Jraw": 0.5 * r.normal(size=(S, S)), "field": 0.5 * r.normal(size=S)}


def couplings(p):
    return 0.5 * (p["Jraw"] + p["Jraw"].T) * off


def cost(p):
    Jm = couplings(p)
    a = spin @ Jm + p["field"]
    nll = np.mean(np.sum(np.logaddexp(0, -2 * spin * a), axis=1))
    return float(nll + lam * np.sum(np.sqrt(Jm**2 + 0.01) * np.triu(off)))


def grads_right(p):
    Jm = couplings(p)
    a = spin @ Jm + p["field"]
    d = -2 * spin / (1 + np.exp(2 * spin * a)) / N
    dJ = spin.T @ d
    dJ = dJ + lam * np.triu(off) * Jm / np.sqrt(Jm**2 + 0.01)
    dJ = dJ * off
    return {"Jraw": 0.5 * (dJ + dJ.T), "field": d.sum(axis=0)}


def grads_wrong(p):
    Jm = couplings(p)
    a = spin @ Jm + p["field"]
    d = -2 * spin / (1 + np.exp(2 * spin * a)) / N
    dJ = spin.T @ d
    dJ = dJ + lam * np.triu(off) * Jm / np.sqrt(Jm**2 + 0.01)
    dJ = dJ * off
    return {"Jraw": dJ, "field": d.sum(axis=0)}


TRUTH = "The gradient with respect to the symmetrised coupling matrix is returned for Jraw without being symmetrised itself (0.5*(dJ+dJ.T)); block Jraw."
