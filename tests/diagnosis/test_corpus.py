"""Mistakes of real life get a first finding that is right, or at least useful: `python -m tests.diagnosis.count`."""

import numpy as np
import pytest

from gradlab import Verdict
from tests.diagnosis.corpus import CASES
from tests.diagnosis.count import counted

SEEDS = range(3)


@pytest.fixture(scope="module")
def counts():
    return counted(SEEDS)


def test_seven_of_ten_are_named_rightly(counts):
    assert len(counts["right"]) >= 0.7 * sum(map(len, counts.values()))


def test_nineteen_of_twenty_are_named_or_placed(counts):
    assert len(counts["right"]) + len(counts["useful"]) >= 0.95 * sum(map(len, counts.values()))


def test_no_finding_misleads(counts):
    assert counts["misleading"] == []


@pytest.mark.parametrize("name", CASES)
def test_the_mistake_is_no_pass(name):
    report = CASES[name][2](np.random.default_rng(7))
    assert report.verdict in (Verdict.WRONG, Verdict.UNDECIDED)


@pytest.mark.parametrize("name", CASES)
def test_what_says_little_never_stands_first(name):
    report = CASES[name][2](np.random.default_rng(8))
    assert report.findings[0].code not in {"GL121", "GL122"}
