"""What a rule looks at: all blocks of a check, which are wrong, and how to speak of several of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis import evidence
from gradlab.diagnosis.evidence import Interval
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import LayerProbe, Probe
from gradlab.diagnosis.structure import Structure, is_input, read
from gradlab.precision import format_entry, format_magnitude
from gradlab.verdict.blocks import Block, Verdict

CERTAIN = 30.0  # digits: with so many, nothing is surer than anything else
Vector = Callable[[Block], NDArray[Any]]


@dataclass(frozen=True)
class Case:
    """The blocks of a check, in the order of params, and the caller's code to be asked again, if it can be."""

    blocks: Mapping[str, Block]
    probe: Probe | None = None
    raised: str = ""  # what the cost raised beside params
    double: Probe | None = None  # the caller's code at params of float64, where they are of float32

    @property
    def layer(self) -> LayerProbe | None:
        """The layer of `check_backward`."""
        return self.probe.layer if self.probe else None

    @property
    def parameters(self) -> list[Block]:
        """The blocks but for the inputs of a layer."""
        if self.layer is None:
            return list(self.blocks.values())
        return [block for block in self.blocks.values() if not is_input(block.name)]

    @cached_property
    def structure(self) -> Structure | None:
        """The layers that these are of, read once from names and shapes; None where neither tells."""
        return read(self.parameters)

    @property
    def entrywise(self) -> list[Block]:
        """The wrong blocks, unless they were compared along directions: most rules need every entry."""
        finite = [b for b in self.wrong if np.isfinite(b.analytic).all() and np.isfinite(b.numeric + b.bound).all()]
        return [block for block in finite if not block.directions]

    @property
    def wrong(self) -> list[Block]:
        """The blocks that need an explanation."""
        return [block for block in self.blocks.values() if block.verdict is Verdict.WRONG]

    @property
    def tested(self) -> list[Block]:
        """The blocks of which something is known."""
        return [b for b in self.blocks.values() if b.verdict in (Verdict.WRONG, Verdict.AGREES)]

    def place(self, block: Block) -> int:
        """Where a block begins in theta: blocks lie there in the order of params."""
        assert self.probe is not None
        start = 0
        for other in self.blocks.values():
            if other is block:
                break
            start += other.theta.size
        if not np.array_equal(self.probe.theta[start : start + block.theta.size], block.theta.ravel()):
            raise ValueError(f"{block.name} does not lie in theta as it is: only some of its entries are checked")
        return start

    def place_of_worst(self, block: Block) -> int:
        """Which entry of theta is the worst of a block."""
        return self.place(block) + (int(np.ravel_multi_index(block.worst.index, block.shape)) if block.shape else 0)

    def entries(self, most: int) -> list[str]:
        """How to speak of each entry of theta, "W1[0, 2]" or "b"; nothing if they are more than so many."""
        if sum(block.theta.size for block in self.blocks.values()) > most:
            return []
        return [
            format_entry(b.name, index if b.size > 1 else ())
            for b in self.blocks.values()
            for index in np.ndindex(b.shape)
        ]

    def within(self, block: Block) -> NDArray[np.bool_]:
        """Which entries of theta are those of a block."""
        assert self.probe is not None
        start = self.place(block)
        inside = np.zeros(self.probe.theta.size, dtype=bool)
        inside[start : start + block.theta.size] = True
        return inside

    def name(self, blocks: Iterable[Block]) -> str:
        """How to speak of these blocks: "the whole gradient", "W1 and b1", "W1, b1, … W5 (7 blocks)"."""
        names = [block.name for block in blocks]
        if len(names) > 1 and set(names) >= {block.name for block in self.tested}:
            return "the whole gradient"
        if len(names) <= 1:
            return "".join(names)
        if len(names) > 4:
            return f"{names[0]}, {names[1]}, … {names[-1]} ({len(names)} blocks)"
        return in_words(names)

    def gradient(self, blocks: Iterable[Block], what: str = "gradient") -> str:
        """How to speak of their gradients: "the gradient of W1 and b1", "the whole gradient"."""
        name = self.name(blocks)
        return f"the whole {what}" if name.startswith("the whole") else f"the {what} of {name}"

    def finding(self, code: str, blocks: Sequence[Block], message: str, evidence: str, sure: float = 0.0) -> Finding:
        """A finding about these blocks, that says how likely a coincidence is."""
        level = max((level for level in (3, 6, 10) if level <= sure), default=0)
        if level and np.isfinite(sure):
            evidence += f"; chance of a coincidence below 1e-{level:02.0f}"
        names = tuple(block.name for block in blocks)
        return Finding(code, names[0] if len(names) == 1 else None, message, evidence, names, sure)

    def fit(
        self, code: str, blocks: Sequence[Block], prediction: Vector, message: str, says: str, cost: float
    ) -> Finding:
        """A finding that predicts the numeric blocks; `cost` is what it takes to state it, in digits."""
        saved = sum(evidence.digits_saved(block, prediction(block)) for block in blocks)
        return self.finding(code, blocks, message, f"{says} {_residual(blocks, prediction)}", saved - cost)


