"""What `report.plot()` and a sweep's picture are in the browser, where this file stands for report.figures."""

import math
from html import escape

_WIDE, _HIGH, _LEFT, _LOW = 560, 340, 70, 50  # the drawing, and the room for what is written at two of its sides
_COLOURS = {"AGREES": "agrees", "WRONG": "wrong", "UNDECIDED": "soft", "UNTESTED": "bound"}
_MOST = 2000  # entries drawn


class Picture:
    """An SVG that the page shows; it takes the page's colours, light or dark."""

    def __init__(self, parts, said):
        inside = "".join(parts)
        self.svg = f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{escape(said)}">{inside}</svg>'

    def _repr_svg_(self):
        return self.svg


def plot_report(report):
    """Every entry by its two numbers, in the colour of its verdict; what agrees lies on the diagonal."""
    entries = [entry for block in report.blocks.values() for entry in _entries(block)]
    sizes = sorted(abs(x) for entry in entries for x in entry[:2] if x)
    largest = sizes[-1] if sizes else 1.0
    least = max(sizes[len(sizes) // 20] if sizes else 1.0, largest * 1e-9)
    scale = _Scale(lambda x: math.copysign(math.log10(1 + abs(x) / least), x), -largest, largest)
    ticks = [-largest, -math.sqrt(largest * least), 0.0, math.sqrt(largest * least), largest]
    dots = [_dot(scale.x(a), scale.y(n), _COLOURS[verdict]) for a, n, verdict in entries[:_MOST]]
    diagonal = _path([(scale.x(t), scale.y(t)) for t in (-largest, largest)], "bound")
    return Picture([*_axes(scale, ticks, scale, ticks, "analytic", "numeric"), diagonal, *dots], str(report))


def plot_sweep(found):
    """The error of each formula, or the relative difference of all and of each block, against the step."""
    if hasattr(found, "errors"):
        lines, label = {stencil.name: errors for stencil, errors in found.errors.items()}, "error"
    else:
        lines, label = {**found.blocks, "all together": found.differences}, "relative difference"
    seen = [float(y) for line in lines.values() for y in line if 0 < y < math.inf]
    x, y = (_Scale(math.log10, min(v), max(v)) for v in ([float(h) for h in found.steps], seen))
    parts = _axes(x, _decades(x), y, _decades(y), "step", label)
    for k, (name, line) in enumerate(lines.items()):
        points = [(x.x(h), y.y(e)) for h, e in zip(found.steps, line, strict=True) if 0 < e < math.inf]
        parts += [_path(points, "numeric", f"{1 + 5 * k} {3 * k}"), _text(*points[-1], name, "start")]
    return Picture(parts, f"{label} against step\n{found}")


class _Scale:
    """From numbers to places in the drawing."""

    def __init__(self, bend, low, high):
        self.bend, self.low, self.high = bend, low, high
        self.start, self.length = bend(low), (bend(high) - bend(low)) or 1.0

    def x(self, value):
        return _LEFT + (_WIDE - _LEFT - 90) * (self.bend(value) - self.start) / self.length

    def y(self, value):
        return _HIGH - _LOW - (_HIGH - _LOW - 20) * (self.bend(value) - self.start) / self.length


def _entries(block):
    both = zip(block.analytic.ravel(), block.numeric.ravel(), block.verdicts.ravel(), strict=True)
    for analytic, numeric, verdict in both:
        if math.isfinite(analytic) and math.isfinite(numeric):
            yield float(analytic), float(numeric), verdict.value


def _decades(scale):
    low, high = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
    return [10.0**k for k in range(low, high + 1, max(1, (high - low) // 4))]


def _axes(x, x_ticks, y, y_ticks, below, beside):
    written = [_text(x.x(t), _HIGH - _LOW + 20, f"{t:.0e}", "middle") for t in x_ticks]
    written += [_text(_LEFT - 8, y.y(t) + 4, f"{t:.0e}", "end") for t in y_ticks]
    written += [_text(x.x(x_ticks[-1]), _HIGH - 8, below, "end"), _text(4, 12, beside, "start")]
    corner = [(_LEFT, 18), (_LEFT, _HIGH - _LOW + 2), (_WIDE - 90, _HIGH - _LOW + 2)]
    return [_path(corner, "faint"), *written]


def _path(points, colour, dashes="none"):
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = "" if dashes in ("none", "1 0") else f' stroke-dasharray="{dashes}"'
    return f'<polyline points="{line}" fill="none" stroke="var(--gl-{colour})" stroke-width="1.5"{dashed}/>'


def _dot(x, y, colour):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="var(--gl-{colour})" fill-opacity="0.8"/>'


def _text(x, y, said, anchor):
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="13" fill="currentColor">{escape(said)}</text>'
