"""Rules on values: the analytic block times a number, plus a multiple of the parameters, cut, or nothing at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis import evidence
from gradlab.diagnosis.case import Case, Vector, as_ratio, capital, groups, plus, times
from gradlab.diagnosis.evidence import Interval
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.known_numbers import known_number
from gradlab.verdict.blocks import Block, Verdict

NO_EFFECT, FLIPPED = 0.0, -1.0
TRIANGLES = {"lower": np.tril, "upper": np.triu}


def not_finite(case: Case) -> Iterator[Finding]:
    """GL111 NaN or inf in the analytic gradient."""
    bad = [block for block in case.blocks.values() if not np.isfinite(block.analytic).all()]
    if bad:
        last = bad[-1]
        index = np.argwhere(~np.isfinite(last.analytic))[0].tolist()
        yield case.finding(
            "GL111",
            bad,
            f"The analytic gradient of {case.name(bad)} is not finite. Backprop runs from the last layer to the "
            f"first: look where {last.name} is made, for 0/0, log(0) or exp of a large number.",
            ", ".join(f"{b.name}: {int(np.sum(~np.isfinite(b.analytic)))} of {b.analytic.size}" for b in bad)
            + f"; {last.name}{index} = {last.analytic[tuple(index)]}",
            np.inf,
        )


def sign_flipped(case: Case) -> Iterator[Finding]:
    """GL101 The numeric gradient is minus the analytic one."""
    for factor, blocks in _factors(case):
        if _is_flipped(factor):
            look = "Look for a minus too many or too few, such as Y − A for A − Y."
            message = f"The sign of {case.name(blocks)} is flipped. {look}"
            yield case.fit("GL101", blocks, times(FLIPPED), message, "numeric = −1 · analytic", cost=0.3)


def _is_flipped(factor: Interval) -> bool:
    """Is it −1, to six digits at least? Nobody writes −1.0000001."""
    return FLIPPED in factor or abs(factor.middle - FLIPPED) < 1e-6


def no_effect(case: Case) -> Iterator[Finding]:
    """GL110 The cost does not depend on the block, but the analytic gradient is not zero."""
    for factor, blocks in _factors(case):
        if NO_EFFECT in factor and not _moves(case, blocks):
            message = (
                f"The cost does not change with {case.name(blocks)}. Does it use these parameters, or a copy that "
                "was made earlier? A bias in front of a batch norm has no effect either."
            )
            others = [name for name in case.blocks if name not in {block.name for block in blocks}]
            if others and all(np.array_equal(block.analytic, block.theta) for block in blocks):
                message = (
                    f"The cost does not change with {case.name(blocks)}, and its gradient is the parameter itself: a "
                    "setting, such as a learning rate, that is held among params and was handed on as it is? Check "
                    f"the others: only={others!r}."
                )
            elif len(blocks) == len(case.blocks) and case.layer is None:
                message = (
                    "The cost stayed the same at every point that was tried, and a gradient that is not 0 does not "
                    "match it. Mostly the cost does not read what it is handed, but what was made earlier; then the "
                    "gradient may be right. Put params there first. Where they are arrays: lambda p: "
                    f"({_written_into(blocks)}, loss())[1], and so for grads. Where they are names: "
                    "net.__dict__.update(p) or globals().update(p). Or the cost is constant by its form, as a sum "
                    "behind a normalisation is, or flat around here, as a clip is beyond its limits."
                )
            says = f"analytic up to {_largest(b.analytic for b in blocks)}, numeric 0"
            yield case.fit("GL110", blocks, times(NO_EFFECT), message, says, cost=0.3)


def _written_into(blocks: list[Block]) -> str:
    """How params are written into the arrays that the caller's code reads."""
    if len(blocks) == 1 and blocks[0].name == "theta":
        return "np.copyto(theta, p)"
    if all(block.name.startswith("params[") for block in blocks):
        return "[*map(np.copyto, params, p)]"
    return "[np.copyto(params[k], p[k]) for k in p]"


def _is_short(factor: Interval) -> bool:
    """Does it hold a number of few digits, such as 1.0001 or its inverse?"""
    return any(float(f"{x:.6g}") in y for x, y in ((factor.middle, factor), (1 / factor.middle, _inverse(factor))))


def _inverse(factor: Interval) -> Interval:
    return Interval(1 / factor.high, 1 / factor.low)


