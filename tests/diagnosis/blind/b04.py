# neural tensor network scoring of entity pairs (margin replaced by a softplus ranking loss)
import numpy as np

rng = np.random.default_rng(44)
E, d, K, N = 6, 4, 3, 7
left = rng.integers(0, E, N)
right = (left + rng.integers(1, E, N)) % E
corrupt = (right + rng.integers(1, E, N)) % E


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "emb": 0.8 * r.normal(size=(E, d)),
        "T": 0.5 * r.normal(size=(K, d, d)),
        "V": 0.5 * r.normal(size=(K, 2 * d)),
        "b": 0.2 * r.normal(size=K),
        "u": r.normal(size=K),
    }


def score(p, a, c):
    e1, e2 = p["emb"][a], p["emb"][c]
    z = np.einsum("ni,kij,nj->nk", e1, p["T"], e2) + np.hstack([e1, e2]) @ p["V"].T + p["b"]
    h = np.tanh(z)
    return h @ p["u"], h


def cost(p):
    sp, _ = score(p, left, right)
    sn, _ = score(p, left, corrupt)
    return np.mean(np.logaddexp(0, 1 - sp + sn))


def grads_right(p):
    g = {k: np.zeros_like(v) for k, v in p.items()}
    sp, hp = score(p, left, right)
    sn, hn = score(p, left, corrupt)
    m = 1 / (1 + np.exp(-(1 - sp + sn))) / N
    for tail, h, ds in ((right, hp, -m), (corrupt, hn, m)):
        e1, e2 = p["emb"][left], p["emb"][tail]
        g["u"] += ds @ h
        dz = ds[:, None] * p["u"] * (1 - h**2)
        g["b"] += dz.sum(0)
        g["V"] += dz.T @ np.hstack([e1, e2])
        g["T"] += np.einsum("nk,ni,nj->kij", dz, e1, e2)
        de = dz @ p["V"]
        d1 = de[:, :d] + np.einsum("nk,kij,nj->ni", dz, p["T"], e2)
        d2 = de[:, d:] + np.einsum("nk,kij,ni->nj", dz, p["T"], e1)
        np.add.at(g["emb"], left, d1)
        np.add.at(g["emb"], tail, d2)
    return g


def grads_wrong(p):
    g = {k: np.zeros_like(v) for k, v in p.items()}
    sp, hp = score(p, left, right)
    sn, hn = score(p, left, corrupt)
    m = 1 / (1 + np.exp(-(1 - sp + sn))) / N
    for tail, h, ds in ((right, hp, -m), (corrupt, hn, m)):
        e1, e2 = p["emb"][left], p["emb"][tail]
        g["u"] += ds @ h
        dz = ds[:, None] * p["u"] * (1 - h**2)
        g["b"] += dz.sum(0)
        g["V"] += dz.T @ np.hstack([e1, e2])
        g["T"] += np.einsum("nk,ni,nj->kij", dz, e1, e2)
        de = dz @ p["V"]
        d1 = de[:, :d] + np.einsum("nk,kij,nj->ni", dz, p["T"], e2)
        d2 = de[:, d:] + np.einsum("nk,kij,nj->ni", dz, p["T"], e1)
        np.add.at(g["emb"], left, d1)
        np.add.at(g["emb"], tail, d2)
    return g


TRUTH = "Gradient for the tail entity uses T_k e1 instead of T_k^T e1 (the slices are not symmetric); only block emb."
