"""Image deblurring: periodic blur, smoothed total variation with Neumann differences, background level."""

import numpy as np

rng = np.random.default_rng(139)
NY, NX, LAM, BETA = 7, 8, 0.3, 0.05
PSF = [(0, 0, 0.5), (0, 1, 0.25), (1, 0, 0.15), (1, 2, 0.1)]
D = rng.normal(size=(NY, NX))


def make(seed):
    r = np.random.default_rng(seed)
    return {"img": r.normal(size=(NY, NX)), "bg": r.normal(size=NX)}


def blur(u):
    return sum(w * np.roll(u, (a, b), axis=(0, 1)) for a, b, w in PSF)


def blur_T(u):
    return sum(w * np.roll(u, (-a, -b), axis=(0, 1)) for a, b, w in PSF)


def diffs(u):
    gx, gy = np.zeros_like(u), np.zeros_like(u)
    gx[:, :-1] = u[:, 1:] - u[:, :-1]
    gy[:-1] = u[1:] - u[:-1]
    return gx, gy


def cost(p):
    res = blur(p["img"]) + p["bg"] - D
    gx, gy = diffs(p["img"])
    return float(0.5 * np.sum(res**2) + LAM * np.sum(np.sqrt(gx**2 + gy**2 + BETA)))


def grads_right(p):
    res = blur(p["img"]) + p["bg"] - D
    gx, gy = diffs(p["img"])
    mag = np.sqrt(gx**2 + gy**2 + BETA)
    px, py = LAM * gx / mag, LAM * gy / mag
    g = blur_T(res)
    g[:, :-1] -= px[:, :-1]
    g[:, 1:] += px[:, :-1]
    g[:-1] -= py[:-1]
    g[1:] += py[:-1]
    return {"img": g, "bg": res.sum(axis=0)}


def grads_wrong(p):
    res = blur(p["img"]) + p["bg"] - D
    gx, gy = diffs(p["img"])
    px = LAM * gx / np.sqrt(gx**2 + BETA)
    py = LAM * gy / np.sqrt(gy**2 + BETA)
    g = blur_T(res)
    g[:, :-1] -= px[:, :-1]
    g[:, 1:] += px[:, :-1]
    g[:-1] -= py[:-1]
    g[1:] += py[:-1]
    return {"img": g, "bg": res.sum(axis=0)}


TRUTH = (
    "The total-variation fluxes px and py are divided each by its own smoothed difference (the anisotropic form) "
    "instead of the joint gradient magnitude of the isotropic cost; block img is wrong."
)
