"""Pictures that move: which figure has one, and its place in the page. Without JavaScript the figure stands as it is.

A figure that has one stands in a <moving-picture>; loader.mjs loads the module of that name when it comes into view.
"""

PICTURES = {
    "error-of-wrong": "error",
    "two-triangles": "secant",
    "v-curve": "v-curve",
    "relu-kink": "kink",
    "theta-layout": "theta",
    "backprop-graph": "backprop",
}
HOW = {
    "error": "Drag the point, move w with the arrow keys, or jump to a zero.",
    "secant": "Drag the points, or move θ and ε with the arrow keys.",
    "v-curve": "Drag the orange point along the curve, or move θ and ε with the arrow keys.",
    "kink": "Drag the points, or move the kink with the arrow keys.",
    "theta": "Point at an entry of an array, or go through θ with the arrow keys.",
    "backprop": "Go forward and back with the buttons, or with the arrow keys.",
}


def around(name: str, drawn: str) -> str:
    """The figure of that name as drawn, in a frame in which it can be replaced, if there is what replaces it.

    How it is moved is said below; the style sheet shows it when there is something to move.
    """
    module = PICTURES.get(name)
    if module is None:
        return drawn
    return f'<moving-picture name="{module}">{drawn}</moving-picture><p class="moving-how">{HOW[module]}</p>'
