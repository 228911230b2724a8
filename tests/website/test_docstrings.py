"""Every example that the API pages show is a docstring example that pytest runs."""

import doctest
import importlib
import pkgutil
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from mkdocs.commands.build import build
from mkdocs.config import load_config

import gradlab
from website import lint, prompts
from website.state import ROOT

API_PAGES = [page for page in (ROOT / "docs").rglob("*.md") if re.search(r"^::: ", page.read_text("utf-8"), re.M)]
MODULES = sorted((ROOT / "src").rglob("*.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The API pages, built by MkDocs with the plugins of mkdocs.yml."""
    folder = tmp_path_factory.mktemp("api")
    for page in API_PAGES:
        target = folder / "docs" / page.relative_to(ROOT / "docs")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, target)
    paths = {"docs_dir": str(folder / "docs"), "site_dir": str(folder / "site")}
    config = load_config(str(ROOT / "mkdocs.yml"), hooks=[], **paths)
    config.nav = None
    build(config)
    return folder / "site"


def examples_that_run() -> set[tuple[str, str]]:
    """Source and output of each example that doctest finds in the package, as `pytest --doctest-modules` does."""
    names = [found.name for found in pkgutil.walk_packages(gradlab.__path__, "gradlab.")]
    finder, found = doctest.DocTestFinder(exclude_empty=True), set()
    for name in ["gradlab", *names]:
        for test in finder.find(importlib.import_module(name)):
            found.update((example.source, shown_of(example.want)) for example in test.examples)
    return found


def shown_of(want: str) -> str:
    """An output as far as both doctest and the API page show it (the page shows <BLANKLINE> as an empty line)."""
    return want.split("<BLANKLINE>")[0].rstrip("\n")


def test_every_example_of_the_api_pages_is_run(site: Path) -> None:
    assert API_PAGES
    run, shown = examples_that_run(), 0
    for page in API_PAGES:
        name = page.relative_to(ROOT / "docs").with_suffix("") / "index.html"
        soup = BeautifulSoup((site / name).read_text("utf-8"), "html.parser")
        for block in soup.find_all("pre"):
            if block.find_parent(class_="doc-signature") or block.find_parent(class_="mkdocstrings-source"):
                continue
            steps = list(prompts.python(block.get_text()))
            assert steps, f"{page}: shown as code, never run:\n{block.get_text()}"
            for step in steps:
                assert (step.code, shown_of(step.want)) in run, f"{page}: never run:\n{step.code}"
            shown += len(steps)
    assert shown


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_no_docstring_claims_what_doctest_does_not_see(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    problems = [found for step in prompts.python(text) for found in lint.claims(step.code, step.line + 1)]
    assert not problems, f"{module}: {problems}"
    assert "```" not in text, f"{module}: a fenced block in a docstring is never run: use >>> prompts"
