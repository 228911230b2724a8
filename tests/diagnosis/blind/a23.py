"""Sparse-input ARD Gaussian process: negative log marginal likelihood, plus a linear mean."""

import numpy as np

rng = np.random.default_rng(123)
N, D = 18, 8
X = rng.normal(size=(N, D))
y = np.sin(X[:, 0]) + 0.5 * X[:, 1] + 0.2 * rng.normal(size=N)


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "log_ell": 0.8 + 0.3 * r.normal(size=D),
        "log_sf": 0.3 * r.normal(size=1),
        "log_sn": -0.7 + 0.2 * r.normal(size=1),
        "beta": 0.4 * r.normal(size=D),
    }


def gram(p):
    Z = X * np.exp(-p["log_ell"])
    d2 = np.sum((Z[:, None] - Z[None]) ** 2, axis=-1)
    Kf = np.exp(2 * p["log_sf"][0] - 0.5 * d2)
    return Z, Kf, Kf + np.exp(2 * p["log_sn"][0]) * np.eye(N)


def cost(p):
    _, _, K = gram(p)
    L = np.linalg.cholesky(K)
    r = y - X @ p["beta"]
    w = np.linalg.solve(L, r)
    return float(0.5 * w @ w + np.log(np.diag(L)).sum())


def grads_right(p):
    Z, Kf, K = gram(p)
    Kinv = np.linalg.inv(K)
    r = y - X @ p["beta"]
    alpha = Kinv @ r
    G = 0.5 * (Kinv - np.outer(alpha, alpha))
    g_ell = np.zeros(D)
    for d in range(D):
        g_ell[d] = np.sum(G * Kf * (Z[:, d][:, None] - Z[:, d][None]) ** 2)
    g_sf = 2 * np.sum(G * Kf)
    g_sn = 2 * np.exp(2 * p["log_sn"][0]) * np.trace(G)
    return {"log_ell": g_ell, "log_sf": np.array([g_sf]), "log_sn": np.array([g_sn]), "beta": -X.T @ alpha}


def grads_wrong(p):
    Z, Kf, K = gram(p)
    Kinv = np.linalg.inv(K)
    r = y - X @ p["beta"]
    alpha = Kinv @ r
    G = 0.5 * (Kinv - np.outer(alpha, alpha))
    g_ell = np.zeros(D)
    for d in range(D):
        g_ell[d] = np.sum(G * Kf * (Z[:, d][:, None] - Z[:, d][None]) ** 2)
    g_sf = 2 * np.sum(G * K)
    g_sn = 2 * np.exp(2 * p["log_sn"][0]) * np.trace(G)
    return {"log_ell": g_ell, "log_sf": np.array([g_sf]), "log_sn": np.array([g_sn]), "beta": -X.T @ alpha}


TRUTH = (
    "The signal-amplitude derivative uses the full matrix K (with the noise on the diagonal) instead of the "
    "noise-free Kf; only block log_sf is wrong."
)
