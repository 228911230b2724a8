"""What every Python block of every page should print: from Markdown and docstrings, not from the built pages."""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from website.pages import live_blocks
from website.paths import ROOT
from website.verify import blocks, prompts
from website.verify.blocks import CodeBlock

DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Wanted:
    """One block as its source has it."""

    where: str
    code: str
    want: str


def addresses() -> dict[str, Path]:
    """Address of every page that is written in Markdown -> its file."""
    found = {}
    for path in sorted(DOCS.rglob("*.md")):
        place = path.relative_to(DOCS).with_suffix("").as_posix()
        found["" if place == "index" else place.removesuffix("/index") + "/"] = path
    return found


def page(path: Path) -> list[Wanted]:
    """The Python blocks of a page in order; of a reference page also the examples of what it describes."""
    text = path.read_text(encoding="utf-8")
    found = blocks.find(text, path.name)
    wanted = {block.line: _wanted(path, block, after) for block, after in zip_longest(found, found[1:])}
    lines = {line: [entry] for line, entry in wanted.items() if entry}
    for number, line in enumerate(text.splitlines(), 1):
        if described := re.match(r"::: (gradlab[\w.]*)", line):
            lines[number] = list(examples(described[1]))
    return [entry for number in sorted(lines) for entry in lines[number]]


def _wanted(path: Path, block: CodeBlock, after: CodeBlock | None) -> Wanted | None:
    if block.kind not in (blocks.PYTHON, blocks.PYCON) or "data-local" in block.options or block.missing:
        return None
    where = f"{path.relative_to(ROOT)}:{block.line}"
    if block.kind == blocks.PYTHON:
        shown = after is not None and after.kind == blocks.OUTPUT
        return Wanted(where, block.source.rstrip("\n"), after.source if shown else "")
    return _session(where, block.source)


def _session(where: str, source: str) -> Wanted:
    steps = list(prompts.python(source))
    return Wanted(where, "".join(s.code for s in steps).rstrip("\n"), "".join(s.want for s in steps))


def examples(name: str) -> Iterator[Wanted]:
    """The sessions in the docstring of an object, and of the public members that it defines itself."""
    if live_blocks.local(name):
        return
    yield from _examples(name, pkgutil.resolve_name(name))  # modules first: gradlab.strength is a function too


def _examples(name: str, described: Any) -> Iterator[Wanted]:
    for session in re.findall(r"^>>>.*?(?:\n\s*?\n|\Z)", inspect.getdoc(described) or "", re.S | re.M):
        yield _session(name, session + "\n")
    for member, value in vars(described).items() if inspect.ismodule(described) or inspect.isclass(described) else ():
        own = inspect.isclass(described) or getattr(value, "__module__", "") == described.__name__
        documented = inspect.isroutine(value) or inspect.isclass(value) or isinstance(value, property)
        if own and documented and not re.match(r"_(?!_)", member):
            yield from _examples(f"{name}.{member}", value)
