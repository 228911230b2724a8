"""What finite differences say: a value, how far it can be off, and what stands in the way where there is none."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Reason(enum.StrEnum):
    """Why nothing, or not everything, can be said about an entry."""

    NONE = ""
    KINK = "kink"  # the slopes of both sides exist and differ
    JUMP = "jump"  # … or one of them does not: it grows without bound as the step shrinks
    STAIRS = "stairs"  # the cost moves in jumps only, and one stair is what a short step sees
    BESIDE = "beside"  # a kink or a jump lies nearer to the point than noise allows to look
    NOISE = "noise"
    OVERFLOW = "overflow"  # the cost is inf beside the point
    DOMAIN = "domain"  # … or NaN
    RAISED = "raised"  # … or it raises an arithmetic error
    BOUNDS = "bounds"  # … or every step leaves the bounds that were given
    STOPPED = "stopped"  # the check was interrupted before this could be told
    RANDOM = "random"  # cost or gradient is not the same twice
    NO_EFFECT = "no effect"  # the cost did not change at all
    STEP = "step"  # the step that was given is too long or too short
    LEFT_OUT = "left out"  # by the caller's only=
    IN_SUM = "in sum"  # wrong along directions, and no entry is found that is


WIDEST = f"U{max(map(len, Reason))}"  # dtype of an array of reasons: NumPy cuts a longer one without a word


@dataclass(frozen=True)
class Numeric:
    """The numeric side, entry by entry or line by line: the derivative lies in `value` ± `bound`.

    Where `reason` is "kink", `value` ± `bound` spans the slopes of both sides. `otherwise` is the reason
    where nothing stands in the way and yet nothing can be said.
    """

    value: Floats
    bound: Floats
    reason: NDArray[np.str_]
    otherwise: Reason = Reason.NOISE

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", np.asarray(self.reason, dtype=WIDEST))

    @classmethod
    def unknown(cls, n: int, reason: Reason) -> Numeric:
        """No number for any of n entries, and why."""
        return cls(np.full(n, np.nan), np.full(n, np.inf), np.full(n, str(reason), dtype=WIDEST))

    def part(self, at: slice) -> Numeric:
        """The numbers of a part of the entries."""
        return replace(self, value=self.value[at], bound=self.bound[at], reason=self.reason[at])

    def without(self, unsure: NDArray[np.bool_] | np.bool_) -> Numeric:
        """Nothing to say for the entries whose gradient is not the same twice."""
        return replace(
            self,
            value=np.where(unsure, np.nan, self.value),
            bound=np.where(unsure, np.inf, self.bound),
            reason=np.where(unsure, str(Reason.RANDOM), self.reason),
        )

    def at_edges(self, edge: Sequence[bool]) -> Self:
        """Seen from one side only there is no kink: a slope that does not settle there grows without bound."""
        lost = np.asarray(edge, dtype=bool) & (self.reason == Reason.KINK)
        return replace(
            self,
            value=np.where(lost, np.nan, self.value),
            bound=np.where(lost, np.inf, self.bound),
            reason=np.where(lost, str(Reason.JUMP), self.reason),
        )

    def explained(self, failures: Sequence[str | None]) -> Self:
        """With what kept the cost from having a value; nothing is said of what was not asked to the end."""
        why = np.array([failure or "" for failure in failures], dtype=WIDEST)
        stopped = why == Reason.STOPPED
        return replace(
            self,
            value=np.where(stopped, np.nan, self.value),
            bound=np.where(stopped, np.inf, self.bound),
            reason=np.where(stopped | ((self.reason == Reason.OVERFLOW) & (why != "")), why, self.reason),
        )

    def with_part(self, at: NDArray[np.int_], part: Numeric) -> Self:
        """These numbers, with those of a part of the entries in their places."""
        value, bound, reason = self.value.copy(), self.bound.copy(), self.reason.copy()
        value[at], bound[at], reason[at] = part.value, part.bound, part.reason
        return replace(self, value=value, bound=bound, reason=reason)
