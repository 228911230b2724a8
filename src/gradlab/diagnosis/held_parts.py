"""Parts of the cost that may be held constant: one expression, some of its times, or several; how to name them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradlab.diagnosis.case import in_words
from gradlab.diagnosis.holding import Held, Spot
from gradlab.diagnosis.trees import LINE, NAMED, loaded

EACH = 6  # times that an expression is passed, up to which each is held by itself
MOST_COLUMNS = 60  # columns of an expression that is told whole
ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class HeldPart:
    """One spot, at all or some of the times that it is passed; or several, at all times."""

    spots: tuple[Spot, ...]
    times: tuple[int, ...] = ()

    @property
    def held(self) -> Held:
        """As it is asked."""
        return {spot.index: self.times or range(spot.times) for spot in self.spots}

    @property
    def spot(self) -> Spot:
        """The one that comes first."""
        return self.spots[0]

    @property
    def is_whole(self) -> bool:
        """Is it one, at all times?"""
        return len(self.spots) == 1 and not self.times

    @property
    def again(self) -> bool:
        """May what flows through it come back to it?"""
        return not self.times and any(spot.times > 1 for spot in self.spots)

    @property
    def text(self) -> str:
        """What is held."""
        texts = dict.fromkeys(spot.text for spot in self.spots)
        return in_words([f'"{text}"' for text in texts])

    def __str__(self) -> str:
        """Where it stands, and when it is held."""
        if len({spot.text for spot in self.spots}) < len(self.spots):
            lines = sorted({spot.node.lineno for spot in self.spots})
            noun = "lines" if len(lines) > 1 else "line"
            every = f"{len(self.spots)} times" if len(lines) == 1 else "each time"
            return f"In {self.spot.source.name}, {noun} {in_words([str(line) for line in lines])}, {every}."
        return " ".join(dict.fromkeys(f"In {_place(spot)}{_when(spot, self.times)}." for spot in self.spots))


def _place(spot: Spot) -> str:
    lines = (ast.unparse(above).split("\n")[0] for above in reversed(spot.around) if _is_code(above))
    line = next((line for line in lines if spot.text in line and len(line) <= LINE), "")
    said = f': "{line}"{_which(spot)}' if line not in {"", spot.text} else ""
    return f"{spot.source.name}, line {spot.node.lineno}{said}"


def _which(spot: Spot) -> str:
    """ ", the second one there", where an expression stands more than once in its statement; else empty."""
    every = [n for n in ast.walk(spot.statement) if isinstance(n, ast.expr) and ast.unparse(n) == spot.text]
    every = sorted((n for n in every if loaded(n)), key=lambda n: (n.lineno, n.col_offset))
    at = next((i for i, n in enumerate(every) if n is spot.node), 0)
    return f", the {ORDINALS[at]} one there" if 1 < len(every) <= len(ORDINALS) else ""


def _when(spot: Spot, times: tuple[int, ...]) -> str:
    if not times:
        return ""
    of = spot.times
    named: dict[tuple[int, ...], str] = {(0,): "the first", (of - 1,): "the last"}
    named |= {tuple(range(1, of)): "all but the first", tuple(range(of - 1)): "all but the last"}
    return f" (it is computed {of} times: {named.get(times, f'number {times[0] + 1}')} of these)"


def _is_code(node: ast.AST) -> bool:
    """Does it read as one line? The head of a loop says nothing of what stands in its body."""
    return isinstance(node, ast.expr) or (isinstance(node, ast.stmt) and not hasattr(node, "body"))


def of_one(spots: Sequence[Spot]) -> Iterator[HeldPart]:
    """Each spot: always, once, or but for once."""
    for spot in spots:
        yield HeldPart((spot,))
        every = tuple(range(spot.times))
        if spot.times > 1:
            yield from (HeldPart((spot,), (i,)) for i in (every if spot.times <= EACH else (0, spot.times - 1)))
        if spot.times > 2:
            yield from (HeldPart((spot,), every[1:]), HeldPart((spot,), every[:-1]))


def of_a_name(spots: Sequence[Spot]) -> Iterator[HeldPart]:
    """All uses of what has a name, or all but one, or those before or behind the line where it gets another value."""
    uses: dict[tuple[int, str], list[Spot]] = {}
    for spot in spots:
        if isinstance(spot.node, NAMED):
            uses.setdefault((id(spot.source), spot.text), []).append(spot)
    for (_, text), found in uses.items():
        several = [found, *([use for use in found if use is not left] for left in found)]
        for line in _stored(found[0], text):
            several += [[u for u in found if u.node.lineno <= line], [u for u in found if u.node.lineno > line]]
        distinct = dict.fromkeys(tuple(some) for some in several if len(some) > 1)
        yield from (HeldPart(some) for some in distinct)


def _stored(spot: Spot, text: str) -> list[int]:
    """The lines where it gets a value."""
    stores = [n for n in ast.walk(spot.source.definition) if isinstance(n, NAMED) and isinstance(n.ctx, ast.Store)]
    return [n.lineno for n in stores if ast.unparse(n) == text]


def best_read(path: Sequence[HeldPart]) -> HeldPart:
    """Of the statement that comes first the longest that is told whole."""
    first = min(path, key=lambda part: part.spot.order)
    there = [part for part in path if part.spot.statement is first.spot.statement or part is first]
    short = [part for part in there if len(part.text) <= MOST_COLUMNS]
    return max(short, key=lambda part: len(part.text)) if short else min(there, key=lambda part: len(part.text))
