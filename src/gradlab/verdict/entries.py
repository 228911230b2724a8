"""The numeric side of a check: one look at every component, and more steps where that look leaves a doubt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.estimates import FIRST
from gradlab.numeric.fixed_step import at_fixed_step
from gradlab.numeric.gradient import central_slopes
from gradlab.numeric.ladder import Ladder, norm, rung_step
from gradlab.numeric.refine import measure
from gradlab.numeric.scaling import Start, component_lines, start
from gradlab.precision import unit_roundoff
from gradlab.problem.problem import Problem
from gradlab.stencils import Stencil

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]


def entry_by_entry(problem: Problem) -> Numeric:
    """A numeric derivative and bound for every component, cheap where both sides agree at once.

    The first look is one step, which shows noise and no truncation, so only agreement can be read from it: two
    independent numbers do not meet within the noise by accident. The bound then has the truncation that the line
    through the block showed. Whatever does not meet, or meets in noise that is not small, is examined at more steps.
    """
    scale, begin = problem.scale, start(problem)
    step = rung_step(begin.rung)
    slope, gap, moved = central_slopes(problem.cost, step * scale)
    wanted, slope, gap = problem.analytic * scale, slope * scale, gap * scale
    own, round_off = np.abs(gap) / step, unit_roundoff(problem.parameters.theta.dtype)
    shaken = 2 * round_off * np.sqrt(own) * np.sqrt(np.maximum(own, begin.curved)) * (1 + step)
    rounding = 4 * np.finfo(np.float64).eps * np.abs(slope)
    noise = max(
        problem.noise, tuned.INSIDE * round_off * max(norm(slope[problem.parameters.theta != 0]), begin.steep)
    )
    bound = tuned.SAFETY * noise / step + shaken + rounding
    error, size = np.abs(wanted - slope), np.minimum(np.abs(wanted), np.abs(slope))
    straight = np.abs(gap) <= np.abs(slope) + bound  # else there may be a kink right here
    clear = straight & (error <= bound) & (bound <= tuned.CLEAR * size)
    close = straight & (error <= tuned.CLOSE * size) & (size > 0)
    dead = ~moved & (wanted == 0)
    truncation = 2 / FIRST * begin.change
    bound = np.where(
        clear, np.maximum(bound, np.minimum(truncation, tuned.CLOSE * size)), np.maximum(bound, tuned.CLOSE * size)
    )
    seen = Numeric(slope, bound, np.where(dead, Reason.NO_EFFECT, Reason.NONE))
    doubtful = np.flatnonzero(~(clear | close | dead))
    for at in problem.parameters.slices.values():
        inside = doubtful[(doubtful >= at.start) & (doubtful < at.stop)]
        seen = _refine_block(problem, begin, seen, inside)
    bound = seen.bound / scale
    bound[dead] = np.minimum(bound[dead], np.finfo(np.float64).max)  # finite: "no effect" is an answer, too
    return replace(seen, value=seen.value / scale, bound=bound)


def at_given_step(problem: Problem, stencil: Stencil, step: float) -> Numeric:
    """The numbers at one step; but nothing is called wrong for a step that does not fit it.

    Where a step is longer than what the cost changes over, twice the step is as far off as itself. So of each block
    some entries that seem wrong are looked at with steps of their own; if one agrees then, the step is to blame. So
    it is where the cost seems to jump, and has a slope at shorter steps: beside something narrower than the step.
    """
    seen = at_fixed_step(problem.cost, problem.noise, stencil, step, problem.analytic)
    wrong = (np.abs(problem.analytic - seen.value) > tuned.BEYOND * seen.bound) & (seen.reason == Reason.NONE)
    jumping = seen.reason == Reason.JUMP
    for at in problem.parameters.slices.values():
        for odd, fits in ((wrong, _agreeing), (jumping, _sloping)):
            entries = at.start + np.flatnonzero(odd[at])
            some = entries[:: max(1, len(entries) // tuned.SECOND_LOOKS)]
            if len(fitting := fits(problem, some)):
                fitting = np.union1d(fitting, fits(problem, np.setdiff1d(entries, some)))
            unknown = np.full(len(fitting), np.inf)
            part = Numeric(seen.value[fitting], unknown, np.full(len(fitting), str(Reason.STEP)))
            seen = seen.with_part(fitting, part)
    return seen


def _agreeing(problem: Problem, entries: Ints) -> Ints:
    """Those of these entries that agree at steps of their own."""
    wanted, found = (problem.analytic * problem.scale)[entries], _at_own_steps(problem, entries)
    resolved = found.bound <= tuned.SMALL * np.abs(wanted)
    agrees = (np.abs(wanted - found.value) <= found.bound) & resolved & (found.reason == Reason.NONE)
    return np.asarray(entries[agrees], dtype=np.int_)


def _sloping(problem: Problem, entries: Ints) -> Ints:
    """Those of these entries that have a slope at steps of their own."""
    found = _at_own_steps(problem, entries)
    return np.asarray(entries[(found.reason == Reason.NONE) & np.isfinite(found.bound)], dtype=np.int_)


def _at_own_steps(problem: Problem, entries: Ints) -> Numeric:
    """These entries, in units of their scale."""
    if not len(entries):
        return Numeric.unknown(0, Reason.NONE)
    wanted = (problem.analytic * problem.scale)[entries]
    ladder = Ladder(problem.cost, component_lines(entries, problem.scale), problem.noise)
    return measure(
        ladder, np.full(len(entries), tuned.DERIVATIVE_START), wanted, enough=tuned.ENOUGH, closer=0, stairs=False
    )


def _refine_block(problem: Problem, begin: Start, seen: Numeric, doubtful: Ints) -> Numeric:
    """Refine a sample first: where nearly all of it is plainly wrong, most of the rest needs no more steps."""
    wanted = problem.analytic * problem.scale
    sample = (
        doubtful[np.unique(np.linspace(0, len(doubtful) - 1, tuned.SAMPLE).astype(int))]
        if len(doubtful)
        else doubtful
    )
    refined = _refine(problem, begin, seen, sample)
    rest = np.setdiff1d(doubtful, sample)
    wrong = np.abs(wanted - refined.value)[sample] > refined.bound[sample]
    if not len(rest) or np.mean(wrong) < tuned.MOSTLY:
        return _refine(problem, begin, refined, rest)
    # Several times what the first look was off in the sample is what it is given in the rest.
    off = np.zeros(len(wanted))
    off[rest] = tuned.STAND_IN * np.nanmax(np.abs(seen.value - refined.value)[sample])
    judged = replace(refined, bound=refined.bound + off)
    unclear = rest[~(np.abs(wanted - judged.value)[rest] > judged.bound[rest])]
    return _refine(problem, begin, judged, unclear)


def _refine(problem: Problem, begin: Start, seen: Numeric, components: Ints) -> Numeric:
    """The numbers that a ladder of steps allows for these components, in place of the first look."""
    if not len(components):
        return seen
    lines, top, curved = component_lines(components, problem.scale), begin.top[components], begin.curved[components]
    ladder = Ladder(problem.cost, lines, problem.noise, top=top, curved=curved, steep=begin.steep)
    wanted = (problem.analytic * problem.scale)[components]
    found = measure(
        ladder, begin.rung[components], wanted, enough=max(tuned.ENOUGH, tuned.ROUNDED * ladder.round_off)
    )
    # One standard for all entries of a block: what agrees outright, agrees.
    size = np.minimum(np.abs(wanted), np.abs(found.value))
    outright = np.where(np.abs(wanted - found.value) <= tuned.CLOSE * size, tuned.CLOSE * size, 0)
    found = replace(
        found, bound=np.where(found.reason == Reason.NONE, np.maximum(found.bound, outright), found.bound)
    )
    # Where noise hides how good any number is, the first look is still one, for formula (2); its bound is infinite.
    hidden = (found.reason == Reason.NOISE) | (found.reason == Reason.BESIDE)
    return seen.with_part(components, replace(found, value=np.where(hidden, seen.value[components], found.value)))