def _moves(case: Case, blocks: list[Block]) -> bool:
    """Does the cost change where the blocks move far? Then the point is a minimum of it, or stands on a stair."""
    if case.probe is None or case.probe.cost is None:
        return False
    here, start = case.probe.cost(np.zeros_like(case.probe.theta)), 0
    delta = np.zeros_like(case.probe.theta)
    for block in case.blocks.values():
        if block in blocks:
            delta[start : start + block.theta.size] = 0.1 * case.probe.scale[start : start + block.theta.size]
        start += block.theta.size
    there = case.probe.cost(delta)
    return bool(np.isfinite(there)) and abs(there - here) > 1e-12 * max(abs(here), abs(there))


def constant_factor(case: Case) -> Iterator[Finding]:
    """GL102 The numeric gradient is a constant times the analytic one."""
    for factor, blocks in _factors(case):
        if NO_EFFECT in factor or _is_flipped(factor):
            continue
        simple = evidence.fraction(factor, expected=1.0)
        if simple is None and 1e-12 < abs(factor.middle - 1) < 2e-3 and not _is_short(factor):
            continue  # no factor that anybody wrote: a small number beside it, an ε for example
        number = factor.middle if simple is None else float(simple)
        cost = factor.digits(expected=1.0) if simple is None else evidence.fraction_digits(simple)
        message = (
            f"One factor is off in {case.name(blocks)}: the analytic gradient should be "
            f"{as_ratio(simple or factor)} what it is. {hint(simple, case, factor)}"
        )
        says = f"numeric = {factor} · analytic"
        yield case.fit("GL102", blocks, times(number), message, says, cost)


def factor_beside_decay(case: Case) -> Iterator[Finding]:
    """GL102 or GL101 One factor in what comes from the data, while the decay of the weights is right."""
    for factor, blocks in _factors(case):
        number = evidence.fraction(factor, expected=1.0)
        rest = [b for b in case.wrong if b.name not in {block.name for block in blocks}]
        if number is None or not rest:
            continue
        k = float(number)
        terms = groups(rest, _theta, _without(k))
        if not terms or len(terms[0][1]) < len(rest):
            continue
        c = terms[0][0]
        yield case.fit(
            "GL101" if k == FLIPPED else "GL102",
            case.wrong,
            _factor_and_decay(k, c.middle, {b.name for b in rest}),
            f"One factor is off in {case.name(case.wrong)}, the decay aside: the analytic gradient should be "
            f"{as_ratio(number)} what it is. "
            + ("Look for a minus too many or too few." if k == FLIPPED else hint(number, case)),
            f"numeric = {number} · analytic + {c} · θ in {case.name(rest)}, without θ in {case.name(blocks)},",
            cost=evidence.fraction_digits(number) + c.digits(expected=0.0),
        )


def _without(k: float) -> Vector:
    return lambda block: block.numeric - k * block.analytic


def _factor_and_decay(k: float, c: float, decayed: set[str]) -> Vector:
    return lambda block: k * block.analytic + (c * block.theta if block.name in decayed else 0.0)


def clipped(case: Case) -> Iterator[Finding]:
    """GL109 The analytic gradient is cut at ±c, or shortened to a norm c."""
    yield from _cut_by_entry(case)
    for factor, blocks in _factors(case):
        norm = float(np.sqrt(sum(np.sum(b.analytic**2) for b in blocks)))
        if sum(b.size for b in blocks) == 1:
            continue  # the norm of one number is the number, which may be round by itself
        if factor.low > 1 and (evidence.is_round(norm) or _softened(norm, factor)):
            message = (
                f"The norm of {case.name(blocks)} is exactly {norm:g}, and the numeric gradient is longer: is it "
                "clipped by norm? Check the gradient before it is clipped."
            )
            says, cost = f"numeric = {factor} · analytic", factor.digits(expected=1.0) - evidence.ROUND
            yield case.fit("GL109", blocks, times(factor.middle), message, says, cost)


def _shows_a_cut(block: Block, level: float) -> bool:
    """Are smaller entries right, or do the numeric ones at the level differ? Equal numbers are a factor's as well."""
    below = (block.verdicts == Verdict.AGREES) & (np.abs(block.analytic) < level)
    numeric = np.abs(block.numeric)[(block.verdicts == Verdict.WRONG) & np.isfinite(block.numeric)]
    return bool(below.any()) or bool(numeric.size > 1 and np.ptp(numeric) > 1e-3 * level)


def _softened(norm: float, factor: Interval) -> bool:
    """Is it c / (1 + 1e-6/n) for a round c, with the norm n that the numeric gradient has?"""
    level = float(f"{norm:.1e}")
    share = level / norm - 1
    return share > 1e-12 and abs(1e-6 / share / (factor.middle * norm) - 1) < 1e-2


