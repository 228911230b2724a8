"""Random numbers that a layer draws from `np.random` or `random`, the same ones in every call."""

from __future__ import annotations

import functools
import random
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

ONE_AT_A_TIME = threading.RLock()  # these generators are one for the whole process, so for all threads


class Draws:
    """The state of both generators now: calls that draw begin with it, and it is put back after each."""

    def __init__(self) -> None:
        self._start = _states()
        self._drawn: bool | None = None  # not known before the first call

    def the_same_in(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which draws the same numbers in every call; as it is, once a first one has drawn none."""

        @functools.wraps(function)
        def called(*arguments: Any, **named: Any) -> Any:
            if self._drawn is False:
                return function(*arguments, **named)
            with ONE_AT_A_TIME:
                before = _states()
                _set(self._start)
                try:
                    return function(*arguments, **named)
                finally:
                    if self._drawn is None:
                        self._drawn = _differ(_states(), self._start)
                    _set(before)

        return called


def _states() -> tuple[Any, Any]:
    return np.random.get_state(), random.getstate()  # noqa: NPY002 (the generators that the caller's layer uses)


def _set(states: tuple[Any, Any]) -> None:
    np.random.set_state(states[0])  # noqa: NPY002
    random.setstate(states[1])


def _differ(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    (_, keys, place, *_), (_, old_keys, old_place, *_) = one[0], other[0]
    return place != old_place or not np.array_equal(keys, old_keys) or one[1] != other[1]
