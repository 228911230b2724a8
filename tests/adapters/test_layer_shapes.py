"""Layers as books, courses and videos write them: names, slots, what is returned or left behind, steps."""

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_backward
from gradlab.adapters import caffe, layers


def draw(rng, *shape):
    return rng.standard_normal(shape)


def dense(W="W", b="b", dW="d{}", slots=False):
    """A class whose parameters are called W and b, and their gradients by a pattern or by two names."""
    names = [dW.format(W), dW.format(b)] if isinstance(dW, str) else list(dW)

    class Dense:
        if slots:
            __slots__ = (W, b, *names, "seen", "spoil")

        def __init__(self, rng, spoil):
            setattr(self, W, draw(rng, 4, 3))
            setattr(self, b, draw(rng, 3))
            self.spoil = spoil

        def forward(self, x):
            self.seen = x.copy()
            return x @ getattr(self, W) + getattr(self, b)

        def backward(self, dout):
            setattr(self, names[0], self.spoil * self.seen.T @ dout)
            setattr(self, names[1], dout.sum(axis=0))
            return dout @ getattr(self, W).T

    return Dense


class Stateful:
    """As in "Neural Networks from Scratch": nothing is returned, everything is left in attributes."""

    def __init__(self, rng, spoil):
        self.weights, self.biases, self.spoil = draw(rng, 4, 3), draw(rng, 1, 3), spoil

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.spoil * self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T


class Stepping:
    """Takes its step in backward."""

    def __init__(self, rng, spoil):
        self.weights, self.bias, self.spoil = draw(rng, 4, 3), draw(rng, 1, 3), spoil

    def forward(self, input):  # noqa: A002 (as people write it)
        self.input = input
        return input @ self.weights + self.bias

    def backward(self, output_gradient, learning_rate):
        slope = output_gradient @ self.weights.T
        self.weights -= learning_rate * self.spoil * self.input.T @ output_gradient
        self.bias = self.bias - learning_rate * output_gradient.sum(axis=0)
        return slope


class SteppingChain:
    def __init__(self, rng, spoil):
        self.parts = [Stepping(rng, 1.0), Stepping(rng, spoil)]
        self.parts[1].weights = draw(rng, 3, 3)

    def forward(self, x):
        return self.parts[1].forward(np.tanh(self.parts[0].forward(x)))

    def backward(self, dout, lr):
        hidden = np.tanh(self.parts[0].forward(self.parts[0].input))
        return self.parts[0].backward(self.parts[1].backward(dout, lr) * (1 - hidden**2), lr)


def returning(make):
    class Returning(dense()):
        def backward(self, dout):
            return make(dout @ self.W.T, self.spoil * self.seen.T @ dout, dout.sum(axis=0))

    return Returning


class GetsItsInput(dense()):
    def backward(self, x, dout):
        self.seen = x
        return super().backward(dout)


class Lists:
    def __init__(self, rng, spoil):
        self.weights, self.biases, self.spoil = (
            [draw(rng, 4, 5), draw(rng, 5, 3)],
            [draw(rng, 5), draw(rng, 3)],
            spoil,
        )

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.weights[0] + self.biases[0])
        return self.h @ self.weights[1] + self.biases[1]

    def backward(self, dout):
        dz = dout @ self.weights[1].T * (1 - self.h**2)
        self.dW, self.db = [self.x.T @ dz, self.spoil * self.h.T @ dout], [dz.sum(axis=0), dout.sum(axis=0)]
        return dz @ self.weights[0].T


