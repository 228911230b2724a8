"""Complex arrays as two real ones: what is checked has real blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def real_parts(name: str, array: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """A copy of a real array under its name; of a complex one the real and the imaginary part, `w.real`, `w.imag`."""
    if np.iscomplexobj(array):
        return {f"{name}.real": array.real.copy(), f"{name}.imag": array.imag.copy()}
    return {name: array.copy()}


def whole(name: str, values: Mapping[str, Any]) -> NDArray[Any]:
    """The way back: a copy of what lies under the name, or of both parts as one complex array."""
    if name in values:
        return np.array(values[name])
    return np.asarray(values[f"{name}.real"] + 1j * values[f"{name}.imag"])
