"""Layers as objects: parameters and gradients in attributes, dicts, lists, boxes, objects within objects."""

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_backward
from gradlab.adapters import layers

R = np.random.default_rng(11).standard_normal
X = R((5, 4))


class Base:
    """x W + b, then tanh; `spoil` times the right gradient of W."""

    spoil = 1.0

    def __init__(self):
        self.x = None
        self.make({"W": R((4, 3)), "b": R(3)})

    def forward(self, x):
        p = self.params_by_name()
        self.x = x
        self.y = np.tanh(x @ p["W"] + p["b"])
        return self.y

    def backward(self, dout):
        d = dout * (1 - self.y**2)
        self.keep({"W": self.spoil * self.x.T @ d, "b": d.sum(axis=0)})
        return d @ self.params_by_name()["W"].T


class Attributes(Base):
    pattern = "d{}"

    def make(self, p):
        self.W, self.b = p["W"], p["b"]

    def params_by_name(self):
        return {"W": self.W, "b": self.b}

    def keep(self, grads):
        for name, grad in grads.items():
            setattr(self, self.pattern.format(name), grad)


class Suffixed(Attributes):
    pattern = "{}_grad"


class Differences(Attributes):
    pattern = "{}_diff"


class Spelled(Attributes):
    pattern = "grad_{}"


class Odd(Attributes):
    pattern = "slope_of_{}"


class Dicts(Base):
    at, key = "grads", "{}"

    def make(self, p):
        self.params = p

    def params_by_name(self):
        return self.params

    def keep(self, grads):
        setattr(self, self.at, {self.key.format(name): grad for name, grad in grads.items()})


class LongNames(Dicts):
    at, key = "gradients", "dLd{}"


class Lists(Base):
    def make(self, p):
        self.weights, self.grads = list(p.values()), [0, 0]

    def params_by_name(self):
        return dict(zip("Wb", self.weights, strict=True))

    def keep(self, grads):
        self.grads = list(grads.values())


class Box:
    def __init__(self, data):
        self.data, self.diff = data, np.zeros_like(data)


class Boxes(Base):
    def make(self, p):
        self.blobs = [Box(array) for array in p.values()]

    def params_by_name(self):
        return dict(zip("Wb", (box.data for box in self.blobs), strict=True))

    def keep(self, grads):
        for box, grad in zip(self.blobs, grads.values(), strict=True):
            box.diff += grad


class Inside(Base):
    """An object in an object in a list."""

    def make(self, p):
        self.parts = [Attributes.__new__(Attributes)]
        self.parts[0].make(p)

    def params_by_name(self):
        return self.parts[0].params_by_name()

    def keep(self, grads):
        self.parts[0].keep(grads)


class OnlyAfterwards(Dicts):
    """A generator of its own, and gradients that add up from call to call."""

    def __init__(self):
        self.rng = np.random.default_rng(0)
        self.grads = {"W": np.zeros((4, 3)), "b": np.zeros(3)}
        super().__init__()

    def forward(self, x):
        self.mask = self.rng.random(x.shape) < 0.7
        return super().forward(x * self.mask)

    def backward(self, dout):
        return super().backward(dout) * self.mask

    def keep(self, grads):
        for name, grad in grads.items():
            self.grads[name] += grad


USUAL = [
    Attributes, Suffixed, Differences, Spelled, Dicts, LongNames, Lists, Boxes, Inside, OnlyAfterwards,
]  # fmt: skip


@pytest.mark.parametrize("kind", USUAL)
@pytest.mark.parametrize("used_before", [False, True])
def test_a_usual_layer_takes_one_line(kind, used_before):
    layer = kind()
    if used_before:  # caches and gradients are there already: they are no parameters
        layer.backward(np.ones_like(layer.forward(X)))
    report = check_backward(*layers.problem(layer, X))
    assert report.ok, report
    assert len(report.blocks) == 3
    assert not report.notes


@pytest.mark.parametrize("kind", USUAL)
def test_a_wrong_gradient_is_wrong_by_name(kind):
    layer = kind()
    layer.spoil = 1.001
    report = check_backward(*layers.problem(layer, X))
    wrong = [name for name, block in report.blocks.items() if block.verdict is Verdict.WRONG]
    assert len(wrong) == 1
    assert report.blocks[wrong[0]].shape == (4, 3)


@pytest.mark.parametrize(
    ("kind", "places", "names"),
    [
        (Odd, {"params": ("W", "b"), "grads": "slope_of_{}"}, ["x", "W", "b"]),
        (Attributes, {"params": ("W",)}, ["x", "W"]),
        (Attributes, {"params": ("W", "b"), "grads": "d{}"}, ["x", "W", "b"]),
        (Dicts, {"params": "params", "grads": "grads"}, ["x", "W", "b"]),
        (Dicts, {"params": "params", "grads": "grads[{}]"}, ["x", "W", "b"]),
        (LongNames, {"params": "params", "grads": "gradients[dLd{}]"}, ["x", "W", "b"]),
        (Lists, {"params": "weights", "grads": "grads"}, ["x", "weights[0]", "weights[1]"]),
        (Inside, {"params": ("parts[0].W", "parts[0].b"), "grads": "d{}"}, ["x", "parts[0].W", "parts[0].b"]),
        (
            Boxes,
            {
                "params": lambda of: {"W": of.blobs[0].data, "b": of.blobs[1].data},
                "grads": lambda of: {"W": of.blobs[0].diff, "b": of.blobs[1].diff},
            },
            ["x", "W", "b"],
        ),
    ],
)
def test_places_can_be_said(kind, places, names):
    report = check_backward(*layers.problem(kind(), X, **places))
    assert report.ok, report
    assert list(report.blocks) == names


