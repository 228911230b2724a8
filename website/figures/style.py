"""One look for all figures: colours by meaning, ink that follows light and dark, text as text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

# What each colour means, everywhere: the custom properties of website/style/2-colours.css have the same names. The
# values are those of the light scheme; in the page, each becomes `var(--gl-...)`. (Okabe and Ito, darkened for text.)
ANALYTIC = "#00508f"
NUMERIC = "#a05f00"
WRONG = "#8f1400"
AGREES = "#007d60"
BOUND = "#8c9199"
INK = "#1f2328"
SOFT = "#5b6067"
FAINT = "#d9d6ce"
PAPER = "#fdfcf9"
ROLES = {
    ANALYTIC: "var(--gl-analytic)",
    NUMERIC: "var(--gl-numeric)",
    WRONG: "var(--gl-wrong)",
    AGREES: "var(--gl-agrees)",
    BOUND: "var(--gl-bound)",
    INK: "currentColor",
    SOFT: "var(--gl-soft)",
    FAINT: "var(--gl-faint)",
    PAPER: "var(--gl-paper)",
}
# Okabe and Ito's own values, in which the package draws and gallery scripts are written: the same meanings.
ORIGINALS = {
    "#0072b2": ROLES[ANALYTIC],
    "#e69f00": ROLES[NUMERIC],
    "#d55e00": ROLES[WRONG],
    "#009e73": ROLES[AGREES],
    "#bbbbbb": ROLES[BOUND],
    "#777777": ROLES[SOFT],
    "#dddddd": ROLES[BOUND],
}

TEXT = 14
RC: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=[ANALYTIC, NUMERIC, AGREES, WRONG, SOFT]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.dpi": 72,  # so that a point, matplotlib's measure in an SVG, is a CSS pixel
    "figure.facecolor": "none",
    "font.family": ["DejaVu Serif"],  # only to measure: the page sets its own font, which is a little narrower
    "font.size": TEXT,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "image.cmap": "gray",
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "mathtext.fontset": "stix",
    "patch.linewidth": 1,
    "savefig.facecolor": "none",
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "gradlab",
    "text.color": INK,
    "xtick.color": SOFT,
    "xtick.major.width": 0.8,
    "xtick.minor.visible": False,
    "ytick.color": SOFT,
    "ytick.major.width": 0.8,
}


@contextmanager
def used() -> Iterator[None]:
    """Draw inside this, and the figures look like all others."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Figure of so many CSS pixels with one pair of axes."""
    fig = sheet(width, height)
    return fig, fig.add_subplot()


def sheet(width: float, height: float) -> Figure:
    """Figure of so many CSS pixels, still empty. (No pyplot: nothing to close.)"""
    return Figure(figsize=(width / 72, height / 72), layout="constrained")


def spaced(fig: Figure, rows: float) -> None:
    """So much room between rows of axes, as a share of their height."""
    engine = fig.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(hspace=rows)


def drawing(width: float, height: float) -> tuple[Figure, Axes]:
    """Sheet without axes to see, measured in CSS pixels from the top left: for diagrams."""
    fig = Figure(figsize=(width / 72, height / 72))
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    return fig, ax


def axes(ax: Axes, x: str = "", y: str = "") -> None:
    """Name the axes; both names stand level, so that nobody has to tilt the head."""
    ax.set_xlabel(x, loc="right")
    ax.set_title(y, loc="left", fontsize=TEXT)


def power(exponent: int, base: str = "10") -> str:
    """Power of ten as text: power(-7) is 10⁻⁷."""
    return base + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def powers(ax: Axes, x: range | None = None, y: range | None = None) -> None:
    """Logarithmic axes with ticks at these powers of ten."""
    for axis, exponents in ((ax.xaxis, x), (ax.yaxis, y)):
        if exponents is not None:
            axis.axes.set(**{f"{axis.axis_name}scale": "log"})
            axis.set_ticks([10.0**k for k in exponents], [power(k) for k in exponents])
            axis.set_ticks([], minor=True)
