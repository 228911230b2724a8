"""The error against the step: what a formula, or a whole gradient check, makes of every step one tries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab.errors import GradlabError
from gradlab.numeric.derivative import derivative
from gradlab.numeric.fixed_step import slopes_at
from gradlab.precision import relative_difference
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import analytic_gradients
from gradlab.problem.parameters import Parameters, Params
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD, Stencil
from gradlab.steps import BestStep

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sweep:
    """Estimates of one derivative at many steps. `print` shows the errors as a table.

    Attributes
    ----------
    steps
        Shape (k,).
    values
        By stencil, shape (k,): the estimate. NaN where x + step is x.
    errors
        By stencil, shape (k,): |estimate − exact|.
    exact
        The derivative that the estimates are held against.
    dtype
        The precision in which f and the formulas were computed.
    """

    steps: Floats
    values: Mapping[Stencil, Floats]
    errors: Mapping[Stencil, Floats]
    exact: float
    dtype: np.dtype[Any]

    def best(self, stencil: Stencil) -> BestStep:
        """The step with the smallest error that was met, and that error."""
        i = int(np.nanargmin(self.errors[stencil]))
        return BestStep(step=float(self.steps[i]), error=float(self.errors[stencil][i]))

    def __str__(self) -> str:
        return _table(self.steps, {stencil.name: errors for stencil, errors in self.errors.items()})


def sweep(
    f: Callable[[Any], Any],
    x: float,
    *,
    exact: float | Callable[[float], float] | None = None,
    stencils: Iterable[Stencil] = (FORWARD, CENTRAL, FIVE_POINT),
    steps: ArrayLike | None = None,
    dtype: DTypeLike = np.float64,
) -> Sweep:
    """Apply formulas to f at x at many steps, in the given precision, and measure how far off they are.

    Parameters
    ----------
    f
        A function of one number. It gets scalars of `dtype`, and its values are rounded to `dtype`.
    x
        Where. It is rounded to `dtype` first.
    exact
        The derivative at x, or a function that gives it. Default: `gradlab.derivative` in float64.
    stencils
        The formulas to apply.
    steps
        Absolute steps. Default: four a decade from 1 down to the round-off of `dtype`.
    dtype
        `np.float64`, `np.float32` or `np.float16`.

    Examples
    --------
    >>> found = sweep(lambda t: t**3, 1.0, exact=3.0, stencils=[FORWARD, CENTRAL], steps=[1e-1, 1e-2])
    >>> print(found)
          step    forward    central
       1.0e-01    3.1e-01    1.0e-02
       1.0e-02    3.0e-02    1.0e-04
    >>> found.best(CENTRAL).step
    0.01
    """
    real = np.dtype(dtype)
    if real.kind != "f":
        raise GradlabError(f"dtype must be a real floating-point type, got {real}")
    rounded: Any = real.type
    taken = _steps(10.0 ** -np.arange(0, -np.log10(np.finfo(real).eps), 0.25) if steps is None else steps)
    with np.errstate(all="ignore"):  # a step may overflow, leave the domain, or vanish: that is to be seen
        at = rounded(x)
        truth = _exact(f, float(at), exact)
        values = {s: np.array([float(s(lambda t: rounded(f(t)), at, h)) for h in taken.tolist()]) for s in stencils}
    for value in values.values():
        value[~np.isfinite(value)] = np.nan
    errors = {s: _frozen(np.abs(value - truth)) for s, value in values.items()}
    frozen = {s: _frozen(value) for s, value in values.items()}
    return Sweep(taken, MappingProxyType(frozen), MappingProxyType(errors), truth, real)


@dataclass(frozen=True)
class GradientSweep:
    """Formula (2) at many steps. `print` shows it as a table.

    Attributes
    ----------
    steps
        Shape (k,).
    differences
        Relative difference over all components at each step, shape (k,). inf where the step vanishes.
    blocks
        The same for each block by itself.
    """

    steps: Floats
    differences: Floats
    blocks: Mapping[str, Floats]

    def __str__(self) -> str:
        return _table(self.steps, {"all": self.differences, **self.blocks})


def sweep_gradients(
    cost: Callable[..., Any],
    params: Params,
    grads: Params | Callable[..., Params],
    *,
    steps: ArrayLike | None = None,
    stencil: Stencil = CENTRAL,
) -> GradientSweep:
    """The course's check, once for each ε: formula (2) between the gradients and the numeric ones.

    Parameters
    ----------
    cost
        A function of params that returns one number, as for `check_gradients`.
    params
        Where it is checked.
    grads
        The gradients in the structure of params, or a function of params that returns them.
    steps
        Absolute steps, the course's ε. Default: 1e-2, 1e-3, …, 1e-12.
    stencil
        The formula; the course's is `CENTRAL`, two evaluations a component.

    Examples
    --------
    >>> theta = np.array([1.0, 2.0])
    >>> found = sweep_gradients(lambda t: float(np.sum(t**3)), theta, 3 * theta**2, steps=[1e-2, 1e-3])
    >>> print(found)
          step        all      theta
       1.0e-02    5.7e-06    5.7e-06
       1.0e-03    5.7e-08    5.7e-08
    """
    parameters = Parameters(params)
    analytic = analytic_gradients(grads, parameters).theta
    asked = Cost(cost, parameters)
    taken = _steps(10.0 ** -np.arange(2, 13) if steps is None else steps)
    numeric = [slopes_at(asked, stencil, h) for h in taken.tolist()]
    blocks = {
        name: _frozen([relative_difference(analytic[at], row[at]) for row in numeric])
        for name, at in parameters.slices.items()
    }
    return GradientSweep(
        taken, _frozen([relative_difference(analytic, row) for row in numeric]), MappingProxyType(blocks)
    )


def _steps(steps: ArrayLike) -> Floats:
    taken = np.array(steps, dtype=np.float64, ndmin=1)
    if taken.ndim > 1 or not taken.size or not np.all(np.isfinite(taken) & (taken > 0)):
        raise GradlabError("steps must be one or more positive numbers")
    return _frozen(taken)


def _exact(f: Callable[[Any], Any], x: float, exact: float | Callable[[float], float] | None) -> float:
    if exact is None:
        return derivative(f, x).value
    return float(exact(x) if callable(exact) else exact)


def _frozen(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _table(steps: Floats, columns: Mapping[str, Sequence[float] | Floats]) -> str:
    width = max(10, *map(len, columns))
    rows = [["step", *columns], *([f"{v:.1e}" for v in row] for row in zip(steps, *columns.values(), strict=True))]
    return "\n".join(" ".join(f"{cell:>{width}}" for cell in row) for row in rows)
