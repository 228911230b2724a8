"""1-D diffusion with face conductivities (log), explicit Euler, discrete adjoint for the conductivities."""

import numpy as np

rng = np.random.default_rng(121)
NX, NT, DT = 11, 15, 0.2
U0 = np.sin(np.pi * np.linspace(0, 1, NX)) + 0.3 * rng.normal(size=NX)
OBS = rng.normal(size=NX) * 0.3 + 0.4
FLUX_IN = 0.15


def make(seed):
    r = np.random.default_rng(seed)
    return 0.3 * r.normal(size=NX - 1) - 0.5


def solve(k):
    us = [U0]
    for _ in range(NT):
        u = us[-1]
        q = -k * np.diff(u)
        div = np.zeros(NX)
        div[:-1] += q
        div[1:] -= q
        div[0] -= FLUX_IN
        us.append(u - DT * div)
    return us


def cost(logk):
    us = solve(np.exp(logk))
    return float(0.5 * np.sum((us[-1] - OBS) ** 2) + 0.05 * np.sum(np.diff(logk) ** 2))


def grads_right(logk):
    k = np.exp(logk)
    us = solve(k)
    lam = us[-1] - OBS
    gk = np.zeros_like(k)
    for n in range(NT - 1, -1, -1):
        dlam = np.diff(lam)
        gk += -DT * np.diff(us[n]) * dlam
        new = lam.copy()
        new[:-1] += DT * k * dlam
        new[1:] -= DT * k * dlam
        lam = new
    g = gk * k
    d = 0.1 * np.diff(logk)
    g[1:] += d
    g[:-1] -= d
    return g


def grads_wrong(logk):
    k = np.exp(logk)
    us = solve(k)
    lam = us[-1] - OBS
    gk = np.zeros_like(k)
    for n in range(NT - 1, -1, -1):
        dlam = np.diff(lam)
        gk += -DT * np.diff(us[n + 1]) * dlam
        new = lam.copy()
        new[:-1] += DT * k * dlam
        new[1:] -= DT * k * dlam
        lam = new
    g = gk * k
    d = 0.1 * np.diff(logk)
    g[1:] += d
    g[:-1] -= d
    return g


TRUTH = (
    "The adjoint accumulation pairs the adjoint with the state after the step (us[n+1]) instead of the state "
    "before it (us[n]); the whole log-conductivity gradient is wrong."
)
