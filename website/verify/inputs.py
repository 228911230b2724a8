"""What a result hangs on: the files of the checkout, and the machine that it was found on. Each has a digest."""

import hashlib
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

from website.paths import ROOT
from website.verify.sandbox import LEFT_OUT

PACKAGES = Path(sysconfig.get_path("purelib"))  # with a folder for each, named after its version
_VARIABLES = ("NPY_", "OPENBLAS_", "OMP_", "MKL_", "PYTHON", "GRADLAB_FRAMEWORKS")  # that change how a block computes


def digests(root: Path = ROOT) -> dict[str, str]:
    """The digest of each file that somebody wrote, by its path from the root: none that a program makes."""
    found = {}
    for folder, folders, files in os.walk(root):
        made = shutil.ignore_patterns(*LEFT_OUT)(folder, folders + files)
        folders[:] = sorted({*folders} - made)
        for path in sorted(Path(folder, name) for name in {*files} - made):
            found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def digest_of(files: Mapping[str, str], wanted: Callable[[str], bool], *words: str) -> str:
    """One digest for the wanted of these files, with their names, and for some words more."""
    lines = [*words, *(f"{name} {digest}" for name, digest in sorted(files.items()) if wanted(name))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def below(*folders: str) -> Callable[[str], bool]:
    """Does a file lie in one of these folders, or is it one of them?"""
    return lambda name: any(name == folder or name.startswith(f"{folder}/") for folder in folders)


of_tests = below("tests")


def python() -> list[str]:
    """The Python, and the name and version of whatever is installed beside it."""
    installed = sorted(path.name for path in PACKAGES.glob("*.dist-info"))
    return [sys.version, platform.platform(), *installed]


def variables(*prefixes: str) -> list[str]:
    """Those of the environment that change how something computes, or begin with one of these words."""
    return sorted(f"{name}={os.environ[name]}" for name in os.environ if name.startswith((*_VARIABLES, *prefixes)))