def _cut_by_entry(case: Case) -> Iterator[Finding]:
    cut: dict[float, list[Block]] = {}
    for block in case.wrong:
        level = float(np.abs(block.analytic).max())
        wrong = block.verdicts == Verdict.WRONG
        at_level = np.abs(np.abs(block.analytic) - level) <= 1e-12 * level
        longer = block.numeric * np.sign(block.analytic) > level
        if block.directions:
            continue  # one number along one direction stands for all
        if level > 0 and bool(np.all(at_level & longer, where=wrong)):
            cut.setdefault(float(f"{level:.10g}"), []).append(block)
    for level, blocks in cut.items():
        if not any(_shows_a_cut(block, level) for block in blocks):
            continue
        entries = sum(block.wrong_count for block in blocks)
        name = case.name(blocks)
        verb = "are" if " and " in name else "is"
        yield case.finding(
            "GL109",
            blocks,
            f"{capital(name)} {verb} cut at ±{level:.4g}: what lies there should be larger, the rest is "
            "right. What is clipped is not the gradient of this cost: check it before it is clipped.",
            f"all {entries} wrong entries are ±{level:.4g}, numeric up to {_largest(b.numeric for b in blocks)}",
            9.0 * (entries - 1) + evidence.ROUND * evidence.is_round(level),
        )


def zero(case: Case) -> Iterator[Finding]:
    """GL103 The analytic gradient is exactly zero where the numeric one is not."""
    whole = [block for block in case.wrong if not block.analytic.any()]
    by_chance = len(whole) < len(case.wrong) and sum(block.size for block in whole) == 1
    if whole and not by_chance:
        yield case.finding(
            "GL103",
            whole,
            f"{capital(case.gradient(whole, 'analytic gradient'))} is exactly zero. Was it made with zeros and "
            "never filled, overwritten in a loop whose last step gives 0 (= for +=), cut off by a unit that is taken "
            "for dead, or multiplied by a mask or an upstream of zeros? Or do two parts cancel, as where both read "
            "the cache of one call?",
            f"analytic = 0 in all {sum(b.size for b in whole)} entries, numeric up to "
            + _largest(b.numeric for b in whole),
            sum(evidence.description_length(b, b.analytic) for b in whole),
        )
    for block in case.wrong:
        wrong = block.verdicts == Verdict.WRONG
        if not block.directions and block.analytic.any() and wrong.sum() > 1 and not block.analytic[wrong].any():
            first = [int(i[0]) for i in np.nonzero(wrong)]
            square, a = len(block.shape) == 2 and block.shape[0] == block.shape[1], block.analytic
            triangle = next((t for t, f in TRIANGLES.items() if square and np.array_equal(a, f(a))), None)
            if triangle and np.count_nonzero(a - np.diag(np.diag(a))):
                said = (
                    f"{block.name} has its {triangle} triangle only, the rest is exactly zero and should not be. If "
                    "the matrix is symmetric by nature, the cost still reads each entry: add the other triangle, or "
                    "let the cost read one."
                )
            elif square and np.count_nonzero(a - np.diag(np.diag(a))) == 0:
                said = (
                    f"{block.name} has its diagonal only: all other entries are exactly zero, and some should not "
                    "be. If this is a Jacobian, each output depends on the other parameters too, as in a softmax or "
                    "a sum."
                )
            else:
                said = (
                    f"Every wrong entry of {block.name} is exactly zero in the analytic gradient, the others are "
                    "right. Look for entries that no line adds to: a loop that ends one early, a part of a sum "
                    "that was forgotten, or a mask."
                )
            yield case.finding(
                "GL103",
                [block],
                said,
                f"{int(wrong.sum())} entries, the first is {block.name}{first}",
                evidence.description_length(block, block.analytic) - np.log10(float(block.size)),
            )


