"""The built site, for tests that look at it: built once, by whichever worker asks first."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.website import built
from website.served import browser, find_browser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the site, built strictly by the same command as `make site`, or kept from the last time."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with one_at_a_time(shared / "site.lock"):
        return built.site()


@pytest.fixture(scope="module")
def chromium(site: Path) -> Iterator[Browser]:
    """Debian's chromium, or whatever is installed, with the site served to it."""
    path = find_browser()
    if path is None:
        reason = "no chromium found: install it (apt-get install chromium), or name one in GRADLAB_BROWSER"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with browser(path, site) as opened:
        yield opened


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
