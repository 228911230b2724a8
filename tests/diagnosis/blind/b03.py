# causal linear attention with feature map elu+1, single head
import numpy as np

rng = np.random.default_rng(33)
T, D, K = 6, 4, 3
X = rng.normal(size=(T, D))
Y = rng.normal(size=(T, K))
mask = np.tril(np.ones((T, T)))


def make(seed):
    r = np.random.default_rng(seed)
    return {"Wq": 0.6 * r.normal(size=(D, K)), "Wk": 0.6 * r.normal(size=(D, K)), "Wv": 0.6 * r.normal(size=(D, K))}


def phi(a):
    return np.where(a > 0, a + 1.0, np.exp(np.minimum(a, 0)))


def dphi(a):
    return np.where(a > 0, 1.0, np.exp(np.minimum(a, 0)))


def cost(p):
    q, k, v = phi(X @ p["Wq"]), phi(X @ p["Wk"]), X @ p["Wv"]
    S = (q @ k.T) * mask
    out = (S @ v) / S.sum(axis=1, keepdims=True)
    return 0.5 * np.mean(np.sum((out - Y) ** 2, axis=1))


def grads_right(p):
    aq, ak, v = X @ p["Wq"], X @ p["Wk"], X @ p["Wv"]
    q, k = phi(aq), phi(ak)
    S = (q @ k.T) * mask
    z = S.sum(axis=1, keepdims=True)
    num = S @ v
    out = num / z
    dout = (out - Y) / T
    dnum = dout / z
    dz = -np.sum(dout * num, axis=1, keepdims=True) / z**2
    dv = S.T @ dnum
    dS = (dnum @ v.T + dz) * mask
    dq = dS @ k
    dk = dS.T @ q
    return {"Wq": X.T @ (dq * dphi(aq)), "Wk": X.T @ (dk * dphi(ak)), "Wv": X.T @ dv}


def grads_wrong(p):
    aq, ak, v = X @ p["Wq"], X @ p["Wk"], X @ p["Wv"]
    q, k = phi(aq), phi(ak)
    S = (q @ k.T) * mask
    z = S.sum(axis=1, keepdims=True)
    num = S @ v
    out = num / z
    dout = (out - Y) / T
    dnum = dout / z
    dz = -np.sum(dout * num, axis=1, keepdims=True) / z**2
    dv = S.T @ dnum
    dS = (dnum @ v.T) * mask + dz
    dq = dS @ k
    dk = dS.T @ q
    return {"Wq": X.T @ (dq * dphi(aq)), "Wk": X.T @ (dk * dphi(ak)), "Wv": X.T @ dv}


TRUTH = "The causal mask is not applied to the normaliser's part dz of dS, so future positions get gradient; Wq and Wk are wrong, Wv fine."
