# modern Hopfield retrieval: stored patterns are learned, queries are refined for two update steps
import numpy as np

rng = np.random.default_rng(55)
N, M, D = 5, 4, 5
probe = rng.normal(size=(N, D))
clean = rng.normal(size=(N, D))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "xi": r.normal(size=(M, D)),
        "log_beta": 0.3 * r.normal(size=1),
        "mix": r.normal(size=(D, D)) / np.sqrt(D),
    }


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def unroll(p, steps=2):
    beta = np.exp(p["log_beta"][0])
    q = probe @ p["mix"]
    hist = []
    for _ in range(steps):
        s = q @ p["xi"].T
        a = softmax(beta * s)
        hist.append((q, s, a))
        q = a @ p["xi"]
    return beta, q, hist


def cost(p):
    _, q, _ = unroll(p)
    return np.mean((q - clean) ** 2)


def grads_right(p):
    beta, q, hist = unroll(p)
    dq = 2 * (q - clean) / q.size
    dxi = np.zeros_like(p["xi"])
    dbeta = 0.0
    for q_in, s, a in reversed(hist):
        dxi += a.T @ dq
        da = dq @ p["xi"].T
        dl = a * (da - (a * da).sum(axis=1, keepdims=True))
        dbeta += np.sum(dl * s)
        ds = beta * dl
        dxi += ds.T @ q_in
        dq = ds @ p["xi"]
    return {"xi": dxi, "log_beta": np.array([beta * dbeta]), "mix": probe.T @ dq}


def grads_wrong(p):
    beta, q, hist = unroll(p)
    dq = 2 * (q - clean) / q.size
    dxi = np.zeros_like(p["xi"])
    dbeta = 0.0
    for q_in, s, a in reversed(hist):
        dxi += a.T @ dq
        da = dq @ p["xi"].T
        dl = a * (da - (a * da).sum(axis=1, keepdims=True))
        dbeta += np.sum(dl * s)
        ds = beta * dl
        dxi += ds.T @ q
        dq = ds @ p["xi"]
    return {"xi": dxi, "log_beta": np.array([beta * dbeta]), "mix": probe.T @ dq}


TRUTH = "The key-side gradient of the stored patterns uses the final retrieved state q in each step instead of the query that entered that step (q_in); block xi."
