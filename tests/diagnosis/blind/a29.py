"""Zero-inflated Poisson regression with exposure offset and ridge."""

import numpy as np

rng = np.random.default_rng(129)
N = 40
XC = np.column_stack([np.ones(N), rng.normal(size=(N, 5))])
XZ = np.column_stack([np.ones(N), rng.normal(size=(N, 4))])
OFF = 0.3 * rng.normal(size=N)
CNT = rng.poisson(1.2, N) * (rng.random(N) > 0.3)


def make(seed):
    r = np.random.default_rng(seed)
    return {"beta": 0.3 * r.normal(size=6), "gamma": 0.4 * r.normal(size=5)}


def cost(p):
    eta = XC @ p["beta"] + OFF
    lam = np.exp(eta)
    zl = XZ @ p["gamma"]
    ll = np.where(CNT == 0, np.logaddexp(zl, -lam), CNT * eta - lam) - np.logaddexp(0, zl)
    return float(-ll.mean() + 0.01 * np.sum(p["beta"][1:] ** 2))


def grads_right(p):
    eta = XC @ p["beta"] + OFF
    lam = np.exp(eta)
    zl = XZ @ p["gamma"]
    w0 = 1 / (1 + np.exp(-zl - lam))
    pi = 1 / (1 + np.exp(-zl))
    d_eta = np.where(CNT == 0, -(1 - w0) * lam, CNT - lam)
    d_z = np.where(CNT == 0, w0, 0.0) - pi
    gb = -XC.T @ d_eta / N
    gb[1:] += 0.02 * p["beta"][1:]
    return {"beta": gb, "gamma": -XZ.T @ d_z / N}


def grads_wrong(p):
    eta = XC @ p["beta"] + OFF
    lam = np.exp(eta)
    zl = XZ @ p["gamma"]
    w0 = 1 / (1 + np.exp(-zl - lam))
    pi = 1 / (1 + np.exp(-zl))
    d_eta = CNT - (1 - pi) * lam
    d_z = np.where(CNT == 0, w0, 0.0) - pi
    gb = -XC.T @ d_eta / N
    gb[1:] += 0.02 * p["beta"][1:]
    return {"beta": gb, "gamma": -XZ.T @ d_z / N}


TRUTH = (
    "The score for the count part is written as y - E[y] = y - (1-pi)*lam for all rows, instead of the posterior "
    "form (-(1-w0)*lam for zeros and y - lam for positives); block beta is wrong."
)
