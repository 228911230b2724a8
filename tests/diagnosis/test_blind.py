"""Mistakes that others wrote without seeing the diagnosis: whose first finding is right, and none where all is right.

The others are counted by `python -m tests.diagnosis.blind` alone: a search that finds nothing takes all its time.
"""

import pytest

from gradlab import Verdict
from gradlab.diagnosis import held_paths, one_edit
from tests.diagnosis import blind

pytestmark = [pytest.mark.edits, pytest.mark.slow]

EDITS, PARTS = 30.0, 120.0  # seconds: on a busy machine, or where branches are recorded, a search takes longer


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Time to find what is there."""
    monkeypatch.setattr(one_edit, "SECONDS", EDITS)
    monkeypatch.setattr(held_paths, "SECONDS", PARTS)


@pytest.mark.parametrize("name", blind.NAMED)
def test_the_first_finding_is_right(name):
    right, wrong = blind.report(name, "grads_right"), blind.report(name, "grads_wrong")
    assert right.ok
    assert right.findings == ()
    assert wrong.verdict is Verdict.WRONG
    assert blind.worth(name, wrong.findings[0].code) == "right", str(wrong)


@pytest.mark.parametrize("name", sorted(set(blind.NAMES) - set(blind.NAMED)))
def test_a_right_gradient_has_no_finding(name):
    right = blind.report(name, "grads_right")
    assert right.ok
    assert right.findings == ()


def test_of_ten_seven_are_named_rightly():
    for batch in ("a", "b"):
        every = [name for name in blind.NAMES if name.startswith(batch)]
        assert len([name for name in every if name in blind.NAMED]) >= 0.7 * len(every)
