# viscous Burgers equation (periodic, conservative central flux): initial state and source adjoint
import numpy as np

rng = np.random.default_rng(224)
n, steps = 12, 8
dx, dt = 1.0 / 12, 0.01
probe = rng.normal(size=(steps, n))


def make(seed):
    r = np.random.default_rng(seed)
    return {"u0": r.normal(size=n), "source": r.normal(size=n), "lognu": np.log(0.05) + 0.2 * r.normal(size=1)}


def march(p):
    nu = np.exp(p["lognu"][0])
    u, hist = p["u0"], [p["u0"]]
    for _ in range(steps):
        up, um = np.roll(u, -1), np.roll(u, 1)
        u = u - dt * (up**2 - um**2) / (4 * dx) + dt * nu * (up - 2 * u + um) / dx**2 + dt * p["source"]
        hist.append(u)
    return hist


def cost(p):
    hist = march(p)
    return float(0.5 * dx * sum(np.sum((hist[k + 1] - probe[k]) ** 2) for k in range(steps)))


def grads_right(p):
    nu = np.exp(p["lognu"][0])
    hist = march(p)
    lam = np.zeros(n)
    gsrc, gnu = np.zeros(n), 0.0
    for k in range(steps - 1, -1, -1):
        lam = lam + dx * (hist[k + 1] - probe[k])
        u = hist[k]
        lap = (np.roll(u, -1) - 2 * u + np.roll(u, 1)) / dx**2
        gsrc += dt * lam
        gnu += dt * np.sum(lam * lap)
        lp, lm = np.roll(lam, -1), np.roll(lam, 1)
        lam = lam + dt * u * (lp - lm) / (2 * dx) + dt * nu * (lp - 2 * lam + lm) / dx**2
    return {"u0": lam, "source": gsrc, "lognu": np.array([nu * gnu])}


def grads_wrong(p):
    nu = np.exp(p["lognu"][0])
    hist = march(p)
    lam = np.zeros(n)
    gsrc, gnu = np.zeros(n), 0.0
    for k in range(steps - 1, -1, -1):
        lam = lam + dx * (hist[k + 1] - probe[k])
        u = hist[k]
        lap = (np.roll(u, -1) - 2 * u + np.roll(u, 1)) / dx**2
        gsrc += dt * lam
        gnu += dt * np.sum(lam * lap)
        lp, lm = np.roll(lam, -1), np.roll(lam, 1)
        lam = lam + dt * (np.roll(u, -1) * lp - np.roll(u, 1) * lm) / (2 * dx) + dt * nu * (lp - 2 * lam + lm) / dx**2
    return {"u0": lam, "source": gsrc, "lognu": np.array([nu * gnu])}


TRUTH = "Adjoint of the nonlinear flux: the adjoint differences are weighted by the neighbours' velocities instead of the cell's own u (linearised advection not transposed); all blocks."
