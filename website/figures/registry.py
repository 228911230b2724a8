"""Which figures there are: every function of this folder that is marked with its name."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from matplotlib.figure import Figure

Draw = Callable[..., Figure]
_TOOLS = {"card", "embed", "moving", "registry", "style", "svg"}


def figure(name: str) -> Callable[[Draw], Draw]:
    """Mark a function as what draws the figure of that name: `![alt](figure:name)`."""

    def mark(draw: Draw) -> Draw:
        draw.figure_name = name  # type: ignore[attr-defined]
        return draw

    return mark


def catalogue() -> dict[str, Draw]:
    """All figures by name."""
    found: dict[str, Draw] = {}
    for module in _modules():
        for draw in vars(module).values():
            name = getattr(draw, "figure_name", None)
            if name is None or draw.__module__ != module.__name__:
                continue
            if name in found:
                raise ValueError(f"two figures are called {name!r}: {found[name].__module__} and {module.__name__}")
            found[name] = draw
    return found


Measure = Callable[[], object]
M = TypeVar("M", bound=Measure)


def numbers(name: str) -> Callable[[M], M]:
    """Mark a function as what measures the numbers that the picture of that name shows when it moves."""

    def mark(measure: M) -> M:
        measure.numbers_of = name  # type: ignore[attr-defined]
        return measure

    return mark


def measures() -> dict[str, Measure]:
    """The functions that compute the numbers of a figure, by the name of the figure."""
    every = [function for module in _modules() for function in vars(module).values()]
    return {name: function for function in every if isinstance(name := getattr(function, "numbers_of", None), str)}


def has_narrow(draw: Draw) -> bool:
    """Does this figure have a version for phones?"""
    return "narrow" in inspect.signature(draw).parameters


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if found.name not in _TOOLS:
            yield importlib.import_module(f"{__package__}.{found.name}")
