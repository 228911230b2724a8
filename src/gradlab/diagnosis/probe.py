"""What rules may ask of the caller's code, once a block is wrong: gradients elsewhere, and the layer itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.problem.answers import number
from gradlab.problem.layer import Layer, Upstream, UpstreamCost
from gradlab.problem.parameters import Params
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]
FLOATS = (np.dtype(np.float64), np.dtype(np.float32))
SECOND_STEP = 1e-3  # step of second differences, in units of the scale


@dataclass(frozen=True)
class LayerProbe:
    """The one layer of `check_backward`, if it has one output.

    Attributes
    ----------
    forward
        The output with some inputs moved.
    backward
        The gradients of the inputs by name, for another upstream gradient.
    inputs
        All inputs that are arrays, also those that are held fixed.
    upstream
        R, the random upstream gradient of the check.
    output
        Y, what forward returned at the inputs.
    """

    forward: Callable[[Mapping[str, Floats]], Floats]
    backward: Callable[[Floats], Mapping[str, Floats]]
    inputs: Mapping[str, Floats]
    upstream: Floats
    output: Floats

    def change(self, name: str, i: int) -> Floats:
        """The derivative of all outputs, in one row, by one entry of an input: a central difference of forward."""
        x = self.inputs[name]
        h = 1e-5 * max(abs(float(x.flat[i])), 0.1)
        sides = []
        for step in (h, -h):
            moved = x.copy()
            moved.flat[i] += step
            sides.append(self.forward({name: moved}).ravel())
        return np.asarray((sides[0] - sides[1]) / (2 * h))

    @cached_property
    def answers(self) -> list[Mapping[str, Floats]]:
        """What backward says of each output by itself."""
        R = self.upstream
        return [self.backward(unit) for unit in np.eye(R.size).reshape(R.size, *R.shape)]

    @cached_property
    def _numeric(self) -> dict[str, Floats]:
        return {}

    def jacobians(self, name: str) -> tuple[Floats, Floats]:
        """Backward's Jacobian of the outputs by an input, and that of forward, a row for each output."""
        if name not in self._numeric:
            columns = [self.change(name, i) for i in range(self.inputs[name].size)]
            self._numeric[name] = np.stack(columns, axis=1)
        return np.stack([answer[name].ravel() for answer in self.answers]), self._numeric[name]


@dataclass(frozen=True)
class OutputsProbe:
    """The layer of `check_backward`, if it has several outputs: each may be asked by itself.

    Attributes
    ----------
    upstream
        R of each output, by the output's name.
    forward
        The outputs at theta moved by so much.
    backward
        The gradient of all inputs in one vector, for other upstream gradients.
    """

    upstream: Mapping[str, Floats]
    forward: Callable[[Floats], Mapping[str, Floats]]
    backward: Callable[[Mapping[str, Floats]], Floats]

    def slope(self, name: str, R: Floats, way: Floats) -> float:
        """The slope of ⟨R, output⟩, of the output of that name, along a direction."""
        return slope_at_zero(lambda t: float(np.sum(R * self.forward(t * way)[name])))


@dataclass(frozen=True)
class Probe:
    """The caller's functions, asked again. Their answers are the caller's: rules that ask are guarded as a whole.

    Attributes
    ----------
    theta, scale
        All parameters in one vector, and what counts as 1 for each.
    gradient
        The analytic gradient at another theta; None if it was given as an array.
    cost
        The cost at theta moved by so much; None if it cannot be asked.
    rng
        Draws where to ask.
    layer
        The layer of `check_backward`, if it has one output.
    outputs
        The layer of `check_backward`, if it has several.
    edits
        May the source of the caller's functions be read, and edited in a copy of the process?
    aside
        The cost at theta moved by so much as its code says it, not counted: for what runs other code in its place.
    """

    theta: Floats
    scale: Floats
    gradient: Callable[[Floats], Floats] | None = None
    cost: Callable[[Floats], float] | None = None
    rng: np.random.Generator | None = None
    layer: LayerProbe | None = None
    outputs: OutputsProbe | None = None
    edits: bool = False
    aside: Callable[[Floats], float] | None = None

    @classmethod
    def of(cls, problem: Problem, gradient: Callable[[Floats], Floats] | None) -> Probe | None:
        """Of a check. In float32 answers at other points are too coarse to tell anything: a layer is all there is."""
        theta, callers = problem.parameters.theta, problem.cost.cost
        if isinstance(callers, UpstreamCost):
            names = list(problem.parameters.names)
            if (probe := layer_probe(callers.layer, callers.upstream, names, problem.rng)) is not None:
                return probe if theta.dtype == np.float64 else replace(probe, gradient=None, cost=None)
        if theta.dtype != np.float64:
            return None

        domain = problem.cost.domain

        def cost(delta: Floats) -> float:
            if domain is not None and not domain.holds(theta + delta):
                return np.nan
            return float(problem.cost.at([(slice(None), delta)])[0])

        def inside(point: Floats) -> Floats:
            if gradient is None or not (domain is None or domain.holds(point)):
                raise GradlabError("bounds must hold where the gradient is asked")  # the rule that asks is silent
            return gradient(point)

        def aside(delta: Floats) -> float:
            if domain is not None and not domain.holds(theta + delta):
                return np.nan
            point = theta + delta
            if problem.cost.vectorized:
                return number(np.asarray(callers(problem.parameters.like(point[np.newaxis])))[0])
            return number(callers(problem.parameters.like(point)))

        scale = np.asarray(problem.scale, dtype=np.float64)
        several = _outputs_probe(callers, problem) if isinstance(callers, UpstreamCost) else None
        asked_for = gradient and inside
        return cls(theta.astype(np.float64), scale, asked_for, cost, problem.rng, outputs=several, aside=aside)

    @classmethod
    def in_double(cls, problem: Problem, asked: Callable[[Any], Params] | None) -> Probe | None:
        """Of a check in less than float64: the caller's functions at params of float64, which they may round."""
        parameters, cost = problem.parameters, problem.cost
        upstream = isinstance(cost.cost, UpstreamCost)
        if asked is None or upstream or cost.vectorized or cost.domain is not None:
            return None
        theta = parameters.theta.astype(np.float64)
        if parameters.theta.dtype == np.float64:
            return None

        def cost_at(delta: Floats) -> float:
            return number(cost.cost(parameters.like(theta + delta)))

        def gradient(point: Floats) -> Floats:
            return parameters.flatten(asked(parameters.like(point)))

        scale = np.asarray(problem.scale, dtype=np.float64)
        return cls(theta, scale, gradient, cost_at, edits=True, aside=cost_at)

    @cached_property
    def gradient_changes(self) -> Floats:
        """How each entry of the gradient (a row) changes with each parameter, in units of the scale; asked once."""
        if self.gradient is None:
            raise ValueError("the gradient cannot be asked")
        gradient, theta = self.gradient, self.theta
        columns = [gradient(theta + way) - gradient(theta - way) for way in np.diag(SECOND_STEP * self.scale)]
        return np.stack(columns, axis=1) * self.scale[:, None] / (2 * SECOND_STEP)

    def slope(self, moved: Floats, at: int) -> float:
        """The numeric gradient in one entry, at theta moved by so much: a central difference of order four."""
        way = np.zeros_like(moved)
        way[at] = self.scale[at]
        return self.slope_along(moved, way) / float(self.scale[at])

    def slope_along(self, moved: Floats, way: Floats) -> float:
        """The slope of the cost along a direction, at theta moved by so much."""
        if self.cost is None:
            raise ValueError("the cost cannot be asked")
        cost = self.cost
        return slope_at_zero(lambda t: cost(moved + t * way))


