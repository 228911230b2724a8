# Svensson yield curve fitted to coupon bond prices
import numpy as np

rng = np.random.default_rng(221)
NB = 7
mat = np.array([1, 2, 3, 5, 7, 10, 15])
coupon = rng.uniform(0.01, 0.06, NB)
price = 1.0 + 0.1 * rng.normal(size=NB)
weight = 1.0 / mat


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "level": np.array([0.04, -0.02, 0.01, 0.015]) + 0.01 * r.normal(size=4),
        "tau": np.array([1.5, 5.0]) + 0.5 * r.random(2),
        "spread": 0.005 * r.normal(size=NB),
    }


def loadings(t, tau):
    x1, x2 = t / tau[0], t / tau[1]
    h1, h2 = (1 - np.exp(-x1)) / x1, (1 - np.exp(-x2)) / x2
    return np.stack([np.ones_like(t), h1, h1 - np.exp(-x1), h2 - np.exp(-x2)], axis=1), x1, x2, h1, h2


def cost(p):
    J = 0.0
    for b in range(NB):
        t = np.arange(1.0, mat[b] + 1)
        cf = np.full(t.size, coupon[b])
        cf[-1] += 1
        y = loadings(t, p["tau"])[0] @ p["level"] + p["spread"][b]
        J += weight[b] * (np.sum(cf * np.exp(-y * t)) - price[b]) ** 2
    return float(J)


def grads_right(p):
    be = p["level"]
    glev, gtau, gsp = np.zeros(4), np.zeros(2), np.zeros(NB)
    for b in range(NB):
        t = np.arange(1.0, mat[b] + 1)
        cf = np.full(t.size, coupon[b])
        cf[-1] += 1
        L, x1, x2, h1, h2 = loadings(t, p["tau"])
        y = L @ be + p["spread"][b]
        pv = cf * np.exp(-y * t)
        dy = 2 * weight[b] * (pv.sum() - price[b]) * (-t * pv)
        glev += L.T @ dy
        gsp[b] = dy.sum()
        dh1, dh2 = (np.exp(-x1) - h1) / x1, (np.exp(-x2) - h2) / x2
        dx1 = (be[1] + be[2]) * dh1 + be[2] * np.exp(-x1)
        dx2 = be[3] * dh2 + be[3] * np.exp(-x2)
        gtau[0] += np.sum(dy * dx1 * -x1 / p["tau"][0])
        gtau[1] += np.sum(dy * dx2 * -x2 / p["tau"][1])
    return {"level": glev, "tau": gtau, "spread": gsp}


def grads_wrong(p):
    be = p["level"]
    glev, gtau, gsp = np.zeros(4), np.zeros(2), np.zeros(NB)
    for b in range(NB):
        t = np.arange(1.0, mat[b] + 1)
        cf = np.full(t.size, coupon[b])
        cf[-1] += 1
        L, x1, x2, h1, h2 = loadings(t, p["tau"])
        y = L @ be + p["spread"][b]
        pv = cf * np.exp(-y * t)
        dy = 2 * weight[b] * (pv.sum() - price[b]) * (-t * pv)
        glev += L.T @ dy
        gsp[b] = dy.sum()
        dh1, dh2 = (np.exp(-x1) - h1) / x1, (np.exp(-x2) - h2) / x2
        dx1 = be[1] * dh1 + be[2] * np.exp(-x1)
        dx2 = be[3] * dh2 + be[3] * np.exp(-x2)
        gtau[0] += np.sum(dy * dx1 * -x1 / p["tau"][0])
        gtau[1] += np.sum(dy * dx2 * -x2 / p["tau"][1])
    return {"level": glev, "tau": gtau, "spread": gsp}


TRUTH = "tau[0]'s derivative leaves out the slope-loading part h1 that is also inside the first curvature loading (be[2]*dh1); block tau, entry 0."
