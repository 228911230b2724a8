"""What several parts of the tests share: the built site."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the whole site, as `make site` builds it. Built once, though each worker of pytest-xdist asks."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    site, log = shared / "site", shared / "site.log"
    try:
        (shared / "site.begun").mkdir()
    except FileExistsError:
        _wait_for(log)
    else:
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
            cwd=ROOT,
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        (shared / "site.log.new").write_text(f"{done.returncode}\n{done.stdout}", encoding="utf-8")
        (shared / "site.log.new").rename(log)
    status, _, words = log.read_text(encoding="utf-8").partition("\n")
    assert status == "0", f"mkdocs build --strict failed:\n{words[-4000:]}"
    return site


def _wait_for(log: Path, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not log.exists():
        assert time.monotonic() < deadline, "the other worker did not finish building the site"
        time.sleep(0.1)
