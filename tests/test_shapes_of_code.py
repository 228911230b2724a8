"""Shapes of code that people wrote who had not seen the package: each is checked as it is, or told the way out."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_backward, check_gradients, check_jacobian
from gradlab.adapters import layers


@dataclass
class Pair:
    W: Any
    b: Any


Named = namedtuple("Named", "W b")


def spoiled(right, factor):
    return right if factor == 1 else right * factor


@pytest.mark.parametrize("factor", [1, 1.5])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 1, 2)])
@pytest.mark.parametrize("centred", [False, True])
def test_a_gradient_may_be_written_over_the_input_and_returned(shape, factor, centred):
    """The answer lies in the memory of the input, which is put back after the call."""

    def cost(x):
        x -= x.mean() * centred
        value = float(np.sum(np.sin(x)))
        x *= 0
        return value

    def grads(x):
        x -= x.mean() * centred
        g = np.cos(x)
        x[...] = spoiled(g - g.mean() * centred, factor)
        return x

    report = check_gradients(cost, np.random.default_rng(0).standard_normal(shape), grads, edits=False)
    assert report.verdict is (Verdict.AGREES if factor == 1 else Verdict.WRONG)
    assert any("grads changes its input" in note for note in report.notes)


@pytest.mark.parametrize("factor", [1, 1.5])
@pytest.mark.parametrize("kind", [dict, Pair, Named, list])
def test_the_same_of_several_arrays(kind, factor):
    rng = np.random.default_rng(1)
    W, b = rng.standard_normal((2, 3)), rng.standard_normal(3)
    make = {dict: lambda W, b: {"W": W, "b": b}, list: lambda W, b: [W, b]}.get(kind, kind)

    def parts(p):
        return (p["W"], p["b"]) if kind is dict else p if kind is list else (p.W, p.b)

    def grads(p):
        for part in parts(p):
            part[...] = spoiled(np.cos(part), factor)
        return p

    def cost(p):
        return float(sum(np.sum(np.sin(part)) for part in parts(p)))

    report = check_gradients(cost, make(W, b), grads, edits=False)
    assert report.verdict is (Verdict.AGREES if factor == 1 else Verdict.WRONG)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
@pytest.mark.parametrize("name", ["logits", "x"])
def test_the_gradient_of_the_only_name_needs_no_dict(name, shape):
    params = {name: np.random.default_rng(2).standard_normal(shape)}
    cost = lambda **p: float(np.sum(np.sin(p[name])))  # noqa: E731

    def told(factor):
        return check_gradients(cost, params, lambda **p: np.asarray(factor * np.cos(p[name]))).blocks[name].verdict

    assert (told(1), told(2)) == (Verdict.AGREES, Verdict.WRONG)
    assert check_gradients(cost, params, np.asarray(np.cos(params[name]))).ok
    with pytest.raises(GradlabError, match="dict with the names of params"):
        check_gradients(cost, params, lambda **p: np.ones(7))


@pytest.mark.parametrize("takes", [("x", "W"), ("W", "x"), ("W",), ()])
def test_backward_takes_inputs_behind_the_cache(takes):
    rng = np.random.default_rng(3)
    x, W = rng.standard_normal((4, 3)), rng.standard_normal((3, 2))

    def forward(x, W):
        return x @ W, (x, W)

    def by(upstream, cache, sign):
        return {"x": upstream @ cache[1].T, "W": sign * cache[0].T @ upstream}

    bodies = {
        ("x", "W"): lambda sign: lambda dout, cache, x, W: by(dout, (x, W), sign),
        ("W", "x"): lambda sign: lambda dout, cache, W, x: by(dout, (x, W), sign),
        ("W",): lambda sign: lambda dout, cache, W: by(dout, (cache[0], W), sign),
        (): lambda sign: lambda dout, x: by(dout, x, sign),  # a cache that is called like an input
    }
    for sign, verdict in ((1, Verdict.AGREES), (-1, Verdict.WRONG)):
        report = check_backward(forward, bodies[takes](sign), {"x": x, "W": W}, cache=True, edits=False)
        assert report.blocks["W"].verdict is verdict
        assert report.blocks["x"].verdict is Verdict.AGREES


class Labelled:
    """Numbers that are reached by their labels."""

    def __init__(self, values, index):
        self.values, self.index = np.asarray(values, dtype=float), index

    def __getitem__(self, label):
        return self.values[list(self.index).index(label)]


class ArrayLike(Labelled):
    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values)


INDICES = [["rate", "size", "lag"], np.array([10, 20, 30]), np.array([0.5, 1.0, 2.0])]


@pytest.mark.parametrize("index", INDICES, ids=["text", "whole", "floats"])
@pytest.mark.parametrize("factor", [1, 1.5])
def test_the_labels_of_a_labelled_array_are_no_parameters(index, factor):
    first, second, third = index

    def cost(s):
        return float(s[first] * np.exp(s[second]) + np.sin(s[third]))

    def grads(s):
        one = [np.exp(s[second]), s[first] * np.exp(s[second]), np.cos(s[third])]
        return Labelled(spoiled(np.array(one), factor), index)

    report = check_gradients(cost, Labelled([0.3, -0.4, 1.2], index), grads, edits=False)
    assert list(report.blocks) == ["values"]
    assert report.verdict is (Verdict.AGREES if factor == 1 else Verdict.WRONG)


@pytest.mark.parametrize("index", INDICES, ids=["text", "whole", "floats"])
@pytest.mark.parametrize("inside", [False, True])
def test_one_that_numpy_reads_is_told_how_to_keep_its_labels(index, inside):
    s = ArrayLike([0.3, -0.4, 1.2], index)
    params = {"s": s} if inside else s
    with pytest.raises(GradlabError, match=r"calculates by its labels.*ArrayLike\(p, index=s.index\)"):
        check_gradients(lambda p: p[index[0]], params, lambda p: p)
    first = index[0]
    report = check_gradients(
        lambda p: float(np.sin(ArrayLike(p, index=s.index)[first])),
        np.asarray(s),
        lambda p: np.array([np.cos(p[0]), 0, 0]),
    )
    assert report.verdict is Verdict.AGREES


class Kernel:
    def __init__(self):
        self._theta = np.log([1.3, 0.7])

    scale = property(lambda self: float(np.exp(self._theta[0])), lambda self, v: self._put(0, v))
    noise = property(lambda self: float(np.exp(self._theta[1])), lambda self, v: self._put(1, v))

    def _put(self, i, value):
        self._theta[i] = np.log(value)

    def cost(self):
        return self.scale**2 * self.noise

    def grads(self):
        return {"scale": 2 * self.scale * self.noise, "noise": self.scale**2}


def test_properties_are_told_how_to_be_params_and_that_works():
    m = Kernel()
    with pytest.raises(GradlabError, match="scale, noise are properties") as told:
        check_gradients(m.cost, m, m.grads)
    lines = str(told.value).partition("first. With m for the object: ")[2]
    put, call = lines.split("; ")
    names = {"m": m, "cost": m.cost, "grads": m.grads, "check_gradients": check_gradients}
    exec(put, names)
    assert eval(call, names).verdict is Verdict.AGREES


@pytest.mark.parametrize("form", [tuple, list, dict])
def test_several_outputs_of_a_jacobian_are_told_how_each_is_checked(form):
    q = np.array([0.3, -0.4, 0.9])

    def in_form(*parts):
        return dict(zip("abc", parts, strict=True)) if form is dict else form(parts)

    def function(q):
        return in_form(np.sin(q), np.array([q @ q, q[0]]), np.cos(q[1]))

    def jacobian(q):
        other = np.array([0.0, -np.sin(q[1]), 0.0])
        return in_form(np.diag(np.cos(q)), np.array([2 * q, [1.0, 0, 0]]), other)

    with pytest.raises(GradlabError, match="got 3 outputs: check each by itself, for k in") as told:
        check_jacobian(function, q, jacobian)
    keys, call = str(told.value).partition(" for k in ")[2].split(": ", 1)
    names = {"check_jacobian": check_jacobian, "function": function, "jacobian": jacobian, "params": q}
    assert all(eval(call, names | {"k": k}).verdict is Verdict.AGREES for k in eval(keys))


def test_jacobians_in_order_are_told_how_they_are_paired():
    params = {"W": np.ones((2, 3)), "b": np.array([0.5, 1.0])}
    x = np.array([0.3, 0.1, 2.0])
    function = lambda p: p["W"] @ x + p["b"] ** 2  # noqa: E731
    jacobian = lambda p: (np.einsum("ik,j->ikj", np.eye(2), x), np.diag(2 * p["b"]))  # noqa: E731
    with pytest.raises(GradlabError, match=r"Pair them by name: ") as told:
        check_jacobian(function, params, jacobian)
    way = eval(str(told.value).partition("by name: ")[2], {"jacobian": jacobian})
    assert check_jacobian(function, params, way).ok


@pytest.mark.parametrize("buffer", ["out", "g"])
def test_what_writes_into_a_buffer_is_told_how_it_is_called(buffer):
    names: dict[str, Any] = {"np": np}
    exec(
        f"def forward(x, *, {buffer}):\n    {buffer}[...] = np.sin(x)\n    return 0\n"
        f"def backward(lam, x, *, {buffer}):\n    {buffer}[...] = lam * np.cos(x)\n    return 0",
        names,
    )
    forward, backward, x = names["forward"], names["backward"], np.array([0.3, 0.5])
    with pytest.raises(GradlabError, match=f"writes its answer into {buffer}") as told:
        check_backward(forward, backward, {"x": x})
    _run(str(told.value), names)
    with pytest.raises(GradlabError, match=f"writes its answer into {buffer}") as told:
        check_backward(names["forward_of"], backward, {"x": x})
    _run(str(told.value), names)
    assert check_backward(names["forward_of"], names["backward_of"], {"x": x}).ok


def _run(message, names):
    """The function that the message writes, with the shape of x for its dots."""
    head, body = message.partition("in a function: ")[2].split("): ", 1)
    exec(f"{head}):\n    {body}".replace("np.zeros(...)", "np.zeros(x.shape)"), names)


class Stack:
    """Lists in lists, and gradients in others."""

    def __init__(self):
        rng = np.random.default_rng(4)
        self._blocks = [[rng.standard_normal((3, 3)), rng.standard_normal(3)] for _ in range(2)]
        self._slots = [[np.zeros_like(a) for a in block] for block in self._blocks]

    def parameters(self):
        for block, slots in zip(self._blocks, self._slots, strict=True):
            yield from zip(block, slots, strict=True)

    def forward(self, x):
        self.kept = []
        for W, b in self._blocks:
            self.kept.append(x)
            x = np.tanh(x @ W + b)
        self.out = x
        return x

    def backward(self, d):
        outs = [*self.kept[1:], self.out]
        for (W, _), (gW, gb), x, y in zip(*map(reversed, (self._blocks, self._slots, self.kept, outs)), strict=True):
            d = d * (1 - y**2)
            gW[...], gb[...] = x.T @ d, d.sum(0)
            d = d @ W.T
        return d


@pytest.mark.parametrize("generator", [False, True])
def test_parameters_and_gradients_may_be_read_as_lists(generator):
    def of(k):
        parts = lambda net: (pair[k] for pair in net.parameters())  # noqa: E731
        return parts if generator else lambda net: list(parts(net))

    problem = layers.problem(Stack(), np.ones((2, 3)) * 0.3, params=of(0), grads=of(1))
    report = check_backward(*problem)
    assert report.ok
    assert list(report.blocks) == ["x", *(f"params[{i}]" for i in range(4))]
    with pytest.raises(GradlabError, match=r"_blocks holds lists or dicts: .* hand over functions"):
        layers.problem(Stack(), np.ones((2, 3)), params="_blocks", grads="_slots")
    with pytest.raises(GradlabError, match="must return a dict of arrays by name, or a list of arrays"):
        layers.problem(Stack(), np.ones((2, 3)), params=lambda net: net._blocks, grads=of(1))


class Leaves:
    """A loss whose backward takes nothing, and leaves what it found."""

    def __init__(self):
        self.W = np.array([[0.3, -0.2], [1.0, 0.4]])

    def loss(self, X, y):
        self.X, self.off = X, X @ self.W - y
        return float(np.sum(self.off**2))

    def backward(self):
        self.dW = 2 * self.X.T @ self.off


@pytest.mark.parametrize("args", [(np.ones((3, 2)), np.zeros((3, 2))), ()])
def test_gradients_left_in_the_object_are_told_where_they_are_read(args):
    net, X, y = Leaves(), np.random.default_rng(5).standard_normal((3, 2)), np.zeros((3, 2))
    net.loss(X, y)  # an epoch ago
    cost = net.loss if args else lambda net: net.loss(X, y)
    with pytest.raises(GradlabError, match="If it leaves the gradients in the object") as told:
        check_gradients(cost, net, net.backward, args=args)
    call = str(told.value).partition("import layers; ")[2].partition(", with the names")[0]
    names = {"layers": layers, "check_backward": check_backward, "net": net, "X": X, "y": y}
    assert eval(call, names).blocks["W"].verdict is Verdict.AGREES
