"""A framework that a test needs: skipped where it is missing, unless the run promised to have it."""

import importlib
import os

import pytest


def framework(name):
    """The module; `make frameworks` promises all of them, so that none is skipped there."""
    if os.environ.get("GRADLAB_FRAMEWORKS"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed: `make frameworks` runs this test")
