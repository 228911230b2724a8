"""The built site, for tests that look at it: built once, by whichever worker asks first."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chosen import CHOSEN
from tests.website import built
from website.audit.browser import LAPTOP, NO_BROWSER, Visit, browser, find_browser, visit

# WebAssembly is compiled when it is called, and not a second time for speed: Python computes the same, and its start
# takes half of the processor's time. With GRADLAB_SAMPLE=all it is as readers have it.
FRUGAL = ["--js-flags=--wasm-lazy-compilation --liftoff-only"]

# How long a test waits for what a page should show: a busy machine takes long, and patience costs nothing where the
# right thing is waited for.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the site, built strictly by the same command as `make site`, or kept from the last time."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with one_at_a_time(shared / "site.lock"):
        return built.site()


@pytest.fixture(scope="session")
def chromium(site: Path) -> Iterator[Browser]:
    """Debian's chromium, or whatever is installed, with the site served to it; started once in a worker."""
    path = find_browser()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with browser(path, site, *([] if CHOSEN == "all" else FRUGAL)) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader(chromium: Browser) -> Iterator[tuple[Visit, Page]]:
    """Somebody with a laptop in whose only tab Python is loaded once, for all tests of a worker that run blocks."""
    with visit(chromium, viewport=LAPTOP) as opened:
        yield opened, opened.open()


@pytest.fixture
def tab(reader: tuple[Visit, Page]) -> Iterator[Page]:
    """The reader's tab, with nothing kept or complained about; afterwards nothing was complained about."""
    visitor, page = reader
    visitor.complaints.clear()
    page.evaluate("sessionStorage.clear(), localStorage.clear()")
    yield page
    assert not visitor.complaints
    assert not visitor.elsewhere


@pytest.fixture(scope="session")
def scripted(chromium: Browser) -> Iterator[Page]:
    """A tab in which nothing is run, for tests that do not mind what was read in it before, and is kept of it."""
    with visit(chromium, viewport=LAPTOP) as opened:
        yield opened.open()


@pytest.fixture(scope="session")
def unscripted(chromium: Browser) -> Iterator[Page]:
    """The same without JavaScript."""
    with visit(chromium, java_script_enabled=False) as opened:
        yield opened.open()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a browser is marked, and has a time limit of its own: none stands still for long.

    pytest-timeout then shows the line of the test that it waited in. CI opens every page, so it takes longer. What is
    made once for all tests is not limited by the first of them that asks: the build of the site has its own patience.

    What the browser itself raises (it answered too late, a page went away while it was asked) is tried once more, and
    pytest counts it as rerun: a busy machine is no fault of the site. A false assertion is never tried again.
    """
    limit = pytest.mark.timeout(1200 if CHOSEN == "all" else 600, func_only=True)
    again = pytest.mark.flaky(reruns=1, only_rerun=[r"^TimeoutError", r"^Error: "])
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & {"chromium", "origin"}:
            item.add_marker(pytest.mark.browser)
            item.add_marker(again)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(limit)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Between processes; a folder is made by one of them only, on every system."""
    while True:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            time.sleep(0.2)
    try:
        yield
    finally:
        lock.rmdir()
