"""The verifier, verified: mutate a block in every way that matters, and see whether its page turns red.

A page is run once; before each block a child process takes over and evaluates the mutated block instead, with
the same parser and evaluators, so that nothing above it is run again.
"""

import os
import random
import re
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import SkipTest

from sybil.example import SybilFailure

from website.verify import blocks, document, prompts
from website.verify.blocks import Block

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
        for how, start, end, new in _EDITS.get(block.kind, lambda block, rng: iter(()))(block, rng):
            mutated = _replaced(text, start, end, [block.prefix + line for line in new])
            removed = how == "output block removed"
            first = index - 1 if removed else index
            last = index + 1 if block.kind == blocks.PYTHON and shown else first
            made.append(Mutant(block.line, how, mutated, first, last))
    return made


Edit = tuple[str, int, int, list[str]]  # how; from line, to the line before; these lines instead


def _pycon(block: Block, rng: random.Random) -> Iterator[Edit]:
    for step in prompts.python(block.source):
        line, answer, end = (block.line + 1 + k for k in (step.line, step.answer, step.end))
        yield "code raises", line, answer, ['>>> raise SystemError("mutated")']
        yield "code prints something else", line, answer, ['>>> print("mutated")']
        if step.want:
            yield "output changed", answer, end, changed(step.want, rng).splitlines()
            yield "output removed", answer, end, []


def _python(block: Block, rng: random.Random) -> Iterator[Edit]:
    yield "code raises", block.end, block.end, ['raise SystemError("mutated")']
    yield "code prints something else", block.end, block.end, ['print("mutated")']


def _output(block: Block, rng: random.Random) -> Iterator[Edit]:
    yield "output changed", block.line + 1, block.end, changed(block.source, rng).splitlines()
    yield "output removed", block.line + 1, block.end, []
    yield "output block removed", block.line, block.end + 1, []


def _console(block: Block, rng: random.Random) -> Iterator[Edit]:
    for step in prompts.shell(block.source):
        line, first, last = (block.line + 1 + k for k in (step.line, step.answer, step.end))
        yield "command fails", line, first, ["$ exit 77"]
        yield "command prints something else", line, first, ["$ echo mutated"]
        yield "output changed", first, last, changed(step.want, rng).splitlines()


_EDITS = {blocks.PYCON: _pycon, blocks.PYTHON: _python, blocks.OUTPUT: _output, blocks.CONSOLE: _console}


def changed(output: str, rng: random.Random) -> str:
    """The output with one number wrong by two units of its last digit or more, or one letter wrong."""
    start = _message(output)
    spots = [spot for number in _NUMBER.finditer(output, start) for spot in _last_digits(number)]
    if spots:
        at = rng.choice(spots)
        return output[:at] + str((int(output[at]) + 2) % 10) + output[at + 1 :]
    letters = [at for at in range(start, len(output)) if output[at].isalpha()]
    if letters:
        at = rng.choice(letters)
        return output[:at] + ("x" if output[at] != "x" else "y") + output[at + 1 :]
    return output + "mutated\n"


def _last_digits(number: re.Match[str]) -> list[int]:
    """Where the last digit of a number stands, and that of its exponent. Beyond 15 digits a float has no more."""
    mantissa, exponent = number.start(1), number.end(2)
    digits = [at for at in range(mantissa, number.end(1)) if number.string[at].isdigit()]
    return [digits[:15][-1]] + ([exponent - 1] if number[2] else [])


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
    page = document.load(text, path)
    survivors = []
    last = max((mutant.first for mutant in chosen), default=-1)
    with page.running() as page.folder:
        for index, example in enumerate(page.examples()):
            survivors += [s for s in chosen if s.first == index and not _in_child(page, s)]
            if index < last and not example.parsed.reason:
                document.evaluate(example)
    return survivors


def _in_child(page: document.Page, mutant: Mutant) -> bool:
    """Evaluate in a child process, which has all that ran so far; elsewhere than on Linux, run it all again."""
    if sys.platform != "linux":
        return turns_red(mutant, page.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python 3.12 warns of the threads that pytest-xdist keeps
        child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(120)
        red = False
        try:
            red = turns_red(mutant, page.path, page)
        finally:
            os._exit(0 if red else 1)
    return os.waitpid(child, 0)[1] == 0


def turns_red(mutant: Mutant, path: str, so_far: document.Page | None = None) -> bool:
    """Does the mutated page fail, with the failure of a block? A page that passes or skips does not."""
    page = document.load(mutant.text, path)
    if so_far is None:
        with page.running() as page.folder:
            return _fails(page, mutant)
    page.module, page.namespace = so_far.module, so_far.namespace
    page.printed, page.filters = so_far.printed, so_far.filters
    page.done = {example.line for example in list(page.examples())[: mutant.first]}
    with tempfile.TemporaryDirectory() as copy:  # what a mutated command writes, the right one must not find
        page.folder = Path(shutil.copytree(so_far.folder, copy, dirs_exist_ok=True))
        os.chdir(page.folder)
        sys.path.insert(0, copy)
        return _fails(page, mutant)


def _fails(page: document.Page, mutant: Mutant) -> bool:
    for example in list(page.examples())[mutant.first : mutant.last + 1]:
        try:
            document.evaluate(example)
        except SybilFailure:
            return True
        except SkipTest:
            return False
    return False
