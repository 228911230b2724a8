"""The check of one layer: a random upstream gradient turns its outputs into a cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab import constants as tuned
from gradlab.check import Options, check_gradients
from gradlab.diagnosis.upstream import asked_otherwise
from gradlab.errors import GradlabError, passed
from gradlab.problem.layer import UPSTREAM, Layer, UpstreamCost, UpstreamGradients
from gradlab.problem.upstream import Look, looks
from gradlab.report import Report, weak_points
from gradlab.verdict.blocks import Verdict

UPSTREAM_SEED = 1729  # not 0 or 1: inputs are often drawn with those, and R equal to an input would hide mistakes


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Mapping[str, Any] | Sequence[Any] | NDArray[Any],
    *,
    cache: bool = False,
    **options: Unpack[Options],
) -> Report:
    """Check one layer: a random upstream gradient R, and the cost `sum(R * forward(**inputs))`.

    A plain sum of the outputs would be blind to much: after a normalisation it is constant. Backward is also asked
    with a sum of two upstream gradients, with zeros and with a strided R: it has to be linear, and to read any array.

    Parameters
    ----------
    forward
        `forward(**inputs)` returns the output, or several in a tuple, a list or a dict. With `cache`, a tuple whose
        last member is the cache.
    backward
        `backward(upstream, **inputs)`, or with `cache` `backward(upstream, cache)`. Of several outputs `upstream` has
        the structure; a backward that has one argument for each output gets them one by one. Inputs for which it has
        no argument are not handed over. It returns gradients by input in a dict, or in a tuple in the order of
        `inputs`. An input that the dict does not name, or whose gradient is None, is held fixed.
    inputs
        Arrays by name: inputs and parameters of the layer alike. They are never changed. One array, or several in a
        list or a tuple, get the names of forward's arguments, in their order.
    cache
        True if forward returns (output, cache), and backward takes the cache instead of the inputs, or in front of
        those that it has an argument for.
    **options
        The keywords of `check_gradients`, but for `args` and `kwargs`. `rng` draws R, too.

    Raises
    ------
    GradlabError
        If forward or backward cannot be called like this, or returns something else: the message says what to do.

    Examples
    --------
    >>> A, W = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[0.3, -1.2]])
    >>> def forward(A, W):
    ...     return W @ A
    >>> def backward(dZ, A, W):
    ...     return W.T @ dZ, dZ @ A.T
    >>> check_backward(forward, backward, {"A": A, "W": W}).ok
    True
    """
    return check_ways(forward, backward, inputs, {}, cache=cache, **options)


def check_ways(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Mapping[str, Any] | Sequence[Any] | NDArray[Any],
    ways: Mapping[str, Callable[..., Any]],
    *,
    cache: bool = False,
    **options: Unpack[Options],
) -> Report:
    """`check_backward` where backward can be asked in more ways, which have to give the same.

    Parameters
    ----------
    ways
        Functions called like backward, by what it means if one gives something else, or fails.
    """
    if not isinstance(args := options.pop("args", ()), tuple) or args or options.pop("kwargs", None) is not None:
        raise GradlabError(
            "check_backward has no args and no kwargs: put what forward and backward are handed into inputs, by name"
        )
    rng = options.get("rng")
    options["rng"] = generator = _arguments.generator(rng, UPSTREAM_SEED)
    layer = Layer(forward, backward, inputs, _arguments.switch("cache", cache))
    upstream = layer.draw(generator)
    differentiated = list(layer.gradients(upstream))
    if not differentiated:
        raise GradlabError("backward must return a gradient for at least one input, got none")

    options["bounds"] = _of_differentiated(options.get("bounds"), differentiated, layer.inputs)
    cost = UpstreamCost(layer, upstream)

    def check(gradients: Callable[[Mapping[str, Any]], Any]) -> Report:
        return check_gradients(cost, {name: layer.inputs[name] for name in differentiated}, gradients, **options)

    report = check(UpstreamGradients(layer, upstream))
    first, evaluations, said = report, report.evaluations, []
    notable = tuned.NOTABLE_UNDECIDED if report.verdict is Verdict.UNDECIDED else tuned.NOTABLE
    for look in looks(layer, upstream, generator, ways):
        if report.ok and look.gradients:  # R itself is no evidence then: is the other answer right, too?
            report = check(look.gradients)
            evaluations += report.evaluations
            said += [] if report.ok else [look]
        elif not look.gradients or (not said and max(look.off.values()) > notable):
            said.append(look)
    wrong = any(block.verdict is Verdict.WRONG for block in report.blocks.values())
    if said and wrong and first.ok:  # wrong only if asked in another way
        report = replace(report, findings=(asked_otherwise(said[-1].says, list(report.blocks)),))
    weak = () if wrong else weak_points.of_layer(layer.inputs, differentiated)
    own = [note for note in report.notes if note not in weak_points.of_blocks(report.blocks)]
    notes = (*map(_said, said), *_unchecked(layer, differentiated), *_changed(layer.changed), *own, *weak)
    return replace(report, evaluations=evaluations, notes=notes)


def assert_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Mapping[str, Any] | Sequence[Any] | NDArray[Any],
    *,
    cache: bool = False,
    **options: Unpack[Options],
) -> Report:
    """`check_backward` for tests: returns the report if it is ok, else raises with the report's text.

    Raises
    ------
    GradientMismatch
        An AssertionError; its `report` holds the whole answer.
    GradlabError
        If the layer cannot be checked.

    Examples
    --------
    >>> assert_backward(np.tanh, lambda dA, Z: dA * (1 - np.tanh(Z) ** 2), {"Z": np.array([1.0, 2.0])}).level
    'great'
    """
    __tracebackhide__ = True  # pytest then points at the line of the test
    return passed(check_backward(forward, backward, inputs, cache=cache, **options))


def _of_differentiated(bounds: Any, differentiated: list[str], inputs: Mapping[str, Any]) -> Any:
    """Bounds without those of inputs that are held fixed."""
    if not isinstance(bounds, Mapping):
        return bounds
    held = [name for name in inputs if name not in differentiated]
    return {name: pair for name, pair in bounds.items() if name not in held}


def _said(look: Look) -> str:
    if not look.off:
        return look.says
    name, off = max(look.off.items(), key=lambda pair: pair[1])
    return f"{look.says} Off most in {name}" + (f", by {off:.0%} of its largest entry." if np.isfinite(off) else ".")


def _unchecked(layer: Layer, differentiated: list[str]) -> tuple[str, ...]:
    """Inputs of floats that were held fixed: a gradient that was forgotten looks like one that is not wanted."""
    held = [
        name
        for name, value in layer.inputs.items()
        if name not in differentiated and isinstance(value, np.ndarray) and value.dtype.kind == "f"
    ]
    return (f"Not checked, since backward returns no gradient for them: {', '.join(held)}.",) if held else ()


def _changed(changed: set[str]) -> tuple[str, ...]:
    """What the layer has written into; inputs that are moved have a note of their own."""
    said = []
    if UPSTREAM in changed:
        said.append("backward changes its upstream gradient in place: who handed it over may need it.")
    if names := sorted(changed - {UPSTREAM}):
        said.append(f"forward or backward changes what it is given ({', '.join(names)}): look for -= and the like.")
    return tuple(said)
