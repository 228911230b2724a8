"""The check: analytic gradients against the cost itself, from guards to report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from gradlab import compare, curl
from gradlab.analytic import Analytic, analytic_gradients
from gradlab.cost import Cost
from gradlab.diagnose import diagnose
from gradlab.directions import blocks_along, missable
from gradlab.errors import GradientMismatch, GradlabError
from gradlab.examine import examine, fixed, nothing
from gradlab.findings import Finding
from gradlab.fixed import at_fixed_step
from gradlab.gradient import Workers, noise_of, scales, start_rungs
from gradlab.notes import notes
from gradlab.parameters import Parameters, Params
from gradlab.progress import watched
from gradlab.report import Report
from gradlab.stencils import CENTRAL, Stencil

UPSTREAM_SEED = 1729  # not 0 or 1: inputs are often drawn with those, and R equal to an input would hide mistakes


def check_gradients(
    cost: Callable[..., Any],
    params: Params,
    grads: Params | Callable[..., Params],
    *,
    stencil: Stencil = CENTRAL,
    step: float | None = None,
    directions: int | None = None,
    vectorized: bool = False,
    workers: Workers = None,
    rng: np.random.Generator | int | None = None,
    progress: bool = False,
) -> Report:
    """Compare gradients with finite differences of the cost, and say what can be said.

    Every component is looked at once, two evaluations at a step that is chosen for its block. Only what is
    doubtful is examined further, at more steps. The threshold is no constant: it is the measured noise of
    the cost over the step, plus the truncation seen between neighbouring steps.

    Parameters
    ----------
    cost
        A function of params that returns one finite number, always the same at the same params.
    params
        Dict of arrays (W1, b1, …), sequence of arrays, or one array; floats of one dtype. Never changed.
    grads
        The gradients in the structure of params (the same names), or a function of params that returns them.
    stencil
        Check with this formula, at `step`.
    step
        Check at this one absolute step (the course's ε) instead of a chosen one.
    directions
        Compare each block along so many random ±1 directions instead of entry by entry: about ten evaluations each,
        however large the block. A block that is wrong is then searched by bisection. See `gradlab.Block` for
        what its fields hold, and the report's notes for what can be missed.
    vectorized
        True if `cost` takes all arrays with one more axis in front, K points at once, and returns K values.
    workers
        A number of threads, or any map-like function such as a process pool's `map`.
    rng
        A generator or a seed: draws the directions along which noise and steps are found. Default: always the same.
    progress
        True to be told before how many evaluations there will be, and to see a bar (of tqdm, if installed).

    Returns
    -------
    Report
        Its `ok` is True only if every block that could be tested agrees and none is undecided.

    Raises
    ------
    GradlabError
        If the input cannot be checked: the message names the argument, the rule and the way out.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0]])
    >>> def cost(p):
    ...     return float(np.sum(np.tanh(p["W1"] @ x + p["b1"])))
    >>> def grads(p):
    ...     slope = 1 - np.tanh(p["W1"] @ x + p["b1"]) ** 2
    ...     return {"W1": slope @ x.T, "b1": slope}
    >>> check_gradients(cost, {"W1": np.array([[1.0, -0.7]]), "b1": np.array([[0.5]])}, grads).ok
    True
    """
    began = time.perf_counter()
    if stencil is not CENTRAL and step is None:
        raise GradlabError("stencil needs a step: without one, gradlab extrapolates central differences")
    if directions is not None and step is not None:
        raise GradlabError("directions choose their own steps: leave out step, or check entry by entry")
    parameters = Parameters(params)
    analytic = analytic_gradients(grads, parameters)
    asked = Cost(cost, parameters, vectorized=vectorized, workers=workers)
    rng = np.random.default_rng(0 if rng is None else rng)
    with watched(asked, progress, points=2 if step is None else 2 * len(stencil.offsets), directions=directions):
        noise = noise_of(asked, rng) if asked.steady else np.inf
        blocks = _blocks(asked, noise, analytic, stencil, step, directions, rng)
    with np.errstate(all="ignore"):  # rules compare with what is not finite, too
        findings = diagnose(blocks, _curl(blocks, analytic, parameters, rng))
    return Report(
        blocks=blocks,
        findings=findings,
        evaluations=asked.evaluations,
        seconds=time.perf_counter() - began,
        cost=asked.value,
        noise=noise,
        dtype=parameters.theta.dtype,
        notes=(*notes(asked, analytic, noise), *missable(blocks)),
    )


def _blocks(
    cost: Cost,
    noise: float,
    analytic: Analytic,
    stencil: Stencil,
    step: float | None,
    directions: int | None,
    rng: np.random.Generator,
) -> dict[str, compare.Block]:
    """The comparison, in the way that was asked for."""
    parameters = cost.parameters
    scale = scales(parameters)
    if not cost.steady:
        numeric = nothing(parameters.size, "random")
    elif step is not None:
        numeric = fixed(*at_fixed_step(cost, noise, stencil, step))
    elif directions is not None:
        return blocks_along(cost, noise, analytic.theta, analytic.unsure, directions, rng)
    else:
        numeric = examine(cost, noise, analytic.theta, scale, start_rungs(cost, noise, scale, rng))
    return compare.blocks(analytic.theta, numeric.without(analytic.unsure), scale, parameters)


def _curl(
    blocks: Mapping[str, compare.Block], analytic: Analytic, parameters: Parameters, rng: np.random.Generator
) -> Iterable[Finding]:
    """Of a wrong gradient that can be asked for elsewhere: is it the gradient of another cost, or of none?"""
    wrong = any(block.verdict is compare.Verdict.WRONG for block in blocks.values())
    if not wrong or analytic.function is None or parameters.size < 2 or parameters.theta.dtype != np.float64:
        return ()
    return curl.findings(analytic.function, parameters.theta.astype(np.float64), scales(parameters), rng)


def assert_gradients(
    cost: Callable[..., Any], params: Params, grads: Params | Callable[..., Params], **keywords: Any
) -> Report:
    """`check_gradients` for tests: returns the report if it is ok, else raises with the report's text.

    Raises
    ------
    GradientMismatch
        An AssertionError; its `report` holds the whole answer.
    GradlabError
        If the input cannot be checked.

    Examples
    --------
    >>> theta = np.array([1.0, 2.0])
    >>> assert_gradients(lambda t: float(t @ t), theta, lambda t: 2 * t).level
    'great'
    """
    __tracebackhide__ = True  # pytest then points at the line of the test
    report = check_gradients(cost, params, grads, **keywords)
    if not report.ok:
        raise GradientMismatch(report)
    return report


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Mapping[str, Any]],
    inputs: Mapping[str, Any],
    *,
    rng: np.random.Generator | int | None = None,
    **keywords: Any,
) -> Report:
    """Check one layer: a random upstream gradient R, and the cost `sum(R * forward(**inputs))`.

    A plain sum of the outputs would be blind to much: after a normalisation it is constant.

    Parameters
    ----------
    forward
        `forward(**inputs)` returns the output array.
    backward
        `backward(upstream, **inputs)` returns a dict: for each input that is differentiated, its gradient
        under the input's name. Inputs that it does not name are held fixed.
    inputs
        Arrays by name: inputs and parameters of the layer alike.
    rng
        Draws R and the directions.

    Examples
    --------
    >>> A, W = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[0.3, -1.2]])
    >>> def forward(A, W):
    ...     return W @ A
    >>> def backward(dZ, A, W):
    ...     return {"A": W.T @ dZ, "W": dZ @ A.T}
    >>> check_backward(forward, backward, {"A": A, "W": W}).ok
    True
    """
    generator = np.random.default_rng(UPSTREAM_SEED if rng is None else rng)
    output = np.asarray(forward(**_copies(inputs)))
    upstream = generator.standard_normal(output.shape)
    if output.dtype.kind == "f":
        upstream = upstream.astype(output.dtype)
    grads = backward(upstream.copy(), **_copies(inputs))
    if not isinstance(grads, Mapping) or not grads:
        raise GradlabError(f"backward must return a dict of gradients by input name, got {type(grads).__name__}")
    unknown = [name for name in grads if name not in inputs]
    if unknown:
        raise GradlabError(f"backward returned {unknown[0]!r}, which is no input: the inputs are {', '.join(inputs)}")
    fixed_inputs = {name: value for name, value in inputs.items() if name not in grads}

    def cost(moved: Mapping[str, Any]) -> Any:
        return np.sum(upstream * forward(**moved, **fixed_inputs))

    def gradients(moved: Mapping[str, Any]) -> Mapping[str, Any]:
        return backward(upstream.copy(), **moved, **fixed_inputs)

    return check_gradients(cost, {name: inputs[name] for name in grads}, gradients, rng=generator, **keywords)


def _copies(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in inputs.items()}
