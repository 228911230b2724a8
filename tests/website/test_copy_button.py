"""What the copy button gives is clean, and it runs: page by page, each in a fresh namespace."""

import html
import re
from pathlib import Path

import pytest

from tests.chosen import sample
from website.pages import copy_button
from website.paths import ROOT
from website.verify import blocks, execute, needs, rendered, rewrite, sandbox
from website.verify.document import Page, Runner

PAGES = [page for page in rewrite.pages() if not needs.missing(page.read_text(encoding="utf-8"))]
SHOWN = re.compile(
    r'<div (?:data-copy="(?P<copy>[^"]*)" )?class="language-[\w+-]+[^>]*>(?P<body>.*?)</code></pre>', re.S
)


@pytest.mark.parametrize(
    ("lang", "source", "clean"),
    [
        ("pycon", ">>> x = 1\n>>> x\n1\n", "x = 1\nx"),
        ("pycon", ">>> for i in [1]:\n...     print(i)\n1\n>>> i\n1\n", "for i in [1]:\n    print(i)\n\ni"),
        ("pycon", ">>> for i in [1]:\n...     print(i)\n...\n1\n>>> i\n1\n", "for i in [1]:\n    print(i)\n\ni"),
        ("pycon", ">>> # why\n>>> f(1,\n...   2)\n3\n\n>>> 4\n4\n", "# why\nf(1,\n  2)\n\n4"),
        ("pycon", ">>> print('>>> a')\n>>> a\n", "print('>>> a')\na"),
        (
            "pycon",
            ">>> 1/0\nTraceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n",
            "1/0",
        ),
        ("console", "$ cd a\n$ ls\nb\n> c\n", "cd a\nls"),
        ("console", "$ cat <<'E'\n> 1\n> E\n1\n", "cat <<'E'\n1\nE"),
        ("python", "x = 1\n\n\ny = 2\n", "x = 1\n\n\ny = 2"),
    ],
)
def test_clean(lang: str, source: str, clean: str) -> None:
    assert copy_button.clean(lang, source) == clean


@pytest.mark.parametrize("head", ["```pycon", '```pycon linenums="1" title="A"', '```{ .pycon .wide hl_lines="1" }'])
def test_attribute(head: str) -> None:
    page = copy_button.with_copies(rendered.render(f"{head}\n>>> \"<a & b>\"\n'<a & b>'\n>>> 2\n2\n```\n"))
    assert copied(page) == ['"<a & b>"\n2']
    assert page.count("data-copy") == 1
    assert copy_button.with_copies(page) == page


def test_an_empty_line_of_output_is_shown_as_one() -> None:
    page = rendered.render("```pycon\n>>> print('a\\n\\nb')\na\n<BLANKLINE>\nb\n```\n")
    assert rendered.blocks(page) == [">>> print('a\\n\\nb')\na\n<BLANKLINE>\nb"]
    assert rendered.blocks(copy_button.with_copies(page)) == [">>> print('a\\n\\nb')\na\n\nb"]
    assert copied(copy_button.with_copies(page)) == ["print('a\\n\\nb')"]


def copied(page: str) -> list[str]:
    """What the copy button of each block gives: its attribute, or the text of the block."""
    return [
        html.unescape(block["copy"]) if block["copy"] is not None else copy_button.text_of(block["body"])
        for block in SHOWN.finditer(page)
    ]


@pytest.mark.parametrize("page", sample(PAGES, 6), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_copies_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = blocks.find(text)
    given = copied(copy_button.with_copies(rendered.render(text)))
    assert len(given) == len(found)
    runs = Page(text, str(page), found)
    shell = any(block.kind == blocks.CONSOLE for block in found)
    with sandbox.folder(whole_project=shell and page.parent == ROOT) as folder:
        process = sandbox.Process(Copies, runs, folder)
        try:
            for block, code in zip(found, given, strict=True):
                assert not re.search(r"^(>>>|\$) ", code, re.M) or block.kind == blocks.OUTPUT
                failure = process.ask((block, code))
                assert not failure, f"{page}:{block.line}: the copy of this block\n{code}\n{failure}"
        finally:
            process.end()


class Copies(Runner):
    """A page in its process, whose blocks are run as they were copied."""

    def __call__(self, question: tuple[blocks.CodeBlock, str]) -> str:
        return run_copy(*question, self)


def run_copy(block: blocks.CodeBlock, code: str, page: Runner) -> str:
    """Run what was copied, as a script; returns what went wrong."""
    if block.kind in (blocks.PYTHON, blocks.PYCON):
        if block.options.get("title", "").endswith(".py"):
            (page.folder / block.options["title"]).write_text(code + "\n", encoding="utf-8")
        plain = blocks.CodeBlock(blocks.PYTHON, block.line, block.end, "", block.fence, code + "\n")
        error = execute.plain(plain, page.module.__dict__, "copy", page.watch.out)[0].error
        expected = "Traceback (most recent call last):" in block.source and block.kind == blocks.PYCON
        return "" if bool(error) == expected else error or "raised nothing, though the page shows an exception"
    if block.kind == blocks.CONSOLE:
        printed, status, _ = execute.command(code, page.folder)
        return "" if status == int(block.options.get("data-exit", "0")) else printed
    return ""
