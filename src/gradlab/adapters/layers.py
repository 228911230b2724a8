"""Layers that keep parameters, gradients and caches in attributes, as functions that `check_backward` can call."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradlab.adapters.attributes import Place, arrays, by_names, get, partners, put, usual
from gradlab.errors import GradlabError
from gradlab.problem.calls import by_input, how_called

Read = Callable[[Any], Mapping[str, Any]]


def problem(
    layer: Any,
    *inputs: Any,
    params: str | Sequence[str] | Read | None = None,
    grads: str | Read | None = None,
    forward: str | Callable[..., Any] = "forward",
    backward: str | Callable[..., Any] = "backward",
) -> tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]:
    """What `check_backward` asks for, from an object with the methods `forward(x)` and `backward(upstream)`.

    The layer is copied for each call, so yours stays as it is, and every call begins alike: running averages and a
    generator of random numbers as they were, gradients of earlier calls zero.

    Parameters
    ----------
    layer
        The object. Parameters of layers inside it are found too, under their path, such as `layers[0].W`.
    *inputs
        What forward is called with. They are named as forward names them.
    params
        Where the parameters are. None: arrays that have a gradient at one of the usual places, see `grads`. A name:
        that attribute is a dict or a list of arrays. Several names or paths: `("W", "b")`, `("fc.W", "parts[0].b")`.
        Or a function of the layer that returns its arrays by name; they are written into.
    grads
        Where backward leaves the gradients. A name with braces: `"d{}"` for the attribute dW of W, `"grads[d{}]"` for
        grads["dW"], `"{}.grad"`. A name without: a dict or list like that of the parameters. Or a function of the
        layer that returns them by name. None: at the first of these where all of them are: `d{}`, `grad_{}`,
        `{}_grad`, `{}_diff`, …; for a dict or list `grads`, `gradients`, …; `diff`, `grad` or `g` beside `data` or
        `value`.
    forward, backward
        Names of the methods, or functions of the layer and their arguments. Backward returns the gradients of the
        inputs, in order; None if there are none.

    Returns
    -------
    forward, backward, inputs
        For `gradlab.check_backward(*problem(layer, x))`.

    Raises
    ------
    GradlabError
        If the layer cannot be copied, or parameters or gradients are not found.

    Examples
    --------
    >>> class Scale:
    ...     def __init__(self):
    ...         self.w = np.array([2.0, -1.0])
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x * self.w
    ...     def backward(self, upstream):
    ...         self.dw = (upstream * self.x).sum(axis=0)
    ...         return upstream * self.w
    >>> from gradlab import check_backward
    >>> report = check_backward(*problem(Scale(), np.array([[1.0, 3.0], [0.5, -2.0]])))
    >>> report.ok, list(report.blocks)
    (True, ['x', 'w'])
    """
    ahead, back = _method(layer, forward, "forward"), _method(layer, backward, "backward")
    named = dict(zip(_names(layer, forward, len(inputs)), inputs, strict=True))
    places: dict[str, Place] | None = None
    gradients: dict[str, Place] = {}
    if not callable(params):
        used = _copy(layer)
        before = arrays(used)
        _back(back, used, ahead(used, *_arrays(inputs)))  # many make room for gradients only now
        if params is None:
            places, gradients = usual(before, used, list(named))
        else:
            places = by_names(layer, params)
        if not callable(grads) and (grads is not None or params is not None):
            gradients = partners(places, grads, used)

    def read(of: Any) -> Mapping[str, Any]:
        return params(of) if callable(params) else {name: get(of, place) for name, place in (places or {}).items()}

    def ready(values: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        fresh = _copy(layer)
        for name, array in read(fresh).items():
            if places is None or (isinstance(array, np.ndarray) and array.ndim):
                np.asarray(array)[...] = values[name]
            else:
                put(fresh, places[name], float(values[name]))
        return fresh, [values[name] for name in named]

    def run(**values: Any) -> Any:
        fresh, arguments = ready(values)
        return ahead(fresh, *arguments)

    def run_back(upstream: Any, **values: Any) -> dict[str, Any]:
        fresh, arguments = ready(values)
        _empty(fresh, gradients)
        ahead(fresh, *arguments)
        found = _back(back, fresh, upstream)
        of_inputs = {} if found is None else by_input(found, named)
        of_params = (
            grads(fresh) if callable(grads) else {name: get(fresh, place) for name, place in gradients.items()}
        )
        return {**of_inputs, **of_params}

    values = {name: np.array(value) for name, value in read(layer).items()}
    if clash := set(values) & set(named):
        raise GradlabError(f"the input and a parameter are both called {min(clash)!r}: give params other names")
    return run, run_back, {**named, **values}


def _method(layer: Any, method: str | Callable[..., Any], default: str) -> Callable[..., Any]:
    if callable(method):
        return method
    if not hasattr(layer, method) and method == "forward" and callable(layer):
        method = "__call__"
    if not callable(getattr(layer, method, None)):
        raise GradlabError(
            f"{type(layer).__name__} has no method {method!r}: name it, {default}='...', "
            "or give a function of the layer"
        )
    return lambda of, *arguments: getattr(of, method)(*arguments)


def _back(back: Callable[..., Any], layer: Any, upstream: Any) -> Any:
    """Backward with one upstream gradient, or with several, one by one if it has so many arguments."""
    if not isinstance(upstream, tuple):
        return back(layer, upstream)
    try:
        method = getattr(layer, "backward", back)
        apart, _ = how_called(method, [str(i) for i in range(len(upstream))], (), False)
    except GradlabError:
        apart = False
    return back(layer, *upstream) if apart else back(layer, upstream)


def _empty(layer: Any, gradients: Mapping[str, Place]) -> None:
    """Zeros in place of the gradients of an earlier call, as before every step of training."""
    for place in gradients.values():
        try:
            grad = get(layer, place)
        except GradlabError:
            continue
        if isinstance(grad, np.ndarray):
            grad[...] = 0


def _names(layer: Any, forward: str | Callable[..., Any], count: int) -> list[str]:
    """The inputs as forward calls them; else x, or x0, x1, …"""
    usual_names = ["x"] if count == 1 else [f"x{i}" for i in range(count)]
    try:
        method = forward if callable(forward) else getattr(layer, forward, layer)
        kinds = [p for p in inspect.signature(method).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        return usual_names
    names = [p.name for p in kinds][callable(forward) :][:count]
    return names if len(names) == count else usual_names


def _arrays(inputs: Sequence[Any]) -> list[Any]:
    return [value.copy() if isinstance(value, np.ndarray) else value for value in inputs]


def _copy(layer: Any) -> Any:
    try:
        return copy.deepcopy(layer)
    except Exception as error:
        raise GradlabError(
            f"{type(layer).__name__} cannot be copied ({error}): write forward and backward as two functions "
            "that make a new layer each time, and hand them to check_backward"
        ) from error
