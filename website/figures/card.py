"""The picture that others show when they link to the site (og:image): name, sentence, the two secants."""

import io

from matplotlib.figure import Figure

from website.figures import style

SIZE = (1200, 630)
LINES = (
    (250, 110, style.INK, "gradlab"),
    (330, 44, style.INK, "Gradient checking, understood."),
    (392, 32, style.SOFT, "Every block on these pages was run."),
)


def card() -> bytes:
    """PNG of 1200 × 630 pixels."""
    with style.used():
        written = io.BytesIO()
        _draw().savefig(
            written, format="png", dpi=72, metadata={"Software": None}, facecolor=style.PAPER, transparent=False
        )
        return written.getvalue()


def _draw() -> Figure:
    fig, ax = style.drawing(*SIZE)
    for y, size, colour, line in LINES:
        ax.text(90, y, line, fontsize=size, color=colour, fontfamily="STIXGeneral")
    xs = [880 + 2.6 * k for k in range(101)]
    ys = [500 - 400 * (k / 100) ** 3 for k in range(101)]
    ax.plot(xs, ys, color=style.INK, linewidth=4)
    ax.plot([xs[20], xs[95]], [ys[20], ys[95]], color=style.NUMERIC, linewidth=7, marker="o", markersize=16)
    slope, ends = (ys[61] - ys[59]) / (xs[61] - xs[59]), (xs[22], xs[90])
    ax.plot(ends, [ys[60] + slope * (end - xs[60]) for end in ends], color=style.ANALYTIC, linewidth=4)
    return fig
