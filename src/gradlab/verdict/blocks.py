"""Analytic against numeric: a verdict for each component and block."""

from __future__ import annotations

import enum
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _records
from gradlab import constants as tuned
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.scaling import rms
from gradlab.precision import relative_difference
from gradlab.problem.problem import Problem

Floats = NDArray[np.float64]


class Verdict(enum.Enum):
    """What can be said. UNDECIDED and UNTESTED are answers too: nobody should take them for a pass."""

    AGREES = "AGREES"
    WRONG = "WRONG"
    UNDECIDED = "UNDECIDED"
    UNTESTED = "UNTESTED"

    @staticmethod
    def worst(verdicts: Iterable[Verdict]) -> Verdict:
        """Of blocks: WRONG before UNDECIDED before UNTESTED before AGREES. Of none: UNTESTED."""
        order = (Verdict.WRONG, Verdict.UNDECIDED, Verdict.UNTESTED, Verdict.AGREES)
        seen = set(verdicts)
        return next((v for v in order if v in seen), Verdict.UNTESTED)

    @staticmethod
    def of_entries(verdicts: Iterable[Verdict]) -> Verdict:
        """Of the entries of a block: it AGREES in what could be tested; UNTESTED only if nothing could be."""
        seen = set(verdicts)
        return Verdict.worst(seen - {Verdict.UNTESTED})


@dataclass(frozen=True)
class Component:
    """One entry of a block, both numbers, and how far the numeric one can be off."""

    index: tuple[int, ...]
    analytic: float
    numeric: float
    bound: float
    verdict: Verdict
    reason: str


@dataclass(frozen=True, eq=False)
class Block:
    """One named parameter array, compared. `worst` is the entry of its verdict that is off the most.

    `analytic`, `numeric`, `bound`, `verdicts`, `reason` and `theta` have the block's shape. After a check along k
    `directions` they have k entries instead, one a direction: slopes along it. `counts` and `reasons` then count
    directions. Wrong entries are looked for by bisection: `located`, all of them if `complete`; `wrong_count` counts
    these, and `worst` is one of them, or has no index if none was found.
    """

    name: str
    shape: tuple[int, ...]
    verdict: Verdict
    digits: int | None
    relative_difference: float
    worst: Component
    wrong_count: int
    counts: Mapping[Verdict, int]
    reasons: Mapping[str, int]
    analytic: NDArray[Any]
    numeric: NDArray[Any]
    bound: NDArray[Any]
    verdicts: NDArray[Any]
    reason: NDArray[Any]
    theta: NDArray[Any]
    directions: int = 0
    located: tuple[Component, ...] = ()
    complete: bool = True

    __eq__ = _records.equal
    __hash__ = _records.hashed

    @property
    def size(self) -> int:
        """Number of components, or of directions."""
        return self.analytic.size

    @property
    def tested_count(self) -> int:
        """Components, or directions, of which something could be said."""
        return self.size - self.counts[Verdict.UNTESTED]


def component_verdicts(problem: Problem, numeric: Numeric) -> NDArray[Any]:
    """A verdict for every component.

    AGREES if |analytic − numeric| ≤ bound and the bound is small beside the gradient; also at a kink, if the
    analytic value lies between the slopes of both sides. WRONG if the difference exceeds twice the bound: one
    bound in some thousands is too small, and a network has as many components as that.
    UNTESTED if both sides are too small to be told from 0, and the bound is not larger than what entries that could
    be tested are like: else much could hide in it. UNDECIDED for the rest.
    """
    verdicts = judge(problem.analytic, numeric, _negligible(problem, numeric.bound))
    heard = ((verdicts == Verdict.AGREES) | (verdicts == Verdict.WRONG)) & (numeric.reason == Reason.NONE)
    effect, bound = np.abs(problem.analytic * problem.scale), numeric.bound * problem.scale
    typical = rms(effect[heard & np.isfinite(effect)])
    vague = (verdicts == Verdict.UNTESTED) & (numeric.reason != Reason.NO_EFFECT) & (bound > typical)
    verdicts[vague & heard.any()] = Verdict.UNDECIDED
    return verdicts


def judge(
    analytic: Floats, numeric: Numeric, negligible: NDArray[np.bool_], typical_size: float = 0.0
) -> NDArray[Any]:
    """The verdicts, given which numbers are too small to matter if they are not tested, and how large they are."""
    with np.errstate(invalid="ignore"):
        error = np.abs(analytic - numeric.value)
        within = (error <= numeric.bound) & (numeric.bound < np.inf)  # False for NaN: fail closed
        beyond = ~(error <= tuned.BEYOND * numeric.bound)
        size = np.maximum(np.maximum(np.abs(analytic), np.abs(numeric.value)), typical_size)
        resolved = numeric.bound <= tuned.SMALL * size
        below_bound = np.abs(analytic) <= numeric.bound
    resolved &= numeric.reason != Reason.NO_EFFECT  # 0 = 0 tests nothing
    kink, known = numeric.reason == Reason.KINK, np.isfinite(numeric.value)
    verdict = np.full(analytic.shape, Verdict.UNDECIDED, dtype=object)
    verdict[within & (below_bound | negligible)] = Verdict.UNTESTED
    verdict[within & (resolved | kink)] = Verdict.AGREES
    verdict[beyond & known & ~kink] = Verdict.WRONG
    verdict[~np.isfinite(analytic)] = Verdict.WRONG
    return verdict


