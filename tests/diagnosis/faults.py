"""Backprop with one mistake in it, and gradients with one mistake made to them: each with the codes that name it."""

import numpy as np

ACTIVATIONS = {
    "tanh": (np.tanh, lambda Z: 1 - np.tanh(Z) ** 2),
    "relu": (lambda Z: np.maximum(Z, 0), lambda Z: (Z > 0) * 1.0),
    "sigmoid": (lambda Z: 1 / (1 + np.exp(-Z)), lambda Z: 1 / (2 + np.exp(Z) + np.exp(-Z))),
}
DECAY = 0.3


class Network:
    """Dense layers with a logistic loss and a decay. `gradients(fault, layer)` makes one mistake on the way back."""

    def __init__(self, hidden, sizes, seed, m=7):
        rng = np.random.default_rng(seed)
        self.hidden, self.m, self.L = hidden, m, len(sizes) - 1
        self.X = rng.standard_normal((sizes[0], m))
        self.Y = rng.integers(0, 2, (sizes[-1], m)) * 1.0
        self.params = {}
        for k in range(1, self.L + 1):
            self.params[f"W{k}"] = rng.standard_normal((sizes[k], sizes[k - 1])) * np.sqrt(2 / sizes[k - 1])
            self.params[f"b{k}"] = 0.1 * rng.standard_normal((sizes[k], 1))

    def forward(self, p):
        act, A, cache = ACTIVATIONS[self.hidden][0], self.X, {"A0": self.X}
        for k in range(1, self.L + 1):
            Z = p[f"W{k}"] @ A + p[f"b{k}"]
            A = act(Z) if k < self.L else 1 / (1 + np.exp(-Z))
            cache[f"Z{k}"], cache[f"A{k}"] = Z, A
        return cache

    def cost(self, p):
        Z = self.forward(p)[f"Z{self.L}"]
        weights = sum(np.sum(p[f"W{k}"] ** 2) for k in range(1, self.L + 1))
        return np.sum(np.logaddexp(0, Z) - self.Y * Z) / self.m + DECAY / (2 * self.m) * weights

    def gradients(self, p, fault="", at=1):
        """`at` is the layer where the mistake is made, where that matters."""
        slope = ACTIVATIONS[self.hidden][1]
        c, m, grads = self.forward(p), self.m, {}
        dZ = c[f"A{self.L}"] - self.Y
        if fault == "loss: Y - A":
            dZ = -dZ
        if fault == "loss: sigmoid' left in":
            dZ = dZ * c[f"A{self.L}"] * (1 - c[f"A{self.L}"])
        if fault == "loss: A only":
            dZ = c[f"A{self.L}"]
        for k in range(self.L, 0, -1):
            W, Aprev = p[f"W{k}"], c[f"A{k - 1}"]
            here = k == at
            if here and fault == "input: the pre-activation":
                Aprev = c[f"Z{k - 1}"]
            if here and fault == "input: examples rolled":
                Aprev = np.roll(Aprev, 1, axis=1)
            dW, db = dZ @ Aprev.T / m, dZ.sum(axis=1, keepdims=True) / m
            if here and fault == "dW transposed":
                dW = dW.T
            if here and fault == "dW without 1/m":
                dW = dW * m
            if here and fault == "db without 1/m":
                db = db * m
            if fault == "every db without 1/m":
                db = db * m
            if here and fault == "db averaged twice":
                db = db / m
            if here and fault == "db of one example":
                db = dZ[:, :1] / m
            if fault == "every db of one example":
                db = dZ[:, :1] / m
            if here and fault == "layer without 1/m":
                dW, db = dW * m, db * m
            if fault == "decay on biases":
                db = db + DECAY / m * p[f"b{k}"]
            reg = DECAY / m * W
            if fault == "no decay":
                reg = 0 * W
            if fault == "decay doubled":
                reg = 2 * reg
            if here and fault == "no decay in one layer":
                reg = 0 * W
            grads[f"W{k}"], grads[f"b{k}"] = dW + reg, db
            if k > 1:
                back = W if here and fault == "W not transposed" else W.T
                dA, Z = back @ dZ, c[f"Z{k - 1}"]
                s = slope(Z)
                if here and fault == "slope: of A":
                    s = slope(c[f"A{k - 1}"])
                if fault == "slope: of A, everywhere":
                    s = slope(c[f"A{k - 1}"]) if self.hidden != "relu" else 1 + 0 * s
                if here and fault == "slope: left out":
                    s = 1 + 0 * s
                if here and fault == "slope: 1 - a":
                    s = 1 - c[f"A{k - 1}"]
                if here and fault == "slope: halved":
                    s = s / 2
                if fault == "slope: doubled everywhere":
                    s = 2 * s
                if fault == "1/m in every layer":
                    s = s / m
                dZ = dA * s
        if fault == "sum for mean":
            return {name: m * g for name, g in grads.items()}
        return {name: grads[name] for name in p}


