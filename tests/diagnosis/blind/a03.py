"""LSTM over a short sequence, squared error on the last hidden state read-out."""

import numpy as np

rng = np.random.default_rng(103)
T, D, H = 5, 2, 3
XS = rng.normal(size=(T, D))
TARGET = 0.7


def sig(z):
    return 1 / (1 + np.exp(-z))


def make(seed):
    r = np.random.default_rng(seed)
    return {"W": 0.6 * r.normal(size=(4 * H, D + H)), "b": 0.3 * r.normal(size=4 * H), "wy": r.normal(size=H)}


def forward(p):
    h, c, cache = np.zeros(H), np.zeros(H), []
    for x in XS:
        v = np.concatenate([x, h])
        z = p["W"] @ v + p["b"]
        i, f, o, g = sig(z[:H]), sig(z[H : 2 * H]), sig(z[2 * H : 3 * H]), np.tanh(z[3 * H :])
        c_prev, c = c, f * c + i * g
        h = o * np.tanh(c)
        cache.append((v, i, f, o, g, c_prev, c))
    return h, cache


def cost(p):
    h, _ = forward(p)
    return float(0.5 * (p["wy"] @ h - TARGET) ** 2 + 0.1 * np.sum(h**2))


def grads_right(p):
    h, cache = forward(p)
    e = p["wy"] @ h - TARGET
    dW, db = np.zeros_like(p["W"]), np.zeros_like(p["b"])
    dh, dc = e * p["wy"] + 0.2 * h, np.zeros(H)
    for v, i, f, o, g, c_prev, c in reversed(cache):
        tc = np.tanh(c)
        do = dh * tc
        dc = dc + dh * o * (1 - tc**2)
        df = dc * c_prev
        di, dg = dc * g, dc * i
        dz = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
        dW += np.outer(dz, v)
        db += dz
        dh = (p["W"].T @ dz)[D:]
        dc = dc * f
    return {"W": dW, "b": db, "wy": e * h}


def grads_wrong(p):
    h, cache = forward(p)
    e = p["wy"] @ h - TARGET
    dW, db = np.zeros_like(p["W"]), np.zeros_like(p["b"])
    dh, dc = e * p["wy"] + 0.2 * h, np.zeros(H)
    for v, i, f, o, g, c_prev, c in reversed(cache):
        tc = np.tanh(c)
        do = dh * tc
        dc = dc + dh * o * (1 - tc**2)
        df = dc * c
        di, dg = dc * g, dc * i
        dz = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
        dW += np.outer(dz, v)
        db += dz
        dh = (p["W"].T @ dz)[D:]
        dc = dc * f
    return {"W": dW, "b": db, "wy": e * h}


TRUTH = (
    "The forget-gate gradient multiplies by the new cell state c instead of the previous one c_prev; "
    "blocks W and b are wrong (forget rows directly, the others through the recurrence)."
)
