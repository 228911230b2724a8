"""Functions that hand over numbers which stand beside them: `lambda params: gradients`, computed before the check.

They give the same wherever they are asked. So does a function that keeps what it computed at its first call, which is
wrong elsewhere. What tells them apart is the code: the first reads none of its arguments, and numbers alone besides.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import numpy as np


def is_constant(function: Callable[..., Any], reads: int = 0) -> bool:
    """Whether a function reads none of its arguments but the first few, and no more than numbers from around it.

    Parameters
    ----------
    function
        Methods and objects are never constant: they have something to keep.
    reads
        How many arguments in front are its own, such as an upstream gradient.

    Examples
    --------
    >>> slope, kept = np.cos(np.ones(3)), []
    >>> is_constant(lambda x: slope), is_constant(lambda R, x: R * slope, reads=1)
    (True, True)
    >>> is_constant(lambda x: np.cos(x)), is_constant(lambda x: kept[0].slope)
    (False, False)
    """
    if not isinstance(function, FunctionType):
        return False
    code = function.__code__
    arguments = set(code.co_varnames[reads : code.co_argcount + code.co_kwonlyargcount])
    used: set[Any] = set(code.co_cellvars)
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("STORE_GLOBAL", "STORE_DEREF"):
            return False
        value = instruction.argval
        used |= set(value) if isinstance(value, tuple) and "FAST" in instruction.opname else set()
        used |= {value} if isinstance(value, str) and "FAST" in instruction.opname else set()
    around = inspect.getclosurevars(function)
    return not used & arguments and all(map(_is_number, {**around.nonlocals, **around.globals}.values()))


def _is_number(value: Any) -> bool:
    if isinstance(value, Mapping | list | tuple):
        parts = value.values() if isinstance(value, Mapping) else value
        return len(value) > 0 and all(map(_is_number, parts))
    return value is np or isinstance(value, np.ndarray | np.generic | np.ufunc | int | float)
