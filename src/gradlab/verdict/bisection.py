"""Where is it wrong? Halves of a block are compared along random directions, down to single entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Reason
from gradlab.numeric.ladder import Ladder, Line
from gradlab.numeric.refine import Measured, measure
from gradlab.numeric.scaling import Scale, with_random_signs
from gradlab.problem.direction import Direction
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]


def along(
    problem: Problem,
    lines: list[Line],
    *,
    start: int = tuned.BISECTION_START,
    enough: float = 0.0,
    closer: int = tuned.CLOSER,
    stairs: bool = True,
) -> tuple[Floats, Measured]:
    """The analytic slope along each line, and the numeric one; the keywords are those of `measure`."""
    analytic = np.array([line.dot(problem.analytic, problem.parameters.theta) for line in lines])
    ladder = Ladder(problem.cost, lines, problem.noise)
    rungs = np.full(len(lines), start)
    return analytic, measure(ladder, rungs, analytic, enough=enough, closer=closer, stairs=stairs)


def random_line(problem: Problem, parts: Sequence[slice]) -> tuple[Line, list[Line]]:
    """A random ±1 direction through these parts of theta, each inside of a block; and its share in each of them.

    Inside of bounds it is an array, since entries near an edge turn round; else only its signs are kept.
    """
    if isinstance(problem.scale, Scale):
        direction = problem.scale.direction(problem.rng, parts)
        return Line(direction.where, direction), [Line(part.where, Direction([part])) for part in direction.parts]
    start, stop = min(s.start for s in parts), max(s.stop for s in parts)
    unit = np.zeros(stop - start)
    for s in parts:
        mine = problem.cost.inward(with_random_signs(problem.scale[s], problem.rng), s)
        unit[s.start - start : s.stop - start] = mine
    return Line(slice(start, stop), unit), [Line(s, unit[s.start - start : s.stop - start]) for s in parts]


def wrong_entries(problem: Problem, block: slice, most: int) -> tuple[list[int], bool]:
    """Bisect a wrong block down to wrong entries: about 2 log₂(size) directions for each.

    If one half agrees, the mistake is in the other; if mistakes cancelled in it, the next try takes other signs.
    After an entry is found, the largest part that is left comes next, and halves are taken in random order: a block
    that is wrong everywhere shows entries from everywhere.

    Returns
    -------
    (list, bool)
        Components that are wrong, at most so many; and whether these are all.
    """

    rung = tuned.BISECTION_START
    seem_wrong, on_stairs = 0, False  # entries that were off their bound so far; whether one of them is on stairs

    def wrong(start: int, stop: int) -> bool:
        nonlocal rung, seem_wrong, on_stairs
        line, _ = random_line(problem, [slice(start, stop)])
        one = stop - start == 1
        stairs = one and (on_stairs or seem_wrong < tuned.STAIR_ENTRIES)
        analytic, seen = along(problem, [line], start=rung, closer=tuned.CLOSER if one else 0, stairs=stairs)
        off, bound = abs(analytic[0] - seen.value[0]), seen.bound[0]
        on_stairs = on_stairs or seen.reason[0] == Reason.STAIRS
        if one and not off <= bound:  # NaN is off, too
            seem_wrong += 1
        if seen.reason[0] != Reason.NONE:
            return False
        rung = int(seen.rung[0])  # parts want about the step of the whole
        return not off <= tuned.BEYOND * bound

    for _ in range(tuned.TRIES):
        found, complete = _bisect(wrong, block, most, problem.rng)
        if found:
            break
    return found, complete


def _bisect(
    wrong: Callable[[int, int], bool], block: slice, most: int, rng: np.random.Generator
) -> tuple[list[int], bool]:
    """One search of a part that is known to be wrong."""
    found: list[int] = []
    left, dead = [(block.start, block.stop)], 0
    # A part may be wrong and each of its entries too little so to be seen: then every part would end in nothing.
    while left and len(found) < most and dead < (tuned.TRIES if found else 1):
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
            dead = 0
        else:
            dead += 1
    return sorted(found), not left
