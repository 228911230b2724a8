# plane truss: compliance under a load with respect to node positions and bar areas
import numpy as np

nodes0 = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [2, 0.0], [2, 1]])
bars = np.array([(0, 2), (1, 3), (0, 3), (1, 2), (2, 3), (2, 4), (3, 5), (2, 5), (3, 4), (4, 5)])
free = np.arange(4, 12)
load = np.zeros(12)
load[9], load[10] = -1.0, 0.4
rho = 0.3


def make(seed):
    r = np.random.default_rng(seed)
    return {"xy": nodes0 + 0.1 * r.normal(size=(6, 2)), "area": 0.5 + r.random(len(bars))}


def solve(p):
    K = np.zeros((12, 12))
    for b, (i, j) in enumerate(bars):
        d = p["xy"][j] - p["xy"][i]
        L = np.linalg.norm(d)
        v = np.concatenate([-d, d])
        dof = [2 * i, 2 * i + 1, 2 * j, 2 * j + 1]
        K[np.ix_(dof, dof)] += p["area"][b] / L**3 * np.outer(v, v)
    u = np.zeros(12)
    u[free] = np.linalg.solve(K[np.ix_(free, free)], load[free])
    return u


def cost(p):
    d = p["xy"][bars[:, 1]] - p["xy"][bars[:, 0]]
    return float(0.1 * load @ solve(p) + rho * np.sum(p["area"] * np.linalg.norm(d, axis=1)))


def grads_right(p):
    u = solve(p).reshape(6, 2)
    gx, ga = np.zeros((6, 2)), np.zeros(len(bars))
    for b, (i, j) in enumerate(bars):
        A = p["area"][b]
        d = p["xy"][j] - p["xy"][i]
        L = np.linalg.norm(d)
        w = u[j] - u[i]
        e = d @ w
        ga[b] = -0.1 * e**2 / L**3 + rho * L
        gd = -0.1 * A * (2 * e * w / L**3 - 3 * e**2 * d / L**5)
        gd += rho * A * d / L
        gx[j] += gd
        gx[i] -= gd
    return {"xy": gx, "area": ga}


def grads_wrong(p):
    u = solve(p).reshape(6, 2)
    gx, ga = np.zeros((6, 2)), np.zeros(len(bars))
    for b, (i, j) in enumerate(bars):
        A = p["area"][b]
        d = p["xy"][j] - p["xy"][i]
        L = np.linalg.norm(d)
        w = u[j] - u[i]
        e = d @ w
        ga[b] = -0.1 * e**2 / L**3 + rho * L
        gd = -0.1 * A * (e * w / L**3 - 3 * e**2 * d / L**5)
        gd += rho * A * d / L
        gx[j] += gd
        gx[i] -= gd
    return {"xy": gx, "area": ga}


TRUTH = "The squared elongation e^2 is differentiated without its factor 2 in the node-position gradient; block xy."
