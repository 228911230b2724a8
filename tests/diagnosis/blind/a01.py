"""Two-layer classifier, homework style."""

import numpy as np

rng = np.random.default_rng(101)
X = rng.normal(size=(24, 4))
Y = np.eye(3)[rng.integers(0, 3, 24)]
LAM = 0.05


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W1": 0.6 * r.normal(size=(4, 6)),
        "b1": 0.3 * r.normal(size=6),
        "W2": 0.6 * r.normal(size=(6, 3)),
        "b2": 0.3 * r.normal(size=3),
    }


def forward(p):
    Z1 = X @ p["W1"] + p["b1"]
    A1 = np.tanh(Z1)
    Z2 = A1 @ p["W2"] + p["b2"]
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    return Z1, A1, E / E.sum(axis=1, keepdims=True)


def cost(p):
    _, _, P = forward(p)
    ce = -np.sum(Y * np.log(P)) / len(X)
    return float(ce + 0.5 * LAM * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)))


def grads_right(p):
    Z1, A1, P = forward(p)
    n = len(X)
    dZ2 = (P - Y) / n
    dW2 = A1.T @ dZ2 + LAM * p["W2"]
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ p["W2"].T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1 + LAM * p["W1"]
    db1 = dZ1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def grads_wrong(p):
    Z1, A1, P = forward(p)
    n = len(X)
    dZ2 = (P - Y) / n
    dW2 = A1.T @ dZ2 + LAM * p["W2"]
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ p["W2"].T
    dZ1 = dA1 * (1 - Z1**2)
    dW1 = X.T @ dZ1 + LAM * p["W1"]
    db1 = dZ1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


TRUTH = (
    "The tanh derivative is taken as 1 - Z1**2 with the pre-activation instead of 1 - A1**2 "
    "with the activation, in dZ1; blocks W1 and b1 are wrong."
)
