"""Objects that keep a number or an array with its gradient: micrograd's Value, somebody's own Tensor."""

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_gradients
from gradlab.adapters import values

PLACES = [("data", "grad"), ("value", "grad"), ("data", "diff"), ("val", "grad"), ("value", "g")]


def tensor(data_name, grad_name, accumulates=True, empty=None):
    """A class of tensors with + and *, whose gradients add up, or begin as None."""

    class Tensor:
        __slots__ = (data_name, grad_name, "then", "parents")

        def __init__(self, data, parents=(), then=lambda: None):
            setattr(self, data_name, data)
            setattr(self, grad_name, np.zeros_like(data) if accumulates else empty)
            self.parents, self.then = parents, then

        def take(self, slope):
            old = getattr(self, grad_name)
            setattr(self, grad_name, slope if old is None else old + slope)

        def joined(self, other, data, slopes):
            out = Tensor(data, (self, other))

            def then():
                up = getattr(out, grad_name)
                self.take(slopes[0] * up)
                other.take(slopes[1] * up)

            out.then = then
            return out

        def __add__(self, other):
            return self.joined(other, getattr(self, data_name) + getattr(other, data_name), (1.0, 1.0))

        def __mul__(self, other):
            a, b = getattr(self, data_name), getattr(other, data_name)
            return self.joined(other, a * b, (b * self.spoil, a))

        def backward(self):
            order, seen = [], set()

            def visit(node):
                if id(node) not in seen:
                    seen.add(id(node))
                    for parent in node.parents:
                        visit(parent)
                    order.append(node)

            visit(self)
            setattr(self, grad_name, np.ones_like(getattr(self, data_name)))
            for node in reversed(order):
                node.then()

    Tensor.spoil = 1.0
    return Tensor


class Total:
    """A loss of tensors of arrays: their sum, with a backward of another name."""

    def __init__(self, out, data_name):
        self.out, self.data = out, float(np.sum(getattr(out, data_name)))

    def backprop(self):
        self.out.backward()


@pytest.mark.parametrize("places", PLACES)
@pytest.mark.parametrize("accumulates", [True, False])
@pytest.mark.parametrize("spoil", [1.0, 1.01])
@pytest.mark.parametrize("numbers", [True, False])
def test_objects_of_any_usual_kind(places, accumulates, spoil, numbers):
    rng = np.random.default_rng(len(places[0]))
    Tensor = tensor(*places, accumulates)
    shapes = [(), (), ()] if numbers else [(2, 3), (3,), ()]
    a, b, c = (Tensor(float(rng.normal()) if shape == () else rng.normal(size=shape)) for shape in shapes)
    Tensor.spoil = spoil
    if numbers:
        report = check_gradients(*values.problem(lambda: a * b + b * c + a * a, [a, b, c]), grads=True)
        assert list(report.blocks) == ["theta"]
    else:
        a, b = Tensor(rng.normal(size=(2, 3))), Tensor(rng.normal(size=(2, 3)))

        def loss():
            return Total(a * b + b * b + a, places[0])

        form = {"layers": [{"W": a}, {"W": b}]}
        report = check_gradients(*values.problem(loss, form, backward="backprop"), grads=True)
        assert list(report.blocks) == ["layers[0].W", "layers[1].W"]
    assert report.verdict is (Verdict.AGREES if spoil == 1 else Verdict.WRONG)


def test_the_objects_stay_as_they_were_and_old_gradients_do_not_matter():
    Tensor = tensor("data", "grad")
    array = np.array([1.5, -2.0])
    a = Tensor(array)
    a.grad = old = np.array([7.0, 7.0])
    both, start = values.problem(lambda: Total(a * a, "data"), [a], backward="backprop")
    assert np.array_equal(both({"params[0]": np.array([3.0, 1.0])})[1]["params[0]"], [6.0, 2.0])
    assert a.data is array
    assert a.grad is old
    assert np.array_equal(start["params[0]"], array)


def test_a_model_with_a_method_parameters_and_a_loss_of_the_model():
    Tensor = tensor("data", "grad")

    class Model:
        def __init__(self):
            self.w, self.unused = Tensor(0.5), Tensor(2.0)

        def parameters(self):
            yield self.w
            yield self.unused

    report = check_gradients(*values.problem(lambda model: model.w * model.w, Model()), grads=True)
    assert report.blocks["theta"].verdict is Verdict.AGREES
    assert report.blocks["theta"].analytic.tolist() == [1.0, 0.0]


def test_what_is_no_such_object_is_said():
    Tensor = tensor("data", "grad")
    a = Tensor(1.0)
    with pytest.raises(GradlabError, match=r"params\[0\] must keep a number or an array with its gradient.*ndarray"):
        values.problem(lambda: a, [np.ones(2)])
    with pytest.raises(GradlabError, match="at least one object"):
        values.problem(lambda: a, [])
    with pytest.raises(GradlabError, match="loss must be a function"):
        values.problem(a, [a])
    with pytest.raises(GradlabError, match="keeps its value in data or value, got float"):
        check_gradients(*values.problem(lambda: 1.0, [a]), grads=True)
    with pytest.raises(GradlabError, match="must have a method 'back': Tensor has none"):
        check_gradients(*values.problem(lambda: a * a, [a], backward="back"), grads=True)


def test_a_list_of_such_objects_is_sent_here():
    Tensor = tensor("data", "grad")
    a = Tensor(1.0)
    for cost in (lambda: a * a, lambda p: a * a):
        with pytest.raises(GradlabError, match=r"values\.problem"):
            check_gradients(cost, [a], [0.0])
