"""How a check refines its slopes: longer and shorter steps, and shorter ones still before one is called wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.between_jumps import between_jumps
from gradlab.numeric.ladder import Ladder
from gradlab.numeric.staircase import averaged, on_stairs

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]


@dataclass(frozen=True)
class Measured(Numeric):
    """The numbers of some lines, and at which rung each was found."""

    rung: Ints = field(kw_only=True)


def measure(
    ladder: Ladder,
    start: Ints,
    wanted: Floats,
    *,
    enough: float = 0.0,
    closer: int = tuned.CLOSER,
    stairs: bool = True,
) -> Measured:
    """Refine every line; one that seems wrong is tried at shorter steps first, since long ones average over kinks.

    Parameters
    ----------
    ladder
        The lines.
    start
        The rung to begin with, for each.
    wanted
        The slopes that the numbers will be held against.
    enough
        Share of its value at which a bound is small enough.
    closer
        Rungs below the lowest at which a line that seems wrong is tried; two make a decade.
    stairs
        Whether lines that seem wrong are asked for jumps, too: needed where one is to be called wrong for good.
    """
    found = ladder.refine(start, enough=enough)
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(np.abs(wanted - found.value) > found.bound)
    ladder.lower(wrong, rungs=closer)
    ladder.probe(np.flatnonzero(ladder.estimates().apart))
    found = ladder.estimates().or_else(ladder.estimates(slack=tuned.SLACK))
    low, high = ladder.sides()
    measured = Measured(
        value=np.where(found.kink, (low + high) / 2, found.value),
        bound=np.where(found.kink, (high - low) / 2, found.bound),
        reason=found.reasons(),
        rung=found.rung,
    )
    if not stairs:
        return measured.explained(ladder.failures()).at_edges(ladder.edges())
    jumping, slopes = on_stairs(ladder, found, wanted)
    for others in (averaged, between_jumps):
        mean = np.setdiff1d(others(ladder, found, wanted), jumping)
        jumping, slopes = np.append(jumping, mean), np.append(slopes, found.value[mean])
    unknown = Numeric(slopes, np.full(len(jumping), np.inf), np.full(len(jumping), str(Reason.STAIRS)))
    return measured.with_part(jumping, unknown).explained(ladder.failures()).at_edges(ladder.edges())
