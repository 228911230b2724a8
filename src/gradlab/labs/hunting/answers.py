"""What a report says about each line: it may be the broken one, or a row or a number of the report rules it out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gradlab.labs.bug import Array
from gradlab.labs.hunting.lines import Code, CodeLine, Reach
from gradlab.labs.hunting.slips import slips

SAME = 0.01  # relative: two differences that a report shows with the same two digits
ERRORS = (
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    NameError,
    TypeError,
    ValueError,
)  # of code with a slip


class Told(NamedTuple):
    """What the hunts need of a report; the blocks with the worst first."""

    wrong: Sequence[str]
    agree: Sequence[str]
    numeric: Mapping[str, Array]
    bound: Mapping[str, Array]
    digits: Mapping[str, int]

    @classmethod
    def of(cls, report: Any) -> "Told":
        """From a report of `check_gradients`; this package does not know its class."""
        worst = report.worst_first()
        return cls(
            [block.name for block in worst if block.verdict.name == "WRONG"],
            [block.name for block in worst if block.verdict.name == "AGREES"],
            {name: block.numeric for name, block in report.blocks.items()},
            {name: block.bound for name, block in report.blocks.items()},
            {name: block.digits for name, block in report.blocks.items()},
        )


@dataclass(frozen=True)
class Answer:
    """The answer to a click on a line.

    Attributes
    ----------
    kind
        "broken"; "agrees" or "wrong", if the row of that block rules the line out; "numbers", if the size or the
        pattern of the difference does, which nobody can work out by reading; "open", if nothing does.
    text
        The reason, in a sentence or two.
    block
        The row of the report that tells.
    way
        The numbers of the lines by which the value comes to that block.
    mark
        The reason in a few words, for the margin.
    """

    kind: str
    text: str = ""
    block: str = ""
    way: tuple[int, ...] = ()
    mark: str = ""

    @property
    def counts(self) -> bool:
        """Whether a click was wrong: a row of the report, which the reader sees, rules the line out."""
        return self.kind in ("agrees", "wrong")


@dataclass(frozen=True)
class _Off:
    """How a wrong block looks: all that a report shows of it."""

    difference: float
    factor: float | None
    striped: bool
    count: int


def answer(code: Code, broken: Iterable[int], told: Told, analytic: Mapping[str, Array]) -> dict[int, Answer]:
    """The answer to a click on each line, by the line's number.

    Parameters
    ----------
    code
        The right code.
    broken
        The numbers of the lines that are broken in the copy.
    told
        What the report says of the copy.
    analytic
        The gradient of the copy.
    """
    broken = set(broken)
    seen, found = _off(analytic, told), {}
    for line in code.lines:
        if line.number in broken:
            found[line.number] = Answer("broken")
        elif not possible(line, told.wrong, told.agree, alone=len(broken) == 1):
            found[line.number] = _by_rows(code, line, told)
        elif len(broken) > 1:
            text = "The rows of the report leave this line open. In this copy it is right."
            found[line.number] = Answer("open", text, mark="could be")
        else:
            found[line.number] = _by_numbers(code, line, told, seen)
    return found


def possible(line: CodeLine, wrong: Iterable[str], agree: Iterable[str], *, alone: bool = True) -> bool:
    """Whether the rows of a report leave room for a line.

    A value that reaches a block that agrees is right, and so is an array that was not written over. The others of
    the line must reach all wrong blocks if one line is to blame for all of them, or some if it has company.
    """
    if line.header:
        return True
    free = _union(reach for reach in line.free if not reach & set(agree))
    return set(wrong) <= free if alone else bool(set(wrong) & free)


def _union(reaches: Iterable[Reach]) -> Reach:
    return frozenset().union(*reaches)


def _by_rows(code: Code, line: CodeLine, told: Told) -> Answer:
    free = _union(reach for reach in line.free if not reach & set(told.agree))
    lacking = [block for block in told.wrong if block not in free]
    guilty = [reach for reach in line.reach if reach & set(lacking)] or line.reach
    right = [block for block in told.agree if any(block in reach for reach in guilty)]
    if not right:
        many = len(lacking) > 1
        also = ("are" if many else "is") + (" wrong" if len(lacking) == len(told.wrong) else " wrong too")
        said = f"{enumerated(lacking[:3])} {also}"
        text = f"{said}, and nothing that this line makes gets there. One line is to blame for all."
        return Answer("wrong", text, lacking[0], mark=f"does not reach {lacking[0]}")
    ways = {block: code.way(line, block) for block in right}
    block = min((b for b in right if ways[b]), key=lambda b: (len(ways[b]), right.index(b)), default=right[0])
    way, what = ways[block], enumerated(dict.fromkeys(line.targets))
    verb = "go" if len(set(line.targets)) > 1 else "goes"
    said, mark = f"{block} agrees to {told.digits[block]} digits", f"{block} agrees"
    if len(way) == 1:
        text = f"{said}, and this is the line that makes the gradient of {block}. So it is right."
    elif len(way) > 1:
        lines = f"line {way[1]}" if len(way) == 2 else f"lines {enumerated(way[1:])}"
        text = f"{said}, and {what} {verb} into the gradient of {block} by {lines}. So this line is right."
    else:
        text = f"{said}, and {what} {verb} into the gradient of {block}. So this line is right."
    return Answer("agrees", text, block, tuple(way), mark)


def _by_numbers(code: Code, line: CodeLine, told: Told, seen: Mapping[str, _Off]) -> Answer:
    """The blocks leave the line open. Does a slip in it leave the numbers of the report?"""
    wrong = told.wrong
    near = nearest(code, line, told, seen)
    if not near:
        text = f"The rows leave it open. But no slip that was tried here spoils just {enumerated(wrong)}."
        return Answer("numbers", text, wrong[0], mark="spoils other blocks")
    _, slip, off = near[0]
    if alike(near[0], seen):
        text = f"With `{slip}` here the report would be this very one. In this copy the line is right."
        return Answer("open", text, wrong[0], mark="could be")
    factors = {_factor(seen[block]) for block in wrong} - {""}
    if len(factors) == 1 and all(seen[block].factor is not None for block in wrong):
        return _by_factor(factors.pop(), near, wrong)
    if not factors and all(slip[block].factor is not None for *_, slip in near for block in wrong):
        text = (
            f"A slip here would put one factor on all of {wrong[0]}, and there is none: each entry is off by another."
        )
        return Answer("numbers", text, wrong[0], mark="would be a factor")
    striped = [block for block in wrong if seen[block].striped]
    if striped and not any(slip[block].striped for *_, slip in near for block in striped):
        text = f"In {striped[0]} each row is off by one number, the same for all its entries. No slip here does that."
        return Answer("numbers", text, striped[0], mark="rows not off evenly")
    block = max(wrong, key=lambda b: _apart(off[b], seen[b]))
    text, mark = _unlike(block, off, seen)
    return Answer(
        "numbers", f"The rows leave it open, the numbers do not. With `{slip}` here {text}.", block, mark=mark
    )


def _by_factor(factor: str, near: Sequence[tuple[float, str, dict[str, _Off]]], wrong: Sequence[str]) -> Answer:
    """One factor is off in all that is wrong. Does a factor on this line come out as a factor on those blocks?"""
    for _, slip, off in near:
        theirs = {_factor(off[block]) for block in wrong}
        if len(theirs) == 1 and "" not in theirs:
            other = theirs.pop()
            text = (
                f"With `{slip}` here the factor would be {other}, in the same blocks. The report says {factor}, and "
                "another slip here could give that. In this copy the line is right."
            )
            return Answer("open", text, wrong[0], mark="could be")
    same = f"The factor {factor} is the same in all of {enumerated(wrong)}."
    text = f"{same} No slip that was tried here gives one factor."
    return Answer("numbers", text, wrong[0], mark="no single factor")


def _factor(off: _Off) -> str:
    return "" if off.factor is None else f"{off.factor:.4g}".replace("-", "−")


def _unlike(block: str, off: Mapping[str, _Off], seen: Mapping[str, _Off]) -> tuple[str, str]:
    """In which number that the report shows a slip would give another one; and the same in short."""
    ours, theirs = off[block].difference, seen[block].difference
    other = next((name for name in off if off[name].count != seen[name].count), "")
    if f"{ours:.2g}" == f"{theirs:.2g}" and other:
        many, counted = off[other].count, seen[other].count
        text = f"{many} entries of {other} would be wrong; the report counts {counted}"
        return text, f"{many} of {other}, not {counted}"
    digits = next((n for n in range(2, 9) if f"{ours:.{n}g}" != f"{theirs:.{n}g}"), 9)
    would, says = f"{ours:.{digits}g}", f"{theirs:.{digits}g}"
    return f"{block} would be off by {would}; the report says {says}", f"{block} would be {would}, not {says}"


def nearest(
    code: Code, line: CodeLine, told: Told, seen: Mapping[str, _Off]
) -> list[tuple[float, str, dict[str, _Off]]]:
    """Slips of this line that make the same blocks wrong as the report, those with the most similar errors first.

    Of each: the largest ratio between its errors and those of the report, as a logarithm; its text; its errors.
    """
    near = []
    for text in slips(code, line):
        try:
            grads = code.run(code.replaced(line, text))
        except ERRORS:
            continue
        if not _fits(grads, code.right):
            continue
        off = _off(grads, told)
        if set(off) == set(told.wrong):
            near.append((max(_apart(off[block], seen[block]) for block in off), text, off))
    return sorted(near, key=lambda one: one[0])


def _apart(one: _Off, other: _Off) -> float:
    """The ratio of two errors, as a logarithm without its sign.

    It is rounded: of what is equal but for the last bits the first is taken, on every processor.
    """
    return round(abs(float(np.log(one.difference / other.difference))), 6)


def _fits(grads: Mapping[str, Array], right: Mapping[str, Array]) -> bool:
    """Whether a gradient has the blocks and shapes of the right one, and is finite."""
    shapes = {name: grad.shape for name, grad in grads.items()} == {name: grad.shape for name, grad in right.items()}
    return shapes and all(np.isfinite(grad).all() for grad in grads.values())


def alike(slip: tuple[float, str, dict[str, _Off]], seen: Mapping[str, _Off]) -> bool:
    """Whether a slip would give the very report."""
    apart, _, off = slip
    return apart < SAME and all((o.striped, o.count) == (seen[b].striped, seen[b].count) for b, o in off.items())


def _off(analytic: Mapping[str, Array], told: Told) -> dict[str, _Off]:
    """The blocks in which a gradient is off by more than the bound, and how."""
    seen = {}
    for name, numeric in told.numeric.items():
        bound, difference = told.bound[name], analytic[name] - numeric
        wrong = np.abs(difference) > 2 * bound
        if not wrong.any():
            continue
        a, n = analytic[name][wrong], numeric[wrong]
        factor = float((a @ n) / (a @ a)) if a @ a else None
        one = factor is not None and np.allclose(factor * analytic[name], numeric, rtol=1e-6, atol=2 * bound.max())
        rows = difference.mean(axis=-1, keepdims=True) if difference.ndim == 2 and difference.shape[1] > 1 else None
        striped = rows is not None and np.allclose(difference, rows, rtol=1e-6, atol=2 * bound.max())
        size = np.linalg.norm(analytic[name]) + np.linalg.norm(numeric)
        relative = float(np.linalg.norm(difference) / size)
        seen[name] = _Off(relative, factor if one else None, bool(striped), int(wrong.sum()))
    return seen


def enumerated(things: Iterable[object]) -> str:
    """Things in words: "W1", "W1 and b1", "W1, b1 and W2"."""
    words = [str(thing) for thing in things]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
