"""`make outputs`: run the pages and rewrite the outputs that no longer match, to be read as a diff.

`python -m website.outputs docs/learn/one-page.md` does one page; without arguments, all of them. An output
that still matches, to the digits written, stays as it is. A page that raises an exception which it does not
show is left alone, and so is one that shows an exception which is no longer raised.
"""

import difflib
import os
import re
import sys
from pathlib import Path

from mkdocs.structure.files import get_files

from website.paths import ROOT
from website.verify import blocks, rendered
from website.verify.blocks import Unverified
from website.verify.document import Page, Result

Edit = tuple[int, int, list[str]]  # from line, to the line before, these lines instead


class Raised(Exception):
    """A block failed in a way that its page does not show."""


def pages() -> list[Path]:
    """README, CONTRIBUTING, and every page that MkDocs itself says it shows, whatever its ending or place."""
    front = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
    shown = [Path(file.abs_src_path or "") for file in get_files(rendered.config()).documentation_pages()]
    return [page for page in [*front, *sorted(shown)] if page.exists()]


def rewrite(text: str, path: str) -> str:
    """The text of a page with its outputs as they are now."""
    page = Page.of(text, path)
    edits: list[Edit] = []
    with page.running() as running:
        for index, block in enumerate(page.blocks):
            edits += [_edit(page, block, result) for result in running.results(index) if not result.ok]
    lines = text.splitlines()
    for start, end, new in sorted(edits, reverse=True):
        lines[start - 1 : end - 1] = new
    return "\n".join(lines) + "\n"


def _edit(page: Page, block: blocks.CodeBlock, result: Result) -> Edit:
    """What must be rewritten in, or after, one block."""
    if result.error:
        raise Raised(f"{page.name}:{result.line}:\n{result}")
    if result.unshown:
        return (*result.output, _output_block(block, result.got))
    marked = re.sub(r"^[ \t]*$(?=\n)", "<BLANKLINE>", result.got, flags=re.M)
    return (*result.output, _prefixed(block.prefix, marked if block.kind == blocks.PYCON else result.got))


def _output_block(block: blocks.CodeBlock, printed: str) -> list[str]:
    """A whole Output block, to stand after the code that prints."""
    fence = block.fence
    while fence in printed:
        fence += fence[0]
    shown = _prefixed(block.prefix, printed)
    opening = f'{block.prefix}{fence}text title="Output"'
    return [block.prefix.rstrip(), opening, *shown, block.prefix + fence]


def _prefixed(prefix: str, text: str) -> list[str]:
    """Lines as they stand in the block. The seconds of a test run, which differ from run to run, become dots."""
    return [(prefix + line).rstrip() for line in re.sub(r"\bin \d+\.\d+s\b", "in ...s", text).splitlines()]


def main(names: list[str]) -> int:
    """Rewrite these pages, or all; print the diff. Returns 1 if a page could not be run to its end."""
    failed = changed = 0
    for path in [Path(name).resolve() for name in names] or pages():
        before = path.read_text(encoding="utf-8")
        try:
            after = rewrite(before, str(path))
        except (Unverified, Raised) as error:
            print(f"{error}\n", file=sys.stderr)
            failed += 1
            continue
        if after != before:
            old, new = (text.splitlines() for text in (before, after))
            print(*difflib.unified_diff(old, new, os.path.relpath(path), "as run", lineterm=""), sep="\n")
            path.write_text(after, encoding="utf-8", newline="\n")
            changed += 1
    print(f"{changed} page(s) rewritten, {failed} could not be run", file=sys.stderr)
    return 1 if failed else 0
