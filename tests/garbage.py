"""Garbage in every argument of every public function, and how the calls end: `python -m tests.garbage` counts."""

import contextlib
import copy
import inspect
import io
import signal
import threading
import traceback
import warnings
from collections import Counter, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

import gradlab
from gradlab import GradlabError, precision, stencils, steps
from gradlab.sweep import sweep, sweep_gradients

PACKAGE = Path(gradlab.__file__).parent
SECONDS = 20  # for one call: it takes milliseconds, and a busy machine takes longer
GOOD = ("answer", "GradlabError", "exception of the caller's own")


class Own(Exception):
    """An exception of the caller's own: it may come out as it is."""


class Hostile:
    """Says no to whatever is asked."""

    def __array__(self, *arguments, **keywords):
        raise Own

    def __float__(self):
        raise Own

    def __len__(self):
        raise Own

    def __iter__(self):
        raise Own


class Silent(Hostile):
    """Fails with exceptions that Python's own protocols swallow or expect."""

    def __array__(self, *arguments, **keywords):
        raise TypeError("no array")


class Labelled:
    """As pandas' Series: an array for whoever asks, but it calculates by its labels."""

    def __array__(self, *arguments, **keywords):
        return np.array([0.3, -0.7, 1.1])

    def to_numpy(self):
        return np.asarray(self)


class Duck(Labelled):
    """An array of somebody else's."""

    to_numpy = None
    __array_interface__ = property(lambda self: np.asarray(self).__array_interface__)


class Sub(np.ndarray):
    """A subclass whose arithmetic may be another."""


class Number:
    """Like a number, and none."""

    def __index__(self):
        return 2

    def __float__(self):
        return 1.5


def generates(*arguments, **keywords):
    yield 1.0


def remembers():
    """Another answer at every call."""
    calls = []
    return lambda *a, **k: float(len(calls)) if calls.append(1) is None else 0.0


def frozen(array):
    array.flags.writeable = False
    return array


def refuses(*arguments, **keywords):
    raise Own


def garbage():
    """By name, things that are almost never meant; made anew for every call."""
    cyclic = []
    cyclic.append(cyclic)
    return {
        "None": None,
        "True": True,
        "NumPy's True": np.True_,
        "zero": 0,
        "minus one": -1,
        "half": 0.5,
        "NaN": float("nan"),
        "inf": float("inf"),
        "tiny": 5e-324,
        "huge": 1.7e308,
        "beyond float": 10**400,
        "complex": 1 + 2j,
        "text": "1e-5",
        "empty text": "",
        "bytes": b"2",
        "list": [1.0, 2.0],
        "empty list": [],
        "tuple": (1.0, 2.0),
        "ragged": [[1.0], [1.0, 2.0]],
        "dict": {"a": 1.0},
        "empty dict": {},
        "odd keys": {1: np.ones(2), None: "x"},
        "list of dicts": [{"W": np.ones(2)}],
        "set": {1.0, 2.0},
        "range": range(3),
        "generator": (i for i in range(3)),
        "array": np.array([1.0, 2.0]),
        "no dimensions": np.array(1e-5),
        "one entry": np.array([1e-5]),
        "integers": np.array([1, 2]),
        "empty array": np.zeros((0, 3)),
        "objects": np.array([None, "x"], dtype=object),
        "texts": np.array(["a", "b"]),
        "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
        "structured": np.zeros(2, dtype=[("x", float)]),
        "NaNs": np.array([np.nan, 1.0]),
        "halves": np.ones(2, np.float16),
        "longdouble": np.array([1.0, 2.0], np.longdouble),
        "matrix": np.matrix([[1.0, 2.0]]),
        "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        "masked constant": np.ma.masked,
        "overflowing": np.array([1e308, -1e308]),
        "object": object(),
        "hostile": Hostile(),
        "silent": Silent(),
        "class": dict,
        "type": float,
        "module": np,
        "function": lambda *a, **k: 1.0,
        "function of None": lambda *a, **k: None,
        "function of text": lambda *a, **k: "x",
        "function of arrays": lambda *a, **k: np.ones(3),
        "function of pairs": lambda *a, **k: (1.0, np.ones(2)),
        "function that refuses": refuses,
        "function without arguments": lambda: 1.0,
        "ufunc": np.tanh,
        "dtype": np.dtype("float32"),
        "generator of numbers": np.random.default_rng(0),
        "stencil": stencils.FORWARD,
        "exception": ValueError("x"),
        "cyclic": cyclic,
        "labelled": Labelled(),
        "labelled in a dict": {"W": Labelled()},
        "duck": Duck(),
        "subclass": np.array([0.3, -0.7, 1.1]).view(Sub),
        "records": np.rec.array([(1.0, 2.0)], dtype=[("a", float), ("b", float)]),
        "read-only": frozen(np.array([0.3, -0.7, 1.1])),
        "backwards": np.array([1.1, -0.7, 0.3])[::-1],
        "every third": np.arange(9.0)[::3],
        "the other byte order": np.array([0.3, -0.7, 1.1], dtype=">f8" if np.little_endian else "<f8"),
        "broadcast": np.broadcast_to(0.5, (3,)),
        "iterator": np.array([0.3, -0.7, 1.1]).flat,
        "whole beyond int64": [10**30, 1],
        "unsigned": np.array([2**64 - 1], dtype=np.uint64),
        "fractions": [Fraction(1, 2), Fraction(1, 3)],
        "decimal": Decimal("0.5"),
        "deque": deque([1.0, 2.0]),
        "buffer": memoryview(np.array([0.3, -0.7, 1.1])),
        "number-like": Number(),
        "generator function": generates,
        "remembers": remembers(),
        "function of complex": lambda *a, **k: 1 + 0j,
        "function of bools": lambda *a, **k: True,
        "function of one entry": lambda *a, **k: np.array([1.0]),
        "function of halves": lambda *a, **k: np.float16(1),
        "function of NaN": lambda *a, **k: float("nan"),
        "function of objects": lambda *a, **k: np.array([1.0, None], dtype=object),
        "function of itself": lambda *a, **k: a[0] if a else k,
        "function of whole beyond float": lambda *a, **k: 10**400,
    }


