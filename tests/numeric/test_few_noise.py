"""Noise that few entries tell: what they leave by chance is corrected, and bounds hold as those of many do."""

import hashlib

import numpy as np
import pytest

from gradlab import constants as tuned
from gradlab import numeric_gradient
from gradlab.numeric.three_points import LEFT, OF_VALUE, VALUED, WEIGHTS, by_chance


@pytest.mark.parametrize("lines", [8, 9, 10, 12, 16, 20, 40])
def test_a_bound_by_noise_of_few_entries_is_left_in_one_case_of_ten_thousand_at_most(lines):
    """Normal noise, with the value at the point in all of them; and the charge for what each entry leaves itself."""
    rng = np.random.default_rng(lines)
    within, broken, count = lines - lines // 4, 0, 200_000
    for _ in range(4):
        values = rng.standard_normal((count // lines, lines, 4))
        values[:, :, 1] = rng.standard_normal((count // lines, 1))
        left, off = np.abs(values @ WEIGHTS), np.abs(values @ OF_VALUE)
        told = by_chance(lines, within) * np.sort(left)[:, within - 1 : within] / LEFT
        explained = np.minimum(left, tuned.SAFETY * LEFT * told)
        bound = tuned.TWO_STEPS * (left - explained + explained / LEFT) + tuned.SAFETY * VALUED * told
        broken += int((off > bound).sum())
    assert broken <= 4 * count / 10_000


def test_the_fewer_the_more_and_many_as_they_are():
    assert by_chance(8, 6) > by_chance(10, 8) > by_chance(16, 12) >= 1
    assert by_chance(8, 6) == pytest.approx(1.98, abs=0.01)
    assert by_chance(40, 30) == by_chance(1000, 750) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["normal", "uniform"])
def test_bounds_of_noisy_costs_of_eight_entries_hold(kind):
    """The noise is one of the cost's own, far above its round-off, and the same at every call."""
    broken, bounds = 0, 0
    for seed in range(200):
        t = np.random.default_rng([seed, 808]).uniform(0.5, 2, 8)

        def cost(t):
            digest = hashlib.md5(np.asarray(t).tobytes(), usedforsecurity=False).digest()
            u, v = (int.from_bytes(digest[i : i + 6], "big") + 0.5 for i in (0, 6))
            normal = np.sqrt(-2 * np.log(u / 2**48)) * np.cos(2 * np.pi * v / 2**48)
            return float(np.sum(np.sin(t)) + 1e-12 * (normal if kind == "normal" else u / 2**47 - 1))

        numeric = numeric_gradient(cost, t)
        bounds += int(np.isfinite(numeric.bounds).sum())
        broken += int((np.abs(numeric.values - np.cos(t)) > numeric.bounds).sum())
    assert bounds > 1000
    assert broken == 0
