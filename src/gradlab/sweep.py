"""The error against the step: what a formula, or a whole gradient check, makes of every step one tries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab import _arguments, _records
from gradlab.errors import GradlabError
from gradlab.numeric.derivative import derivative
from gradlab.numeric.fixed_step import slopes_at
from gradlab.precision import relative_difference
from gradlab.problem.answers import NO_VALUE, number
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import analytic_gradients
from gradlab.problem.parameters import Parameters, Params
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD, Stencil, formulas
from gradlab.steps import BestStep

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
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

    __eq__ = _records.equal
    __hash__ = _records.hashed

    def __reduce__(self) -> tuple[Any, ...]:
        """How to copy and pickle it: a read-only view of a dict cannot be."""
        return _sweep, (self.steps, dict(self.values), dict(self.errors), self.exact, self.dtype)

    def best(self, stencil: Stencil) -> BestStep:
        """The step with the smallest error that was met, and that error.

        A GradlabError if the stencil was not swept, or no step gave a number.
        """
        if stencil not in self.errors or np.isnan(self.errors[stencil]).all():
            raise GradlabError("stencil must be one that was swept, at steps where it gave a number")
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
    real = _arguments.float_dtype(dtype)
    rounded: Any = real.type
    _arguments.function("f", f, of="one number")
    x = _arguments.number("x", x)
    taken = _arguments.steps(10.0 ** -np.arange(0, -np.log10(np.finfo(real).eps), 0.25) if steps is None else steps)
    with np.errstate(all="ignore"):  # a step may overflow, leave the domain, or vanish: that is to be seen
        at = rounded(x)
        if not np.isfinite(at):
            raise GradlabError(f"x must be finite in {real}, got {x:g}")
        truth = _exact(f, float(at), exact)
        values = {s: np.array([_estimate(s, f, at, h, rounded) for h in taken.tolist()]) for s in formulas(stencils)}
        errors = {s: np.abs(value - truth) for s, value in values.items()}
    return _sweep(taken, values, errors, truth, real)


def _sweep(
    steps: Floats,
    values: Mapping[Stencil, Floats],
    errors: Mapping[Stencil, Floats],
    exact: float,
    dtype: np.dtype[Any],
) -> Sweep:
    """A sweep whose arrays and dicts nobody can write into."""
    estimates, off = ({s: _frozen(row) for s, row in rows.items()} for rows in (values, errors))
    return Sweep(_frozen(steps), MappingProxyType(estimates), MappingProxyType(off), exact, dtype)


def _estimate(stencil: Stencil, f: Callable[[Any], Any], at: Any, step: float, rounded: Any) -> float:
    """The formula at one step; NaN where f has no value at one of its points, or the step vanishes."""

    def value(t: Any) -> Any:
        try:
            return rounded(number(f(t), "f"))
        except GradlabError:
            raise
        except NO_VALUE:
            return rounded(np.nan)

    estimate = float(stencil(value, at, step))
    return estimate if np.isfinite(estimate) else np.nan


@dataclass(frozen=True, eq=False)
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

    __eq__ = _records.equal
    __hash__ = _records.hashed

    def __reduce__(self) -> tuple[Any, ...]:
        """How to copy and pickle it: a read-only view of a dict cannot be."""
        return _gradient_sweep, (self.steps, self.differences, dict(self.blocks))

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
    _arguments.instance("stencil", stencil, Stencil, "gradlab.stencils.CENTRAL")
    taken = _arguments.steps(10.0 ** -np.arange(2, 13) if steps is None else steps)
    parameters = Parameters(params)
    if not callable(grads):
        parameters.flatten(grads)  # names and shapes that do not fit are told before the cost is called
    cost_function = Cost(cost, parameters)
    analytic = analytic_gradients(grads, parameters, cost_function).theta
    with np.errstate(all="ignore"):  # a step may overflow or vanish: that is to be seen
        numeric = [slopes_at(cost_function, stencil, h) for h in taken.tolist()]
    blocks = {
        name: np.array([relative_difference(analytic[at], row[at]) for row in numeric])
        for name, at in parameters.slices.items()
    }
    return _gradient_sweep(taken, np.array([relative_difference(analytic, row) for row in numeric]), blocks)


def _gradient_sweep(steps: Floats, differences: Floats, blocks: Mapping[str, Floats]) -> GradientSweep:
    """A sweep whose arrays and dict nobody can write into."""
    frozen = {name: _frozen(row) for name, row in blocks.items()}
    return GradientSweep(_frozen(steps), _frozen(differences), MappingProxyType(frozen))


def _exact(f: Callable[[Any], Any], x: float, exact: float | Callable[[float], float] | None) -> float:
    if exact is None:
        return derivative(f, x).value
    return _arguments.number("exact", exact(x) if callable(exact) else exact, "a finite number, or a function of x")


def _frozen(values: ArrayLike) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _table(steps: Floats, columns: Mapping[str, Sequence[float] | Floats]) -> str:
    width = max(10, *map(len, columns))
    rows = [["step", *columns], *([f"{v:.1e}" for v in row] for row in zip(steps, *columns.values(), strict=True))]
    return "\n".join(" ".join(f"{cell:>{width}}" for cell in row) for row in rows)
