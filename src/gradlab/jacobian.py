"""The check of a function with many outputs: its Jacobian, by output and entry."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from gradlab.check import Options, check_gradients
from gradlab.diagnosis.diagnose import diagnose
from gradlab.errors import GradlabError, passed
from gradlab.numeric.answer import Numeric
from gradlab.problem.arguments import of_params
from gradlab.problem.constant import is_constant
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import analytic_gradients
from gradlab.problem.outputs import Outputs
from gradlab.problem.parameters import Parameters, Params, array_of, named
from gradlab.report import Report
from gradlab.verdict.aside import remembered
from gradlab.verdict.blocks import Block, compare_block

Floats = NDArray[np.float64]

SEED = 1729  # not 0 or 1, which draw the parameters of many tests
HALF_THE_DIGITS = float(np.sqrt(np.finfo(np.float64).eps))  # rounding in long products takes less


def check_jacobian(
    function: Callable[..., Any],
    params: Params,
    jacobian: Params | Callable[..., Params] | Literal[True],
    **options: Unpack[Options],
) -> Report:
    """Compare a Jacobian with finite differences, every output by every entry of params.

    Residuals of least squares, the forward kinematics of a robot, a gradient whose Jacobian is a Hessian: each output
    is checked as a cost of its own. One evaluation of the function serves all outputs.

    Parameters
    ----------
    function
        A function of params that returns an array of any shape.
    params
        As for `check_gradients`.
    jacobian
        For one array of parameters, an array whose axes are those of the output, then those of the parameters; or a
        matrix, outputs by entries; SciPy's sparse matrices and linear operators too, whose `rmatvec` is compared with
        their `matvec`. For several, these in the structure of params. Or a
        function of params that returns it; True if `function` returns (output, Jacobian).
    **options
        The keywords of `check_gradients`, but for `directions` and `progress`.

    Returns
    -------
    Report
        A block has the axes of the output in front of those of the parameter: `theta[2, 0]` is the derivative of
        output 2 by theta[0].

    Raises
    ------
    GradlabError
        If the function or its Jacobian cannot be checked.

    Examples
    --------
    >>> t = np.linspace(0, 2, 5)
    >>> def residuals(p):
    ...     return p[0] * np.exp(-p[1] * t) - 1.0
    >>> def jacobian(p):
    ...     return np.stack([np.exp(-p[1] * t), -p[0] * t * np.exp(-p[1] * t)], axis=1)
    >>> report = check_jacobian(residuals, np.array([1.5, 0.7]), jacobian)
    >>> report.ok, report.blocks["theta"].shape
    (True, (5, 2))
    """
    began = time.perf_counter()
    for refused in ("directions", "progress"):
        if not (options.get(refused) is None or options.get(refused) is False):
            raise GradlabError(f"check_jacobian looks at every output and entry: leave out {refused}")
    more = options.pop("args", ()), options.pop("kwargs", None)
    function = of_params("function", function, params, *more)
    jacobian = of_params("jacobian", jacobian, params, *more)
    if jacobian is True:
        function, jacobian = _separated(function)
    parameters = Parameters(params)
    outputs = Outputs(function, parameters.like(parameters.theta.copy()))
    given = jacobian(parameters.like(parameters.theta.copy())) if callable(jacobian) else jacobian
    analytic = _rows(given, outputs, parameters, params)
    rng = options.get("rng")  # the same directions for each output: then it is asked at the same points
    options["rng"] = int(rng.integers(2**31)) if isinstance(rng, np.random.Generator) else rng
    of_each = options | {"edits": False}  # of one output by itself nothing is told
    reports = [
        check_gradients(outputs.one(k), params, parameters.like(analytic[k]), **of_each) for k in range(outputs.size)
    ]
    blocks = {name: _stacked([r.blocks[name] for r in reports], outputs.shape) for name in reports[0].blocks}
    with np.errstate(all="ignore"):
        findings = diagnose(blocks)
    report = Report(
        blocks=blocks,
        findings=findings,
        evaluations=outputs.evaluations,
        seconds=time.perf_counter() - began,
        cost=float(np.linalg.norm(outputs.value)),
        noise=max(r.noise for r in reports),
        dtype=parameters.theta.dtype,
        notes=(*_notes(outputs, blocks), *dict.fromkeys(note for r in reports for note in r.notes)),
        allow_untested=reports[0].allow_untested,
    )
    if not report.ok or not callable(jacobian) or is_constant(jacobian):
        return report
    return _answered_alike(report, outputs, jacobian, params, options)


def _answered_alike(
    report: Report, outputs: Outputs, jacobian: Callable[[Any], Any], params: Any, options: Options
) -> Report:
    """The report, if the Jacobian answers alike at the same params and is right beside them.

    Else that of one sum of all outputs, each times a random number.
    """
    weights, parameters = np.random.default_rng(SEED).standard_normal(outputs.size), Parameters(params)
    total = outputs.summed(weights)

    def gradient(moved: Any) -> Any:
        return parameters.like(weights @ _rows(jacobian(moved), outputs, parameters, params))

    cost = Cost(total, parameters, vectorized=options.get("vectorized", False), bounds=options.get("bounds"))
    seen = analytic_gradients(gradient, parameters, cost)
    given: list[tuple[Any, Any]] = [(params, parameters.like(one)) for one in (seen.theta, *seen.others)]
    if seen.unsure.any() and not seen.others:  # by chance, it seems: that is for a check to say
        given = [(params, gradient)]
    if seen.aside is not None:
        given += [(parameters.like(one.at), parameters.like(one.theta)) for one in remembered(parameters, seen)]
    for at, answer in given if seen.unsure.any() or seen.aside is not None else ():
        whole = check_gradients(total, at, answer, **options)
        if not whole.ok:
            says = "All numbers here are those of one sum of all outputs, each times a random number."
            return replace(
                report, blocks=whole.blocks, findings=whole.findings, notes=(*whole.notes, says, *report.notes)
            )
    return replace(report, evaluations=outputs.evaluations)


def assert_jacobian(
    function: Callable[..., Any],
    params: Params,
    jacobian: Params | Callable[..., Params] | Literal[True],
    **options: Unpack[Options],
) -> Report:
    """`check_jacobian` for tests: returns the report if it is ok, else raises with the report's text.

    Raises
    ------
    GradientMismatch
        An AssertionError; its `report` holds the whole answer.
    GradlabError
        If the function or its Jacobian cannot be checked.

    Examples
    --------
    >>> assert_jacobian(lambda x: x**2, np.array([1.0, 2.0, 3.0]), lambda x: np.diag(2 * x)).ok
    True
    """
    __tracebackhide__ = True  # pytest then points at the line of the test
    return passed(check_jacobian(function, params, jacobian, **options))


def _separated(both: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Output and Jacobian of a function that returns both, as for `jac=True`."""

    def pair(params: Any) -> Any:
        answer = both(params)
        if not isinstance(answer, tuple | list) or len(answer) < 2:
            raise GradlabError(
                "jacobian=True says that the function returns (output, Jacobian): it returned a "
                f"{type(answer).__name__}"
            )
        return answer

    return lambda params: pair(params)[0], lambda params: pair(params)[1]


