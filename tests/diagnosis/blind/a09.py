"""CBOW word model: mean of context embeddings -> softmax over the vocabulary."""

import numpy as np

rng = np.random.default_rng(109)
V, D = 8, 4
CTX = rng.integers(0, V, size=(14, 3))
WORD = rng.integers(0, V, size=14)


def make(seed):
    r = np.random.default_rng(seed)
    return {"emb": r.normal(size=(V, D)), "out": r.normal(size=(D, V)), "bias": r.normal(size=V)}


def run(p):
    h = p["emb"][CTX].mean(axis=1)
    logits = h @ p["out"] + p["bias"]
    logits = logits - logits.max(1, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return h, logp


def cost(p):
    _, logp = run(p)
    return float(-logp[np.arange(len(WORD)), WORD].mean())


def grads_right(p):
    h, logp = run(p)
    B = len(WORD)
    dlog = np.exp(logp)
    dlog[np.arange(B), WORD] -= 1
    dlog /= B
    dout = h.T @ dlog
    dbias = dlog.sum(0)
    dh = dlog @ p["out"].T
    demb = np.zeros_like(p["emb"])
    for j in range(CTX.shape[1]):
        np.add.at(demb, CTX[:, j], dh / CTX.shape[1])
    return {"emb": demb, "out": dout, "bias": dbias}


def grads_wrong(p):
    h, logp = run(p)
    B = len(WORD)
    dlog = np.exp(logp)
    dlog[np.arange(B), WORD] -= 1
    dlog /= B
    dout = h.T @ dlog
    dbias = dlog.sum(0)
    dh = dlog @ p["out"].T
    demb = np.zeros_like(p["emb"])
    for j in range(CTX.shape[1]):
        demb[CTX[:, j]] += dh / CTX.shape[1]
    return {"emb": demb, "out": dout, "bias": dbias}


TRUTH = (
    "demb[idx] += ... with repeated indices keeps only the last contribution for each word in a column "
    "(np.add.at is needed); block emb is wrong."
)
