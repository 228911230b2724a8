"""Functions that take the parameters one by one, or lack what they need."""

import functools
import operator
import pickle
import re

import numpy as np
import pytest

from gradlab import GradlabError, check_backward, check_gradients, check_jacobian, check_jvp
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

    with pytest.raises(GradlabError, match=r"args=\(X, y\)"):
        check_gradients(cost, np.ones(2), np.ones(2))
    with pytest.raises(GradlabError, match=r"lambda params: f\(params, X=X\)"):  # args cannot reach that
        check_gradients(lambda w, *, X: float(w @ X), np.ones(2), np.ones(2))
    with pytest.raises(
        GradlabError, match=r"unpack them.*If the others are data.*args=\(X,\)"
    ):  # never for an array: X may only have been forgotten
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


def test_a_gradient_that_is_written_into_an_array_is_sent_to_the_way_out():
    def slopes(x, out):
        out[:] = 2 * x

    with pytest.raises(GradlabError, match=r"lambda x: \(g := np.zeros_like\(x\), f\(x, g\)\)\[0\]"):
        check_gradients(lambda x: x @ x, np.ones(2), slopes)
    assert check_gradients(lambda x: x @ x, np.ones(2), lambda x: (g := np.zeros_like(x), slopes(x, g))[0]).ok


@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_gradients_without_an_argument_are_asked_for_with_the_cost(factor):
    left = {}

    def cost(x):
        left["x"] = x.copy()
        return float(x @ x)

    def slopes():
        return 2 * factor * left["x"]

    with pytest.raises(GradlabError, match=r"\(lambda p: \(cost\(p\), grads\(\)\), params, grads=True\)"):
        check_gradients(cost, np.ones(2), slopes)
    assert check_gradients(lambda p: (cost(p), slopes()), np.ones(2), grads=True).ok is (factor == 1)


SHAPED = [
    np.array([0.3, -1.2]),
    0.7,
    {"u": np.array([0.5, 2.0]), "v": 0.4},
    [np.array([[0.2]]), np.array([1.0, 3.0])],
]


def _with_data(params, factor):
    """A cost and gradients of params, then a scale and rows of data."""

    def parts(params):
        return params if isinstance(params, list) else list(params.values()) if isinstance(params, dict) else [params]

    def cost(params, scale, data):
        return scale * float(sum(np.sum(np.tanh(part) * np.sum(data)) for part in parts(params)))

    def grads(params, scale, data):
        found = [factor * scale * np.sum(data) / np.cosh(part) ** 2 for part in parts(params)]
        if isinstance(params, dict):
            return dict(zip(params, found, strict=True))
        return found if isinstance(params, list) else found[0]

    return cost, grads


@pytest.mark.parametrize("params", SHAPED, ids=["vector", "number", "dict", "list"])
@pytest.mark.parametrize("factor", [1.0, 1.02])
@pytest.mark.parametrize("together", [False, True])
def test_what_is_handed_behind_params_as_scipy_does(params, factor, together):
    cost, grads = _with_data(params, factor)
    args = (1.5, np.array([0.2, 0.9, 1.1]))
    if together:
        report = check_gradients(lambda *all: (cost(*all), grads(*all)), params, grads=True, args=args)
    else:
        report = check_gradients(cost, params, grads, args=args)
    assert report.ok is (factor == 1)


@pytest.mark.parametrize("one", [2.5, np.array([0.5, 2.0]), {"lam": 1.5}, None, "ridge"])
@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_one_argument_needs_no_tuple(one, factor):
    def cost(w, given):
        assert given is one
        return float(np.sum(w**4))

    assert check_gradients(cost, np.array([0.5, 1.5]), lambda w, _: 4 * factor * w**3, args=one).ok is (factor == 1)


@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_parameters_one_by_one_and_data(factor):
    def behind(a, b, X):
        return float(np.sum(X * a**2) + b**3)

    def first(X, a, b):
        return behind(a, b, X)

    X = np.array([1.0, 2.0])
    assert check_gradients(
        behind, (0.5, 1.5), lambda a, b, X: (2 * a * X.sum(), 3 * factor * b**2), args=(X,)
    ).ok is (factor == 1)
    assert check_gradients(
        first, {"a": 0.5, "b": 1.5}, lambda X, a, b: (2 * a * X.sum(), 3 * factor * b**2), args=(X,)
    ).ok is (factor == 1)


@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_a_jacobian_and_its_function_are_handed_the_same(factor):
    def function(p, t, scale):
        return scale * p[0] * np.exp(-p[1] * t)

    def jacobian(p, t, scale):
        e = scale * np.exp(-p[1] * t)
        return np.stack([factor * e, -p[0] * t * e], axis=1)

    args = (np.linspace(0, 1, 4), 3.0)
    assert check_jacobian(function, np.array([1.5, 0.6]), jacobian, args=args).ok is (factor == 1)


@pytest.mark.parametrize("args", [(1.0,), (1.0, 2.0, 3.0), [1.0, 2.0], 1.0])
def test_args_that_do_not_fit_are_refused_by_name(args):
    with pytest.raises(GradlabError, match=r"cost must take params, then (the \d of )?args: its arguments are"):
        check_gradients(lambda w, X, y: 0.0, np.ones(2), lambda w, X, y: w, args=args)
    with pytest.raises(GradlabError, match=r"grads must take params.*lambda params, \*args: f\(params\)"):
        check_gradients(lambda w, *_: float(w @ w), np.ones(2), lambda w: 2 * w, args=args)


