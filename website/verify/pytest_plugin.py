"""The pytest side of the verifier: `pytest docs/learn/one-page.md` verifies that page, and records it."""

import doctest
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from _pytest.doctest import DoctestItem, MultipleDoctestFailures
from mkdocs.utils import is_markdown_file

from website.paths import PACKAGE, ROOT
from website.verify import record, rendered, rewrite, sandbox
from website.verify.blocks import Unverified
from website.verify.document import Page, Running, name_of
from website.verify.equality import Checker


@cache
def met() -> str:
    """What blocks meet, as it was when this process first asked."""
    return record.surroundings()


def _keeps(config: pytest.Config) -> bool:
    """Does a page that agreed run again only when something has changed that its blocks meet?

    So in `make test`; in CI, and where a page is named or pytest's cache is cleared, it always runs.
    """
    return os.environ.get("GRADLAB_TESTS") == "few" and not config.getoption("cacheclear", False)


class PageFile(pytest.File):
    """One page: its blocks in order, in one namespace, in a process and a folder of its own."""

    def collect(self) -> Iterator["BlockItem"]:
        text = self.path.read_text(encoding="utf-8")
        if _keeps(self.config) and record.stands(name_of(str(self.path)), text, met(), _record(self.config)):
            return
        try:
            self.page = Page.of(text, str(self.path))
            rendered.compare(self.page.text, self.page.blocks, self.page.name)
        except Unverified as error:
            raise self.CollectError(str(error)) from None
        for index, block in enumerate(self.page.blocks):
            yield BlockItem.from_parent(self, name=f"line {block.line} {block.kind}", index=index)

    def setup(self) -> None:
        self.open = ExitStack()
        self.running: Running = self.open.enter_context(self.page.running())

    def teardown(self) -> None:
        self.open.close()


class Wrong(Exception):
    """A block that does not give what its page shows; says where, what was expected, and what came."""


class BlockItem(pytest.Item):
    """One block of a page."""

    parent: PageFile

    def __init__(self, *, index: int, **words: Any) -> None:
        super().__init__(**words)
        page = self.parent.page
        self.index, self.block = index, page.blocks[index]
        self.user_properties = [
            ("page", page.name),
            ("sha256", record.digest(page.text)),
            ("found", len(page.blocks)),
            ("line", self.block.line),
            ("reason", self.block.reason),
        ]

    def runtest(self) -> None:
        if self.block.reason:
            raise pytest.skip.Exception(self.block.reason, _use_item_location=True)
        if failures := self.parent.running.failures(self.index):
            raise Wrong(failures)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.block.line - 1, f"{self.parent.nodeid}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Wrong) else super().repr_failure(excinfo, style)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PageFile | None:
    """Every Markdown file that pytest is asked about is a page, by whatever ending MkDocs knows it."""
    if is_markdown_file(file_path.name):
        return PageFile.from_parent(parent, path=file_path)
    return None


class _Docstring:
    """The examples of a docstring, in a process of their own: an exit, a patch, a skip stay within it."""

    def __init__(self, item: DoctestItem, runtest: Callable[[], None]) -> None:
        self.item, self.runtest = item, runtest
        self.watch = sandbox.Watch()
        sys.stdout = sys.stderr = self.watch.out

    def __call__(self, question: None) -> str:
        found = ""
        try:
            with self.watch.limited():
                self.runtest()
        except BaseException as error:  # noqa: BLE001 (the test fails with it)
            found = str(self.item.repr_failure(pytest.ExceptionInfo.from_exception(error)))
            found = found if isinstance(error, doctest.DocTestFailure | MultipleDoctestFailures) else repr(error)
        return found + self.watch.complaints(None)


def _alone(item: DoctestItem, runtest: Callable[[], None]) -> None:
    directives = [example for example in item.dtest.examples if example.options]
    if directives:
        pytest.fail(f"no doctest directives: {directives[0].source}", pytrace=False)
    process = sandbox.Process(_Docstring, item, runtest)
    try:
        found = process.ask(None)
    except sandbox.Ended as ended:
        found = f"{item.name}: {ended}"
    finally:
        process.end()
    if found:
        pytest.fail(found, pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Docstrings are compared as strictly as pages, and recorded by module."""
    docstrings = [item for item in items if isinstance(item, DoctestItem)]
    for item in docstrings:
        vars(item.runner)["_checker"] = Checker()  # pytest's own passes 1e-02 for 1e-07
        if sandbox.FORKS and not config.getoption("cov_source", None):  # coverage does not follow into a process
            vars(item)["runtest"] = partial(_alone, item, item.runtest)
    ours = [item for item in docstrings if item.path.is_relative_to(PACKAGE)]
    found = Counter(item.path for item in ours)
    whole = not any("::" in word for word in config.args)
    for item in ours:
        item.user_properties += [
            ("page", item.path.relative_to(ROOT).as_posix()),
            ("sha256", record.digest(item.path.read_text(encoding="utf-8"))),
            ("found", found[item.path] if whole else 10**6),
            ("line", (item.dtest.lineno or 0) + 1),
            ("reason", ""),
        ]


def pytest_configure(config: pytest.Config) -> None:
    """The record is written once, by the process in charge."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(_record(config), keeps=_keeps(config)), "gradlab-record")


def _record(config: pytest.Config) -> Path:
    return config.rootpath / "build" / "verified.json"


class Recorder:
    """Gathers the reports of all blocks, also from pytest-xdist's workers, and writes the record at the end."""

    def __init__(self, path: Path, *, keeps: bool) -> None:
        self.path, self.keeps = path, keeps
        self.met = met()
        self.runs: dict[str, record.Run] = {}
        self.mutants = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        block: dict[str, Any] = dict(report.user_properties)
        self.mutants += block.get("mutants", 0) if report.when == "call" else 0
        if "page" not in block:
            return
        run = self.runs.setdefault(block["page"], record.Run(block["sha256"], block["found"]))
        run.seconds += report.duration
        if report.failed:
            run.failed.append(block["line"])
        elif report.skipped:
            run.skipped.append({"line": block["line"], "reason": block["reason"]})
        elif report.when == "call":
            run.run.append(block["line"])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and is_markdown_file(report.nodeid):
            self.runs[report.nodeid] = record.Run("", 0, failed=[0])

    def pytest_sessionfinish(self) -> None:
        record.update(self.runs, self.path, self.met if record.surroundings() == self.met else "")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """How many blocks, where, how long."""
        pages = [run for name, run in self.runs.items() if is_markdown_file(name)]
        if pages:
            ran, skipped = (sum(len(getattr(run, word)) for run in pages) for word in ("run", "skipped"))
            found, seconds = sum(run.found for run in pages), sum(run.seconds for run in pages)
            words = (
                f"pages: {len(pages)}, blocks: {found}, ran and agreed: {ran}, not run: {skipped}, {seconds:.1f} s"
            )
            terminalreporter.write_line(words)
        if self.keeps:
            names = [page.relative_to(ROOT).as_posix() for page in rewrite.pages()]
            kept = [
                name
                for name in names
                if name not in self.runs
                and record.stands(name, (ROOT / name).read_text("utf-8"), self.met, self.path)
            ]
            terminalreporter.write_line(
                f"pages that agreed before, and of which nothing has changed since: {len(kept)}"
            )
        if self.mutants:
            terminalreporter.write_line(f"mutants of blocks: {self.mutants}; each must turn its page red")
