"""The pytest side of the verifier: `pytest docs/learn/one-page.md` verifies that page, and records it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest
from _pytest.doctest import DoctestItem
from sybil import Example, Sybil
from sybil.example import SybilFailure
from sybil.integration.pytest import SybilFile, SybilItem

from website.paths import PACKAGE, ROOT
from website.verify import document, record, rendered
from website.verify.blocks import Unverified
from website.verify.equality import Checker


class Pages(Sybil):
    """Sybil for our pages: its tests are called by line and kind of block."""

    def identify(self, example: Example) -> str:
        return f"line {example.line} {example.parsed.kind}"


SYBIL = Pages(parsers=[document.regions], patterns=["*.md"], document_types={".md": document.Page})


class PageFile(SybilFile):
    """One page: its blocks in order, in one namespace, in a folder of its own."""

    def collect(self) -> Iterator["BlockItem"]:
        try:
            self.page = SYBIL.parse(self.path)
            rendered.compare(self.page.text, [example.parsed for example in self.page.examples()], self.page.name)
        except Unverified as error:
            raise self.CollectError(str(error)) from None
        for example in self.page.examples():
            yield BlockItem.from_parent(self, sybil=SYBIL, example=example)

    def setup(self) -> None:
        self.open = ExitStack()
        self.page.folder = self.open.enter_context(self.page.running())

    def teardown(self) -> None:
        self.open.close()


class BlockItem(SybilItem):
    """One block of a page."""

    def __init__(self, parent: PageFile, sybil: Pages, example: Example) -> None:
        super().__init__(parent, sybil, example)
        page, block = parent.page, example.parsed
        self.user_properties = [
            ("page", page.name),
            ("sha256", record.digest(page.text)),
            ("found", len(page.regions)),
            ("line", example.line),
            ("reason", block.reason),
        ]

    def runtest(self) -> None:
        try:
            document.evaluate(self.example)
        except SkipTest as skipped:
            raise pytest.skip.Exception(str(skipped), _use_item_location=True) from None

    def reportinfo(self) -> tuple[str, int, str]:
        return self.example.path, self.example.line - 1, f"{self.parent.nodeid}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, SybilFailure):
            return excinfo.value.result
        return super().repr_failure(excinfo, style)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PageFile | None:
    """Every Markdown file that pytest is asked about is a page."""
    if file_path.suffix == ".md":
        return PageFile.from_parent(parent, path=file_path, sybils=[SYBIL])
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Docstrings are compared as strictly as pages, and recorded by module."""
    docstrings = [item for item in items if isinstance(item, DoctestItem)]
    for item in docstrings:
        item.runner._checker = Checker()  # pytest's own passes 1e-02 for 1e-07
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
        path = config.rootpath / "build" / "verified.json"
        config.pluginmanager.register(Recorder(path), "gradlab-record")


class Recorder:
    """Gathers the reports of all blocks, also from pytest-xdist's workers, and writes the record at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runs: dict[str, record.Run] = {}
        self.mutants = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        block = dict(report.user_properties)
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
        if report.failed and report.nodeid.endswith(".md"):
            self.runs[report.nodeid] = record.Run("", 0, failed=[0])

    def pytest_sessionfinish(self) -> None:
        record.update(self.runs, self.path)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """How many blocks, where, how long."""
        pages = [run for name, run in self.runs.items() if name.endswith(".md")]
        if pages:
            ran, skipped = (sum(len(getattr(run, word)) for run in pages) for word in ("run", "skipped"))
            found, seconds = sum(run.found for run in pages), sum(run.seconds for run in pages)
            words = (
                f"pages: {len(pages)}, blocks: {found}, ran and agreed: {ran}, not run: {skipped}, {seconds:.1f} s"
            )
            terminalreporter.write_line(words)
        if self.mutants:
            terminalreporter.write_line(f"mutants of blocks: {self.mutants}; each must turn its page red")
