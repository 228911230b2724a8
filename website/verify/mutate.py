"""The verifier, verified: mutate a block in every way that matters, and see whether its page turns red.

A page is run once; before each block a child process takes over and evaluates the mutated block instead, with
the same parser and evaluators, so that nothing above it is run again.
"""

import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from website.verify import blocks, prompts, sandbox
from website.verify.blocks import CodeBlock
from website.verify.document import Page, Runner, Running
from website.verify.execute import Ran

# Bounds that are powers of ten, sure digits, evaluations, and wrong entries of a large block.
_LET_PASS = re.compile(r"(?:±|<|below)\s+1e([+-]?\d+)|\bto (\d+) digits\b|\babout (\d+) for each\b|\b(\d+) of \d\d")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.I)


@dataclass(frozen=True)
class Mutant:
    """One mutated page: it must turn red at one of its blocks, `first` to `last` (counted from 0)."""

    line: int
    how: str
    text: str
    first: int
    last: int


def mutants(text: str, path: str, rng: random.Random) -> list[Mutant]:
    """Every way of spoiling each block of a page, one at a time."""
    found = blocks.find(text, path)
    made = []
    for index, block in enumerate(found):
        shown = index + 1 < len(found) and found[index + 1].kind == blocks.OUTPUT
        for how, start, end, new in _EDITS[block.kind](block, rng) if block.kind in _EDITS else ():
            mutated = _replaced(text, start, end, [block.prefix + line for line in new])
            removed = how == "output block removed"
            first = index - 1 if removed else index
            last = index + 1 if block.kind == blocks.PYTHON and shown else first
            made.append(Mutant(block.line, how, mutated, first, last))
    return made


Edit = tuple[str, int, int, list[str]]  # how; from line, to the line before; these lines instead


def _pycon(block: CodeBlock, rng: random.Random) -> Iterator[Edit]:
    for step in prompts.python(block.source):
        line, answer, end = (block.line + 1 + k for k in (step.line, step.answer, step.end))
        yield "code raises", line, answer, ['>>> raise SystemError("mutated")']
        yield "code prints something else", line, answer, ['>>> print("mutated")']
        if step.want:
            yield "output changed", answer, end, changed(step.want, rng).splitlines()
            yield "output removed", answer, end, []


def _python(block: CodeBlock, rng: random.Random) -> Iterator[Edit]:
    yield "code raises", block.end, block.end, ['raise SystemError("mutated")']
    yield "code prints something else", block.end, block.end, ['print("mutated")']


def _output(block: CodeBlock, rng: random.Random) -> Iterator[Edit]:
    yield "output changed", block.line + 1, block.end, changed(block.source, rng).splitlines()
    yield "output removed", block.line + 1, block.end, []
    yield "output block removed", block.line, block.end + 1, []


def _console(block: CodeBlock, rng: random.Random) -> Iterator[Edit]:
    for step in prompts.shell(block.source):
        line, first, last = (block.line + 1 + k for k in (step.line, step.answer, step.end))
        yield "command fails", line, first, ["$ exit 77"]
        yield "command prints something else", line, first, ["$ echo mutated"]
        yield "output changed", first, last, changed(step.want, rng).splitlines()


_EDITS = {blocks.PYCON: _pycon, blocks.PYTHON: _python, blocks.OUTPUT: _output, blocks.CONSOLE: _console}


def changed(output: str, rng: random.Random) -> str:
    """The output with the last digit of one number off by one, or one letter wrong."""
    start = _message(output)
    if spots := [at for at in last_digits(output) if at >= start]:
        return another_digit(output, rng.choice(spots), rng.choice((1, -1)))
    letters = [at for at in range(start, len(output)) if output[at].isalpha()]
    if letters:
        at = rng.choice(letters)
        return output[:at] + ("x" if output[at] != "x" else "y") + output[at + 1 :]
    return output + "mutated\n"


def another_digit(output: str, at: int, by: int) -> str:
    """The output with one digit off by so many; by twice as many where one more or less is let pass: equality.py."""
    by *= 1 + any(at in range(*found.span(found.lastindex or 0)) for found in _LET_PASS.finditer(output))
    return output[:at] + str((int(output[at]) + by) % 10) + output[at + 1 :]


def last_digits(output: str) -> Iterator[int]:
    """Where the last digit of each number stands, and that of its exponent."""
    for number in _NUMBER.finditer(output):
        yield max(at for at in range(*number.span(1)) if output[at].isdigit())
        if number[2]:
            yield number.end(2) - 1


def _message(output: str) -> int:
    """Where the part that is compared begins: of a traceback, only the message is."""
    if not output.startswith("Traceback ("):
        return 0
    lines = output.splitlines(keepends=True)
    k = next(k for k, line in enumerate(lines) if k and not line.startswith(" "))
    return sum(map(len, lines[:k]))


def _replaced(text: str, start: int, end: int, new: list[str]) -> str:
    lines = text.splitlines()
    lines[start - 1 : end - 1] = new
    return "\n".join(lines) + "\n"


def survivors(text: str, path: str, chosen: list[Mutant]) -> list[Mutant]:
    """Those mutated pages that stay green: there must be none."""
    page = Page.of(text, path)
    if not sandbox.FORKS:
        return [mutant for mutant in chosen if not _turns_red(mutant, path)]
    found: list[Mutant] = []
    last = max((mutant.first for mutant in chosen), default=-1)
    with sandbox.folder(whole_project=False) as folder:
        process = sandbox.Process(_Host, page, folder)
        try:
            for index, block in enumerate(page.blocks):
                mine = [mutant for mutant in chosen if mutant.first == index]
                red = process.ask(mine, limit=sandbox.LIMIT * (1 + len(mine)))
                found += [mutant for mutant, caught in zip(mine, red, strict=True) if not caught]
                if index < last and not block.reason and block.kind != blocks.OUTPUT:
                    process.ask(index)
        finally:
            process.end()
    return found


class _Host(Runner):
    """A page in its process, from which for each mutant a child takes over, which has all that ran so far."""

    printed = ""

    def __call__(self, question: Any) -> Any:
        if isinstance(question, list):
            return [self._child(mutant) for mutant in question]
        rans = super().__call__(question)
        self.printed = rans[0].printed if rans else ""
        return rans

    def _child(self, mutant: Mutant) -> bool:
        """Does the mutant turn its page red?"""
        child = os.fork()
        if child == 0:
            red = False
            try:
                red = self._red(mutant)
            finally:
                os._exit(0 if red else 1)
        return os.waitpid(child, 0)[1] == 0

    def _red(self, mutant: Mutant) -> bool:
        page = Page.of(mutant.text, self.page.path)
        with tempfile.TemporaryDirectory() as copy:  # what a mutated command writes, the right one must not find
            self.folder = Path(shutil.copytree(self.folder, copy, dirs_exist_ok=True))
            os.chdir(self.folder)
            sys.path.insert(0, copy)
            running = Running(page, self)
            running.done = {k: [] for k in range(mutant.first)}
            running.printed = self.printed
            self.page = page
            return any(running.failures(k) for k in range(mutant.first, mutant.last + 1))

    def ask(self, index: int) -> list[Ran]:
        """As the process of a page is asked, from within."""
        return self.run(self.page, index)


def _turns_red(mutant: Mutant, path: str) -> bool:
    """The same, with all above it run again."""
    with Page.of(mutant.text, path).running() as running:
        return any(running.failures(k) for k in range(mutant.last + 1))
