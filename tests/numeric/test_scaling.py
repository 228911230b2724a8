"""What counts as 1 for an entry, and at which step the search begins."""

import numpy as np
import pytest

from gradlab import constants as tuned
from gradlab.numeric import scaling
from gradlab.numeric.ladder import rung_step
from gradlab.numeric.posed import posed
from gradlab.numeric.scaling import Scale, rms, scales, start
from gradlab.problem import direction
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import analytic_gradients
from gradlab.problem.parameters import Parameters


def blocks(seed):
    """Blocks of all lengths, with zeros among the numbers, one of zeros alone, and one that is empty."""
    rng = np.random.default_rng(seed)
    made = {f"w{k}": rng.standard_normal(n) * (rng.random(n) < 0.7) for k, n in enumerate(rng.integers(1, 40, 4))}
    return Parameters({**made, "none": np.zeros(0), "zeros": np.zeros(5), "full": 1 + rng.random(7)})


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("piece", [8, 16, 2**13])
def test_a_scale_that_is_not_kept_is_the_one_that_is(seed, piece, monkeypatch):
    monkeypatch.setattr(scaling, "PIECE", piece)
    monkeypatch.setattr(direction, "PIECE", piece)
    parameters = blocks(seed)
    kept, made = scales(parameters), Scale(parameters)
    assert np.asarray(made) == pytest.approx(kept, rel=1e-12)
    places = np.random.default_rng(seed).integers(0, parameters.size, 9)
    assert made[places] == pytest.approx(kept[places], rel=1e-12)
    for at in (*parameters.slices.values(), slice(3, None), slice(None, -2)):
        assert made[at] == pytest.approx(kept[at], rel=1e-12)
    unit = np.zeros(parameters.size)
    for at, part in made.direction(np.random.default_rng(seed)).pieces(parameters.theta):
        unit[at] = part
    assert np.abs(unit) == pytest.approx(kept, rel=1e-12)
    assert 0 < np.count_nonzero(unit < 0) < parameters.size


@pytest.mark.parametrize("seed", range(3))
def test_zeros_count_as_the_rest_of_their_block(seed):
    parameters = blocks(seed)
    kept = scales(parameters)
    for name, at in parameters.slices.items():
        block = parameters.theta[at]
        assert kept[at][block != 0] == pytest.approx(np.abs(block[block != 0]))
        if name != "none":
            assert kept[at][block == 0] == pytest.approx(np.sqrt(np.mean(block**2)) or 1.0)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1.0, 1e200])
def test_the_rms_of_numbers_of_any_size(size):
    x = np.array([3.0, -4.0, 0.0, 1.0])
    assert rms(size * x) == pytest.approx(size * np.sqrt(26 / 4), rel=1e-12)
    assert rms(np.zeros(3)) == rms(np.zeros(0)) == 0.0


def begun(f, theta, noise=1e-16):
    parameters = Parameters(theta)
    cost = Cost(f, parameters)
    grads = analytic_gradients(parameters.like(np.zeros(parameters.size)), parameters, cost)
    problem = posed(cost, noise, grads, 0.0, rng=np.random.default_rng(0), large=False)
    return start(problem), problem


@pytest.mark.parametrize("k", [1.0, 10.0, 100.0, 1e3, 1e4])
@pytest.mark.parametrize("noise", [1e-16, 1e-12, 1e-9])
@pytest.mark.parametrize("seed", range(2))
def test_the_search_begins_near_the_best_step(k, noise, seed):
    """Where the error of a central difference of sin(kx), truncation and noise, is not far above the least."""
    theta = np.random.default_rng(seed).uniform(0.5, 2, 6)
    found, problem = begun(lambda t: float(np.sum(np.sin(k * t)) / k), theta, noise)
    scale = np.asarray(problem.scale)

    def error(step):
        return k**2 * (step * scale) ** 2 / 6 + noise / (step * scale)

    best = np.min([error(rung_step(rung)) for rung in range(-24, 0)], axis=0)
    assert np.median(error(rung_step(found.rung)) / best) <= 30
    assert np.all(found.rung <= found.top)
    assert found.steep > 0


def test_curvature_is_that_of_each_block():
    found, _ = begun(
        lambda p: float(1e4 * np.sum(p["a"] ** 2) + 1e-3 * np.sum(p["b"] ** 2)), {"a": np.ones(4), "b": np.ones(4)}
    )
    for curved, of_an_entry in ((found.curved[:4], 2e4), (found.curved[4:], 2e-3)):
        assert np.all((curved > 0.9 * of_an_entry) & (curved < 4.4 * of_an_entry))  # and of all four along a line


def test_what_is_no_slope_is_not_smooth():
    rng = np.random.default_rng(0)
    draws = rng.random(50)
    found, _ = begun(lambda t: float(np.sum(np.floor(1e4 * t * draws))), np.ones(50), 1e-12)
    assert not found.smooth.any()


@pytest.mark.parametrize("size", [1e-9, 1e-13, 1e-17])
def test_a_block_of_tiny_numbers_takes_steps_of_its_neighbours(size):
    rng = np.random.default_rng(1)
    tiny = size * rng.uniform(0.5, 2, 5)
    found, problem = begun(
        lambda p: float(np.sum(np.sin(p["b"] + 1)) + np.sum(np.cos(p["W"]))), {"W": np.ones(2), "b": tiny}
    )
    steps = rung_step(found.rung) * np.asarray(problem.scale)
    assert np.all(steps[2:] > 1e-7)
    assert np.all(steps[2:] < 1.0)


def test_a_small_entry_is_not_moved_across_zero():
    theta = np.array([1.0, 2.0, 1e-3, 1e-5])
    found, problem = begun(lambda t: float(np.sum(np.log(t))), theta)
    assert np.all(rung_step(found.rung) < 1)
    assert np.all(rung_step(found.rung + 2) * np.asarray(problem.scale) < 3 * theta)


@pytest.mark.parametrize("small", [1.0, 0.3, 0.1, 1e-2, 1e-3])
@pytest.mark.parametrize("k", [1.0, 30.0])
def test_a_smaller_entry_takes_a_step_of_its_block_as_far_as_it_may(small, k):
    theta = np.array([1.0, 1.5, 0.8, small])
    found, problem = begun(lambda t: float(np.sum(np.sin(k * t))), theta)
    steps = rung_step(found.rung) * np.asarray(problem.scale)
    block = steps[:3].max()
    assert steps[3] <= 1.8 * block
    assert steps[3] >= block * min(1, tuned.LONGER * small) / 6