# mistake -> codes of the finding that names it (decay keeps some from being plain factors: then the place is named)
BACKPROP = {
    "loss: Y - A": {"GL101", "GL116"},
    "loss: sigmoid' left in": {"GL116"},
    "loss: A only": {"GL116"},
    "input: the pre-activation": {"GL114"},
    "input: examples rolled": {"GL114"},
    "dW transposed": {"GL104", "GL114"},
    "dW without 1/m": {"GL102", "GL114"},
    "db without 1/m": {"GL102"},
    "every db without 1/m": {"GL102"},
    "db averaged twice": {"GL102"},
    "db of one example": {"GL115"},
    "every db of one example": {"GL115"},
    "layer without 1/m": {"GL102"},
    "decay on biases": {"GL107"},
    "no decay": {"GL107"},
    "decay doubled": {"GL107"},
    "no decay in one layer": {"GL107"},
    "W not transposed": {"GL113"},
    "slope: of A": {"GL113"},
    "slope: of A, everywhere": {"GL113"},
    "slope: left out": {"GL113"},
    "slope: 1 - a": {"GL113"},
    "slope: halved": {"GL102", "GL113"},
    "slope: doubled everywhere": {"GL102", "GL113"},
    "1/m in every layer": {"GL102", "GL113"},
    "sum for mean": {"GL102"},
}


def one_block(change):
    def spoil(grads, params, rng):
        live = [name for name, g in grads.items() if np.count_nonzero(np.abs(g) > 1e-9) > 1]
        name = live[rng.integers(len(live))]
        return grads | {name: change(grads[name], rng)}

    return spoil


def one_entry(change):
    def spoil(g, rng):
        g = g.copy()
        sizeable = np.flatnonzero(np.abs(g) >= 0.1 * np.sqrt(np.mean(g**2)))
        at = sizeable[rng.integers(len(sizeable))]
        g.flat[at] = change(g.flat[at])
        return g

    return one_block(spoil)


def one_row(factor, axis):
    def spoil(grads, params, rng):
        live = [n for n, g in grads.items() if g.ndim > 1 and g.shape[axis] > 1 and g.size > g.shape[axis]]
        name = live[rng.integers(len(live))]
        g = np.moveaxis(grads[name].copy(), axis, 0)
        busy = np.flatnonzero((np.abs(g) > 1e-9).sum(axis=tuple(range(1, g.ndim))) > 1)
        g[busy[rng.integers(len(busy))]] *= factor
        return grads | {name: np.moveaxis(g, 0, axis)}

    return spoil


def swapped(grads, params, rng):
    shapes = {}
    for name, g in grads.items():
        if np.count_nonzero(g) > 1:
            shapes.setdefault(g.shape, []).append(name)
    same = [names for names in shapes.values() if len(names) > 1]
    if not same:
        return grads
    names = same[rng.integers(len(same))]
    return grads | {names[0]: grads[names[1]], names[1]: grads[names[0]]}


def clip(share):
    def spoil(grads, params, rng):
        level = np.quantile(np.concatenate([np.abs(g).ravel() for g in grads.values()]), share)
        return {name: np.clip(g, -level, level) for name, g in grads.items()}

    return spoil


def clip_norm(grads, params, rng):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    level = float(f"{norm / 3:.0e}")
    return {name: g * level / norm for name, g in grads.items()}


def with_nan(g, rng):
    g = g.copy()
    g.flat[rng.integers(g.size)] = np.nan
    return g


SPOILS = {
    "all: sign": (lambda g, p, rng: {k: -v for k, v in g.items()}, {"GL101"}),
    "block: sign": (one_block(lambda g, rng: -g), {"GL101"}),
    "all: doubled": (lambda g, p, rng: {k: 2 * v for k, v in g.items()}, {"GL102"}),
    "all: × 1.0001": (lambda g, p, rng: {k: 1.0001 * v for k, v in g.items()}, {"GL102"}),
    "block: × 1/8": (one_block(lambda g, rng: g / 8), {"GL102"}),
    "block: × 64": (one_block(lambda g, rng: 64 * g), {"GL102"}),
    "block: × 1.37": (one_block(lambda g, rng: 1.37 * g), {"GL102"}),
    "block: zero": (one_block(lambda g, rng: 0 * g), {"GL103"}),
    "block: shifted": (one_block(lambda g, rng: np.roll(g.ravel(), 1).reshape(g.shape)), {"GL105"}),
    "block: permuted": (one_block(lambda g, rng: rng.permuted(g.ravel()).reshape(g.shape)), {"GL105", "GL104"}),
    "block: rows permuted": (one_block(lambda g, rng: g[rng.permutation(len(g))]), {"GL105"}),
    "block: another": (swapped, {"GL106"}),
    "decay missing": (lambda g, p, rng: {k: v - 0.01 * p[k] for k, v in g.items()}, {"GL107"}),
    "L1 missing": (lambda g, p, rng: {k: v - 0.01 * np.sign(p[k]) for k, v in g.items()}, {"GL107"}),
    "row scaled": (one_row(1.5, 0), {"GL108", "GL118"}),
    "column scaled": (one_row(0.5, -1), {"GL108", "GL118"}),
    "row zero": (one_row(0.0, 0), {"GL103", "GL108"}),
    "clipped": (clip(0.7), {"GL109"}),
    "clipped by norm": (clip_norm, {"GL109"}),
    "NaN": (one_block(with_nan), {"GL111"}),
    "entry + 10 %": (one_entry(lambda x: 1.1 * x), {"GL112"}),
    "entry zero": (one_entry(lambda x: 0.0), {"GL112"}),
    "entry: sign": (one_entry(lambda x: -x), {"GL112"}),
}
