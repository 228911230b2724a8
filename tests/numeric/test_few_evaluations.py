"""`numeric_gradient` takes at most four evaluations an entry where the cost is smooth, and its bounds hold."""

import zlib

import numpy as np
import pytest

from gradlab import numeric_gradient


def logistic(t, rng):
    features, sides = rng.standard_normal((30, t.size)) / np.sqrt(t.size), rng.choice([-1.0, 1.0], 30)
    margins = -sides * (features @ t)
    return lambda t: np.mean(np.logaddexp(0, -sides * (features @ t))), -features.T @ (
        sides / (1 + np.exp(-margins))
    ) / 30


def softmax(t, rng):
    target = rng.dirichlet(np.ones(t.size))
    return lambda t: np.log(np.sum(np.exp(t))) - target @ t, np.exp(t) / np.sum(np.exp(t)) - target


def residuals(t, rng):
    matrix, right = rng.standard_normal((40, t.size)) / np.sqrt(t.size), rng.standard_normal(40)
    return lambda t: np.mean((matrix @ t - right) ** 2), matrix.T @ (matrix @ t - right) / 20


def tanh_units(t, rng):
    """A layer of tanh and squares: the cost is mean((v · tanh(W x) − y)²) over a batch, of W alone."""
    units = next(k for k in (9, 7, 5, 3, 2, 1) if t.size % k == 0)
    x, v, y = rng.standard_normal((t.size // units, 12)), rng.standard_normal(units), rng.standard_normal(12)
    x /= np.sqrt(len(x))

    def hidden(t):
        return np.tanh(t.reshape(units, -1) @ x)

    off = v @ hidden(t) - y
    slope = np.outer(v, 2 * off / 12) * (1 - hidden(t) ** 2)
    return lambda t: np.mean((v @ hidden(t) - y) ** 2), (slope @ x.T).ravel()


def times(factor, offset=0.0):
    """A sum of cosh, small or large, beside a constant or not."""

    def made(t, rng):
        rates = rng.uniform(0.5, 2, t.size)
        return lambda t: offset + factor * np.sum(np.cosh(rates * t)), factor * rates * np.sinh(rates * t)

    return made


KINDS = {
    "logistic": logistic,
    "softmax": softmax,
    "squares of residuals": residuals,
    "units of tanh": tanh_units,
    "sines": lambda t, rng: (lambda t: np.sum(np.sin(t)), np.cos(t)),
    "quartic": lambda t, rng: (lambda t: np.sum(t**4) / 4, t**3),
    "product of exponentials": lambda t, rng: (
        lambda t: np.exp(np.mean(t)),
        np.full(t.size, np.exp(np.mean(t)) / t.size),
    ),
    "log of squares": lambda t, rng: (lambda t: np.sum(np.log1p(t * t)), 2 * t / (1 + t * t)),
    "Rosenbrock": lambda t, rng: (
        lambda t: np.sum(100 * (t[1:] - t[:-1] ** 2) ** 2 + (1 - t[:-1]) ** 2),
        np.append(-400 * t[:-1] * (t[1:] - t[:-1] ** 2) - 2 * (1 - t[:-1]), 0)
        + np.append(0, 200 * (t[1:] - t[:-1] ** 2)),
    ),
    "cube of a sum": lambda t, rng: (
        lambda t: np.sum(t) ** 3 / t.size + np.sum(t**2),
        3 * np.sum(t) ** 2 / t.size + 2 * t,
    ),
    "a billionth": times(1e-9),
    "a billion": times(1e9),
    "beside a thousand": times(1.0, 1e3),
}


def found(kind, n, seed):
    """Evaluations an entry, how many bounds are broken, and the median bound beside the rms of the slopes."""
    rng = np.random.default_rng([seed, n, len(kind)])
    t = rng.standard_normal(n)
    cost, right = KINDS[kind](t, rng)
    numeric = numeric_gradient(lambda t: float(cost(t)), t)
    usual = np.sqrt(np.mean(right**2))
    broken = np.abs(numeric.values - right) > numeric.bounds + 1e-15 * (np.abs(right) + usual)
    return numeric.evaluations / n, int(broken.sum()), np.median(numeric.bounds) / usual


@pytest.mark.parametrize("kind", KINDS)
def test_at_most_four_evaluations_an_entry_at_ten_entries(kind):
    """At a few seeds in a hundred an entry far smaller than the others has more of them."""
    evaluations, broken, bounds = np.transpose([found(kind, 10, seed) for seed in range(30)])
    assert np.median(evaluations) <= 4
    assert np.mean(evaluations <= 4) >= 0.85
    assert broken.sum() == 0
    assert np.median(bounds) <= 1.5e-8


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [33, 100, 483])
def test_at_most_four_evaluations_an_entry(kind, n):
    evaluations, broken, bounds = np.transpose([found(kind, n, seed) for seed in range(3)])
    assert np.max(evaluations) <= 4
    assert broken.sum() == 0
    assert np.median(bounds) <= 1e-7


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_at_most_four_evaluations_an_entry_of_many(kind):
    evaluations, broken, bounds = found(kind, 6243, 0)
    assert evaluations <= 4
    assert broken == 0
    assert bounds <= 1e-6


@pytest.mark.parametrize("blocks", [1, 2, 4])
@pytest.mark.parametrize("entries", [10, 24])
def test_few_entries_in_several_blocks_need_no_more(blocks, entries):
    """But where a block happens to have far smaller slopes than the others."""
    names, taken = [f"W{k}" for k in range(blocks)], []
    for seed in range(20):
        rng = np.random.default_rng([seed, entries])
        params = dict(zip(names, np.array_split(rng.standard_normal(entries), blocks), strict=True))
        a = rng.standard_normal(entries)

        def cost(p, a=a):
            return float(np.exp(0.3 * np.sin(np.concatenate([p[name] for name in names]) @ a)))

        t = np.concatenate(list(params.values()))
        right = cost(params) * 0.3 * np.cos(t @ a) * a
        numeric = numeric_gradient(cost, params)
        values, bounds = (np.concatenate(list(part.values())) for part in (numeric.values, numeric.bounds))
        assert np.all(np.abs(values - right) <= bounds + 1e-15 * np.abs(right))
        taken.append(numeric.evaluations / entries)
    assert np.mean(np.array(taken) <= 4) >= 0.8


def noisy(t, noise=1e-9):
    return float(np.sum(np.sin(t))) + noise * (zlib.crc32(t.tobytes()) / 2**31 - 1)


KINKED = {
    "kinks at the point": lambda t, at: np.sum(np.abs(t - at)) + np.sum(t**2),
    "kinks beside it": lambda t, at: np.sum(np.abs(t - at * (1 + 1e-5))) + np.sum(t**2),
    "kinks far beside it": lambda t, at: np.sum(np.maximum(t - at * (1 + 6.1e-6), 0)) + np.sum(t**2),
    "jumps": lambda t, at: np.sum(t >= at) + np.sum(np.sin(t)),
}


@pytest.mark.parametrize("kind", KINKED)
def test_where_few_entries_are_not_smooth_no_bound_is_broken(kind):
    """Kinks and jumps at every distance that three points might miss."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        t = rng.uniform(0.3, 2, 10) * rng.choice([-1, 1], 10)
        at = t * (1 + (10.0 ** rng.uniform(-7, -3, 10) if "far" in kind else 0))
        numeric = numeric_gradient(lambda x, at=at: float(KINKED[kind](x, at)), t)
        known = np.isfinite(numeric.bounds)
        if kind == "jumps":
            assert np.all(~known | (np.abs(numeric.values - np.cos(t)) <= numeric.bounds))
            continue
        edge = {"kinks at the point": at, "kinks beside it": at * (1 + 1e-5)}.get(kind, at * (1 + 6.1e-6))
        steep = np.sign(t - edge) if "far" not in kind else (t > edge) * 1.0
        right = steep + 2 * t
        ahead = np.abs(t - edge) == 0
        assert not known[ahead].any()
        assert np.all(np.abs(numeric.values - right)[known] <= numeric.bounds[known])


@pytest.mark.parametrize("noise", [1e-12, 1e-9, 1e-6])
def test_the_noise_of_few_entries_is_in_their_bounds(noise):
    broken, entries = 0, 0
    for seed in range(40):
        t = np.random.default_rng(seed).standard_normal(10)
        numeric = numeric_gradient(lambda t: noisy(t, noise), t)
        known = np.isfinite(numeric.bounds)
        broken += int(np.sum(np.abs(numeric.values - np.cos(t))[known] > numeric.bounds[known]))
        entries += int(known.sum())
    assert entries > 300
    assert broken <= 1
