"""Gaussian hidden Markov model, forward-backward gradient of the log likelihood."""

import numpy as np

rng = np.random.default_rng(138)
K, T = 4, 20
OBS = rng.normal(size=T) + np.repeat([0.0, 2.0, -1.0, 1.0], 5)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "trans": r.normal(size=(K, K)),
        "init": r.normal(size=K),
        "means": r.normal(size=K),
        "logsd": 0.3 * r.normal(size=K),
    }


def tables(p):
    A = np.exp(p["trans"])
    A /= A.sum(1, keepdims=True)
    pi = np.exp(p["init"])
    pi /= pi.sum()
    z = (OBS[:, None] - p["means"]) / np.exp(p["logsd"])
    return A, pi, z, np.exp(-0.5 * z**2 - p["logsd"])


def passes(A, pi, B):
    al, be, c = np.zeros((T, K)), np.ones((T, K)), np.zeros(T)
    for t in range(T):
        al[t] = (pi if t == 0 else al[t - 1] @ A) * B[t]
        c[t] = al[t].sum()
        al[t] /= c[t]
    for t in range(T - 2, -1, -1):
        be[t] = A @ (B[t + 1] * be[t + 1]) / c[t + 1]
    return al, be, c


def cost(p):
    A, pi, _, B = tables(p)
    return float(-np.log(passes(A, pi, B)[2]).sum() / T)


def grads_right(p):
    A, pi, z, B = tables(p)
    al, be, c = passes(A, pi, B)
    gam = al * be
    xi = np.zeros((K, K))
    for t in range(T - 1):
        xi += np.outer(al[t], B[t + 1] * be[t + 1]) * A / c[t + 1]
    g_tr = -(xi - xi.sum(1, keepdims=True) * A)
    return {
        "trans": g_tr / T,
        "init": -(gam[0] - pi) / T,
        "means": -(gam * z).sum(0) / np.exp(p["logsd"]) / T,
        "logsd": -(gam * (z**2 - 1)).sum(0) / T,
    }


def grads_wrong(p):
    A, pi, z, B = tables(p)
    al, be, c = passes(A, pi, B)
    gam = al * be
    xi = np.zeros((K, K))
    for t in range(T - 1):
        xi += np.outer(al[t], B[t + 1] * be[t + 1]) * A / c[t + 1]
    g_tr = -(xi - gam.sum(0)[:, None] * A)
    return {
        "trans": g_tr / T,
        "init": -(gam[0] - pi) / T,
        "means": -(gam * z).sum(0) / np.exp(p["logsd"]) / T,
        "logsd": -(gam * (z**2 - 1)).sum(0) / T,
    }


TRUTH = (
    "The expected number of departures from each state sums the posteriors over all T times, including the last "
    "one which has no transition (should be t = 0..T-2); block trans is wrong."
)
