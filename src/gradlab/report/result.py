"""The answer of a check as frozen data: what the text, the HTML and the picture are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from gradlab import _records, precision
from gradlab.diagnosis.finding import Finding
from gradlab.precision import relative_difference
from gradlab.verdict.blocks import Block, Verdict


@dataclass(frozen=True, eq=False)
class Result:
    """The fields of a `Report`, and what follows from them."""

    blocks: Mapping[str, Block]
    findings: tuple[Finding, ...]
    evaluations: int
    seconds: float
    cost: float
    noise: float
    dtype: np.dtype[Any]
    notes: tuple[str, ...] = ()
    allow_untested: tuple[str, ...] = ()
    together: bool | None = None
    aside: Verdict | None = None

    __eq__ = _records.equal
    __hash__ = _records.hashed

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", MappingProxyType(dict(self.blocks)))

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        """How to pickle it: a read-only view cannot be."""
        blocks, *others = (getattr(self, field.name) for field in fields(self))
        return type(self), (dict(blocks), *others)

    @property
    def verdict(self) -> Verdict:
        """The worst of the blocks, in the order WRONG, UNDECIDED, UNTESTED, AGREES.

        Blocks that may be untested count only if nothing else is there.
        """
        untested = {b.name for b in self.blocks.values() if b.verdict is Verdict.UNTESTED}
        meant = untested & set(self.allow_untested)
        return Verdict.worst(block.verdict for block in self.blocks.values() if block.name not in meant)

    @property
    def ok(self) -> bool:
        """True only if every block agrees; one of which nothing could be tested is no pass, unless that is meant."""
        meant = all(b.verdict is Verdict.UNTESTED and b.name in self.allow_untested for b in self.blocks.values())
        return self.verdict is Verdict.AGREES or meant

    def __bool__(self) -> bool:
        """`assert check_gradients(...)` means what it says."""
        return self.ok

    @property
    def relative_difference(self) -> float:
        """Formula (2) over all components: the course's one number."""
        return relative_difference(
            np.concatenate([b.analytic.ravel() for b in self.blocks.values()]),
            np.concatenate([b.numeric.ravel() for b in self.blocks.values()]),
        )

    @property
    def level(self) -> str:
        """What the course says to that number: "great", "look again" or "worried"."""
        return precision.level(self.relative_difference, self.dtype)

    def worst_first(self) -> list[Block]:
        """Wrong blocks, the largest relative difference first, then those that are undecided, untested, right."""
        order = [Verdict.WRONG, Verdict.UNDECIDED, Verdict.UNTESTED, Verdict.AGREES]

        def place(block: Block) -> tuple[int, float]:
            # Three digits: blocks that are off by one factor stay in the order of params.
            off = float(f"{block.relative_difference:.3g}") if block.verdict is Verdict.WRONG else 0.0
            return order.index(block.verdict), -off

        return sorted(self.blocks.values(), key=place)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON: numbers, strings, lists and dicts; no NaN or inf."""
        return {
            "verdict": self.verdict.value,
            "ok": self.ok,
            "relative_difference": _plain(self.relative_difference),
            "level": self.level,
            "evaluations": self.evaluations,
            "seconds": self.seconds,
            "cost": _plain(self.cost),
            "noise": _plain(self.noise),
            "dtype": str(self.dtype),
            "blocks": {name: _block_dict(block) for name, block in self.blocks.items()},
            "findings": [asdict(f) | {"sure": _plain(f.sure)} for f in self.findings],
            "notes": list(self.notes),
        }


def _block_dict(block: Block) -> dict[str, Any]:
    return {
        "shape": list(block.shape),
        "verdict": block.verdict.value,
        "digits": block.digits,
        "relative_difference": _plain(block.relative_difference),
        "wrong": block.wrong_count,
        "directions": block.directions,
        "counts": {v.value: n for v, n in block.counts.items()},
        "reasons": dict(block.reasons),
        "worst": {
            "index": list(block.worst.index),
            "analytic": _plain(block.worst.analytic),
            "numeric": _plain(block.worst.numeric),
            "bound": _plain(block.worst.bound),
        },
    }


def _plain(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
