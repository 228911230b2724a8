"""The pictures that others show when they link to a page (og:image): its title, its question, its first figure."""

import io
import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from PIL import Image

from website.figures import style
from website.figures.registry import Draw, has_narrow

SIZE = (1200, 630)
_LEFT, _BOX = 80, (690, 50, 450, 530)  # of the text; left, top, width and height of the figure, in pixels
_FONT = "STIXGeneral"


def card(title: str, asks: str, draw: Draw | None = None) -> bytes:
    """PNG of 1200 × 630 pixels. Without a figure of its own a page shows the two slopes."""
    with style.used():
        fig, ax = style.drawing(*SIZE)
        ax.text(_LEFT, 92, "gradlab", fontsize=34, color=style.SOFT, fontfamily=_FONT)
        y = 180.0
        for words, width, size, colour in ((title, 22, 60, style.INK), (asks, 42, 31, style.SOFT)):
            for line in textwrap.wrap(words, width)[: 4 if size == 60 else 5]:
                ax.text(_LEFT, y, line, fontsize=size, color=colour, fontfamily=_FONT, parse_math=False)
                y += size * 1.2
            y += 18
        if draw is None:
            _secant(ax)
        else:
            _place(fig, _raster(draw))
        drawn = Image.open(io.BytesIO(_png(fig, facecolor=style.PAPER, transparent=False, dpi=72)))
    written = io.BytesIO()
    drawn.convert("RGB").quantize(64).save(written, format="png", optimize=True)  # a third of the size
    return written.getvalue()


def _secant(ax: Axes) -> None:
    xs = [880 + 2.6 * k for k in range(101)]
    ys = [500 - 400 * (k / 100) ** 3 for k in range(101)]
    ax.plot(xs, ys, color=style.INK, linewidth=4)
    ax.plot([xs[20], xs[95]], [ys[20], ys[95]], color=style.NUMERIC, linewidth=7, marker="o", markersize=16)
    slope, ends = (ys[61] - ys[59]) / (xs[61] - xs[59]), (xs[22], xs[90])
    ax.plot(ends, [ys[60] + slope * (end - xs[60]) for end in ends], color=style.ANALYTIC, linewidth=4)


def _raster(draw: Draw) -> bytes:
    return _png(draw(narrow=True) if has_narrow(draw) else draw(), dpi=144)


def _place(fig: Figure, png: bytes) -> None:
    """The figure as large as the box allows, in its middle."""
    image = imread(io.BytesIO(png))
    left, top, width, height = _BOX
    scale = min(width / image.shape[1], height / image.shape[0])
    w, h = scale * image.shape[1], scale * image.shape[0]
    x, y = left + (width - w) / 2, top + (height - h) / 2
    inside = fig.add_axes((x / SIZE[0], 1 - (y + h) / SIZE[1], w / SIZE[0], h / SIZE[1]))
    inside.imshow(image, aspect="auto", interpolation="antialiased")
    inside.set_axis_off()


def _png(fig: Figure, **options: Any) -> bytes:
    written = io.BytesIO()
    fig.savefig(written, format="png", metadata={"Software": None}, **options)
    return written.getvalue()
