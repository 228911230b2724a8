"""Points at which a check is blind: values that make different formulas give the same number. One note for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradlab.verdict.blocks import Block, Verdict

UNSEEN, RANDOM = "cannot be seen here", "with random values"
LITTLE_SPREAD = 1e-3  # of its size: a batch that varies less shows little of what depends on its spread


def of_blocks(blocks: Mapping[str, Block]) -> tuple[str, ...]:
    """Of the parameters of a cost, where nothing is wrong: blocks of ones, of zeros and ones, nothing but zeros."""
    if any(block.verdict is Verdict.WRONG for block in blocks.values()):
        return ()
    arrays = {name: block.theta for name, block in blocks.items() if block.theta.size > 1}
    if arrays and not any(np.any(block.theta) for block in blocks.values()):
        return (_alike(list(arrays), "all 0", f"a decay, or a product with them, that is left out {UNSEEN}", RANDOM),)
    return _ones(arrays)


def of_layer(inputs: Mapping[str, Any], differentiated: Sequence[str]) -> tuple[str, ...]:
    """Of the inputs of a layer: constants, an axis of length 1, a symmetric matrix, one class, a narrow batch.

    Of floats only those that are differentiated count: a mask is 0 or 1 by nature.
    """
    arrays = {name: value for name, value in inputs.items() if isinstance(value, np.ndarray) and value.size > 1}
    floats = {name: arrays[name] for name in differentiated if name in arrays and arrays[name].dtype.kind == "f"}
    whole = {name: value for name, value in arrays.items() if value.dtype.kind in "iu"}
    zero = [name for name, value in floats.items() if not np.any(value)]
    thin = [
        name for name, value in floats.items() if value.ndim > 1 and 1 in value.shape[:-1] and value.shape[-1] > 1
    ]
    turned = [
        name
        for name, value in floats.items()
        if value.ndim == 2 and value.shape[0] == value.shape[1] and np.any(value) and np.array_equal(value, value.T)
    ]
    one = [name for name, value in whole.items() if np.ptp(value) == 0]
    narrow = [
        name
        for name, value in floats.items()
        if value.ndim > 1 and 0 < np.ptp(value) < LITTLE_SPREAD * np.abs(value).max()
    ]
    said = (
        (zero, "all 0", f"a product with them that is left out {UNSEEN}", RANDOM),
        (thin, "of length 1 along an axis", f"a sum along it that is left out {UNSEEN}", "with more than one there"),
        (turned, "symmetric", f"a transpose too many or too few {UNSEEN}", RANDOM),
        (one, "the same number everywhere", f"a mistake in what they choose {UNSEEN}", "with several"),
        (
            narrow,
            "nearly constant",
            f"what is lost of the spread of a batch {UNSEEN}",
            "with values that differ more",
        ),
    )
    return (*_ones(floats), *(_alike(*parts) for parts in said if parts[0]))


def _ones(arrays: Mapping[str, Any]) -> tuple[str, ...]:
    ones = [name for name, value in arrays.items() if np.all(value == 1)]
    bits = [
        name
        for name, value in arrays.items()
        if name not in ones and np.any(value == 1) and np.all((value == 0) | (value == 1))
    ]
    said = (
        (ones, "all 1", f"a product with them, or a power, that is left out {UNSEEN}", RANDOM),
        (bits, "all 0 or 1", f"a power that is left out {UNSEEN}", RANDOM),
    )
    return tuple(_alike(*parts) for parts in said if parts[0])


def _alike(names: list[str], how: str, what: str, cure: str) -> str:
    many = len(names) > 1
    shown = f"{', '.join(names[:-1])} and {names[-1]}" if many else names[0]
    said = what if many else what.replace("with them", "with it").replace("what they choose", "what it chooses")
    return f"{shown} {'are' if many else 'is'} {how}: {said}. Check once more {cure}."