def decay(case: Case) -> Iterator[Finding]:
    """GL107 The difference is a multiple of the parameters (L2), or of their signs (L1)."""
    for name, term, x in (("L2", "θ", _theta), ("L1", "sign(θ)", _sign)):
        for c, blocks in groups(case.wrong, x, lambda b: b.numeric - b.analytic):
            if 0.0 in c or (name == "L2" and _ignores_length(blocks) and not _is_short(c)):
                continue  # then what lies along θ is what a division by the length takes out
            amount = f"{Interval(abs(c.low), abs(c.high))} · {term}"
            lacks, what = (
                (f"lacks {amount}", "is in the cost and not, or not all of it, in the gradient")
                if c.middle > 0
                else (f"has {amount} too much", "is in the gradient twice, or not in the cost")
            )
            yield case.fit(
                "GL107",
                blocks,
                plus(c.middle, x),
                f"{capital(case.gradient(blocks, 'analytic gradient'))} {lacks}: the {name} regularisation {what}."
                + _constant_too(blocks, x),
                f"numeric = analytic {'+' if c.middle > 0 else '−'} {amount}",
                cost=c.digits(expected=0.0) + (x is _sign),
            )


def _ignores_length(blocks: list[Block]) -> bool:
    """Is every numeric gradient at right angles to its parameters, as where only their direction counts?"""
    along = [(b.numeric * b.theta, evidence.tolerance(b) * np.abs(b.theta)) for b in blocks if not b.directions]
    return bool(along) and all(evidence.vanishes(v, bound, tuple(range(v.ndim))) for v, bound in along)


def _constant_too(blocks: list[Block], x: Vector) -> str:
    """Where the term is the same number in all entries, a constant explains them as well."""
    seen = np.concatenate([x(block).ravel() for block in blocks])
    if seen.size > 1 and np.ptp(seen) == 0:
        return " Or a constant is added to every entry: both look the same at these parameters, try others."
    return ""


def _theta(block: Block) -> NDArray[Any]:
    return block.theta


def _sign(block: Block) -> NDArray[Any]:
    """Nothing along directions: the sign of a sum is not the sum of the signs."""
    sign: NDArray[Any] = np.sign(block.theta) * (block.directions == 0)
    return sign


def _factors(case: Case) -> list[tuple[Interval, list[Block]]]:
    """Wrong blocks that are the analytic ones times a number."""
    return groups(case.wrong, lambda b: b.analytic, lambda b: b.numeric)


def _largest(arrays: Iterable[NDArray[Any]]) -> str:
    return f"{max(float(np.nanmax(np.abs(array))) for array in arrays):.2g}"


def hint(simple: Fraction | None, case: Case, factor: Interval | None = None) -> str:
    """What usually makes this factor."""
    if simple is None:
        said = known_number(factor, lambda k: _lengths(k, case)) if factor else ""
        return said or "Look for a constant that one side has and the other lacks."
    k = max(abs(simple.numerator), simple.denominator)
    if k == 2:
        named = _lengths(k, case)
        batch = f" 2 is also {named}." if named else ""
        if abs(simple) > 1:
            return f"Look for the 2 of a square, or a ½ that only the gradient has.{batch}"
        return f"Look for a ½ that only the cost has, or the 2 of a square that it should cancel.{batch}"
    if simple.denominator == 1:
        return f"Look for a division by {k} too many: {_sizes(k, case)}."
    if simple.numerator == 1:
        return f"Look for a division by {k} that is missing: {_sizes(k, case)}."
    return "Look for a mean over one number too many or too few, or a constant such as 1/keep of dropout."


def _sizes(k: int, case: Case) -> str:
    """What may have this size."""
    named = _lengths(k, case)
    rest = f"; {k} is also {named}" if named else ""
    return f"1/m with m = {k} examples, or {k} time steps or classes{rest}"


def _lengths(k: int, case: Case) -> str:
    """Axes of this length, leading ones first; else neighbouring axes whose product it is, or entries of one sign."""
    arrays = {name: block.shape for name, block in case.blocks.items()}
    held = case.layer.inputs if case.layer else {}
    arrays |= {name: value.shape for name, value in held.items()}
    matching = [
        (axis, f"axis {axis} of {name}")
        for name, shape in arrays.items()
        for axis, size in enumerate(shape)
        if size == k and len(shape) > 1
    ]
    if matching:
        return "the length of " + " and of ".join(text for _, text in sorted(matching, key=lambda m: m[0])[:3])
    for name, shape in arrays.items():
        for i in range(len(shape)):
            for j in range(i + 2, len(shape) + 1):
                if math.prod(shape[i:j]) == k and all(n > 1 for n in shape[i:j]):
                    return f"{'·'.join(map(str, shape[i:j]))}, the product of axes {i} to {j - 1} of {name}"
    for name, value in held.items():
        for sign, count in (("negative", np.sum(value < 0)), ("positive", np.sum(value > 0))):
            if count == k and value.size > k:
                return f"the number of {sign} entries of {name}"
    return ""
