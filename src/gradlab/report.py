"""The answer of a check: frozen, as text, as data, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab import precision
from gradlab.compare import Block, Component, Verdict, relative_difference
from gradlab.findings import Finding


@dataclass(frozen=True)
class Report:
    """What a gradient check found.

    Attributes
    ----------
    blocks
        One `Block` for each named parameter array.
    findings
        The likely bug first.
    evaluations, seconds
        What the check cost.
    cost, noise
        The cost at params, and the standard deviation of its noise as measured.
    dtype
        The dtype of params.
    """

    blocks: Mapping[str, Block]
    findings: tuple[Finding, ...]
    evaluations: int
    seconds: float
    cost: float
    noise: float
    dtype: np.dtype[Any]

    @property
    def verdict(self) -> Verdict:
        """The worst of the blocks; UNTESTED only if nothing at all could be tested."""
        return Verdict.worst(block.verdict for block in self.blocks.values())

    @property
    def ok(self) -> bool:
        """True only if every block that could be tested agrees and none is undecided."""
        return self.verdict is Verdict.AGREES

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
        """The blocks, the one that matters most first."""
        order = [Verdict.WRONG, Verdict.UNDECIDED, Verdict.UNTESTED, Verdict.AGREES]
        return sorted(self.blocks.values(), key=lambda b: (order.index(b.verdict), -b.relative_difference))

    def __str__(self) -> str:
        lines = [self._headline(), "", *map(_row, self.worst_first())]
        for finding in self.findings:
            lines += ["", f"{finding.code} {finding.message}", f"      {finding.evidence}"]
        silent = [
            f"{b.name} {b.counts[Verdict.UNTESTED]} of {b.size}"
            for b in self.blocks.values()
            if b.counts[Verdict.UNTESTED]
        ]
        if silent:
            lines += ["", "Not tested, nothing but noise on both sides: " + ", ".join(silent)]
        lines += ["", f"{self.evaluations} evaluations of the cost, {self.seconds:.2g} s"]
        return "\n".join(lines)

    def _headline(self) -> str:
        course = f"relative difference {self.relative_difference:.1e} (the course: {self.level})"
        return f"{self.verdict.value}  {course}"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON: numbers, strings, lists and dicts; no NaN or inf."""
        return {
            "verdict": self.verdict.value,
            "ok": self.ok,
            "relative_difference": _plain(self.relative_difference),
            "level": self.level,
            "evaluations": self.evaluations,
            "seconds": self.seconds,
            "cost": self.cost,
            "noise": _plain(self.noise),
            "dtype": str(self.dtype),
            "blocks": {name: _block_dict(block) for name, block in self.blocks.items()},
            "findings": [vars(finding) for finding in self.findings],
        }

    def plot(self) -> Any:
        """A matplotlib figure: analytic against numeric with bounds, and the error of every block as a map."""
        from gradlab.plot import plot_report  # matplotlib only if a picture is asked for

        return plot_report(self)


def _row(block: Block) -> str:
    """One line: name, shape, verdict, how well, and the worst entry."""
    shape = "×".join(map(str, block.shape)) or "1"
    if block.verdict is Verdict.AGREES:
        said = f"to {block.digits} digits" if block.digits is not None else ""
    elif block.verdict is Verdict.WRONG:
        said = f"{block.wrong_count} of {block.size}"
    else:
        said = ", ".join(f"{n} {why}" for why, n in block.reasons.items())
    return f"{block.name:<8} {shape:<8} {block.verdict.value:<9} {said:<13} {_entry(block.worst)}".rstrip()


def _entry(c: Component) -> str:
    index = f"[{', '.join(map(str, c.index))}]" if c.index else ""
    if c.verdict is Verdict.UNTESTED:
        return ""
    return f"{index} {c.analytic:.4g} numeric {c.numeric:.4g} ± {c.bound:.0e}"


def _block_dict(block: Block) -> dict[str, Any]:
    return {
        "shape": list(block.shape),
        "verdict": block.verdict.value,
        "digits": block.digits,
        "relative_difference": _plain(block.relative_difference),
        "wrong": block.wrong_count,
        "counts": {v.value: n for v, n in block.counts.items()},
        "reasons": block.reasons,
        "worst": {
            "index": list(block.worst.index),
            "analytic": _plain(block.worst.analytic),
            "numeric": _plain(block.worst.numeric),
            "bound": _plain(block.worst.bound),
        },
    }


def _plain(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
