"""Pages whose blocks need a framework: they run where it is installed, as `make frameworks` has it."""

import os
import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

FRAMEWORKS = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow", "distributed": "Dask"}
_DISTRIBUTIONS = {
    "torch": ("torch",),
    "jax": ("jax",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "distributed": ("distributed",),
}
_FRONT = re.compile(r"\A---\n(?P<meta>.*?)^---$", re.M | re.S)
_NEEDS = re.compile(r"^needs:\s*(?P<names>.+?)\s*$", re.M)


def of(text: str) -> tuple[str, ...]:
    """What a page says it needs in its front matter: `needs: torch`, or several, with commas."""
    front = _FRONT.match(text)
    line = _NEEDS.search(front["meta"]) if front else None
    return tuple(name.strip() for name in line["names"].split(",")) if line else ()


def missing(text: str) -> str:
    """Why the blocks of a page cannot run here, as the reader sees it; empty if they can."""
    lost = [name for name in of(text) if not os.environ.get("GRADLAB_FRAMEWORKS") and not find_spec(name)]
    return f"needs {words(tuple(lost))}: `make frameworks` runs it" if lost else ""


def words(names: tuple[str, ...]) -> str:
    """The frameworks as people write them."""
    return " and ".join(FRAMEWORKS[name] for name in names)


def versions() -> dict[str, str]:
    """The frameworks that are installed, as people write them, with their versions."""
    found = {}
    for name, distributions in _DISTRIBUTIONS.items():
        for distribution in distributions:
            try:
                found[FRAMEWORKS[name]] = version(distribution)
            except PackageNotFoundError:
                continue
    return found
