# bent chain molecule: Morse stretch + harmonic angle + screened Coulomb between non-neighbours
import numpy as np

rng = np.random.default_rng(219)
n = 5
De, a_m, r0 = 1.3, 1.1, 1.0
k_th, th0 = 0.8, 1.9
charge = rng.normal(size=n)
kappa = 0.4


def make(seed):
    r = np.random.default_rng(seed)
    base = np.stack([np.arange(n) * 0.9, 0.5 * (np.arange(n) % 2), np.zeros(n)], axis=1)
    return {"xyz": base + 0.15 * r.normal(size=(n, 3))}


def cost(p):
    x = p["xyz"]
    V = 0.0
    for i in range(n - 1):
        V += De * (1 - np.exp(-a_m * (np.linalg.norm(x[i + 1] - x[i]) - r0))) ** 2
    for j in range(1, n - 1):
        u, v = x[j - 1] - x[j], x[j + 1] - x[j]
        th = np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v))
        V += 0.5 * k_th * (th - th0) ** 2
    for i in range(n):
        for j in range(i + 2, n):
            r = np.linalg.norm(x[i] - x[j])
            V += charge[i] * charge[j] * np.exp(-kappa * r) / r
    return float(V)


def grads_right(p):
    x = p["xyz"]
    g = np.zeros_like(x)
    for i in range(n - 1):
        d = x[i + 1] - x[i]
        r = np.linalg.norm(d)
        ex = np.exp(-a_m * (r - r0))
        f = 2 * De * a_m * (1 - ex) * ex * d / r
        g[i + 1] += f
        g[i] -= f
    for j in range(1, n - 1):
        u, v = x[j - 1] - x[j], x[j + 1] - x[j]
        nu, nv = np.linalg.norm(u), np.linalg.norm(v)
        c = u @ v / (nu * nv)
        dc = -k_th * (np.arccos(c) - th0) / np.sqrt(1 - c * c)
        gu = dc * (v / (nu * nv) - c * u / nu**2)
        gv = dc * (u / (nu * nv) - c * v / nv**2)
        g[j - 1] += gu
        g[j + 1] += gv
        g[j] -= gu + gv
    for i in range(n):
        for j in range(i + 2, n):
            d = x[i] - x[j]
            r = np.linalg.norm(d)
            dv = -charge[i] * charge[j] * np.exp(-kappa * r) * (kappa * r + 1) / r**2
            g[i] += dv * d / r
            g[j] -= dv * d / r
    return {"xyz": g}


def grads_wrong(p):
    x = p["xyz"]
    g = np.zeros_like(x)
    for i in range(n - 1):
        d = x[i + 1] - x[i]
        r = np.linalg.norm(d)
        ex = np.exp(-a_m * (r - r0))
        f = 2 * De * a_m * (1 - ex) * ex * d / r
        g[i + 1] += f
        g[i] -= f
    for j in range(1, n - 1):
        u, v = x[j - 1] - x[j], x[j + 1] - x[j]
        nu, nv = np.linalg.norm(u), np.linalg.norm(v)
        c = u @ v / (nu * nv)
        dc = -k_th * (np.arccos(c) - th0) / np.sqrt(1 - c * c)
        gu = dc * (v / (nu * nv) - c * u / nu**2)
        gv = dc * (u / (nu * nv) - c * v / nv**2)
        g[j - 1] += gu
        g[j + 1] += gv
        g[j] -= gu + gv
    for i in range(n):
        for j in range(i + 2, n):
            d = x[i] - x[j]
            r = np.linalg.norm(d)
            dv = -charge[i] * charge[j] * np.exp(-kappa * r) / r**2
            g[i] += dv * d / r
            g[j] -= dv * d / r
    return {"xyz": g}


TRUTH = "The screened Coulomb force omits the derivative of the screening exponential (factor 1 + kappa r), so non-bonded forces are off."
