"""Every public function, and every option of it, stands in a block of a how-to page, which is run."""

import inspect
import re
from pathlib import Path

import pytest

import gradlab
from gradlab.check import Options

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
BLOCK = re.compile(r"^```(?:python|pycon|\{ \.python[^\n]*\})[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
CODE = "\n".join(block for page in HOWTO.glob("*.md") for block in BLOCK.findall(page.read_text(encoding="utf-8")))
FUNCTIONS = [name for name in gradlab.__all__ if inspect.isfunction(getattr(gradlab, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_stands_on_a_how_to_page(name):
    assert re.search(rf"\b{name}\b", CODE)


@pytest.mark.parametrize("option", [*Options.__annotations__, "cache", "vjp"])
def test_an_option_stands_on_a_how_to_page(option):
    assert re.search(rf"\b{option}=", CODE)


@pytest.mark.parametrize("method", [name for name in vars(gradlab.Report) if not name.startswith("_")])
def test_a_method_of_the_report_stands_on_a_how_to_page(method):
    assert re.search(rf"\.{method}\(", "\n".join(page.read_text(encoding="utf-8") for page in HOWTO.glob("*.md")))
