"""Whole networks led back in one function: batch norm and dropout, convolution, a variational autoencoder."""

import numpy as np

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.setups import layer


def norm_net_backward(dJ, X, W1, gamma, beta, W2, b2, W3, b3):
    Y = np.eye(3)[:, [0, 2, 1, 1, 0, 2]]
    D = np.random.default_rng(4).permuted(np.repeat([[0, 1.25, 1.25, 1.25, 1.25, 1.25]], 5, axis=0), axis=1)
    m = X.shape[1]
    Z1 = W1 @ X
    centred = Z1 - Z1.mean(axis=1, keepdims=True)
    root = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 0.01)
    N = centred / root
    A1 = np.tanh(gamma * N + beta)
    dropped = A1 * D
    A2 = np.tanh(W2 @ dropped + b2)
    Z3 = W3 @ A2 + b3
    E = np.exp(Z3 - Z3.max(axis=0))
    dZ3 = dJ * (E / E.sum(axis=0) - Y) / m
    dW3 = dZ3 @ A2.T
    db3 = dZ3.sum(axis=1, keepdims=True)
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * (1 - A2**2)
    dW2 = dZ2 @ dropped.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dA1 = (W2.T @ dZ2) * D
    dU = dA1 * (1 - A1**2)
    dgamma = (dU * N).sum(axis=1, keepdims=True)
    dbeta = dU.sum(axis=1, keepdims=True)
    dN = gamma * dU
    dcentred = dN / root
    droot = -(dN * centred).sum(axis=1, keepdims=True) / root**2
    dcentred += droot * centred / (m * root)
    dZ1 = dcentred - dcentred.mean(axis=1, keepdims=True)
    dW1 = dZ1 @ X.T
    dX = W1.T @ dZ1
    return dX, dW1, dgamma, dbeta, dW2, db2, dW3, db3


def _norm_net(X, W1, gamma, beta, W2, b2, W3, b3):
    Y = [0, 2, 1, 1, 0, 2]
    D = np.random.default_rng(4).permuted(np.repeat([[0, 1.25, 1.25, 1.25, 1.25, 1.25]], 5, axis=0), axis=1)
    Z1 = W1 @ X
    N = (Z1 - Z1.mean(axis=1, keepdims=True)) / np.sqrt(Z1.var(axis=1, keepdims=True) + 0.01)
    Z3 = W3 @ np.tanh(W2 @ (D * np.tanh(gamma * N + beta)) + b2) + b3
    return np.mean(np.log(np.sum(np.exp(Z3), axis=0)) - Z3[Y, range(6)])


