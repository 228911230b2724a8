"""Functions with a context: static forward and backward, in classes that are handed over as they are."""

import numpy as np
import pytest

from gradlab import GradlabError, check_backward
from gradlab.adapters import layers

WAYS = {
    "an attribute": (lambda ctx, *v: setattr(ctx, "kept", v), lambda ctx: ctx.kept),
    "several": (lambda ctx, a, b: vars(ctx).update(a=a, b=b), lambda ctx: (ctx.a, ctx.b)),
    "saved_tensors": (lambda ctx, *v: ctx.save_for_backward(*v), lambda ctx: ctx.saved_tensors),
    "saved_values": (lambda ctx, *v: ctx.save_for_backward(*v), lambda ctx: ctx.saved_values),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_a_function_with_a_context(way, factor):
    keep, read = WAYS[way]

    class Product:
        @staticmethod
        def forward(ctx, x, y):
            keep(ctx, x, y)
            return x * np.exp(y)

        @staticmethod
        def backward(ctx, upstream):
            x, y = read(ctx)
            return factor * upstream * np.exp(y), upstream * x * np.exp(y)

    rng = np.random.default_rng(2)
    report = check_backward(*layers.problem(Product, rng.standard_normal((2, 3)), rng.standard_normal((2, 3))))
    assert report.ok is (factor == 1)
    assert list(report.blocks) == ["x", "y"]


def test_only_what_needs_a_gradient():
    class Matmul:
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a @ b

        @staticmethod
        def backward(ctx, up):
            a, b = ctx.saved_tensors
            first, second = ctx.needs_input_grad
            return up @ b.T if first else None, a.T @ up if second else None

    assert check_backward(*layers.problem(Matmul, np.ones((2, 3)), np.arange(6.0).reshape(3, 2))).ok


def test_a_class_is_made_if_it_can_be():
    class Tanh:
        def forward(self, x):
            self.y = np.tanh(x)
            return self.y

        def backward(self, up):
            return up * (1 - self.y**2)

    class Scaled(Tanh):
        def __init__(self, scale):
            self.scale = scale

    assert check_backward(*layers.problem(Tanh, np.linspace(-1, 1, 4))).ok
    with pytest.raises(GradlabError, match="got the class Scaled"):
        layers.problem(Scaled, np.ones(3))
