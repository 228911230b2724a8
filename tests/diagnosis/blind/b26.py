# Dirichlet-multinomial regression of count compositions
import numpy as np
from scipy.special import gammaln, digamma

rng = np.random.default_rng(226)
N, D, K = 8, 3, 4
X = np.hstack([np.ones((N, 1)), rng.normal(size=(N, D - 1))])
Y = rng.poisson(rng.gamma(2.0, 2.0, size=(N, K)))
tot = Y.sum(axis=1)


def make(seed):
    r = np.random.default_rng(seed)
    return {"B": 0.4 * r.normal(size=(D, K)), "logconc": 0.5 + 0.3 * r.normal(size=D)}


def link(p):
    eta = X @ p["B"]
    pi = np.exp(eta)
    pi /= pi.sum(axis=1, keepdims=True)
    conc = np.exp(X @ p["logconc"])
    return pi, conc


def cost(p):
    pi, conc = link(p)
    al = conc[:, None] * pi
    ll = gammaln(conc) - gammaln(conc + tot) + np.sum(gammaln(al + Y) - gammaln(al), axis=1)
    return float(-ll.mean())


def grads_right(p):
    pi, conc = link(p)
    al = conc[:, None] * pi
    dal = -(digamma(al + Y) - digamma(al)) / N
    dconc = -(digamma(conc) - digamma(conc + tot)) / N
    dconc = dconc + np.sum(dal * pi, axis=1)
    dpi = dal * conc[:, None]
    deta = pi * (dpi - np.sum(pi * dpi, axis=1, keepdims=True))
    return {"B": X.T @ deta, "logconc": X.T @ (dconc * conc)}


def grads_wrong(p):
    pi, conc = link(p)
    al = conc[:, None] * pi
    dal = -(digamma(al + Y) - digamma(al)) / N
    dconc = -(digamma(conc) - digamma(tot)) / N
    dconc = dconc + np.sum(dal * pi, axis=1)
    dpi = dal * conc[:, None]
    deta = pi * (dpi - np.sum(pi * dpi, axis=1, keepdims=True))
    return {"B": X.T @ deta, "logconc": X.T @ (dconc * conc)}


TRUTH = "The normaliser gammaln(conc + total) is differentiated as digamma(total): the concentration is dropped from the argument; block logconc."
