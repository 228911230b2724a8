"""Mixture density network, one-dimensional target."""

import numpy as np

rng = np.random.default_rng(119)
X = rng.normal(size=(16, 2))
Y = np.sin(2 * X[:, :1]) + 0.3 * rng.normal(size=(16, 1))
M = 3


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "Wh": r.normal(size=(2, 4)),
        "bh": 0.5 * r.normal(size=4),
        "Wpi": 0.7 * r.normal(size=(4, M)),
        "Wmu": 0.7 * r.normal(size=(4, M)),
        "Wls": 0.4 * r.normal(size=(4, M)),
    }


def parts(p):
    h = np.tanh(X @ p["Wh"] + p["bh"])
    a = h @ p["Wpi"]
    logpi = a - np.log(np.exp(a).sum(1, keepdims=True))
    mu, ls = h @ p["Wmu"], h @ p["Wls"]
    u = (Y - mu) * np.exp(-ls)
    lj = logpi - ls - 0.5 * u**2
    ll = np.log(np.exp(lj).sum(1, keepdims=True))
    return h, logpi, ls, u, lj, ll


def cost(p):
    return float(-parts(p)[-1].mean())


def grads_right(p):
    h, logpi, ls, u, lj, ll = parts(p)
    n = len(X)
    resp = np.exp(lj - ll)
    dpi = (np.exp(logpi) - resp) / n
    dmu = -resp * u * np.exp(-ls) / n
    dls = resp * (1 - u**2) / n
    dh = dpi @ p["Wpi"].T + dmu @ p["Wmu"].T + dls @ p["Wls"].T
    dz = dh * (1 - h**2)
    return {"Wh": X.T @ dz, "bh": dz.sum(0), "Wpi": h.T @ dpi, "Wmu": h.T @ dmu, "Wls": h.T @ dls}


def grads_wrong(p):
    h, logpi, ls, u, lj, ll = parts(p)
    n = len(X)
    resp = np.exp(lj - ll)
    dpi = (np.exp(logpi) - resp) / n
    dmu = -resp * u * np.exp(-2 * ls) / n
    dls = resp * (1 - u**2) / n
    dh = dpi @ p["Wpi"].T + dmu @ p["Wmu"].T + dls @ p["Wls"].T
    dz = dh * (1 - h**2)
    return {"Wh": X.T @ dz, "bh": dz.sum(0), "Wpi": h.T @ dpi, "Wmu": h.T @ dmu, "Wls": h.T @ dls}


TRUTH = (
    "dmu divides the already standardised residual u by sigma^2 instead of sigma (exp(-2 ls) for exp(-ls)); "
    "blocks Wmu, and through dh Wh and bh, are wrong."
)
