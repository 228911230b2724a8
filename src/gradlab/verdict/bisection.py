"""Where is it wrong? Halves of a block are compared along random directions, down to single entries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Reason
from gradlab.numeric.climb import Measured, measure
from gradlab.numeric.ladder import Ladder, Line
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]


def along(
    problem: Problem, lines: list[Line], *, start: int | None = None, closer: int | None = None
) -> tuple[Floats, Measured]:
    """The analytic slope along each line, and the numeric one."""
    analytic = np.array([_along(line, problem.analytic) for line in lines])
    ladder = Ladder(problem.cost, lines, problem.noise)
    rung = tuned.BISECTION_START if start is None else start
    return analytic, measure(ladder, np.full(len(lines), rung), analytic, closer=closer)


def _along(line: Line, vector: Floats) -> float:
    return float(np.dot(np.atleast_1d(vector[line.where]), np.atleast_1d(line.unit)))


def wrong_entries(problem: Problem, block: slice) -> tuple[list[int], bool]:
    """Bisect a wrong block down to wrong entries: about 2 log₂(size) directions for each.

    If one half agrees, the mistake is in the other; if mistakes cancelled in it, the next try takes other signs.
    After an entry is found, the largest part that is left comes next, and halves are taken in random order: a block
    that is wrong everywhere shows entries from everywhere.

    Returns
    -------
    (list, bool)
        Components that are wrong, at most `FOUND`; and whether these are all.
    """

    rung = tuned.BISECTION_START

    def wrong(start: int, stop: int) -> bool:
        nonlocal rung
        part = slice(start, stop)
        unit = problem.cost.inward(problem.scale[part] * problem.rng.choice([-1.0, 1.0], stop - start), part)
        line, closer = Line(part, unit), tuned.CLOSER if stop - start == 1 else 0
        analytic, seen = along(problem, [line], start=rung, closer=closer)
        if seen.reason[0] != Reason.NONE:
            return False
        rung = int(seen.rung[0])  # parts want about the step of the whole
        return bool(~(np.abs(analytic - seen.value) <= tuned.BEYOND * seen.bound)[0])

    for _ in range(tuned.TRIES):
        found, complete = _bisect(wrong, block.start, block.stop, problem.rng)
        if found:
            break
    return found, complete


def _bisect(
    wrong: Callable[[int, int], bool], start: int, stop: int, rng: np.random.Generator
) -> tuple[list[int], bool]:
    """One search of a part that is known to be wrong."""
    found: list[int] = []
    left = [(start, stop)]
    while left and len(found) < tuned.FOUND:
        left.sort(key=lambda part: part[1] - part[0])
        start, stop = left.pop()
        if found and not wrong(start, stop):
            continue
        while stop - start > 1:
            middle = (start + stop) // 2
            first, second = rng.permutation([(start, middle), (middle, stop)]).tolist()
            if wrong(*first):
                left.append(tuple(second))
                start, stop = first
            else:
                start, stop = second
        if wrong(start, stop):
            found.append(start)
    return sorted(found), not left
