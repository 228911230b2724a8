"""Pictures that move: which figure has one, and its place in the page. Without JavaScript the figure stands as it is.

A figure that has one stands in a <moving-picture>; loader.mjs loads the module of that name when it comes into view.
"""

import html
import json

from website.figures.registry import measures

PICTURES = {
    "error-of-wrong": "error",
    "two-triangles": "secant",
    "v-curve": "v-curve",
    "cancellation": "digits",
    "relu-kink": "kink",
    "theta-layout": "theta",
    "backprop-graph": "backprop",
    "check-triangle": "triangle",
    "threshold-strips": "threshold",
    "failed-pattern": "bugs",
    "along-training": "training",
    "bisection": "bisect",
    "under-the-noise": "depth",
    "tape": "tape",
    "four-formulas": "formulas",
    "four-answers": "answers",
}
HOW = {
    "error": "Drag the point, move w with the arrow keys, or jump to a zero.",
    "secant": "Drag the points, or move θ and ε with the arrow keys.",
    "v-curve": "Drag the orange point along the curve, or move θ and ε with the arrow keys.",
    "kink": "Drag the points, or move the kink with the arrow keys.",
    "theta": "Point at an entry of an array, or go through θ with the arrow keys.",
    "backprop": (
        "Touch a number to see the row and the column that make it. Go from line to line, or break one. "
        "Orange: the same slopes, measured."
    ),
    "triangle": "Drag the orange tip, or move its length and angle with the arrow keys.",
    "threshold": "Choose a measure, then drag the line, or move it with the arrow keys.",
    "bugs": "Choose a bug. Guess first which blocks it spoils.",
    "training": "Drag the line along the training, or move it with the arrow keys.",
    "bisect": "Ask half by half, or hide the wrong entry elsewhere.",
    "digits": "Move ε with the arrow keys, or drag the edge of the grey digits.",
    "tape": "Go forward and back with the buttons, or move x and y.",
    "formulas": "Drag the line along the curves, or move ε with the arrow keys.",
    "answers": "Drag the dot over the map, or move it with the arrow keys.",
    "depth": "Drag the dot from layer to layer, or use the arrow keys.",
}


def around(name: str, drawn: str) -> str:
    """The figure of that name as drawn, in a frame in which it can be replaced, if there is what replaces it.

    How it is moved is said below; the style sheet shows it when there is something to move.
    """
    module = PICTURES.get(name)
    if module is None:
        return drawn
    measure = measures().get(name)  # what no reader's browser computes is measured while the site is built
    numbers = f' data-numbers="{html.escape(json.dumps(_short(measure())))}"' if measure else ""
    return f'<moving-picture name="{module}"{numbers}>{drawn}</moving-picture><p class="moving-how">{HOW[module]}</p>'


def _short(shown: object) -> object:
    """The same, with five digits of every number: more cannot be seen."""
    if isinstance(shown, float):
        return float(f"{shown:.5g}")
    if isinstance(shown, dict):
        return {name: _short(value) for name, value in shown.items()}
    return [_short(value) for value in shown] if isinstance(shown, list) else shown
