"""Frozen records that hold arrays: two are equal if all their fields are, and equal ones have the same hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def equal(one: Any, other: Any) -> bool:
    """Whether two values of the same type are equal, entry by entry, field by field; NaN is equal to NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    if is_dataclass(one):
        return all(equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other or (one != one and other != other))


def hashed(record: Any) -> int:
    """A hash of what is text or a whole number in a record: an array has none, and a NaN has one for itself."""
    values = (getattr(record, field.name) for field in fields(record))
    return hash((type(record), *(value for value in values if isinstance(value, str | int))))
