# squeeze-and-excitation over a 1x1 conv feature map
import numpy as np

rng = np.random.default_rng(110)
B, H, W, CI, C, R = 3, 3, 2, 2, 4, 2
img = rng.normal(size=(B, H, W, CI))
label = rng.normal(size=(B, H, W))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "conv": r.normal(size=(CI, C)),
        "down": r.normal(size=(C, R)),
        "up": r.normal(size=(R, C)),
        "bu": r.normal(size=C),
        "out": r.normal(size=C),
    }


def fwd(p):
    F = np.tanh(img @ p["conv"])
    s = F.mean(axis=(1, 2))
    z = s @ p["down"]
    e = z / (1 + np.exp(-z))
    gate = 1 / (1 + np.exp(-(e @ p["up"] + p["bu"])))
    G = F * gate[:, None, None, :]
    return F, s, z, e, gate, G, G @ p["out"]


def cost(p):
    return 0.5 * np.mean((fwd(p)[-1] - label) ** 2)


def grads_right(p):
    F, s, z, e, gate, G, pred = fwd(p)
    dpred = (pred - label) / pred.size
    dout = np.einsum("bhw,bhwc->c", dpred, G)
    dG = dpred[..., None] * p["out"]
    dgate = np.sum(dG * F, axis=(1, 2))
    dF = dG * gate[:, None, None, :]
    du = dgate * gate * (1 - gate)
    dup = e.T @ du
    dbu = du.sum(axis=0)
    de = du @ p["up"].T
    sg = 1 / (1 + np.exp(-z))
    dz = de * (sg + z * sg * (1 - sg))
    ddown = s.T @ dz
    ds = dz @ p["down"].T
    dF = dF + ds[:, None, None, :] / (H * W)
    dconv = np.einsum("bhwi,bhwc->ic", img, dF * (1 - F**2))
    return {"conv": dconv, "down": ddown, "up": dup, "bu": dbu, "out": dout}


def grads_wrong(p):
    F, s, z, e, gate, G, pred = fwd(p)
    dpred = (pred - label) / pred.size
    dout = np.einsum("bhw,bhwc->c", dpred, G)
    dG = dpred[..., None] * p["out"]
    dgate = np.sum(dG * F, axis=(1, 2))
    dF = dG * gate[:, None, None, :]
    du = dgate * gate * (1 - gate)
    dup = e.T @ du
    dbu = du.sum(axis=0)
    de = du @ p["up"].T
    sg = 1 / (1 + np.exp(-z))
    dz = de * (sg + e * sg * (1 - sg))
    ddown = s.T @ dz
    ds = dz @ p["down"].T
    dF = dF + ds[:, None, None, :] / (H * W)
    dconv = np.einsum("bhwi,bhwc->ic", img, dF * (1 - F**2))
    return {"conv": dconv, "down": ddown, "up": dup, "bu": dbu, "out": dout}


TRUTH = "Swish derivative in the bottleneck: uses the activation e where the pre-activation z belongs (sg + z sg(1-sg)); blocks down and conv."
