"""The check: analytic gradients against the cost itself, from guards to report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Literal, TypedDict, Unpack

import numpy as np

from gradlab import _arguments
from gradlab._arguments import Workers
from gradlab._second_look import AskedAside, the_worse, worst_answer
from gradlab.diagnosis.findings import findings_of
from gradlab.errors import passed
from gradlab.numeric.fixed_step import longest_step
from gradlab.numeric.gradient import noise_of, refuse_options
from gradlab.numeric.posed import posed
from gradlab.problem.chosen import Convention, Only
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import Analytic, analytic_gradients
from gradlab.problem.options import allowed_untested, along_directions, share_of_the_largest
from gradlab.problem.parameters import NotGiven, Params
from gradlab.problem.problem import Problem
from gradlab.problem.progress import directions_within, progress_bar
from gradlab.problem.question import Question, question_of
from gradlab.problem.stopped import until_stopped, with_report
from gradlab.report import Report, weak_points
from gradlab.report.notes import notes
from gradlab.stencils import CENTRAL, Stencil
from gradlab.verdict.blocks import Verdict
from gradlab.verdict.compared import compared, evaluations_each
from gradlab.verdict.directions import missable
from gradlab.verdict.scatter import scattered
from gradlab.verdict.together import beside, hold_together


class Options(TypedDict, total=False):
    """The keywords of `check_gradients`, for the functions that pass them on to it."""

    args: Any
    kwargs: Mapping[str, Any] | None
    stencil: Stencil
    step: float | None
    directions: int | None
    vectorized: bool
    workers: Workers
    rng: np.random.Generator | int | None
    progress: bool
    only: Only | None
    budget: int | None
    convention: Convention | None
    allow_untested: bool | Iterable[str]
    rtol: float
    bounds: Any
    edits: bool


def check_gradients(
    cost: Callable[..., Any],
    params: Params,
    grads: Params | Callable[..., Params] | Literal[True],
    *,
    args: Any = (),
    kwargs: Mapping[str, Any] | None = None,
    stencil: Stencil = CENTRAL,
    step: float | None = None,
    directions: int | None = None,
    vectorized: bool = False,
    workers: Workers = None,
    rng: np.random.Generator | int | None = None,
    progress: bool = False,
    only: Only | None = None,
    budget: int | None = None,
    convention: Convention | None = None,
    allow_untested: bool | Iterable[str] = (),
    rtol: float = 0.0,
    bounds: Any = None,
    edits: bool = True,
) -> Report:
    """Compare gradients with finite differences of the cost, and say what can be said.

    Every component is looked at once, two evaluations at a step that is chosen for its block. Only what is
    doubtful is examined further, at more steps. The threshold is no constant: it is the measured noise of
    the cost over the step, plus the truncation seen between neighbouring steps.

    Parameters
    ----------
    cost
        A function of params that returns one finite number, always the same at the same params. It, and grads, may
        take the parameters one by one: those of a dict by name, those of a list or tuple in order.
    params
        Dict of arrays (W1, b1, …), sequence of arrays, or one array; floats of one dtype. Never changed. Named
        tuples, dataclasses and simple namespaces are taken like dicts, and so is an object that holds arrays: cost
        and grads get a copy of it, and may be its methods. All may be nested: blocks are then named by their path, as
        `layers[0].W`.
    grads
        The gradients in the structure of params (the same names, or all with the same prefix: `dW1`, `db1`, …), or a
        function of params that returns them. True if `cost` returns (cost, grads), as SciPy's `jac=True`, or a longer
        tuple that begins with these; of several params in a sequence also (cost, gradient, gradient, …).
    args
        What cost and grads are handed behind params, as `args=` of `scipy.optimize.minimize`: a tuple, or one value.
    kwargs
        What both are handed by name besides, as `kwargs=` of `scipy.optimize.least_squares`: a dict.
    stencil
        Check with this formula, at `step`.
    step
        Check at this one absolute step (the course's ε) instead of a chosen one.
    directions
        Compare along so many random ±1 directions through all of params instead of entry by entry: about ten
        evaluations each, however many entries. Blocks are looked at where that does not agree, or where they would
        drown in it, and wrong ones are searched by bisection for eight entries in all; of more than eight wrong
        blocks only the worst three, and the others are compared along one direction, since one shows that they are
        wrong. See `gradlab.Block` for what its fields hold, and the report's notes for what
        can be missed.
    vectorized
        True if `cost` takes all arrays with one more axis in front, K points at once, and returns K values.
    workers
        A number of threads, or any map-like function such as a process pool's `map`.
    rng
        A generator or a seed: draws the directions along which noise and steps are found. Default: always the same.
    progress
        True to be told before how many evaluations there will be, and to see a bar (of tqdm, if installed).
    only
        Check these blocks, by name, and hold the rest: `only=["W1"]`. Or entries, by a mask: `only={"W1": mask}`.
    budget
        About how many evaluations a right gradient may take. Where all entries would take more, random directions are
        compared instead, as many as there is room for.
    convention
        For complex params, which are checked as two real blocks, `W.real` and `W.imag`: what their gradients mean.
        "torch" returns dJ/dRe + i dJ/dIm, "jax" the conjugate of that.
    allow_untested
        Names of blocks of which it is meant that nothing can be tested, such as a bias before a batch norm, whose
        gradient is 0; or True for any.
    rtol
        How well the gradients themselves are known, as a share of the largest of their block: for those that come
        from an iterative solver, or from half precision. Every bound is wider by so much.
    bounds
        The domain of params: no step leaves it, at its edge steps go to one side. (low, high) for one array or for
        every block, or a dict of these, `bounds={"sigma": (0, None)}`; numbers, arrays, or None for no bound. SciPy's
        `Bounds` too, and for one array a list of pairs, as for `scipy.optimize.minimize`.
    edits
        False to leave the code of cost and grads unread. Where something is wrong, parts of the cost are held
        constant, one at a time, for some seconds at most (GL167, GL168). On Linux alone one edit of the code of grads
        is looked for that makes it right (GL163): small edits are tried for some seconds in a copy of the process,
        which can write to no file and reach nothing outside of it.

    Returns
    -------
    Report
        Its `ok` is True only if every block agrees: neither an undecided nor an untested block is a pass.

    Raises
    ------
    GradlabError
        If the input cannot be checked: the message names the argument, the rule and the way out.

    An exception of the cost comes out as it is, and so does KeyboardInterrupt. Its attribute `report` then holds the
    report so far: what was not compared is undecided.

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
    refuse_options(stencil, step, progress, bounds)
    directions, budget = along_directions(directions, budget, step)
    question = question_of(
        cost, params, grads, args=args, kwargs=kwargs, only=only, convention=convention, bounds=bounds
    )
    generator, rtol = _arguments.generator(rng, seed=0), share_of_the_largest(rtol)
    allowed = allowed_untested(allow_untested, question.parameters)
    options = Options(
        stencil=stencil,
        step=step,
        directions=directions,
        vectorized=vectorized,
        workers=workers,
        rng=rng,
        progress=progress,
        budget=budget,
        rtol=rtol,
        bounds=question.bounds,
        allow_untested=allowed,
        edits=_arguments.switch("edits", edits),
    )
    try:
        cost_function, analytic = _called_once(question, options)
    except NotGiven as missing:
        rest = question.without(missing)
        options |= Options(only=rest, allow_untested=[name for name in allowed if name in rest])
        return check_gradients(question.cost, question.params, question.grads, **options)
    points = evaluations_each(stencil, step)
    if budget and directions is None:
        directions = directions_within(budget, question.parameters, points)
    with (
        progress_bar(cost_function, progress, points=points, directions=directions, stepped=step is not None),
        np.errstate(all="ignore"),  # of numbers that overflow or vanish
    ):
        with until_stopped(cost_function):
            noise = noise_of(cost_function, generator) if cost_function.steady else np.inf
            problem = posed(cost_function, noise, analytic, rtol, rng=generator, large=directions is not None)
            found = compared(problem, stencil, step, directions)
            blocks = scattered(found, question.masks)
            together = None if isinstance(question.grads, AskedAside) else hold_together(problem, found)
        stopped = cost_function.stopped
        findings = findings_of(blocks, problem, analytic, edits)
    report = Report(
        blocks=blocks,
        findings=findings,
        evaluations=cost_function.evaluations,
        seconds=time.perf_counter() - began,
        cost=cost_function.value,
        noise=noise,
        dtype=question.parameters.theta.dtype,
        notes=(
            *question.notes,
            *notes(cost_function, analytic, noise, rtol),
            *missable(blocks),
            *weak_points.of_blocks(blocks),
        ),
        allow_untested=allowed,
        together=None if stopped else together,
    )
    if stopped is not None:
        raise with_report(stopped, report)
    return _looked_at_again(report, question, problem, analytic, options)


def _called_once(question: Question, options: Options) -> tuple[Cost, Analytic]:
    """The cost and the gradients at params. NotGiven if blocks have no gradient."""
    if not callable(question.grads):
        question.parameters.flatten(question.grads)  # what does not fit is told before the cost is called
    cost = Cost(
        question.cost,
        question.parameters,
        vectorized=options["vectorized"],
        workers=options["workers"],
        bounds=question.bounds,
        longest=longest_step(options["stencil"], options["step"]),
    )
    return cost, analytic_gradients(question.grads, question.parameters, cost)


def _looked_at_again(
    report: Report, question: Question, problem: Problem, analytic: Analytic, options: Options
) -> Report:
    """The report; or that of a check a little aside, or of another answer of grads, where that is wrong."""
    wholly = report.verdict is Verdict.AGREES and callable(question.grads) and not question.chosen
    if report.together is False and wholly:
        moved = question.parameters.like(beside(problem))
        return the_worse(report, check_gradients(question.cost, moved, AskedAside(question.grads), **options))
    if report.verdict is Verdict.WRONG:
        return report
    again = partial(check_gradients, problem.cost.cost, **options | Options(progress=False))
    return worst_answer(report, problem, analytic, again, question.masks)


def assert_gradients(
    cost: Callable[..., Any],
    params: Params,
    grads: Params | Callable[..., Params] | Literal[True],
    **options: Unpack[Options],
) -> Report:
    """`check_gradients` for tests: returns the report if it is ok, else raises with the report's text.

    Parameters
    ----------
    cost, params, grads
        As for `check_gradients`.
    **options
        The keywords of `check_gradients`.

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
    return passed(check_gradients(cost, params, grads, **options))
