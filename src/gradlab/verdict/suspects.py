"""Which of many blocks are wrong? Groups of them are halved, and what is left is looked at one by one, at low cost.

To show that a block is wrong one direction is enough; that it agrees needs as many as were asked for. So whoever has
150 wrong blocks waits for six evaluations each, and the right ones are compared with all directions together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.ladder import Line, bottom_rung
from gradlab.numeric.refine import Measured
from gradlab.precision import unit_roundoff
from gradlab.problem.problem import Problem
from gradlab.verdict.bisection import along, random_line

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Suspect:
    """A block that one direction shows to be wrong: the slopes along it, and how far theta moves along it."""

    analytic: Floats
    numeric: Numeric
    theta: Floats

    @property
    def off(self) -> float:
        """Of its slope, what share is wrong; infinite if there is none."""
        size = max(abs(self.analytic[0]), abs(self.numeric.value[0]))
        share = float(abs(self.analytic[0] - self.numeric.value[0]) / size)
        return share if np.isfinite(share) else np.inf


def shown_wrong(problem: Problem, slices: Mapping[str, slice]) -> dict[str, Suspect]:
    """Blocks of a sum that does not agree which are wrong along one direction of their own.

    Mistakes that cancel in this direction are not seen, nor what noise, a kink or a jump hides: what is not shown
    here is not right yet.
    """
    sure = {name: at for name, at in slices.items() if not problem.unsure[at].any()}
    single = _single(problem, sure)
    lines = [random_line(problem, [sure[name]])[0] for name in single]
    if not lines:
        return {}
    analytic, seen = closely(problem, lines)
    known = np.broadcast_to(problem.known, problem.scale.shape)
    found = {}
    for j, (name, line) in enumerate(zip(single, lines, strict=True)):
        at = sure[name]
        bound = seen.bound[j] + tuned.SAFETY * float(np.linalg.norm(problem.scale[at] * known[at]))
        beyond = abs(analytic[j] - seen.value[j]) > tuned.BEYOND * bound
        told = bound <= tuned.SMALL * abs(seen.value[j]) and seen.reason[j] == Reason.NONE
        if (beyond and told) or not np.isfinite(analytic[j]):
            numeric = Numeric(seen.value[j : j + 1], np.array([bound]), seen.reason[j : j + 1])
            theta = problem.parameters.theta
            found[name] = Suspect(analytic[j : j + 1], numeric, np.array([line.dot(theta, theta)]))
    return found


def closely(problem: Problem, lines: list[Line], *, stairs: bool = True) -> tuple[Floats, Measured]:
    """Slopes from as near as a line is tried before it is called wrong, where noise allows it: few steps do."""
    lowest = bottom_rung(unit_roundoff(problem.parameters.theta.dtype)) + tuned.CLOSER
    start = max(tuned.BISECTION_START - tuned.CLOSER, lowest)
    return along(problem, lines, start=start, enough=tuned.CLEAR, closer=0, stairs=stairs)


def _single(problem: Problem, slices: Mapping[str, slice]) -> list[str]:
    """Blocks that are to be looked at one by one: what is left of halving; all, where most halves are wrong."""
    single: list[str] = []
    groups = _halves([list(slices)])
    while groups:
        single += [group[0] for group in groups if len(group) == 1]
        groups = [group for group in groups if len(group) > 1]
        wrong = _disagreeing(problem, groups, slices)
        if len(groups) >= tuned.MANY_GROUPS and 2 * len(wrong) > len(groups):
            return single + [name for group in wrong for name in group]
        groups = _halves(wrong)
    return single


def _halves(groups: Sequence[list[str]]) -> list[list[str]]:
    return [part for group in groups for part in (group[: len(group) // 2], group[len(group) // 2 :]) if part]


def _disagreeing(problem: Problem, groups: list[list[str]], slices: Mapping[str, slice]) -> list[list[str]]:
    """The groups that do not agree along one direction each."""
    if not groups:
        return []
    lines = [random_line(problem, [slices[name] for name in group])[0] for group in groups]
    analytic, seen = along(problem, lines, closer=0, stairs=False)
    fits = (np.abs(analytic - seen.value) <= seen.bound) & (seen.reason == Reason.NONE)
    return [group for group, right in zip(groups, fits, strict=True) if not right]