def test_who_has_no_args_says_so():
    with pytest.raises(GradlabError, match="into inputs, by name"):
        check_backward(lambda x, k: k * x, lambda R, x, k: k * R, {"x": np.ones(2)}, args=(2,))
    with pytest.raises(GradlabError, match="check_jvp has no args"):
        check_jvp(lambda x: x, lambda x, v: v, np.ones(2), args=(2,))


def test_a_process_pool_can_take_it():
    assert pickle.loads(pickle.dumps(of_params("cost", operator.mul, 2.0, args=3.0)))(2.0) == 6.0
    assert pickle.loads(pickle.dumps(of_params("cost", operator.mul, [1.0, 2.0])))([3.0, 4.0]) == 12.0


@pytest.mark.parametrize("shape", [(4, 3), (2, 1, 3), (5,)])
def test_a_flat_gradient_or_jacobian_is_told_how_to_be_reshaped(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    flat = 4 * x.ravel() ** 3
    if len(shape) > 1:
        with pytest.raises(GradlabError, match=re.escape(f".reshape({shape})")):
            check_gradients(lambda x: np.sum(x**4), x, flat)
    with pytest.raises(GradlabError, match=r"row by row, \.reshape"):
        check_jacobian(np.ravel, x, np.eye(x.size).ravel())


@pytest.mark.parametrize("view", [lambda p: p.items(), lambda p: p.values(), lambda p: set(p), iter])
def test_what_is_iterated_over_is_no_params(view):
    with pytest.raises(GradlabError, match=r"make a dict or a list of it first"):
        check_gradients(lambda p: 0.0, view({"a": np.ones(2)}), lambda p: p)


X = np.random.default_rng(3).standard_normal((5, 3))
Y = np.arange(5.0)


def _loss(w, X, y, *, power=2):
    return float(np.sum(np.abs(X @ w - y) ** power))


def _slope(w, X, y, *, power=2):
    r = X @ w - y
    return power * X.T @ (np.sign(r) * np.abs(r) ** (power - 1))


def _bound(options):
    return lambda f: lambda w: f(w, *options.get("args", ()), **options.get("kwargs", {}))


@pytest.mark.parametrize(
    "options",
    [
        {"kwargs": {"X": X, "y": Y}},
        {"kwargs": {"y": Y, "X": X, "power": 4}},
        {"args": (X,), "kwargs": {"y": Y}},
        {"args": (X, Y), "kwargs": {"power": 3}},
        {"args": (X, Y), "kwargs": {}},
        {"args": (X, Y), "kwargs": None},
    ],
    ids=lambda options: ", ".join(options),
)
@pytest.mark.parametrize("form", ["apart", "by name", "one by one", "both", "a list", "workers"])
def test_arguments_by_name(options, form):
    w, together = np.array([0.5, -0.25, 1.0]), form == "both"
    asked = {"kwargs": None} | options
    kwargs = asked["kwargs"] or {}

    def cost_of(params):
        return lambda p, *args, **named: _loss(params(p), *args, **named)

    if form in ("apart", "workers"):
        workers = 2 if form == "workers" else None
        assert check_gradients(_loss, w, _slope, workers=workers, **asked).ok
        assert not check_gradients(_loss, w, lambda *a, **k: 1.1 * _slope(*a, **k), **asked).ok
    elif form == "by name":
        one = cost_of(lambda p: p["w"])
        assert check_gradients(one, {"w": w}, lambda p, *a, **k: {"w": _slope(p["w"], *a, **k)}, **asked).ok
    elif form == "one by one":
        args = asked.get("args", ())
        names = {"args": args, "kwargs": asked["kwargs"]}

        def loss(*given, a, b, **named):
            return _loss(np.append(a, b), *given, **named)

        def slope(*given, a, b, **named):
            found = _slope(np.append(a, b), *given, **named)
            return {"a": found[:2], "b": found[2]}

        assert check_gradients(loss, {"a": w[:2], "b": w[2]}, slope, **names).ok
    elif together:
        both = lambda p, *a, **k: (_loss(p, *a, **k), _slope(p, *a, **k))  # noqa: E731
        assert check_gradients(both, w, True, **asked).ok
    else:
        each = [lambda p, *a, i=i, **k: _slope(np.array(p), *a, **k)[i] for i in range(3)]
        assert check_gradients(cost_of(np.array), [*w], each, **asked).ok
    assert kwargs == (asked["kwargs"] or {})  # nothing was added to it


def test_residuals_with_arguments_by_name_as_least_squares_takes_them():
    def residuals(w, X, y):
        return X @ w - y

    assert check_jacobian(residuals, np.ones(3), lambda w, X, y: X, kwargs={"X": X, "y": Y}).ok
    assert not check_jacobian(residuals, np.ones(3), lambda w, X, y: X + 1, kwargs={"X": X, "y": Y}).ok


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"X": X, "Y": Y}, "must take kwargs"),
        ([X, Y], "must be a dict"),
        ({"X": X}, "Bind the others|hand them over"),
        ({1: X}, "must be a dict by the names"),
    ],
)
def test_arguments_by_name_that_do_not_fit_are_told(kwargs, says):
    with pytest.raises(GradlabError, match=says):
        check_gradients(_loss, np.ones(3), _slope, kwargs=kwargs)
    with pytest.raises(GradlabError, match="no kwargs"):
        check_backward(np.tanh, lambda R, x: R, {"x": X}, kwargs={"a": 1})


def test_a_method_without_an_object_is_named():
    class Net:
        def cost(self, w):
            return float(w @ w)

    with pytest.raises(GradlabError, match="method without an object"):
        check_gradients(Net.cost, np.ones(3), lambda w: 2 * w)
