"""Autoencoder with tied weights."""

import numpy as np

rng = np.random.default_rng(110)
DATA = rng.normal(size=(15, 6))


def make(seed):
    r = np.random.default_rng(seed)
    return {"W": 0.5 * r.normal(size=(6, 3)), "b_enc": 0.3 * r.normal(size=3), "b_dec": 0.3 * r.normal(size=6)}


def cost(p):
    code = 1 / (1 + np.exp(-(DATA @ p["W"] + p["b_enc"])))
    recon = code @ p["W"].T + p["b_dec"]
    rho = code.mean(0)
    sparse = np.sum(0.2 * np.log(0.2 / rho) + 0.8 * np.log(0.8 / (1 - rho)))
    return float(0.5 * np.sum((recon - DATA) ** 2) / len(DATA) + 0.3 * sparse)


def grads_right(p):
    n = len(DATA)
    code = 1 / (1 + np.exp(-(DATA @ p["W"] + p["b_enc"])))
    recon = code @ p["W"].T + p["b_dec"]
    rho = code.mean(0)
    dr = (recon - DATA) / n
    dcode = dr @ p["W"]
    dcode = dcode + 0.3 * (-0.2 / rho + 0.8 / (1 - rho)) / n
    dpre = dcode * code * (1 - code)
    gW = DATA.T @ dpre
    gW += dr.T @ code
    return {"W": gW, "b_enc": dpre.sum(0), "b_dec": dr.sum(0)}


def grads_wrong(p):
    n = len(DATA)
    code = 1 / (1 + np.exp(-(DATA @ p["W"] + p["b_enc"])))
    recon = code @ p["W"].T + p["b_dec"]
    rho = code.mean(0)
    dr = (recon - DATA) / n
    dcode = dr @ p["W"]
    dcode = dcode + 0.3 * (-0.2 / rho + 0.8 / (1 - rho)) / n
    dpre = dcode * code * (1 - code)
    gW = DATA.T @ dpre
    return {"W": gW, "b_enc": dpre.sum(0), "b_dec": dr.sum(0)}


TRUTH = (
    "The tied weight W is also used in the decoder, and that contribution (dr.T @ code) is missing; "
    "only block W is wrong."
)
