"""The truth for a backward: automatic differentiation by the autograd package, which shares no line with gradlab."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest


def true_backward(function, upstream, *inputs):
    """Gradients of sum(upstream · function(*inputs)) with respect to every input."""

    def total(*arrays):
        return anp.sum(upstream * function(*arrays))

    return autograd.grad(total, argnum=tuple(range(len(inputs))))(*inputs)


def assert_same(ours, truth, digits=12):
    """Same shapes, and the same numbers to so many digits of the largest, or of 0.1 if all are smaller.

    Round-off comes from the inputs, of size 1 in all these tests: a slope of 1e-4 cannot have more digits than that.
    """
    ours, truth = np.asarray(ours), np.asarray(truth)
    assert ours.shape == truth.shape
    assert np.all(np.isfinite(ours))
    assert np.max(np.abs(ours - truth)) <= 10.0**-digits * max(0.1, np.max(np.abs(truth)))


@pytest.fixture(name="true_backward")
def _true_backward():
    return true_backward


@pytest.fixture(name="assert_same")
def _assert_same():
    return assert_same


@pytest.fixture(params=range(10))
def rng(request):
    """Ten different generators: a test that asks for one runs ten times."""
    return np.random.default_rng(request.param)


@pytest.fixture(params=[(1, 1), (1, 6), (5, 1), (4, 7)], ids="{0[0]}x{0[1]}".format)
def shape(request):
    """Units and examples: one of each, one of either, several."""
    return request.param
