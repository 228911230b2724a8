"""How long a step of size 1 is for each entry, and where its steps begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.estimates import curvature
from gradlab.numeric.ladder import Ladder, Line, bottom_rung, rung_step
from gradlab.precision import unit_roundoff
from gradlab.problem.direction import PIECE, Direction, Part
from gradlab.problem.parameters import Parameters
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]


def scales(parameters: Parameters) -> Floats:
    """What counts as 1 for each component: |θ|, or the rms of its block where θ is 0; 1 in a block of zeros."""
    scale = np.asarray(np.abs(parameters.theta), dtype=np.float64)
    for at in parameters.slices.values():
        part = scale[at]
        if not part.all():
            part[part == 0] = rms(part) or 1.0
    return scale


class Scale:
    """The scale of each entry, made from theta where it is asked for: of a large theta none is kept.

    Like an array it has a shape, parts, and `np.asarray`.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._theta, self.shape = parameters.theta, (parameters.size,)
        self._parts = [at for at in parameters.slices.values() if at.stop > at.start]
        self._ends = np.array([at.stop for at in self._parts])
        self._zeros = np.array([_where_zero(parameters.theta[at]) for at in self._parts])  # NaN where there is none

    def __getitem__(self, where: Any) -> Any:
        scale = np.abs(self._theta[where], dtype=np.float64)
        if not np.all(scale):
            places = np.arange(*where.indices(len(self._theta))) if isinstance(where, slice) else np.asarray(where)
            scale = np.where(scale == 0, self._zeros[np.searchsorted(self._ends, places, side="right")], scale)
        return scale

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype=dtype)

    def direction(
        self, rng: np.random.Generator, parts: Sequence[slice] | None = None, powers: bool = False
    ) -> Direction:
        """A random ±1 direction in these units through parts of theta, each inside of a block; or through all."""
        found = []
        for at in self._parts if parts is None else parts:
            zero = float(self._zeros[np.searchsorted(self._ends, at.start, side="right")])
            found.append(Part.drawn(at, None if np.isnan(zero) else zero, rng))
        return Direction(found, powers)


def _where_zero(part: NDArray[Any]) -> float:
    """The rms of a block for its entries that are 0; 1 if all are, NaN if none is."""
    if part.all():
        return np.nan
    pieces = (part[i : i + PIECE].astype(np.float64) for i in range(0, len(part), PIECE))
    of_each = np.array([rms(piece) * np.sqrt(len(piece) / len(part)) for piece in pieces])
    return rms(of_each) * np.sqrt(len(of_each)) or 1.0


def with_random_signs(scale: Floats, rng: np.random.Generator) -> Floats:
    """A random ±1 direction in these units; the signs are drawn a piece at a time, so that none are kept."""
    unit = scale.copy()
    for i in range(0, len(unit), PIECE):
        unit[i : i + PIECE] *= rng.choice([-1.0, 1.0], len(unit[i : i + PIECE]))
    return unit


def _block_rms(parameters: Parameters) -> Floats:
    """The rms of its block for each component; 1 in a block of zeros."""
    sizes = np.empty(parameters.size)
    for at in parameters.slices.values():
        sizes[at] = rms(parameters.theta[at].astype(np.float64)) or 1.0
    return sizes


def rms(x: Floats) -> float:
    """Root of the mean square, of numbers of any size; 0 for none."""
    largest = float(np.abs(x).max(initial=0.0))
    return largest * float(np.sqrt(np.mean((x / largest) ** 2))) if largest else 0.0


@dataclass(frozen=True)
class Start:
    """Where each component begins, how high noise may push it, and what the line through its block shows there."""

    rung: Ints
    top: Ints
    curved: Floats  # curvature along one entry, the largest of its block
    steep: float  # slope along the steepest block
    change: Floats  # of the slope from this rung to the next, as a share of one component
    error: Floats  # that and the noise there
    smooth: NDArray[np.bool_]  # whether that falls from rung to rung as it should


