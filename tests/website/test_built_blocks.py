"""The built site, after all plugins and hooks: every <pre> in it is a block, a cell or an example that was run."""

import doctest
import importlib
import pkgutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import jupytext
import pytest
from bs4 import BeautifulSoup, SoupStrainer, Tag

import gradlab
from website.paths import ROOT
from website.verify import lint, prompts, rendered, rewrite
from website.verify.blocks import find

DOCS = ROOT / "docs"
PAGES = [page for page in rewrite.pages() if page.is_relative_to(DOCS)]
SCRIPTS = sorted(DOCS.rglob("*.py"))
MODULES = sorted((ROOT / "src").rglob("*.py"))


@cache
def article(site: Path, source: Path) -> Tag:
    """What a reader sees of a page: its main part."""
    relative = source.relative_to(DOCS).with_suffix("")
    folder = relative.parent if relative.name == "index" else relative
    html = (site / folder / "index.html").read_text("utf-8")
    found = BeautifulSoup(html, "html.parser", parse_only=SoupStrainer("article")).find("article")
    assert isinstance(found, Tag)
    return found


def texts(blocks: list[Tag]) -> list[str]:
    """Texts of <pre>, without what rendering does not keep."""
    return [rendered.same_lines(block.get_text()) for block in blocks]


def in_docstring(block: Tag) -> bool:
    return (
        block.find_parent(class_="doc-contents") is not None or block.find_parent(class_="doc-signature") is not None
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_pages(page: Path, site: Path) -> None:
    seen = [block for block in article(site, page).find_all("pre") if not in_docstring(block)]
    run = [block.source.replace("<BLANKLINE>", "") for block in find(page.read_text("utf-8"), page.name)]
    assert texts(seen) == [rendered.same_lines(source) for source in run]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_gallery_scripts(script: Path, site: Path) -> None:
    cells = [rendered.same_lines(cell.source) for cell in jupytext.read(script).cells if cell.cell_type == "code"]
    seen = article(site, script).find_all("pre")
    code = [block for block in seen if block.find_parent(class_="language-python")]
    answers = [block for block in seen if block.find_parent(class_="language-text")]
    assert texts(code) == cells
    assert len(code) + len(answers) == len(seen)


def examples_that_run() -> set[tuple[str, str]]:
    """Source and output of each example that doctest finds in the package, as `pytest --doctest-modules` does."""
    names = [found.name for found in pkgutil.walk_packages(gradlab.__path__, "gradlab.")]
    finder, found = doctest.DocTestFinder(exclude_empty=True), set()
    missing = tuple(f"gradlab.adapters.{name}" for name in ("torch", "jax", "tensorflow") if not find_spec(name))
    for name in {"gradlab", *names}:
        if name.startswith(missing):
            continue
        for test in finder.find(importlib.import_module(name)):
            found.update((example.source, shown_of(example.want)) for example in test.examples)
    return found


def shown_of(want: str) -> str:
    """An output as far as both doctest and the API page show it (the page shows <BLANKLINE> as an empty line)."""
    return want.split("<BLANKLINE>")[0].rstrip("\n")


def test_every_example_of_the_api_pages_is_run(site: Path) -> None:
    run, count = examples_that_run(), 0
    for page in PAGES:
        for block in filter(in_docstring, article(site, page).find_all("pre")):
            if block.find_parent(class_="doc-signature") or block.find_parent(class_="mkdocstrings-source"):
                continue
            steps = list(prompts.python(block.get_text()))
            assert steps, f"{page}: shown as code, never run:\n{block.get_text()}"
            for step in steps:
                assert (step.code, shown_of(step.want)) in run, f"{page}: never run:\n{step.code}"
            count += len(steps)
    assert count


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_no_docstring_claims_what_doctest_does_not_see(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    found = [one for step in prompts.python(text) for one in lint.claims(step.code, step.line + 1)]
    problems = [one for one in found if "a value that nothing uses" not in one[1]]  # doctest compares it
    assert not problems, f"{module}: {problems}"
    assert "```" not in text, f"{module}: a fenced block in a docstring is never run: use >>> prompts"
