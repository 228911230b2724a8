"""1-D convolutional net: conv (valid) -> sigmoid -> global linear read-out."""

import numpy as np

rng = np.random.default_rng(105)
SIGNALS = rng.normal(size=(10, 12))
LABEL = rng.integers(0, 2, 10).astype(float)
K = 4


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "kernel": r.normal(size=(3, K)),
        "kbias": 0.4 * r.normal(size=3),
        "w": 0.4 * r.normal(size=(3, 12 - K + 1)),
        "c": r.normal(size=1),
    }


def forward(p):
    L = SIGNALS.shape[1] - K + 1
    pre = np.zeros((len(SIGNALS), 3, L))
    for t in range(L):
        pre[:, :, t] = SIGNALS[:, t : t + K] @ p["kernel"].T + p["kbias"]
    act = 1 / (1 + np.exp(-pre))
    logit = np.einsum("nft,ft->n", act, p["w"]) + p["c"][0]
    return act, logit


def cost(p):
    _, s = forward(p)
    return float(np.mean(np.logaddexp(0, s) - LABEL * s))


def grads_right(p):
    act, s = forward(p)
    N = len(s)
    ds = (1 / (1 + np.exp(-s)) - LABEL) / N
    dw = np.einsum("n,nft->ft", ds, act)
    dpre = ds[:, None, None] * p["w"] * act * (1 - act)
    L = dpre.shape[2]
    dk = np.zeros_like(p["kernel"])
    for f in range(3):
        for n in range(N):
            dk[f] += np.correlate(SIGNALS[n], dpre[n, f], mode="valid")
    return {"kernel": dk, "kbias": dpre.sum(axis=(0, 2)), "w": dw, "c": np.array([ds.sum()])}


def grads_wrong(p):
    act, s = forward(p)
    N = len(s)
    ds = (1 / (1 + np.exp(-s)) - LABEL) / N
    dw = np.einsum("n,nft->ft", ds, act)
    dpre = ds[:, None, None] * p["w"] * act * (1 - act)
    L = dpre.shape[2]
    dk = np.zeros_like(p["kernel"])
    for f in range(3):
        for n in range(N):
            dk[f] += np.convolve(SIGNALS[n], dpre[n, f], mode="valid")
    return {"kernel": dk, "kbias": dpre.sum(axis=(0, 2)), "w": dw, "c": np.array([ds.sum()])}


TRUTH = (
    "The kernel gradient uses np.convolve (which flips the upstream gradient in time) where the forward "
    "is a correlation and np.correlate is needed; block kernel is wrong."
)
