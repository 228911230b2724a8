"""What a page may change while its blocks run, and how all of it is put back."""

import os
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np

from website.paths import ROOT

LEFT_OUT = (".git", ".venv*", ".hypothesis", "build", "dist", "node_modules", "__pycache__", "*.egg-info", ".*cache")


@contextmanager
def page(module: ModuleType, whole_project: bool = False) -> Iterator[Path]:
    """Run a page as `__main__` in a folder of its own; yields the folder.

    With `whole_project` the folder is a copy of the project (for README and CONTRIBUTING, whose shell
    blocks speak about the checkout), otherwise it is empty. No .venv: `python` is the one that runs the tests.
    """
    with tempfile.TemporaryDirectory(prefix="gradlab-", ignore_cleanup_errors=True) as name, _restored():
        folder = Path(name).resolve() / "gradlab"
        if whole_project:
            shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            folder.mkdir()
        sys.modules["__main__"] = module
        sys.path.insert(0, str(folder))
        os.environ["MPLBACKEND"] = "Agg"
        os.chdir(folder)
        yield folder


@contextmanager
def _restored() -> Iterator[None]:
    """Put back the folder, environment, imports, random numbers, NumPy's settings and figures."""
    cwd, environ, path = Path.cwd(), dict(os.environ), list(sys.path)
    modules, main = set(sys.modules), sys.modules["__main__"]
    printing, errors = np.get_printoptions(), np.geterr()
    legacy, stdlib = np.random.get_state(), random.getstate()  # noqa: NPY002 (a page may use it)
    try:
        yield
    finally:
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environ)
        _forget_page_modules(modules, sys.path[: len(sys.path) - len(path)] or [""])
        sys.path[:] = path
        sys.modules["__main__"] = main
        np.set_printoptions(**printing)
        np.seterr(**errors)
        np.random.set_state(legacy)  # noqa: NPY002
        random.setstate(stdlib)
        _close_figures()


def _forget_page_modules(before: set[str], folders: list[str]) -> None:
    """Modules that the page itself wrote; the next page may write others of the same name."""
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(tuple(folder + os.sep for folder in folders)):
            del sys.modules[name]


def _close_figures() -> None:
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
        pyplot.rcdefaults()


@contextmanager
def filtered(filters: list[tuple[object, ...]]) -> Iterator[None]:
    """Warnings are errors, unless an earlier block of the page chose otherwise; `filters` remembers."""
    with warnings.catch_warnings():
        if filters:
            warnings.filters[:] = filters
        else:
            warnings.simplefilter("error")
        try:
            yield
        finally:
            filters[:] = warnings.filters
