# Poincare ball embedding of a small taxonomy, softmax over negative distances
import numpy as np

rng = np.random.default_rng(88)
E, D = 7, 3
pairs = [(0, 1, [3, 4, 6]), (0, 2, [5, 3]), (1, 3, [2, 6]), (1, 4, [5, 0]), (2, 5, [1, 3, 4]), (2, 6, [0, 1])]


def make(seed):
    r = np.random.default_rng(seed)
    t = r.normal(size=(E, D))
    return {
        "theta": 0.7 * t / (1 + np.linalg.norm(t, axis=1, keepdims=True)),
        "temp": np.array([0.8 + 0.4 * r.random()]),
    }


def dist(u, v):
    a, b = 1 - u @ u, 1 - v @ v
    return np.arccosh(1 + 2 * np.sum((u - v) ** 2) / (a * b))


def cost(p):
    th, tau = p["theta"], p["temp"][0]
    loss = 0.0
    for i, j, neg in pairs:
        d = np.array([dist(th[i], th[k]) for k in [j] + neg])
        loss += tau * d[0] + np.log(np.sum(np.exp(-tau * d)))
    return loss / len(pairs)


def grads_right(p):
    th, tau = p["theta"], p["temp"][0]
    dth, dtau = np.zeros_like(th), 0.0
    for i, j, neg in pairs:
        idx = [j] + neg
        d = np.array([dist(th[i], th[k]) for k in idx])
        w = np.exp(-tau * d)
        w /= w.sum()
        coef = -w
        coef[0] += 1
        dtau += coef @ d
        for c, k in zip(coef, idx):
            u, v = th[i], th[k]
            a, b = 1 - u @ u, 1 - v @ v
            s = np.sum((u - v) ** 2)
            gam = 1 + 2 * s / (a * b)
            f = tau * c / np.sqrt(gam**2 - 1)
            dth[i] += f * (4 * (u - v) / (a * b) + 4 * s * u / (a**2 * b))
            dth[k] += f * (4 * (v - u) / (a * b) + 4 * s * v / (a * b**2))
    n = len(pairs)
    return {"theta": dth / n, "temp": np.array([dtau / n])}


def grads_wrong(p):
    th, tau = p["theta"], p["temp"][0]
    dth, dtau = np.zeros_like(th), 0.0
    for i, j, neg in pairs:
        idx = [j] + neg
        d = np.array([dist(th[i], th[k]) for k in idx])
        w = np.exp(-tau * d)
        w /= w.sum()
        coef = -w
        coef[0] += 1
        dtau += coef @ d
        for c, k in zip(coef, idx):
            u, v = th[i], th[k]
            a, b = 1 - u @ u, 1 - v @ v
            s = np.sum((u - v) ** 2)
            gam = 1 + 2 * s / (a * b)
            f = tau * c / np.sqrt(gam**2 - 1)
            dth[i] += f * (4 * (u - v) / (a * b) + 4 * s * u / (a**2 * b))
            dth[k] += f * (4 * (v - u) / (a * b) + 4 * s * v / (a**2 * b))
    n = len(pairs)
    return {"theta": dth / n, "temp": np.array([dtau / n])}


TRUTH = "In the gradient for the second point v the conformal factor term uses 1/(a^2 b) (copied from u) instead of 1/(a b^2); block theta."
