"""Arguments that cannot be meant are refused, with name, rule and way out, before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab.errors import GradlabError

Floats = NDArray[np.float64]
Workers = Any  # None, a number of threads, a function like map, or what has a method map: executors, a Dask client


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


def real(name: str, value: Any, rule: str = "one real number") -> float:
    """One real number as a float; NaN and inf are numbers, too.

    Raises
    ------
    GradlabError
        If it is text, a bool, complex, masked, or an array with a dimension.
    """
    refused = GradlabError(f"{name} must be {rule}, got {shown(value)}")
    if np.ma.isMaskedArray(value) or not isinstance(value, int | float | np.generic | np.ndarray):
        raise refused
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "fiu":
        raise refused
    with np.errstate(all="ignore"):  # a longdouble beyond 1e308
        return float(array)


def number(name: str, value: Any, rule: str = "one finite number", positive: bool = False) -> float:
    """One finite real number as a float.

    Raises
    ------
    GradlabError
        If it is text, a bool, complex, an array with a dimension, NaN, inf, or not positive where it must be.
    """
    found = real(name, value, rule)
    if not np.isfinite(found) or (positive and found <= 0):
        raise GradlabError(f"{name} must be {rule}, got {shown(value)}")
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


def returned(name: str, value: Any) -> Any:
    """What a function of one number returned, as it is, if it is one real number.

    Raises
    ------
    GradlabError
        If it is anything else.
    """
    if not isinstance(value, float | np.floating):
        real(f"what {name} returns", value)
    return value


def instance(name: str, value: Any, kind: type, example: str) -> Any:
    """Something of a type of gradlab's.

    Raises
    ------
    GradlabError
        If it is of another type.
    """
    if not isinstance(value, kind):
        raise GradlabError(f"{name} must be a {kind.__name__}, like {example}, got {shown(value)}")
    return value


def workers(value: Any) -> Workers:
    """None, a number of threads, a function that works like `map`, or an object with a method `map`.

    Raises
    ------
    GradlabError
        If it is anything else.
    """
    if value is None or callable(value) or callable(getattr(value, "map", None)):
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise GradlabError(
            "workers must be None, a whole number of threads of at least 1, an executor, a Dask client or a function "
            f"like map, got {shown(value)}"
        )
    return whole("workers", value, least=1)


def generator(rng: Any, seed: int) -> np.random.Generator:
    """The generator that was given, or one with the seed that was given, or with `seed` for None.

    Raises
    ------
    GradlabError
        If it is neither a generator nor a seed.
    """
    rng = seed if rng is None else rng
    known = (np.random.Generator, np.random.BitGenerator, np.random.SeedSequence, np.random.RandomState)
    if isinstance(rng, known) or (isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0):
        return np.random.default_rng(rng)  # of a np.matrix it would never come back
    raise GradlabError(f"rng must be a whole number of at least 0 or a np.random.Generator, got {shown(rng)}")


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
    except Exception:  # noqa: BLE001 (whatever an __array__ of somebody else raises)
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
    except Exception:  # noqa: BLE001 (TypeError, ValueError, SyntaxError: it depends on what was given)
        raise GradlabError(f"{rule}, got {shown(value)}") from None
    if found.kind != "f":
        raise GradlabError(f"{rule}, got {found}")
    return found


def steps(value: ArrayLike) -> Floats:
    """One or more positive numbers in a row, which nobody can write into.

    Raises
    ------
    GradlabError
        If they are anything else.
    """
    rule = "one or more positive numbers, like [1e-2, 1e-4]"
    row = np.atleast_1d(floats("steps", value, rule))
    if row.ndim > 1 or not row.size or not np.all(np.isfinite(row) & (row > 0)):
        raise GradlabError(f"steps must be {rule}, got {shown(value)}")
    row.flags.writeable = False
    return row
