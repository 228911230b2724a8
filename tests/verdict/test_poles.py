"""A pole a millionth beside a parameter is neither noise nor a jump: right gradients pass, and wrong ones do not."""

import numpy as np
import pytest

import gradlab
from gradlab import Verdict
from gradlab.steps import measure_noise

NEAREST = 1e-6

# By kind: where its poles are, the cost, its derivative.
POLES = {
    "tan": (np.pi / 2, np.tan, lambda x: 1 / np.cos(x) ** 2),
    "cot": (np.pi, lambda x: 1 / np.tan(x), lambda x: -1 / np.sin(x) ** 2),
    "1/x": (0.0, lambda x: 1 / x, lambda x: -1 / x**2),
    "1/(x - 1)": (1.0, lambda x: 1 / (x - 1), lambda x: -1 / (x - 1) ** 2),
    "1/(x - 1)²": (1.0, lambda x: (x - 1) ** -2.0, lambda x: -2 / (x - 1) ** 3),
    "log|x - 1|": (1.0, lambda x: np.log(np.abs(x - 1)), lambda x: 1 / (x - 1)),
}


def points_beside(pole: float, seed: int):
    rng = np.random.default_rng(seed)
    side = rng.choice([-1, 1]) if seed % 2 else rng.choice([-1, 1], 4)
    return pole + side * 10.0 ** -rng.uniform(1, -np.log10(NEAREST), 4)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", POLES)
def test_a_right_gradient_passes_and_a_turned_sign_does_not(kind, seed):
    pole, f, slope = POLES[kind]
    x = points_beside(pole, seed)
    right = gradlab.check_gradients(lambda p: np.sum(f(p["x"])), {"x": x}, {"x": slope(x)}, rng=seed, edits=False)
    assert right.verdict == Verdict.AGREES
    turned = slope(x)
    turned[np.abs(turned).argmax()] *= -1  # beside it the others may be too small to be told from 0
    wrong = gradlab.check_gradients(lambda p: np.sum(f(p["x"])), {"x": x}, {"x": turned}, rng=seed, edits=False)
    assert wrong.verdict == Verdict.WRONG


@pytest.mark.parametrize("share", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("draw", ["standard_normal", "standard_cauchy", "uniform"])
def test_noise_beside_no_pole_is_noise_however_it_is_distributed(draw, share):
    rng = np.random.default_rng(0)

    def along(t):
        return np.cos(t) + 1e-6 * share * getattr(rng, draw)(size=np.shape(t))

    assert measure_noise(along, value=1.0, roundoff=2.0**-53) > 1e-8 * share
