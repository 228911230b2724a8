"""Kalman filter likelihood of several AR(1)-plus-noise sensors, forward sensitivities."""

import numpy as np

rng = np.random.default_rng(122)
S, T = 4, 12
Y = np.cumsum(0.4 * rng.normal(size=(S, T)), axis=1) + 0.3 * rng.normal(size=(S, T))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "phi": 0.7 + 0.1 * r.normal(size=S),
        "logq": -1 + 0.3 * r.normal(size=S),
        "logr": -1 + 0.3 * r.normal(size=S),
    }


def cost(par):
    tot = 0.0
    for s in range(S):
        phi, q, r = par["phi"][s], np.exp(par["logq"][s]), np.exp(par["logr"][s])
        m, P = 0.0, 1.0
        for y in Y[s]:
            m, P = phi * m, phi**2 * P + q
            F, v = P + r, y - m
            tot += 0.5 * (np.log(F) + v**2 / F)
            m, P = m + P / F * v, P - P**2 / F
    return float(tot)


def grads_right(par):
    out = {k: np.zeros(S) for k in ("phi", "logq", "logr")}
    for s in range(S):
        phi, q, r = par["phi"][s], np.exp(par["logq"][s]), np.exp(par["logr"][s])
        for name in out:
            dphi, dq, dr = float(name == "phi"), q * (name == "logq"), r * (name == "logr")
            m, P, dm, dP, g = 0.0, 1.0, 0.0, 0.0, 0.0
            for y in Y[s]:
                dm, dP = dphi * m + phi * dm, 2 * phi * dphi * P + phi**2 * dP + dq
                m, P = phi * m, phi**2 * P + q
                F, v, dF, dv = P + r, y - m, dP + dr, -dm
                g += 0.5 * (dF / F + 2 * v * dv / F - v**2 * dF / F**2)
                K, dK = P / F, dP / F - P * dF / F**2
                dm, dP = dm + dK * v + K * dv, dP - 2 * P * dP / F + P**2 * dF / F**2
                m, P = m + K * v, P - P**2 / F
            out[name][s] = g
    return out


def grads_wrong(par):
    out = {k: np.zeros(S) for k in ("phi", "logq", "logr")}
    for s in range(S):
        phi, q, r = par["phi"][s], np.exp(par["logq"][s]), np.exp(par["logr"][s])
        for name in out:
            dphi, dq, dr = float(name == "phi"), q * (name == "logq"), r * (name == "logr")
            m, P, dm, dP, g = 0.0, 1.0, 0.0, 0.0, 0.0
            for y in Y[s]:
                dm, dP = dphi * m + phi * dm, 2 * phi * dphi * P + phi**2 * dP + dq
                m, P = phi * m, phi**2 * P + q
                F, v, dF, dv = P + r, y - m, dP + dr, -dm
                g += 0.5 * (dF / F + 2 * v * dv / F - v**2 * dF / F**2)
                K, dK = P / F, dP / F - P * dF / F**2
                dm, dP = dm + K * dv, dP - 2 * P * dP / F + P**2 * dF / F**2
                m, P = m + K * v, P - P**2 / F
            out[name][s] = g
    return out


TRUTH = (
    "The derivative of the Kalman gain is dropped from the sensitivity of the updated mean (dK*v missing in dm); "
    "phi, logq and logr are all wrong."
)
