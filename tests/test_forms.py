"""Params and gradients in the containers that real code has, nested at random."""

import collections
import dataclasses
import types

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradlab import GradlabError, Verdict, check_backward, check_gradients, check_jacobian
from gradlab.adapters import layers

Pair = collections.namedtuple("Pair", "left right")


@dataclasses.dataclass
class Cell:
    gain: object
    shift: object
    name: str = "held fixed"
    count: int = 3


@dataclasses.dataclass(frozen=True)
class Frozen:
    gain: object
    shift: object


class Bunch(dict):
    __getattr__ = dict.__getitem__


def _objects(*parts):
    array = np.empty(len(parts), dtype=object)
    for i, part in enumerate(parts):
        array[i] = part
    return array


# How to make a container of two parts, and how to read it.
MAKERS = {
    "dict": (lambda a, b: {"W": a, "b": b}, lambda t: (t["W"], t["b"])),
    "bunch": (lambda a, b: Bunch(W=a, b=b), lambda t: (t.W, t.b)),
    "list": (lambda a, b: [a, b], lambda t: (t[0], t[1])),
    "tuple": (lambda a, b: (a, b), lambda t: (t[0], t[1])),
    "named tuple": (Pair, lambda t: (t.left, t.right)),
    "dataclass": (Cell, lambda t: (t.gain, t.shift)),
    "frozen dataclass": (Frozen, lambda t: (t.gain, t.shift)),
    "namespace": (lambda a, b: types.SimpleNamespace(W=a, b=b), lambda t: (t.W, t.b)),
}


@st.composite
def trees(draw):
    """A structure as nested (kind, left, right) with shapes at its ends."""
    end = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)
    kinds = st.sampled_from(sorted(MAKERS))
    return draw(st.tuples(kinds, *2 * [st.recursive(end, lambda t: st.tuples(kinds, t, t), max_leaves=4)]))


def _made(form, make_leaf):
    if isinstance(form[0], str):
        kind, left, right = form
        return MAKERS[kind][0](_made(left, make_leaf), _made(right, make_leaf))
    return make_leaf(form)


def _ends(form, tree):
    if isinstance(form[0], str):
        for part, inside in zip(form[1:], MAKERS[form[0]][1](tree), strict=True):
            yield from _ends(part, inside)
    else:
        yield tree


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees(), st.integers(0, 2**32 - 1), st.booleans())
def test_any_nesting_of_containers(form, seed, together):
    rng = np.random.default_rng(seed)
    params = _made(form, lambda shape: rng.uniform(0.5, 2.0, shape))
    ends = list(_ends(form, params))
    before = [end.copy() for end in ends]
    spoiled = int(rng.integers(len(ends)))

    def cost(p):
        return float(sum((k + 1) * np.sum(end**3) for k, end in enumerate(_ends(form, p))))

    def grads(p, factor=1.0):
        slopes = [3 * (k + 1) * end**2 * (factor if k == spoiled else 1) for k, end in enumerate(_ends(form, p))]
        remaining = iter(slopes)
        return _made(form, lambda shape: next(remaining))

    for factor, verdict in ((1.0, Verdict.AGREES), (1.01, Verdict.WRONG)):
        if together:
            report = check_gradients(lambda p, f=factor: (cost(p), grads(p, f), "more"), params, grads=True)
        else:
            report = check_gradients(cost, params, lambda p, f=factor: grads(p, f))
        assert report.verdict is verdict
        wrong = [block.verdict is Verdict.WRONG for block in report.blocks.values()]
        assert wrong == [verdict is Verdict.WRONG and k == spoiled for k in range(len(ends))]
    assert all(np.array_equal(a, b) for a, b in zip(ends, before, strict=True))


def _problem(rng):
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))

    def cost(W, b):
        return 0.5 * float(np.sum((np.tanh(x @ W + b) - y) ** 2))

    def grads(W, b, factor=1.0):
        a = np.tanh(x @ W + b)
        d = (a - y) * (1 - a**2)
        return x.T @ d, factor * d.sum(axis=0)

    return cost, grads, rng.standard_normal((3, 2)), rng.standard_normal(2)


