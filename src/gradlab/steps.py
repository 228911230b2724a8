"""How far to step: the error budget, the noise of a function, and the step that wastes neither."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import factorial
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab import _arguments
from gradlab import constants as tuned
from gradlab.errors import GradlabError
from gradlab.precision import unit_roundoff
from gradlab.stencils import CENTRAL, Stencil

Floats = NDArray[np.float64]
Along: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Ahead: TypeAlias = Callable[[float], NDArray[np.float64]]  # a row of values, this far apart, from the point on


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


def noise_of_differences(differences: NDArray[np.float64], order: int) -> float:
    """Standard deviation of the noise in values, by their differences of one order, which are larger by a factor."""
    gamma = factorial(order) ** 2 / factorial(2 * order)
    return float(np.sqrt(gamma * np.mean(differences**2)))


def _noise_of_row(differences: NDArray[np.float64]) -> float:
    """`noise_from_table` of numbers that are checked."""
    size = float(np.ldexp(1.0, int(np.frexp(np.abs(differences).max())[1])))
    differences = differences / size  # so that squares neither overflow nor vanish; a power of two rounds nothing
    sigmas: list[float] = []
    flips: list[bool] = []
    for k in range(1, len(differences)):
        differences = np.diff(differences)
        sigmas.append(noise_of_differences(differences, k))
        flips.append(bool(differences.min() < 0 < differences.max()))
    for k in range(len(sigmas) - 2):
        three = sigmas[k : k + 3]
        if flips[k] and 0 < max(three) <= tuned.AGREEING * min(three):
            return size * max(three)  # the largest: too little would make bounds that do not hold
    return 0.0


def measure_noise(along: Along, *, value: float, roundoff: float, points: int | None = None) -> float:
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
        Evaluations for one table. With 7 the answer is too low by a factor of 3 in one case of a hundred. None: 11.
    """
    count = points or tuned.NOISE_POINTS

    def ahead(h: float) -> Floats:
        return _row(along, value, h, count)

    floor = roundoff * abs(value) / 2
    smallest = tuned.EVEN * 2.0 ** math.ceil(math.log2(roundoff) / 2)
    unit, still = 0.0, True
    for times in tuned.TABLES:
        h = smallest * times
        values = ahead(h)
        unit, still = max(unit, quantum(values[1:])), still and np.ptp(values) == 0
        noise = _noise(values)
        if not (noise or still or unit) and times == tuned.TABLES[0]:
            noise = _nearer(ahead, h)
        if noise:
            if noise > tuned.DOUBTED * floor:
                near = [h / 1e3, 4 * roundoff] if noise > tuned.SUSPICIOUS * floor else [h / 1e3]
                noise = _confirmed(noise, values, along, h, near, 4 * roundoff, tuned.DOUBTED * floor)
            return max(floor, noise, _coarse(unit, along, value, floor, roundoff))
    for longer in tuned.LONG_TABLES:  # a constant, or a staircase so coarse that only long steps show it
        if still or (longer == tuned.LONG_TABLES[0] and len(np.unique(values)) < 4):
            values = ahead(smallest * longer)
            found = quantum(values[1:]) or (_one_gap(values) if still else 0.0)
            if found and len(np.unique(values)) < 4 and not _jumps(along, values, smallest * longer, 4 * roundoff, 0):
                found = 0.0  # a steep ramp between two plateaus
            unit = max(unit, found)
            still = still and np.ptp(values) == 0
    return max(floor, _coarse(unit, along, value, floor, roundoff))


def _nearer(ahead: Ahead, h: float) -> float:
    """Noise by a nearer table, where the cost bends too much in this one, as beside the edge of its domain."""
    for shorter in tuned.NEAR_TABLES:
        if noise := _noise(ahead(h * shorter)):
            return noise
    return 0.0


def _coarse(unit: float, along: Along, value: float, floor: float, roundoff: float) -> float:
    """Noise of a cost that moves in units: a third of one. But where it jumps at the very point, that is no noise."""
    if unit > tuned.DOUBTED * floor:
        for side in (4 * roundoff, -4 * roundoff):
            beside = along(side * np.arange(1.0, 4.0))
            if np.ptp(beside) == 0 and beside[0] != value:
                return 0.0
    return unit / 3


def _one_gap(values: NDArray[np.float64]) -> float:
    """The smallest gap between two or three values."""
    finite = np.unique(values[np.isfinite(values)])
    return float(np.diff(finite).min()) if len(finite) in (2, 3) else 0.0


def _confirmed(
    noise: float, values: Floats, along: Along, h: float, near: Sequence[float], ulps: float, least: float
) -> float:
    """So much may be a kink between the points, or a fast wave: then it is quiet on the other side, or nearer.

    But one stair is quiet, too: what jumps on both sides, by more than the `least`, however near one looks, is noise.
    """
    behind = _row(along, values[0], -h, len(values) - 1)
    if np.ptp(behind) == 0:
        return 0.0
    rows = [behind, *(_row(along, values[0], step, len(values) - 1) for step in near)]
    others = [_noise(row) for row in rows if _moves(row)]
    quiet = [other for other in others if other < noise / tuned.QUIETER]
    if quiet and not (_jumps(along, values, h, ulps, least) and _jumps(along, behind, -h, ulps, least)):
        return min((other for other in quiet if other), default=0.0)
    return max([noise, *(other for other in others if other < tuned.QUIETER * noise)])


