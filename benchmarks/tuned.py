"""The constants of the checker as they stand in the package, with what is said of each, and half and twice of it."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from pathlib import Path

from gradlab import constants

Value = float | tuple[float, ...]


@dataclass(frozen=True)
class Constant:
    """One constant as it stands in the package: its name, its value, and what is said of it, by paragraphs."""

    name: str
    value: Value
    paragraphs: tuple[str, ...]

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return self.paragraphs[-1].removeprefix("Unit: ").removesuffix(".")


def found() -> list[Constant]:
    """All constants, in their order in the module."""
    source = Path(constants.__file__).read_text(encoding="utf-8")
    body = ast.parse(source).body
    names = []
    for node, after in itertools.pairwise(body):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            said = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            paragraphs = tuple(" ".join(part.split()) for part in str(said).split("\n\n"))
            name = ast.unparse(target)
            names.append(Constant(name, getattr(constants, name), paragraphs))
    return names


def varied(constant: Constant) -> dict[str, Value]:
    """Half and twice of it; whole numbers stay whole."""
    return {way: _times(factor, constant.value) for way, factor in (("half", 0.5), ("twice", 2.0))}


def _times(factor: float, value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(type(part)(factor * part) for part in value)
    return type(value)(factor * value)
