"""Before a long check: how many evaluations, about how many seconds. During it: a bar. All of it on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters

A_BLOCK, ALL = 28, 60  # evaluations beside the two a component: to find the step of a block, to measure noise
A_LINE = 9  # evaluations along a random direction
A_HARD_LINE = 30  # and at most, where the slope of a block drowns in the noise of the whole
LEAST_BUDGET = ALL + A_LINE  # evaluations: enough for one direction
MOST_DIRECTIONS = 20  # mistakes cancel in all of them with a chance of 1e-6: more bring nothing

EVERY = 5.0  # seconds between two lines, where there is no bar


@contextmanager
def progress_bar(
    cost: Cost, wanted: bool, points: int = 2, directions: int | None = None, stepped: bool = False
) -> Iterator[None]:
    """Report while the cost is evaluated, if that is wanted.

    Parameters
    ----------
    cost
        Evaluated twice already, which gives the time of one evaluation.
    wanted
        Whether anything is to be said.
    points
        Evaluations for each component.
    directions
        So many random directions instead of all components.
    stepped
        Whether the step is given, and so none is looked for.
    """
    if not wanted:
        yield
        return
    blocks = len(cost.parameters.names)
    expected = points * cost.parameters.size + (0 if stepped else A_BLOCK) * blocks + ALL
    if directions is not None:
        expected = A_LINE * directions + ALL
    about = "" if cost.vectorized or cost.workers else f", about {spoken(expected * cost.seconds)}"
    # Lines go through all blocks at once; only one whose slopes drown there gets lines of its own.
    most = expected + A_HARD_LINE * (directions or 0) * blocks
    bound = f"; if all blocks agree, no more than {most:,}" if directions else ""
    print(f"gradlab: about {expected:,} evaluations of the cost{about}{bound}", file=sys.stderr, flush=True)
    update, close = _bar(expected)
    cost.watch = update
    try:
        yield
    finally:
        cost.watch = lambda points: None
        close()


def directions_within(budget: int, parameters: Parameters, points: int) -> int | None:
    """How many random directions so many evaluations allow; None if they are enough for all entries.

    Parameters
    ----------
    budget
        At least `LEAST_BUDGET`.
    parameters
        What is checked.
    points
        Evaluations for each component.
    """
    if points * parameters.size + A_BLOCK * len(parameters.names) + ALL <= budget:
        return None
    return min(MOST_DIRECTIONS, (budget - ALL) // A_LINE)


def spoken(seconds: float) -> str:
    """Seconds in the unit that fits."""
    if seconds < 90:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _bar(expected: int) -> tuple[Callable[[int], Any], Callable[[], Any]]:
    """tqdm's bar if it is installed; else a line now and then."""
    try:
        from tqdm import tqdm
    except ImportError:
        return _lines(expected), lambda: None
    bar = tqdm(total=expected, unit=" evaluations", leave=False, file=sys.stderr)
    return bar.update, bar.close


def _lines(expected: int) -> Callable[[int], None]:
    """A line every few seconds."""
    done, said = 0, time.monotonic()

    def update(points: int) -> None:
        nonlocal done, said
        done += points
        if time.monotonic() - said >= EVERY:
            said = time.monotonic()
            print(f"gradlab: {done:,} of about {expected:,} evaluations", file=sys.stderr, flush=True)

    return update
