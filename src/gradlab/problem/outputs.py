"""A function with many outputs: asked once at a point, however many outputs are looked at there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.problem.parameters import array_of
from gradlab.problem.tree import leaves, rebuilt

KEPT = 2**25  # numbers that are remembered: 256 MB of float64

RETURNED = "what function returns"


class Outputs:
    """The outputs of a function as one vector, remembered by the point.

    Attributes
    ----------
    shape, size
        Of what the function returns.
    evaluations
        How often it was called.
    steady
        Two calls at the same point gave the same. If not, nothing is remembered.
    changes
        The function has written into its argument. It is always given a copy.

    Raises
    ------
    GradlabError
        If the function does not return an array of real numbers.
    """

    def __init__(self, function: Callable[[Any], Any], params: Any) -> None:
        if not callable(function):
            raise GradlabError(f"function must be a function of params, got {type(function).__name__}")
        self.function, self.evaluations, self.changes = function, 0, False
        self._kept: dict[bytes, NDArray[Any]] = {}
        first = _one_array(self._called(params))
        if first.dtype.kind != "f":
            raise GradlabError(
                f"function must return real floats, got {first.dtype}"
                + (": return its .real and .imag, stacked" if first.dtype.kind == "c" else "")
            )
        if not np.all(np.isfinite(first)):
            raise GradlabError("function must be finite at params: move params to where it is defined")
        self.shape, self.size, self.value = first.shape, first.size, first
        self.steady = bool(np.array_equal(first, array_of(RETURNED, self._called(params))))

    def one(self, k: int) -> Callable[[Any], Any]:
        """Output k as a function of params."""
        return lambda params: self._at(params)[..., k][()]

    def summed(self, weights: NDArray[Any]) -> Callable[[Any], Any]:
        """The sum of all outputs, each times its weight, as a function of params."""
        return lambda params: (self._at(params) @ weights)[()]

    def _at(self, params: Any) -> NDArray[Any]:
        key = b"".join(np.ascontiguousarray(leaf).tobytes() for _, leaf in leaves(params))
        if (known := self._kept.get(key)) is not None:
            return known
        answer = array_of(RETURNED, self._called(params))
        lead = answer.shape[: answer.ndim - len(self.shape)]  # one more axis in front where it is vectorized
        if answer.shape != lead + self.shape:
            raise GradlabError(f"function must keep the shape of its output {self.shape}, got {answer.shape}")
        answer = answer.reshape(*lead, self.size)
        if self.steady:
            if self._kept and len(self._kept) * answer.size > KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = answer
        return answer

    def _called(self, params: Any) -> Any:
        """The function at a copy of params, and whether it has written into it."""
        self.evaluations += 1
        given = [np.array(leaf) for _, leaf in leaves(params)]
        answer = self.function(rebuilt(params, iter(given)))
        self.changes |= any(
            not np.array_equal(a, b, equal_nan=True) for a, (_, b) in zip(given, leaves(params), strict=True)
        )
        return answer


def _one_array(answer: Any) -> NDArray[Any]:
    """What function returned as an array; a GradlabError that says how several are checked."""
    if isinstance(answer, Mapping):
        keys, count = list(answer), len(answer)
    elif isinstance(answer, list | tuple) and len({np.shape(part) for part in answer}) > 1:
        keys, count = list(range(len(answer))), len(answer)
    else:
        return array_of(RETURNED, answer)
    raise GradlabError(
        f"{RETURNED} must be one array, got {count} outputs: check each by itself, for k in {keys!r}: "
        "check_jacobian(lambda *p: function(*p)[k], params, lambda *p: jacobian(*p)[k])"
    )
