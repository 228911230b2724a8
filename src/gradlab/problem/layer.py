"""A layer as its author calls it: one or several outputs, with or without a cache, gradients by name or in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.problem.calls import by_input, by_name, how_called, named
from gradlab.problem.tree import leaves, rebuilt

Upstream = Mapping[str, NDArray[Any]]
"""An upstream gradient for each output that has one, by the output's name."""

ONE = "output"  # the name of the only output
UPSTREAM = "its upstream gradient"


class Layer:
    """Calls forward and backward in the caller's form.

    Parameters
    ----------
    forward, backward, inputs, cache
        As for `check_backward`. Inputs are copied: the caller's stay as they are.

    Attributes
    ----------
    outputs
        What forward returned at the inputs, by name: `output`, `output[0]`, …, or a dict's own names.
    changed
        Inputs that forward or backward has written into, and whether backward has written into its upstream.

    Raises
    ------
    GradlabError
        If forward cannot take the inputs, or returns what no upstream gradient can be drawn for.
    """

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any], inputs: Any, cache: bool) -> None:
        if not callable(forward) or not callable(backward):
            raise GradlabError("forward and backward must be functions: check_backward(forward, backward, inputs)")
        inputs = named(forward, inputs)
        self.forward, self.backward = by_name(forward, inputs), backward
        self.inputs, self.cache = _copies(inputs), cache
        self.changed: set[str] = set()
        self._form, _ = self._run(given := _copies(inputs))
        self._watch(given)
        self.outputs = {name: _checked(name, output, cache) for name, output in _named(self._form).items()}
        if not any(output.dtype.kind == "f" for output in self.outputs.values()):
            raise GradlabError(f"forward must return floats, got {self.outputs[next(iter(self.outputs))].dtype}")
        self._separate, self._wanted = how_called(backward, list(self.outputs), list(inputs), cache)

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """A random upstream gradient R for each output of floats, in its shape and dtype."""
        return {
            name: np.asarray(rng.standard_normal(output.shape)).astype(output.dtype)
            for name, output in self.outputs.items()
            if output.dtype.kind == "f"
        }

    def cost(self, upstream: Upstream, moved: Mapping[str, Any]) -> Any:
        """Sum of R · output over all outputs. With one more axis in front of the inputs, K points, K sums."""
        held = _copies(self.inputs) if self.changed else self.inputs
        outputs = _named(self._run({**held, **moved})[0])
        parts = [_sum_with(name, R, np.asarray(outputs.get(name))) for name, R in upstream.items()]
        return sum(parts[1:], start=parts[0])

    def output(self, moved: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs by name, with some inputs moved."""
        return _named(self._run({**_copies(self.inputs), **moved})[0])

    def gradients(
        self, upstream: Upstream, moved: Mapping[str, Any] | None = None, backward: Callable[..., Any] | None = None
    ) -> dict[str, Any]:
        """What backward, or another in its place, returns, by input; without those for which it returns None."""
        inputs = {**_copies(self.inputs), **(moved or {})}
        _, cache = self._run(inputs)  # backward may read what forward has left behind
        ups = self._like_outputs(upstream)
        before = self._like_outputs(upstream)
        behind = (cache,) if self.cache else ()
        named = {name: value for name, value in inputs.items() if self._wanted(name)}
        try:
            found = (backward or self.backward)(*(ups if self._separate else (self._whole(ups),)), *behind, **named)
        except Exception as error:
            if len(self.outputs) == 1 or self.cache:
                raise
            raise GradlabError(
                f"forward returned {len(self.outputs)} outputs, so backward was called with {len(self.outputs)} "
                f"upstream gradients, and failed: {error}. If the last of them is a cache, say cache=True"
            ) from error
        if any(
            R is not None and not np.array_equal(R, was, equal_nan=True) for R, was in zip(ups, before, strict=True)
        ):
            self.changed.add(UPSTREAM)
        self._watch({name: value for name, value in inputs.items() if name not in (moved or {})})
        return {name: grad for name, grad in by_input(found, self.inputs).items() if grad is not None}

    def _watch(self, used: Mapping[str, Any]) -> None:
        """Notice inputs that have been written into."""
        for name, value in used.items():
            pairs = zip(leaves(value), leaves(self.inputs[name]), strict=False)
            if any(isinstance(a, np.ndarray) and not _same(a, b) for (_, a), (_, b) in pairs):
                self.changed.add(name)

    def _run(self, inputs: Mapping[str, Any]) -> tuple[Any, Any]:
        """Outputs in the form in which forward returns them, and the cache."""
        answer = self.forward(**inputs)
        if answer is None:
            raise GradlabError("forward must return its output, got None: is a return missing?")
        if not self.cache:
            return answer, None
        if not isinstance(answer, tuple) or len(answer) < 2:
            raise GradlabError(
                f"cache=True says that forward returns (output, cache): it returned a {type(answer).__name__}"
            )
        *outputs, cache = answer
        return (outputs[0] if len(outputs) == 1 else tuple(outputs)), cache

    def _like_outputs(self, upstream: Upstream) -> list[Any]:
        """Copies, one for each output in order; None for an output that is no float."""
        return [upstream[name].copy(order="K") if name in upstream else None for name in self.outputs]

    def _whole(self, ups: list[Any]) -> Any:
        """The upstream gradients as one argument, in the form of the outputs."""
        if isinstance(self._form, Mapping):
            return dict(zip(self._form, ups, strict=True))
        if isinstance(self._form, list | tuple):
            named = hasattr(self._form, "_fields")
            return type(self._form)(*ups) if named else type(self._form)(ups)
        return ups[0]


@dataclass(frozen=True)
class UpstreamCost:
    """The cost that a layer is checked with: the sum of R · output. It still knows the layer, which rules ask."""

    layer: Layer
    upstream: Upstream

    def __call__(self, moved: Mapping[str, Any]) -> Any:
        return self.layer.cost(self.upstream, moved)


@dataclass(frozen=True)
class UpstreamGradients:
    """Its gradients, by input: what backward returns for the upstream gradient at moved inputs."""

    layer: Layer
    upstream: Upstream

    def __call__(self, moved: Mapping[str, Any]) -> Any:
        return self.layer.gradients(self.upstream, moved)


def _named(form: Any) -> dict[str, Any]:
    """Outputs by name. One level only: what lies deeper is a cache, or should be an output of its own."""
    if isinstance(form, Mapping):
        return {str(key): value for key, value in form.items()}
    if isinstance(form, list | tuple):
        return {f"{ONE}[{i}]": value for i, value in enumerate(form)}
    return {ONE: form}


def _sum_with(name: str, upstream: NDArray[Any], output: NDArray[Any]) -> Any:
    if output.shape[output.ndim - upstream.ndim :] != upstream.shape:
        raise GradlabError(f"forward's {name} must keep its shape {upstream.shape}, got {output.shape}")
    return np.sum(upstream * output, axis=tuple(range(-upstream.ndim, 0)))


def _checked(name: str, output: Any, cache: bool) -> NDArray[Any]:
    """The output as an array of numbers."""
    try:
        array = np.asarray(output)
    except ValueError:  # a tuple of arrays
        array = np.asarray(None)
    except Exception as error:  # somebody else's array, as one on a device
        kind = type(output).__name__
        raise GradlabError(f"forward's {name} must be an array that NumPy can read, got {kind}: {error}") from error
    if array.dtype.kind == "c":
        raise GradlabError(
            f"forward's {name} must be real, got {array.dtype}: return two outputs, its .real and its .imag"
        )
    if array.dtype.kind not in "fiub" or isinstance(output, Mapping | list | tuple):
        way = f"got {type(output).__name__}" if cache else "if forward returns (output, cache), say cache=True"
        raise GradlabError(f"forward's {name} must be an array of numbers: {way}")
    return array


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.dtype.kind == "O" or np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")


def _copies(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: rebuilt(value, (leaf.copy() if isinstance(leaf, np.ndarray) else leaf for _, leaf in leaves(value)))
        for name, value in inputs.items()
    }