def slope_at_zero(f: Callable[[float], float], h: float = 1e-3) -> float:
    """A central difference of order four, in units in which 1 is the scale of what moves."""
    near, far = (f(k * h) - f(-k * h) for k in (1, 2))
    return (8 * near - far) / (12 * h)


def layer_probe(layer: Layer, upstream: Upstream, names: list[str], rng: np.random.Generator) -> Probe | None:
    """Of a layer whose inputs are plain arrays of floats and whose output is one; None of any other."""
    own = {n: v for n, v in layer.inputs.items() if isinstance(v, np.ndarray) and v.dtype in FLOATS}
    outputs = list(layer.outputs)
    if len(outputs) > 1 or any(name not in own for name in names) or layer.outputs[outputs[0]].dtype not in FLOATS:
        return None
    (only,) = outputs
    arrays = {name: v.astype(np.float64, copy=False) for name, v in own.items()}
    ends = np.cumsum([arrays[name].size for name in names])[:-1]

    def moved(theta: Floats) -> dict[str, Floats]:
        parts = np.split(theta, ends)
        shaped = zip(names, parts, strict=True)
        return {name: part.reshape(own[name].shape).astype(own[name].dtype, copy=False) for name, part in shaped}

    def gradient(theta: Floats) -> Floats:
        found = layer.gradients(upstream, moved(theta))
        return np.concatenate([np.asarray(found[name], dtype=np.float64).ravel() for name in names])

    def forward(point: Mapping[str, Floats]) -> Floats:
        typed = {name: value.astype(own[name].dtype, copy=False) for name, value in point.items()}
        return np.asarray(layer.output(typed)[only], dtype=np.float64)

    def backward(R: Floats) -> dict[str, Floats]:
        found = layer.gradients({only: np.asarray(R, dtype=upstream[only].dtype)})
        return {name: np.asarray(found[name], dtype=np.float64) for name in names}

    theta = np.concatenate([arrays[name].ravel() for name in names])

    def cost(delta: Floats) -> float:
        return float(np.sum(upstream[only] * forward(moved(theta + delta))))

    scale = np.where(theta != 0, np.abs(theta), 1.0)
    R, Y = (np.asarray(side[only], dtype=np.float64) for side in (upstream, layer.outputs))
    layer_alone = LayerProbe(forward, backward, arrays, R, Y)
    return Probe(theta, scale, gradient, cost, rng, layer_alone, aside=cost)


def _outputs_probe(cost: UpstreamCost, problem: Problem) -> OutputsProbe:
    """Of a layer with several outputs, or whose inputs are not all arrays."""
    parameters, layer = problem.parameters, cost.layer

    def forward(delta: Floats) -> dict[str, Floats]:
        outputs = layer.output(parameters.blocks(parameters.theta + delta))
        return {name: np.asarray(outputs[name], dtype=np.float64) for name in cost.upstream}

    def backward(upstream: Mapping[str, Floats]) -> Floats:
        found = layer.gradients(upstream)
        return np.concatenate([np.asarray(found[name], dtype=np.float64).ravel() for name in parameters.names])

    return OutputsProbe(cost.upstream, forward, backward)
