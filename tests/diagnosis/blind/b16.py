# SEIR epidemic by forward Euler, Poisson case counts, rates on log scale, discrete adjoint
import numpy as np

rng = np.random.default_rng(216)
T = 12
dt = 0.5
counts = rng.poisson(6 + 5 * np.sin(np.arange(T) / 3.0))
POP = 200.0


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "logbeta": np.log(0.9) + 0.3 * r.normal(size=T),
        "logrates": np.log([0.4, 0.3]) + 0.2 * r.normal(size=2),
        "loginit": np.log([10.0, 8.0]) + 0.3 * r.normal(size=2),
    }


def simulate(p):
    beta = np.exp(p["logbeta"])
    sg, gm = np.exp(p["logrates"])
    e, i = np.exp(p["loginit"])
    s = POP - e - i
    path, lam = [], np.zeros(T)
    for t in range(T):
        path.append((s, e, i))
        inf = beta[t] * s * i / POP
        lam[t] = dt * sg * e
        s, e, i = s - dt * inf, e + dt * (inf - sg * e), i + dt * (sg * e - gm * i)
    return path, lam


def cost(p):
    _, lam = simulate(p)
    return float(np.mean(lam - counts * np.log(lam)))


def grads_right(p):
    path, lam = simulate(p)
    beta = np.exp(p["logbeta"])
    sg, gm = np.exp(p["logrates"])
    dlam = (1 - counts / lam) / T
    gb, gr = np.zeros(T), np.zeros(2)
    as_, ae, ai = 0.0, 0.0, 0.0
    for t in range(T - 1, -1, -1):
        s, e, i = path[t]
        dinf = dt * (ae - as_)
        gb[t] = dinf * s * i / POP
        gr[0] += dt * e * (ai - ae) + dlam[t] * dt * e
        gr[1] += -dt * ai * i
        new_s = as_ + dinf * beta[t] * i / POP
        new_e = ae + dt * sg * (ai - ae) + dlam[t] * dt * sg
        new_i = ai - dt * gm * ai + dinf * beta[t] * s / POP
        as_, ae, ai = new_s, new_e, new_i
    e0, i0 = np.exp(p["loginit"])
    ginit = np.array([(ae - as_) * e0, (ai - as_) * i0])
    return {"logbeta": gb * beta, "logrates": gr * np.array([sg, gm]), "loginit": ginit}


def grads_wrong(p):
    path, lam = simulate(p)
    beta = np.exp(p["logbeta"])
    sg, gm = np.exp(p["logrates"])
    dlam = (1 - counts / lam) / T
    gb, gr = np.zeros(T), np.zeros(2)
    as_, ae, ai = 0.0, 0.0, 0.0
    for t in range(T - 1, -1, -1):
        s, e, i = path[t]
        dinf = dt * (ae - as_)
        gb[t] = dinf * s * i / POP
        gr[0] += dt * e * (ai - ae)
        gr[1] += -dt * ai * i
        new_s = as_ + dinf * beta[t] * i / POP
        new_e = ae + dt * sg * (ai - ae) + dlam[t] * dt * sg
        new_i = ai - dt * gm * ai + dinf * beta[t] * s / POP
        as_, ae, ai = new_s, new_e, new_i
    e0, i0 = np.exp(p["loginit"])
    ginit = np.array([ae * e0, ai * i0])
    return {"logbeta": gb * beta, "logrates": gr * np.array([sg, gm]), "loginit": ginit}


TRUTH = "Two slips: loginit ignores that the initial susceptibles are POP-e-i (the -adjoint of s is missing); and logrates[0] lacks sigma's direct effect on the observed intensity lam."
