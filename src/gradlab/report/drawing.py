"""Pictures of a report and of a sweep as SVG, without any library: for a browser, and where matplotlib is missing."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from gradlab.errors import GradlabError
from gradlab.report.result import Result
from gradlab.verdict.blocks import Block, Verdict

WIDE, HIGH = 560, 340  # the picture, in pixels
LEFT, BELOW, ABOVE, RIGHT = 70, 50, 20, 90  # room for what is written at its sides
MOST_DRAWN = 2000  # entries drawn

# A page of the site sets these variables, light or dark; alone, a picture has Okabe and Ito's colours.
COLOURS = {
    Verdict.AGREES: "var(--gl-agrees, #009E73)",
    Verdict.UNTESTED: "var(--gl-bound, #BBBBBB)",
    Verdict.UNDECIDED: "var(--gl-soft, #777777)",
    Verdict.WRONG: "var(--gl-wrong, #D55E00)",
}
NUMERIC, BOUND, FAINT = "var(--gl-numeric, #E69F00)", "var(--gl-bound, #BBBBBB)", "var(--gl-faint, #999999)"


class Picture:
    """An SVG. A notebook and the site show it; elsewhere save it."""

    def __init__(self, parts: Sequence[str], said: str) -> None:
        self.svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" '
            f'aria-label="{escape(said)}" font-family="var(--md-text-font-family, sans-serif)">{"".join(parts)}</svg>'
        )

    def _repr_svg_(self) -> str:
        return self.svg

    def savefig(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file whose name ends in .svg, as matplotlib's figures do.

        Raises
        ------
        GradlabError
            If the name ends otherwise.
        """
        if Path(path).suffix != ".svg":
            raise GradlabError(
                f"path must end in .svg where matplotlib is not installed, got {Path(path).name!r}: install "
                "matplotlib, or gradlab-check with the extra 'plot', for other formats"
            )
        Path(path).write_text(self.svg + "\n", encoding="utf-8")


def draw_report(report: Result) -> Picture:
    """Every entry by its two numbers, in the colour of its verdict; what agrees lies on the diagonal."""
    entries = [entry for block in report.blocks.values() for entry in _entries(block)]
    sizes = sorted(abs(x) for entry in entries for x in entry[:2] if x)
    largest = sizes[-1] if sizes else 1.0
    least = max(sizes[len(sizes) // 20] if sizes else 1.0, largest * 1e-9)
    scale = _Scale(lambda x: math.copysign(math.log10(1 + abs(x) / least), x), -largest, largest)
    middle = math.sqrt(largest) * math.sqrt(least)
    ticks = [-largest, -middle, 0.0, middle, largest]
    dots = [_dot(scale.x(a), scale.y(n), COLOURS[verdict]) for a, n, verdict in entries[:MOST_DRAWN]]
    diagonal = _path([(scale.x(t), scale.y(t)) for t in (-largest, largest)], BOUND)
    return Picture([*_axes(scale, ticks, scale, ticks, ("analytic", "numeric")), diagonal, *dots], str(report))


def draw_sweep(found: Any) -> Picture:
    """The error of each formula, or the relative difference of all and of each block, against the step."""
    if hasattr(found, "errors"):
        lines, label = {stencil.name: errors for stencil, errors in found.errors.items()}, "error"
    else:
        lines, label = {**found.blocks, "all together": found.differences}, "relative difference"
    seen = [float(y) for line in lines.values() for y in line if 0 < y < math.inf] or [1.0]
    x, y = (_Scale(math.log10, min(v), max(v)) for v in ([float(h) for h in found.steps], seen))
    parts = _axes(x, _decades(x), y, _decades(y), ("step", label))
    for k, (name, line) in enumerate(lines.items()):
        points = [(x.x(h), y.y(e)) for h, e in zip(found.steps, line, strict=True) if 0 < e < math.inf]
        if points:
            parts += [_path(points, NUMERIC, f"{1 + 5 * k} {3 * k}"), _text(*points[-1], name, "start")]
    return Picture(parts, f"{label} against step\n{found}")


class _Scale:
    """From numbers to places in the picture."""

    def __init__(self, transform: Callable[[float], float], low: float, high: float) -> None:
        self.transform, self.low, self.high = transform, low, high
        self.start, self.length = transform(low), (transform(high) - transform(low)) or 1.0

    def x(self, value: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * (self.transform(value) - self.start) / self.length

    def y(self, value: float) -> float:
        return HIGH - BELOW - (HIGH - BELOW - ABOVE) * (self.transform(value) - self.start) / self.length


def _entries(block: Block) -> Iterator[tuple[float, float, Verdict]]:
    both = zip(block.analytic.ravel(), block.numeric.ravel(), block.verdicts.ravel(), strict=True)
    for analytic, numeric, verdict in both:
        if math.isfinite(analytic) and math.isfinite(numeric):
            yield float(analytic), float(numeric), verdict


def _decades(scale: _Scale) -> list[float]:
    """Powers of ten within it, at most five; its lower end if there are none."""
    low, high = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
    return [10.0**k for k in range(low, high + 1, max(1, (high - low) // 4))] or [scale.low]


def _axes(
    x: _Scale, x_ticks: Sequence[float], y: _Scale, y_ticks: Sequence[float], names: tuple[str, str]
) -> list[str]:
    below, beside = names
    written = [_text(x.x(t), HIGH - BELOW + 20, f"{t:.0e}", "middle") for t in x_ticks]
    written += [_text(LEFT - 8, y.y(t) + 4, f"{t:.0e}", "end") for t in y_ticks]
    written += [_text(x.x(x_ticks[-1]), HIGH - 8, below, "end"), _text(4, 12, beside, "start")]
    corner = [(LEFT, ABOVE - 2), (LEFT, HIGH - BELOW + 2), (WIDE - RIGHT, HIGH - BELOW + 2)]
    return [_path(corner, FAINT), *written]


def _path(points: Sequence[tuple[float, float]], colour: str, dashes: str = "1 0") -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = "" if dashes == "1 0" else f' stroke-dasharray="{dashes}"'
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}" fill-opacity="0.8"/>'


def _text(x: float, y: float, said: str, anchor: str) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="13" fill="currentColor">{escape(said)}</text>'
