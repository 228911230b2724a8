# set encoder on padded point sets with log-sum-exp pooling and a masked mean skip
import numpy as np

rng = np.random.default_rng(132)
B, L, D, H = 4, 5, 2, 4
pts = rng.normal(size=(B, L, D))
length = np.array([5, 3, 2, 4])
valid = (np.arange(L)[None, :] < length[:, None]).astype(float)
ycls = np.array([0, 2, 1, 2])


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "enc": r.normal(size=(D, H)),
        "be": 0.3 * r.normal(size=H),
        "rho_lse": r.normal(size=(H, 3)),
        "rho_mean": r.normal(size=(H, 3)),
    }


def body(p):
    phi = np.tanh(pts @ p["enc"] + p["be"])
    ex = np.exp(phi) * valid[:, :, None]
    lse = np.log(ex.sum(axis=1))
    avg = (phi * valid[:, :, None]).sum(axis=1) / length[:, None]
    logit = lse @ p["rho_lse"] + avg @ p["rho_mean"]
    logit = logit - logit.max(axis=1, keepdims=True)
    prob = np.exp(logit)
    prob /= prob.sum(axis=1, keepdims=True)
    return phi, ex, lse, avg, prob


def cost(p):
    prob = body(p)[-1]
    return -np.mean(np.log(prob[np.arange(B), ycls]))


def grads_right(p):
    phi, ex, lse, avg, prob = body(p)
    dlogit = prob.copy()
    dlogit[np.arange(B), ycls] -= 1
    dlogit /= B
    d_lse = dlogit @ p["rho_lse"].T
    d_avg = dlogit @ p["rho_mean"].T
    share = ex / ex.sum(axis=1, keepdims=True)
    dphi = share * d_lse[:, None, :]
    dphi += valid[:, :, None] * (d_avg / length[:, None])[:, None, :]
    da = dphi * (1 - phi**2)
    return {
        "enc": np.einsum("bld,blh->dh", pts, da),
        "be": da.sum(axis=(0, 1)),
        "rho_lse": lse.T @ dlogit,
        "rho_mean": avg.T @ dlogit,
    }


def grads_wrong(p):
    phi, ex, lse, avg, prob = body(p)
    dlogit = prob.copy()
    dlogit[np.arange(B), ycls] -= 1
    dlogit /= B
    d_lse = dlogit @ p["rho_lse"].T
    d_avg = dlogit @ p["rho_mean"].T
    share = ex / ex.sum(axis=1, keepdims=True)
    dphi = share * d_lse[:, None, :]
    dphi += valid[:, :, None] * (d_avg / L)[:, None, :]
    da = dphi * (1 - phi**2)
    return {
        "enc": np.einsum("bld,blh->dh", pts, da),
        "be": da.sum(axis=(0, 1)),
        "rho_lse": lse.T @ dlogit,
        "rho_mean": avg.T @ dlogit,
    }


TRUTH = "The masked mean is divided by the true set length forward but by the padded length L in the backward pass; blocks enc and be."
