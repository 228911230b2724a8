"""Lennard-Jones cluster with a quadratic cutoff switch."""

import numpy as np

N, RC = 7, 3.0
BASE = 1.15 * np.array([[i % 2, (i // 2) % 2, i // 4] for i in range(N)], float)


def make(seed):
    r = np.random.default_rng(seed)
    return BASE + 0.07 * r.normal(size=(N, 3))


def cost(pos):
    e = 0.0
    for i in range(N):
        for j in range(i + 1, N):
            r = np.linalg.norm(pos[i] - pos[j])
            if r < RC:
                lj = 4 * (r**-12 - r**-6)
                sw = (1 - (r / RC) ** 2) ** 2
                e += lj * sw
    com = pos.mean(axis=0)
    return float(e + 0.5 * com @ com)


def grads_right(pos):
    g = np.zeros_like(pos)
    for i in range(N):
        for j in range(i + 1, N):
            rij = pos[i] - pos[j]
            r = np.linalg.norm(rij)
            if r < RC:
                lj = 4 * (r**-12 - r**-6)
                dlj = 4 * (-12 * r**-13 + 6 * r**-7)
                sw = (1 - (r / RC) ** 2) ** 2
                dsw = -4 * r / RC**2 * (1 - (r / RC) ** 2)
                f = (dlj * sw + lj * dsw) * rij / r
                g[i] += f
                g[j] -= f
    g += pos.mean(axis=0) / N
    return g


def grads_wrong(pos):
    g = np.zeros_like(pos)
    for i in range(N):
        for j in range(i + 1, N):
            rij = pos[i] - pos[j]
            r = np.linalg.norm(rij)
            if r < RC:
                lj = 4 * (r**-12 - r**-6)
                dlj = 4 * (-12 * r**-13 + 6 * r**-7)
                sw = (1 - (r / RC) ** 2) ** 2
                f = dlj * sw * rij / r
                g[i] += f
                g[j] -= f
    g += pos.mean(axis=0) / N
    return g


TRUTH = (
    "The derivative of the cutoff switching function is missing from the pair force (product rule: lj*dsw dropped); "
    "all positions are affected."
)
