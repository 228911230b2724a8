"""What takes seconds each, pages above all: everything in CI (GRADLAB_SAMPLE=all), otherwise a sample.

GRADLAB_SAMPLE is then the seed; pytest shows it in its first lines, so that a sample can be repeated. What takes less
than a second in all is never sampled: a test that passes here would fail in CI, on a change that is not to blame.
"""

import os
import random
from collections.abc import Iterable
from typing import TypeVar

Thing = TypeVar("Thing")
CHOSEN = os.environ["GRADLAB_SAMPLE"]  # set by tests/conftest.py


def first(things: Iterable[Thing], most: int) -> list[Thing]:
    """The first of them, where those that follow need those before."""
    return list(things)[: None if CHOSEN == "all" else most]


def sample(things: Iterable[Thing], most: int) -> list[Thing]:
    """Some of them, in their order; others for each seed."""
    everything = list(things)
    if CHOSEN == "all" or len(everything) <= most:
        return everything
    return sorted(random.Random(CHOSEN).sample(everything, most), key=everything.index)
