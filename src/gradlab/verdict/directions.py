"""Blocks compared along random directions instead of entry by entry: for gradients of a million parameters."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.errors import GradlabError
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.scaling import component_lines, rms
from gradlab.precision import format_magnitude, unit_roundoff
from gradlab.problem.direction import PIECE
from gradlab.problem.problem import Problem
from gradlab.verdict.bisection import along, random_line, wrong_entries
from gradlab.verdict.blocks import (
    Block,
    Component,
    Verdict,
    compare_block,
    compare_blocks,
    judge,
    with_reasons,
)
from gradlab.verdict.suspects import Suspect, closely, shown_wrong

Floats = NDArray[np.float64]


def blocks_along(problem: Problem, directions: int) -> dict[str, Block]:
    """Compare all of theta along so many random ±1 directions, and find the wrong entries where they do not agree.

    Every entry moves at once, by its scale, up or down by a coin. A wrong entry shows in every direction; mistakes in
    several entries cancel in one direction with a chance of at most 1/2 (whatever the others do, of the two signs of
    one wrong entry at most one can make the sum vanish), so in k directions with 2⁻ᵏ.

    Where the sum does not agree, the blocks are halved until single ones are left. A block whose usual slope is not
    1e4 times the bound of the sum drowns in it: such blocks are compared once more without the others.

    The arrays of a block then hold one number for each direction, not for each entry: slopes along the directions.
    `worst` and `wrong_count` are about single entries that were found by bisection, `FOUND` in all or one of each
    block, which makes about 2·log₂(size) directions more for an entry. Of more wrong blocks than `FOUND` only the
    worst `SEARCHED` are searched, and the others are compared along one direction: that is enough to be wrong.
    A block with no more entries than directions is compared entry by entry if it is alone: that says more.

    Raises
    ------
    GradlabError
        If directions is no whole number above 0.
    """
    if directions != int(directions) or directions < 1:
        raise GradlabError(f"directions must be a whole number of at least 1, got {directions}")
    slices = {name: at for name, at in problem.parameters.slices.items() if at.stop > at.start}
    found: dict[str, Block] = {}
    suspects: dict[str, Suspect] = {}
    waiting = [list(slices)]
    while waiting:
        group = waiting.pop()
        if len(group) == 1:
            wrong_blocks = len(suspects) + sum(block.verdict is Verdict.WRONG for block in found.values())
            most = tuned.FOUND if wrong_blocks < tuned.FOUND else 1
            found |= _alone(problem, group[0], slices[group[0]], directions, most)
            continue
        right, wrong = _together(problem, {name: slices[name] for name in group}, directions)
        found |= right
        rest = [name for name in group if name not in right]
        if wrong and (shown := shown_wrong(problem, {name: slices[name] for name in rest})):
            suspects |= shown
            waiting += [left] if (left := [name for name in rest if name not in shown]) else []
        elif rest and (wrong or len(rest) == len(group)):
            if not wrong:  # all of them drown: the strong in the noise of the strong, the weak in that of the weak
                rest.sort(key=lambda name: _typical_size(problem, slices[name]))
            waiting += [part for part in (rest[: len(rest) // 2], rest[len(rest) // 2 :]) if part]
        elif rest:
            waiting.append(rest)
    found |= _searched(problem, suspects, directions)
    return {name: found[name] for name in slices}


def _searched(problem: Problem, suspects: Mapping[str, Suspect], directions: int) -> dict[str, Block]:
    """The blocks that one direction shows to be wrong, with wrong entries of all, or of many the worst.

    Kinks that cancel may look like this, too. Then no entry is wrong, and none of these blocks is taken on trust.
    """
    order = sorted(suspects, key=lambda name: -suspects[name].off)
    few = order if len(order) <= tuned.FOUND else order[: tuned.SEARCHED]
    most = 1 if len(few) < len(order) else max(1, tuned.FOUND // max(1, len(few)))

    def alone(names: list[str], most: int) -> dict[str, Block]:
        at = problem.parameters.slices
        blocks: dict[str, Block] = {}
        for name in names:
            blocks |= _alone(problem, name, at[name], directions, most, shown=True)
        return blocks

    found, rest = alone(few, most), order[len(few) :]
    if not all(block.verdict is Verdict.WRONG for block in found.values()):
        return found | alone(rest, 1)
    return found | {name: _shown(problem, name, suspects[name]) for name in rest}


def _shown(problem: Problem, name: str, suspect: Suspect) -> Block:
    """A block that is wrong along the one direction that was tried, and was searched no further."""
    return _block(problem, name, suspect.analytic, suspect.numeric, suspect.theta)


def missable(blocks: Mapping[str, Block]) -> tuple[str, ...]:
    """What a check along directions can miss, as a note of the report; none if there were no directions."""
    along = [block for block in blocks.values() if block.directions]
    if not along:
        return ()
    k = max(block.directions for block in along)
    said = [
        f"Compared along {k} random direction{'s' * (k > 1)}, not entry by entry. One wrong entry shows in every "
        "direction, if it is off by more than the bounds; mistakes in several entries cancel in all of them with a "
        f"chance of at most {2.0**-k:.1g}."
    ]
    wrong = [block for block in along if block.verdict is Verdict.WRONG and np.isfinite(block.analytic).all()]
    apart = [block.name for block in wrong if not block.located]
    if apart:
        said.append(
            f"{len(apart)} of the wrong blocks were compared along one direction, and not searched for wrong "
            f"entries: the worst of all were. only=[{apart[0]!r}] searches one of them."
        )
    right = [block for block in along if block.verdict is Verdict.AGREES and np.isfinite(block.bound).all()]
    if right:
        share, name = max((float(np.max(b.bound)) / (rms(b.analytic) or np.inf), b.name) for b in right)
        said.append(
            f"Least would be seen in {name}: what changes its slope by less than "
            f"{format_magnitude(share)} of its usual size."
        )
    return tuple(said)


def _typical_size(problem: Problem, at: slice) -> float:
    """What the slope of a block along a ±1 direction usually is: the root of the sum of its squares."""
    return float(np.linalg.norm([np.linalg.norm(problem.scale[p] * problem.analytic[p]) for p in _pieces(at)]))


def _pieces(at: slice) -> list[slice]:
    return [slice(i, min(i + PIECE, at.stop)) for i in range(at.start, at.stop, PIECE)]


def _together(problem: Problem, slices: Mapping[str, slice], directions: int) -> tuple[dict[str, Block], bool]:
    """Several blocks at once: those for which the sum is proof enough; and whether the sum is wrong.

    The numeric slope of one block is that of all less the analytic ones of the others.
    """
    pieces = [piece for s in slices.values() for piece in _pieces(s)]
    if any(problem.unsure[p].any() or not np.isfinite(problem.analytic[p]).all() for p in pieces):
        return {}, True
    heard_share = max(tuned.HEARD, tuned.ROUNDED_SUM * unit_roundoff(problem.parameters.theta.dtype))
    shares, theta, value, bound, reason = [], [], [], [], []
    for count in _rounds(problem, directions):
        lines = []
        for _ in range(count):
            line, parts = random_line(problem, list(slices.values()))
            lines.append(line)
            here = problem.parameters.theta
            shares.append([part.dot(problem.analytic, here) for part in parts])
            theta.append([part.dot(here, here) for part in parts])
        analytic, seen = along(problem, lines)
        if (seen.reason != Reason.NONE).any() or not (np.abs(analytic - seen.value) <= seen.bound).all():
            return {}, True
        value += list(seen.value - analytic)
        bound += list(seen.bound)
        reason += list(seen.reason)
    right = {}
    for j, (name, s) in enumerate(slices.items()):
        mine = np.array([row[j] for row in shares])
        numeric = Numeric(mine + value, np.array(bound), np.array(reason))
        block = _block(problem, name, mine, numeric, np.array([row[j] for row in theta]))
        heard = numeric.bound.max() <= heard_share * _typical_size(problem, s)
        if heard and block.verdict is Verdict.AGREES:
            right[name] = block
    return right, False


def _rounds(problem: Problem, directions: int) -> list[int]:
    """How many directions are asked together: one, so that one is held; with workers all, if there is room."""
    room = max(1, tuned.ROOM // problem.parameters.size) if problem.cost.workers is not None else 1
    return [min(room, directions - done) for done in range(0, directions, room)]


def _alone(
    problem: Problem, name: str, at: slice, directions: int, most: int, *, shown: bool = False
) -> dict[str, Block]:
    """One block along directions of its own; if that takes as many as it has entries, entry by entry.

    One that was shown to be wrong needs no further proof of it: fewer steps are tried.
    """
    if at.stop - at.start <= directions:
        return _by_entry(problem, np.arange(at.start, at.stop), skip=set(problem.parameters.names) - {name})
    analytic, theta, seen = _slopes(problem, at, directions, shown)
    value, bound, reason = (
        np.concatenate([getattr(s, field) for s in seen]) for field in ("value", "bound", "reason")
    )
    if np.any(problem.known):
        known = np.broadcast_to(problem.known, problem.scale.shape)[at]
        bound = bound + tuned.SAFETY * np.linalg.norm(problem.scale[at] * known)  # many errors, with signs at random
    numeric = Numeric(value, bound, reason).without(problem.unsure[at].any())
    block = _block(problem, name, analytic, numeric, theta)
    wrong = block.verdict is Verdict.WRONG and np.isfinite(problem.analytic[at]).all()
    return {name: _located(block, problem, at, most) if wrong else block}


def _block(problem: Problem, name: str, analytic: Floats, numeric: Numeric, theta: Floats) -> Block:
    """The slopes along directions take the place of the entries. One may be small by chance: the usual one counts."""
    shape, typical_size = problem.parameters.shapes[name], _typical_size(problem, problem.parameters.slices[name])
    verdicts = judge(analytic, numeric, numeric.bound <= tuned.NEGLIGIBLE * typical_size, typical_size)
    numeric = with_reasons(numeric, verdicts)
    block = compare_block(name, analytic, numeric, verdicts, theta)
    worst = replace(block.worst, index=())
    return replace(block, shape=shape, directions=len(analytic), worst=worst, wrong_count=0, complete=False)


def _by_entry(problem: Problem, entries: NDArray[np.int_], skip: Container[str]) -> dict[str, Block]:
    """The blocks that are not to be skipped, with these entries compared one by one."""
    if not len(entries):
        return {}
    numeric = Numeric.unknown(problem.parameters.size, Reason.NONE).with_part(entries, _entries(problem, entries))
    return compare_blocks(problem, numeric.without(problem.unsure), skip)


def _entries(problem: Problem, entries: NDArray[np.int_], *, stairs: bool = True) -> Numeric:
    """These entries, refined one by one."""
    scale = problem.scale[entries]
    _, seen = along(problem, component_lines(entries, problem.scale), stairs=stairs)
    return replace(seen, value=seen.value / scale, bound=seen.bound / scale)


def _slopes(problem: Problem, at: slice, k: int, shown: bool) -> tuple[Floats, Floats, list[Numeric]]:
    """Analytic slopes of a block and theta along k directions, and of each direction the numeric one."""
    analytic, theta, seen = np.empty(k), np.empty(k), list[Numeric]()
    done = 0
    for count in _rounds(problem, k):
        lines = []
        for i in range(done, done + count):
            line, _ = random_line(problem, [at])
            theta[i] = line.dot(problem.parameters.theta, problem.parameters.theta)
            lines.append(line)
        # Of many directions some are asked for stairs, and the rest only if one of them is on stairs.
        stairs = done < tuned.STAIR_LINES or any(Reason.STAIRS in one.reason for one in seen)
        analytic[done : done + count], found = (
            closely(problem, lines, stairs=False) if shown else along(problem, lines, stairs=stairs)
        )
        seen.append(found)
        done += count
    return analytic, theta, seen


def _located(block: Block, problem: Problem, at: slice, most: int) -> Block:
    """The block with its wrong entries, as far as they were looked for; undecided if there are none."""
    entries, complete = wrong_entries(problem, at, most)
    if not entries:
        return _in_sum(block)
    seen = _entries(problem, np.array(entries), stairs=False)  # as far as need be, the search has asked for them
    components = [
        Component(
            index=tuple(int(k) for k in np.unravel_index(i - at.start, block.shape)),
            analytic=float(problem.analytic[i]),
            numeric=float(seen.value[j]),
            bound=float(seen.bound[j]),
            verdict=Verdict.WRONG,
            reason="",
        )
        for j, i in enumerate(entries)
    ]
    worst = max(components, key=lambda c: abs(c.analytic - c.numeric))
    return replace(block, worst=worst, wrong_count=len(components), located=tuple(components), complete=complete)


def _in_sum(block: Block) -> Block:
    """Wrong along directions, and no entry is: mistakes too small to be seen alone, or kinks that cancel."""
    wrong = block.verdicts == Verdict.WRONG
    verdicts, reason = block.verdicts.copy(), block.reason.copy()
    verdicts[wrong], reason[wrong] = Verdict.UNDECIDED, Reason.IN_SUM
    return replace(
        block,
        verdict=Verdict.UNDECIDED,
        verdicts=verdicts,
        reason=reason,
        counts={v: int(np.sum(verdicts == v)) for v in Verdict},
        reasons={str(r): int(np.sum(reason == r)) for r in np.unique(reason) if r},
        worst=replace(block.worst, verdict=Verdict.UNDECIDED, reason=Reason.IN_SUM),
        complete=True,
    )
