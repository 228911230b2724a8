"""check_backward draws an upstream gradient that is not, by accident, what the caller drew."""

import numpy as np
import pytest

import gradlab


@pytest.mark.parametrize("seed", range(10))
def test_the_upstream_gradient_is_not_the_input_of_a_caller_who_used_a_usual_seed(seed):
    Z, seen = np.random.default_rng(seed).standard_normal((5, 4)), []

    def backward(upstream, Z):
        seen.append(upstream.copy())
        return {"Z": upstream}

    gradlab.check_backward(lambda Z: Z.copy(), backward, {"Z": Z})
    correlation = np.corrcoef(seen[0].ravel(), Z.ravel())[0, 1]
    assert abs(correlation) < 0.7
