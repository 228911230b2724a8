"""What the activations do where the formulas do not say: at 0, and where 1 - A has no digits left."""

import numpy as np

from gradlab.nn.activations import leaky_relu_backward, relu_backward, sigmoid, sigmoid_backward

ONE = np.ones((1, 1))


def test_the_slope_at_the_kink_lies_between_both_sides():
    assert relu_backward(ONE, 0 * ONE) == 0
    assert leaky_relu_backward(ONE, 0 * ONE) == 0.01


def test_sigmoid_keeps_its_digits_on_both_sides():
    for z in (5.0, 30.0, 300.0):
        np.testing.assert_allclose(sigmoid(-z * ONE), np.exp(-z) / (1 + np.exp(-z)), rtol=1e-15)
        # A (1 - A) would be 0 from z = 37 on, though the slope is exp(-z)
        np.testing.assert_allclose(sigmoid_backward(ONE, z * ONE), sigmoid_backward(ONE, -z * ONE), rtol=1e-15)
        assert sigmoid_backward(ONE, z * ONE) > 0
