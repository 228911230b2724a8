"""Small VAE with a fixed noise draw (reparametrisation trick)."""

import numpy as np

rng = np.random.default_rng(108)
X = rng.normal(size=(8, 4))
EPS = rng.normal(size=(8, 2))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "Wmu": 0.5 * r.normal(size=(4, 2)),
        "bmu": 0.5 * r.normal(size=2),
        "Wlv": 0.5 * r.normal(size=(4, 2)),
        "blv": 0.5 * r.normal(size=2),
        "Wd": r.normal(size=(2, 4)),
        "bd": r.normal(size=4),
    }


def cost(p):
    mu = X @ p["Wmu"] + p["bmu"]
    logvar = X @ p["Wlv"] + p["blv"]
    z = mu + np.exp(0.5 * logvar) * EPS
    xr = np.tanh(z @ p["Wd"] + p["bd"])
    rec = 0.5 * np.sum((xr - X) ** 2)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return float((rec + kl) / len(X))


def grads_right(p):
    n = len(X)
    mu = X @ p["Wmu"] + p["bmu"]
    logvar = X @ p["Wlv"] + p["blv"]
    std = np.exp(0.5 * logvar)
    z = mu + std * EPS
    xr = np.tanh(z @ p["Wd"] + p["bd"])
    dpre = (xr - X) * (1 - xr**2) / n
    dz = dpre @ p["Wd"].T
    dmu = dz + mu / n
    dlv = dz * EPS * 0.5 * std + 0.5 * (np.exp(logvar) - 1) / n
    return {
        "Wmu": X.T @ dmu,
        "bmu": dmu.sum(0),
        "Wlv": X.T @ dlv,
        "blv": dlv.sum(0),
        "Wd": z.T @ dpre,
        "bd": dpre.sum(0),
    }


def grads_wrong(p):
    n = len(X)
    mu = X @ p["Wmu"] + p["bmu"]
    logvar = X @ p["Wlv"] + p["blv"]
    std = np.exp(0.5 * logvar)
    z = mu + std * EPS
    xr = np.tanh(z @ p["Wd"] + p["bd"])
    dpre = (xr - X) * (1 - xr**2) / n
    dz = dpre @ p["Wd"].T
    dmu = dz + mu / n
    dlv = dz * EPS * std + 0.5 * (np.exp(logvar) - 1) / n
    return {
        "Wmu": X.T @ dmu,
        "bmu": dmu.sum(0),
        "Wlv": X.T @ dlv,
        "blv": dlv.sum(0),
        "Wd": z.T @ dpre,
        "bd": dpre.sum(0),
    }


TRUTH = (
    "The reparametrisation path to logvar lost the factor 0.5 from std = exp(0.5*logvar) "
    "(the KL part is fine); blocks Wlv and blv are wrong."
)
