"""The reference page has a heading for every code, with an anchor of its name, and an example that shows it."""

import inspect
import re
from pathlib import Path

import pytest

import gradlab
from gradlab.diagnosis.diagnose import RULES
from gradlab.diagnosis.finding import PAGE

ROOT = Path(__file__).parents[2]
if not (ROOT / "docs").exists():
    pytest.skip("the sdist has no pages", allow_module_level=True)
TEXT = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
SOURCES = list((ROOT / "src" / "gradlab" / "diagnosis").glob("*.py"))


def codes_in_the_code():
    return {code for path in SOURCES for code in re.findall(r'"(GL\d{3})"', path.read_text(encoding="utf-8"))} | {
        inspect.getdoc(rule)[:5] for rule in RULES
    }


def codes_on_the_page():
    return re.findall(r"^## (GL\d{3}): .+ \{ #gl\d{3} \}$", TEXT, flags=re.MULTILINE)


def test_codes_and_headings_are_the_same():
    assert sorted(codes_in_the_code()) == codes_on_the_page()


def test_every_rule_yields_the_code_of_its_docstring():
    for rule in RULES:
        promised = set(re.findall(r"GL\d{3}", inspect.getdoc(rule)))
        yielded = set(re.findall(r'"(GL\d{3})"', inspect.getsource(inspect.getmodule(rule))))
        assert promised <= yielded


def test_anchors_are_the_codes():
    for code, anchor in re.findall(r"^## (GL\d{3}): .+ \{ #(.+) \}$", TEXT, flags=re.MULTILINE):
        assert anchor == code.lower()
        assert gradlab.Finding(code, None, "", "").page == f"{PAGE}#{anchor}"


def test_the_example_of_every_code_shows_it():
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE):
        if code := re.match(r"GL\d{3}", section):
            shown = re.findall(r'```text title="Output"\n(GL\d{3}) ', section)
            assert set(shown) == {code[0]}
