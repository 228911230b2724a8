"""Single-head self attention with squared loss."""

import numpy as np

rng = np.random.default_rng(106)
TOK = rng.normal(size=(6, 4))
GOAL = rng.normal(size=(6, 3))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "Wq": 0.8 * r.normal(size=(4, 3)),
        "Wk": 0.8 * r.normal(size=(4, 3)),
        "Wv": r.normal(size=(4, 3)),
        "Wo": r.normal(size=(3, 3)),
    }


def softmax(S):
    E = np.exp(S - S.max(-1, keepdims=True))
    return E / E.sum(-1, keepdims=True)


def cost(p):
    q, k, v = TOK @ p["Wq"], TOK @ p["Wk"], TOK @ p["Wv"]
    A = softmax(q @ k.T / np.sqrt(3))
    return float(np.mean((A @ v @ p["Wo"] - GOAL) ** 2))


def grads_right(p):
    q, k, v = TOK @ p["Wq"], TOK @ p["Wk"], TOK @ p["Wv"]
    A = softmax(q @ k.T / np.sqrt(3))
    ctx = A @ v
    dy = 2 * (ctx @ p["Wo"] - GOAL) / GOAL.size
    dWo = ctx.T @ dy
    dctx = dy @ p["Wo"].T
    dA = dctx @ v.T
    dv = A.T @ dctx
    dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
    dS /= np.sqrt(3)
    dq = dS @ k
    dk = dS.T @ q
    return {"Wq": TOK.T @ dq, "Wk": TOK.T @ dk, "Wv": TOK.T @ dv, "Wo": dWo}


def grads_wrong(p):
    q, k, v = TOK @ p["Wq"], TOK @ p["Wk"], TOK @ p["Wv"]
    A = softmax(q @ k.T / np.sqrt(3))
    ctx = A @ v
    dy = 2 * (ctx @ p["Wo"] - GOAL) / GOAL.size
    dWo = ctx.T @ dy
    dctx = dy @ p["Wo"].T
    dA = dctx @ v.T
    dv = A.T @ dctx
    dS = A * (dA - np.sum(dA * A, axis=0, keepdims=True))
    dS /= np.sqrt(3)
    dq = dS @ k
    dk = dS.T @ q
    return {"Wq": TOK.T @ dq, "Wk": TOK.T @ dk, "Wv": TOK.T @ dv, "Wo": dWo}


TRUTH = (
    "The softmax backward sums dA*A over axis 0 (queries) instead of the last axis (keys) "
    "when forming dS; blocks Wq and Wk are wrong."
)
