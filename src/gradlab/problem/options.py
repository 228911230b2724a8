"""Options of a check that are numbers or names, each as what it stands for, or a clear error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gradlab import _arguments
from gradlab.errors import GradlabError
from gradlab.problem.parameters import Parameters
from gradlab.problem.progress import LEAST_BUDGET


def along_directions(directions: Any, budget: Any, step: float | None) -> tuple[int | None, int | None]:
    """`directions` and `budget` as whole numbers, if they are given."""
    directions = None if directions is None else _arguments.whole("directions", directions, least=1)
    budget = None if budget is None else _arguments.whole("budget", budget, least=LEAST_BUDGET)
    if (directions is not None or budget is not None) and step is not None:
        raise GradlabError("directions choose their own steps: leave out step, or check entry by entry")
    return directions, budget


def share_of_the_largest(rtol: Any) -> float:
    """`rtol` as a number."""
    if isinstance(rtol, bool) or not (isinstance(rtol, int | float | np.floating) and 0 <= rtol < 1):  # nor is NaN
        raise GradlabError(f"rtol must be a share of the largest slope, at least 0 and below 1, got {rtol}")
    return float(rtol)


def allowed_untested(names: bool | Iterable[str], parameters: Parameters) -> tuple[str, ...]:
    """`allow_untested` as names of blocks."""
    if isinstance(names, bool):
        return parameters.names if names else ()
    try:
        allowed: tuple[Any, ...] = (names,) if isinstance(names, str) else tuple(names)
    except Exception:  # noqa: BLE001 (nothing to iterate over, or an __iter__ of the caller's that raises)
        allowed = (names,)
    unknown = [name for name in allowed if not isinstance(name, str) or name not in parameters.names]
    if unknown:
        there, got = ", ".join(parameters.names), _arguments.shown(unknown[0])
        raise GradlabError(f"allow_untested must be True or names of blocks, got {got}: there are {there}")
    return allowed
