"""Functions whose arguments are the parameters one by one, `cost(W, b)`, and a gradient for each of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.errors import GradlabError

WRITTEN = ("grad", "grads", "gradient", "g", "out", "df")
"""What an argument is called into which a cost writes its gradient."""


def of_params(what: str, function: Any, params: Any) -> Any:
    """A function as one of params. It may take them one by one: by name from a dict, in order from a list or tuple.

    The entries of one array are not handed out so: `cost(w, X)` with X forgotten would be asked for something else.

    Parameters
    ----------
    what
        What the function is called in a message.
    function
        Anything else than a function is left as it is, but for functions in a dict or a list: each gives the
        gradient of one parameter.
    params
        As for `check_gradients`.

    Raises
    ------
    GradlabError
        If it can be called neither with params nor with the parameters.

    Examples
    --------
    >>> cost = of_params("cost", lambda W, b: W * b, {"W": 2.0, "b": 3.0})
    >>> cost({"W": 2.0, "b": 4.0})
    8.0
    """
    if isinstance(function, Mapping) and function and all(map(callable, function.values())):
        return _Each({name: of_params(f"{what}[{name!r}]", one, params) for name, one in function.items()})
    if isinstance(function, list | tuple) and function and all(map(callable, function)):
        return _Each([of_params(f"{what}[{i}]", one, params) for i, one in enumerate(function)])
    if not callable(function) or not isinstance(params, Mapping | list | tuple | np.ndarray):
        return function
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a compiled function that does not tell
        return function
    if _fits(signature, params):
        return function
    needed = [p.name for p in signature.parameters.values() if p.default is p.empty and p.kind <= p.KEYWORD_ONLY]
    writes = len(needed) == 2 and needed[1] in WRITTEN
    if not (isinstance(params, np.ndarray) or writes) and _fits(signature, *_row(params), **_named(params)):
        return _OneByOne(function, tuple(signature.parameters) if what == "grads" else ())
    raise GradlabError(
        f"{what} must take params as its one argument{_or_one_by_one(params)}: its arguments are {signature}. "
        + _way_out(needed[1:], writes, params)
    )


@dataclass(frozen=True)
class _OneByOne:
    """A function of the parameters one by one; a process pool can take it.

    Attributes
    ----------
    names
        Of its arguments: a tuple of as many gradients is in their order.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]

    def __call__(self, params: Any) -> Any:
        answer = self.function(*_row(params), **_named(params))
        if isinstance(params, Mapping) and type(answer) in (tuple, list) and len(answer) == len(self.names):
            return dict(zip(self.names, answer, strict=True))
        return answer


@dataclass(frozen=True)
class _Each:
    """What several functions of params return, in the dict or list in which the functions are."""

    functions: Any

    def __call__(self, params: Any) -> Any:
        if isinstance(self.functions, Mapping):
            return {name: function(params) for name, function in self.functions.items()}
        return [function(params) for function in self.functions]


def _row(params: Any) -> tuple[Any, ...]:
    return () if isinstance(params, Mapping) else tuple(params)


def _named(params: Any) -> dict[str, Any]:
    return {str(name): value for name, value in params.items()} if isinstance(params, Mapping) else {}


def _fits(signature: inspect.Signature, *arguments: Any, **named: Any) -> bool:
    try:
        signature.bind(*arguments, **named)
    except TypeError:
        return False
    return True


def _or_one_by_one(params: Any) -> str:
    if isinstance(params, np.ndarray):
        return ""
    names = f" under their names ({', '.join(map(str, list(params)[:8]))})" if isinstance(params, Mapping) else ""
    return f", or the {len(params)} parameters one by one{names}"


def _way_out(more: list[str], writes: bool, params: Any) -> str:
    if writes:
        return f"If it writes the gradient into {more[0]}: lambda x: (f(x, g := np.zeros_like(x)), g), and grads=True"
    if isinstance(params, np.ndarray) and params.ndim == 1 and len(more) + 1 == len(params):
        return "If these are the entries of params, unpack them: lambda params: f(*params)"
    if more:
        return f"Bind the others: lambda params: f(params, {', '.join(more)})"
    return (
        "It needs an argument, params, and reads what was made earlier. Put them there first: "
        "lambda p: (globals().update(p), f())[1] with params={'W': W}, or net.__dict__.update(p). For objects that "
        "keep data and grad: from gradlab.adapters import values; "
        "check_gradients(*values.problem(f, params), grads=True)"
    )
