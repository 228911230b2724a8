"""Arrays in nested dicts, lists and tuples: leaves by path, such as `layers[0].W`, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


def leaves(tree: Any, like: Any = None, root: str = "") -> list[tuple[str, Any]]:
    """Paths and leaves, in order.

    Parameters
    ----------
    tree
        Nested mappings, lists and tuples.
    like
        Where this tree has a leaf, so has the first one: gradients may be lists where parameters are arrays.
    root
        What a sequence is called that has no name of its own.

    Examples
    --------
    >>> [name for name, _ in leaves({"layers": [{"W": np.ones(2)}, {"W": np.ones(3)}], "scale": 2.0})]
    ['layers[0].W', 'layers[1].W', 'scale']
    """
    return list(_walk(tree, tree if like is None else like, "", root))


def _walk(tree: Any, like: Any, path: str, root: str) -> Iterator[tuple[str, Any]]:
    if isinstance(like, Mapping) and isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _walk(value, like.get(key), f"{path}.{key}" if path else str(key), root)
    elif is_sequence(like, inside=bool(path)) and isinstance(tree, list | tuple):
        for i, value in enumerate(tree):
            yield from _walk(value, like[i] if i < len(like) else None, f"{path or root}[{i}]", root)
    else:
        yield path or "theta", tree


def rebuilt(like: Any, values: Iterator[Any], inside: bool = False) -> Any:
    """The structure of `like`, its own keys included, with these leaves in order."""
    if isinstance(like, Mapping):
        return {key: rebuilt(value, values, True) for key, value in like.items()}
    if is_sequence(like, inside):
        parts = [rebuilt(value, values, True) for value in like]
        if not isinstance(like, tuple):
            return parts
        return type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)
    return next(values)


def is_sequence(tree: Any, inside: bool = False) -> bool:
    """A list or tuple of arrays or dicts. A list of numbers is one array, and so, inside, are rows of numbers."""
    if not isinstance(tree, list | tuple):
        return False
    if not inside:
        return not tree or any(isinstance(part, Mapping) or _dimensions(part) > 0 for part in tree)
    return any(
        isinstance(part, Mapping) or is_sequence(part, inside=True) or getattr(part, "ndim", 0) > 0 for part in tree
    )


def _dimensions(part: Any) -> int:
    try:
        return np.ndim(part)
    except Exception:  # noqa: BLE001 (rows of different lengths, or an __array__ that raises)
        return 1