def _negligible(problem: Problem, bound: Floats) -> NDArray[np.bool_]:
    """Entries too small to test in a block whose typical entry is a hundred times their bound."""
    negligible = np.zeros(bound.shape, dtype=bool)
    for at in problem.parameters.slices.values():
        effect = problem.analytic[at] * problem.scale[at]
        negligible[at] = bound[at] * problem.scale[at] <= tuned.NEGLIGIBLE * rms(effect[np.isfinite(effect)])
    return negligible


def compare_blocks(problem: Problem, numeric: Numeric, skip: Container[str] = ()) -> dict[str, Block]:
    """Every block that is not to be skipped, with its verdict, its worst entry and formula (2) of its own."""
    analytic, parameters = problem.analytic, problem.parameters
    numeric = replace(numeric, bound=numeric.bound + problem.known)
    verdicts = component_verdicts(problem, numeric)
    numeric = with_reasons(numeric, verdicts)
    return {
        name: compare_block(
            name,
            analytic[at].reshape(parameters.shapes[name]),
            numeric.part(at),
            verdicts[at],
            parameters.theta[at],
        )
        for name, at in parameters.slices.items()
        if at.stop > at.start and name not in skip
    }


def with_reasons(numeric: Numeric, verdicts: NDArray[Any]) -> Numeric:
    """Where nothing else stood in the way and yet nothing can be said, it was noise, or the step that was given."""
    unclear = (verdicts == Verdict.UNTESTED) | (verdicts == Verdict.UNDECIDED)
    return replace(
        numeric, reason=np.where(unclear & (numeric.reason == Reason.NONE), numeric.otherwise, numeric.reason)
    )


def compare_block(
    name: str, analytic: Floats, numeric: Numeric, verdicts: NDArray[Any], theta: NDArray[Any]
) -> Block:
    """A block in the shape of its analytic side, from its part of the others, which are flat."""
    shape, analytic = analytic.shape, analytic.ravel()
    value, bound, reason = numeric.value, numeric.bound, numeric.reason
    counts = {v: int(np.sum(verdicts == v)) for v in Verdict}
    i = _worst(analytic, value, verdicts)
    return Block(
        name=name,
        shape=shape,
        verdict=Verdict.of_entries(v for v, n in counts.items() if n),
        digits=_digits(analytic, bound, (verdicts == Verdict.AGREES) & (reason == Reason.NONE)),
        relative_difference=relative_difference(analytic, value),
        worst=Component(
            tuple(int(k) for k in np.unravel_index(i, shape)),
            float(analytic[i]),
            float(value[i]),
            float(bound[i]),
            verdicts[i],
            str(reason[i]),
        ),
        wrong_count=counts[Verdict.WRONG],
        counts=counts,
        reasons={str(r): int(np.sum(reason == r)) for r in np.unique(reason) if r},
        analytic=_frozen(analytic, shape),
        numeric=_frozen(value, shape),
        bound=_frozen(bound, shape),
        verdicts=_frozen(verdicts, shape),
        reason=_frozen(reason, shape),
        theta=_frozen(theta.astype(np.float64), shape),
    )


def _frozen(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    array = values.reshape(shape).copy()
    array.flags.writeable = False
    return array


def _worst(analytic: Floats, value: Floats, verdicts: NDArray[Any]) -> int:
    """The component of the worst verdict that is off the most; the first of those that are off alike."""
    with np.errstate(invalid="ignore"):
        error = np.abs(analytic - value)
    among = verdicts == Verdict.of_entries(verdicts)
    error = np.where(among, np.where(np.isfinite(error), error, np.inf), -1.0)
    most = float(error.max())
    return int(np.argmax(error >= most * (1 - 1e-6)))  # not the largest: which one that is would be noise


def _digits(analytic: Floats, bound: Floats, agrees: NDArray[np.bool_]) -> int | None:
    """To how many digits the block agrees: how small the bounds are beside the gradient, as norms."""
    size = rms(analytic[agrees])
    if not size > 0:
        return None
    share = rms(bound[agrees]) / size
    return max(0, int(np.floor(-np.log10(max(share, 1e-16)) + 1e-9)))  # 1e-7 is 7 digits
