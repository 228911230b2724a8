"""Every activation against automatic differentiation, at the edges of the number range, and at its kink."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.activations import ACTIVATIONS

FORMULAS = {
    "relu": lambda Z: anp.where(Z > 0, Z, 0 * Z),
    "leaky_relu": lambda Z: anp.where(Z > 0, Z, 0.01 * Z),
    "tanh": lambda Z: anp.sinh(Z) / anp.cosh(Z),
    "sigmoid": lambda Z: 1 / (1 + anp.exp(-Z)),
    "identity": lambda Z: 1.0 * Z,
}

pytestmark = pytest.mark.parametrize("name", FORMULAS)


def test_forward_is_the_formula(name, rng, shape, assert_same):
    Z = 3 * rng.standard_normal(shape)
    assert_same(ACTIVATIONS[name].forward(Z), FORMULAS[name](Z), digits=14)


def test_backward_is_the_derivative(name, rng, shape, true_backward, assert_same):
    Z, dA = 3 * rng.standard_normal(shape), rng.standard_normal(shape)
    assert_same(ACTIVATIONS[name].backward(dA, Z), true_backward(FORMULAS[name], dA, Z)[0], digits=13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs_stay_finite_and_keep_their_precision(name, dtype):
    Z = np.array([[-1000.0, -50.0, 0.0, 50.0, 1000.0]], dtype)
    forward, backward = ACTIVATIONS[name]
    A, dZ = forward(Z), backward(np.ones_like(Z), Z)
    assert A.dtype == dZ.dtype == dtype
    assert np.all(np.isfinite(A))
    assert np.all(np.isfinite(dZ))
    assert np.all(np.diff(A) >= 0)


def test_nothing_of_the_callers_is_changed(name, rng, shape):
    Z, dA = rng.standard_normal(shape), rng.standard_normal(shape)
    Z.flags.writeable = dA.flags.writeable = False  # writing into them would raise
    forward, backward = ACTIVATIONS[name]
    assert forward(Z).shape == backward(dA, Z).shape == shape


def test_nan_is_not_swallowed(name):
    Z = np.array([[np.nan]])
    assert np.isnan(ACTIVATIONS[name].forward(Z)).all()
