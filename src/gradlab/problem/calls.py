"""How forward and backward want to be called, and which gradient belongs to which input."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradlab.errors import GradlabError
from gradlab.problem.arguments import WRITTEN
from gradlab.problem.tree import OF_W, is_object, is_sequence, leaves, listed


def named(forward: Callable[..., Any], inputs: Any) -> Mapping[str, Any]:
    """Inputs by name. One array, or several in a row, have the names of forward's arguments, in their order."""
    if isinstance(inputs, Mapping) and inputs and all(isinstance(name, str) for name in inputs):
        return inputs
    row = [inputs] if isinstance(inputs, np.ndarray) else inputs
    wanted = "a dict of arrays by name, {'x': x, 'W': W}, or arrays in the order of forward's arguments"
    if not isinstance(row, list | tuple) or not row:
        empty = " without any" if isinstance(row, Mapping | list | tuple) and not row else ""
        raise GradlabError(f"inputs must be {wanted}, got a {type(inputs).__name__}{empty}")
    try:
        parameters = inspect.signature(forward).parameters.values()
    except (TypeError, ValueError):  # a compiled function that does not tell
        parameters = {}.values()
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    if len(names) < len(row):
        raise GradlabError(f"inputs must be a dict: of {len(row)} arrays, forward has a name for {len(names)}")
    return dict(zip(names, row, strict=False))


def by_name(forward: Callable[..., Any], inputs: Mapping[str, Any]) -> Callable[..., Any]:
    """Forward as a function of its inputs by name; a GradlabError if it has other names for them."""
    if isinstance(forward, np.ufunc):
        return lambda **values: forward(*values.values())
    try:
        signature = inspect.signature(forward)
        signature.bind(**inputs)
    except ValueError:  # a compiled function that does not tell
        return forward
    except TypeError as error:
        raise GradlabError(
            f"forward must take the inputs under their names ({', '.join(inputs)}): {error}. "
            f"Its arguments are {signature}{_buffers('forward', signature, inputs)}"
        ) from None
    return forward


def _buffers(what: str, signature: inspect.Signature, inputs: Sequence[str] | Mapping[str, Any]) -> str:
    """What to do where it writes its answer into an argument."""
    needed = [p.name for p in signature.parameters.values() if p.default is p.empty and p.name not in inputs]
    buffers = [name for name in needed if name in WRITTEN]
    others = [name for name in needed if name not in WRITTEN][: 1 if what == "backward" else 0]
    if not buffers or len(buffers) + len(others) < len(needed):
        return ""
    taken = [name for name in (*others, *inputs) if name in signature.parameters]
    handed = [*(f"{name}={name}" for name in taken), *(f"{name}={name}" for name in buffers)]
    made = "; ".join(f"{name} = np.zeros(...)" for name in buffers)
    return (
        f". If it writes its answer into {', '.join(buffers)}, make that in a function: def {what}_of"
        f"({', '.join(taken)}): {made}; {what}({', '.join(handed)}); return {', '.join(buffers)}"
    )


def how_called(
    backward: Callable[..., Any], outputs: Sequence[str], inputs: Sequence[str], cache: bool
) -> tuple[bool, Callable[[str], bool]]:
    """Does backward take several upstream gradients one by one? And which of the inputs does it take?"""
    try:
        parameters = list(inspect.signature(backward).parameters.values())
    except (TypeError, ValueError):
        return False, lambda name: True
    kinds, names = {p.kind for p in parameters}, {p.name for p in parameters}
    anything = inspect.Parameter.VAR_KEYWORD in kinds
    needed = [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    by_keyword = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if lacking := [name for name in by_keyword if name not in inputs]:
        raise GradlabError(
            f"backward must take the upstream gradient, then inputs under their names ({', '.join(inputs)}): it "
            f"needs {', '.join(lacking)} too{_buffers('backward', inspect.signature(backward), inputs)}"
        )
    if cache:  # behind upstream and cache there may be inputs, by name
        names = {p.name for p in parameters[2:]}
        anything, needed = False, [name for i, name in enumerate(needed) if i < 2 or name not in inputs]
    ups = len(needed) - 1 if cache else sum(name not in inputs for name in needed)
    if not cache and ups not in (1, len(outputs)) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        first = (
            "the upstream gradient"
            if len(outputs) == 1
            else f"the {len(outputs)} upstream gradients, in one tuple or not"
        )
        raise GradlabError(
            f"backward must take {first}, then inputs under their names ({', '.join(inputs)}): its arguments are "
            + ", ".join(p.name for p in parameters)
        )
    return len(outputs) > 1 and ups == len(outputs), lambda name: anything or name in names


def by_input(found: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Gradients by input: a dict as it is, a tuple in the order of the inputs, one array for the only input."""
    if isinstance(found, Mapping):
        pattern = next((p for p in OF_W if _all_named(found, inputs, p)), None)
        if pattern is None:
            unknown = next(name for name in found if name not in inputs)
            raise GradlabError(
                f"backward returned {unknown!r}, which is no input: the inputs are {', '.join(inputs)}"
            )
        return {name: found[pattern.format(name)] for name in inputs if pattern.format(name) in found}
    if found is None:
        raise GradlabError("backward must return the gradients, got None: is a return missing?")
    found = listed(found, None)
    parts = list(found) if isinstance(found, list | tuple) else [found]
    while len(parts) > len(inputs) and parts[-1] is None:
        parts.pop()  # of an argument of forward that is no input here, as a power
    floats = [name for name, value in inputs.items() if _is_float(value)]
    only: Any = inputs[floats[0]] if len(floats) == 1 else None
    if is_sequence(only) and len(only) == len(parts) > 1:
        return {floats[0]: parts}  # a list of arrays, as a recurrent layer takes it, is one input
    arrays = [name for name in floats if np.ndim(inputs[name]) or isinstance(inputs[name], Mapping)]
    for names in (list(inputs), floats, arrays):
        if len(names) == len(parts):
            return dict(zip(names, parts, strict=True))
    raise GradlabError(
        f"backward returned {len(parts)} gradient{'s' * (len(parts) > 1)} for {len(inputs)} inputs "
        f"({', '.join(inputs)}): return one for each, None for what is not differentiated, or a dict by name"
    )


def _all_named(found: Mapping[str, Any], inputs: Mapping[str, Any], pattern: str) -> bool:
    """Whether every gradient bears the name of an input, written like this."""
    return set(found) <= {pattern.format(name) for name in inputs}


def _is_float(value: Any) -> bool:
    try:
        return not is_object(value) and all(np.asarray(leaf).dtype.kind == "f" for _, leaf in leaves(value))
    except ValueError:
        return False
