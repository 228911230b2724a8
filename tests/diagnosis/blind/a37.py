"""Risk-parity style portfolio over several regimes: softmax weights, risk contributions, expected return."""

import numpy as np

rng = np.random.default_rng(137)
R, A = 3, 6
COV = []
for _ in range(R):
    B = rng.normal(size=(A, A))
    COV.append(B @ B.T / A + 0.3 * np.eye(A))
MU = 0.2 * rng.normal(size=(R, A))


def make(seed):
    r = np.random.default_rng(seed)
    return {"logits": r.normal(size=(R, A))}


def weights(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def cost(p):
    c = 0.0
    for k in range(R):
        w = weights(p["logits"][k])
        rc = w * (COV[k] @ w)
        share = rc / rc.sum()
        c += A * np.sum((share - 1 / A) ** 2) - MU[k] @ w
    return float(c)


def grads_right(p):
    g = np.zeros((R, A))
    for k in range(R):
        w = weights(p["logits"][k])
        Sw = COV[k] @ w
        rc = w * Sw
        tot = rc.sum()
        share = rc / tot
        dshare = 2 * A * (share - 1 / A)
        drc = (dshare - dshare @ share) / tot
        dw = drc * Sw + COV[k] @ (drc * w) - MU[k]
        g[k] = w * (dw - w @ dw)
    return {"logits": g}


def grads_wrong(p):
    g = np.zeros((R, A))
    for k in range(R):
        w = weights(p["logits"][k])
        Sw = COV[k] @ w
        rc = w * Sw
        tot = rc.sum()
        share = rc / tot
        dshare = 2 * A * (share - 1 / A)
        drc = (dshare - dshare @ share) / tot
        dw = drc * Sw + w * (COV[k] @ drc) - MU[k]
        g[k] = w * (dw - w @ dw)
    return {"logits": g}


TRUTH = (
    "The derivative of w*(Sigma w) through Sigma w is written w*(Sigma drc), i.e. the un-transposed Jacobian "
    "diag(w) Sigma instead of Sigma diag(w), in dw; block logits is wrong."
)
