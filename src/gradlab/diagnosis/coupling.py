"""A rule that asks which entries belong together: two that the cost couples must each see the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case, in_words
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import SECOND_STEP, Probe
from gradlab.verdict.blocks import Verdict

Floats = NDArray[Any]
Mask = NDArray[np.bool_]

MOST_ENTRIES = 200  # entries of theta, each of which is moved by itself
MOST_NEIGHBOURS = 4  # entries that may be neighbours of one
ASKED = 3  # wrong entries that are looked at
SEEN, GONE = 1e-4, 1e-6  # of the largest: a coupling that is there, and one that is not
TERM = (
    "A term of the cost in which both stand adds to the gradient of both: it is left out in this one, or goes to "
    "another entry. Look at both ends of a pair or an edge, at the other neighbour, and at a sum that is cut short."
)


def not_coupled(case: Case) -> Iterator[Finding]:
    """GL164 The cost couples two entries, and the gradient of one does not change with the other."""
    probe = _askable(case)
    if probe is None:
        return
    analytic, names, entries = probe.gradient_changes, case.entries(most=MOST_ENTRIES), _wrong_entries(case)
    found = [(i, *_compared(analytic, _numeric(probe, i), i)) for i in entries]
    lacking = [(i, missing, strays) for i, missing, strays in found if missing.any()]
    if not lacking or 3 * len(lacking) < 2 * len(entries):
        return
    i, missing, strays = min(lacking, key=lambda each: int(each[1].sum()))
    own = next(at for at in map(case.within, case.blocks.values()) if at[i])
    if missing.sum() > MOST_NEIGHBOURS or strays.sum() > MOST_NEIGHBOURS or np.any(missing & ~own):
        return  # no neighbours: what is missing is a factor, or a path
    them = "it" if missing.sum() == 1 else "any of them"
    stray = (
        f" Instead it changes with {_listed(strays, names)}, with which nothing couples it." if strays.any() else ""
    )
    back = np.flatnonzero(missing & (np.abs(analytic[:, i]) > SEEN * np.max(np.abs(analytic[:, i]))))
    other = f" The gradient of {names[back[0]]} does change with {names[i]}." if back.size else ""
    yield case.finding(
        "GL164",
        case.wrong,
        f"The cost couples {names[i]} with {_listed(missing, names)}, and the gradient of {names[i]} does not change "
        f"with {them}.{stray}{other} {TERM}",
        f"second differences of the cost against differences of the gradient, asked for {len(entries)} wrong entries",
    )


def changes_with(case: Case) -> str:
    """A sentence on what the cost couples the worst entry with, and on the few with which what is off changes."""
    probe = _askable(case)
    if probe is None:
        return ""
    (i, *_), names, analytic = _wrong_entries(case), case.entries(most=MOST_ENTRIES), probe.gradient_changes
    row, numeric = analytic[i], _numeric(probe, i)
    size = float(np.max(np.abs(numeric)))
    if not np.all(np.isfinite(row)) or not np.all(np.isfinite(numeric)) or not size:
        return ""
    missing, _ = _compared(analytic, numeric, i)
    if missing.any():
        return (
            f" The cost couples {names[i]} with {_listed(missing, names)}, and the gradient of {names[i]} does not "
            "change with them: a factor, a term or a path in which these stand is missing."
        )
    off = np.flatnonzero(np.abs(numeric - row) > SEEN * size).tolist()
    if not 1 <= len(off) <= min(MOST_NEIGHBOURS, probe.theta.size / 3):
        return ""
    which = in_words([names[k] for k in off])
    return f" What is off in {names[i]} changes with {which}, and with nothing else: in which term do these stand?"


def _askable(case: Case) -> Probe | None:
    """What may be asked, where every entry is one of few, of one kind. In layers all are coupled."""
    probe = case.probe
    if probe is None or probe.gradient is None or probe.cost is None:
        return None
    if case.layer or len({block.shape for block in case.blocks.values()}) > 1 or probe.outputs is not None:
        return None
    return probe if 3 <= probe.theta.size <= MOST_ENTRIES and len(case.entrywise) == len(case.wrong) else None


def _wrong_entries(case: Case) -> list[int]:
    """Entries of theta that are wrong, from all over: the worst of each block, and those in the middle."""
    worst, others = [], []
    for block in case.wrong:
        at = case.place(block) + np.flatnonzero((block.verdicts == Verdict.WRONG).ravel())
        worst.append(case.place_of_worst(block))
        others += [int(at[len(at) // 2]), int(at[len(at) // 4])]
    return list(dict.fromkeys([*worst, *others]))[:ASKED]


def _numeric(probe: Probe, i: int) -> Floats:
    """How the slope of the cost by entry i changes with each parameter, in units of the scale."""
    assert probe.cost is not None
    cost, own = probe.cost, np.zeros_like(probe.theta)
    own[i] = SECOND_STEP * probe.scale[i]
    ways = np.diag(SECOND_STEP * probe.scale)
    row = [cost(own + way) - cost(own - way) - cost(way - own) + cost(-own - way) for way in ways]
    return np.array(row) / (4 * SECOND_STEP**2)


def _compared(analytic: Floats, numeric: Floats, i: int) -> tuple[Mask, Mask]:
    """With which others the cost couples an entry and the gradient does not, and the reverse."""
    size = np.max(np.abs(numeric))
    row = np.abs(analytic[i])
    other = np.arange(numeric.size) != i
    none = np.zeros(numeric.size, dtype=bool)
    if not np.all(np.isfinite(numeric)) or not np.all(np.isfinite(row)) or not size or not np.any(row > 0):
        return none, none
    missing = other & (np.abs(numeric) > SEEN * size) & (row < GONE * np.max(row))
    strays = other & (np.abs(numeric) < GONE * size) & (row > SEEN * np.max(row))
    return missing, strays


def _listed(which: Mask, names: Sequence[str]) -> str:
    shown = [names[k] for k in np.flatnonzero(which).tolist()]
    return in_words(shown) if len(shown) <= 3 else f"{', '.join(shown[:2])} and {len(shown) - 2} more"
