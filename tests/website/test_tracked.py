"""What git tracks. This file asks git, so that every call runs it: nothing here may take long."""

import subprocess

from website.paths import ROOT


def test_no_notebooks() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert not [name for name in tracked if name.endswith(".ipynb")]
