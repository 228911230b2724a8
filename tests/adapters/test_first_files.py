"""The file that opens the page of a framework, copied into an empty folder: it runs there, as readers run it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.framework import framework

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
FIRST = re.compile(r"^```python[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "needs"), [("pytorch", "torch"), ("jax", "jax"), ("tensorflow", "tensorflow"), ("dask", "distributed")]
)
def test_the_first_file_of_a_page_runs_in_an_empty_folder(page, needs, tmp_path):
    framework(needs)
    code = FIRST.search((HOWTO / f"{page}.md").read_text(encoding="utf-8"))
    assert code
    (tmp_path / "test_copied.py").write_text(code[1], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "test_copied.py"], cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    if "def test_" in code[1]:
        asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_copied.py"]
        done = subprocess.run(asked, cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        assert " passed" in done.stdout
