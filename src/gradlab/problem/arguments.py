"""Functions whose arguments are the parameters one by one, `cost(W, b)`, and a gradient for each of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.errors import GradlabError
from gradlab.problem.tree import is_object

WRITTEN = ("grad", "grads", "gradient", "g", "out", "df")
"""What an argument is called into which a cost writes its gradient."""

LEFT_IN_OBJECT = (
    "If it leaves the gradients in the object: from gradlab.adapters import layers; "
    "check_backward(*layers.problem(net, X, y, forward='loss', backward='backward')), with the names of its methods"
)
"""What to do about a method that takes nothing and returns nothing."""

NO_OBJECT = "It is a method without an object: make one first, net = Net(...), and pass the method of that"


def of_params(what: str, function: Any, params: Any, args: Any = (), kwargs: Any = None) -> Any:
    """A function as one of params. It may take them one by one: by name from a dict, in order from a list or tuple.

    The entries of one array are not handed out so: `cost(w, X)` with X forgotten would be asked for something else.

    Parameters
    ----------
    what
        What the function is called in a message.
    function
        Anything else than a function is left as it is, but for functions in a dict or a list: each gives the
        gradient of one parameter.
    params, args, kwargs
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
    more = args if isinstance(args, tuple) else (args,)  # as in SciPy
    if isinstance(function, Mapping) and function and all(map(callable, function.values())):
        each = function.items()
        return _Each({name: of_params(f"{what}[{name!r}]", one, params, args, kwargs) for name, one in each})
    if isinstance(function, list | tuple) and function and all(map(callable, function)):
        return _Each([of_params(f"{what}[{i}]", one, params, args, kwargs) for i, one in enumerate(function)])
    if (thing := is_object(params)) and getattr(function, "__self__", None) is params:
        function = function.__func__  # a method of params is asked on the copy whose arrays are moved
    if hasattr(function, "named_parameters"):
        raise GradlabError(
            f"{what} is a module of PyTorch: from gradlab.adapters.torch import problem; "
            "check_gradients(*problem(module, lambda m: criterion(m(X), Y)))"
        )
    if kwargs is not None and callable(function):
        function = _with_keywords(what, function, kwargs)
    if not callable(function) or not (more or thing or isinstance(params, Mapping | list | tuple | np.ndarray)):
        return function
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a compiled function that does not tell
        return _Followed(function, more) if more else function
    if _fits(signature, params, *more):
        return _Followed(function, more) if more else function
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [p for p in signature.parameters.values() if p.default is p.empty and p.kind not in optional]
    writes = len(needed) == 2 and needed[1].name in WRITTEN
    apart = isinstance(params, Mapping | list | tuple) and not writes
    if apart and _fits(signature, *_row(params), *more, **_named(params)):
        own = tuple(name for name in signature.parameters if name not in (kwargs or ()))
        return _OneByOne(function, own[len(more) :] if what == "grads" else (), more)
    if more:
        alone = what == "grads" and thing and _fits(signature, params)
        raise GradlabError(_not_followed(what, signature, args) + (f" {LEFT_IN_OBJECT}" if alone else ""))
    raise GradlabError(
        f"{what} must take params as its one argument{_or_one_by_one(params)}: its arguments are {signature}. "
        + (NO_OBJECT if needed and needed[0].name == "self" else _way_out(what, needed, writes, params))
    )


def one_by_one(jvp: Any, params: Any, function: Any) -> Any:
    """`jvp(params, v)` of a rule that may take all parameters, and then all of v, one by one and in order.

    One that calls its arguments primals and tangents gets tuples of what `function` takes, as a rule of JAX does.
    """
    try:
        signature = inspect.signature(jvp)
    except (TypeError, ValueError):  # a compiled function that does not tell
        return jvp
    several = isinstance(params, Mapping | list | tuple)
    if [*signature.parameters] == ["primals", "tangents"]:
        apart = several and not _takes(function, params)
        return (
            (lambda params, v: jvp(_parts(params), _parts(v))) if apart else (lambda params, v: jvp((params,), (v,)))
        )
    if not several:
        return jvp
    if _fits(signature, params, params) or not _fits(signature, *_parts(params), *_parts(params)):
        return jvp
    return lambda params, v: jvp(*_parts(params), *_parts(v))


