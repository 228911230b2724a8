"""How long a step of size 1 is for each entry, and where its steps begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradlab.numeric.ladder import Ladder, Line, bottom_rung, rung_step
from gradlab.precision import unit_roundoff
from gradlab.problem.displaced import PIECE
from gradlab.problem.parameters import Parameters
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]

LOWEST_BLOCK_RUNG = -14  # 1e-7 of the scale: below it round-off is all there is
LONGER = 10.0  # how many times the step for its size a component may take in a block of larger ones


def scales(parameters: Parameters) -> Floats:
    """What counts as 1 for each component: |θ|, or the rms of its block where θ is 0; 1 in a block of zeros."""
    scale = np.asarray(np.abs(parameters.theta), dtype=np.float64)
    for at in parameters.slices.values():
        part = scale[at]
        if not part.all():
            part[part == 0] = rms(part) or 1.0
    return scale


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


def top_rungs(parameters: Parameters, scale: Floats) -> Ints:
    """How high noise may push each component: to 0.3 of its own scale, of its block's rms or of the median."""
    usual = np.maximum(_block_rms(parameters), np.median(scale))
    return np.asarray(np.maximum(np.ceil(2 * np.log10(usual / scale)).astype(np.int_), 0) - 1)


def start_rungs(problem: Problem) -> Ints:
    """A good rung for each component, from one random ±1 direction inside each block.

    The rung where the change of the slope to the next, as a share of one component, and the noise add up
    to the least. A component much smaller than its block takes longer steps for its size, but never so
    long that it changes its sign: log is not asked at −1e-5.
    """
    parameters, scale, noise = problem.parameters, problem.scale, problem.noise
    bottom = max(LOWEST_BLOCK_RUNG, bottom_rung(unit_roundoff(parameters.theta.dtype)))
    units = scale * problem.rng.choice([-1.0, 1.0], parameters.size)
    blocks = [at for at in parameters.slices.values() if at.stop > at.start]
    ladder = Ladder(problem.cost, [Line(at, units[at]) for at in blocks], noise)
    rungs = np.arange(bottom, 0)
    ladder.evaluate(np.repeat(np.arange(len(blocks)), len(rungs)), np.tile(rungs, len(blocks)))
    start = np.empty(parameters.size, dtype=np.int_)
    for j, at in enumerate(blocks):
        slope = ladder.slope[bottom - ladder.bottom :, j]
        error = np.abs(np.diff(slope)) / np.sqrt(at.stop - at.start) + 3 * noise / rung_step(rungs[:-1])
        start[at] = rungs[np.nanargmin(error)] if np.isfinite(error).any() else bottom
    longer = np.clip(_block_rms(parameters) / scale, None, LONGER)
    return np.asarray(np.clip(start + np.floor(2 * np.log10(longer)).astype(np.int_), bottom, -1))


def component_lines(components: Ints, scale: Floats) -> list[Line]:
    """One line for each component, measured in its scale."""
    return [Line(int(i), float(scale[i])) for i in components]
