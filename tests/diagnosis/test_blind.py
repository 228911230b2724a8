"""Mistakes that others wrote without seeing the diagnosis: what their first findings are worth, with floors."""

import pytest

from gradlab import Verdict
from gradlab.diagnosis import one_edit
from tests.diagnosis import blind

pytestmark = [pytest.mark.edits, pytest.mark.slow]

# Measured: 35 and 24 right, 2 and 2 useless. An edit may be missed on a busy machine: its search has a time limit.
LEAST_RIGHT = {"a": 32, "b": 22}
MOST_USELESS = {"a": 4, "b": 3}


@pytest.fixture(autouse=True, scope="module")
def patience():
    """On a busy machine the processor takes longer; another test may have left memory that is shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_edit, "LONGEST", 600.0)
        patch.setattr("gradlab.diagnosis.forked._shares_memory", lambda: False)
        yield


@pytest.mark.parametrize("batch", ["a", "b"])
def test_first_findings_are_right_or_useful(batch):
    names = [name for name in blind.NAMES if name.startswith(batch)]
    found = {}
    for name in names:
        right, wrong = blind.reports(name)
        assert right.ok, name
        assert right.findings == (), name
        assert wrong.verdict is Verdict.WRONG, name
        found[name] = blind.worth(name, wrong.findings[0].code)
    counted = {worth: [name for name in names if found[name] == worth] for worth in set(found.values())}
    assert "misleading" not in counted, counted["misleading"]
    assert len(counted["right"]) >= LEAST_RIGHT[batch], counted
    assert len(counted.get("useless", [])) <= MOST_USELESS[batch], counted
