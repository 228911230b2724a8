"""Mistakes that were written by people who had not seen the diagnosis, and judged before it was changed for them.

`a` and `b` are two batches: 40 and 30 files, half networks, half science. Each has a cost, its right gradient, and the
same with one mistake, or two, as a person would have written it; TRUTH says what it is. `python -m tests.diagnosis.blind`
counts what the first findings are worth.
"""

import importlib
import pkgutil

import gradlab

NAMES = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))

# An edit, or a part of the cost, with which all slopes agree here and at two other points, is right wherever it stands.
PROVED = {"GL163", "GL167", "GL168"}
# Judged by reading the whole first message beside TRUTH.
RIGHT = {"a17": ("GL154", "GL125"), "a24": ("GL151",), "b25": ("GL151",)}  # of two that fit, last bits decide
USEFUL = {
    "a14": "GL102",
    "a27": "GL148",
    "a39": "GL148",
    "b08": "GL154",
    "b09": "GL161",
    "b15": "GL127",
    "b28": "GL148",
}
USELESS = {"a30": "GL147", "a40": "GL147", "b20": "GL147", "b24": "GL147"}
NAMED = [name for name in NAMES if name not in USEFUL | USELESS]


def report(name, grads):
    """The report on `grads_right` or `grads_wrong` of a case."""
    case = importlib.import_module(f"{__name__}.{name}")
    return gradlab.check_gradients(case.cost, case.make(0), getattr(case, grads))


def worth(name, code):
    """What this first finding is worth: right, useful, useless; or nobody judged it."""
    if code in PROVED or code in RIGHT.get(name, ()):
        return "right"
    if USEFUL.get(name) == code:
        return "useful"
    return "useless" if USELESS.get(name) == code else "not judged"
