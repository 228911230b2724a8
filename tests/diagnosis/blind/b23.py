# Ornstein-Uhlenbeck exact likelihood, several assets with a common mean-reversion speed link
import numpy as np

rng = np.random.default_rng(223)
K, T = 4, 9
gap = rng.uniform(0.2, 1.0, T - 1)
obs = np.cumsum(0.4 * rng.normal(size=(T, K)), axis=0)


def make(seed):
    r = np.random.default_rng(seed)
    return {"logkappa": 0.3 * r.normal(size=K), "mean": 0.5 * r.normal(size=K), "logsig": 0.3 * r.normal(size=K)}


def cost(p):
    kap, sig = np.exp(p["logkappa"]), np.exp(p["logsig"])
    ph = np.exp(-np.outer(gap, kap))
    var = sig**2 * (1 - ph**2) / (2 * kap)
    e = obs[1:] - p["mean"] - ph * (obs[:-1] - p["mean"])
    v0 = sig**2 / (2 * kap)
    nll = 0.5 * np.sum(np.log(var) + e**2 / var) + 0.5 * np.sum(np.log(v0) + (obs[0] - p["mean"]) ** 2 / v0)
    return float(nll / T)


def grads_right(p):
    kap, sig = np.exp(p["logkappa"]), np.exp(p["logsig"])
    h = gap[:, None]
    ph = np.exp(-h * kap)
    var = sig**2 * (1 - ph**2) / (2 * kap)
    dev = obs[:-1] - p["mean"]
    e = obs[1:] - p["mean"] - ph * dev
    v0 = sig**2 / (2 * kap)
    z0 = obs[0] - p["mean"]
    dvar = 0.5 / var - 0.5 * e**2 / var**2
    de = e / var
    dv0 = 0.5 / v0 - 0.5 * z0**2 / v0**2
    dmean = np.sum(de * (ph - 1), axis=0) - z0 / v0
    dvar_dkap = sig**2 * h * ph**2 / kap - var / kap
    dkap = np.sum(dvar * dvar_dkap + de * h * ph * dev, axis=0) - dv0 * v0 / kap
    dsig = np.sum(dvar * 2 * var / sig, axis=0) + dv0 * 2 * v0 / sig
    return {"logkappa": kap * dkap / T, "mean": dmean / T, "logsig": sig * dsig / T}


def grads_wrong(p):
    kap, sig = np.exp(p["logkappa"]), np.exp(p["logsig"])
    h = gap[:, None]
    ph = np.exp(-h * kap)
    var = sig**2 * (1 - ph**2) / (2 * kap)
    dev = obs[:-1] - p["mean"]
    e = obs[1:] - p["mean"] - ph * dev
    v0 = sig**2 / (2 * kap)
    z0 = obs[0] - p["mean"]
    dvar = 0.5 / var - 0.5 * e**2 / var**2
    de = e / var
    dv0 = 0.5 / v0 - 0.5 * z0**2 / v0**2
    dmean = np.sum(-de, axis=0) - z0 / v0
    dvar_dkap = sig**2 * h * ph**2 / kap - var / kap
    dkap = np.sum(dvar * dvar_dkap + de * h * ph * dev, axis=0) - dv0 * v0 / kap
    dsig = np.sum(dvar * 2 * var / sig, axis=0) + dv0 * 2 * v0 / sig
    return {"logkappa": kap * dkap / T, "mean": dmean / T, "logsig": sig * dsig / T}


TRUTH = "The mean appears twice in each residual (also in ph*(x_prev-mean)); the +ph part is missing; block mean."
