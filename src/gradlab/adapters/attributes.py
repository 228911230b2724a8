"""Where an object keeps its arrays: places such as `fc1.W` or `params['W']`, and how they are found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from gradlab.errors import GradlabError

Place: TypeAlias = tuple[str | int | tuple[Any], ...]
"""Steps from the object: a text is an attribute, a tuple of one holds the key or index of an item."""

OF_ATTRIBUTES = ("d{}", "grad_{}", "{}_grad", "{}_diff", "d_{}", "grad{}", "g{}", "dLd{}", "delta_{}")
OF_CONTAINERS = ("grads", "gradients", "grad", "gparams", "dparams", "dweights", "diffs", "deltas")
OF_KEYS = ("{}", "d{}", "dLd{}", "grad_{}", "{}_grad", "g{}")
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
                + f": it has {', '.join(sorted(vars(layer))) or 'no attributes'}"
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
    for pattern in _patterns(next(iter(places.values()))):
        found = {name: _partner(place, pattern) for name, place in places.items()}
        if all(_fits(used, places[name], place) for name, place in found.items()):
            return found
    raise GradlabError(
        f"backward left no gradients of {', '.join(places)} at a usual place: say where, as in grads='d{{}}' or "
        f"grads='grads[{{}}]'. {type(used).__name__} has {', '.join(sorted(vars(used)))}"
    )


def usual(before: Mapping[Place, Any], used: Any, inputs: Sequence[str]) -> tuple[dict[str, Place], dict[str, Place]]:
    """Arrays that have a gradient at a usual place once backward has run: both places, by name.

    Parameters
    ----------
    before
        All arrays of the object before it ran, see `arrays`. What forward has put another array in place of is no
        parameter but a cache.
    used
        The same object afterwards.
    inputs
        Names that are taken.
    """
    places, gradients = {}, {}
    for place, array in before.items():
        if get(used, place) is not array or (name := _name(place)) in inputs:
            continue
        partner = next((p for t in _patterns(place) if _fits(used, place, p := _partner(place, t))), None)
        if partner is not None:
            places[name], gradients[name] = place, partner
    if not places:
        raise GradlabError(
            f"{type(used).__name__} has no array with a gradient at a usual place: say where, as in "
            f"params=('W', 'b'), grads='d{{}}'. It has {', '.join(sorted(vars(used))) or 'no attributes'}"
        )
    return places, gradients


def arrays(holder: Any) -> dict[Place, Any]:
    """All float arrays in attributes, dicts and lists of an object, and of objects in these, by place."""
    return {place: get(holder, place) for place in _arrays(holder, (), set())}


def _name(place: Place) -> str:
    """`W` of `params['W']`, `blobs[0]` of `blobs[0].data`: without what all of them share."""
    if place[-1] in {box for box, _ in BOXES}:
        place = place[:-1]
    if len(place) > 1 and isinstance(place[-1], tuple) and isinstance(place[-1][0], str):
        place = (*place[:-2], place[-1][0])
    return written(place)


def _patterns(place: Place) -> Iterator[str]:
    """Where the gradient of what lies at this place may be, the most usual first."""
    if place[-1] in {box for box, _ in BOXES}:
        yield from (f"/{grad}" for box, grad in BOXES if box == place[-1])
    if isinstance(place[-1], tuple):
        yield from (f"{container}[{key}]" for container in OF_CONTAINERS for key in OF_KEYS)
    else:
        yield from OF_ATTRIBUTES
        yield from (f"{container}[{key}]" for container in OF_CONTAINERS for key in OF_KEYS)


def _partner(place: Place, pattern: str) -> Place:
    """The place beside this one that the pattern names; behind a slash, a neighbour of the last step."""
    if pattern.startswith("/"):
        return (*place[:-1], pattern[1:])
    last = place[-1]
    key = last[0] if isinstance(last, tuple) else last
    holder = place[:-2] if isinstance(last, tuple) else place[:-1]
    if "{}" not in pattern:
        return (*holder, *parsed(pattern), (key,))
    return (*holder, *parsed(pattern.format(key)))


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
    if isinstance(holder, Mapping):
        members = [(((key,),), value) for key, value in holder.items()]
    elif isinstance(holder, list | tuple):
        members = [(((i,),), value) for i, value in enumerate(holder)]
    else:
        members = [((name,), value) for name, value in getattr(holder, "__dict__", {}).items()]
    for step, value in members:
        if isinstance(value, np.ndarray):
            if _is_float(value):
                yield (*place, *step)
        elif isinstance(value, Mapping | list | tuple) or hasattr(value, "__dict__"):
            yield from _arrays(value, (*place, *step), seen)


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f")
