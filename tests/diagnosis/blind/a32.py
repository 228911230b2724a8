"""Dirichlet-multinomial regression for count compositions."""

import numpy as np
from scipy.special import gammaln, digamma

rng = np.random.default_rng(132)
N, K, P = 15, 4, 3
X = np.column_stack([np.ones(N), rng.normal(size=(N, P - 1))])
CNT = rng.multinomial(20, [0.4, 0.3, 0.2, 0.1], size=N) + rng.integers(0, 3, size=(N, K))
TOT = CNT.sum(1)


def make(seed):
    r = np.random.default_rng(seed)
    return {"coef": 0.4 * r.normal(size=(P, K))}


def cost(p):
    alpha = np.exp(X @ p["coef"])
    a0 = alpha.sum(1)
    ll = gammaln(a0) - gammaln(a0 + TOT) + np.sum(gammaln(alpha + CNT) - gammaln(alpha), axis=1)
    return float(-ll.sum() / N)


def grads_right(p):
    alpha = np.exp(X @ p["coef"])
    a0 = alpha.sum(1, keepdims=True)
    score = digamma(a0) - digamma(a0 + TOT[:, None]) + digamma(alpha + CNT) - digamma(alpha)
    return {"coef": -X.T @ (score * alpha) / N}


def grads_wrong(p):
    alpha = np.exp(X @ p["coef"])
    score = np.zeros_like(alpha)
    for k in range(K):
        score[:, k] = digamma(alpha[:, k] + CNT[:, k]) - digamma(alpha[:, k])
        score[:, k] += digamma(alpha[:, k]) - digamma(alpha[:, k] + TOT)
    return {"coef": -X.T @ (score * alpha) / N}


TRUTH = (
    "The normalising digamma terms use the single alpha_k instead of the total concentration a0 = sum_k alpha_k; "
    "block coef is wrong."
)
