"""Hypothesis makes costs: trees of sums, products and compositions, with their gradient by construction.

A node is a function of t that returns its value and its gradient, by the rules of differentiation and nothing else.
Smooth pieces, kinks, jumps, offsets and scales can be anywhere in the tree; rounding is done to the whole.
"""

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

SMOOTH = {
    "sin": (math.sin, math.cos),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "bell": (lambda z: math.exp(-z * z), lambda z: -2 * z * math.exp(-z * z)),
    "arctan": (math.atan, lambda z: 1 / (1 + z * z)),
    "root": (lambda z: math.sqrt(1 + z * z), lambda z: z / math.sqrt(1 + z * z)),
    "log": (lambda z: math.log1p(z * z), lambda z: 2 * z / (1 + z * z)),
    "square": (lambda z: z * z, lambda z: 2 * z),
    "softplus": (
        lambda z: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
        lambda z: 0.5 * (1 + math.tanh(0.5 * z)),
    ),
}
KINKED = {
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "abs": (abs, lambda z: math.copysign(1.0, z)),
    "huber": (
        lambda z: 0.5 * z * z if abs(z) < 1 else abs(z) - 0.5,
        lambda z: z if abs(z) < 1 else math.copysign(1.0, z),
    ),
    "clip": (lambda z: min(max(z, -0.5), 0.5), lambda z: float(abs(z) < 0.5)),
}
JUMPING = {
    "step": (lambda z: z + 0.3 * (z >= 0.2), lambda z: 1.0),
    "sign": (lambda z: math.copysign(1.0, z) + math.sin(z), math.cos),
}


def chain(name, table, inner):
    f, slope = table[name]

    def node(t):
        v, g = inner(t)
        return f(v), slope(v) * g

    return node


def plus(left, right):
    return lambda t: tuple(a + b for a, b in zip(left(t), right(t), strict=True))


def times(left, right):
    def node(t):
        (v, g), (w, h) = left(t), right(t)
        return v * w, w * g + v * h

    return node


def affine(factor, offset, inner):
    def node(t):
        v, g = inner(t)
        return factor * v + offset, factor * g

    return node


def linear(weights):
    return lambda t: (float(weights @ t), weights.copy())


@dataclass(frozen=True)
class Made:
    """A cost at a point. `digits`: to how many it is rounded; None: as it is."""

    node: object
    theta: np.ndarray
    digits: int | None = None

    def cost(self, t):
        value = float(self.node(t)[0])
        return value if self.digits is None else float(f"{value:.{self.digits}g}")

    def gradient(self):
        return np.asarray(self.node(self.theta)[1], dtype=float)

    def moves(self):
        """Whether every entry, made three times larger or smaller by its own size at most, takes the cost elsewhere.

        Else it is flat there, whatever it stands for, and no black box can tell its slope from 0.
        """
        for i, t in enumerate(self.theta):
            e = t * np.eye(self.theta.size)[i]
            if all(self.cost(self.theta + h * e) == self.cost(self.theta - h * e) for h in (0.3, 1, 3)):
                return False
        return True

    def times(self, factor):
        return Made(affine(factor, 0.0, self.node), self.theta, self.digits)


@st.composite
def made(draw, kinks=False, jumps=False, rounded=False):
    """A cost of one to five parameters."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(1, 5))
    names = [("smooth", SMOOTH)] + [("kinked", KINKED)] * kinks + [("jumping", JUMPING)] * jumps

    def leaf():
        return linear(rng.standard_normal(n) * 10.0 ** rng.uniform(-1, 0.5))

    def tree(depth):
        if depth == 0:
            return leaf()
        kind = draw(st.sampled_from(["chain", "chain", "plus", "times", "affine"]))
        if kind == "chain":
            _, table = draw(st.sampled_from(names))
            return chain(draw(st.sampled_from(sorted(table))), table, tree(depth - 1))
        if kind == "affine":
            return affine(rng.uniform(0.3, 3) * rng.choice([-1, 1]), rng.uniform(-2, 2), tree(depth - 1))
        return {"plus": plus, "times": times}[kind](tree(depth - 1), tree(draw(st.integers(0, depth - 1))))

    node = tree(draw(st.integers(1, 4)))
    offset, scale = draw(st.sampled_from([0.0, 0.0, 1.0, 1e3, 1e6])), draw(st.integers(-8, 8))
    theta = rng.standard_normal(n) * 10.0 ** draw(st.sampled_from([0, 0, -3, 2]))
    digits = draw(st.integers(4, 12)) if rounded else None
    return Made(affine(10.0**scale, offset * 10.0**scale, node), theta, digits)
