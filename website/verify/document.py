"""A page as tests: what each of its blocks gives, beside what the page shows. The one interpreter of pages."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Protocol

from website.paths import ROOT
from website.verify import blocks, execute, needs, prompts, sandbox
from website.verify.blocks import CodeBlock
from website.verify.equality import same
from website.verify.execute import Ran
from website.verify.reach import Reach

_HUNT = re.compile(r"^#.*\bdata-(?:hunt|trap)=", re.M)
_HEADER = "Traceback (most recent call last):\n    ...\n"  # as pages show it


@dataclass(frozen=True)
class Result:
    """One example of a block: the lines of the page that show its output, and what it really gave."""

    line: int  # of the example
    output: tuple[int, int]  # first line of its output, and the line after
    code: str
    want: str
    got: str
    ok: bool
    error: str = ""  # what cannot be shown as its output
    unshown: bool = False  # it prints, and the page has no place for that

    def __str__(self) -> str:
        head = "".join(f"    {line}\n" for line in self.code.rstrip().splitlines())
        if self.error:
            return f"{head}raised\n{_indent(self.error)}"
        if self.unshown:
            return f'{head}prints, but no ```text title="Output" block follows:\n{_indent(self.got)}'
        want = _indent(self.want) if self.want else "    nothing\n"
        got = _indent(self.got) if self.got else "    nothing\n"
        return f"{head}expected\n{want}got\n{got}"


@dataclass(frozen=True)
class Page:
    """A page and its blocks, in reading order."""

    text: str
    path: str
    blocks: tuple[CodeBlock, ...]

    @classmethod
    def of(cls, text: str, path: str) -> "Page":
        """The page, cut into blocks. Raises Unverified, with the lines, if anything on it would not be verified."""
        return cls(text, path, blocks.find(text, name_of(path)))

    @property
    def name(self) -> str:
        """The path as messages show it."""
        return name_of(self.path)

    @contextmanager
    def running(self) -> Iterator["Running"]:
        """The page in a process of its own."""
        shell = any(block.kind == blocks.CONSOLE for block in self.blocks)
        with sandbox.folder(shell and self.name in ("README.md", "CONTRIBUTING.md")) as folder:
            process = sandbox.Process(Runner, self, folder)
            try:
                yield Running(self, process)
            finally:
                process.end()


def name_of(path: str) -> str:
    """A path from the project's root, if it lies there."""
    whole = Path(path).resolve()
    return whole.relative_to(ROOT).as_posix() if whole.is_relative_to(ROOT) else whole.as_posix()


class Asked(Protocol):
    """Whoever runs a block when asked for it."""

    def ask(self, index: int) -> list[Ran]: ...


class Running:
    """A page that runs, seen from outside: asks for one block after the other, and compares what they give."""

    def __init__(self, page: Page, process: Asked) -> None:
        self.page, self.process = page, process
        self.done: dict[int, list[Result]] = {}
        self.printed = ""

    def results(self, index: int) -> list[Result]:
        """The results of one block. Blocks above it that have not run yet run before it; none runs twice."""
        for k, block in enumerate(self.page.blocks[: index + 1]):
            if k not in self.done and not block.reason:
                self.done[k] = self._results(k, block)
        return self.done.get(index, [])

    def failures(self, index: int) -> str:
        """What is wrong with a block, or above it if that was not asked for before; empty if all is right."""
        new = [k for k in range(index + 1) if k not in self.done]
        self.results(index)
        return "\n".join(
            f"{self.page.name}:{result.line}:\n{result}"
            for k in new or [index]
            for result in self.done.get(k, [])
            if not result.ok
        )

    def _results(self, index: int, block: CodeBlock) -> list[Result]:
        if block.kind == blocks.OUTPUT:
            return [compared_output(block, self.printed)]
        try:
            rans: list[Ran] = self.process.ask(index)
        except sandbox.Ended as ended:
            rans = [Ran("", str(ended))]
        if block.kind == blocks.PYTHON:
            self.printed = rans[0].printed
        return compared(self.page, index, rans)


class Runner:
    """A page in its own process: runs the block that it is asked for."""

    def __init__(self, page: Page, folder: Path, module: ModuleType | None = None) -> None:
        self.page, self.folder = page, folder
        self.module = module or ModuleType("__main__")
        self.watch = sandbox.Watch()
        self.reach = Reach(page.path)
        sandbox.enter(self.module, folder)
        self.watch.keep_to(folder.parent)

    def __call__(self, index: int) -> list[Ran]:
        return self.run(self.page, index)

    def run(self, page: Page, index: int) -> list[Ran]:
        """Run a block of this page, or of a version of it."""
        block = page.blocks[index]
        try:
            with self.watch.limited():
                rans = self._run(block, page.path)
        except TimeoutError as error:  # of a command, or just after the code
            rans = [Ran("", str(error))]
        last = not any(other.kind in _RUN for other in page.blocks[index + 1 :])
        said = self.watch.complaints(self.module.__dict__ if last else None)
        shown = block.kind == blocks.PYCON and any(
            "Traceback (" in step.want for step in prompts.python(block.source)
        )
        failed = not shown and any(ran.error for ran in rans)
        if last and not said and not failed:
            said = "".join(_missed(page, self.reach))
        if not said and not failed and not shown:
            said = "".join(_swallowed(page, block, self.reach))
        if said:
            rans = [*rans[:-1], Ran(rans[-1].printed, rans[-1].error + said)] if rans else [Ran("", said)]
        return rans

    def _run(self, block: CodeBlock, path: str) -> list[Ran]:
        if block.kind == blocks.CONSOLE:
            return execute.shell(block, self.folder)
        if block.kind == blocks.PYTHON:
            save(block, self.folder)
        with self.reach.noted():
            return _RUN[block.kind](block, self.module.__dict__, path, self.watch.out)


