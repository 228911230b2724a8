"""`make outputs`: run the pages and rewrite the outputs that no longer match, to be read as a diff.

`python -m website.outputs docs/learn/one-page.md` does one page; without arguments, all of them. An output
that still matches, to the digits written, stays as it is. A page that raises an exception which it does not
show is left alone, and so is one that shows an exception which is no longer raised.
"""

import difflib
import os
import re
import sys
import tempfile
from pathlib import Path

from sybil import Example

from website.paths import ROOT
from website.verify import blocks, document, execute, sandbox
from website.verify.blocks import Unverified

Edit = tuple[int, int, list[str]]  # from line, to the line before, these lines instead


class Raised(Exception):
    """A block failed in a way that its page does not show."""


def pages(root: Path = ROOT) -> list[Path]:
    """Every page of the site, README and CONTRIBUTING."""
    front = [root / name for name in ("README.md", "CONTRIBUTING.md")]
    return [page for page in [*front, *sorted((root / "docs").rglob("*.md"))] if page.exists()]


def rewrite(text: str, path: str) -> str:
    """The text of a page with its outputs as they are now."""
    page = document.load(text, path)
    edits: list[Edit] = []
    with page.running() as page.folder:
        for example in page.examples():
            if not example.parsed.reason:
                with sandbox.filtered(page.filters):
                    edits += _edits(page, example)
    lines = text.splitlines()
    for start, end, new in sorted(edits, reverse=True):
        lines[start - 1 : end - 1] = new
    return "\n".join(lines) + "\n"


def _edits(page: document.Page, example: Example) -> list[Edit]:
    """What must be rewritten in, or after, one block."""
    block = example.parsed
    if block.kind == blocks.PYTHON:
        document.save(block, page.folder)
        page.printed, error = execute.plain(block, page.namespace, page.path)
        if error:
            raise Raised(f"{page.name}:{block.line}: raised\n{error}")
        if page.printed and not example.region.lexemes["shown"]:
            return [(block.end + 1, block.end + 1, _output_block(block, page.printed))]
        return []
    if block.kind == blocks.OUTPUT:
        if not page.printed:
            raise Raised(f"{page.name}:{block.line}: the code above prints nothing: remove this block")
        if execute.same(block.source, page.printed):
            return []
        return [(block.line + 1, block.end, _prefixed(block.prefix, page.printed))]
    prompts = block.kind == blocks.PYCON
    results = execute.session(block, page.namespace) if prompts else execute.shell(block, page.folder)
    for result in results:
        if result.error:
            raise Raised(f"{page.name}:{result.line}:\n{result}")
    return [
        (*result.output, _prefixed(block.prefix, _blank_lines(result.got) if prompts else result.got))
        for result in results
        if not result.ok
    ]


def _output_block(block: blocks.Block, printed: str) -> list[str]:
    """A whole Output block, to stand after the code that prints."""
    fence = block.fence
    while fence in printed:
        fence += fence[0]
    shown = _prefixed(block.prefix, printed)
    opening = f'{block.prefix}{fence}text title="Output"'
    return [block.prefix.rstrip(), opening, *shown, block.prefix + fence]


def _blank_lines(got: str) -> str:
    return re.sub(r"^[ \t]*$(?=\n)", "<BLANKLINE>", got, flags=re.M)


def _prefixed(prefix: str, text: str) -> list[str]:
    return [(prefix + line).rstrip() for line in _settled(text).splitlines()]


def _settled(text: str) -> str:
    """What differs from run to run becomes dots: seconds of a test run, addresses, temporary folders."""
    text = re.sub(r"\bin \d+\.\d+s\b", "in ...s", text)
    text = re.sub(r"\b0x[0-9a-f]{6,}\b", "0x...", text)
    return re.sub(re.escape(os.path.realpath(tempfile.gettempdir())) + r"/gradlab-\w+", "...", text)


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
