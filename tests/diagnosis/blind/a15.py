"""Two-layer graph convolution on a directed graph, node classification."""

import numpy as np

rng = np.random.default_rng(115)
N = 9
ADJ = (rng.random((N, N)) < 0.3).astype(float) + np.eye(N)
ADJ = np.minimum(ADJ, 1)
P_RW = ADJ / ADJ.sum(axis=1, keepdims=True)
FEAT = rng.normal(size=(N, 4))
CLS = rng.integers(0, 3, N)
TRAIN = np.array([0, 2, 3, 5, 8])


def make(seed):
    r = np.random.default_rng(seed)
    return {"theta0": 0.8 * r.normal(size=(4, 5)), "theta1": 0.8 * r.normal(size=(5, 3))}


def forward(p):
    M = P_RW @ FEAT
    H = np.tanh(M @ p["theta0"])
    Z = P_RW @ (H @ p["theta1"])
    Z = Z - Z.max(1, keepdims=True)
    S = np.exp(Z)
    S /= S.sum(1, keepdims=True)
    return M, H, S


def cost(p):
    S = forward(p)[2]
    return float(-np.mean(np.log(S[TRAIN, CLS[TRAIN]])))


def grads_right(p):
    M, H, S = forward(p)
    dZ = np.zeros_like(S)
    dZ[TRAIN] = S[TRAIN]
    dZ[TRAIN, CLS[TRAIN]] -= 1
    dZ /= len(TRAIN)
    back = P_RW.T @ dZ
    d_theta1 = H.T @ back
    dH = back @ p["theta1"].T
    d_theta0 = M.T @ (dH * (1 - H**2))
    return {"theta0": d_theta0, "theta1": d_theta1}


def grads_wrong(p):
    M, H, S = forward(p)
    dZ = np.zeros_like(S)
    dZ[TRAIN] = S[TRAIN]
    dZ[TRAIN, CLS[TRAIN]] -= 1
    dZ /= len(TRAIN)
    back = P_RW @ dZ
    d_theta1 = H.T @ back
    dH = back @ p["theta1"].T
    d_theta0 = M.T @ (dH * (1 - H**2))
    return {"theta0": d_theta0, "theta1": d_theta1}


TRUTH = (
    "The message-passing backward multiplies by the row-normalised adjacency P_RW instead of its transpose; "
    "it is not symmetric, so both theta0 and theta1 are wrong."
)