_RUN: dict[str, Callable[..., list[Ran]]] = {
    blocks.PYTHON: execute.plain,
    blocks.PYCON: execute.session,
    blocks.CONSOLE: execute.shell,
}


def _missed(page: Page, reach: Reach) -> Iterator[str]:
    """Lines that no block of the page reaches, in words.

    Not asked for: files that the page's shell runs; the right code of a hunt, which the package's tests run; pages of
    frameworks, which may translate a function before they run it.
    """
    if _HUNT.search(page.text) or needs.of(page.text):
        return
    for block in page.blocks:
        if not block.reason and not block.options.get("title", "").endswith(".py"):
            for code, offset in _codes(block):
                for line in sorted(set(reach.missed(code, offset))):
                    yield f"{page.name}:{line}: no line of the page runs this: call what it is in, or leave it out\n"


def _swallowed(page: Page, block: CodeBlock, reach: Reach) -> Iterator[str]:
    """Asserts that failed though the block did not, in words."""
    for code, offset in _codes(block):
        for line in reach.swallowed(code, offset):
            yield f"{page.name}:{line}: this assert failed, and something kept that from the reader\n"


def _codes(block: CodeBlock) -> Iterator[tuple[str, int]]:
    """The code of a block, and how many lines stand above it."""
    if block.kind == blocks.PYTHON:
        yield block.source, block.line
    elif block.kind == blocks.PYCON:
        yield from ((step.code, block.line + step.line) for step in prompts.python(block.source))


def save(block: CodeBlock, folder: Path) -> None:
    """A block with a file name for its title is also that file, for the shell blocks of its page."""
    title = block.options.get("title", "")
    if title.endswith(".py") and Path(title).name == title:
        (folder / title).write_text(block.source, encoding="utf-8")


def compared(page: Page, index: int, rans: list[Ran]) -> list[Result]:
    """What the examples of a block gave, beside what the page shows for each."""
    block = page.blocks[index]
    if block.kind == blocks.PYTHON:
        shown = index + 1 < len(page.blocks) and page.blocks[index + 1].kind == blocks.OUTPUT
        return [_plain(block, rans[0], shown)]
    at = block.line + 1
    steps = list(prompts.python(block.source) if block.kind == blocks.PYCON else prompts.shell(block.source))
    results = []
    for step, ran in zip(steps, rans, strict=False):  # after an exception the rest has not run
        lines = (at + step.answer, at + step.end)
        if block.kind == blocks.PYCON:
            code = ">>> " + step.code.rstrip("\n").replace("\n", "\n... ")
            results.append(_prompt(Result(at + step.line, lines, code, step.want, ran.printed, False), ran))
        else:
            ok = not ran.error and same(step.want, ran.printed)
            results.append(Result(at + step.line, lines, "$ " + step.code, step.want, ran.printed, ok, ran.error))
    return results


def _plain(block: CodeBlock, ran: Ran, shown: bool) -> Result:
    after = (block.end + 1, block.end + 1)
    unshown = bool(ran.printed) and not shown and not ran.error
    ok = not ran.error and not unshown
    return Result(block.line, after, block.source, "", ran.printed, ok, ran.error, unshown)


def compared_output(block: CodeBlock, printed: str) -> Result:
    """What an Output block shows, and what the code above it printed."""
    lines, what = (block.line + 1, block.end), "what the code above prints"
    error = "" if printed else "the code above prints nothing: remove this block"
    ok = bool(printed) and same(block.source, printed)
    return Result(block.line, lines, what, block.source, printed, ok, error)


def _prompt(result: Result, ran: Ran) -> Result:
    """An example at a prompt: its output, or the exception that the page shows."""
    if result.want.startswith("Traceback ("):
        if not ran.raised:
            message = result.want.removeprefix(_HEADER).strip()
            return replace(result, error=ran.error or f"nothing, though the page shows {message}")
        got = ran.printed + _HEADER + ran.raised
        dotted = result.want if result.want.startswith(_HEADER) else _HEADER + result.want.partition("\n")[2]
        return replace(result, got=got, ok=same(dotted, got))
    if ran.error:
        return replace(result, error=ran.error)
    return replace(result, ok=same(unmarked(result.want), ran.printed))


def unmarked(want: str) -> str:
    """Doctest's mark for an empty line, as the empty line that it stands for."""
    return "".join("\n" if line.strip() == "<BLANKLINE>" else line + "\n" for line in want.splitlines())


def _indent(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.rstrip("\n").splitlines())
