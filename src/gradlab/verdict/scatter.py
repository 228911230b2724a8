"""Blocks of which only some entries were checked, in their own shape again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.numeric.answer import Numeric, Reason
from gradlab.verdict.blocks import Block, Component, Verdict, compare_block


def scattered(blocks: Mapping[str, Block], masks: Mapping[str, NDArray[np.bool_]]) -> dict[str, Block]:
    """Put entries back in their places. Those that were left out are UNTESTED, for that reason, and 0 on both sides.

    Parameters
    ----------
    blocks
        By name.
    masks
        Which entries of a block were checked; blocks without a mask stay as they are.
    """
    return {name: _scattered(block, masks[name]) if name in masks else block for name, block in blocks.items()}


def _scattered(block: Block, mask: NDArray[np.bool_]) -> Block:
    if block.directions:
        found = tuple(_moved(component, mask) for component in block.located)
        return replace(block, shape=mask.shape, located=found, worst=_moved(block.worst, mask))

    def spread(values: NDArray[Any], rest: Any) -> NDArray[Any]:
        whole = np.full(mask.shape, rest, dtype=values.dtype)
        whole[mask] = values
        return whole.ravel()

    numeric = Numeric(
        spread(block.numeric, 0.0), spread(block.bound, np.inf), spread(block.reason, str(Reason.LEFT_OUT))
    )
    return compare_block(
        block.name,
        spread(block.analytic, 0.0).reshape(mask.shape),
        numeric,
        spread(block.verdicts, Verdict.UNTESTED),
        spread(block.theta, 0.0),
    )


def _moved(component: Component, mask: NDArray[np.bool_]) -> Component:
    """The same entry, with its index in the whole block instead of its number among the chosen entries."""
    if not component.index:
        return component
    place = np.flatnonzero(mask)[component.index[0]]
    return replace(component, index=tuple(int(k) for k in np.unravel_index(place, mask.shape)))