THETA = np.array([0.3, -0.7, 1.1])


def cost(t):
    return float(np.sum(np.tanh(t)))


def grads(t):
    return 1 - np.tanh(t) ** 2


def sine(t):
    return np.sin(t)


def squash(t):
    return np.tanh(t)


def slope_along(t, v):
    return grads(t) * v


def forward(x, w):
    return np.tanh(x * w)


def backward(R, x, w):
    slope = R * (1 - np.tanh(x * w) ** 2)
    return {"x": slope * w, "w": slope * x}


REPORT = gradlab.check_gradients(cost, THETA, grads)


def calls():
    """Every public function with arguments that are right, keywords included; made anew for every call."""
    theta = THETA.copy()
    options = {
        name: parameter.default
        for name, parameter in inspect.signature(gradlab.check_gradients).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    problem = {"cost": cost, "params": theta}
    layer = {"forward": forward, "backward": backward, "inputs": {"x": theta, "w": theta + 1}}
    points = {"f": sine, "x": 0.5}
    return {
        "check_gradients": (gradlab.check_gradients, problem | {"grads": grads} | options),
        "check_gradients of arrays": (gradlab.check_gradients, problem | {"grads": grads(theta)} | options),
        "check_gradients of some entries": (
            gradlab.check_gradients,
            problem | {"grads": grads} | options | {"only": {"theta": np.array([True, False, True])}},
        ),
        "check_gradients of complex params": (
            gradlab.check_gradients,
            {"cost": lambda z: cost(z.real), "params": theta + 1j, "grads": lambda z: grads(z.real) + 0j}
            | options
            | {"convention": "torch"},
        ),
        "assert_gradients": (gradlab.assert_gradients, problem | {"grads": grads} | options),
        "check_backward": (gradlab.check_backward, layer | {"cache": False} | options),
        "check_jacobian": (
            gradlab.check_jacobian,
            {"function": squash, "params": theta, "jacobian": lambda t: np.diag(grads(t))} | options,
        ),
        "check_jvp": (
            gradlab.check_jvp,
            {"function": squash, "params": theta, "jvp": slope_along, "vjp": slope_along} | options,
        ),
        "numeric_gradient": (
            gradlab.numeric_gradient,
            problem
            | {
                name: parameter.default
                for name, parameter in inspect.signature(gradlab.numeric_gradient).parameters.items()
                if parameter.kind is parameter.KEYWORD_ONLY
            },
        ),
        "derivative": (gradlab.derivative, points),
        "relative_difference": (gradlab.relative_difference, {"a": theta, "b": theta}),
        "strength": (gradlab.strength, {"report": REPORT}),
        "Parameters": (gradlab.Parameters, {"params": theta}),
        "sweep": (
            sweep,
            points | {"exact": 0.87, "stencils": [stencils.CENTRAL], "steps": [1e-2], "dtype": np.float64},
        ),
        "sweep_gradients": (
            sweep_gradients,
            problem | {"grads": grads, "steps": [1e-2, 1e-3], "stencil": stencils.CENTRAL},
        ),
        "unit_roundoff": (precision.unit_roundoff, {"dtype": np.float64}),
        "levels": (precision.levels, {"dtype": np.float64}),
        "level": (precision.level, {"relative_difference": 1e-9, "dtype": np.float64}),
        "stencil": (stencils.stencil, {"offsets": (-1, 1)}),
        "richardson": (
            stencils.richardson,
            {"f": sine, "x": 0.5, "h": 0.1, "stencil": stencils.CENTRAL, "levels": 2},
        ),
        "complex_step": (stencils.complex_step, points | {"h": 1e-20}),
        "truncation_error": (
            steps.truncation_error,
            {"stencil": stencils.CENTRAL, "step": 1e-3, "derivative": 1.0},
        ),
        "roundoff_error": (steps.roundoff_error, {"stencil": stencils.CENTRAL, "step": 1e-3, "noise": 1e-16}),
        "best_step": (
            steps.best_step,
            {"stencil": stencils.CENTRAL, "dtype": np.float64, "scale": 1.0, "noise": None, "derivative": 1.0},
        ),
        "exact_step": (steps.exact_step, {"x": 1.0, "h": 1e-3}),
        "noise_from_table": (steps.noise_from_table, {"values": np.sin(np.arange(9.0))}),
    }


class TooLong(BaseException):
    """A call that does not end."""


def within(seconds, call):
    """Its answer; TooLong if it takes more than so many seconds (where the system has alarms)."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return call()

    def stop(number, frame):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        return call()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def of_the_callers(error, given):
    """Whether an exception comes from what the caller gave: raised below this module, or in C."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    ours = [file for file in files if file == __file__ or Path(file).is_relative_to(PACKAGE)]
    compiled = isinstance(given, type | np.ufunc) and isinstance(error, TypeError)
    called = isinstance(error, TypeError) and "positional argument" in str(error)  # with arguments it does not take
    return isinstance(error, Own) or ours[-1] == __file__ or compiled or called


def outcome(function, arguments, given):
    """How a call ended, in a word; an exception of another kind is an outcome too."""
    try:
        with np.errstate(all="raise"), contextlib.redirect_stderr(io.StringIO()):  # of progress=True
            within(SECONDS, lambda: function(**arguments))
    except GradlabError as error:
        return "GradlabError" if len(str(error)) > 20 else f"a message without a rule: {error}"
    except gradlab.GradientMismatch:
        return "answer"
    except TooLong:
        return "does not end"
    except Exception as error:  # noqa: BLE001 (that is what is looked for)
        return GOOD[2] if of_the_callers(error, given) else f"{type(error).__name__}: {error}"
    return "answer"


def tried():
    """Function, argument, kind of garbage, and how the call with it ended, for all of them."""
    for name, (_, right) in calls().items():
        for argument in right:
            yield from ((name, argument, kind, ended) for kind, ended in ends(name, argument))


def ends(name, argument):
    """Kinds of garbage, and how a call with each in this argument ended; that it changed an array is an end too."""
    for kind in garbage():
        function, arguments = calls()[name]
        untouched = copy.deepcopy({key: value for key, value in arguments.items() if isinstance(value, np.ndarray)})
        given = garbage()[kind]
        ended = outcome(function, arguments | {argument: given}, given)
        changed = [key for key, value in untouched.items() if not np.array_equal(value, arguments[key])]
        yield kind, f"{', '.join(changed)} changed" if changed else ended


def main():
    """Print how many calls ended in which way, and every call that ended badly."""
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", PendingDeprecationWarning)  # np.matrix
    counts = Counter()
    for name, argument, kind, ended in tried():
        counts[ended if ended in GOOD else "bad"] += 1
        if ended not in GOOD:
            print(f"{name}, {argument}: {kind}: {ended}")
    print(f"{counts.total():6} calls, {len(calls())} functions, {len(garbage())} kinds of garbage")
    for ended in (*GOOD, "bad"):
        print(f"{counts[ended]:6} {ended}")


if __name__ == "__main__":
    main()
