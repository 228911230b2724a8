"""A random direction through many entries of theta, kept as one bit for each: its numbers are made when needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PIECE = 2**13  # numbers that are worked on at a time: they stay in the cache, and BLAS takes one thread for them

SIGNS = 1.0 - 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1)  # of the bits of a byte


@dataclass(frozen=True, eq=False)
class Part:
    """Neighbouring entries that move: where, the length for those that are 0 (if any), and a bit for each sign."""

    where: slice
    zero: float | None
    bits: NDArray[np.uint8]

    @classmethod
    def drawn(cls, where: slice, zero: float | None, rng: np.random.Generator) -> Part:
        """With signs by a coin, in the order in which `rng.choice([-1.0, 1.0], size)` throws it."""
        size = where.stop - where.start
        bits = np.empty(-(-size // 8), dtype=np.uint8)
        for i in range(0, size, PIECE):
            count = min(PIECE, size - i)
            bits[i // 8 : -(-(i + count) // 8)] = np.packbits(rng.integers(0, 2, count) == 0)
        return cls(where, zero, bits)


@dataclass(frozen=True, eq=False)
class Direction:
    """±1 times the scale of each entry, |θ|, in some parts of theta, and 0 in the others.

    Attributes
    ----------
    parts
        The parts that move, in order.
    powers
        Lengths are rounded down to powers of two.
    """

    parts: Sequence[Part]
    powers: bool = False

    @property
    def where(self) -> slice:
        """From the first entry that moves to the last."""
        return slice(min(part.where.start for part in self.parts), max(part.where.stop for part in self.parts))

    def pieces(self, theta: NDArray[Any], most: int | None = None) -> Iterator[tuple[slice, Floats]]:
        """Where each piece lies in theta, and its numbers; about `most` pieces of each part, evenly spread."""
        for part in self.parts:
            starts = range(part.where.start, part.where.stop, PIECE)
            every = 1 if most is None else max(1, len(starts) // most)
            for i in starts[::every]:
                at = slice(i, min(i + PIECE, part.where.stop))
                unit = np.abs(theta[at], dtype=np.float64)
                if part.zero is not None:
                    unit[unit == 0] = part.zero
                if self.powers:
                    unit = np.exp2(np.floor(np.log2(unit)))
                first = (i - part.where.start) // 8
                signs = SIGNS.take(
                    part.bits[first : first + -(-len(unit) // 8)], axis=0
                )  # SIGNS[...] takes thrice as long
                unit *= signs.ravel()[: len(unit)]
                yield at, unit

    def dot(self, theta: NDArray[Any], vector: NDArray[Any]) -> list[float]:
        """Its product with a vector laid out like theta, part by part."""
        return [
            float(sum(np.dot(vector[at], unit) for at, unit in Direction([part], self.powers).pieces(theta)))
            for part in self.parts
        ]


def pieces_of(
    unit: Any, where: slice, theta: NDArray[Any], most: int | None = None
) -> Iterator[tuple[slice, Floats]]:
    """The numbers of a `Direction`, or of an array that lies at `where`, a piece at a time."""
    if isinstance(unit, Direction):
        yield from unit.pieces(theta, most)
        return
    begin = where.indices(len(theta))[0]
    starts = range(0, len(unit), PIECE)
    for i in starts[:: 1 if most is None else max(1, len(starts) // most)]:
        yield slice(begin + i, begin + min(i + PIECE, len(unit))), unit[i : i + PIECE]
