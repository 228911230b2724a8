"""Fit of a Lotka-Volterra-like system x' = x*(r + A x) integrated by RK4, discrete adjoint."""

import numpy as np

rng = np.random.default_rng(136)
S, NT, H = 3, 8, 0.15
TARG = 0.6 + 0.3 * rng.random((NT, S))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "r": 0.5 * r.normal(size=S),
        "A": 0.5 * r.normal(size=(S, S)) - 0.5 * np.eye(S),
        "x0": 0.5 + 0.3 * r.random(S),
    }


def f(x, p):
    return x * (p["r"] + p["A"] @ x)


def vjp(x, p, lam, g, w):
    g["r"] += w * lam * x
    g["A"] += w * np.outer(lam * x, x)
    return lam * (p["r"] + p["A"] @ x) + p["A"].T @ (lam * x)


def step(x, p):
    k1 = f(x, p)
    k2 = f(x + H / 2 * k1, p)
    k3 = f(x + H / 2 * k2, p)
    k4 = f(x + H * k3, p)
    return x + H / 6 * (k1 + 2 * k2 + 2 * k3 + k4), (x, x + H / 2 * k1, x + H / 2 * k2, x + H * k3)


def cost(p):
    x, c = p["x0"], 0.0
    for n in range(NT):
        x, _ = step(x, p)
        c += 0.5 * np.sum((x - TARG[n]) ** 2)
    return float(c)


def grads_right(p):
    xs, st = [p["x0"]], []
    for n in range(NT):
        x, s = step(xs[-1], p)
        xs.append(x)
        st.append(s)
    g = {"r": np.zeros(S), "A": np.zeros((S, S))}
    lam = np.zeros(S)
    for n in reversed(range(NT)):
        lam = lam + xs[n + 1] - TARG[n]
        b4 = vjp(st[n][3], p, H / 6 * lam, g, 1.0)
        b3 = vjp(st[n][2], p, H / 3 * lam + H * b4, g, 1.0)
        b2 = vjp(st[n][1], p, H / 3 * lam + H / 2 * b3, g, 1.0)
        b1 = vjp(st[n][0], p, H / 6 * lam + H / 2 * b2, g, 1.0)
        lam = lam + b1 + b2 + b3 + b4
    return {"r": g["r"], "A": g["A"], "x0": lam}


def grads_wrong(p):
    xs, st = [p["x0"]], []
    for n in range(NT):
        x, s = step(xs[-1], p)
        xs.append(x)
        st.append(s)
    g = {"r": np.zeros(S), "A": np.zeros((S, S))}
    lam = np.zeros(S)
    for n in reversed(range(NT)):
        lam = lam + xs[n + 1] - TARG[n]
        b4 = vjp(st[n][3], p, H / 6 * lam, g, 1.0)
        b3 = vjp(st[n][2], p, H / 3 * lam + H / 2 * b4, g, 1.0)
        b2 = vjp(st[n][1], p, H / 3 * lam + H / 2 * b3, g, 1.0)
        b1 = vjp(st[n][0], p, H / 6 * lam + H / 2 * b2, g, 1.0)
        lam = lam + b1 + b2 + b3 + b4
    return {"r": g["r"], "A": g["A"], "x0": lam}


TRUTH = (
    "In the RK4 adjoint the path from the fourth stage to k3 is weighted H/2 instead of H; "
    "blocks r, A and x0 are all (slightly) wrong."
)
