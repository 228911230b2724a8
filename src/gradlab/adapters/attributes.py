"""Where an object keeps its arrays: places such as `fc1.W` or `params['W']`, and how they are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from gradlab.errors import GradlabError
from gradlab.problem.tree import OF_W

Place: TypeAlias = tuple[str | int | tuple[Any], ...]
"""Steps from the object: a text is an attribute, a tuple of one holds the key or index of an item."""

OF_CONTAINERS = (
    "grads", "gradients", "grad", "gparams", "dparams", "dweights", "diffs", "deltas", "_grads", "_gradients",
    "grad_params", "param_grads", "grads_dict",
)  # fmt: skip
SHORT_NAMES = {
    **dict.fromkeys(("weight", "weights", "kernel", "kernels", "filters"), ("W", "w")),
    **dict.fromkeys(("bias", "biases"), ("b", "B")),
}
BOXES = (("data", "diff"), ("data", "grad"), ("value", "grad"), ("value", "g"), ("data", "g"), ("val", "grad"))
DEEPEST = 5  # objects within objects that are looked through


def get(layer: Any, place: Place) -> Any:
    """What lies there.

    Raises
    ------
    GradlabError
        If there is no such place.
    """
    found = layer
    for i, step in enumerate(place):
        try:
            found = found[step[0]] if isinstance(step, tuple) else getattr(found, str(step))
        except (AttributeError, KeyError, IndexError, TypeError):
            raise GradlabError(
                f"{type(layer).__name__} has nothing at {written(place)}"
                + (f" (only up to {written(place[:i])})" if i else "")
                + f": it has {_there(layer)}"
            ) from None
    return found


def put(layer: Any, place: Place, value: Any) -> None:
    """Put a value there."""
    holder, step = get(layer, place[:-1]), place[-1]
    if isinstance(step, tuple):
        holder[step[0]] = value
    else:
        setattr(holder, str(step), value)


def written(place: Place) -> str:
    """As one would type it: `fc1.W`, `params['W']`."""
    text = "".join(f"[{step[0]!r}]" if isinstance(step, tuple) else f".{step}" for step in place)
    return text.removeprefix(".")


def parsed(text: str) -> Place:
    """The place that is written so; quotes around a key may be left out."""
    steps: list[str | int | tuple[Any]] = []
    for name, key in re.findall(r"([^.\[\]]+)(?=[.\[]|$)|\[([^\]]*)\]", text):
        steps.append(name or ((int(key),) if re.fullmatch(r"-?\d+", key) else (key.strip("'\""),)))
    return tuple(steps)


def by_names(layer: Any, params: str | Sequence[str]) -> dict[str, Place]:
    """Places by the name of the parameter: of all members of a dict or list, or one by one."""
    if isinstance(params, str):
        inside = get(layer, at := parsed(params))
        parts = inside.values() if isinstance(inside, Mapping) else inside if isinstance(inside, list | tuple) else ()
        if any(isinstance(part, Mapping | list | tuple) for part in parts):
            raise GradlabError(
                f"{params} holds lists or dicts: name the arrays, params=('{params}[0][0]', …), or hand over "
                f"functions that read them: params=lambda net: [a for part in net.{params} for a in part], and so "
                "for grads"
            )
        if isinstance(inside, Mapping):
            return {str(key): (*at, (key,)) for key in inside}
        if isinstance(inside, list | tuple):
            return {f"{params}[{i}]": (*at, (i,)) for i in range(len(inside))}
        return {params: at}
    for name in params:
        get(layer, parsed(name))
    return {name: parsed(name) for name in params}


def partners(places: Mapping[str, Place], grads: str | None, used: Any) -> dict[str, Place]:
    """The places of the gradients, in an object whose backward has run.

    Raises
    ------
    GradlabError
        If they are not there.
    """
    if grads is not None:
        found = {name: _partner(place, grads) for name, place in places.items()}
        for place in found.values():
            get(used, place)
        return found
    fitting = {name: _usual_partner(used, place, {}) for name, place in places.items()}
    if all(fitting.values()):
        return {name: place for name, place in fitting.items() if place}
    raise GradlabError(
        f"backward left no gradients of {', '.join(places)} at a usual place: say where, as in grads='d{{}}' or "
        f"grads='grads[{{}}]'. {type(used).__name__} has {_there(used)}"
    )


def usual(
    kept: Mapping[Place, Any], used: Any, inputs: Sequence[str], old: Mapping[Place, Any]
) -> tuple[dict[str, Place], dict[str, Place]]:
    """Arrays that have a gradient at a usual place once backward has run: both places, by name.

    Parameters
    ----------
    kept
        Arrays that were there before forward ran, and that it left in their places.
    used
        The object after backward has run.
    inputs
        Names that are taken.
    old
        Places in which nothing has changed since before forward ran: a gradient lies there only if nowhere else.
    """
    places, gradients = {}, {}
    claimed: set[int] = set()  # one array may lie in two places: W, and params[0]
    for stale in (old, {}):
        for place, array in still_there(kept, used).items():
            if (name := _name(place)) in inputs or name in places or id(array) in claimed:
                continue
            partner = _usual_partner(used, place, stale)
            if partner is not None:
                places[name], gradients[name] = place, partner
                claimed |= {id(array)} if isinstance(array, np.ndarray) else set()
    if not places:
        raise GradlabError(
            f"{type(used).__name__} has no array with a gradient at a usual place: say where, as in "
            f"params=('W', 'b'), grads='d{{}}'; or params=() if there is none. It has {_there(used)}"
        )
    return places, gradients


def input_gradients(used: Any, inputs: Mapping[str, Any]) -> dict[str, Place]:
    """Where backward has left the gradients of the inputs, if it returned none: `dx`, `dinputs` and the like."""
    places: dict[str, Place] = {}
    for name, value in inputs.items():
        others = ("x", "X", "input", "inputs", "in", "A_prev") if len(inputs) == 1 else ()
        candidates = [wanted for known in (name, *others) for wanted in _gradient_names(known)]
        there = members(used)
        found = next((c for c in candidates if c in there and np.shape(there[c]) == np.shape(value)), None)
        if found is not None and _is_float(there[found]):
            places[name] = (found,)
    return places


def named_by(places: Iterable[Place]) -> dict[str, Place]:
    """Places by the names that their arrays get."""
    return {_name(place): place for place in places}


def once(arrays: Mapping[Place, Any], but: Iterable[Any] = ()) -> dict[Place, Any]:
    """The arrays among what lies there, each in the first of its places; without some."""
    seen = {id(array) for array in but}
    found = {}
    for place, array in arrays.items():
        if isinstance(array, np.ndarray) and id(array) not in seen:
            seen.add(id(array))
            found[place] = array
    return found


def still_there(before: Mapping[Place, Any], used: Any) -> dict[Place, Any]:
    """Those arrays in whose place no other has been put: what forward replaces is no parameter but a cache."""
    return {place: array for place, array in before.items() if _lies(used, place) is array}


def members(holder: Any) -> dict[str, Any]:
    """Attributes by name, those in slots too."""
    slots = [name for kind in type(holder).__mro__ for name in _texts(getattr(kind, "__slots__", ()))]
    found = {name: getattr(holder, name) for name in slots if hasattr(holder, name) and not name.startswith("__")}
    return found | dict(getattr(holder, "__dict__", {}))


def arrays(holder: Any) -> dict[Place, Any]:
    """All floats and float arrays in attributes, dicts and lists of an object, and of objects in these, by place."""
    return {place: get(holder, place) for place in _arrays(holder, (), set())}


def _name(place: Place) -> str:
    """`W` of `params['W']`, `blobs[0]` of `blobs[0].data`: without what all of them share."""
    if place[-1] in {box for box, _ in BOXES}:
        place = place[:-1]
    if len(place) > 1 and isinstance(place[-1], tuple) and isinstance(place[-1][0], str):
        place = (*place[:-2], place[-1][0])
    return written(place)


def _candidates(place: Place) -> Iterator[Place]:
    """Where the gradient of what lies at this place may be, the most usual first."""
    if place[-1] in {box for box, _ in BOXES}:
        yield from ((*place[:-1], grad) for box, grad in BOXES if box == place[-1])
    last = place[-1]
    key, holder = (last[0], place[:-2]) if isinstance(last, tuple) else (last, place[:-1])
    if isinstance(last, tuple) and len(place) > 1:  # dweights[0] beside weights[0]
        yield from ((*holder, name, (key,)) for name in _gradient_names(place[-2]))
    if isinstance(last, str):
        yield from ((*holder, name) for name in _gradient_names(key))
    for container in OF_CONTAINERS:
        yield from ((*holder, container, (name,)) for name in (key, *_gradient_names(key)))


def _gradient_names(name: Any) -> list[str]:
    """What the gradient of an attribute may be called: `dW` of W or weights, `_dW` of _W."""
    if not isinstance(name, str):
        return []
    bare = name.lstrip("_")
    hidden = name[: len(name) - len(bare)]
    words = [bare, *SHORT_NAMES.get(bare.lower(), ())]
    return [hidden + pattern.format(word) for word in words for pattern in OF_W[1:]]


def _usual_partner(used: Any, place: Place, but: Mapping[Place, Any]) -> Place | None:
    return next((other for other in _candidates(place) if other not in but and _fits(used, place, other)), None)


def _partner(place: Place, pattern: str) -> Place:
    """The place beside this one that the caller's pattern names."""
    last = place[-1]
    key = last[0] if isinstance(last, tuple) else last
    holder = place[:-2] if isinstance(last, tuple) else place[:-1]
    if "{}" not in pattern:
        return (*holder, *parsed(pattern), (key,))
    return (*holder, *parsed(pattern.format(key)))


