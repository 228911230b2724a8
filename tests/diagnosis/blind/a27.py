"""GARCH(1,1) with Student-free Gaussian likelihood for several assets, sequential derivatives."""

import numpy as np

rng = np.random.default_rng(127)
A, T = 4, 20
RET = rng.normal(size=(A, T)) * (0.7 + 0.5 * rng.random((A, T)))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "omega": -1.5 + 0.3 * r.normal(size=A),
        "a": -1.5 + 0.4 * r.normal(size=A),
        "b": 0.5 + 0.4 * r.normal(size=A),
        "mu": 0.2 * r.normal(size=A),
    }


def sigm(x):
    return 1 / (1 + np.exp(-x))


def cost(p):
    om, al, be = np.exp(p["omega"]), sigm(p["a"]), sigm(p["b"])
    h, nll = np.ones(A), 0.0
    for t in range(T):
        e = RET[:, t] - p["mu"]
        nll += 0.5 * np.sum(np.log(h) + e**2 / h)
        h = om + al * e**2 + be * h
    return float(nll / T)


def grads_right(p):
    om, al, be = np.exp(p["omega"]), sigm(p["a"]), sigm(p["b"])
    h = np.ones(A)
    dh = {k: np.zeros(A) for k in p}
    g = {k: np.zeros(A) for k in p}
    for t in range(T):
        e = RET[:, t] - p["mu"]
        s = 0.5 * (1 / h - e**2 / h**2)
        for k in p:
            g[k] += s * dh[k]
        g["mu"] += -e / h
        dh = {
            "omega": 1 + be * dh["omega"],
            "a": e**2 + be * dh["a"],
            "b": h + be * dh["b"],
            "mu": -2 * al * e + be * dh["mu"],
        }
        h = om + al * e**2 + be * h
    return {
        "omega": g["omega"] * om / T,
        "a": g["a"] * al * (1 - al) / T,
        "b": g["b"] * be * (1 - be) / T,
        "mu": g["mu"] / T,
    }


def grads_wrong(p):
    om, al, be = np.exp(p["omega"]), sigm(p["a"]), sigm(p["b"])
    h = np.ones(A)
    dh = {k: np.zeros(A) for k in p}
    g = {k: np.zeros(A) for k in p}
    for t in range(T):
        e = RET[:, t] - p["mu"]
        s = 0.5 * (1 / h - e**2 / h**2)
        for k in p:
            g[k] += s * dh[k]
        g["mu"] += -e / h
        dh = {"omega": 1 + be * dh["omega"], "a": e**2 + be * dh["a"], "b": h, "mu": -2 * al * e + be * dh["mu"]}
        h = om + al * e**2 + be * h
    return {"omega": g["omega"] * om / T, "a": g["a"] * al * (1 - al) / T, "b": g["b"] * be / T, "mu": g["mu"] / T}


TRUTH = (
    "Two slips, both in block b: the recursion for dh/db lost its own carry-over term be*dh['b'], and the "
    "logistic Jacobian is be instead of be*(1-be)."
)
