"""What the reader sees is what the tests run: every rendered <pre> is a block that runs, and the reverse."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import jupytext
import pytest
from mkdocs.structure.files import get_files

from tests.website.placements import RENDERED, RIGHT, STRANGE
from website.paths import PACKAGE, ROOT
from website.verify import blocks, lint, rendered, rewrite
from website.verify.blocks import Unverified
from website.verify.document import Page
from website.verify.unproved import linked, unproved

PAGES = rewrite.pages()
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def running(text: str, path: str = "page.md") -> list[str]:
    """Sources of the blocks that are tests, in the order in which they run."""
    return [rendered.same_lines(block.source) for block in Page.of(text, path).blocks]


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


@pytest.mark.parametrize("name", STRANGE)
def test_html_that_markdown_does_not_make_is_refused(name: str) -> None:
    with pytest.raises(Unverified, match=r"page:1: raw HTML"):
        rendered.compare(STRANGE[name], ())


def test_at_most_three_skips_on_the_whole_site() -> None:
    skips = [
        (page.name, block.line)
        for page in PAGES
        for block in blocks.find(page.read_text("utf-8"))
        if "data-skip" in block.options
    ]
    assert len(skips) <= 3, skips


def test_pytest_runs_every_page_that_mkdocs_shows() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    every = {**os.environ, "GRADLAB_TESTS": "every"}  # with few, pages that agreed before are left out
    done = subprocess.run(
        [*command, "docs", "README.md", "CONTRIBUTING.md"], cwd=ROOT, env=every, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::line " in line}
    with_blocks = {
        name for page, name in zip(PAGES, NAMES, strict=True) if Page.of(page.read_text("utf-8"), name).blocks
    }
    assert collected == with_blocks
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["testpaths"]
    assert {"docs", "README.md", "CONTRIBUTING.md", "src"} <= set(told)


def test_nothing_else_in_docs_is_shown_but_scripts_and_pictures() -> None:
    others = [file for file in get_files(rendered.config()) if not file.is_documentation_page()]
    answers = [file for file in others if file.src_uri.startswith("labs/hunts/")]  # of the hunts, as data
    assert {Path(file.src_uri).suffix for file in answers} <= {".json"}
    kinds = {Path(file.src_uri).suffix for file in others if file not in answers}
    assert kinds <= {".py", ".png"}, [file.src_uri for file in others]
    pictures = [file.src_uri for file in others if file.src_uri.endswith(".png")]
    assert pictures == ["assets/site.png"], "a picture that no command draws may show what nobody computed"
    scripts = [file.src_uri for file in others if file.src_uri.endswith(".py")]
    assert all(script.startswith("gallery/") for script in scripts), scripts


@pytest.mark.parametrize("file", [*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")], ids=lambda file: file.name)
def test_markdown_that_is_no_page_has_no_blocks(file: Path) -> None:
    assert file in PAGES or not blocks.find(file.read_text("utf-8"), file.name)


@pytest.mark.parametrize("script", sorted((ROOT / "docs").rglob("*.py")), ids=lambda script: script.name)
def test_gallery_scripts_show_only_what_they_ran(script: Path) -> None:
    cells = jupytext.read(script).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert code
    assert not [problem for source in code for problem in lint.claims(source, 0)]
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    page = prose + "".join(f"\n\n```python\n{source}\n```\n" for source in code)
    assert not list(unproved(page, follow=linked(script)))
    magic = [line for source in code for line in source.splitlines() if line.startswith(("%", "!"))]
    assert not magic, "no Python, so nothing looks into it"
    assert not [cell.metadata for cell in cells if cell.metadata.get("tags")], "a tag may skip, hide or excuse a cell"
    for cell in cells:
        if cell.cell_type != "code":
            assert cell.cell_type == "markdown", f"{script.name}: what is a {cell.cell_type} cell?"
            rendered.compare(cell.source, (), script.name)
            assert not blocks.find(cell.source, script.name)


def documented(tree: ast.AST) -> set[int]:
    """Texts in which doctest looks for examples: of the module, its classes and functions, and of their methods."""
    found, todo = set(), [tree]
    for node in todo:
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            found.add(id(first.value))
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += [n for n in node.body if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return found


@pytest.mark.parametrize("source", [
    '"""Of a constant."""\nA = 1\n""">>> A\n2"""\n',
    'def f():\n    def g():\n        """>>> 1\n        2\n        """\n',
    'if True:\n    def f():\n        """>>> 1\n        2\n        """\n',
])  # fmt: skip
def test_an_example_where_doctest_does_not_look_is_seen(source: str) -> None:
    assert overlooked(source)


def overlooked(source: str) -> list[int]:
    """Lines of texts with prompts that the documentation may show and doctest does not run."""
    tree = ast.parse(source)
    known = documented(tree)
    alone = [n.value for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
    return [text.lineno for text in alone if ">>>" in str(text.value) and id(text) not in known]


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda module: module.name)
def test_doctest_finds_every_example_of_a_module(module: Path) -> None:
    assert overlooked(module.read_text(encoding="utf-8")) == []
