"""Layers that keep parameters, gradients and caches in attributes, as functions that `check_backward` can call."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradlab.adapters.attributes import (
    Place,
    arrays,
    by_names,
    get,
    input_gradients,
    named_by,
    once,
    partners,
    put,
    still_there,
    usual,
)
from gradlab.adapters.contexts import instance
from gradlab.adapters.draws import Draws
from gradlab.adapters.methods import Backward, Forward
from gradlab.errors import GradlabError
from gradlab.problem.calls import by_input

Read = Callable[[Any], Mapping[str, Any]]


def problem(
    layer: Any,
    *inputs: Any,
    params: str | Sequence[str] | Read | None = None,
    grads: str | Read | None = None,
    forward: str | Callable[..., Any] = "forward",
    backward: str | Callable[..., Any] = "backward",
    learning_rate: float | None = None,
) -> tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]:
    """What `check_backward` asks for, from an object with the methods `forward(x)` and `backward(upstream)`.

    The layer is copied for each call, so yours stays as it is, and every call begins alike: running averages and
    generators of random numbers as they were (its own, and those of `np.random` and `random`, which are then put
    back), gradients of earlier calls zero.

    Parameters
    ----------
    layer
        The object, or a class: one whose forward and backward are static and take a context first, as PyTorch's
        Functions do, or one that is made without arguments. Parameters of layers inside it are found too, under
        their path, such as `layers[0].W`.
    *inputs
        What forward is called with. They are named as forward names them.
    params
        Where the parameters are. None: arrays that have a gradient at one of the usual places, see `grads`. A name:
        that attribute is a dict or a list of arrays. Several names or paths: `("W", "b")`, `("fc.W", "parts[0].b")`;
        none: `()`. Or a function of the layer that returns its arrays by name; they are written into.
    grads
        Where backward leaves the gradients. A name with braces: `"d{}"` for the attribute dW of W, `"grads[d{}]"` for
        grads["dW"], `"{}.grad"`. A name without: a dict or list like that of the parameters. Or a function of the
        layer that returns them by name. None: at the first of these where all of them are: `d{}`, `grad_{}`,
        `{}_grad`, `{}_diff`, …; for a dict or list `grads`, `gradients`, …; `diff`, `grad` or `g` beside `data` or
        `value`; else in what backward returns, beside those of the inputs.
    forward, backward
        Names of the methods, or functions of the layer and their arguments. None of these names there, others are
        tried: `forward_pass`, `fprop`, `__call__`, …, and `backward_pass`, `bprop`, `backprop`, `grad`, …. A forward
        that returns nothing leaves its output in `output`, `out`, `y`, …; backward returns the gradients of the
        inputs, in order, or leaves them in `dx`, `dinputs`, …. Where its arguments are called like the inputs,
        it gets these.
    learning_rate
        For a backward that takes a step itself instead of leaving gradients: its learning rate. One that has an
        argument `lr`, `learning_rate`, … is asked for a step of 1 if nothing is said.

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
    layer = instance(layer, len(inputs))
    ahead = Forward(layer, forward, len(inputs))
    back = Backward(layer, backward, ahead.names, learning_rate)
    of_inputs = dict(zip(ahead.names, inputs, strict=True))
    draws = Draws()
    seen = draws.the_same_in(_found)
    where = _Places() if callable(params) else seen(layer, of_inputs, params, grads, ahead, back)

    def read(of: Any) -> Mapping[str, Any]:
        if callable(params):
            return _by_name("params", params(of))
        return {name: get(of, place) for name, place in where.params.items()}

    def ready(values: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        fresh = _copy(layer)
        for name, array in read(fresh).items():
            if callable(params) or (isinstance(array, np.ndarray) and array.ndim):
                np.asarray(array)[...] = values[name]
            else:
                put(fresh, where.params[name], float(values[name]))
        return fresh, [values[name] for name in of_inputs]

    def run(**values: Any) -> Any:
        fresh, arguments = ready(values)
        return ahead(fresh, arguments)

    def run_back(upstream: Any, **values: Any) -> dict[str, Any]:
        fresh, arguments = ready(values)
        _empty(fresh, where.grads)
        ahead(fresh, arguments)
        before = {name: np.array(array) for name, array in read(fresh).items()}
        answer = back(fresh, upstream, arguments)
        if callable(grads):
            found = dict(_by_name("params", grads(fresh)))  # a list is in the order of params, and named like it
        elif back.rate is not None:
            found = {name: (before[name] - array) / back.rate for name, array in read(fresh).items()}
        else:
            found = {name: get(fresh, place) for name, place in where.grads.items()}
        if answer is None:
            found |= {name: get(fresh, place) for name, place in where.inputs.items()}
        else:
            order = (*of_inputs, *before) if isinstance(answer, Mapping) else (where.returned or tuple(of_inputs))
            found = _returned(answer, {name: values[name] for name in order}, where) | found
        factor = back.factor(upstream)
        return {name: grad if grad is None or factor == 1 else grad * factor for name, grad in found.items()}

    values = {name: np.array(value) for name, value in read(layer).items()}
    if clash := set(values) & set(of_inputs):
        raise GradlabError(f"the input and a parameter are both called {min(clash)!r}: give params other names")
    held = {name: np.array(get(layer, place)) for name, place in where.held.items() if name not in of_inputs}
    return draws.the_same_in(run), draws.the_same_in(run_back), {**of_inputs, **values, **held}


@dataclass(frozen=True)
class _Places:
    """Where a layer keeps what, by name."""

    params: Mapping[str, Place] = field(default_factory=dict)
    grads: Mapping[str, Place] = field(default_factory=dict)
    inputs: Mapping[str, Place] = field(default_factory=dict)  # gradients of the inputs
    returned: tuple[str, ...] = ()  # the order in which backward returns gradients, those of the parameters included
    held: Mapping[str, Place] = field(default_factory=dict)  # arrays without a gradient


def _found(
    layer: Any,
    inputs: Mapping[str, Any],
    params: str | Sequence[str] | None,
    grads: str | Read | None,
    ahead: Forward,
    back: Backward,
) -> _Places:
    """The places of a layer, seen from one call of forward and backward."""
    used = _copy(layer)
    before = arrays(used)
    at_first = {place: np.array(array) for place, array in before.items()}
    output = ahead(used, _arrays(inputs.values()))
    kept = still_there(before, used)
    values = {place: np.array(array) for place, array in kept.items()}
    answer = back(used, output, _arrays(inputs.values()))  # many make room for gradients only now
    of_inputs = input_gradients(used, inputs) if answer is None else {}
    old = {place: a for place, a in still_there(before, used).items() if np.array_equal(a, at_first[place])}
    changed = once({place: array for place, array in kept.items() if not _unchanged(used, place, values[place])})
    places = None if params is None else by_names(layer, params)
    if back.rate is not None:
        return _Places(named_by(changed) if places is None else places, {}, of_inputs)
    unchanged = once({place: array for place, array in kept.items() if place not in changed})
    if callable(grads):
        return _Places(places if places is not None else usual(kept, used, list(inputs), old)[0], {}, of_inputs)
    try:
        if places is None:
            places, gradients = usual(kept, used, list(inputs), old)
        else:
            gradients = partners(places, grads, used)
    except GradlabError:
        if grads is not None:
            raise
        candidates = named_by(unchanged) if places is None else places
        shapes = {name: np.shape(get(layer, place)) for name, place in candidates.items()}
        if order := _order(answer, inputs, shapes):
            return _Places(candidates, {}, of_inputs, order)
        if changed:
            raise GradlabError(
                f"backward changes {', '.join(named_by(changed))} and leaves no gradients: if it takes a step, say "
                "learning_rate=, the one with which it does"
            ) from None
        if candidates:
            raise
        return _Places({}, {}, of_inputs)
    taken = [get(used, place) for place in (*places.values(), *gradients.values())]
    held = named_by(once(unchanged, but=taken)) if params is None else {}
    return _Places(places, gradients, of_inputs, (), held)


def _order(answer: Any, inputs: Mapping[str, Any], params: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """The order of gradients in what backward returned, if there is one for each parameter too; else nothing."""
    answer = _flat(answer)
    if not params or not isinstance(answer, Mapping | list | tuple):
        return ()
    shapes = {name: np.shape(value) for name, value in inputs.items()} | dict(params)
    for order in ((*inputs, *params), (*params, *inputs), tuple(params)):
        try:
            found = by_input(answer, dict.fromkeys(order, 1.0))
        except GradlabError:
            continue
        if set(params) <= set(found) and all(np.shape(grad) in (shapes[name], ()) for name, grad in found.items()):
            return order
    return ()


def _returned(answer: Any, values: Mapping[str, Any], where: _Places) -> dict[str, Any]:
    """The gradients that backward returned, by name."""
    if not where.returned and isinstance(answer, np.ndarray | float):  # others, a target, have none then
        return {next(iter(values)): answer}
    return by_input(_flat(answer), values)


def _flat(answer: Any) -> Any:
    """`dx, {"W": dW, "b": db}` as one tuple, in the order in which the dict has them."""
    if not isinstance(answer, list | tuple):
        return answer
    parts = (part.values() if isinstance(part, Mapping) else [part] for part in answer)
    return [one for part in parts for one in part]


def _unchanged(used: Any, place: Place, value: Any) -> bool:
    try:
        return np.array_equal(get(used, place), value, equal_nan=True)
    except GradlabError:
        return False


def _empty(layer: Any, gradients: Mapping[str, Place]) -> None:
    """Zeros in place of the gradients of an earlier call, as before every step of training."""
    for place in gradients.values():
        try:
            grad = get(layer, place)
        except GradlabError:
            continue
        if isinstance(grad, np.ndarray):
            grad[...] = 0


def _by_name(what: str, arrays: Any) -> Mapping[str, Any]:
    """What a function of the layer has read: a dict as it is, the arrays of a list by their place."""
    if isinstance(arrays, Mapping):
        return arrays
    parts = list(arrays) if isinstance(arrays, Iterable) else [arrays]
    if not all(isinstance(part, np.ndarray) for part in parts):
        kinds = sorted({type(part).__name__ for part in parts})
        raise GradlabError(
            f"a function for params or grads must return a dict of arrays by name, or a list of arrays, got a "
            f"{type(arrays).__name__} of {', '.join(kinds)}"
        )
    return {f"{what}[{i}]": part for i, part in enumerate(parts)}


def _arrays(inputs: Iterable[Any]) -> list[Any]:
    return [value.copy() if isinstance(value, np.ndarray) else value for value in inputs]


def _copy(layer: Any) -> Any:
    try:
        return copy.deepcopy(layer)
    except Exception as error:
        raise GradlabError(
            f"{type(layer).__name__} cannot be copied ({error}): write forward and backward as two functions "
            "that make a new layer each time, and hand them to check_backward"
        ) from error
