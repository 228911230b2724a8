"""What the network accepts: what is wrong with an input is said here, before anything is computed."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Params = Mapping[str, Array]
Value = TypeVar("Value")


def choose(table: Mapping[str, Value], name: str, argument: str) -> Value:
    """Look up a name that the caller chose, and list the choices if there is no such name."""
    if name not in table:
        raise ValueError(f"{argument} must be one of {', '.join(map(repr, table))}, got {name!r}")
    return table[name]


def require_shape(name: str, array: npt.NDArray[Any], *shape: int | str) -> None:
    """Refuse an array of another shape; a letter stands for any size but 0.

    NumPy would stretch a (n,) bias over the columns without a word, so shapes are never guessed.
    """
    got = np.shape(array)
    if got == shape or (len(got) == len(shape) and all(map(_fits, got, shape))):
        return
    wanted = ", ".join(map(str, shape))
    raise ValueError(f"{name} must have shape ({wanted}), got {got}{_way_out(name, got, shape)}")


def _fits(size: int, wanted: int | str) -> bool:
    return size > 0 if isinstance(wanted, str) else size == wanted


def _way_out(name: str, got: tuple[int, ...], shape: Sequence[int | str]) -> str:
    if 0 in got:
        return ": it is empty"
    if len(got) == len(shape) and all(map(_fits, got[::-1], shape)):
        return ": is it transposed?"
    if len(got) == 1 and len(shape) == 2:
        sizes = ", ".join("-1" if isinstance(size, str) else str(size) for size in shape)
        return f": try {name}.reshape({sizes})"
    return ""


def require_real(name: str, array: npt.NDArray[Any]) -> None:
    """Refuse what is not an array of real numbers. Integers and booleans are welcome."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a NumPy array of real numbers, got {_kind(array)}")


def require_rng(rng: np.random.Generator | None, reason: str) -> np.random.Generator:
    """Refuse to draw random numbers from nowhere: randomness is an argument."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{reason} draws random numbers: pass rng=np.random.default_rng(seed), got {rng!r}")
    return rng


def require_keep(keep: float) -> None:
    """Refuse a probability of keeping a unit that is not in (0, 1]."""
    if not 0 < keep <= 1:
        raise ValueError(f"keep is the probability that a unit stays, 0 < keep <= 1, got {keep!r}")


def require_whole(name: str, number: int, least: int) -> None:
    """Refuse what is not a whole number of at least so much."""
    if not isinstance(number, (int, np.integer)) or number < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {number!r}")


def require_not_negative(name: str, number: float) -> float:
    """Refuse a negative or non-finite number; a NumPy float64 would turn float32 into float64, a float does not."""
    if not 0 <= number < np.inf:
        raise ValueError(f"{name} must be a finite number >= 0, got {number!r}")
    return float(number)


def depth(params: Params) -> int:
    """Count the layers: L for parameters W1, b1, ..., WL, bL."""
    return len(params) // 2


def require_params(params: Params) -> None:
    """Refuse anything but W1, b1, ..., WL, bL in floating point, each layer fitting the one before."""
    if not isinstance(params, Mapping) or not params:
        raise ValueError("params must be a dict of arrays W1, b1, ..., WL, bL: see gradlab.nn.init_params")
    _require_names(params)
    for name, array in params.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
            rule = f"{name} must be an array of floating-point numbers"
            raise TypeError(f"{rule}, got {_kind(array)}: try np.array({name}, dtype=float)")
    n_in: int | str = "n_0"
    for layer in range(1, depth(params) + 1):
        W, b = params[f"W{layer}"], params[f"b{layer}"]
        require_shape(f"W{layer}", W, f"n_{layer}", n_in)
        n_in = len(W)
        require_shape(f"b{layer}", b, n_in, 1)


def _require_names(params: Params) -> None:
    layers = range(1, (len(params) + 1) // 2 + 1)
    wanted = [f"{letter}{layer}" for layer in layers for letter in "Wb"]
    missing = [name for name in wanted if name not in params]
    strange = [name for name in params if name not in wanted]
    if missing or strange:
        raise ValueError(f"params must be named W1, b1, ..., WL, bL: missing {missing}, unexpected {strange}")


def require_masks(params: Params, masks: Params, m: int) -> None:
    """Refuse masks that are not exactly one for each hidden layer: D1 for A1, D2 for A2, ..."""
    wanted = {f"D{layer}": len(params[f"W{layer}"]) for layer in range(1, depth(params))}
    if set(masks) != set(wanted):
        rule = f"masks must be named {list(wanted)}, one for each hidden layer"
        raise ValueError(f"{rule}, got {list(masks)}: a layer without dropout has a mask of ones")
    for name, n in wanted.items():
        require_real(name, masks[name])
        require_shape(name, masks[name], n, m)


def _kind(array: object) -> str:
    return f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