def conv_net_backward(dJ, X, F, c, W, b):
    classes = np.array([0, 2, 1])
    m, size, places = len(X), F.shape[-1], X.shape[-1] - F.shape[-1] + 1
    Z = np.zeros((m, len(F), places, places))
    for i in range(places):
        for j in range(places):
            window = X[:, :, i : i + size, j : j + size]
            Z[:, :, i, j] = np.tensordot(window, F, axes=([1, 2, 3], [1, 2, 3])) + c
    A = np.tanh(Z)
    pooled = A.reshape(m, len(F), places // 2, 2, places // 2, 2).mean(axis=(3, 5))
    flat = pooled.reshape(m, -1)
    S = flat @ W + b
    E = np.exp(S - S.max(axis=1, keepdims=True))
    dS = E / E.sum(axis=1, keepdims=True)
    dS[np.arange(m), classes] -= 1
    dS = dJ * dS / m
    dW = flat.T @ dS
    db = dS.sum(axis=0)
    dflat = dS @ W.T
    dpooled = dflat.reshape(pooled.shape)
    spread = np.repeat(np.repeat(dpooled, 2, axis=2), 2, axis=3)
    dA = spread / 4
    dZ = dA * (1 - A**2)
    dc = dZ.sum(axis=(0, 2, 3))
    dF = np.zeros_like(F)
    dX = np.zeros_like(X)
    for i in range(places):
        for j in range(places):
            window = X[:, :, i : i + size, j : j + size]
            dF += np.tensordot(dZ[:, :, i, j], window, axes=(0, 0))
            dX[:, :, i : i + size, j : j + size] += np.tensordot(dZ[:, :, i, j], F, axes=(1, 0))
    return dX, dF, dc, dW, db


def _conv_net(X, F, c, W, b):
    windows = np.lib.stride_tricks.sliding_window_view(X, F.shape[2:], axis=(2, 3))
    A = np.tanh(np.einsum("mcijhw,kchw->mkij", windows, F) + c[:, None, None])
    pooled = (A[:, :, ::2] + A[:, :, 1::2]) / 2
    pooled = (pooled[..., ::2] + pooled[..., 1::2]) / 2
    S = pooled.reshape(len(X), -1) @ W + b
    return np.mean(np.log(np.sum(np.exp(S), axis=1)) - S[range(3), [0, 2, 1]])


def autoencoder_backward(dJ, X, We, be, Wm, bm, Wv, bv, Wd, bd, Wx, bx):
    noise = np.random.default_rng(3).standard_normal((len(bm), X.shape[1]))
    m = X.shape[1]
    H = np.tanh(We @ X + be)
    mean = Wm @ H + bm
    logvar = Wv @ H + bv
    spread = np.exp(logvar / 2)
    z = mean + spread * noise
    G = np.tanh(Wd @ z + bd)
    out = Wx @ G + bx
    dout = dJ * (out - X) / m
    dX = -dout
    dWx = dout @ G.T
    dbx = dout.sum(axis=1, keepdims=True)
    dG = Wx.T @ dout
    dd = dG * (1 - G**2)
    dWd = dd @ z.T
    dbd = dd.sum(axis=1, keepdims=True)
    dz = Wd.T @ dd
    dmean = dz + dJ * mean / m
    dspread = dz * noise
    dlogvar = dspread * spread / 2 + dJ * (np.exp(logvar) - 1) / (2 * m)
    dWm = dmean @ H.T
    dbm = dmean.sum(axis=1, keepdims=True)
    dWv = dlogvar @ H.T
    dbv = dlogvar.sum(axis=1, keepdims=True)
    dH = Wm.T @ dmean + Wv.T @ dlogvar
    de = dH * (1 - H**2)
    dWe = de @ X.T
    dbe = de.sum(axis=1, keepdims=True)
    dX += We.T @ de
    return dX, dWe, dbe, dWm, dbm, dWv, dbv, dWd, dbd, dWx, dbx


def _autoencoder(X, We, be, Wm, bm, Wv, bv, Wd, bd, Wx, bx):
    noise = np.random.default_rng(3).standard_normal((len(bm), X.shape[1]))
    H = np.tanh(We @ X + be)
    mean, logvar = Wm @ H + bm, Wv @ H + bv
    out = Wx @ np.tanh(Wd @ (mean + np.exp(logvar / 2) * noise) + bd) + bx
    rebuilt = 0.5 * np.sum((out - X) ** 2)
    apart = 0.5 * np.sum(np.exp(logvar) + mean**2 - 1 - logvar)
    return (rebuilt + apart) / X.shape[1]


def draw(**shapes):
    """Inputs of these shapes, each entry about 0.7."""
    return lambda rng: {name: 0.7 * rng.standard_normal(shape) for name, shape in shapes.items()}


NORM_NET = layer(
    _norm_net, draw(X=(4, 6), W1=(5, 4), gamma=(5, 1), beta=(5, 1), W2=(4, 5), b2=(4, 1), W3=(3, 4), b3=(3, 1))
)
CONV_NET = layer(_conv_net, draw(X=(3, 2, 6, 6), F=(2, 2, 3, 3), c=(2,), W=(8, 3), b=(3,)))
AUTOENCODER = layer(
    _autoencoder,
    draw(
        X=(5, 6),
        We=(4, 5),
        be=(4, 1),
        Wm=(2, 4),
        bm=(2, 1),
        Wv=(2, 4),
        bv=(2, 1),
        Wd=(3, 2),
        bd=(3, 1),
        Wx=(5, 3),
        bx=(5, 1),
    ),
)

BUGS = (
    Bug(
        slug="dropped-in-place",
        title="Dropout writes over the activation that the slope needs",
        level=3,
        correct=norm_net_backward,
        original="dropped = A1 * D",
        mutated="dropped = A1\n    dropped *= D",
        finding="GL113",
        hints=Hints(
            blocks="The layers above are right, W2 and b2 among them. All below the first tanh is wrong.",
            ratio="Wrong entries have no factor in common within a block.",
            layer=(
                "dZ2 is right, so what comes down to dropped is. Between it and dU two things happen. Is A1 then "
                "still what it was when it was made?"
            ),
        ),
        why=(
            "dropped is another name of A1, so *= changes both. W2 needs the activation with dropout, and gets "
            "it; the slope of tanh needs the one without, and it is gone."
        ),
        seed=2,  # at seed 1 another processor vouches for other digits
        setup=NORM_NET,
    ),
    Bug(
        slug="tiled-for-repeated",
        title="The picture is laid side by side, where each pixel should be enlarged",
        level=3,
        correct=conv_net_backward,
        original="np.repeat(np.repeat(dpooled, 2, axis=2), 2, axis=3)",
        mutated="np.tile(dpooled, (1, 1, 2, 2))",
        finding="GL147",
        hints=Hints(
            blocks="W and b, above the pooling, are right; F, c and X, below it, are wrong.",
            ratio="Signs are mixed: the right numbers lie at wrong places.",
            layer=(
                "dflat is right, or the layer with W would be wrong. What does the mean over 2 × 2 pixels do on "
                "its way back?"
            ),
        ),
        why=(
            "np.tile repeats the whole picture, np.repeat each entry. Both give the right shape and the right "
            "sum, so only the places are wrong."
        ),
        setup=CONV_NET,
    ),
    Bug(
        slug="half-of-the-exponent",
        title="The ½ of exp(logvar / 2) is lost",
        level=2,
        correct=autoencoder_backward,
        original="dlogvar = dspread * spread / 2 +",
        mutated="dlogvar = dspread * spread +",
        finding="GL161",
        hints=Hints(
            blocks="Wv and bv are wrong, Wm and bm are right, and so is the decoder. We and be are wrong.",
            ratio="Wv and bv have no factor: two terms are added, and one of them is right.",
            layer="mean and logvar both come from H. Which of the two ways down to H is wrong?",
        ),
        why=(
            "spread is exp(logvar / 2), so its slope is half of itself. The other term of dlogvar comes from the "
            "cost, so no single factor shows. We, be and X are wrong since what Wv hands down is added to what Wm "
            "does."
        ),
        setup=AUTOENCODER,
    ),
    Bug(
        slug="two-in-a-norm-net",
        title="The dropped input is not kept for W2, and the mean in the variance is missing",
        level=4,
        correct=norm_net_backward,
        original="dW2 = dZ2 @ dropped.T",
        mutated="dW2 = dZ2 @ A1.T",
        also=(("droot * centred / (m * root)", "droot * centred / root"),),
        finding="GL114",
        hints=Hints(
            blocks="W2 is wrong and b2 is right. W1 and X are wrong, and all between them and W2 is right.",
            ratio="Neither W2 nor W1 has one factor. W2 is dZ2 times something, and dZ2 is right.",
            layer=(
                "One line makes W2 alone. The other lies below gamma and beta, which agree: on the way from dN to"
                " dZ1."
            ),
        ),
        why=(
            "Two mistakes that do not meet: W2 was led back with A1, though dropped went into it; and the "
            "variance is a mean over m examples, so each has 1/m of it."
        ),
        seed=4,  # at seed 1 another processor vouches for other digits
        setup=NORM_NET,
    ),
)
