"""The built site, for tests that look at it: built once a run, whichever worker asks first."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from website.served import ORIGIN, SUB_PATH, browser, find_browser

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the site, built strictly by the same command as `make site`."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "site"
    with one_at_a_time(shared / "site.lock"):
        if not (folder / "built").exists():
            build(folder)
            (folder / "built").touch()
    return folder


def build(folder: Path) -> None:
    """`mkdocs build --strict`; fails with all that it said."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"SITE_URL": f"{ORIGIN}{SUB_PATH}", "NO_MKDOCS_2_WARNING": "1"}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"mkdocs build --strict:\n{done.stdout}{done.stderr}", pytrace=False)
    print(f"mkdocs build --strict: {time.perf_counter() - start:.1f} s")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium, or whatever is installed."""
    path = find_browser()
    if path is None:
        reason = "no chromium found: install it (apt-get install chromium), or name one in GRADLAB_BROWSER"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with browser(path) as opened:
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