def _rows(given: Any, outputs: Outputs, parameters: Parameters, params: Params) -> Floats:
    """The Jacobian as a matrix: a row for each output, laid out like theta."""
    found = named(given, params)
    if missing := [name for name in parameters.names if name not in found]:
        pairs = isinstance(given, list | tuple) and len(given) == len(parameters.names)
        raise GradlabError(
            f"jacobian must have the structure of params ({', '.join(parameters.names)}); "
            f"missing: {', '.join(missing)}"
            + (
                f". Pair them by name: lambda *p: dict(zip({list(parameters.names)!r}, jacobian(*p)))"
                if pairs
                else ""
            )
        )
    return np.concatenate(
        [_matrix(name, found[name], outputs, parameters.shapes[name]) for name in parameters.names], 1
    )


def _matrix(name: str, value: Any, outputs: Outputs, shape: tuple[int, ...]) -> Floats:
    array = array_of(f"jacobian of {name!r}", _dense(name, value))
    size = int(np.prod(shape))
    if array.dtype.kind not in "fiub":
        raise GradlabError(f"jacobian of {name!r} must be real numbers, got dtype {array.dtype}")
    if array.shape not in (outputs.shape + shape, (outputs.size, size)):
        turned = array.shape in (shape + outputs.shape, (size, outputs.size))
        flat = f": if it is flat, row by row, .reshape({outputs.shape + shape})"
        raise GradlabError(
            f"jacobian of {name!r} must have shape {outputs.shape + shape}, outputs first, got {array.shape}"
            + (": is it transposed?" if turned else flat if array.shape == (outputs.size * size,) else "")
        )
    return array.astype(np.float64).reshape(outputs.size, size)