FORMS = {
    "d in front": lambda dW, db: {"dW": dW, "db": db},
    "d in front, with those of activations": lambda dW, db: {"dW": dW, "db": db, "dZ": db, "dA0": dW},
    "grad behind": lambda dW, db: {"W_grad": dW, "b_grad": db},
    "grad in front": lambda dW, db: {"grad_W": dW, "grad_b": db},
    "g": lambda dW, db: {"gW": dW, "gb": db},
    "dL/d": lambda dW, db: {"dLdW": dW, "dLdb": db},
    "pairs of a generator": lambda dW, db: (pair for pair in (("W", dW), ("b", db))),
    "namespace": lambda dW, db: types.SimpleNamespace(W=dW, b=db),
    "items": lambda dW, db: zip(["dW", "db"], [dW, db], strict=True),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_gradients_of_a_dict_in_other_words(form, factor):
    cost, grads, W, b = _problem(np.random.default_rng(len(form)))
    report = check_gradients(lambda p: cost(**p), {"W": W, "b": b}, lambda p: FORMS[form](*grads(**p, factor=factor)))
    assert list(report.blocks) == ["W", "b"]
    assert report.blocks["W"].verdict is Verdict.AGREES
    assert report.blocks["b"].verdict is (Verdict.AGREES if factor == 1.0 else Verdict.WRONG)
    assert any("dZ, dA0. That was not checked" in note for note in report.notes) is ("activations" in form)


@pytest.mark.parametrize("make", [lambda g: list(g), tuple, iter, lambda g: _objects(*g), lambda g: map(np.copy, g)])
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_gradients_of_a_sequence_in_any_sequence(make, factor):
    cost, grads, W, b = _problem(np.random.default_rng(8))
    for params in ([W, b], (W, b), _objects(W, b), Pair(W, b)):
        report = check_gradients(lambda p: cost(*p), params, lambda p: make(grads(*p, factor=factor)))
        assert [block.verdict for block in report.blocks.values()] == [
            Verdict.AGREES,
            Verdict.AGREES if factor == 1.0 else Verdict.WRONG,
        ]


@pytest.mark.parametrize("behind", [(), ("accuracy",), (np.ones(3), {})])
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_a_cost_with_its_gradients_one_by_one(behind, factor):
    """As in `loss, dW, db = f(W, b)`."""
    cost, grads, W, b = _problem(np.random.default_rng(3))
    report = check_gradients(lambda p: (cost(*p), *grads(*p, factor=factor), *behind), [W, b], grads=True)
    assert report.verdict is (Verdict.AGREES if factor == 1.0 else Verdict.WRONG)
    alone = check_gradients(lambda p: (cost(p[0], b), grads(p[0], b)[0], *behind), [W], grads=True)
    assert alone.ok


def test_what_a_record_holds_beside_its_arrays_stays():
    def cost(cell):
        assert cell.name == "held fixed"
        return float(cell.count * cell.gain @ cell.gain + cell.shift**2)

    params = Cell(np.array([1.0, 2.0]), 0.5)
    assert check_gradients(cost, params, lambda cell: Cell(6 * cell.gain, 2 * cell.shift)).ok
    assert list(check_gradients(cost, params, lambda cell: {"gain": 6 * cell.gain, "shift": 1.0}).blocks) == [
        "gain", "shift",
    ]  # fmt: skip


def test_a_gradient_of_a_record_that_is_missing_is_said():
    params = types.SimpleNamespace(W=np.array([0.5, -1.5]), b=np.array([2.0, 0.7]))
    with pytest.raises(GradlabError, match="missing: b"):
        check_gradients(lambda p: float(p.W @ p.b), params, lambda p: types.SimpleNamespace(W=p.b))
    report = check_gradients(lambda p: float(p.W @ p.b), params, lambda p: types.SimpleNamespace(W=p.b, b=None))
    assert list(report.blocks) == ["W"]
    assert report.notes == ("Not checked, held fixed: b.",)


@pytest.mark.parametrize("prefix", ["d{}", "{}_grad", "grad_{}", "dLd{}"])
def test_backward_may_name_its_gradients_with_a_prefix(prefix):
    rng = np.random.default_rng(4)
    inputs = {"x": rng.standard_normal((4, 3)), "W": rng.standard_normal((3, 2))}

    def backward(upstream, x, W):
        return {prefix.format("x"): upstream @ W.T, prefix.format("W"): 2 * x.T @ upstream}

    report = check_backward(lambda x, W: x @ W, backward, inputs)
    assert [block.verdict for block in report.blocks.values()] == [Verdict.AGREES, Verdict.WRONG]


FORWARDS = ("forward", "__call__", "fprop", "forward_pass", "feedforward", "apply")
BACKWARDS = ("backward", "bprop", "backprop", "backward_pass", "grad", "vjp")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spoil", [1.0, 1.001])
def test_methods_and_attributes_of_any_usual_name(seed, spoil):
    """fprop and bprop, kernel_ and kernel_grad_: drawn anew with every seed."""
    rng = np.random.default_rng(seed)
    ahead, back = FORWARDS[seed % len(FORWARDS)], BACKWARDS[int(rng.integers(len(BACKWARDS)))]
    weight, gradient = [("kernel_", "kernel_grad_"), ("coef_", "grad_coef_"), ("w", "dw")][seed % 3]

    class Dense:
        def __init__(self):
            setattr(self, weight, rng.standard_normal((4, 2)))

    def forward(self, x):
        self.x = x
        return x @ getattr(self, weight)

    def backward(self, upstream):
        setattr(self, gradient, spoil * self.x.T @ upstream)
        return upstream @ getattr(self, weight).T

    setattr(Dense, ahead, forward)
    setattr(Dense, back, backward)
    report = check_backward(*layers.problem(Dense(), rng.standard_normal((5, 4))))
    assert report.ok is (spoil == 1)
    assert list(report.blocks) == ["x", weight]


@dataclasses.dataclass
class Answer:
    value: float
    gradient: np.ndarray
    steps: int = 0


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda value, gradient: (value, gradient, {"steps": 3}),
        lambda value, gradient: [value, gradient],
        lambda value, gradient: {"loss": value, "grads": gradient},
        Answer,
    ],
)
@pytest.mark.parametrize("spoil", [1.0, 2.0])
def test_cost_and_gradient_come_in_any_container(wrapped, spoil):
    theta = np.random.default_rng(3).standard_normal(5)
    report = check_gradients(lambda t: wrapped(float(np.sum(t**3)), spoil * 3 * t**2), theta, grads=True)
    assert report.ok is (spoil == 1)


def test_cost_and_gradient_the_wrong_way_round():
    with pytest.raises(GradlabError, match=r"it returns \(grads, cost\)"):
        check_gradients(lambda t: (2 * t, float(np.sum(t**2))), np.ones(3), grads=True)


@pytest.mark.parametrize("spoil", [1.0, 1.01])
def test_output_and_jacobian_of_one_function(spoil):
    A = np.random.default_rng(5).standard_normal((4, 3))
    report = check_jacobian(lambda x: (np.tanh(A @ x), spoil * (1 - np.tanh(A @ x) ** 2)[:, None] * A), A[0], True)
    assert report.ok is (spoil == 1)
    with pytest.raises(GradlabError, match="jacobian=True says"):
        check_jacobian(lambda x: A @ x, A[0], True)


def test_a_layer_handed_to_the_wrong_check_is_sent_to_the_right_one():
    with pytest.raises(GradlabError, match="check_backward"):
        check_gradients(np.tanh, lambda u, x: u * (1 - np.tanh(x) ** 2), {"x": np.ones(3)})
