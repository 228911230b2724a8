"""Figures of learn/when-to-run-it."""

import numpy as np
from matplotlib.figure import Figure

from gradlab import nn, numeric_gradient, relative_difference
from website.figures import style
from website.figures.registry import figure, numbers

STEP, STRENGTH = 1e-7, 0.5


@figure("along-training")
def along_training(narrow: bool = False) -> Figure:
    """Size of the gradient, and formula (2) for right code and for a gradient one half too large, while training."""
    steps, size, right, wrong = _run()
    fig, ax = style.canvas(340, 420) if narrow else style.canvas(740, 420)
    ax.axhline(1e-7, color=style.SOFT, linewidth=1, linestyle=(0, (4, 4)))
    ax.plot(steps, size, color=style.ANALYTIC)
    ax.plot(steps, right, color=style.NUMERIC)
    ax.plot(steps, wrong, color=style.WRONG)
    end = 212 if narrow else 295
    ax.text(end, 2.2e-7, "the course's 1e-7", color=style.SOFT, ha="right")
    ax.text(end, 3e-15, "size of the gradient", color=style.ANALYTIC, ha="right")
    ax.text(96, 6e-5, "correct code", color=style.NUMERIC)
    ax.text(20, 0.3, "wrong code", color=style.WRONG, va="bottom")
    style.powers(ax, y=range(-16, 1, 4))
    ax.set(xlim=(0, 220 if narrow else 300), ylim=(1e-17, 60))
    style.axes(ax, x="steps of training")
    return fig


def _run() -> tuple[list[int], list[float], list[float], list[float]]:
    """Logistic regression by gradient descent: what the page's block does, looked at more often."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4, 20))
    Y = X[:1] + rng.standard_normal((1, 20)) > 0
    params, at = nn.init_params([4, 1], rng=rng), list(range(0, 301, 4))
    size, right, wrong = [], [], []
    for _ in at:
        analytic = _vector(nn.gradients(params, X, Y, decay=STRENGTH))
        measured = numeric_gradient(lambda p: nn.cost(p, X, Y, decay=STRENGTH), params, step=STEP)
        numeric = _vector(measured.values)
        size.append(float(np.linalg.norm(analytic)))
        right.append(relative_difference(analytic, numeric))
        wrong.append(relative_difference(1.5 * analytic, numeric))
        params, _ = nn.train(params, X, Y, steps=4, rate=2, decay=STRENGTH)
    return at, size, right, wrong


@numbers("along-training")
def run() -> dict[str, list[float]]:
    """The same run, for the picture that moves."""
    steps, size, right, wrong = _run()
    return {"steps": list(steps), "size": size, "right": right, "wrong": wrong}


def _vector(grads: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([g.ravel() for g in grads.values()])
