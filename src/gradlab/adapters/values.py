"""Objects that keep a number or an array and its gradient, as micrograd's do, as a function of plain arrays."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from gradlab.adapters.attributes import BOXES
from gradlab.errors import GradlabError

Both = Callable[[Any], tuple[Any, Any]]


def problem(loss: Callable[..., Any], params: Any, *, backward: str = "backward") -> tuple[Both, Any]:
    """What `check_gradients(..., grads=True)` asks for, from a loss that is made of objects with a `backward`.

    Each call puts numbers into your objects, clears their gradients, asks `loss` and its `backward`, reads the
    gradients, and puts everything back as it was.

    Parameters
    ----------
    loss
        Returns an object with the value of the loss, and a method that leaves the gradients in the objects. It takes
        no argument, or `params`.
    params
        The objects: one, or in a list or dict, nested, or what has them in `params.parameters()`. Each has `data` and
        `grad`, `value` and `grad`, `data` and `diff`, …, numbers or arrays.
    backward
        The name of the method.

    Returns
    -------
    both, start
        For `gradlab.check_gradients(*problem(loss, params), grads=True)`. `start` is one array if every object of a
        list keeps one number, else a dict of arrays by path, such as `[0].W`.

    Raises
    ------
    GradlabError
        If an object keeps no number with its gradient, or the loss has no such method.

    Examples
    --------
    >>> class Number:
    ...     def __init__(self, data, then=lambda out: None):
    ...         self.data, self.grad, self.then = data, 0.0, then
    ...     def __mul__(self, other):
    ...         def then(out):
    ...             self.grad += other.data * out.grad
    ...             other.grad += self.data * out.grad
    ...         return Number(self.data * other.data, then)
    ...     def backward(self):
    ...         self.grad = 1.0
    ...         self.then(self)
    >>> a, b = Number(2.0), Number(-3.0)
    >>> from gradlab import check_gradients
    >>> check_gradients(*problem(lambda: a * b, [a, b]), grads=True).ok
    True
    """
    if not callable(loss):
        raise GradlabError(f"loss must be a function that returns an object with {backward}(), got {loss!r}")
    form = list(params.parameters()) if callable(getattr(params, "parameters", None)) else params
    form = list(form) if isinstance(form, Iterator) else form
    boxes = {name: (box, *_places(name, box)) for name, box in _walk(form, "")}
    if not boxes:
        raise GradlabError("params must hold at least one object, got none")
    row = isinstance(form, list | tuple) and all(np.ndim(getattr(box, data)) == 0 for box, data, _ in boxes.values())
    arguments = (params,) if _takes_one(loss) else ()

    def laid_out(parts: Iterable[Any]) -> Any:
        return np.array(list(parts), dtype=float) if row else dict(zip(boxes, parts, strict=True))

    def both(moved: Any) -> tuple[Any, Any]:
        before = [(getattr(box, data), getattr(box, grad)) for box, data, grad in boxes.values()]
        try:
            parts = moved if row else moved.values()
            for (box, data, grad), part, (was, slope) in zip(boxes.values(), parts, before, strict=True):
                setattr(box, data, np.array(part) if np.ndim(was) else float(part))
                setattr(box, grad, _cleared(slope))
            out = loss(*arguments)
            value = _value(out)
            _method(out, backward)()
            return value, laid_out(_slope(box, data, grad) for box, data, grad in boxes.values())
        finally:
            for (box, data, grad), (was, slope) in zip(boxes.values(), before, strict=True):
                setattr(box, data, was)
                setattr(box, grad, slope)

    return both, laid_out(np.array(getattr(box, data), dtype=float) for box, data, _ in boxes.values())


def _walk(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for key, part in tree.items():
            yield from _walk(part, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list | tuple):
        for i, part in enumerate(tree):
            yield from _walk(part, f"{path or 'params'}[{i}]")
    elif tree is not None:
        yield path or "theta", tree


def _places(name: str, box: Any) -> tuple[str, str]:
    """The attributes in which an object keeps its number and the gradient."""
    for data, grad in BOXES:
        if hasattr(box, data) and hasattr(box, grad):
            try:
                np.asarray(getattr(box, data), dtype=float)
            except (TypeError, ValueError):
                continue
            return data, grad
    raise GradlabError(
        f"{name} must keep a number or an array with its gradient, as data and grad, or value and grad: it is "
        f"{type(box).__name__}. A layer with forward and backward goes to layers.problem, arrays to check_gradients"
    )


def _cleared(slope: Any) -> Any:
    if slope is None:
        return None
    return np.zeros_like(slope, dtype=float) if np.ndim(slope) else 0.0


def _slope(box: Any, data: str, grad: str) -> Any:
    """Zero where no gradient was left: a loss that uses the object is then seen to be wrong."""
    slope = getattr(box, grad)
    return np.zeros(np.shape(getattr(box, data))) if slope is None else np.array(slope, dtype=float)


def _value(out: Any) -> Any:
    name = next((data for data, _ in BOXES if hasattr(out, data)), None)
    if name is None:
        raise GradlabError(
            f"loss must return an object that keeps its value in data or value, got {type(out).__name__}"
        )
    return getattr(out, name)


def _method(out: Any, backward: str) -> Any:
    found = getattr(out, backward, None)
    if not callable(found):
        raise GradlabError(
            f"what loss returns must have a method {backward!r}: {type(out).__name__} has none. "
            "Name it: backward='...'"
        )
    return found


def _takes_one(loss: Callable[..., Any]) -> bool:
    try:
        arguments = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):
        return False
    return sum(p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD for p in arguments) == 1