def start(problem: Problem) -> Start:
    """A good rung for each component, from one random ±1 direction inside each block.

    The rung where the change of the slope to the next, as a share of one component, and the noise add up
    to the least. A component much smaller than its block takes longer steps for its size, but never so
    long that it changes its sign: log is not asked at −1e-5.

    Noise may push a component to 0.3 of its own scale, of its block's rms or of the median. A block of tiny
    numbers is pushed as a whole, to 0.3 as in a block of zeros, as long as the slope along it shows no truncation.
    """
    parameters, scale, noise = problem.parameters, problem.scale, problem.noise
    bottom = max(tuned.LOWEST_BLOCK_RUNG, bottom_rung(unit_roundoff(parameters.theta.dtype)))
    units = problem.cost.inward(scale * problem.rng.choice([-1.0, 1.0], parameters.size))
    blocks = [at for at in parameters.slices.values() if at.stop > at.start]
    sizes = _block_rms(parameters)
    highest = np.array(
        [_rungs_to(tuned.PUSHED_TO, sizes[at.start]) if sizes[at.start] < tuned.TINY else -1 for at in blocks]
    )
    ladder = Ladder(problem.cost, [Line(at, units[at]) for at in blocks], noise, top=highest)
    rungs = np.arange(bottom, 0)
    sizes_of_lines = np.sqrt([at.stop - at.start for at in blocks])
    errors = _looked_for(ladder, rungs, sizes_of_lines)
    of_blocks = curvature(ladder.bottom, ladder.gap)
    top = highest_rungs(parameters, scale)
    rung, smooth = np.empty(parameters.size, dtype=np.int_), np.zeros(parameters.size, dtype=bool)
    (curved, change, least), steep = np.empty((3, parameters.size)), 0.0
    for j, at in enumerate(blocks):
        curved[at] = of_blocks[j]
        error = errors[:, j]
        changes = error - tuned.SAFETY * noise / rung_step(rungs[:-1])
        best = rungs[np.nanargmin(error)] if np.isfinite(error).any() else bottom
        if parameters.theta[at].any():  # a 0 is not rounded
            steep = np.fmax(steep, np.abs(ladder.slope[best - ladder.bottom, j]))
        longer = np.clip(sizes[at] / scale[at], None, tuned.LONGER)
        if best >= -2 and highest[j] > -1:
            best = _pushed(ladder, j, int(highest[j]))
            longer = sizes[at] / scale[at]
            top[at] = best + 3 + _rungs_to(sizes[at], scale[at])
        rung[at] = best + np.floor(2 * np.log10(longer)).astype(np.int_)
        here = min(best - bottom, len(changes) - 1)
        change[at], least[at] = changes[here], error[here]
        smooth[at] = _falls(changes, tuned.SAFETY * noise / rung_step(rungs[:-1]), here)
    change = np.where(np.isfinite(change), change, 0)
    rung = np.clip(rung, bottom, np.maximum(top - 2, -1))
    return Start(rung, top, curved, float(steep), change, least, smooth)


def highest_rungs(parameters: Parameters, scale: Floats) -> Ints:
    """Up to 0.3 of its own scale, of its block's rms or of the median, for each component."""
    typical = np.maximum(_block_rms(parameters), np.median(scale))
    return np.asarray(np.maximum(_rungs_to(typical, scale), 0) - 1)


def _falls(changes: Floats, noise: Floats, at: int) -> bool:
    """Whether the change of the slope falls towards this rung as that of a smooth function; or to it, at the top."""
    at = min(at, len(changes) - 2)
    return bool(changes[at] <= tuned.CONVERGING * changes[at + 1] + noise[at])  # not NaN


def _looked_for(ladder: Ladder, rungs: Ints, sizes: Floats) -> Floats:
    """Change of the slope to the next rung and noise, by rung and line: where it is least is not at an end.

    From three rungs in the middle each line goes up or down, while the least error is the last on that side. Lines
    where nothing can be told are looked at everywhere.
    """
    lines = np.arange(ladder.slope.shape[1])
    noise = tuned.SAFETY * ladder.noise / rung_step(rungs[:-1])[:, np.newaxis]
    middle = max(int(rungs[0]), tuned.BLOCK_START)
    evaluated = np.zeros((len(rungs), len(lines)), dtype=bool)
    wanted = (rungs >= middle)[:, np.newaxis] & (rungs <= middle + 2)[:, np.newaxis] & ~evaluated
    while wanted.any():
        at, line = np.nonzero(wanted)
        ladder.evaluate(line, rungs[at])
        evaluated |= wanted
        error = np.abs(np.diff(ladder.slope[rungs - ladder.bottom], axis=0)) / sizes + noise
        known = np.where(np.isfinite(error), error, np.inf)
        best = known.argmin(axis=0)
        low, high = evaluated.argmax(axis=0), len(rungs) - 1 - evaluated[::-1].argmax(axis=0)
        lost = ~np.isfinite(known).any(axis=0)
        wanted = np.zeros_like(evaluated)
        for side, end in ((-1, low), (1, high)):
            near = lost | (best <= low) if side < 0 else lost | (best >= high - 1)
            more = lines[near & (end + side >= 0) & (end + side < len(rungs))]
            wanted[end[more] + side, more] = True
    return np.asarray(error)


def _pushed(ladder: Ladder, line: int, highest: int) -> int:
    """Up a block of tiny numbers, until truncation shows or the step is 0.3."""
    rung = max(-1, highest - tuned.LONGEST_PUSH)
    while rung < highest:
        ladder.evaluate(np.array([line]), np.array([rung + 1]))
        below, here = ladder.slope[[rung - ladder.bottom, rung + 1 - ladder.bottom], line]
        if not np.abs(here - below) <= tuned.PUSHED * ladder.noise / rung_step(rung):
            break
        rung += 1
    return rung


def _rungs_to(size: Any, scale: Any) -> Any:
    """The rung at which a step of this scale is about this size."""
    return np.ceil(2 * np.log10(size / scale)).astype(np.int_)


def component_lines(components: Ints, scale: Floats) -> list[Line]:
    """One line for each component, measured in its scale."""
    return [Line(int(i), float(scale[i])) for i in components]
