"""Arrays in dicts, lists and records, nested: leaves by path, such as `layers[0].W`, and the way back."""

from __future__ import annotations

import copy
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

OF_W = (
    "{}", "d{}", "grad_{}", "{}_grad", "{}_gradient", "{}_gradients", "gradient_{}", "{}_diff", "d_{}", "grad{}",
    "g{}", "g_{}", "dL_d{}", "dLd{}", "dJ_d{}", "dJd{}", "dE_d{}", "dC_d{}", "delta_{}", "{}_delta",
    "{}grad_", "{}gradient_",
)  # fmt: skip
"""What a gradient is called whose parameter is called W, the most usual first."""

_NOT_OWN = ("builtins", "numpy", "torch", "jax", "jaxlib", "tensorflow", "keras", "scipy", "pandas")
"""Where classes come from whose objects are no records of somebody's arrays."""

_GRADIENT = frozenset({"grad", "diff", "g"})
"""What keeps its gradient has it under such a name: see `gradlab.adapters.values`."""

_NO_PART = ("__dict__", "__weakref__")
_NO_RECORD = ("__array__", "__array_interface__", "dtype", "__getattr__", *_GRADIENT)
"""What has such a thing in its class is an array in its own way, or answers for its attributes itself."""

_LABELS = frozenset({"coords", "dims", "index", "columns", "labels"})
_LABELLED = ("values", "data", "_values", "_data")
"""What a labelled array calls its labels, and the numbers that bear them."""

_FUNCTIONS = types.FunctionType | types.BuiltinFunctionType


def leaves(tree: Any, like: Any = None, root: str = "") -> list[tuple[str, Any]]:
    """Paths and leaves, in order, without what can be no parameter (`is_setting`).

    Parameters
    ----------
    tree
        Nested mappings, lists, tuples, object arrays, named tuples, dataclasses, simple namespaces, and objects that
        hold arrays of floats (`is_object`).
    like
        Where this tree has a leaf, so has the first one: gradients may be lists where parameters are arrays. Names
        are those of this tree where all of its names, or all of them with the same prefix, are there: `dW` for `W`.
    root
        What a sequence is called that has no name of its own.

    Examples
    --------
    >>> [name for name, _ in leaves({"layers": [{"W": np.ones(2)}, {"W": np.ones(3)}], "scale": 2.0})]
    ['layers[0].W', 'layers[1].W', 'scale']
    >>> [name for name, _ in leaves({"dW": np.ones(2), "db": 0.0, "dZ": 1.0}, like={"W": np.ones(2), "b": 0.0})]
    ['W', 'b']
    >>> [name for name, _ in leaves({"W": np.ones(2), "b": None, "activation": "tanh"})]
    ['W']
    """
    return list(_walk(tree, tree if like is None else like, "", root))


def is_setting(value: Any) -> bool:
    """Whether it is held among parameters, but can be none: None, text, a switch, a function or a type."""
    return value is None or isinstance(value, str | bytes | bool | type | np.ufunc | _FUNCTIONS)


def is_object(value: Any) -> bool:
    """Whether it is of a class of somebody's own, and attributes of it are arrays of floats or hold some.

    Not what is an array in its own way, and not a number or a tensor that keeps its gradient.

    Examples
    --------
    >>> class Line:
    ...     def __init__(self):
    ...         self.slope, self.degree = np.array([0.5, 2.0]), 1
    >>> is_object(Line()), is_object([np.ones(2)]), is_object(np.random.default_rng())
    (True, False, False)
    """
    return _is_own(value) and any(_holds(part) for part in _attributes(value).values())


def has_labels(value: Any) -> bool:
    """Whether it is an array that is reached by its labels: of pandas, xarray, polars, or of one's own class.

    Examples
    --------
    >>> class Series:
    ...     def __init__(self, values, index):
    ...         self.values, self.index = values, index
    ...     def __array__(self, dtype=None, copy=None):
    ...         return np.asarray(self.values)
    >>> has_labels(Series(np.ones(2), ["rate", "size"])), has_labels(np.ones(2))
    (True, False)
    """
    if not hasattr(value, "__array__") or isinstance(value, np.ndarray | np.generic):
        return False
    own = type(value).__module__.partition(".")[0] not in _NOT_OWN
    return callable(getattr(value, "to_numpy", None)) or (own and any(hasattr(value, label) for label in _LABELS))


