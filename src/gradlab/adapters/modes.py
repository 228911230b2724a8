"""What the checkers of functions share: the forward mode as blocks of its own, and one report of several checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.jvp import check_jvp
from gradlab.report import Report

SEED = 1729  # not 0 or 1, with which inputs are often drawn: an upstream equal to an input hides mistakes

UNUSED = "atol was given and is not used: the threshold follows from the function itself."

Arrays = dict[str, NDArray[Any]]
Outputs = tuple[NDArray[Any], ...]


def forward_mode(
    forward: Callable[..., Outputs],
    pushed: Callable[[Arrays], Outputs],
    arrays: Arrays,
    rng: np.random.Generator,
    allow_untested: bool | Iterable[str] = (),
) -> Report:
    """`check_jvp` of a function with several outputs, its blocks called `forward mode: x`.

    Parameters
    ----------
    forward
        Outputs as real arrays, at arrays by name.
    pushed
        J v at `arrays`, as real arrays, for tangents by name.
    arrays
        Where.
    rng
        Draws the directions v.
    allow_untested
        Names among `arrays` that may have no effect; or True.
    """
    report = check_jvp(
        lambda params: _in_one(forward(**params)), lambda params, v: _in_one(pushed(v)), arrays, rng=rng
    )
    named = {f"forward mode: {name}": block for name, block in report.blocks.items()}
    blocks = {name: replace(block, name=name) for name, block in named.items()}
    allowed = blocks if allow_untested is True else [f"forward mode: {name}" for name in allow_untested or ()]
    return replace(report, blocks=blocks, allow_untested=tuple(allowed))


def generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    """The caller's, or always the same."""
    return np.random.default_rng(SEED if rng is None else rng)


def _in_one(outputs: Outputs) -> NDArray[Any]:
    return np.concatenate([np.ravel(out) for out in outputs])


def joined(reports: Sequence[Report]) -> Report:
    """One report of several checks whose blocks have different names."""
    whole, *others = reports
    for other in others:
        whole = replace(
            whole,
            blocks={**whole.blocks, **other.blocks},
            findings=(*whole.findings, *other.findings),
            notes=(*whole.notes, *(note for note in other.notes if note not in whole.notes)),
            allow_untested=(*whole.allow_untested, *other.allow_untested),
            evaluations=whole.evaluations + other.evaluations,
            seconds=whole.seconds + other.seconds,
        )
    return whole
