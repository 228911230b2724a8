"""The cost as a function of theta: guarded, counted, and asked at many displaced points."""

from __future__ import annotations

import copy
import functools
import math
import time
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab import constants as tuned
from gradlab._arguments import Workers
from gradlab.errors import GradlabError
from gradlab.problem.answers import Failure, number, out_of_data
from gradlab.problem.buffers import same
from gradlab.problem.displaced import Answer, Aside, Point, Task, To, each_once, on_a_copy, one_by_one, stacked
from gradlab.problem.domain import domain_of, inside_only
from gradlab.problem.parameters import Parameters, named
from gradlab.problem.workers import answers, at_once

CHUNK = 64  # points between two looks at the progress, and what one worker is given at a time
LAST_BITS = 32  # units of the last place by which a sum may differ from call to call
STACK = 2**22  # numbers that a vectorized cost is given at once: 32 MB of float64


class Cost:
    """Asks the caller's cost for its value at theta and near theta, and always leaves theta as it was.

    Attributes
    ----------
    value
        The cost at theta.
    steady
        False if two evaluations at the same theta differ by more than their last bits, which depend on where in
        memory arrays lie, and on which threads sum them: there is randomness, or a memory.
    trembles
        By how much the two differ.
    draws
        The cost moved NumPy's global random state.
    seconds
        How long the second evaluation took.
    watch
        Told how many points have been evaluated, now and then.
    single, moved
        Every value that differs from that at theta was a whole float32 number, and how many of them have so many
        digits that this says something.
    mutates
        True if the cost changed its input. theta is then put back after every evaluation.
    evaluations
        How many times the cost was evaluated.
    raised
        The first exception that the cost raised beside theta, as text; "" if there was none.
    domain
        Where theta may go; None: anywhere.
    stopped
        What ended the check: an exception of the cost, or of whoever pressed Ctrl-C. The cost is not asked again.
    """

    def __init__(
        self,
        cost: Callable[..., Any],
        parameters: Parameters,
        *,
        vectorized: bool = False,
        workers: Workers = None,
        bounds: Any = None,
        longest: float = 0.0,
    ) -> None:
        self.cost: Callable[..., Any] = _arguments.function("cost", cost, of="params")
        self.parameters, self.vectorized = parameters, _arguments.switch("vectorized", vectorized)
        self.workers = _arguments.workers(workers)
        self.domain = None if bounds is None else domain_of(bounds, parameters, longest)
        self.watch: Callable[[int], Any] = lambda points: None
        self.stopped: BaseException | None = None
        self._lasting = False
        self._failures: dict[Hashable, Failure] = {}
        self.evaluations, self.mutates, self.raised = 0, False, ""
        before = _random_state()
        self.value, self.dtype = self._at_base()
        began = time.perf_counter()
        again, _ = self._at_base()
        self.seconds = time.perf_counter() - began
        self.trembles = abs(again - self.value)
        eps = float(np.finfo(self.dtype if self.dtype.kind == "f" else np.float64).eps)
        self.steady = self.trembles <= LAST_BITS * eps * abs(self.value)
        self.draws = _random_state() != before
        self.single, self.moved = True, 0

    def _at_base(self) -> tuple[float, np.dtype[Any]]:
        try:
            if self.vectorized:
                answer = self.cost(self.parameters.like(self.parameters.theta[np.newaxis].copy()))
            else:
                answer, changed = untouched(self.cost, self.parameters)
                self.mutates |= changed
        except StopIteration:
            raise out_of_data() from None
        self.evaluations += 1
        value = number(answer)
        if not math.isfinite(value):
            raise GradlabError(
                f"cost must be finite at params, got {value}: move params to where the cost is defined"
            )
        dtype = np.asarray(answer).dtype
        flat_hinge = type(answer) is int and answer == 0  # what max(0, x) returns for x < 0
        if dtype.kind in "iu" and not flat_hinge:
            raise GradlabError(
                f"cost must return a float, got {value:g} as {type(answer).__name__}: a count or a rounded number "
                "has no gradient. If it is whole only by accident, return float(...)"
            )
        return value, dtype

    def call_at(self, point: To | Aside) -> float:
        """The cost elsewhere, called in this process, also for the sake of what it leaves behind; NaN for none."""
        task = (0, [(slice(None), point)])
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            if self.vectorized:
                _, values, _ = stacked(self.cost, self.parameters, task)
            else:
                _, values, _ = one_by_one(self.cost, self.parameters, self.mutates, task)
        self.evaluations += 1
        return float(values[0])

    def why_unsteady(self) -> str:
        """The likely cause of two answers at the same params, and the way out."""
        if self.draws:
            return (
                "It draws from np.random: draw the dropout masks or the batch once, before the check, and hand them "
                "to the cost and to the gradients."
            )
        return "It draws random numbers or remembers earlier calls (dropout, shuffling, running averages): fix those."

    def at(self, points: Sequence[Point]) -> NDArray[np.float64]:
        """The cost at every point; NaN where it overflows, leaves its domain or raises an arithmetic error.

        With bounds it is asked inside only, see `domain.inside_only`.
        """
        if self.domain is None:
            return self._asked(points)
        values = inside_only(self._asked, self.value, self.parameters.theta, self.domain, points)
        self._note(points, np.isnan(values), Failure.BOUNDS)
        return values

    def inward(self, unit: NDArray[np.float64], where: Any = slice(None)) -> NDArray[np.float64]:
        """A direction from these entries of theta that stays inside the bounds, if there are any."""
        return unit if self.domain is None else self.domain.inward(unit, self.parameters.theta, where)

    def at_edge(self, where: Any) -> bool:
        """Whether these entries, or one of them, stand at the edge of the domain, so that steps go to one side."""
        return self.domain is not None and bool(np.any(self.domain.edge[where]))

    def clipped(self, theta: NDArray[Any]) -> NDArray[Any]:
        """The point of the domain that is next: sums may round to just outside."""
        return theta if self.domain is None else np.clip(theta, self.domain.low, self.domain.high).astype(theta.dtype)

    def louder(self) -> float:
        """Times its noise that a slope may have: more than 1 where bounds are so near that steps go to one side."""
        return tuned.AT_EDGE if self.at_edge(slice(None)) else 1.0

    def failure(self, where: Any) -> Failure | None:
        """Why there is no value where these entries were moved; None if there was one everywhere."""
        return self._failures.get(_place(where))

    @contextmanager
    def lasting(self) -> Iterator[None]:
        """Keep what ends the check in `stopped`, instead of letting it through: there may be a report so far."""
        self._lasting = True
        try:
            yield
        finally:
            self._lasting = False

    def _note(self, points: Sequence[Point], failed: NDArray[np.bool_], why: Failure) -> None:
        for i in np.flatnonzero(failed).tolist():
            self._failures.setdefault(_place(points[i][0]), why)

    def _asked(self, points: Sequence[Point]) -> NDArray[np.float64]:
        values, todo = np.full(len(points), np.nan), np.ones(len(points), dtype=bool)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # log of a negative number, at a step that is too long
            try:
                if self.stopped is None:
                    for where, part in self._parts(points):
                        values[where], todo[where] = part, False
            except GradlabError:
                raise
            except BaseException as error:
                if not self._lasting:
                    raise
                self.stopped = error
        for i in np.flatnonzero(todo).tolist():  # also what failed otherwise before
            self._failures[_place(points[i][0])] = Failure.STOPPED
        self._note(points, np.isinf(values), Failure.OVERFLOW)
        self._note(points, np.isnan(values), Failure.DOMAIN)
        values[np.isinf(values)] = np.nan
        self._note_single(values[~np.isnan(values) & (values != self.value)])
        return values

    def _note_single(self, moved: NDArray[np.float64]) -> None:
        self.moved += int(np.sum(np.frexp(moved)[0] * 2**tuned.SHORT_DIGITS % 1 != 0))
        self.single = self.single and bool(np.all(moved.astype(np.float32) == moved))

    def _parts(self, points: Sequence[Point]) -> Iterator[tuple[slice, Any]]:
        """Which points, and the values there, in the order in which they are answered."""
        size = max(1, STACK // self.parameters.size) if self.vectorized else CHUNK
        if self.workers is not None and not self.vectorized:
            size = min(CHUNK, -(-len(points) // at_once(self.workers)))
        tasks = [(i, points[at : at + size]) for i, at in enumerate(range(0, len(points), size))]
        waiting = {i for i, _ in tasks}
        for i, values, raised in self._answers(tasks):
            self.raised = self.raised or next(iter(raised.values()), "")
            for k in raised:
                self._failures.setdefault(_place(points[i * size + k][0]), Failure.RAISED)
            waiting.remove(i)
            self.evaluations += len(values)
            self.watch(len(values))
            yield slice(i * size, i * size + len(values)), values
        if waiting:
            raise GradlabError(
                f"workers must answer every task, as map does: {len(waiting)} of {len(tasks)} got no answer"
            )

    def _answers(self, tasks: list[Task]) -> Iterable[Answer]:
        if self.vectorized:
            return map(functools.partial(stacked, self.cost, self.parameters), tasks)
        if self.workers is None:
            return self._in_turn(tasks)
        work = functools.partial(on_a_copy, self.cost, self.parameters.views, self.mutates)
        return each_once(answers(self.workers, work, tasks), len(tasks))

    def _in_turn(self, tasks: list[Task]) -> Iterator[Answer]:
        """One task after the other. Of one that the cost ends with an exception, what was done comes first."""
        for task in tasks:
            done: list[float] = []
            ended: BaseException | None = None
            try:
                answer = one_by_one(self.cost, self.parameters, self.mutates, task, done)
            except BaseException as error:  # noqa: BLE001 (raised again at once)
                ended, answer = error, (task[0], done, {})
            yield answer
            if ended is not None:
                raise ended


def _place(where: Any) -> Hashable:
    return (where.start, where.stop) if isinstance(where, slice) else int(where)


def untouched(f: Callable[[Any], Any], parameters: Parameters) -> tuple[Any, bool]:
    """f of params, and whether it changed them, entries or names. theta is then put back."""
    theta, (moving, _) = parameters.theta, parameters.moving
    views = parameters.like(moving)
    arrays = list(named(views).items())
    try:
        answer = f(views)
        if not same(moving, theta) and any(np.may_share_memory(a, moving) for a in _arrays_in(answer)):
            answer = copy.deepcopy(answer)  # written over the input: it must outlive the input's return
    finally:
        changed = not same(moving, theta)
        moving[:] = theta
    after = list(named(views).items())
    names_stay = [name for name, _ in after] == [name for name, _ in arrays]
    return answer, changed or not names_stay or any(a is not b for (_, a), (_, b) in zip(after, arrays, strict=True))


def _arrays_in(answer: Any) -> list[NDArray[Any]]:
    try:
        return [leaf for leaf in named(answer).values() if isinstance(leaf, np.ndarray)]
    except GradlabError:
        return []


def _random_state() -> tuple[bytes, int]:
    state: Any = np.random.get_state()  # noqa: NPY002 (the caller's legacy generator is what is watched)
    return state[1].tobytes(), int(state[2])