def _lies(layer: Any, place: Place) -> Any:
    """The attribute or item of a layer at this place; None if there is none."""
    try:
        return get(layer, place)
    except GradlabError:
        return None


def _there(layer: Any) -> str:
    return ", ".join(sorted(members(layer))) or "no attributes"


def _texts(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _fits(used: Any, place: Place, partner: Place) -> bool:
    try:
        array, grad = get(used, place), get(used, partner)
    except GradlabError:
        return False
    return partner != place and np.shape(grad) == np.shape(array) and _is_float(grad)


def _arrays(holder: Any, place: Place, seen: set[int]) -> Iterator[Place]:
    if id(holder) in seen or len(place) > DEEPEST:
        return
    seen.add(id(holder))
    inside: list[tuple[Place, Any]]
    if isinstance(holder, Mapping):
        inside = [(((key,),), value) for key, value in holder.items()]
    elif isinstance(holder, list | tuple):
        inside = [(((i,),), value) for i, value in enumerate(holder)]
    else:
        inside = [((name,), value) for name, value in members(holder).items()]
    for step, value in inside:
        if isinstance(value, np.ndarray | float):
            if _is_float(value):
                yield (*place, *step)
        elif isinstance(value, Mapping | list | tuple) or members(value):
            yield from _arrays(value, (*place, *step), seen)


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f")
