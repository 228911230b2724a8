# one graph attention layer (directed graph, self loops), node classification
import numpy as np

rng = np.random.default_rng(154)
V, D, F, C = 6, 3, 3, 2
feat = rng.normal(size=(V, D))
adj = (rng.random((V, V)) < 0.4).astype(float)
np.fill_diagonal(adj, 1.0)
lab = rng.integers(0, C, V)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W": r.normal(size=(D, F)),
        "a_src": r.normal(size=F),
        "a_dst": r.normal(size=F),
        "cls": r.normal(size=(F, C)),
    }


def layer(p):
    h = feat @ p["W"]
    pre = (h @ p["a_dst"])[:, None] + (h @ p["a_src"])[None, :]
    e = np.where(pre > 0, pre, 0.2 * pre)
    w = adj * np.exp(e - e.max(axis=1, keepdims=True))
    att = w / w.sum(axis=1, keepdims=True)
    m = np.tanh(att @ h)
    q = np.exp(m @ p["cls"])
    return h, pre, att, m, q / q.sum(axis=1, keepdims=True)


def cost(p):
    pr = layer(p)[-1]
    return -np.log(pr[np.arange(V), lab]).mean()


def grads_right(p):
    h, pre, att, m, pr = layer(p)
    dl = (pr - np.eye(C)[lab]) / V
    dcls = m.T @ dl
    dm = (dl @ p["cls"].T) * (1 - m**2)
    datt = dm @ h.T
    dh = att.T @ dm
    de = att * (datt - (att * datt).sum(axis=1, keepdims=True))
    dpre = de * np.where(pre > 0, 1.0, 0.2)
    row = dpre.sum(axis=1)
    col = dpre.sum(axis=0)
    da_dst = h.T @ row
    da_src = h.T @ col
    dh += np.outer(row, p["a_dst"]) + np.outer(col, p["a_src"])
    return {"W": feat.T @ dh, "a_src": da_src, "a_dst": da_dst, "cls": dcls}


def grads_wrong(p):
    h, pre, att, m, pr = layer(p)
    dl = (pr - np.eye(C)[lab]) / V
    dcls = m.T @ dl
    dm = (dl @ p["cls"].T) * (1 - m**2)
    datt = dm @ h.T
    dh = att.T @ dm
    de = att * (datt - (att * datt).sum(axis=1, keepdims=True))
    dpre = de * np.where(pre > 0, 1.0, 0.2)
    row = dpre.sum(axis=1)
    col = dpre.sum(axis=0)
    da_dst = h.T @ row
    da_src = h.T @ col
    return {"W": feat.T @ dh, "a_src": da_src, "a_dst": da_dst, "cls": dcls}


TRUTH = "The features h also enter through the attention scores; that branch's gradient (row x a_dst + col x a_src) is missing from dh, so W is wrong while a_src, a_dst, cls are right."
