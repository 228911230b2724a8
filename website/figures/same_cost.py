"""Figures of learn/same-cost."""

import numpy as np
from matplotlib.figure import Figure

from gradlab import nn
from website.figures import style
from website.figures.registry import figure


@figure("dropout-masks")
def dropout_masks(narrow: bool = False) -> Figure:
    """Numeric slope of one bias against the step, with masks drawn anew at each call and with masks held fixed."""
    fig, ax = style.canvas(340, 340) if narrow else style.canvas(740, 380)
    rng = np.random.default_rng(36)
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    X, Y = rng.standard_normal((4, 7)), rng.integers(0, 2, (1, 7))
    held = nn.dropout_masks(params, m=7, keep=0.8, rng=rng)
    steps = np.geomspace(1e-9, 1e-1, 65)

    def slope(step: float, fresh: bool) -> float:
        J = []
        for h in (step, -step):
            masks = nn.dropout_masks(params, m=7, keep=0.8, rng=rng) if fresh else held
            J.append(nn.cost({**params, "b3": params["b3"] + h}, X, Y, masks=masks))
        return abs(J[0] - J[1]) / (2 * step)

    ax.plot(steps, [slope(h, True) for h in steps], "o", color=style.WRONG, markersize=4.5)
    ax.plot(steps, [slope(h, False) for h in steps], color=style.NUMERIC)
    ax.text(3e-9 if narrow else 1.3e-7, 20 if narrow else 6e6, "fresh masks", color=style.WRONG)
    ax.text(1e-9, 8e-3, "masks held fixed", color=style.NUMERIC)
    style.powers(ax, x=range(-9, 0, 2), y=range(-3, 10, 3))
    ax.set(ylim=(5e-4, 1e10))
    style.axes(ax, x="step ε", y="size of the numeric slope")
    ax.grid(axis="y")
    return fig