SHAPES = {
    "weight, weight_grad": (dense("weight", "bias", "{}_grad"), 3),
    "weights, weights_gradient": (dense("weights", "bias", "{}_gradient"), 3),
    "weights, dW": (dense("weights", "biases", ("dW", "db")), 3),
    "kernel, grad_w": (dense("kernel", "bias", ("grad_w", "grad_b")), 3),
    "_W, _dW": (dense("_W", "_b", ("_dW", "_db")), 3),
    "dJdW": (dense(dW="dJd{}"), 3),
    "slots": (dense(slots=True), 3),
    "all in attributes": (Stateful, 3),
    "takes a step": (Stepping, 3),
    "a chain that takes steps": (SteppingChain, 5),
    "returns a tuple": (returning(lambda dx, dW, db: (dx, dW, db)), 3),
    "returns parameters first": (returning(lambda dx, dW, db: [dW, db, dx]), 3),
    "returns a dict": (returning(lambda dx, dW, db: {"x": dx, "W": dW, "b": db}), 3),
    "returns a dict with d": (returning(lambda dx, dW, db: {"dx": dx, "dW": dW, "db": db}), 3),
    "gets its input": (GetsItsInput, 3),
    "lists beside lists": (Lists, 5),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_usual_shape_takes_one_line(shape, seed):
    kind, count = SHAPES[shape]
    rng = np.random.default_rng(seed)
    x = draw(rng, 6, 4)
    for spoil in (1.0, 1.001):
        report = check_backward(*layers.problem(kind(rng, spoil), x))
        assert report.verdict is (Verdict.AGREES if spoil == 1 else Verdict.WRONG), report
        assert len(report.blocks) == count
        assert sum(block.verdict is Verdict.WRONG for block in report.blocks.values()) == (spoil != 1)
        assert not any("Not checked" in note for note in report.notes)


class Loss:
    """A head: no parameters, a target that is held, and backward that knows of no upstream gradient."""

    def __init__(self, factor, takes):
        self.factor, self.takes = factor, takes

    def forward(self, prediction, target):
        self.apart = prediction - target
        return np.mean(self.apart**2)


class Silent(Loss):
    def backward(self):
        return self.factor * 2 * self.apart / self.apart.size


class Optional(Loss):
    def backward(self, dout=1.0):
        return dout * self.factor * 2 * self.apart / self.apart.size


class Anew(Loss):
    def backward(self, prediction, target):
        return self.factor * 2 * (prediction - target) / prediction.size


@pytest.mark.parametrize("kind", [Silent, Optional, Anew])
@pytest.mark.parametrize("factor", [1.0, 0.999])
def test_a_loss_has_no_parameters_and_perhaps_no_upstream(kind, factor):
    rng = np.random.default_rng(5)
    report = check_backward(*layers.problem(kind(factor, True), draw(rng, 5, 3), draw(rng, 5, 3)))
    assert report.verdict is (Verdict.AGREES if factor == 1 else Verdict.WRONG)
    assert list(report.blocks) == ["prediction"]
    assert report.notes == ("Not checked, since backward returns no gradient for them: target.",)


def test_the_learning_rate_of_the_layer_itself_is_said():
    class Own(Stepping):
        def backward(self, output_gradient):
            return super().backward(output_gradient, 0.1)

    rng = np.random.default_rng(6)
    for spoil in (1.0, 1.001):
        report = check_backward(*layers.problem(Own(rng, spoil), draw(rng, 5, 4), learning_rate=0.1))
        assert report.ok is (spoil == 1.0)
        assert list(report.blocks) == ["input", "weights", "bias"]


def test_a_gradient_that_backward_forgets_is_said():
    class Forgets(dense()):
        def backward(self, dout):
            self.dW = self.seen.T @ dout
            return dout @ self.W.T

    rng = np.random.default_rng(7)
    report = check_backward(*layers.problem(Forgets(rng, 1.0), draw(rng, 5, 4)))
    assert report.notes == ("Not checked, since backward returns no gradient for them: b.",)
    assert list(report.blocks) == ["x", "W"]


def test_no_parameters_can_be_said():
    class Encoding:
        def __init__(self):
            self.table = np.arange(12.0).reshape(4, 3)

        def forward(self, x):
            return x + self.table

        def backward(self, dout):
            return dout

    x = draw(np.random.default_rng(8), 4, 3)
    with pytest.raises(GradlabError, match=r"or params=\(\) if there is none"):
        layers.problem(Encoding(), x)
    assert check_backward(*layers.problem(Encoding(), x, params=())).ok


class Euclidean:
    """The loss of Caffe's own example, with a weight for each column."""

    def __init__(self, spoil=1.0, adds=False):
        self.spoil, self.adds = spoil, adds

    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise ValueError("two bottoms")
        self.blobs.add_blob(bottom[0].channels)
        self.blobs[0].data[...] = np.linspace(0.5, 1.5, bottom[0].channels)

    def reshape(self, bottom, top):
        if bottom[0].count != bottom[1].count:
            raise ValueError("of one size")
        self.apart = np.zeros_like(bottom[0].data)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.apart[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.blobs[0].data * self.apart**2) / bottom[0].num / 2.0

    def backward(self, top, propagate_down, bottom):
        self.blobs[0].diff[...] += top[0].diff * self.spoil * np.sum(self.apart**2, axis=0) / bottom[0].num / 2.0
        for i, sign in enumerate((1, -1)):
            if propagate_down[i]:
                slope = top[0].diff * sign * self.blobs[0].data * self.apart / bottom[i].num
                bottom[i].diff[...] = bottom[i].diff + slope if self.adds else slope


@pytest.mark.parametrize("spoil", [1.0, 1.001])
@pytest.mark.parametrize("down", [None, (True, False)])
def test_a_python_layer_of_caffe(spoil, down):
    rng = np.random.default_rng(9)
    layer = Euclidean(spoil)
    report = check_backward(*caffe.problem(layer, draw(rng, 5, 3), draw(rng, 5, 3), propagate_down=down))
    assert list(report.blocks) == ["bottom[0]", "bottom[1]", "blobs[0]"][:: 1 if down is None else 2]
    assert report.blocks["blobs[0]"].verdict is (Verdict.AGREES if spoil == 1 else Verdict.WRONG)
    assert report.blocks["bottom[0]"].verdict is Verdict.AGREES
    assert not hasattr(layer, "blobs")


def test_a_layer_of_caffe_must_not_add_to_the_diff_of_a_bottom():
    rng = np.random.default_rng(10)
    report = check_backward(*caffe.problem(Euclidean(adds=True), draw(rng, 5, 3), draw(rng, 5, 3)))
    assert report.blocks["bottom[0]"].verdict is Verdict.WRONG


def test_a_layer_of_caffe_with_two_tops_and_labels():
    class Split:
        def reshape(self, bottom, top):
            top[0].reshape(bottom[0].num, 2)
            top[1].reshape(bottom[0].num)

        def forward(self, bottom, top):
            top[0].data[...] = np.sin(bottom[0].data[:, :2])
            top[1].data[...] = bottom[0].data[np.arange(bottom[0].num), bottom[1].data.astype(int)] ** 2

        def backward(self, top, propagate_down, bottom):
            assert propagate_down == [True, False]
            bottom[0].diff[...] = 0
            bottom[0].diff[:, :2] = top[0].diff * np.cos(bottom[0].data[:, :2])
            at = np.arange(bottom[0].num), bottom[1].data.astype(int)
            bottom[0].diff[at] += 2 * bottom[0].data[at] * top[1].diff

    rng = np.random.default_rng(11)
    report = check_backward(*caffe.problem(Split(), draw(rng, 4, 3), np.array([0, 2, 1, 2]), tops=2))
    assert report.ok
    assert list(report.blocks) == ["bottom[0]"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: caffe.problem(object(), 1.0), "layer must have a method forward, as Caffe's Python layers do"),
        (lambda: caffe.problem(Euclidean(), np.ones(3), propagate_down=[True] * 2), "each of 1 bottoms, got 2"),
        (lambda: caffe.problem(Euclidean(), np.ones(3), tops=0), "tops must be a whole number of at least 1"),
    ],
)
def test_what_is_no_layer_of_caffe_gets_a_clear_error(make, says):
    with pytest.raises(GradlabError, match=says):
        make()


