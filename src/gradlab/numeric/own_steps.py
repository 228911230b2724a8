"""Every entry at steps of its own, three evaluations each where the cost is smooth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.ladder import Ladder
from gradlab.numeric.scaling import (
    Start,
    component_lines,
    highest_rungs,
    rms,
    scales,
    start,
    with_random_signs,
)
from gradlab.numeric.three_points import common_rung, noise_in, rungs_of, steepest, three_points
from gradlab.precision import unit_roundoff
from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]


def by_own_steps(cost: Cost, noise_of: Callable[[], float], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Values and bounds of all entries, inf where nothing can be told.

    Few entries tell noise and steps themselves, as long as all goes well; for more, both are found beforehand.

    Parameters
    ----------
    cost
        What is asked, the same at every call.
    noise_of
        Measures the noise of the cost, where that is needed.
    rng
        Draws the directions along which steps are found.
    """
    parameters = cost.parameters
    scale = np.abs(cost.inward(scales(parameters)))
    values, bounds = np.full((2, parameters.size), np.inf)
    blocks = sum(at.stop > at.start for at in parameters.slices.values())
    few = tuned.FEWEST <= parameters.size <= tuned.FEW * (tuned.NOISE_POINTS + tuned.FOR_A_BLOCK * blocks)
    if few and cost.domain is None:
        values, bounds = _at_once(cost, scale, rng)
    if not np.isfinite(bounds).all():
        noise = cost.louder() * noise_of()
        nothing = np.full(parameters.size, np.nan)
        problem = Problem(cost, noise, scale, nothing, np.zeros(parameters.size, dtype=bool), rng)
        values, bounds = _refined(problem, start(problem), values, bounds)
    return values / scale, bounds / scale


def _at_once(cost: Cost, scale: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Three evaluations for each entry at a common step, and bounds by them alone; inf where that is not enough.

    Where that is so for some of them only, they have steps of their own.
    """
    parameters, round_off = cost.parameters, unit_roundoff(cost.parameters.theta.dtype)
    every = np.arange(parameters.size)
    ladder = Ladder(cost, component_lines(every, scale), 0.0, top=highest_rungs(parameters, scale))
    rungs = rungs_of(parameters, scale, common_rung(cost, with_random_signs(scale, rng), round_off))
    seen = three_points(ladder, every, rungs)
    ladder.steep = steepest(seen, parameters.theta)
    least = round_off * max(abs(cost.value) / 2, tuned.INSIDE * ladder.steep)
    ladder.noise = noise = np.inf if cost.single and cost.moved else max(noise_in(seen, least), cost.trembles)
    ladder.curved[:] = (np.abs(seen.gap) / seen.step).sum()
    values = seen.value
    bounds = seen.bounds(noise, round_off, usual=np.zeros(parameters.size), curved=ladder.curved)
    size = _sizes(parameters, scale, values)
    wanted = _wanted(size, tuned.SAFETY * least / seen.step)
    bounds[~(seen.plain(size) & (bounds <= wanted))] = np.inf
    rest = np.flatnonzero(bounds == np.inf)
    if 0 < len(rest) <= tuned.ODD * parameters.size and noise < np.inf:
        found = ladder.refine(rungs, enough=tuned.GRADIENT_ENOUGH, goal=wanted, lines=rest)
        values[rest], bounds[rest] = found.value[rest], found.bound[rest]
    return values, bounds


def _wanted(size: Floats, promised: Floats) -> Floats:
    """Bounds that are enough: a share of what is usual in a block, and more where noise leaves no better ones."""
    usual = np.minimum(tuned.TWO_STEPS_USUAL * promised, tuned.TWO_STEPS_COARSE * size)
    return np.fmax(tuned.TWO_STEPS_ENOUGH * size, usual)


def _refined(problem: Problem, begin: Start, values: Floats, bounds: Floats) -> tuple[Floats, Floats]:
    """Three or four evaluations for each entry without a bound, and more for those for which these are not enough."""
    cost, parameters, scale = problem.cost, problem.parameters, problem.scale
    entries = np.flatnonzero(~np.isfinite(bounds))
    values, bounds = values.copy(), bounds.copy()
    ladder = Ladder(
        cost,
        component_lines(entries, scale),
        problem.noise,
        top=begin.top[entries],
        curved=begin.curved[entries],
        steep=begin.steep,
    )
    rung, smooth = begin.rung[entries], begin.smooth[entries]
    easy = smooth & (cost.domain is None)
    lines = np.flatnonzero(easy)
    seen, at = three_points(ladder, lines, rung), entries[lines]
    least = tuned.INSIDE * ladder.round_off * max(begin.steep, steepest(seen, parameters.theta[at]))
    values[at] = seen.value
    bounds[at] = seen.bounds(
        max(problem.noise, least), ladder.round_off, usual=begin.change[at], curved=begin.curved[at]
    )
    lines = np.flatnonzero(~easy)
    values[entries[lines]], bounds[entries[lines]] = ladder.two_steps(rung, lines)
    size = _sizes(parameters, scale, values)
    easy[easy] = seen.plain(size[at])
    wanted = _wanted(size, begin.error)[entries]
    lines = np.flatnonzero(smooth & ~(easy & (bounds[entries] <= wanted)))
    values[entries[lines]], bounds[entries[lines]] = ladder.two_steps(rung, lines)
    lines = np.flatnonzero(~(smooth & (bounds[entries] <= wanted)))
    found = ladder.refine(rung, enough=tuned.GRADIENT_ENOUGH, goal=np.where(smooth, wanted, 0), lines=lines)
    values[entries[lines]], bounds[entries[lines]] = found.value[lines], found.bound[lines]
    return values, bounds


def _sizes(parameters: Parameters, scale: Floats, slopes: Floats) -> Floats:
    """What is usual in its block, for each entry, in its own scale."""
    sizes = np.empty(parameters.size)
    for at in parameters.slices.values():
        part = slopes[at] / scale[at]
        sizes[at] = rms(part[np.isfinite(part)]) * scale[at]
    return sizes
