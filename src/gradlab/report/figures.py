"""Pictures of a report and of a sweep. The only module that imports matplotlib, and only when asked.

Without matplotlib they are plain SVG, of `drawing`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.precision import LEVELS
from gradlab.report import drawing
from gradlab.report.headline import shorten
from gradlab.report.result import Result
from gradlab.verdict.blocks import Block, Verdict

# Okabe and Ito's colours, which stay apart for colour-blind readers, by what they mean.
ANALYTIC, NUMERIC, BOUND = "#0072B2", "#E69F00", "#BBBBBB"
COLOURS = {
    Verdict.AGREES: "#009E73",
    Verdict.UNTESTED: "#DDDDDD",
    Verdict.UNDECIDED: "#777777",
    Verdict.WRONG: "#D55E00",
}
MOST_MAPS = 12  # blocks drawn as maps
DECADES = 2  # a map's colours reach from 1/100 to 100 times the bound


def plot_report(report: Result) -> Any:
    """Analytic against numeric with bounds, and for every block a map of |analytic − numeric| / bound.

    Parameters
    ----------
    report
        Of `check_gradients`.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; in a script, save it: `report.plot().savefig("check.png")`. Without matplotlib, a plain
        SVG of all entries, which can be saved as check.svg.
    """
    figure = _figure(10, 5)
    if figure is None:
        return drawing.draw_report(report)
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.2])
    _scatter(left.subplots(), list(report.blocks.values()))
    _maps(right, report.worst_first())
    figure.suptitle(f"{report.verdict.value}, relative difference {report.relative_difference:.0e} ({report.level})")
    return figure


def plot_sweep(found: Any) -> Any:
    """The error of each formula, or the relative difference of all and of each block, against the step.

    Parameters
    ----------
    found
        Of `sweep` or `sweep_gradients`.

    Returns
    -------
    matplotlib.figure.Figure
        One line for each stencil; for a sweep of gradients, formula (2) between the levels. Without matplotlib, a
        plain SVG of the lines.
    """
    figure = _figure(6.4, 4.4)
    if figure is None:
        return drawing.draw_sweep(found)
    axes = figure.subplots()
    if hasattr(found, "errors"):
        for (stencil, errors), dashes in zip(found.errors.items(), _dashes(), strict=False):
            _line(axes, found.steps, errors, stencil.name, color=NUMERIC, linestyle=dashes)
        axes.set(ylabel="error", title=f"Error against step, {found.dtype}")
    else:
        for label, differences in zip(["each block", *"_" * len(found.blocks)], found.blocks.values(), strict=False):
            _line(axes, found.steps, differences, label, color=BOUND, linewidth=1)
        _line(axes, found.steps, found.differences, "all together", color=NUMERIC, linewidth=2.5)
        for mark in LEVELS.values():
            axes.axhline(mark, color=BOUND, linestyle=":", linewidth=1, zorder=0)
        axes.set(ylabel="relative difference", title="Formula (2) against step; dotted: the course's levels")
    axes.set(xscale="log", yscale="log", xlabel="step")
    axes.legend(frameon=False)
    return figure


def _figure(width: float, height: float) -> Any:
    """A figure of its own, without pyplot: nothing is registered, nothing has to be closed. None: no matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None

    class Picture(Figure):
        def _repr_png_(self) -> bytes:
            """What a notebook shows."""
            file = io.BytesIO()
            self.savefig(file, format="png", dpi=110)
            return file.getvalue()

    return Picture(figsize=(width, height), layout="constrained")


def _dashes() -> Sequence[Any]:
    return ["-", "--", ":", "-.", (0, (5, 1)), (0, (1, 3)), (0, (3, 1, 1, 1, 1, 1))]


def _line(axes: Any, x: NDArray[Any], y: NDArray[Any], label: str, **style: Any) -> None:
    """A line without what a logarithm cannot show: an error of 0, and what is not finite."""
    axes.plot(x, np.where(np.isfinite(y) & (y > 0), y, np.nan), label=label, **style)


