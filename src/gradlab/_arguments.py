"""Arguments that cannot be meant are refused, with name, rule and way out, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab.errors import GradlabError

Floats = NDArray[np.float64]
Workers = int | Callable[..., Iterable[Any]] | None


def shown(value: Any) -> str:
    """What was given, for a message: numbers and text as they are written, of anything else its type.

    Examples
    --------
    >>> shown(-1.0), shown("a"), shown([1.0, 2.0]), shown(np.float64(0.5))
    ('-1.0', "'a'", 'list', '0.5')
    """
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        value = value.item()
    if value is None or isinstance(value, bool | int | float | complex | str):
        text = repr(value)
        return text if len(text) <= 40 else text[:39] + "…"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return type(value).__name__


def number(name: str, value: Any, rule: str = "one finite number", positive: bool = False) -> float:
    """One finite real number as a float.

    Raises
    ------
    GradlabError
        If it is text, a bool, complex, an array with a dimension, NaN, inf, or not positive where it must be.
    """
    refused = GradlabError(f"{name} must be {rule}, got {shown(value)}")
    if np.ma.isMaskedArray(value) or not isinstance(value, int | float | np.generic | np.ndarray):
        raise refused
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "fiu":
        raise refused
    try:
        found = float(array)
    except OverflowError:  # an int beyond 1e308
        raise refused from None
    if not np.isfinite(found) or (positive and found <= 0):
        raise refused
    return found


def whole(name: str, value: Any, least: int) -> int:
    """A whole number of at least `least`; 3.0 counts as 3.

    Raises
    ------
    GradlabError
        If it is anything else.
    """
    rule = f"a whole number of at least {least}"
    found = number(name, value, rule)
    if found != np.floor(found) or found < least or found > 2**53:
        raise GradlabError(f"{name} must be {rule}, got {shown(value)}")
    return int(found)


def switch(name: str, value: Any) -> bool:
    """True or False. Other values are refused: a text like "no" would count as True.

    Raises
    ------
    GradlabError
        If it is neither.
    """
    if not isinstance(value, bool | np.bool_):
        raise GradlabError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def function(name: str, value: Any, of: str) -> Any:
    """Something that can be called.

    Raises
    ------
    GradlabError
        If it cannot.
    """
    if not callable(value):
        raise GradlabError(f"{name} must be a function of {of}, got {type(value).__name__}")
    return value


def workers(value: Any) -> Workers:
    """None, a number of threads, or a function that works like `map`.

    Raises
    ------
    GradlabError
        If it is anything else.
    """
    if value is None or callable(value):
        return value  # type: ignore[no-any-return]
    if isinstance(value, float | np.floating) or np.ndim(value) or isinstance(value, str):
        raise GradlabError(
            "workers must be None, a whole number of threads of at least 1, or a function like map, "
            f"got {shown(value)}"
        )
    return whole("workers", value, least=1)


def generator(rng: Any, seed: int) -> np.random.Generator:
    """The generator that was given, or one with the seed that was given, or with `seed` for None.

    Raises
    ------
    GradlabError
        If it is neither a generator nor a seed.
    """
    try:
        return np.random.default_rng(seed if rng is None else rng)
    except (TypeError, ValueError, OverflowError, AttributeError):
        raise GradlabError(
            f"rng must be a whole number of at least 0 or a np.random.Generator, got {shown(rng)}"
        ) from None


def floats(name: str, value: ArrayLike, rule: str = "real numbers") -> Floats:
    """Real numbers as an array of float64, a copy.

    Raises
    ------
    GradlabError
        If they are not real numbers, have no common shape, or some are masked.
    """
    refused = GradlabError(f"{name} must be {rule}, got {shown(value)}")
    if np.ma.isMaskedArray(value):
        raise GradlabError(f"{name} must be {rule}, got a masked array: fill it with .filled(), or leave entries out")
    try:
        array = np.asarray(value)
    except Exception:  # whatever an __array__ of somebody else raises
        raise refused from None
    if array.dtype.kind not in "fiub":
        raise refused
    with np.errstate(all="ignore"):  # a longdouble beyond 1e308
        return np.array(array, dtype=np.float64)


def float_dtype(value: DTypeLike) -> np.dtype[Any]:
    """A real floating-point dtype.

    Raises
    ------
    GradlabError
        If it is no dtype, or not of real floats.
    """
    rule = "dtype must be a real floating-point type, like np.float64 or np.float32"
    try:
        found = np.dtype(value)
    except Exception:  # TypeError, ValueError, SyntaxError: it depends on what was given
        raise GradlabError(f"{rule}, got {shown(value)}") from None
    if found.kind != "f":
        raise GradlabError(f"{rule}, got {found}")
    return found
