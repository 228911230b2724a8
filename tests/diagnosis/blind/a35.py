"""Robust regression with Student-t errors, heteroscedastic log-scale, estimated degrees of freedom."""

import numpy as np
from scipy.special import gammaln, digamma

rng = np.random.default_rng(135)
N, P, Q = 35, 6, 4
X = np.column_stack([np.ones(N), rng.normal(size=(N, P - 1))])
V = np.column_stack([np.ones(N), rng.normal(size=(N, Q - 1))])
Y = X @ rng.normal(size=P) + rng.standard_t(3, N)


def make(seed):
    r = np.random.default_rng(seed)
    return {"beta": r.normal(size=P), "delta": 0.3 * r.normal(size=Q), "lognu": 1 + 0.3 * r.normal(size=1)}


def cost(p):
    nu = np.exp(p["lognu"][0])
    ls = V @ p["delta"]
    z2 = ((Y - X @ p["beta"]) * np.exp(-ls)) ** 2
    ll = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu * np.pi) - ls - (nu + 1) / 2 * np.log1p(z2 / nu)
    return float(-ll.mean())


def grads_right(p):
    nu = np.exp(p["lognu"][0])
    ls = V @ p["delta"]
    z = (Y - X @ p["beta"]) * np.exp(-ls)
    w = (nu + 1) / (nu + z**2)
    gb = -X.T @ (w * z * np.exp(-ls)) / N
    gd = V.T @ (1 - w * z**2) / N
    dnu = (
        0.5 * digamma((nu + 1) / 2)
        - 0.5 * digamma(nu / 2)
        - 0.5 / nu
        - 0.5 * np.log1p(z**2 / nu)
        + 0.5 * w * z**2 / nu
    )
    return {"beta": gb, "delta": gd, "lognu": np.array([-dnu.mean() * nu])}


def grads_wrong(p):
    nu = np.exp(p["lognu"][0])
    ls = V @ p["delta"]
    z = (Y - X @ p["beta"]) * np.exp(-ls)
    w = (nu + 1) / (nu + z**2)
    gb = -X.T @ (w * z * np.exp(-ls)) / N
    gd = V.T @ (1 - w * z**2) / N
    dnu = 0.5 * digamma((nu + 1) / 2) - 0.5 * digamma(nu / 2) - 0.5 / nu - 0.5 * np.log1p(z**2 / nu)
    return {"beta": gb, "delta": gd, "lognu": np.array([-dnu.mean() * nu])}


TRUTH = (
    "The derivative through nu inside log1p(z^2/nu) is missing (the term 0.5*w*z^2/nu), only the derivative of its "
    "coefficient is kept; block lognu is wrong."
)