def beside(tree: Any, like: Any) -> tuple[str, ...]:
    """Names in gradients that are read with a prefix, and belong to no parameter: `dZ` beside `dW` for `W`."""
    wanted, given = _wanted(like), _members(tree)
    if wanted is None or given is None:
        return ()
    pattern = _pattern(wanted, given)
    left = {} if pattern == "{}" else {k: v for k, v in given.items() if k not in {pattern.format(w) for w in wanted}}
    deeper = (name for key in wanted for name in beside(given.get(pattern.format(key)), wanted[key]))
    return (*map(str, left), *deeper)


def by_name(tree: Any) -> Mapping[Any, Any] | None:
    """The members of a mapping, a named tuple or a record, by their names; None for anything else.

    Of a record (a dataclass, a simple namespace, an object) only what can be moved: floats, arrays of them, what
    holds them.
    """
    members = _members(tree)
    if members is None or isinstance(tree, Mapping | tuple):
        return members
    return {name: value for name, value in members.items() if _can_move(value)}


def rebuilt(like: Any, values: Iterator[Any], inside: bool = False) -> Any:
    """The structure of `like`, its own keys and settings included, with these leaves in order."""
    if inside and is_setting(like):
        return like
    if (members := by_name(like)) is not None:
        new = {key: rebuilt(value, values, True) for key, value in members.items()}
        if isinstance(like, tuple):
            return type(like)(**new)
        return new if type(like) is dict else _with(like, new)
    if is_sequence(like, inside):
        parts = [rebuilt(value, values, True) for value in like]
        if isinstance(like, np.ndarray):
            return _object_array(parts)
        return tuple(parts) if isinstance(like, tuple) else parts
    return next(values)


def is_sequence(tree: Any, inside: bool = False) -> bool:
    """A list or tuple of arrays or dicts. A list of numbers is one array, and so, inside, are rows of numbers."""
    if isinstance(tree, np.ndarray):
        return tree.dtype.kind == "O" and tree.ndim == 1 and any(isinstance(part, np.ndarray) for part in tree)
    if not isinstance(tree, list | tuple):
        return False
    if not inside:
        return not tree or any(by_name(part) is not None or _dimensions(part) > 0 for part in tree)
    return any(
        by_name(part) is not None or is_sequence(part, inside=True) or getattr(part, "ndim", 0) > 0 for part in tree
    )


def listed(tree: Any, like: Any) -> Any:
    """What is iterated over once, as a list; as a dict where names are wanted: of pairs, or of one array."""
    if isinstance(tree, np.ndarray) and isinstance(like, Mapping) and len(like) == 1:
        return dict.fromkeys(like, tree) if np.shape(next(iter(like.values()))) == tree.shape else tree
    if not isinstance(tree, Iterator):
        return tree
    parts = list(tree)
    pairs = all(isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str) for part in parts)
    return dict(parts) if by_name(like) is not None and pairs else parts


def _members(tree: Any) -> Mapping[Any, Any] | None:
    if isinstance(tree, Mapping):
        return tree
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return dict(zip(tree._fields, tree, strict=True))
    if is_dataclass(tree) and not isinstance(tree, type):
        return {field.name: getattr(tree, field.name, None) for field in fields(tree)}
    if isinstance(tree, types.SimpleNamespace):
        return vars(tree)
    return _parts_of_object(tree) if is_object(tree) else None


def _parts_of_object(tree: Any) -> Mapping[str, Any]:
    parts = _attributes(tree)
    if not _LABELS.isdisjoint(parts) and (numbers := [name for name in _LABELLED if _holds(parts.get(name), 0)]):
        return {numbers[0]: parts[numbers[0]]}  # the labels are numbers too, at times, and no parameters
    return {name: part for name, part in parts.items() if isinstance(part, float) or _holds(part)}


def _attributes(value: Any) -> dict[str, Any]:
    """What an object keeps under a name, in its dict or in slots."""
    slots = [vars(kind).get("__slots__", ()) for kind in type(value).__mro__]
    names = [name for some in slots for name in ((some,) if isinstance(some, str) else some)]
    kept = {name: getattr(value, name, None) for name in names if name not in _NO_PART}
    return kept | getattr(value, "__dict__", {})


