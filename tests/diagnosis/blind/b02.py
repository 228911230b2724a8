# tiny capsule layer: linear predictions, squash, margin-free regression on capsule lengths/poses
import numpy as np

rng = np.random.default_rng(22)
B, I, J, DI, DO = 4, 3, 2, 2, 4
U = rng.normal(size=(B, I, DI))
pose = 0.4 * rng.normal(size=(B, J, DO))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W": 0.6 * r.normal(size=(I, J, DO, DI)),
        "logits": r.normal(size=(I, J)),
        "bias": 0.2 * r.normal(size=(J, DO)),
    }


def forward(p):
    uhat = np.einsum("ijod,bid->bijo", p["W"], U)
    e = np.exp(p["logits"] - p["logits"].max(axis=1, keepdims=True))
    c = e / e.sum(axis=1, keepdims=True)
    s = np.einsum("ij,bijo->bjo", c, uhat) + p["bias"]
    n2 = np.sum(s * s, axis=-1, keepdims=True)
    n = np.sqrt(n2)
    v = n / (1 + n2) * s
    return uhat, c, s, n, n2, v


def cost(p):
    v = forward(p)[-1]
    return np.sum((v - pose) ** 2) / B


def grads_right(p):
    uhat, c, s, n, n2, v = forward(p)
    dv = 2 * (v - pose) / B
    scale = n / (1 + n2)
    dscale_dn = (1 - n2) / (1 + n2) ** 2
    dot = np.sum(dv * s, axis=-1, keepdims=True)
    ds = scale * dv + dscale_dn * dot * s / n
    dbias = ds.sum(axis=0)
    dc = np.einsum("bjo,bijo->ij", ds, uhat)
    duhat = c[None, :, :, None] * ds[:, None]
    dW = np.einsum("bijo,bid->ijod", duhat, U)
    dlogits = c * (dc - np.sum(c * dc, axis=1, keepdims=True))
    return {"W": dW, "logits": dlogits, "bias": dbias}


def grads_wrong(p):
    uhat, c, s, n, n2, v = forward(p)
    dv = 2 * (v - pose) / B
    scale = n / (1 + n2)
    dscale_dn = (1 - n2) / (1 + n2) ** 2
    dot = np.sum(dv * s, axis=-1, keepdims=True)
    ds = scale * dv + dscale_dn * dot * s / n
    dbias = ds.sum(axis=0)
    dc = np.einsum("bjo,bijo->ij", ds, uhat)
    duhat = c[None, :, :, None] * ds[:, None]
    dW = np.einsum("bijo,bid->ijod", duhat, U)
    dlogits = c * (dc - np.sum(c * dc, axis=0, keepdims=True))
    return {"W": dW, "logits": dlogits, "bias": dbias}


TRUTH = "Backward of the routing softmax: the weighted sum c*dc is taken over the input capsules (axis 0) while the softmax is normalised over output capsules (axis 1); block logits."
