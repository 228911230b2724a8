# planar robot trajectory: joint angles over time, end point tracking, obstacle clearance, smoothness
import numpy as np

rng = np.random.default_rng(225)
T, J = 6, 4
links = np.array([1.0, 0.8, 0.6, 0.4])
goal = rng.normal(size=(T, 2))
obst = np.array([0.7, 0.6])
w_s, w_o = 0.3, 0.5


def make(seed):
    r = np.random.default_rng(seed)
    return {"q": 0.7 * r.normal(size=(T, J)), "base": 0.3 * r.normal(size=2)}


def points(p):
    a = np.cumsum(p["q"], axis=1)
    seg = links[None, :, None] * np.stack([np.cos(a), np.sin(a)], axis=2)
    return a, p["base"] + np.cumsum(seg, axis=1)


def cost(p):
    _, P = points(p)
    J1 = 0.5 * np.sum((P[:, -1] - goal) ** 2)
    J2 = w_o * np.sum(np.exp(-np.sum((P - obst) ** 2, axis=2)))
    J3 = 0.5 * w_s * np.sum((p["q"][2:] - 2 * p["q"][1:-1] + p["q"][:-2]) ** 2)
    return float(J1 + J2 + J3)


def grads_right(p):
    a, P = points(p)
    off = P - obst
    dP = -2 * w_o * np.exp(-np.sum(off**2, axis=2))[:, :, None] * off
    dP[:, -1] += P[:, -1] - goal
    dbase = dP.sum(axis=(0, 1))
    dseg = np.cumsum(dP[:, ::-1], axis=1)[:, ::-1]
    da = links * (-np.sin(a) * dseg[:, :, 0] + np.cos(a) * dseg[:, :, 1])
    dq = np.cumsum(da[:, ::-1], axis=1)[:, ::-1].copy()
    acc = p["q"][2:] - 2 * p["q"][1:-1] + p["q"][:-2]
    dq[2:] += w_s * acc
    dq[1:-1] -= 2 * w_s * acc
    dq[:-2] += w_s * acc
    return {"q": dq, "base": dbase}


def grads_wrong(p):
    a, P = points(p)
    off = P - obst
    dP = -2 * w_o * np.exp(-np.sum(off**2, axis=2))[:, :, None] * off
    dP[:, -1] += P[:, -1] - goal
    dbase = dP.sum(axis=(0, 1))
    dseg = np.cumsum(dP[:, ::-1], axis=1)[:, ::-1]
    da = links * (-np.sin(a) * dseg[:, :, 0] + np.cos(a) * dseg[:, :, 1])
    dq = np.cumsum(da[:, ::-1], axis=1)[:, ::-1].copy()
    acc = p["q"][2:] - 2 * p["q"][1:-1] + p["q"][:-2]
    acc_diff = acc[2:] - 2 * acc[1:-1] + acc[:-2]
    dq[2:-2] += w_s * acc_diff
    return {"q": dq, "base": dbase}


TRUTH = "The smoothness term's gradient is only added at interior times (fourth difference); the two time steps at each end get none; block q."
