"""What takes seconds each, pages above all: everything in CI (GRADLAB_SAMPLE=all), otherwise a sample.

GRADLAB_SAMPLE is then the seed; pytest shows it in its first lines, so that a sample can be repeated. What takes less
than a second in all is never sampled: a test that passes here would fail in CI, on a change that is not to blame.

GRADLAB_TESTS=few, which `make check` and `make test` set, leaves of each file's slow tests, of those with a browser,
and of the seeds of a sweep that takes a second or more, one in five.
"""

import os
import random
from collections.abc import Iterable
from typing import TypeVar

Thing = TypeVar("Thing")
CHOSEN = os.environ["GRADLAB_SAMPLE"]  # set by tests/conftest.py
FEW = os.environ["GRADLAB_TESTS"] == "few" and CHOSEN != "all"
ONE_IN = 5


def first(things: Iterable[Thing], most: int) -> list[Thing]:
    """The first of them, where those that follow need those before."""
    return list(things)[: None if CHOSEN == "all" else most]


def sample(things: Iterable[Thing], most: int) -> list[Thing]:
    """Some of them, in their order; others for each seed."""
    everything = list(things)
    if CHOSEN == "all" or len(everything) <= most:
        return everything
    return sorted(random.Random(CHOSEN).sample(everything, most), key=everything.index)


def sweep(things: Iterable[Thing]) -> list[Thing]:
    """All of many that are alike; one in five of them, in their order, where few tests are asked for."""
    everything = list(things)
    return sample(everything, -(-len(everything) // ONE_IN) if FEW else len(everything))


def few(names: Iterable[str]) -> set[str]:
    """Of tests that take long, by pytest's names for them: one in five of each file, and one case of each of these.

    What is taken of a file depends on the seed and on the names in it alone: no other file's tests change it.
    """
    files: dict[str, dict[str, list[str]]] = {}
    for name in names:
        test = name.partition("[")[0]
        files.setdefault(test.partition("::")[0], {}).setdefault(test, []).append(name)
    taken = set()
    for file, tests in files.items():
        drawn = random.Random(f"{CHOSEN} {file}")
        for test in drawn.sample(list(tests), -(-len(tests) // ONE_IN)):
            taken.add(drawn.choice(tests[test]))
    return taken
