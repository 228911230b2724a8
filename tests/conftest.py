"""Which sample a call takes of what takes seconds: the same in every call, unless GRADLAB_SAMPLE says otherwise.

A number is the seed of the sample (0), `any` draws a seed, `all` takes everything. With GRADLAB_TESTS=few, as in
`make check` and `make test`, there are fewer tests of those that take long; by default, and in CI, every one runs.
"""

import gc
import os
import random

import pytest

from gradlab.diagnosis import forked, held_paths, one_edit


def seed_of_the_sample(wanted: str) -> str:
    """What GRADLAB_SAMPLE stands for: a number, or `all`."""
    if wanted == "any":
        return str(random.SystemRandom().randrange(10**6))
    if wanted != "all" and not wanted.isdecimal():
        raise pytest.UsageError(f"GRADLAB_SAMPLE must be any, all or a number, got {wanted!r}")
    return wanted


# Here, and not in a hook: test modules and workers read it when they are imported. Workers inherit what was drawn.
os.environ["GRADLAB_SAMPLE"] = seed_of_the_sample(os.environ.get("GRADLAB_SAMPLE", "0"))


if os.environ.setdefault("GRADLAB_TESTS", "every") not in ("every", "few"):
    raise pytest.UsageError(f"GRADLAB_TESTS must be every or few, got {os.environ['GRADLAB_TESTS']!r}")


def pytest_report_header() -> str:
    """How to repeat the sample."""
    few = ", GRADLAB_TESTS=few: of slow tests and sweeps one in five" if os.environ["GRADLAB_TESTS"] == "few" else ""
    return f"what is sampled: GRADLAB_SAMPLE={os.environ['GRADLAB_SAMPLE']} (a number, any, or all){few}"


@pytest.hookimpl(trylast=True)  # when tests with a browser are marked
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what `few` leaves out, so that pytest counts it."""
    from tests.chosen import FEW, few

    if not FEW:
        return
    slow = {item.nodeid for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    left_out = slow - few(sorted(slow))
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]


def pytest_collection_finish() -> None:
    """What thousands of collected tests hold stays to the end: the garbage collector need not look at it each time.

    A tenth of all of the time went into that.
    """
    gc.collect()
    gc.freeze()


SECONDS, one_edit.SECONDS = one_edit.SECONDS, 0.0  # of all that tests and their fixtures check


@pytest.fixture(autouse=True)
def edits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit of the code, which takes seconds, is looked for in tests that are marked `edits`, and in no other.

    On a busy machine it is waited for longer, and memory that another test shares does not keep it away.
    """
    if request.node.get_closest_marker("edits"):
        monkeypatch.setattr(one_edit, "SECONDS", SECONDS)
        monkeypatch.setattr(one_edit, "LONGEST", 600.0)
        monkeypatch.setattr(forked, "_shares_memory", lambda: False)


@pytest.fixture(autouse=True)
def held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of the cost, which takes seconds too, are held in tests that are marked `held`, `edits` or `slow`."""
    if not any(request.node.get_closest_marker(mark) for mark in ("held", "edits", "slow")):
        monkeypatch.setattr(held_paths, "SECONDS", 0.0)
