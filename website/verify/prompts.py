"""The prompts of a block, Python's and the shell's, each with what is shown below it."""

import doctest
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Prompt:
    """One prompt of a block and what is shown below it; lines are counted from 0 within the block."""

    line: int
    answer: int  # first line of what it gives
    end: int  # the line after
    code: str
    want: str


def python(source: str) -> Iterator[Prompt]:
    """Examples of a Python session, as doctest reads them."""
    lines = source.splitlines()
    for example in doctest.DocTestParser().get_examples(source):
        answer = example.lineno + 1
        while answer < len(lines) and lines[answer].lstrip(" ").startswith("..."):
            answer += 1
        yield Prompt(example.lineno, answer, answer + example.want.count("\n"), example.source, example.want)


def shell(source: str) -> Iterator[Prompt]:
    """Commands of a shell session: lines after `$ `, continued in those after `> `, then what is printed."""
    lines = source.splitlines()
    starts = [k for k, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        answer = next((k for k in range(start + 1, end) if not lines[k].startswith("> ")), end)
        code = "\n".join(line[2:] for line in lines[start:answer])
        yield Prompt(start, answer, end, code, "".join(line + "\n" for line in lines[answer:end]))