def _row(along: Along, value: float, h: float, count: int) -> Floats:
    """Values at equally spaced points on one side, the point itself before them."""
    return np.append(value, along(np.asarray(h * np.arange(1, count + 1))))


def _jumps(along: Along, values: Floats, h: float, shortest: float, quiet: float) -> bool:
    """Whether f jumps between two points of a row, this far apart: where it changes most against the rest.

    A pole changes more the nearer one looks, without end; what no change of the row has is none of a stair or noise.
    """
    changes = np.diff(values)
    k = int(np.abs(changes - changes.mean()).argmax())
    ends = np.array([k * h, (k + 1) * h])
    return jump_within(
        lambda t: float(along(np.array([t]))[0]),
        ends,
        values[k : k + 2],
        shortest=shortest,
        closest=shortest,
        quiet=quiet,
        most=tuned.POLE * float(np.ptp(values)),
    )


def jump_within(
    f: Callable[[float], float],
    ends: Floats,
    values: Floats,
    *,
    shortest: float = 0.0,
    closest: float = 0.0,
    slope: float = 0.0,
    quiet: float = 0.0,
    most: float = np.inf,
) -> bool:
    """Whether f jumps between two points, by bisection into the half that changes more than this slope explains.

    A change of more than `most` is that of a pole, and no jump.

    What is continuous changes half as much over half of the distance, once that is short enough. What does not at the
    `shortest` distance may still be steep: it is followed to the `closest`.
    """
    (a, b), (low, high) = ends, values
    changes = [abs(high - low - slope * (b - a))]
    while changes[-1] > quiet and (abs(b - a) > shortest or len(changes) <= tuned.HALVINGS):
        middle = a + (b - a) / 2
        between = f(middle)
        first, second = abs(between - low - slope * (middle - a)), abs(high - between - slope * (b - middle))
        if not first + second < np.inf:
            return False
        if first >= second:
            b, high = middle, between
        else:
            a, low = middle, between
        changes.append(max(first, second))
    if not (quiet < changes[-1] <= most and _stays(changes)):
        return False
    return abs(b - a) <= closest or _jump_nearby(f, np.array([a, b]), np.array([low, high]), closest, quiet)


def _jump_nearby(f: Callable[[float], float], ends: Floats, values: Floats, closest: float, quiet: float) -> bool:
    """The same by second differences, which see a jump between steep pieces, too: those of a smooth f fall."""
    (a, b), high = ends, values[1]
    a = a - (b - a) / 15  # halves of it are then no whole number of stairs by accident, where all looks smooth
    middle = (a + b) / 2
    low, between = f(a), f(middle)
    seconds = [abs(low - 2 * between + high)]
    while abs(b - a) > closest and middle not in (a, b):
        if len(seconds) > tuned.HALVINGS and not (seconds[-1] > quiet and _stays(seconds)):
            return False
        quarters = np.array([(a + middle) / 2, (middle + b) / 2])
        first, second = map(f, quarters.tolist())
        halves = [abs(low - 2 * first + between), abs(between - 2 * second + high)]
        seconds.append(max(halves))
        if halves[0] >= halves[1]:
            b, high, middle, between = middle, between, quarters[0], first
        else:
            a, low, middle, between = middle, between, quarters[1], second
    return bool(seconds[-1] > quiet and _stays(seconds))


def _stays(changes: Sequence[float]) -> bool:
    """Whether what changes over an interval has not fallen, as that was halved some times."""
    return len(changes) <= tuned.HALVINGS or changes[-1] > changes[-1 - tuned.HALVINGS] / 2 ** (tuned.HALVINGS / 2)


def _noise(values: NDArray[np.float64]) -> float:
    """Noise by the table; 0.0 if it cannot tell, as where the step is below the quantum of the result.

    The point itself may stand apart, as where the cost jumps exactly there: then it is left out.
    """
    if not _moves(values):
        return 0.0
    noise, without = noise_from_table(values), noise_from_table(values[1:])
    return without if 0 < without < noise / tuned.QUIETER else noise


def _moves(values: Floats) -> bool:
    """Whether a row has a value of its own at most points."""
    return bool(np.isfinite(values).all()) and len(np.unique(values)) > len(values) // 2


def quantum(values: NDArray[np.float64]) -> float:
    """The unit of which all values are whole multiples, if they show one; else 0.0.

    A rounded or printed number has a last decimal digit; a count, or a float32 number, has a unit of another size,
    that all gaps are multiples of. For an ordinary float64 the last digit is about its round-off.

    Examples
    --------
    >>> quantum(np.array([0.25, 0.253, 0.251])), round(1 / quantum(np.array([2, 4, 7, 15]) / 7), 6)
    (0.001, 7.0)
    """
    finite = np.unique(values[np.isfinite(values)])
    if len(finite) < 2:
        return 0.0
    gaps = np.diff(finite)
    digit = 10.0 ** min(int(Decimal(repr(float(v))).normalize().as_tuple().exponent) for v in finite)
    unit = digit if len(finite) >= 4 or gaps.min() <= 8 * digit else 0.0  # two numbers may be short by chance
    for parts in range(1, 7):
        multiples = gaps * parts / gaps.min()
        whole = np.round(multiples)
        if len(np.unique(whole)) >= 3 and np.allclose(multiples, whole, rtol=0, atol=1e-3):
            return max(unit, float(gaps.min()) / parts)
    return unit