def test_the_layer_stays_as_it_is():
    layer = Dicts()
    before = {name: array.copy() for name, array in layer.params.items()}
    check_backward(*layers.problem(layer, X))
    assert layer.x is None
    assert not hasattr(layer, "grads")
    assert all(np.array_equal(layer.params[name], array) for name, array in before.items())


def test_inputs_are_named_as_forward_names_them():
    class Product:
        def __init__(self):
            self.w, self.dw = R(4), None

        def forward(self, left, right):
            self.seen = left, right
            return left * right * self.w

        def backward(self, dout):
            left, right = self.seen
            self.dw = (dout * left * right).sum(axis=0)
            return dout * right * self.w, dout * left * self.w

    report = check_backward(*layers.problem(Product(), X, R((5, 4))))
    assert report.ok
    assert list(report.blocks) == ["left", "right", "w"]


def test_methods_may_have_other_names_and_arguments():
    class Named(Dicts):
        def fprop(self, x, training):
            assert training
            return super().forward(x)

        def bprop(self, dout, scale):
            return super().backward(dout * scale)

        forward = backward = None

    report = check_backward(
        *layers.problem(
            Named(), X, forward=lambda of, x: of.fprop(x, True), backward=lambda of, dout: of.bprop(dout, scale=1.0)
        )
    )
    assert report.ok


@pytest.mark.parametrize("one_by_one", [False, True])
def test_several_outputs(one_by_one):
    class Cell(Attributes):
        def forward(self, x):
            return super().forward(x), x.sum()

        if one_by_one:

            def backward(self, dy, ds):
                return super().backward(dy) + ds
        else:

            def backward(self, ups):
                return super().backward(ups[0]) + ups[1]

    assert check_backward(*layers.problem(Cell(), X)).ok


def test_no_gradient_of_the_input_is_said():
    class First(Attributes):
        def backward(self, dout):
            super().backward(dout)

    report = check_backward(*layers.problem(First(), X))
    assert report.ok
    assert report.notes == ("Not checked, since backward returns no gradient for them: x.",)


class Stuck(Attributes):
    def __deepcopy__(self, memo):
        raise TypeError("cannot pickle a lock")


class Stepping(Attributes):
    def keep(self, grads):
        for name, grad in grads.items():
            getattr(self, name)[...] -= 0.1 * grad


class Needy(Attributes):
    def backward(self, dout, mode):
        return super().backward(dout)


class Mute(Odd):
    def forward(self, x):
        self.seen = super().forward(x)
        self.y = None


class Empty:
    def forward(self, x):
        return x

    def backward(self, dout):
        return dout


@pytest.mark.parametrize(
    ("layer", "places", "says"),
    [
        (Odd(), {}, r"Odd has no array with a gradient at a usual place: say where, as in params=\('W', 'b'\)"),
        (Odd(), {"params": ("W", "b")}, "backward left no gradients of W, b at a usual place"),
        (Odd(), {"params": ("V",)}, "Odd has nothing at V: it has W, b, x"),
        (Odd(), {"params": ("W",), "grads": "d{}"}, "Odd has nothing at dW"),
        (Inside(), {"params": ("parts[1].W",)}, r"nothing at parts\[1\]\.W \(only up to parts\)"),
        (Stepping(), {}, r"backward changes W, b and leaves no gradients: if it takes a step, say learning_rate="),
        (Needy(), {}, r"backward of Needy needs dout, mode: give it what is no upstream gradient, backward=lambda"),
        (Mute(), {}, r"forward of Mute returns nothing and leaves no array in output, out or y: say what its output"),
        (
            Stuck(),
            {},
            r"Stuck cannot be copied \(cannot pickle a lock\): write forward and backward as two functions",
        ),
        (Empty(), {"forward": "fprop"}, "Empty has no method 'fprop': name it, forward='...'"),
        (Attributes(), {"params": lambda of: {"x": of.W}, "grads": lambda of: {"x": of.dW}}, "both called 'x'"),
    ],
)
def test_what_is_not_found_gets_a_clear_error(layer, places, says):
    with pytest.raises(GradlabError, match=says):
        check_backward(*layers.problem(layer, X, **places))


@pytest.mark.parametrize("put", [lambda a, b: [a, b], lambda a, b: [[a], [b]], lambda a, b: {"a": a, "b": b}])
def test_layers_in_a_list_are_checked_one_by_one(put):
    class Scale:
        def forward(self, x):
            self.x = x
            return x * 2.0

        def backward(self, upstream):
            return upstream * 2.0

    with pytest.raises(GradlabError, match="each by itself"):
        layers.problem(put(Scale(), Scale()), np.ones((2, 3)))
