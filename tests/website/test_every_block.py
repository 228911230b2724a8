"""What the reader sees is what the tests run: every rendered <pre> is a block that runs, and the reverse."""

import tomllib
from pathlib import Path

import jupytext
import pytest

from tests.website.placements import RENDERED, RIGHT
from website.paths import ROOT
from website.verify import blocks, document, lint, rendered, rewrite
from website.verify.blocks import Unverified

PAGES = rewrite.pages()
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def running(text: str, path: str = "page.md") -> list[str]:
    """Sources of the blocks that are tests, in the order in which they run."""
    return [rendered.same_lines(example.parsed.source) for example in document.load(text, path).examples()]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_rendered_blocks_are_the_blocks_that_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rendered.blocks(rendered.render(text)) == running(text, str(page))


@pytest.mark.parametrize("name", RIGHT)
def test_right_placements_are_rendered_as_they_run(name: str) -> None:
    text, _ = RIGHT[name]
    rendered.compare(text, blocks.find(text))
    assert rendered.blocks(rendered.render(text)) == running(text)


@pytest.mark.parametrize("name", RENDERED)
def test_rendering_refuses_what_the_text_does_not_tell(name: str) -> None:
    with pytest.raises(Unverified, match=r"page:\d+: (not shown|shown as|blocks are shown in another order)"):
        rendered.compare(RENDERED[name], blocks.find(RENDERED[name]))


def test_at_most_three_skips_on_the_whole_site() -> None:
    skips = [
        (page.name, block.line)
        for page in PAGES
        for block in blocks.find(page.read_text("utf-8"))
        if "data-skip" in block.options
    ]
    assert len(skips) <= 3, skips


def test_pytest_is_told_of_every_page() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["testpaths"]
    assert {page.relative_to(ROOT).parts[0] for page in PAGES} <= set(told)
    assert "src" in told


@pytest.mark.parametrize("file", [*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")], ids=lambda file: file.name)
def test_markdown_that_is_no_page_has_no_blocks(file: Path) -> None:
    assert file in PAGES or not blocks.find(file.read_text("utf-8"), file.name)


@pytest.mark.parametrize("script", sorted((ROOT / "docs").rglob("*.py")), ids=lambda script: script.name)
def test_gallery_scripts_claim_no_values_in_comments(script: Path) -> None:
    cells = [cell for cell in jupytext.read(script).cells if cell.cell_type == "code"]
    assert cells
    assert not [problem for cell in cells for problem in lint.claims(cell.source, 0)]
