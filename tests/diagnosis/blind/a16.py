"""Siamese network, shared encoder, contrastive loss with smooth margin."""

import numpy as np

rng = np.random.default_rng(116)
XA = rng.normal(size=(12, 5))
XB = rng.normal(size=(12, 5))
SAME = rng.integers(0, 2, 12).astype(float)
MARGIN = 1.5


def make(seed):
    r = np.random.default_rng(seed)
    return {"W": 0.6 * r.normal(size=(5, 4)), "b": 0.4 * r.normal(size=4), "P": 0.8 * r.normal(size=(4, 3))}


def encode(p, x):
    h = np.tanh(x @ p["W"] + p["b"])
    return h, h @ p["P"]


def cost(p):
    _, ea = encode(p, XA)
    _, eb = encode(p, XB)
    d2 = np.sum((ea - eb) ** 2, axis=1)
    loss = SAME * d2 + (1 - SAME) * np.logaddexp(0, MARGIN - d2)
    return float(loss.mean())


def grads_right(p):
    ha, ea = encode(p, XA)
    hb, eb = encode(p, XB)
    diff = ea - eb
    d2 = np.sum(diff**2, axis=1)
    dd2 = (SAME - (1 - SAME) / (1 + np.exp(-(MARGIN - d2)))) / len(XA)
    dea = 2 * diff * dd2[:, None]
    deb = -dea
    dP = ha.T @ dea + hb.T @ deb
    dza = (dea @ p["P"].T) * (1 - ha**2)
    dzb = (deb @ p["P"].T) * (1 - hb**2)
    dW = XA.T @ dza + XB.T @ dzb
    db = dza.sum(0) + dzb.sum(0)
    return {"W": dW, "b": db, "P": dP}


def grads_wrong(p):
    ha, ea = encode(p, XA)
    hb, eb = encode(p, XB)
    diff = ea - eb
    d2 = np.sum(diff**2, axis=1)
    dd2 = (SAME - (1 - SAME) / (1 + np.exp(-(MARGIN - d2)))) / len(XA)
    dea = 2 * diff * dd2[:, None]
    deb = dea
    dP = ha.T @ dea + hb.T @ deb
    dza = (dea @ p["P"].T) * (1 - ha**2)
    dzb = (deb @ p["P"].T) * (1 - hb**2)
    dW = XA.T @ dza + XB.T @ dzb
    db = dza.sum(0) + dzb.sum(0)
    return {"W": dW, "b": db, "P": dP}


TRUTH = (
    "The second branch gets the same-sign gradient as the first (deb = dea instead of -dea), so the "
    "contribution of XB to all shared blocks W, b and P has the wrong sign."
)
