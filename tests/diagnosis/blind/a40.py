"""Truss sizing: log areas and vertical node shifts, compliance plus volume penalty."""

import numpy as np

NODES = np.array([[0, 0], [1, 0], [2, 0], [3, 0], [0, 1], [1, 1], [2, 1], [3, 1]], float)
BARS = np.array(
    [
        [0, 1],
        [1, 2],
        [2, 3],
        [4, 5],
        [5, 6],
        [6, 7],
        [0, 5],
        [1, 4],
        [1, 6],
        [2, 5],
        [2, 7],
        [3, 6],
        [1, 5],
        [2, 6],
        [3, 7],
    ]
)
FREE = np.array([d for n in (1, 2, 3, 5, 6, 7) for d in (2 * n, 2 * n + 1)])
LOAD = np.zeros(16)
LOAD[7], LOAD[5], LOAD[14] = -1.0, -0.5, 0.3


def make(seed):
    r = np.random.default_rng(seed)
    return {"loga": 0.3 * r.normal(size=len(BARS)), "dy": 0.1 * r.normal(size=8)}


def assemble(p):
    xy = NODES.copy()
    xy[:, 1] += p["dy"]
    a, K, info, vol = np.exp(p["loga"]), np.zeros((16, 16)), [], 0.0
    for e, (i, j) in enumerate(BARS):
        d = xy[j] - xy[i]
        L = np.sqrt(d @ d)
        dof = np.array([2 * i, 2 * i + 1, 2 * j, 2 * j + 1])
        b = np.concatenate([-d, d]) / L
        K[np.ix_(dof, dof)] += a[e] / L * np.outer(b, b)
        vol += a[e] * L
        info.append((d, L, dof, b))
    u = np.zeros(16)
    u[FREE] = np.linalg.solve(K[np.ix_(FREE, FREE)], LOAD[FREE])
    return a, info, vol, u


def cost(p):
    _, _, vol, u = assemble(p)
    return float(LOAD @ u + 0.5 * vol)


def grads_right(p):
    a, info, vol, u = assemble(p)
    ga, gy = np.zeros(len(BARS)), np.zeros(8)
    for e, (d, L, dof, b) in enumerate(info):
        ue = u[dof]
        s = b @ ue
        ga[e] = a[e] * (-(s**2) / L + 0.5 * L)
        dL = d[1] / L
        ds = (ue[3] - ue[1]) / L - s * dL / L
        dcost = a[e] * (-2 * s * ds / L + s**2 * dL / L**2 + 0.5 * dL)
        gy[BARS[e, 1]] += dcost
        gy[BARS[e, 0]] -= dcost
    return {"loga": ga, "dy": gy}


def grads_wrong(p):
    a, info, vol, u = assemble(p)
    ga, gy = np.zeros(len(BARS)), np.zeros(8)
    for e, (d, L, dof, b) in enumerate(info):
        ue = u[dof]
        s = b @ ue
        ga[e] = a[e] * (s**2 / L + 0.5 * L)
        ds = (ue[3] - ue[1]) / L
        dL = d[1] / L
        dcost = a[e] * (-2 * s * ds / L + s**2 * dL / L**2 + 0.5 * dL)
        gy[BARS[e, 1]] += dcost
        gy[BARS[e, 0]] -= dcost
    return {"loga": ga, "dy": gy}


TRUTH = (
    "Two slips: the compliance sensitivity to the areas has the wrong sign (+s^2/L, should be -s^2/L) in block "
    "loga, and in block dy the derivative of the unit direction ignores the change of length (-s*dL/L missing in ds)."
)
