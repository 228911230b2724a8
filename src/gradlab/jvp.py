"""The check of the forward mode along directions, and of forward against reverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab import constants as tuned
from gradlab.check import Options
from gradlab.errors import GradlabError
from gradlab.jacobian import check_jacobian
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.scaling import rms, scales
from gradlab.problem.arguments import of_params, one_by_one
from gradlab.problem.parameters import Parameters, Params, array_of
from gradlab.report import Report
from gradlab.verdict.blocks import Block, Verdict, compare_block, judge, with_reasons

Floats = NDArray[np.float64]

SEED = 1729  # not 0 or 1, which draw the parameters of many tests
ALL = "all together"
ORIGIN = 1.5  # where params lie along each v: at 0 or 1 a report would warn of values that hide mistakes


def check_jvp(
    function: Callable[..., Any],
    jvp: Callable[..., Any],
    params: Params,
    *,
    vjp: Callable[..., Params] | None = None,
    **options: Unpack[Options],
) -> Report:
    """Check the forward mode: `jvp(params, v)`, the derivative of function along v, for random v in each block.

    With `vjp` it also compares forward with reverse: ⟨R, J v⟩ = ⟨Jᵀ R, v⟩ for random R and v, without any step.

    Parameters
    ----------
    function
        A function of params, or of the parameters one by one, that returns an array.
    jvp
        `jvp(params, v)` with v in the structure of params returns an array in the shape of the output; or, as JAX's
        rules do, (output, that array). It may take all parameters one by one and then all of v: `jvp(A, b, dA, db)`;
        where its arguments are called primals and tangents, it gets tuples of what function takes, as in JAX.
    params
        As for `check_gradients`.
    vjp
        `vjp(params, R)` with R in the shape of the output returns Jᵀ R in the structure of params.
    **options
        The keywords of `check_gradients`, but for `args`, `kwargs`, `progress` and `bounds`. `directions` says how
        many random v each block gets: 3.

    Returns
    -------
    Report
        A block for each of params, and one for all of them together: output by direction. With `vjp` another one for
        each, `vjp: W`, whose numeric side is the forward mode.

    Examples
    --------
    >>> report = check_jvp(np.sin, lambda x, v: np.cos(x) * v, np.array([0.5, 2.0]), vjp=lambda x, R: np.cos(x) * R)
    >>> report.ok, list(report.blocks)
    (True, ['theta', 'vjp: theta'])
    """
    if options.get("bounds") is not None:
        raise GradlabError("check_jvp moves all params along directions: leave out bounds, or move params inside")
    if not isinstance(args := options.pop("args", ()), tuple) or args or options.pop("kwargs", None) is not None:
        raise GradlabError(
            "check_jvp has no args, no kwargs: lambda params: f(params, *args), and so for jvp and vjp"
        )
    given = options.pop("directions", None)
    directions = tuned.JVP_DIRECTIONS if given is None else _arguments.whole("directions", given, least=1)
    if not callable(jvp) or not (vjp is None or callable(vjp)):
        raise GradlabError("jvp and vjp must be functions: jvp(params, v) and vjp(params, R)")
    jvp = one_by_one(jvp, params, function)
    function = of_params("function", function, params)
    _arguments.function("function", function, of="params")
    parameters = Parameters(params)
    rng = options.get("rng")
    options["rng"] = generator = _arguments.generator(rng, SEED)
    signs = generator.choice([-1.0, 1.0], (directions, parameters.size))
    along = _by_block(parameters, (signs * scales(parameters)).astype(parameters.theta.dtype))

    def moved(t: Mapping[str, Any]) -> Any:
        theta = parameters.theta + sum(
            ((t[name] - ORIGIN) @ v for name, v in along.items()), start=np.zeros_like(parameters.theta)
        )
        return function(parameters.like(theta))

    @cache
    def here() -> Any:
        return function(parameters.like(parameters.theta.copy()))

    def forward(v: Floats) -> Floats:
        answer = jvp(parameters.like(parameters.theta.copy()), parameters.like(v.copy()))
        if isinstance(answer, Mapping) or (isinstance(answer, tuple) and any(isinstance(a, Mapping) for a in answer)):
            raise GradlabError(
                "function and jvp must return one array each, got a dict: put its arrays in one, as in "
                "np.concatenate([out['a'].ravel(), out['b'].ravel()]), on both sides"
            )
        tangent = _tangent(answer, here)
        _shape(tangent)  # or several arrays would be refused without a way out
        array = array_of("what jvp returns", tangent)
        if array.dtype.kind not in "fiub":
            raise GradlabError(f"what jvp returns must be real numbers, got dtype {array.dtype}")
        return array

    origin = {name: np.full(directions, ORIGIN, dtype=parameters.theta.dtype) for name in along}
    slopes = {name: np.stack([forward(one) for one in v], axis=-1) for name, v in along.items()}
    report = check_jacobian(moved, origin, slopes, **options)
    if vjp is None:
        return report
    output = next(iter(slopes.values()))[..., 0]
    R = np.asarray(generator.standard_normal(output.shape)).astype(output.dtype)
    back = parameters.flatten(vjp(parameters.like(parameters.theta.copy()), R.copy()[()]), "vjp")
    reverse = [_adjoint(f"vjp: {name}", v, slopes[name], R, back) for name, v in along.items()]
    same = all(block.verdict is Verdict.AGREES for block in reverse)
    notes = ("Forward and reverse are the same: ⟨R, J v⟩ = ⟨Jᵀ R, v⟩ to rounding.",) if same else ()
    return replace(
        report, blocks={**report.blocks, **{block.name: block for block in reverse}}, notes=(*notes, *report.notes)
    )


def _tangent(answer: Any, output: Callable[[], Any]) -> Any:
    """The derivative alone, of (output, derivative)."""
    if isinstance(answer, tuple) and len(answer) == 2 and _shape(answer[1]) == _shape(output()):
        if _shape(answer[0]) == _shape(output()) and np.allclose(answer[0], output(), equal_nan=True):
            return answer[1]
        raise GradlabError(
            "jvp returned a tuple, (output, derivative), whose first part is not what function returns"
        )
    return answer


def _shape(answer: Any) -> tuple[int, ...]:
    """The shape of what is one array; several arrays of one shape are one, too."""
    try:
        return np.shape(answer)
    except ValueError:
        raise GradlabError(
            "function and jvp must return one array each, got several of different shapes: put them in one, as in "
            "np.concatenate([a.ravel() for a in outputs]), on both sides"
        ) from None


def _by_block(parameters: Parameters, signs: Floats) -> dict[str, Floats]:
    """Directions that move one block each, and one set that moves all: what is missing between blocks shows there."""
    along = {}
    for name, at in parameters.slices.items():
        if at.start == at.stop:
            continue  # a block without entries has no direction
        along[name] = np.zeros_like(signs)
        along[name][:, at] = signs[:, at]
    return along if len(along) == 1 else {**along, ALL: signs}


def _adjoint(name: str, v: Floats, slopes: Floats, R: Floats, back: Floats) -> Block:
    """⟨Jᵀ R, v⟩ against ⟨R, J v⟩: both sides are exact but for rounding."""
    product = R[..., np.newaxis] * slopes
    lead = tuple(range(R.ndim))
    analytic, value = v @ back, np.asarray(product.sum(axis=lead), dtype=np.float64)
    size = np.abs(product).sum(axis=lead) + np.abs(v) @ np.abs(back)
    bound = tuned.ADJOINT * float(np.finfo(v.dtype).eps) * np.asarray(size, dtype=np.float64)
    numeric = Numeric(value, bound, np.full(len(value), str(Reason.NONE)))
    verdicts = judge(analytic, numeric, np.zeros(len(value), dtype=bool), rms(size))
    return compare_block(name, analytic, with_reasons(numeric, verdicts), verdicts, value)
