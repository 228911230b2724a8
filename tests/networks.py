"""Networks and other costs to check the checker on, with gradients that are right, and ways to spoil them."""

import numpy as np

from gradlab import nn


def network(sizes, hidden, loss, seed, *, m=6, decay=0.0, method="he", dtype=np.float64, offset=0.0):
    """cost, params and the gradients as a function, of a random network on random data."""
    rng = np.random.default_rng(seed)
    params = {name: value.astype(dtype) for name, value in nn.init_params(sizes, method=method, rng=rng).items()}
    X = rng.standard_normal((sizes[0], m)).astype(dtype)
    if loss == "softmax":
        Y = np.eye(sizes[-1])[:, rng.integers(sizes[-1], size=m)].astype(dtype)
    elif loss == "logistic":
        Y = rng.integers(2, size=(sizes[-1], m)).astype(dtype)
    else:
        Y = rng.standard_normal((sizes[-1], m)).astype(dtype)
    how = {"hidden": hidden, "loss": loss, "decay": decay}
    return (lambda p: offset + nn.cost(p, X, Y, **how)), params, (lambda p: nn.gradients(p, X, Y, **how))


def wide_scales(seed):
    """Parameters of 1e6 beside parameters of 1e-6, in one block."""
    rng = np.random.default_rng(seed)
    size = 10.0 ** np.tile([6.0, 0.0, -6.0], 4)
    params = {"theta": size * (1 + rng.random(12)), "w": rng.standard_normal(12)}

    def cost(p):
        return float(np.sum(p["w"] * np.tanh(p["theta"] / size)))

    def grads(p):
        t = np.tanh(p["theta"] / size)
        return {"theta": p["w"] * (1 - t**2) / size, "w": t}

    return cost, params, grads


KINDS = {
    "tanh": lambda seed: network([4, 5, 3, 1], "tanh", "logistic", seed),
    "relu": lambda seed: network([4, 6, 3, 1], "relu", "logistic", seed),
    "leaky relu, softmax": lambda seed: network([4, 6, 6, 3], "leaky_relu", "softmax", seed, m=12),
    "sigmoid, 8 layers": lambda seed: network([3, *[4] * 8, 1], "sigmoid", "logistic", seed, method="xavier"),
    "softmax with L2": lambda seed: network([5, 7, 4], "tanh", "softmax", seed, decay=0.1),
    "offset of 1e6": lambda seed: network([4, 5, 1], "tanh", "squared", seed, offset=1e6),
    "1e6 beside 1e-6": wide_scales,
}

SINGLE = {
    "float32 tanh": lambda seed: network([4, 5, 3, 1], "tanh", "logistic", seed, dtype=np.float32),
    "float32 relu": lambda seed: network([4, 6, 3, 1], "relu", "logistic", seed, dtype=np.float32),
    "float32 relu, deep": lambda seed: network([5, 6, 6, 6, 1], "relu", "logistic", seed, dtype=np.float32, m=8),
    "float32 leaky": lambda seed: network([4, 6, 6, 3], "leaky_relu", "softmax", seed, dtype=np.float32, m=8),
}


def one_block(change, first=False):
    """Change the first block, or one that the generator picks."""

    def spoil(grads, rng):
        names = [name for name, g in grads.items() if np.any(g)]
        name = names[0] if first else names[rng.integers(len(names))]
        return grads | {name: change(grads[name])}

    return spoil


def one_entry(change, share=0.1):
    """Change one entry that is at least this share of the typical entry of its block."""

    def spoil(grads, rng):
        names = [name for name, g in grads.items() if np.any(g)]
        name = names[rng.integers(len(names))]
        g = grads[name].copy()
        large = np.flatnonzero(np.abs(g) >= share * np.sqrt(np.mean(g[g != 0] ** 2)))
        i = rng.choice(large)
        g.flat[i] = change(g.flat[i])
        return grads | {name: g}

    return spoil


SPOILS = {
    "sign of the first block": one_block(np.negative, first=True),
    "a block zero": one_block(np.zeros_like),
    "a block doubled": one_block(lambda g: 2 * g),
    "a block × 1.01": one_block(lambda g: 1.01 * g),
    "a block × 1.001": one_block(lambda g: 1.001 * g),
    "one entry zero": one_entry(lambda x: 0.0 * x),
    "one entry + 10 %": one_entry(lambda x: 1.1 * x),
    "one entry + 1 %": one_entry(lambda x: 1.01 * x),
    "all × 1.0001": lambda grads, rng: {name: 1.0001 * g for name, g in grads.items()},
}


def budget(params):
    """Evaluations that a check of a smooth cost may take."""
    sizes = [np.size(value) for value in params.values()]
    return 2.2 * sum(sizes) + 40 * len(sizes) + 100
