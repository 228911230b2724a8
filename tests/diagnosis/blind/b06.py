# neural ODE with time-dependent gate, explicit midpoint steps
import numpy as np

rng = np.random.default_rng(66)
B, D, H, STEPS = 3, 2, 4, 4
dt = 0.3
z0 = rng.normal(size=(B, D))
zT = rng.normal(size=(B, D))


def make(seed):
    r = np.random.default_rng(seed)
    return {"A": r.normal(size=(D, H)), "w_t": r.normal(size=H), "C": r.normal(size=(H, D))}


def field(p, z, t):
    h = np.tanh(z @ p["A"] + t * p["w_t"])
    return h @ p["C"], h


def cost(p):
    z = z0
    for n in range(STEPS):
        t = n * dt
        k1, _ = field(p, z, t)
        k2, _ = field(p, z + 0.5 * dt * k1, t + 0.5 * dt)
        z = z + dt * k2
    return 0.5 * np.sum((z - zT) ** 2)


def grads_right(p):
    z, store = z0, []
    for n in range(STEPS):
        t = n * dt
        k1, h1 = field(p, z, t)
        zm = z + 0.5 * dt * k1
        k2, h2 = field(p, zm, t + 0.5 * dt)
        store.append((t, z, h1, zm, h2))
        z = z + dt * k2
    g = {k: np.zeros_like(v) for k, v in p.items()}

    def pull(dk, zin, t, h):
        da = (dk @ p["C"].T) * (1 - h**2)
        g["C"] += h.T @ dk
        g["A"] += zin.T @ da
        g["w_t"] += t * da.sum(axis=0)
        return da @ p["A"].T

    lam = z - zT
    for t, zn, h1, zm, h2 in reversed(store):
        dzm = pull(dt * lam, zm, t + 0.5 * dt, h2)
        dz = pull(0.5 * dt * dzm, zn, t, h1)
        lam = lam + dzm + dz
    return g


def grads_wrong(p):
    z, store = z0, []
    for n in range(STEPS):
        t = n * dt
        k1, h1 = field(p, z, t)
        zm = z + 0.5 * dt * k1
        k2, h2 = field(p, zm, t + 0.5 * dt)
        store.append((t, z, h1, zm, h2))
        z = z + dt * k2
    g = {k: np.zeros_like(v) for k, v in p.items()}

    def pull(dk, zin, t, h):
        da = (dk @ p["C"].T) * (1 - h**2)
        g["C"] += h.T @ dk
        g["A"] += zin.T @ da
        g["w_t"] += t * da.sum(axis=0)
        return da @ p["A"].T

    lam = z - zT
    for t, zn, h1, zm, h2 in reversed(store):
        dzm = pull(dt * lam, zm, t + 0.5 * dt, h2)
        dz = pull(0.5 * dt * dzm, zn, t, h1)
        lam = lam + dz
    return g


TRUTH = "Adjoint of the midpoint step: the state's direct path into the midpoint (z inside z + dt/2 k1) is missing, lam should also get dzm; all blocks wrong."
