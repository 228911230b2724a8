"""A rule on entries that are off by a factor that is another parameter, as a radius is in polar coordinates."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.precision import format_entry
from gradlab.verdict.blocks import Block, Verdict

Floats = NDArray[Any]
Named = tuple[str, Floats]

SHARP = 1e-6  # share of a ratio within which it must be known
MOST_PARAMETERS = 60  # other parameters that are tried; more of them would fit by chance
FUNCTIONS = (
    ("{}", lambda t: t),
    ("1/{}", lambda t: 1 / t),
    ("{}²", np.square),
    ("1/{}²", lambda t: 1 / t**2),
    ("exp({})", np.exp),
    ("exp(−{})", lambda t: np.exp(-t)),
    ("sin({})", np.sin),
    ("cos({})", np.cos),
)


def factor_of_another(case: Case) -> Iterator[Finding]:
    """GL157 The ratio of both sides is another parameter, or a simple function of one or two."""
    for block in case.entrywise:
        for where, at, others in _settings(case, block):
            a, n, bound = (v[at].ravel() for v in (block.analytic, block.numeric, tolerance(block)))
            if not np.all(a) or len(others) > MOST_PARAMETERS:
                continue
            ratio, width = n / a, 3 * bound / np.abs(a) + 1e-9 * np.abs(n / a)
            if not np.all(width <= SHARP * np.abs(ratio)):
                continue  # numbers that are not well known fit anything
            if a.size > 1 and np.ptp(ratio) <= 1e-3 * np.max(np.abs(ratio)):
                continue  # one number explains it
            for text, factor in _candidates(others, pairs=a.size > 2):
                if np.all(np.abs(ratio - factor) <= width):
                    yield case.finding(
                        "GL157",
                        [block],
                        f"{where} is off by a factor that is another parameter, {text}: a derivative in other "
                        "coordinates (by an angle, along an arc), or a chain rule that has lost what one parameter "
                        "is multiplied by.",
                        f"numeric = {text} · analytic in "
                        f"{'the one entry' if a.size == 1 else f'all {a.size} entries'}",
                        CERTAIN if a.size > 1 else 6.0,
                    )
                    return


def _settings(case: Case, block: Block) -> Iterator[tuple[str, Any, list[Named]]]:
    """What is wrong as a whole, an index of it, and the parameters that lie beside it in the same order."""
    wrong = block.verdicts == Verdict.WRONG
    if wrong.all():
        beside = [
            (b.name, b.theta.ravel()) for b in case.blocks.values() if b is not block and b.shape == block.shape
        ]
        yield block.name, (slice(None),) * len(block.shape), beside + _numbers(case, block)
    if int(wrong.sum()) == 1 < block.size <= MOST_PARAMETERS:
        index = tuple(int(i[0]) for i in np.nonzero(wrong))
        each = [(format_entry(block.name, i), v) for i, v in np.ndenumerate(block.theta) if i != index]
        yield format_entry(block.name, index), index, [(name, np.array([v])) for name, v in each]
    for axis in range(len(block.shape) if len(block.shape) > 1 else 0):
        rows = np.flatnonzero(np.moveaxis(wrong, axis, 0).reshape(block.shape[axis], -1).all(axis=1))
        for k in map(int, rows):
            sides = [
                (_slice(block, axis, i), np.take(block.theta, i, axis).ravel())
                for i in range(block.shape[axis])
                if i != k
            ]
            at = (*[slice(None)] * axis, k)
            if 1 < wrong[at].size == int(wrong.sum()):  # a part of the mistake may fit by chance
                yield _slice(block, axis, k), at, sides


def _numbers(case: Case, block: Block) -> list[Named]:
    """Blocks of one number, beside a block of one number only: else a factor explains it."""
    return (
        []
        if block.size > 1
        else [(b.name, b.theta.ravel()) for b in case.blocks.values() if b.size == 1 and b is not block]
    )


def _candidates(others: list[Named], pairs: bool) -> Iterator[Named]:
    """Functions of one of the others, and products of those of two."""
    single = [(form.format(name), function(t)) for name, t in others for form, function in FUNCTIONS]
    sound = [(text, v) for text, v in single if np.all(np.isfinite(v))]
    yield from sound
    if pairs and len(others) <= 6:
        for (one, v), (other, w) in itertools.combinations(sound, 2):
            yield f"{one} · {other}", v * w


def _slice(block: Block, axis: int, i: int) -> str:
    index = [":"] * len(block.shape)
    index[axis] = str(i)
    return f"{block.name}[{', '.join(index)}]"
