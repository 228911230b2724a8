"""How far to step: the error budget, the noise of a function, and the step that wastes neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab import _arguments
from gradlab.errors import GradlabError
from gradlab.precision import unit_roundoff
from gradlab.stencils import CENTRAL, Stencil


def truncation_error(stencil: Stencil, step: float, derivative: float = 1.0) -> float:
    """Error of the formula itself: |truncation| · stepᵖ · |f⁽ᵖ⁺¹⁾|, with that derivative given."""
    _arguments.instance("stencil", stencil, Stencil, "gradlab.stencils.CENTRAL")
    h, size = _arguments.number("step", step), _arguments.number("derivative", derivative)
    with np.errstate(all="ignore"):
        return float(abs(np.float64(float(stencil.truncation)) * size) * np.float64(h) ** stencil.order)


def roundoff_error(stencil: Stencil, step: float, noise: float) -> float:
    """Error from noise δ in each value of f, at worst: Σ|weights| · δ / step."""
    _arguments.instance("stencil", stencil, Stencil, "gradlab.stencils.CENTRAL")
    h, size = _arguments.number("step", step, "a positive number", positive=True), _arguments.number("noise", noise)
    with np.errstate(all="ignore"):
        return float(np.float64(float(stencil.noise)) * size / h)


@dataclass(frozen=True)
class BestStep:
    """The step at which truncation and round-off add up to the least, and what they add up to."""

    step: float
    error: float


def best_step(
    stencil: Stencil = CENTRAL,
    *,
    dtype: DTypeLike = np.float64,
    scale: float = 1.0,
    noise: float | None = None,
    derivative: float = 1.0,
) -> BestStep:
    """Minimise truncation + round-off over the step; the minimum is where the two slopes cancel.

    Parameters
    ----------
    stencil
        The formula.
    dtype
        Its unit round-off is the noise of a function of size 1, unless `noise` is given.
    scale
        The distance over which f changes much, usually |x|. The step is proportional to it.
    noise
        Absolute noise of one value of f.
    derivative
        Size of f⁽ᵖ⁺¹⁾, for distances measured in `scale`.

    Returns
    -------
    BestStep
        `step` in units of x, `error` in units of f / x.

    Examples
    --------
    >>> for dtype in (np.float64, np.float32):
    ...     best = best_step(dtype=dtype)
    ...     print(f"{np.dtype(dtype).name}: step {best.step:.1e}, error {best.error:.1e}")
    float64: step 6.9e-06, error 2.4e-11
    float32: step 5.6e-03, error 1.6e-05
    """
    _arguments.instance("stencil", stencil, Stencil, "gradlab.stencils.CENTRAL")
    rule = "a positive number"
    scale = _arguments.number("scale", scale, rule, positive=True)
    derivative = _arguments.number("derivative", derivative, rule, positive=True)
    delta = unit_roundoff(dtype) if noise is None else _arguments.number("noise", noise, rule, positive=True)
    p = stencil.order
    with np.errstate(all="ignore"):
        amount = np.float64(p * abs(float(stencil.truncation))) * derivative
        h = float((float(stencil.noise) * delta / amount) ** (1 / (p + 1)))
        if not 0 < h < np.inf:
            raise GradlabError(f"noise / derivative must be a positive number, got {delta} / {derivative}")
        error = truncation_error(stencil, h, derivative) + roundoff_error(stencil, h, delta)
        return BestStep(step=float(np.float64(h) * scale), error=float(np.float64(error) / scale))


def exact_step(x: float, h: float) -> float:
    """The step that is really taken: `(x + h) − x`, which is often not h.

    Examples
    --------
    >>> print(f"{exact_step(1e9, 1e-7):.2e}")
    1.19e-07
    """
    _arguments.number("x", x), _arguments.number("h", h)
    with np.errstate(all="ignore"):
        return (x + h) - x


def noise_from_table(values: ArrayLike) -> float:
    """Noise of a function from its values at a few equally spaced, very near points.

    Differences of order k wipe out the smooth part and leave noise, larger by a known factor. The level
    where three orders agree within a factor of four gives the noise; 0.0 if no level does.
    Moré and Wild, "Estimating Computational Noise", SIAM J. Sci. Comput. 33 (2011).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> wavy = np.sin(1 + 1e-8 * np.arange(9)) + 1e-12 * rng.standard_normal(9)
    >>> 0.3e-12 < noise_from_table(wavy) < 3e-12
    True
    """
    differences = _arguments.floats("values", values)
    if differences.ndim != 1 or len(differences) < 4 or not np.isfinite(differences).all():
        raise GradlabError(
            f"values must be a row of at least 4 finite numbers, got {_arguments.shown(values)}: "
            "f at equally spaced points"
        )
    with np.errstate(all="ignore"):  # of values near the largest or the smallest float
        return _noise_of_row(differences)


def _noise_of_row(differences: NDArray[np.float64]) -> float:
    """`noise_from_table` of numbers that are checked."""
    size = float(np.ldexp(1.0, int(np.frexp(np.abs(differences).max())[1])))
    differences = differences / size  # so that squares neither overflow nor vanish; a power of two rounds nothing
    sigmas: list[float] = []
    flips: list[bool] = []
    for k in range(1, len(differences)):
        differences = np.diff(differences)
        gamma = factorial(k) ** 2 / factorial(2 * k)
        sigmas.append(float(np.sqrt(gamma * np.mean(differences**2))))
        flips.append(bool(differences.min() < 0 < differences.max()))
    for k in range(len(sigmas) - 2):
        three = sigmas[k : k + 3]
        if flips[k] and 0 < max(three) <= 4 * min(three):
            return size * max(three)  # the largest: too little would make bounds that do not hold
    return 0.0


def measure_noise(
    along: Callable[[NDArray[np.float64]], NDArray[np.float64]], *, value: float, roundoff: float, points: int = 11
) -> float:
    """Standard deviation of the noise of a function along a line, measured at tiny steps.

    Parameters
    ----------
    along
        Values of the function at distances (relative to the scale of x) from the point.
    value
        f at the point. Rounding the result alone makes noise of about half of `roundoff · |f|`:
        the answer is never less.
    roundoff
        Unit round-off of x: no step is smaller than its square root, or x would not move evenly.
    points
        Evaluations for one table; with 7 the answer is too low by a factor of 3 in one case of a hundred.
    """
    floor = roundoff * abs(value) / 2
    smallest = roundoff**0.5
    quantum = 0.0
    for h in (smallest, smallest * 1e2, smallest * 1e4):
        values = _ahead(along, value, h, points)
        if noise := _noise(values):
            if noise > 100 * floor:
                noise = _confirmed(noise, _ahead(along, value, -h, points), _ahead(along, value, h / 1e3, points))
            return max(floor, noise)
        quantum = quantum or _quantum(values)
    if np.ptp(values) == 0:  # a constant, or a quantum so coarse that only a long step shows it
        quantum = _quantum(_ahead(along, value, smallest * 1e6, points))
    return max(floor, quantum / 3)  # too few values for a table: noise that moves in whole quanta, and nothing else


def _confirmed(noise: float, behind: NDArray[np.float64], nearer: NDArray[np.float64]) -> float:
    """So much may be a kink between the points, or a fast wave: then it is quiet on the other side, or nearer."""
    if np.ptp(behind) == 0:
        return 0.0
    others = [other for other in (_noise(behind), _noise(nearer)) if 0 < other < 8 * noise]
    return min(others) if others and min(others) < noise / 8 else max([noise, *others])


def _ahead(
    along: Callable[[NDArray[np.float64]], NDArray[np.float64]], value: float, h: float, points: int
) -> NDArray[np.float64]:
    """Values at equally spaced points on one side."""
    return np.append(value, along(np.asarray(h * np.arange(1, points + 1))))


def _noise(values: NDArray[np.float64]) -> float:
    """Noise by the table; 0.0 if it cannot tell, as where the step is below the quantum of the result."""
    changes = np.isfinite(values).all() and len(np.unique(values)) > len(values) // 2
    return noise_from_table(values) if changes else 0.0


def _quantum(values: NDArray[np.float64]) -> float:
    """The smallest difference between two values, if all others are whole multiples of it; else 0.0."""
    gaps = np.diff(np.unique(values[np.isfinite(values)]))
    if not len(gaps):
        return 0.0
    multiples = gaps / gaps.min()
    return float(gaps.min()) if np.allclose(multiples, np.round(multiples), rtol=0, atol=1e-3) else 0.0
