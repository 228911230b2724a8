"""Fourteen ways to spoil a gradient, from gross to barely wrong. Each has one cause."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Grads = dict[str, np.ndarray]
Spoil = Callable[[Grads, Grads, np.random.Generator], Grads]

DECAY = 1e-4


def _live(grads: Grads) -> list[str]:
    """The blocks that are not zero beside the largest."""
    sizes = {name: np.abs(g).max() for name, g in grads.items()}
    return [name for name, size in sizes.items() if size > 1e-9 * max(sizes.values())]


def _block(change: Callable[[np.ndarray], np.ndarray], *, first: bool = False) -> Spoil:
    """Change one block: the first, or the one that the generator picks among those that are not zero."""

    def spoil(grads: Grads, params: Grads, rng: np.random.Generator) -> Grads:
        live = _live(grads)
        name = live[0] if first else live[rng.integers(len(live))]
        return grads | {name: change(grads[name])}

    return spoil


def _entry(change: Callable[[float], float]) -> Spoil:
    """Change one entry, of at least a tenth of the size of its block's largest."""

    def spoil(grads: Grads, params: Grads, rng: np.random.Generator) -> Grads:
        live = _live(grads)
        name = live[rng.integers(len(live))]
        g = grads[name].copy()
        choices = np.flatnonzero(np.abs(g) >= 0.1 * np.abs(g).max())
        at = choices[rng.integers(len(choices))]
        g.flat[at] = change(g.flat[at])
        return grads | {name: g}

    return spoil


def _all(factor: float) -> Spoil:
    return lambda grads, params, rng: {name: factor * g for name, g in grads.items()}


def _no_decay(grads: Grads, params: Grads, rng: np.random.Generator) -> Grads:
    """As if the cost had a decay that the gradient lacks: off by DECAY times the parameter."""
    return {name: g - DECAY * params[name] for name, g in grads.items()}


def _rows_rolled(g: np.ndarray) -> np.ndarray:
    return np.roll(g.ravel(), 1).reshape(g.shape)


SPOILS: dict[str, Spoil] = {
    "first block, sign flipped": _block(lambda g: -g, first=True),
    "a block zero": _block(np.zeros_like),
    "a block doubled": _block(lambda g: 2 * g),
    "a block halved": _block(lambda g: g / 2),
    "a block shifted by one": _block(_rows_rolled),
    "a block clipped": _block(lambda g: np.clip(g, -0.5 * np.abs(g).max(), 0.5 * np.abs(g).max())),
    "a block × 1.01": _block(lambda g: 1.01 * g),
    "a block × 1.001": _block(lambda g: 1.001 * g),
    "one entry zero": _entry(lambda x: 0.0),
    "one entry, sign flipped": _entry(lambda x: -x),
    "one entry + 10 %": _entry(lambda x: 1.1 * x),
    "one entry + 1 %": _entry(lambda x: 1.01 * x),
    "all × 1.0001": _all(1.0001),
    "decay of 1e-4 missing": _no_decay,
}


def spoiled(name: str, grads: Grads, params: Grads, seed: int) -> Grads | None:
    """The spoiled gradient; None where this way changes nothing (a block of one entry cannot be shifted)."""
    if not any(g.any() for g in grads.values()):
        return None
    bad = SPOILS[name](grads, params, np.random.default_rng(seed))
    same = all(np.allclose(bad[k], grads[k], rtol=1e-7, atol=0) for k in grads)
    return None if same else bad