def _scatter(axes: Any, blocks: Sequence[Block]) -> None:
    """Every entry by both its numbers, its bound as a bar; on the diagonal both agree."""
    a, n, b, v = (
        np.concatenate([getattr(block, field).ravel() for block in blocks])
        for field in ("analytic", "numeric", "bound", "verdicts")
    )
    finite = np.isfinite(a) & np.isfinite(n) & np.isfinite(b)
    size = np.abs(np.concatenate([a[finite], n[finite]]))
    size = size[size > 0] if (size > 0).any() else np.ones(1)
    least = max(float(np.quantile(size, 0.05)), float(size.max()) * 1e-9)
    axes.axline((0, 0), slope=1, color=BOUND, linewidth=1, zorder=0)
    for verdict, colour in COLOURS.items():
        some = finite & (v == verdict)
        if some.any():
            axes.errorbar(a[some], n[some], yerr=b[some], fmt="none", ecolor=BOUND, zorder=1)
            axes.plot(a[some], n[some], "o", markersize=4, color=colour, label=f"{verdict.value} {some.sum()}")
    ticks = _ticks(least, float(size.max()))
    axes.set_xscale("symlog", linthresh=least)
    axes.set_yscale("symlog", linthresh=least)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("analytic", color=ANALYTIC)
    axes.set_ylabel("numeric ± bound", color=NUMERIC)
    lost = int(np.sum(~finite))
    axes.set_title(f"{lost} entries without a number are not shown" if lost else "entry by entry", fontsize="medium")
    axes.tick_params(labelsize="small", which="both")
    axes.minorticks_off()
    if finite.any():
        axes.legend(frameon=False, fontsize="small")


def _ticks(least: float, most: float) -> list[float]:
    """0, and on both sides a power of ten near the end and one halfway there: no more have room."""
    top, bottom = int(np.floor(np.log10(most))), int(np.floor(np.log10(least)))
    powers = sorted({10.0**top, 10.0 ** ((top + bottom + 1) // 2)})
    return [*(-p for p in reversed(powers)), 0.0, *powers]


def _maps(figure: Any, blocks: Sequence[Block]) -> None:
    """One map a block: green within the bound, vermilion beyond it, grey where nothing can be said."""
    from matplotlib.colors import LinearSegmentedColormap

    shown = blocks[:MOST_MAPS]
    ends = COLOURS[Verdict.AGREES], "white", COLOURS[Verdict.WRONG]
    colours = LinearSegmentedColormap.from_list("bound", ends).with_extremes(bad=COLOURS[Verdict.UNTESTED])
    columns = int(np.ceil(np.sqrt(len(shown))))
    grid = figure.subplots(-(-len(shown) // columns), columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, block in zip(grid.flat, shown, strict=False):
        image = axes.imshow(_off(block), cmap=colours, vmin=-DECADES, vmax=DECADES, aspect="auto")
        axes.axis("on")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=BOUND)  # else a map of entries at their bound is white on white
        axes.set_title(f"{shorten(block.name, 16)} {block.verdict.value}", fontsize="small")
    bar = figure.colorbar(image, ax=grid, ticks=[-DECADES, 0, DECADES], shrink=0.8)
    bar.ax.set_yticklabels(["1/100", "bound", "100 ×"])
    more = f"; {len(blocks) - len(shown)} more blocks" if len(blocks) > len(shown) else ""
    figure.suptitle(f"|analytic − numeric| beside the bound{more}", fontsize="medium")


def _off(block: Block) -> NDArray[np.float64]:
    """log10 of |analytic − numeric| / bound as a matrix, masked where the entry was not tested or not decided."""
    with np.errstate(all="ignore"):
        ratio = np.clip(np.log10(np.abs(block.analytic - block.numeric) / block.bound), -9, 9)
    wrong = block.verdicts == Verdict.WRONG
    ratio = np.where(np.isnan(ratio), np.where(wrong, 9, -9), ratio)  # not a number is wrong; 0 / 0 is not
    decided = wrong | (block.verdicts == Verdict.AGREES)
    matrix = np.ma.masked_array(ratio, ~decided)
    rows = block.analytic.shape[0] if block.analytic.ndim > 1 else 1
    return np.ma.masked_array(matrix.reshape(rows, -1))