class TwoPlaces(dense()):
    """The same arrays as attributes and in a list, their gradients, too."""

    def __init__(self, rng, spoil):
        super().__init__(rng, spoil)
        self.dW, self.db = np.zeros((4, 3)), np.zeros(3)
        self.params, self.grads = [self.W, self.b], [self.dW, self.db]

    def backward(self, dout):
        self.dW[...], self.db[...] = self.spoil * self.seen.T @ dout, dout.sum(axis=0)
        return dout @ self.W.T


class OnlyInAList(TwoPlaces):
    def backward(self, dout):
        self.grads = [self.spoil * self.seen.T @ dout, dout.sum(axis=0)]
        return dout @ self.W.T


class KeepsItsWeights(returning(lambda dx, dW, db: (dx, {"W": dW, "b": db}))):
    """A cache with a copy of W in it is no gradient of W."""

    def forward(self, x):
        self.cache = {"x": x, "W": self.W.copy()}
        return super().forward(x)


class Leaky:
    """A parameter that is a Python number."""

    def __init__(self, rng, spoil):
        self.alpha, self.spoil = 0.25, spoil

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dout):
        self.dalpha = float(self.spoil * np.sum(dout * self.x * (self.x < 0)))
        return dout * np.where(self.x > 0, 1.0, self.alpha)


@pytest.mark.parametrize("kind", [TwoPlaces, OnlyInAList, KeepsItsWeights, Leaky])
@pytest.mark.parametrize("spoil", [1.0, 1.001])
def test_a_parameter_is_found_once_and_nothing_is_taken_for_its_gradient(kind, spoil):
    rng = np.random.default_rng(12)
    report = check_backward(*layers.problem(kind(rng, spoil), draw(rng, 6, 4)))
    assert report.verdict is (Verdict.AGREES if spoil == 1 else Verdict.WRONG)
    assert len(report.blocks) == (2 if kind is Leaky else 3)
