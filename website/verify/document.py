"""Pages as tests, on Sybil's engine: every block of a page is one test, all share the page's namespace."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from unittest import SkipTest

from sybil import Document, Example, Region

from website.paths import ROOT
from website.verify import blocks, execute, sandbox
from website.verify.blocks import Block


class Page(Document):
    """A page in reading order: what its last plain block printed, where its shell blocks run."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(text, path)
        self.module = ModuleType("__main__")
        self.namespace = self.module.__dict__
        self.folder = Path()
        self.printed = ""
        self.filters: list[tuple[object, ...]] = []
        self.done: set[int] = set()

    @property
    def name(self) -> str:
        """The path as messages show it."""
        path = Path(self.path).resolve()
        return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()

    def running(self) -> AbstractContextManager[Path]:
        """All that this page changes is put back at the end."""
        shell = any(region.parsed.kind == blocks.CONSOLE for _, region in self.regions)
        return sandbox.page(self.module, whole_project=shell and self.name in ("README.md", "CONTRIBUTING.md"))


def regions(document: Document) -> Iterator[Region]:
    """Sybil's parser: one region for each block of the page; raises Unverified where there is none."""
    assert isinstance(document, Page)
    found = blocks.find(document.text, document.name)
    starts = [0]
    for line in document.text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for block, after in zip_longest(found, found[1:]):
        shown = after is not None and after.kind == blocks.OUTPUT
        evaluator = _skip if block.reason else EVALUATORS[block.kind]
        yield Region(starts[block.line - 1], starts[block.end], block, evaluator, {"shown": shown})


def load(text: str, path: str) -> Page:
    """A page from its text, with its regions."""
    page = Page(text, path)
    for region in regions(page):
        page.add(region)
    return page


def evaluate(example: Example) -> None:
    """Run one block, after those above it that have not run; raises SybilFailure, or SkipTest with the reason."""
    page = example.document
    assert isinstance(page, Page)
    for earlier in page.examples():
        if earlier.line < example.line and earlier.line not in page.done and not earlier.parsed.reason:
            evaluate(earlier)
    page.done.add(example.line)
    with sandbox.filtered(page.filters):
        example.evaluate()


def _pycon(example: Example) -> str:
    page, block = _of(example)
    return _failures(page, execute.session(block, page.namespace))


def _python(example: Example) -> str:
    page, block = _of(example)
    save(block, page.folder)
    page.printed, error = execute.plain(block, page.namespace, page.path)
    if error:
        return f"{page.name}:{block.line}: raised\n{error}"
    if page.printed and not example.region.lexemes["shown"]:
        return f'{page.name}:{block.line}: prints, but no ```text title="Output" block follows:\n{page.printed}'
    return ""


def _output(example: Example) -> str:
    page, block = _of(example)
    if not page.printed:
        return f"{page.name}:{block.line}: the code above prints nothing: remove this block"
    ok = execute.same(block.source, page.printed)
    inside = (block.line + 1, block.end)
    what = "what the code above prints"
    return _failures(page, [execute.Result(block.line, inside, what, block.source, page.printed, ok)])


def _console(example: Example) -> str:
    page, block = _of(example)
    return _failures(page, execute.shell(block, page.folder))


def _skip(example: Example) -> str:
    raise SkipTest(example.parsed.reason)


EVALUATORS = {
    blocks.PYCON: _pycon,
    blocks.PYTHON: _python,
    blocks.OUTPUT: _output,
    blocks.CONSOLE: _console,
    blocks.SKIP: _skip,
}


def save(block: Block, folder: Path) -> None:
    """A block with a file name for its title is also that file, for the shell blocks of its page."""
    title = block.options.get("title", "")
    if title.endswith(".py") and Path(title).name == title:
        (folder / title).write_text(block.source, encoding="utf-8")


def _of(example: Example) -> tuple[Page, Block]:
    page, block = example.document, example.parsed
    assert isinstance(page, Page)
    assert isinstance(block, Block)
    return page, block


def _failures(page: Page, results: list[execute.Result]) -> str:
    return "\n".join(f"{page.name}:{result.line}:\n{result}" for result in results if not result.ok)
