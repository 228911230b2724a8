"""Cox partial likelihood (Breslow, no ties) with strata and ridge."""

import numpy as np

rng = np.random.default_rng(130)
N, P = 30, 12
Z = rng.normal(size=(N, P))
TIME = rng.permutation(N) + 1.0
EVENT = (rng.random(N) < 0.65).astype(float)
STRATUM = rng.integers(0, 2, N)
ORD = np.argsort(TIME)


def make(seed):
    r = np.random.default_rng(seed)
    return {"beta": 0.4 * r.normal(size=P)}


def cost(p):
    eta = Z @ p["beta"]
    nll = 0.0
    for s in (0, 1):
        idx = ORD[STRATUM[ORD] == s]
        for k, i in enumerate(idx):
            if EVENT[i]:
                nll -= eta[i] - np.log(np.sum(np.exp(eta[idx[k:]])))
    return float(nll / N + 0.05 * p["beta"] @ p["beta"])


def grads_right(p):
    eta = Z @ p["beta"]
    g = np.zeros(P)
    for s in (0, 1):
        idx = ORD[STRATUM[ORD] == s]
        w = np.exp(eta[idx])
        for k, i in enumerate(idx):
            if EVENT[i]:
                risk = slice(k, None)
                zbar = w[risk] @ Z[idx[risk]] / w[risk].sum()
                g -= Z[i] - zbar
    return {"beta": g / N + 0.1 * p["beta"]}


def grads_wrong(p):
    eta = Z @ p["beta"]
    g = np.zeros(P)
    w = np.exp(eta[ORD])
    for k, i in enumerate(ORD):
        if EVENT[i]:
            risk = slice(k, None)
            zbar = w[risk] @ Z[ORD[risk]] / w[risk].sum()
            g -= Z[i] - zbar
    return {"beta": g / N + 0.1 * p["beta"]}


TRUTH = (
    "The score ignores the strata: its risk sets are taken over all subjects still at risk rather than only those "
    "in the same stratum as in the likelihood; block beta is wrong."
)
