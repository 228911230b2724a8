"""What a cost returned, or raised, as one number or as a clear error."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np

from gradlab.errors import GradlabError

NO_VALUE = (ArithmeticError, ValueError, AssertionError, RuntimeError, IndexError)
"""What a cost raises where it has no value: log(-1), exp(1000), a failed assertion or solver, a table that ends."""


class Failure(enum.StrEnum):
    """Why a cost has no value beside params."""

    OVERFLOW = "overflow"  # it is inf there
    DOMAIN = "domain"  # it is NaN there
    RAISED = "raised"  # it raised one of `NO_VALUE`
    BOUNDS = "bounds"  # every step leaves the bounds that were given
    STOPPED = "stopped"  # it was not asked there: the check was interrupted


def number(answer: Any, what: str = "cost") -> float:
    """What a cost returned as one float, or a clear error. It may be NaN or inf."""
    if type(answer) is float or type(answer) is np.float64:
        return float(answer)
    if answer is None:
        raise GradlabError(f"{what} must return a number, got None: is a return missing?")
    if isinstance(answer, list | tuple):
        raise GradlabError(
            f"{what} must return one number, got a {type(answer).__name__} of {len(answer)}: if that is "
            "(cost, grads), say grads=True; if its first is the cost, take [0]: lambda params: f(params)[0]"
        )
    if np.ma.isMaskedArray(answer):
        raise GradlabError(
            f"{what} must return a float, got a masked one: sum what is not masked, like x.filled(0).sum()"
        )
    try:
        array = np.asarray(answer)
    except Exception as error:  # of somebody else's array, like a tensor that requires a gradient
        raise GradlabError(
            f"{what} must return a float, got {type(answer).__name__}, NumPy does not read: "
            f"return float(...). {error}"
        ) from error
    if array.dtype.kind == "b":
        raise GradlabError(
            f"{what} must return a float, got a bool: a comparison has no gradient. "
            "Return the number that is compared"
        )
    if array.dtype.kind == "c":
        raise GradlabError(
            f"{what} must return a real number, got {type(answer).__name__} of dtype {array.dtype}: return its "
            ".real, .imag or abs(), each of which has a gradient"
        )
    if array.dtype.kind not in "fiu":
        raise GradlabError(
            f"{what} must return a real number, got {type(answer).__name__} of dtype {array.dtype}: return float(...)"
        )
    if array.size != 1:
        raise GradlabError(
            f"{what} must return one number, got shape {array.shape}: sum or average it, "
            "or use check_backward for a layer"
        )
    return float(array.item())


def described(error: BaseException) -> str:
    """An exception as text: its type, and what it says."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def out_of_data(what: str = "cost") -> GradlabError:
    """The error to raise where a function ended with StopIteration."""
    return GradlabError(
        f"{what} must not run out of data, it raised StopIteration: draw the batch once, before the check, and hand "
        "the same one to every call"
    )
