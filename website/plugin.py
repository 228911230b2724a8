"""The pytest side of the verifier: `pytest docs/learn/one-page.md` verifies that page."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sybil import Sybil
from sybil.example import SybilFailure
from sybil.integration.pytest import SybilFile, SybilItem

from website import verify
from website.blocks import Unverified

SYBIL = Sybil(parsers=[verify.regions], patterns=["*.md"], document_types={".md": verify.Page})


class PageFile(SybilFile):
    """One page: its blocks in order, in one namespace, in a folder of its own."""

    def collect(self) -> Iterator["BlockItem"]:
        try:
            page = SYBIL.parse(self.path)
        except Unverified as error:
            raise self.CollectError(str(error)) from None
        self.page = page
        for example in page.examples():
            yield BlockItem.from_parent(self, sybil=SYBIL, example=example)

    def setup(self) -> None:
        self.open = ExitStack()
        self.page.folder = self.open.enter_context(self.page.running())

    def teardown(self) -> None:
        self.open.close()


class BlockItem(SybilItem):
    """One block of a page."""

    def __init__(self, parent: PageFile, sybil: Sybil, example: Any) -> None:
        super().__init__(parent, sybil, example)
        self.name = f"line {example.line} {example.parsed.kind}"
        self._nodeid = f"{parent.nodeid}::{self.name}"

    def runtest(self) -> None:
        verify.evaluate(self.example)

    def reportinfo(self) -> tuple[str, int, str]:
        return self.example.path, self.example.line - 1, f"{self.parent.nodeid}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, SybilFailure):
            return excinfo.value.result
        return super().repr_failure(excinfo, style)


def pytest_collect_file(file_path: Any, parent: pytest.Collector) -> PageFile | None:
    """Every Markdown file that pytest is asked about is a page."""
    if file_path.suffix == ".md":
        return PageFile.from_parent(parent, path=file_path, sybils=[SYBIL])
    return None
