"""Every constant says what it does, how it was found and in what unit; half and twice of it were measured."""

import re
from pathlib import Path

import pytest

from benchmarks.constants import HARDEST, measured, stored
from benchmarks.derivatives import CASES
from benchmarks.hard import KINDS
from benchmarks.records import read
from benchmarks.tuned import found, varied
from gradlab import constants

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "constants.md"

FOUND = found()


def test_all_of_them_are_found():
    public = {name for name in vars(constants) if name.isupper()}
    assert {constant.name for constant in FOUND} == public
    assert len(public) > 50


@pytest.mark.parametrize("constant", FOUND, ids=lambda constant: constant.name)
def test_it_says_what_it_does_and_how_it_was_found_and_in_what_unit(constant):
    what, *how, unit = constant.paragraphs
    assert len(what.split()) >= 5
    assert any(re.match(r"(Derived|Chosen|Quoted): |Tuned on ", paragraph) for paragraph in how)
    assert re.fullmatch(r"Unit: .+\.", unit)


@pytest.mark.parametrize("constant", FOUND, ids=lambda constant: constant.name)
def test_the_record_is_of_this_value(constant):
    """If not: `python -m benchmarks.constants` measures what is new, in seconds a constant."""
    row = read("constants")[constant.name]
    assert row["value"] == stored(constant.value)
    assert {"date", "seeds", "as it is", "half", "twice"} <= row.keys()


def test_the_record_has_no_constant_that_is_gone():
    assert set(read("constants")) == {constant.name for constant in FOUND}


@pytest.mark.slow
def test_a_constant_that_is_spoiled_is_seen_in_the_measurement():
    """Bounds of nothing: right gradients are called wrong, and the measurement says so; then all is as before."""
    before = constants.SAFETY
    spoiled = measured("SAFETY", 1e-6, most=2)
    assert spoiled["right, called wrong"] > 0
    assert before == constants.SAFETY
    assert not measured(most=2).get("right, called wrong")


def test_half_and_twice():
    by_name = {constant.name: varied(constant) for constant in FOUND}
    assert by_name["SAFETY"] == {"half": 1.5, "twice": 6.0}
    assert by_name["SAMPLE"] == {"half": 32, "twice": 128}
    assert by_name["SYMMETRY_STEPS"]["twice"] == (2e-3, 2e-4, 2e-5, 2e-6)


def test_the_page_says_what_is_measured():
    text = PAGE.read_text(encoding="utf-8").replace("\n", " ")
    for words in (f"{len(KINDS)} kinds of cost", f"{len(CASES)} derivatives of one variable", "and five networks"):
        assert words in text
    assert len(HARDEST) == 5
