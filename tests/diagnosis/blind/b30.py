# radial velocity fit of two planets, Kepler equation solved by Newton, implicit derivative
import numpy as np

rng = np.random.default_rng(230)
N = 14
t = np.sort(rng.uniform(0, 10, N))
rv = rng.normal(size=N)
P = 2


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "amp": 0.5 + r.random(P),
        "freq": np.array([0.9, 1.7]) + 0.1 * r.normal(size=P),
        "M0": r.normal(size=P),
        "omega": r.normal(size=P),
        "ecc": 0.15 + 0.3 * r.random(P),
        "lognoise": 0.2 * r.normal(size=1),
        "gamma": 0.3 * r.normal(size=1),
    }


def kepler(M, e):
    E = M + e * np.sin(M)
    for _ in range(30):
        E = E - (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
    return E


def cost(p):
    v = np.full(N, p["gamma"][0])
    for k in range(P):
        e = p["ecc"][k]
        E = kepler(p["freq"][k] * t + p["M0"][k], e)
        nu = 2 * np.arctan2(np.sqrt(1 + e) * np.sin(E / 2), np.sqrt(1 - e) * np.cos(E / 2))
        v = v + p["amp"][k] * (np.cos(nu + p["omega"][k]) + e * np.cos(p["omega"][k]))
    s = p["lognoise"][0]
    return float(s + 0.5 * np.mean((v - rv) ** 2) * np.exp(-2 * s))


def grads_right(p):
    g = {k: np.zeros_like(x) for k, x in p.items()}
    v = np.full(N, p["gamma"][0])
    keep = []
    for k in range(P):
        e, w = p["ecc"][k], p["omega"][k]
        E = kepler(p["freq"][k] * t + p["M0"][k], e)
        nu = 2 * np.arctan2(np.sqrt(1 + e) * np.sin(E / 2), np.sqrt(1 - e) * np.cos(E / 2))
        keep.append((E, nu))
        v = v + p["amp"][k] * (np.cos(nu + w) + e * np.cos(w))
    s = p["lognoise"][0]
    dv = (v - rv) / N * np.exp(-2 * s)
    g["gamma"][0] = dv.sum()
    g["lognoise"][0] = 1 - np.mean((v - rv) ** 2) * np.exp(-2 * s)
    for k, (E, nu) in enumerate(keep):
        e, w, A = p["ecc"][k], p["omega"][k], p["amp"][k]
        g["amp"][k] = dv @ (np.cos(nu + w) + e * np.cos(w))
        g["omega"][k] = -A * dv @ (np.sin(nu + w) + e * np.sin(w))
        dnu = -A * dv * np.sin(nu + w)
        den = 1 - e * np.cos(E)
        dE = dnu * np.sqrt(1 - e**2) / den
        dM = dE / den
        g["M0"][k] = dM.sum()
        g["freq"][k] = dM @ t
        g["ecc"][k] = np.sum(dnu * np.sin(E) / (np.sqrt(1 - e**2) * den)) + np.sum(dM * np.sin(E))
        g["ecc"][k] += A * np.cos(w) * dv.sum()
    return g


def grads_wrong(p):
    g = {k: np.zeros_like(x) for k, x in p.items()}
    v = np.full(N, p["gamma"][0])
    keep = []
    for k in range(P):
        e, w = p["ecc"][k], p["omega"][k]
        E = kepler(p["freq"][k] * t + p["M0"][k], e)
        nu = 2 * np.arctan2(np.sqrt(1 + e) * np.sin(E / 2), np.sqrt(1 - e) * np.cos(E / 2))
        keep.append((E, nu))
        v = v + p["amp"][k] * (np.cos(nu + w) + e * np.cos(w))
    s = p["lognoise"][0]
    dv = (v - rv) / N * np.exp(-2 * s)
    g["gamma"][0] = dv.sum()
    g["lognoise"][0] = 1 - np.mean((v - rv) ** 2) * np.exp(-2 * s)
    for k, (E, nu) in enumerate(keep):
        e, w, A = p["ecc"][k], p["omega"][k], p["amp"][k]
        g["amp"][k] = dv @ (np.cos(nu + w) + e * np.cos(w))
        g["omega"][k] = -A * dv @ (np.sin(nu + w) + e * np.sin(w))
        dnu = -A * dv * np.sin(nu + w)
        den = 1 - e * np.cos(E)
        dE = dnu * np.sqrt(1 - e**2) / den
        dM = dE / den
        g["M0"][k] = dM.sum()
        g["freq"][k] = dM @ t
        g["ecc"][k] = np.sum(dnu * np.sin(E) / (np.sqrt(1 - e**2) * den))
        g["ecc"][k] += A * np.cos(w) * dv.sum()
    return g


TRUTH = (
    "The eccentricity's influence through the Kepler equation (dE/de = sin E / (1 - e cos E)) is missing; block ecc."
)
