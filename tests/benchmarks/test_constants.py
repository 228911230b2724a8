"""Every constant says what it does, how it was found and in what unit."""

import re

import pytest

from benchmarks.tuned import found
from gradlab import constants

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
