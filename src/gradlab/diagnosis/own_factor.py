"""Rules on each entry by itself: a derivative with respect to log θ, or an elementwise function derived wrongly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case, place_of
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.precision import format_entry
from gradlab.verdict.blocks import Block, Verdict

Floats = NDArray[np.float64]

POWERS = (1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0)
AXES = ("rows", "columns")
AWAY = 1e-3  # of 1: a ratio that near to 1 is that of something small


def scale_of_one_number(case: Case) -> Iterator[Finding]:
    """GL127 The one entry of a block is off by a function of itself, there and where it is moved."""
    for block in case.entrywise:
        if block.size == 1 and block.analytic.any() and block.numeric.any():
            ratio = float((block.numeric / block.analytic).ravel()[0])
            width = 3 * float(tolerance(block).ravel()[0]) / abs(float(block.analytic.ravel()[0])) + 1e-9 * abs(ratio)
            whole = np.ones(block.shape, dtype=bool)
            for text, factor in _factors(block.theta.ravel()):
                if abs(ratio - factor[0]) <= width and _follows(case, block, whole, text):
                    yield _scale(case, block, text, 1, alone=False)
                    break


def parameter_scale(case: Case) -> Iterator[Finding]:
    """GL127 The ratio of both sides is a power or the exponential of the parameter itself."""
    alone = _elementwise(case)
    for block in case.entrywise:
        wrong = block.verdicts == Verdict.WRONG
        a, n, t = block.analytic[wrong], block.numeric[wrong], block.theta[wrong]
        bound = tolerance(block)[wrong]
        if not np.all(a) or not np.all(n) or (alone and np.any(block.verdicts == Verdict.AGREES)):
            continue  # an elementwise function that is right elsewhere has no wrong exponent
        ratio, width = n / a, 3 * bound / np.abs(a) + 1e-9 * np.abs(n / a)
        for text, factor in _factors(t):
            spread = np.ptp(np.log(np.abs(factor))) if np.all(factor) else 0.0
            if not np.all(np.isfinite(factor)) or (a.size > 1 and spread < AWAY):
                continue
            if np.all(np.abs(ratio - factor) <= width) and (a.size > 1 or _follows(case, block, wrong, text)):
                yield _scale(case, block, text, int(wrong.sum()), alone)
                return
        if a.size < 3:
            continue
        logs = np.log(np.abs(ratio))
        if not np.all(np.isfinite(logs)):
            continue
        for word, seen in (("θ", t), ("log θ", np.log(np.abs(t)))):
            if not np.all(np.isfinite(seen)) or np.ptp(seen) <= AWAY:
                continue
            k, c = np.polyfit(seen, logs, 1)
            near = round(2 * k) / 2
            left = np.abs(near * seen + np.mean(logs - near * seen) - logs)
            if near and np.ptp(seen) > AWAY and np.all(left <= width / np.abs(ratio)) and np.ptp(near * seen) > AWAY:
                text = f"{np.exp(c):.4g} · " + (f"exp({near:g}·θ)" if word == "θ" else f"θ^{near:g}")
                yield _scale(case, block, text, int(wrong.sum()), alone)
                return


def _factors(t: Floats) -> Iterator[tuple[str, Floats]]:
    for power in POWERS:
        if power == int(power) or np.all(t > 0):
            yield f"θ^{power:g}" if power != 1 else "θ", t**power
    yield "exp(θ)", np.exp(t)
    yield "exp(−θ)", np.exp(-t)
    if t.size == 1:  # with more entries, a constant beside a power shows as the intercept of a line
        yield "2·θ", 2 * t
        yield "1/(2·θ)", 0.5 / t


def _scale(case: Case, block: Block, text: str, entries: int, alone: bool) -> Finding:
    if alone:
        said = f"Each entry of {block.name} is off by a power of itself: "
        said += "an exponent of this elementwise function is off."
    else:
        if entries == 1:
            place = place_of(block)
            said = f"{place} is off by a factor of its own, {text.replace('θ', place)}: "
        else:
            said = f"Each wrong entry of {block.name} is off by a factor of its own parameter, {text}: "
        said += (
            "an exponent or a power of it is off, such as a temperature or a width that one side has and the other "
            "has not, or one side knows a transform (log θ for θ) and the other does not."
            if " · " in text
            else "a power of it is off (σ² for σ³), or cost and gradient take it on different scales, such as θ on "
            "one side and log θ on the other: multiply by the derivative of the transform, or leave it out."
        )
    says = (
        f"numeric = {text} · analytic in {'the one wrong entry' if entries == 1 else f'all {entries} wrong entries'}"
    )
    return case.finding("GL127", [block], said, says, CERTAIN)


def _follows(case: Case, block: Block, wrong: NDArray[np.bool_], text: str) -> bool:
    """Does the one wrong entry keep the factor when its parameter is moved by 7 %?"""
    probe = case.probe
    if probe is None or probe.gradient is None or probe.cost is None:
        return False
    at = case.place(block) + int(np.flatnonzero(wrong.ravel())[0])
    moved = np.zeros_like(probe.theta)
    moved[at] = 0.07 * probe.theta[at]
    analytic, numeric = probe.gradient(probe.theta + moved)[at], probe.slope(moved, at)
    factor = dict(_factors(np.array([probe.theta[at] + moved[at]])))[text][0]
    return bool(abs(numeric / analytic - factor) <= 1e-5 * abs(factor))


def factor_of_its_own(case: Case) -> Iterator[Finding]:
    """GL127 The ratio of both sides of an entry depends on its own parameter only: the derivative of a transform."""
    probe = case.probe
    if probe is None or probe.gradient is None or probe.cost is None or _elementwise(case) or case.layer:
        return
    if _separable(probe, (0.1,)):  # then every ratio stays where it is
        return
    for block in case.entrywise:
        wrong = np.flatnonzero((block.verdicts == Verdict.WRONG).ravel())
        if wrong.size < 2 or not np.all(block.analytic.ravel()[wrong]):
            continue
        ratio = (block.numeric / block.analytic).ravel()[wrong]
        places = [case.place(block) + int(i) for i in wrong]
        stays, follows = [], []
        for r, at in list(zip(ratio, places, strict=True))[:4]:
            others = 0.1 * probe.scale.copy()
            others[at] = 0.0
            own = np.zeros_like(others)
            own[at] = 0.1 * probe.scale[at]
            there = probe.slope(others, at) / probe.gradient(probe.theta + others)[at]
            stays.append(abs(there - r) <= min(3e-5, 1e-3 * abs(r - 1)) * max(1.0, abs(r)))
            changed = probe.slope(own, at) / probe.gradient(probe.theta + own)[at]
            follows.append(abs(changed - r) > 1e-3 * abs(r - 1))
        if all(stays) and sum(follows) * 2 > len(follows):
            yield case.finding(
                "GL127",
                [block],
                f"Each wrong entry of {block.name} is off by a factor of its own parameter: the ratio of both sides "
                "stays while the other parameters move. The derivative of a transform (a bound, a log, a square) is "
                "lost or taken twice.",
                f"ratios {', '.join(f'{r:.4g}' for r in ratio[:4])}",
                CERTAIN,
            )
            return


def factor_of_a_slice(case: Case) -> Iterator[Finding]:
    """GL154 Each row, or column, is off by a factor of its own, or by its own multiple of the parameters."""
    for block in case.entrywise:
        D, bound = (
            block.numeric - block.analytic,
            np.maximum(3 * tolerance(block), 1e-10 * np.abs(block.numeric).max()),
        )
        for axis in range(len(block.shape)):
            n = block.shape[axis]
            if n < 2 or block.size // n < 2 or block.size - n < 4 or len(block.shape) < 2:
                continue
            parts = [np.moveaxis(v, axis, 0).reshape(n, -1) for v in (block.analytic, D, block.theta, bound)]
            a, d, t, room = parts
            for x, said in ((a, "factor"), (t, "term")):
                if np.linalg.matrix_rank(x, tol=1e-6 * np.abs(x).max()) < 2:
                    continue  # rows that are multiples of one row, as those of one example, fit anything
                if np.count_nonzero(x) - n < 4:
                    continue  # and so do rows of one entry each
                weight = x / room**2  # entries that are known well count for more
                size = np.sum(weight * x, axis=1)
                c = np.sum(weight * d, axis=1) / np.where(size > 0, size, 1)
                if np.any(np.abs(d - c[:, None] * x) > room) or np.ptp(c) < 1e-6 * np.abs(c).max():
                    continue
                which = AXES[axis] if len(block.shape) == 2 else f"slices along axis {axis}"
                some = ", ".join(f"{v:.4g}" for v in (c + (said == "factor"))[:4])
                if said == "factor":
                    message = (
                        f"Each of the {which} of {block.name} is off by a factor of its own, one for the whole of "
                        "it. Look for what differs between them and not within: weights of examples or classes, a "
                        "length or a count, a slope of each, or a mask with its scale, on one side only."
                    )
                else:
                    message = (
                        f"Each of the {which} of {block.name} lacks a multiple of itself, another one each: the "
                        "derivative of a term in its square or its length, such as a norm, or a square that is "
                        "taken out of a sum."
                    )
                says = (
                    f"numeric = c · analytic, c = {some}"
                    if said == "factor"
                    else f"numeric − analytic = c · θ, c = {some}"
                )
                yield case.finding("GL154", [block], message, f"{says}{', …' if n > 4 else ''}", CERTAIN)
                return


def elementwise(case: Case) -> Iterator[Finding]:
    """GL136 The function acts on each entry alone, and its derivative is wrong."""
    if len(case.wrong) != 1 or not _elementwise(case):
        return
    block = case.wrong[0]
    worst = block.worst
    at = format_entry("", worst.index)
    R = case.layer.upstream[worst.index] if case.layer else 1.0
    wrong = block.verdicts == Verdict.WRONG
    t, right = block.theta[wrong], block.theta[block.verdicts == Verdict.AGREES]
    parted = ""
    if right.size and t.min() > right.max():
        parted = f" All wrong entries lie above {right.max():.4g}: look at that branch."
    elif right.size and t.max() < right.min():
        parted = f" All wrong entries lie below {right.min():.4g}: look at that branch."
    yield case.finding(
        "GL136",
        [block],
        f"{block.name} is mapped entry by entry, so no sum or transpose is involved: the derivative of the function "
        f"itself is wrong. Compare it with the numbers below.{parted}",
        f"at {block.name}{at} = {block.theta[worst.index]:.6g} the derivative is {worst.numeric / R:.6g}, and "
        f"backward has {worst.analytic / R:.6g}",
        6.0,
    )


def _elementwise(case: Case) -> bool:
    """Does every entry of the gradient depend on its own parameter only, and every entry of the output?"""
    probe = case.probe
    if probe is None or probe.gradient is None or len(case.blocks) > 1 or probe.theta.size < 3 or not case.entrywise:
        return False
    block = case.entrywise[0]
    if case.layer and case.layer.output.shape != block.shape:
        return False
    n = probe.theta.size
    here, rng = probe.gradient(probe.theta), np.random.default_rng(0)
    ways = np.eye(n, dtype=bool) if n <= 8 else rng.random((6, n)) < 0.5
    moves = False
    for way in ways:
        there = probe.gradient(np.where(way, probe.theta + 0.01 * probe.scale, probe.theta))
        if np.any(np.abs(there - here)[~way] > 1e-12 * np.abs(here)[~way]):
            return False
        moves |= bool(np.any(there[way] != here[way]))
        if case.layer:
            point = np.where(way, probe.theta + 0.01 * probe.scale, probe.theta).reshape(block.shape)
            off = (case.layer.forward({block.name: point}) - case.layer.output).ravel()
            if np.any(np.abs(off[~way]) > 1e-12 * np.max(np.abs(case.layer.output))):
                return False
    return bool(case.layer) or (moves and _separable(probe))


def _separable(probe: Probe, moves: tuple[float, ...] = (0.1, 1.0, 3.0, -1.0)) -> bool:
    """Is the cost a sum of functions of one entry each, as far as two random halves tell?

    They are moved far, to leave a region in which a cost of kinks is such a sum by accident.
    """
    if probe.cost is None:
        return False
    rng = np.random.default_rng(1)
    for far in moves:
        half = rng.random(probe.theta.size) < 0.5
        one, other = (np.where(h, far * probe.scale, 0.0) for h in (half, ~half))
        J = [probe.cost(d) for d in (0 * one, one, other, one + other)]
        if abs(J[0] - J[1] - J[2] + J[3]) > 1e-10 * max(map(abs, J)):
            return False
    return True
