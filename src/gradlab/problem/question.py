"""The question of a check: cost, parameters and gradients in one form, in whatever form they were handed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradlab.problem.arguments import of_params
from gradlab.problem.chosen import Chosen, Convention, Only
from gradlab.problem.gradients import separated
from gradlab.problem.parameters import NotGiven, Parameters, Params
from gradlab.problem.tree import listed


@dataclass(frozen=True)
class Question:
    """Are `grads` the gradients of `cost` by `params`? Cost and grads are functions of params alone, or grads arrays.

    Attributes
    ----------
    cost, params, grads, bounds
        As `check_gradients` takes them, of the blocks that are checked.
    chosen
        Which blocks and entries these are; None if they are all.
    parameters
        Names, shapes and theta of params.
    """

    cost: Callable[..., Any]
    params: Any
    grads: Any
    bounds: Any
    chosen: Chosen | None
    parameters: Parameters

    @property
    def masks(self) -> Mapping[str, NDArray[np.bool_]]:
        """The chosen entries of each block, where they are not all of them."""
        return self.chosen.entries if self.chosen else {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a report must say of the choice."""
        return self.chosen.notes if self.chosen else ()

    def without(self, missing: NotGiven) -> list[str]:
        """The blocks that have a gradient. Raises the error where none has, or the caller chose the blocks."""
        rest = [name for name in self.parameters.names if name not in missing.names]
        if self.chosen or not rest:
            raise missing
        return rest


def question_of(
    cost: Callable[..., Any],
    params: Params,
    grads: Params | Callable[..., Params] | Literal[True],
    *,
    args: Any,
    kwargs: Mapping[str, Any] | None,
    only: Only | None,
    convention: Convention | None,
    bounds: Any,
) -> Question:
    """The question, from the arguments of `check_gradients`. GradlabError if they do not fit each other."""
    cost, grads = (of_params(what, f, params, args, kwargs) for what, f in (("cost", cost), ("grads", grads)))
    cost, grads = separated(cost) if grads is True else (cost, grads if callable(grads) else listed(grads, params))
    if only is None and convention is None:
        return Question(cost, params, grads, bounds, None, Parameters(params))
    chosen = Chosen(params, only, convention)
    parameters = Parameters(chosen.params)
    return Question(chosen.cost(cost), chosen.params, chosen.grads(grads), chosen.bounds(bounds), chosen, parameters)
