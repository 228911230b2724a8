"""Figures of about/benchmarks, drawn from the records of the last benchmark."""

from matplotlib.figure import Figure

from benchmarks.records import read
from website.figures import style
from website.figures.registry import figure


@figure("benchmark-verdicts")
def verdicts(narrow: bool = False) -> Figure:
    """False alarms and misses of every checker, as shares."""
    table = read("verdicts")["all"]
    fig = style.sheet(340, 560) if narrow else style.sheet(740, 300)
    above, below = fig.subplots(2, 1) if narrow else fig.subplots(1, 2, sharey=True)
    for ax, part, whole, title in (
        (above, "false alarms", "correct", "correct, called wrong"),
        (below, "misses", "spoiled", "wrong, called right"),
    ):
        names = list(table)[::-1]
        shares = [100 * table[name][part] / table[name][whole] for name in names]
        colours = [style.AGREES if name == "gradlab" else style.BOUND for name in names]
        ax.barh(names, shares, color=colours, height=0.62)
        for y, share in enumerate(shares):
            ax.text(share + 1, y, f"{share:.0f} %" if share >= 1 or not share else f"{share:.1f} %", va="center")
        ax.set(xlim=(0, 1.18 * max(*shares, 1)), xticks=[])
        ax.spines[["bottom", "left"]].set_visible(False)
        ax.tick_params(left=False, labelcolor=style.INK)
        style.axes(ax, y=title)
    return fig
