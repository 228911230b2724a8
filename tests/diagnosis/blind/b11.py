# RealNVP with two affine couplings, standard normal base, mean NLL
import numpy as np

rng = np.random.default_rng(121)
N = 8
data = rng.normal(size=(N, 2)) @ np.array([[1.0, 0.6], [0.0, 0.7]]) + 0.3
H = 4


def make(seed):
    r = np.random.default_rng(seed)
    p = {}
    for l in (0, 1):
        p["a%d" % l] = r.normal(size=H)
        p["c%d" % l] = 0.5 * r.normal(size=H)
        p["s%d" % l] = 0.5 * r.normal(size=H)
        p["t%d" % l] = 0.5 * r.normal(size=H)
    p["clip"] = 0.5 + r.random(2)
    return p


def flow(p):
    x = data.copy()
    rec, logdet = [], np.zeros(N)
    for l in (0, 1):
        keep, move = x[:, l], x[:, 1 - l]
        h = np.tanh(np.outer(keep, p["a%d" % l]) + p["c%d" % l])
        r = np.tanh(h @ p["s%d" % l])
        s = p["clip"][l] * r
        t = h @ p["t%d" % l]
        x = x.copy()
        x[:, 1 - l] = move * np.exp(s) + t
        logdet += s
        rec.append((keep, move, h, r, s))
    return x, logdet, rec


def cost(p):
    z, logdet, _ = flow(p)
    return np.mean(0.5 * np.sum(z**2, axis=1) - logdet)


def grads_right(p):
    z, logdet, rec = flow(p)
    g = {"clip": np.zeros(2)}
    dx = z / N
    for l in (1, 0):
        keep, move, h, r, s = rec[l]
        dy = dx[:, 1 - l]
        dt = dy
        ds = dy * move * np.exp(s) - 1.0 / N
        g["clip"][l] = np.sum(ds * r)
        dr = ds * p["clip"][l] * (1 - r**2)
        g["s%d" % l] = h.T @ dr
        g["t%d" % l] = h.T @ dt
        dh = np.outer(dr, p["s%d" % l]) + np.outer(dt, p["t%d" % l])
        da = dh * (1 - h**2)
        g["a%d" % l] = da.T @ keep
        g["c%d" % l] = da.sum(axis=0)
        dprev = np.zeros_like(dx)
        dprev[:, l] = dx[:, l] + da @ p["a%d" % l]
        dprev[:, 1 - l] = dy * np.exp(s)
        dx = dprev
    return g


def grads_wrong(p):
    z, logdet, rec = flow(p)
    g = {"clip": np.zeros(2)}
    dx = z / N
    for l in (1, 0):
        keep, move, h, r, s = rec[l]
        dy = dx[:, 1 - l]
        dt = dy
        ds = dy * z[:, 1 - l] - 1.0 / N
        g["clip"][l] = np.sum(ds * r)
        dr = ds * p["clip"][l] * (1 - r**2)
        g["s%d" % l] = h.T @ dr
        g["t%d" % l] = h.T @ dt
        dh = np.outer(dr, p["s%d" % l]) + np.outer(dt, p["t%d" % l])
        da = dh * (1 - h**2)
        g["a%d" % l] = da.T @ keep
        g["c%d" % l] = da.sum(axis=0)
        dprev = np.zeros_like(dx)
        dprev[:, l] = dx[:, l] + da @ p["a%d" % l]
        dprev[:, 1 - l] = dy * np.exp(s)
        dx = dprev
    return g


TRUTH = "The derivative of the scaled coordinate with respect to s is move*exp(s); the code uses the coupling's whole output, which also contains the shift t; blocks s0, s1, a0, a1, c0, c1, clip, and t0 through the second coupling (t1 is right)."
