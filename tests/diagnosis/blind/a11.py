"""Char-RNN style Elman network with a loss at each step."""

import numpy as np

rng = np.random.default_rng(111)
SEQ = rng.integers(0, 4, 8)
ONE = np.eye(4)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "Wxh": 0.7 * r.normal(size=(5, 4)),
        "Whh": 0.5 * r.normal(size=(5, 5)),
        "Why": 0.7 * r.normal(size=(4, 5)),
        "bh": 0.3 * r.normal(size=5),
        "by": 0.3 * r.normal(size=4),
    }


def unroll(p):
    hs, ps, loss = {-1: np.zeros(5)}, {}, 0.0
    for t in range(len(SEQ) - 1):
        hs[t] = np.tanh(p["Wxh"] @ ONE[SEQ[t]] + p["Whh"] @ hs[t - 1] + p["bh"])
        y = p["Why"] @ hs[t] + p["by"]
        e = np.exp(y - y.max())
        ps[t] = e / e.sum()
        loss -= np.log(ps[t][SEQ[t + 1]])
    return hs, ps, loss


def cost(p):
    return float(unroll(p)[2])


def grads_right(p):
    hs, ps, _ = unroll(p)
    dWxh, dWhh, dWhy = (np.zeros_like(p[k]) for k in ("Wxh", "Whh", "Why"))
    dbh, dby = np.zeros(5), np.zeros(4)
    dhnext = np.zeros(5)
    for t in reversed(range(len(SEQ) - 1)):
        dy = ps[t].copy()
        dy[SEQ[t + 1]] -= 1
        dWhy += np.outer(dy, hs[t])
        dby += dy
        dh = p["Why"].T @ dy + dhnext
        draw = (1 - hs[t] ** 2) * dh
        dbh += draw
        dWxh += np.outer(draw, ONE[SEQ[t]])
        dWhh += np.outer(draw, hs[t - 1])
        dhnext = p["Whh"].T @ draw
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}


def grads_wrong(p):
    hs, ps, _ = unroll(p)
    dWxh, dWhh, dWhy = (np.zeros_like(p[k]) for k in ("Wxh", "Whh", "Why"))
    dbh, dby = np.zeros(5), np.zeros(4)
    dhnext = np.zeros(5)
    for t in reversed(range(len(SEQ) - 1)):
        dy = ps[t].copy()
        dy[SEQ[t + 1]] -= 1
        dWhy += np.outer(dy, hs[t])
        dby = dy
        dh = p["Why"].T @ dy + dhnext
        draw = (1 - hs[t] ** 2) * dh
        dbh += draw
        dWxh += np.outer(draw, ONE[SEQ[t]])
        dWhh += np.outer(draw, hs[t - 1])
        dhnext = p["Whh"].T @ draw
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}


TRUTH = (
    "The output bias gradient is overwritten (dby = dy) at each time step instead of accumulated; "
    "only block by is wrong."
)