def _takes(function: Any, params: Any) -> bool:
    """Whether it can be called with params as they are, as far as it tells."""
    try:
        return bool(_fits(inspect.signature(function), params))
    except (TypeError, ValueError):
        return True


def _parts(params: Any) -> tuple[Any, ...]:
    return tuple(params.values()) if isinstance(params, Mapping) else tuple(params)


def _with_keywords(what: str, function: Callable[..., Any], kwargs: Any) -> Callable[..., Any]:
    """The function with these arguments given by name; a process pool can take it."""
    if not isinstance(kwargs, Mapping) or not all(isinstance(name, str) for name in kwargs):
        raise GradlabError(f"kwargs must be a dict by the names of arguments, got {type(kwargs).__name__}")
    try:
        signature = inspect.signature(function)
        signature.bind_partial(**kwargs)
    except ValueError:  # a compiled function that does not tell
        pass
    except TypeError as error:
        raise GradlabError(
            f"{what} must take kwargs ({', '.join(kwargs)}), {error}: its arguments are {signature}. Cost and grads "
            "are handed the same; one that needs none of it: lambda params, **kwargs: f(params)"
        ) from None
    return functools.partial(function, **kwargs)


@dataclass(frozen=True)
class _Followed:
    """A function of params and more behind them; a process pool can take it."""

    function: Callable[..., Any]
    args: tuple[Any, ...]

    def __call__(self, params: Any) -> Any:
        return self.function(params, *self.args)


@dataclass(frozen=True)
class _OneByOne:
    """A function of the parameters one by one; a process pool can take it.

    Attributes
    ----------
    names
        Of its arguments: a tuple of as many gradients is in their order.
    args
        What it is handed besides: behind the parameters, or before those that it takes by name.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    args: tuple[Any, ...] = ()

    def __call__(self, params: Any) -> Any:
        answer = self.function(*_row(params), *self.args, **_named(params))
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
    if not isinstance(params, Mapping | list | tuple):
        return ""
    names = f" under their names ({', '.join(map(str, list(params)[:8]))})" if isinstance(params, Mapping) else ""
    return f", or the {len(params)} parameters one by one{names}"


def _not_followed(what: str, signature: inspect.Signature, args: Any) -> str:
    """Why args do not fit behind params."""
    count = f"the {len(args)} of args" if isinstance(args, tuple) else "args"
    several = " Several arguments are a tuple: a list is one." if isinstance(args, list) else ""
    return (
        f"{what} must take params, then {count}: its arguments are {signature}. Cost and grads are handed the same; "
        f"one that needs none of it: lambda params, *args: f(params).{several}"
    )


def _way_out(what: str, needed: list[inspect.Parameter], writes: bool, params: Any) -> str:
    more = [p.name for p in needed[1:]]
    if writes:
        both = "lambda x: (f(x, g := np.zeros_like(x)), g), and grads=True"
        alone = "lambda x: (g := np.zeros_like(x), f(x, g))[0]"
        return f"If it writes the gradient into {more[0]}: {alone if what == 'grads' else both}"
    if more and any(p.kind is p.KEYWORD_ONLY for p in needed):
        return f"Bind the others: lambda params: f(params, {', '.join(f'{name}={name}' for name in more)})"
    if more:
        entries = isinstance(params, np.ndarray) and params.ndim == 1 and len(needed) == len(params)
        unpack = "If these are the entries of params, unpack them: lambda params: f(*params). " if entries else ""
        return f"{unpack}If the others are data, hand them over: args=({', '.join(more)}{',' * (len(more) == 1)})"
    if what == "grads":
        return (
            "If it answers for the last call of the cost, ask for both at once: "
            "check_gradients(lambda p: (cost(p), grads()), params, grads=True)"
        )
    if isinstance(params, np.ndarray):
        return (
            "It needs an argument, params, and reads what was set earlier. Set them first: "
            "lambda theta: (setattr(model, 'theta', theta), f())[1], and so for grads"
        )
    return (
        "It needs an argument, params, and reads what was made earlier. Put them there first: "
        "lambda p: (globals().update(p), f())[1] with params={'W': W}, or net.__dict__.update(p). For objects that "
        "keep data and grad: from gradlab.adapters import values; "
        "check_gradients(*values.problem(f, params), grads=True)"
    )
