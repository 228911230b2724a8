"""Bundle adjustment with small-angle cameras: points, translations and focal lengths, radial distortion."""

import numpy as np

rng = np.random.default_rng(134)
NP, NC, K1 = 8, 3, 0.15
OBS = 0.3 * rng.normal(size=(NC, NP, 2))
DELTA = 0.5


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "pts": r.normal(size=(NP, 3)) + np.array([0, 0, 5.0]),
        "trans": 0.3 * r.normal(size=(NC, 3)),
        "logf": 0.2 * r.normal(size=NC),
    }


def cost(p):
    c = 0.0
    for k in range(NC):
        Q = p["pts"] + p["trans"][k]
        xy = Q[:, :2] / Q[:, 2:]
        r2 = np.sum(xy**2, axis=1, keepdims=True)
        e = np.exp(p["logf"][k]) * xy * (1 + K1 * r2) - OBS[k]
        c += np.sum(np.sqrt(DELTA**2 + np.sum(e**2, axis=1)))
    return float(c)


def grads_right(p):
    g = {k: np.zeros_like(v) for k, v in p.items()}
    for k in range(NC):
        f = np.exp(p["logf"][k])
        Q = p["pts"] + p["trans"][k]
        xy = Q[:, :2] / Q[:, 2:]
        r2 = np.sum(xy**2, axis=1, keepdims=True)
        u = f * xy * (1 + K1 * r2)
        e = u - OBS[k]
        de = e / np.sqrt(DELTA**2 + np.sum(e**2, axis=1, keepdims=True))
        g["logf"][k] = np.sum(de * u)
        dxy = f * (de * (1 + K1 * r2) + 2 * K1 * xy * np.sum(de * xy, axis=1, keepdims=True))
        dQ = np.column_stack([dxy / Q[:, 2:], -np.sum(dxy * xy, axis=1) / Q[:, 2]])
        g["pts"] += dQ
        g["trans"][k] = dQ.sum(0)
    return g


def grads_wrong(p):
    g = {k: np.zeros_like(v) for k, v in p.items()}
    for k in range(NC):
        f = np.exp(p["logf"][k])
        Q = p["pts"] + p["trans"][k]
        xy = Q[:, :2] / Q[:, 2:]
        r2 = np.sum(xy**2, axis=1, keepdims=True)
        u = f * xy * (1 + K1 * r2)
        e = u - OBS[k]
        de = e / np.sqrt(DELTA**2 + np.sum(e**2, axis=1, keepdims=True))
        g["logf"][k] = np.sum(de * u)
        dxy = f * (de * (1 + K1 * r2) + 2 * K1 * xy * np.sum(de * xy, axis=1, keepdims=True))
        dQ = np.column_stack([dxy / Q[:, 2:], -np.sum(dxy * Q[:, :2], axis=1) / Q[:, 2]])
        g["pts"] += dQ
        g["trans"][k] = dQ.sum(0)
    return g


TRUTH = (
    "The depth derivative of the projection divides by z only once (-dxy.X/z instead of -dxy.X/z^2); "
    "the third column of pts and of trans is wrong."
)
