"""Parameters and gradients that cannot be checked as they are: what is wrong with them, and lines to copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab._arguments import shown
from gradlab.errors import GradlabError
from gradlab.problem.tree import by_name, is_setting

Vector = NDArray[np.floating[Any]]


def remade(value: np.ndarray) -> str:
    """Python that makes an array p one of the caller's own kind again."""
    kind = type(value)
    return "np.matrix(p)" if kind is np.matrix else f"p.view({kind.__name__})"


def refuse_pairs(what: str, value: Any, shape: tuple[int, ...]) -> None:
    """A gradient and something beside it, or of some rows alone: their author knows how they are laid out."""
    if callable(getattr(value, "toarray", None)):
        raise GradlabError(f"{what} must be an array, got a sparse {type(value).__name__}: .toarray()")
    if not (isinstance(value, list | tuple) and len(value) == 2):
        return
    if len(shape) and all(getattr(part, "shape", None) == shape for part in value):
        raise GradlabError(
            f"{what} must be an array of shape {shape}, got two of them. If these are pairs of a gradient and its "
            "parameter: lambda p: [grad for grad, _ in grads(p)]"
        )
    rows, found = (np.asarray(part) if isinstance(part, np.ndarray | list) else np.empty(()) for part in value)
    if rows.dtype.kind in "iu" and rows.ndim == 1 and len(shape) > 1 and found.shape == (len(rows), *shape[1:]):
        raise GradlabError(
            f"{what} must be an array of shape {shape}, got a {type(value).__name__} of 2. If these are (rows, "
            f"values) of a sparse gradient, add them up: G = np.zeros({shape}); np.add.at(G, rows, values)"
        )


def _refuse_other(name: str, array: NDArray[Any]) -> None:
    """What is no number, and the way to make it one."""
    what = f"params {name!r} must be real floats, got "
    if array.dtype.names:
        fields = ", ".join(array.dtype.names)
        raise GradlabError(
            f"{what}a structured array with the fields {fields}. Check it as one plain array:\n"
            "    from numpy.lib.recfunctions import structured_to_unstructured as plain, unstructured_to_structured\n"
            "    back = lambda t: unstructured_to_structured(t, p.dtype)\n"
            "    check_gradients(lambda t: cost(back(t)), plain(p), lambda t: plain(grads(back(t))))"
        )
    entries = list(array.ravel()[:8]) if array.dtype.kind == "O" else []
    kinds = {type(entry).__name__ for entry in entries}
    if entries and all(any(hasattr(entry, grad) for grad in ("grad", "diff", "g")) for entry in entries):
        raise GradlabError(
            f"{what}{' and '.join(sorted(kinds))} objects. If each keeps a number or an array and its gradient, as "
            "micrograd's do: from gradlab.adapters import values; "
            "check_gradients(*values.problem(cost, params), grads=True)"
        )
    if array.ndim == 0 and entries and hasattr(entries[0], "tocsr"):
        kind = type(entries[0]).__name__
        again = "" if kind.startswith("csr") else f".asformat({entries[0].format!r})"
        raise GradlabError(
            f"{what}a sparse {kind}. What it does not store is no parameter, so check the values that it stores: "
            "M = M.tocsr(), params M.data, and made again inside: lambda v: "
            f"cost(scipy.sparse.csr_array((v, M.indices, M.indptr), M.shape){again}), and for grads the same with "
            ".data of what it returns, if that stores the same places. To check all places, those that are 0 too: "
            "M.toarray()"
        )
    if array.ndim == 0 and entries and isinstance(entries[0], Iterable):
        kind = type(entries[0]).__name__
        raise GradlabError(f"{what}a {kind}: make a dict or a list of it first, dict(...) or list(...)")
    got = f" ({', '.join(sorted(kinds))})" if kinds else ""
    raise GradlabError(f"{what}dtype {array.dtype}{got}: pass an array of floats")


def checked(name: str, array: NDArray[Any], others: Sequence[str]) -> Vector:
    """The array, if it holds finite floats that a step can move. `others` are the names of those that do.

    Raises
    ------
    GradlabError
        If its numbers are of another kind, too short, NaN or inf.
    """
    if array.dtype.kind in "iub":
        rest = f". If it is no parameter, check the others: only={list(others)!r}" if others else ""
        number = "1.0 instead of 1" if array.ndim == 0 else "np.array(..., dtype=float)"
        raise GradlabError(
            f"params {name!r} must be floats, got {array.dtype}: a small step would be cut off. "
            f"Use .astype(float), or {number}{rest}"
        )
    if array.dtype.kind == "c":
        raise GradlabError(
            f"params {name!r} must be real floats, got dtype {array.dtype}: say what their gradients mean, "
            "convention='torch' or 'jax', and both parts, .real and .imag, are checked as blocks of their own"
        )
    if array.dtype.kind != "f":
        _refuse_other(name, array)
    if array.dtype.itemsize < 4:
        raise GradlabError(
            f"params {name!r} must be float32 or finer, got {array.dtype}: it has 3 digits in all. "
            "Use .astype(float), and compute the cost in float64"
        )
    if not np.all(np.isfinite(array)):
        raise GradlabError(
            f"params {name!r} must be finite, got {int(np.sum(~np.isfinite(array)))} NaN or inf: "
            "check where the cost is defined"
        )
    return array


def refuse_nothing(arrays: Mapping[str, Vector], params: Any) -> None:
    """Params without a single number, of which nothing could be checked."""
    if not sum(array.size for array in arrays.values()):
        held = [f"{key!r} is {shown(value)}" for key, value in (by_name(params) or {}).items() if is_setting(value)]
        raise GradlabError(
            "params must hold at least one number, got none" + (f": {', '.join(held[:4])}" if held else "")
        )


def refuse_mixture(arrays: Mapping[str, Vector]) -> None:
    """Arrays of several dtypes: theta, their row, would round some of them."""
    dtypes = {str(array.dtype): name for name, array in arrays.items()}
    if len(dtypes) > 1:
        found = ", ".join(f"{name!r} is {dtype}" for dtype, name in dtypes.items())
        raise GradlabError(f"params must be of one dtype: {found}. Convert them, best with .astype(float)")


def refuse_shared_memory(arrays: Mapping[str, Vector]) -> None:
    """Where two entries are one number, moving one moves the other, and the numeric derivative is a sum."""
    for name, array in arrays.items():
        if array.size and any(stride == 0 and n > 1 for stride, n in zip(array.strides, array.shape, strict=True)):
            raise GradlabError(f"entries of params {name!r} share memory (a broadcast array): pass a copy")
    names = list(arrays)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            if np.shares_memory(arrays[one], arrays[other]):
                raise GradlabError(f"params {one!r} and {other!r} share memory: pass the array once, or a copy of it")
