"""Planar multi-link arm: reach several targets in sequence with smooth joint motion."""

import numpy as np

rng = np.random.default_rng(125)
LINKS = np.array([1.0, 0.8, 0.6, 0.5])
GOALS = rng.normal(size=(5, 2))
MU = 0.1


def make(seed):
    r = np.random.default_rng(seed)
    return {"q": r.normal(size=(5, 4)), "base": 0.5 * r.normal(size=2)}


def tip(q, base):
    phi = np.cumsum(q)
    return base + np.array([np.sum(LINKS * np.cos(phi)), np.sum(LINKS * np.sin(phi))])


def cost(p):
    e = 0.0
    for k in range(5):
        d = tip(p["q"][k], p["base"]) - GOALS[k]
        e += 0.5 * d @ d
    return float(e + 0.5 * MU * np.sum(np.diff(p["q"], axis=0) ** 2))


def grads_right(p):
    gq = np.zeros_like(p["q"])
    gb = np.zeros(2)
    for k in range(5):
        phi = np.cumsum(p["q"][k])
        d = tip(p["q"][k], p["base"]) - GOALS[k]
        gb += d
        for j in range(4):
            Jx = -np.sum(LINKS[j:] * np.sin(phi[j:]))
            Jy = np.sum(LINKS[j:] * np.cos(phi[j:]))
            gq[k, j] = d[0] * Jx + d[1] * Jy
    dq = np.diff(p["q"], axis=0)
    gq[1:] += MU * dq
    gq[:-1] -= MU * dq
    return {"q": gq, "base": gb}


def grads_wrong(p):
    gq = np.zeros_like(p["q"])
    gb = np.zeros(2)
    for k in range(5):
        phi = np.cumsum(p["q"][k])
        d = tip(p["q"][k], p["base"]) - GOALS[k]
        gb += d
        for j in range(4):
            Jx = -np.sum(LINKS[: j + 1] * np.sin(phi[: j + 1]))
            Jy = np.sum(LINKS[: j + 1] * np.cos(phi[: j + 1]))
            gq[k, j] = d[0] * Jx + d[1] * Jy
    dq = np.diff(p["q"], axis=0)
    gq[1:] += MU * dq
    gq[:-1] -= MU * dq
    return {"q": gq, "base": gb}


TRUTH = (
    "The arm Jacobian for joint j sums over links 0..j (from the base) instead of j..end (the links that "
    "joint moves); block q is wrong."
)