def _dense(name: str, value: Any) -> Any:
    """SciPy's sparse matrices and linear operators as arrays."""
    if hasattr(value, "toarray"):
        return value.toarray()
    if not (hasattr(value, "matvec") and hasattr(value, "rmatvec")):
        return value
    rows, columns = value.shape
    dense = np.stack([np.ravel(value.matvec(one)) for one in np.eye(columns)], axis=1)
    try:
        back = np.stack([np.ravel(value.rmatvec(one)) for one in np.eye(rows)], axis=0)
    except (NotImplementedError, TypeError):  # an operator that has none
        return dense
    off = np.abs(dense - np.conj(back))
    if off.shape != (rows, columns) or not np.all(off <= HALF_THE_DIGITS * np.abs(dense).max()):
        off = np.where(np.isnan(off), np.inf, off)
        largest = off >= (1 - HALF_THE_DIGITS) * off.max()  # two that are equal but for rounding: the first is named
        i, j = np.unravel_index(int(np.argmax(largest)), off.shape)
        raise GradlabError(
            f"rmatvec of the jacobian of {name!r} must be the transpose of its matvec: for output {i} by entry {j} "
            f"matvec has {dense[i, j]:.6g} and rmatvec {back[i, j]:.6g}. Look which of the two is right: hand over "
            "J @ np.eye(n) for the one, (J.T @ np.eye(m)).T for the other"
        )
    return dense


def _stacked(rows: list[Block], lead: tuple[int, ...]) -> Block:
    """The blocks of all outputs as one, with the axes of the output in front."""

    def flat(field: str) -> NDArray[Any]:
        return np.concatenate([getattr(block, field).ravel() for block in rows])

    numeric = Numeric(flat("numeric"), flat("bound"), flat("reason"))
    analytic = flat("analytic").reshape(lead + rows[0].shape)
    return compare_block(rows[0].name, analytic, numeric, flat("verdicts"), flat("theta"))


def _notes(outputs: Outputs, blocks: Mapping[str, Block]) -> tuple[str, ...]:
    said = []
    if outputs.changes:
        said.append(
            "function changes its input. It was given copies; look for an in-place operation like x -= ... in it."
        )
    if len(blocks) == 1 and (block := next(iter(blocks.values()))).shape == 2 * outputs.shape:
        said += _symmetry(block, outputs.size)
    return tuple(said)


def _symmetry(block: Block, n: int) -> list[str]:
    """Of a square Jacobian: is it that of a gradient, and is the given one symmetric then?"""
    numeric, bound, analytic = (getattr(block, field).reshape(n, n) for field in ("numeric", "bound", "analytic"))
    with np.errstate(invalid="ignore"):
        symmetric = np.abs(numeric - numeric.T) <= bound + bound.T
        rounding = 1e-12 * float(np.nanmax(np.abs(analytic), initial=0.0))
        off = np.abs(analytic - analytic.T)
        agrees = off <= bound + bound.T + rounding
    if n < 2 or not symmetric.all():  # NaN is not symmetric
        return []
    if agrees.all():
        return ["Both Jacobians are symmetric, as that of a gradient, a Hessian, has to be."]
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.where(agrees, 0, off))), (n, n)))
    return [
        "The numeric Jacobian is symmetric, as that of a gradient is; the analytic one is not: "
        f"{analytic[i, j]:.6g} in row {i}, column {j} and {analytic[j, i]:.6g} in row {j}, column {i}."
    ]
