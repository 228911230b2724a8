"""Functions that take the parameters one by one, or lack what they need."""

import functools
import operator
import pickle

import numpy as np
import pytest

from gradlab import GradlabError, check_gradients, check_jacobian
from gradlab.problem.arguments import of_params

SHAPES = [{"W": (2, 3), "b": (3,)}, {"a": (), "c": (2,), "z": (1, 2)}, {"k": (4,), "only": (2, 2), "q": ()}]


def _made(shapes, seed):
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def _pair(names, factor, returns):
    """The sum of tanh(k · p) over the parameters, number k, and its gradients, with these argument names."""

    def value(*parts):
        return float(sum(np.sum(np.tanh((k + 1) * part)) for k, part in enumerate(parts)))

    def slopes(*parts):
        found = [factor * (k + 1) / np.cosh((k + 1) * part) ** 2 for k, part in enumerate(parts)]
        return dict(zip(names, found, strict=True)) if returns is dict else returns(found)

    arguments = ", ".join(names)
    made = {"value": value, "slopes": slopes}
    cost, grads = (eval(f"lambda {arguments}: {f}({arguments})", made) for f in ("value", "slopes"))
    return cost, grads


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("returns", [dict, tuple, list])
@pytest.mark.parametrize("factor", [1.0, 1.02])
@pytest.mark.parametrize("turned", [False, True])
def test_parameters_of_a_dict_one_by_one(shapes, returns, factor, turned):
    """The order in which a dict has them does not matter: a tuple of gradients is in that of the arguments."""
    params = _made(shapes, len(shapes))
    cost, grads = _pair(list(shapes), factor, returns)
    given = dict(reversed(params.items())) if turned else params
    assert check_gradients(cost, given, grads).ok is (factor == 1)


@pytest.mark.parametrize("make", [tuple, list])
@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_parameters_of_a_sequence_one_by_one(make, factor):
    shapes = {"u": (2, 2), "v": (3,)}
    cost, grads = _pair(["u", "v"], factor, make)
    assert check_gradients(cost, make(_made(shapes, 3).values()), grads).ok is (factor == 1)


@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_a_gradient_for_each_parameter_is_a_function(factor):
    def cost(x, y):
        return x**2 * np.sin(y)

    slopes = [lambda x, y: factor * 2 * x * np.sin(y), lambda x, y: x**2 * np.cos(y)]
    assert check_gradients(cost, [1.2, 0.7], slopes).ok is (factor == 1)
    by_name = dict(zip("xy", slopes, strict=True))
    assert check_gradients(cost, {"x": 1.2, "y": 0.7}, by_name).ok is (factor == 1)
    whole = [lambda p: factor * 2 * p[0] * np.sin(p[1]), lambda p: p[0] ** 2 * np.cos(p[1])]
    assert check_gradients(lambda p: cost(*p), np.array([1.2, 0.7]), whole).ok is (factor == 1)


def test_a_jacobian_by_arguments():
    t = np.linspace(0, 1, 5)

    def curve(height, rate):
        return height * np.exp(-rate * t)

    def slopes(height, rate):
        return {"height": np.exp(-rate * t), "rate": -height * t * np.exp(-rate * t)}

    assert check_jacobian(curve, {"height": 2.0, "rate": 0.5}, slopes).ok


def test_what_is_not_bound_is_said():
    X = np.ones((3, 2))

    def cost(w, X, y):
        return float(np.sum((X @ w - y) ** 2))

    with pytest.raises(GradlabError, match=r"lambda params: f\(params, X, y\)"):
        check_gradients(cost, np.ones(2), np.ones(2))
    with pytest.raises(GradlabError, match="unpack them"):  # never for an array: X may only have been forgotten
        check_gradients(lambda w, X: float(w * X), np.ones(2), np.ones(2))
    with pytest.raises(GradlabError, match="under their names"):
        check_gradients(cost, {"w": np.ones(2), "b": np.ones(2)}, {})
    with pytest.raises(GradlabError, match="needs an argument"):
        check_gradients(lambda: 0.0, np.ones(2), np.ones(2))
    assert check_gradients(functools.partial(cost, X=X, y=1.0), np.ones(2), np.full(2, 6.0)).ok


def test_a_cost_that_writes_its_gradient_is_sent_to_the_way_out():
    """As NLopt has them. The way out that the message names works."""

    def f(x, grad):
        if grad.size:
            grad[:] = 2 * x
        return float(x @ x)

    with pytest.raises(GradlabError, match="writes the gradient into grad: lambda x"):
        check_gradients(f, np.ones(2), grads=True)
    assert check_gradients(lambda x: (f(x, g := np.zeros_like(x)), g), np.ones(2), grads=True).ok


def test_a_process_pool_can_take_it():
    assert pickle.loads(pickle.dumps(of_params("cost", operator.mul, [1.0, 2.0])))([3.0, 4.0]) == 12.0