def _is_own(value: Any) -> bool:
    kind = type(value)
    if kind.__module__.partition(".")[0] in _NOT_OWN or isinstance(value, Mapping | list | tuple | set | str | type):
        return False
    if is_dataclass(kind) or any("__getattribute__" in vars(base) for base in kind.__mro__[:-1]):
        return False
    return not any(hasattr(kind, name) for name in _NO_RECORD) and _GRADIENT.isdisjoint(_attributes(value))


def _holds(value: Any, deep: int = 8) -> bool:
    """Whether there is an array of floats in it; as deep as networks are, so that objects may know their parents."""
    if isinstance(value, np.ndarray | np.floating) and not isinstance(value, float):
        return value.dtype.kind in "fc"
    if deep == 0:
        return False
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    if _is_own(value):
        parts = _attributes(value).values()
    return any(_holds(part, deep - 1) for part in parts)


def _walk(tree: Any, like: Any, path: str, root: str) -> Iterator[tuple[str, Any]]:
    wanted, given = _wanted(like), _members(tree)
    if wanted is not None and given is None and isinstance(like, tuple) and _is_row(tree):
        given = (
            dict(zip(wanted, tree, strict=True)) if len(tree) == len(wanted) else None
        )  # a plain tuple for a named one
    if wanted is not None and given is not None:
        pattern = _pattern(wanted, given)
        if pattern != "{}":
            given = {key: given[pattern.format(key)] for key in wanted}
        elif not isinstance(tree, Mapping | tuple):
            given = {key: value for key, value in given.items() if key in wanted or _can_move(value)}
        for key, value in given.items():
            yield from _walk(value, wanted.get(key), f"{path}.{key}" if path else str(key), root)
    elif is_sequence(like, inside=bool(path)) and _is_row(tree):
        for i, value in enumerate(tree):
            yield from _walk(value, like[i] if i < len(like) else None, f"{path or root}[{i}]", root)
    elif not path or not (is_setting(tree) and is_setting(like)):
        yield path or "theta", tree


def _wanted(like: Any) -> Mapping[Any, Any] | None:
    """The members that hold parameters."""
    members = by_name(like)
    return None if members is None else {key: value for key, value in members.items() if not is_setting(value)}


def _is_row(tree: Any) -> bool:
    return isinstance(tree, list | tuple) or is_sequence(tree)


def _pattern(wanted: Iterable[Any], given: Mapping[Any, Any]) -> str:
    """How the names that are given come from those that are wanted; if in no way, they are taken as they are."""
    if any(key in given for key in wanted):
        return "{}"
    fitting = (pattern for pattern in (*OF_W, *_own(wanted, given)) if _fits(pattern, wanted, given))
    return next(fitting, "{}")


def _fits(pattern: str, wanted: Iterable[Any], given: Mapping[Any, Any]) -> bool:
    return all(pattern.format(key) in given for key in wanted)


def _own(wanted: Iterable[Any], given: Mapping[Any, Any]) -> Iterator[str]:
    """What stands before and behind every name of a parameter, where that gives all names there are: `dL/dW`."""
    names, texts = list(wanted), [key for key in given if isinstance(key, str)]
    if not names or len(texts) != len(names) or len(texts) != len(given):
        return
    first = str(names[0])
    for key in texts:
        before, found, behind = key.partition(first)
        if found:
            yield before.replace("{", "{{").replace("}", "}}") + "{}" + behind.replace("{", "{{").replace("}", "}}")


def _with(like: Any, new: Mapping[Any, Any]) -> Any:
    """A copy of a mapping or a record with other members."""
    if isinstance(like, dict):
        changed = copy.copy(like)
        changed.update(new)
        return changed
    if isinstance(like, Mapping):
        return dict(new)
    changed = copy.copy(like)
    for name, value in new.items():
        object.__setattr__(changed, name, value)  # also where it is frozen
    return changed


def _can_move(value: Any) -> bool:
    if isinstance(value, Mapping | list | tuple) or by_name(value) is not None:
        return True
    if isinstance(value, float | complex):
        return True
    return hasattr(value, "dtype") and getattr(value.dtype, "kind", "f") in "fcO"  # a tensor's dtype has no kind


def _object_array(parts: list[Any]) -> Any:
    array = np.empty(len(parts), dtype=object)
    for i, part in enumerate(parts):
        array[i] = part
    return array


def _dimensions(part: Any) -> int:
    try:
        return np.ndim(part)
    except Exception:  # noqa: BLE001 (rows of different lengths, or an __array__ that raises)
        return 1