def in_words(names: Sequence[str], word: str = "and") -> str:
    """One name, or several: "W1, W2 and b1"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def place_of(block: Block) -> str:
    """The worst entry as one types it, such as "W1[0, 2]"."""
    return format_entry(block.name, block.worst.index)


def times(factor: float) -> Vector:
    """The prediction that the numeric block is so many times the analytic one."""
    return lambda block: factor * block.analytic


def plus(factor: float, x: Vector) -> Vector:
    """The prediction that the numeric block is the analytic one plus so many times x."""
    return lambda block: block.analytic + factor * x(block)


def always(prediction: NDArray[Any]) -> Vector:
    """The prediction for one block, as an array."""
    return lambda block: prediction


def as_ratio(factor: Fraction | Interval) -> str:
    """Before "what it is": "half of", "1/7 of", "2 times"."""
    if isinstance(factor, Fraction) and factor.numerator == 1 < factor.denominator:
        return "half of" if factor.denominator == 2 else f"{factor} of"
    return f"{factor} times"


def capital(text: str) -> str:
    """At the start of a sentence; a block's name stays as it is."""
    return text[0].upper() + text[1:] if text.startswith("the ") else text


def groups(blocks: Iterable[Block], x: Vector, y: Vector) -> list[tuple[Interval, list[Block]]]:
    """Wrong blocks with y = c · x, put together where one c explains them all, in the order of the blocks.

    Grouping begins with the c that is known best. How well each is known hangs on noise, so the order of what is
    returned, which a report follows, must not.
    """
    found = [(c, b) for b in blocks if (c := evidence.coefficient(x(b), y(b), evidence.tolerance(b))) is not None]
    found.sort(key=lambda pair: (pair[0].high - pair[0].low) / max(abs(pair[0].middle), 1e-300))
    together: list[tuple[Interval, list[Block]]] = []
    for c, block in found:
        for i, (common, members) in enumerate(together):
            if (both := common & c) is not None:
                together[i] = (both, [*members, block])
                break
        else:
            together.append((c, [block]))
    order = {block.name: i for i, block in enumerate(blocks)}
    grouped = [(c, sorted(members, key=lambda b: order[b.name])) for c, members in together]
    return sorted(grouped, key=lambda group: order[group[1][0].name])


def _residual(blocks: Sequence[Block], prediction: Vector) -> str:
    """The fit in numbers: how many entries it explains, and how far the worst is off."""
    known, inside, residual = 0, 0, 0.0
    for block in blocks:
        seen = np.isfinite(block.numeric + block.bound) & (block.verdicts != Verdict.UNTESTED)
        known += int(seen.sum())
        inside += int(np.sum(seen & (evidence.excess(block, prediction(block)) <= 1)))
        residual = max(residual, float(np.max(np.abs(prediction(block) - block.numeric)[seen], initial=0.0)))
    noun = "directions" if any(block.directions for block in blocks) else "entries"
    which = "the one entry" if known == 1 else f"{'all' if inside == known else f'{inside} of'} {known} {noun}"
    return f"in {which}, residual {'below ' if residual else ''}{format_magnitude(residual)}"
