# factorization machine for click prediction (logistic loss, l2 on factors)
import numpy as np

rng = np.random.default_rng(77)
N, P, K = 9, 6, 3
X = rng.normal(size=(N, P)) * (rng.random((N, P)) < 0.7)
y = np.where(rng.random(N) < 0.5, -1.0, 1.0)
reg = 0.05


def make(seed):
    r = np.random.default_rng(seed)
    return {"w0": r.normal(size=1), "w": r.normal(size=P), "V": 0.6 * r.normal(size=(P, K))}


def predict(p):
    XV = X @ p["V"]
    inter = 0.5 * np.sum(XV**2 - (X**2) @ (p["V"] ** 2), axis=1)
    return p["w0"][0] + X @ p["w"] + inter, XV


def cost(p):
    f, _ = predict(p)
    return np.mean(np.logaddexp(0, -y * f)) + 0.5 * reg * np.sum(p["V"] ** 2)


def grads_right(p):
    f, XV = predict(p)
    delta = -y / (1 + np.exp(y * f)) / N
    gV = np.zeros_like(p["V"])
    for j in range(P):
        for k in range(K):
            gV[j, k] = np.sum(delta * (X[:, j] * XV[:, k] - p["V"][j, k] * X[:, j] ** 2))
    gV += reg * p["V"]
    return {"w0": np.array([delta.sum()]), "w": X.T @ delta, "V": gV}


def grads_wrong(p):
    f, XV = predict(p)
    delta = -y / (1 + np.exp(y * f)) / N
    gV = np.zeros_like(p["V"])
    for j in range(P):
        for k in range(K):
            gV[j, k] = np.sum(delta * (X[:, j] * XV[:, k] - p["V"][j, k] ** 2 * X[:, j] ** 2))
    gV += reg * p["V"]
    return {"w0": np.array([delta.sum()]), "w": X.T @ delta, "V": gV}


TRUTH = "The self-interaction term in dV subtracts v^2 x^2 rather than its derivative v x^2 (V squared was kept); block V."
