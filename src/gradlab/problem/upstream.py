"""Looks at a backward without any finite difference: it is linear in its upstream gradient, however that lies."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.problem.layer import Layer, Upstream
from gradlab.problem.tree import leaves, rebuilt

Gradients = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """Another way to ask for backward(R, ...), which has to give the same.

    Attributes
    ----------
    says
        What it means if it does not.
    gradients
        backward(R, ...) asked in this way, at moved inputs; None if it failed.
    off
        By input: the largest difference to backward(R, ...), as a share of its largest entry; only where it is more
        than rounding. inf for what is not finite.
    """

    says: str
    gradients: Callable[[Mapping[str, Any]], Gradients] | None
    off: Mapping[str, float]


def looks(
    layer: Layer, upstream: Upstream, rng: np.random.Generator, others: Mapping[str, Callable[..., Any]]
) -> list[Look]:
    """Ask backward in three other ways: a sum of two upstream gradients, one of zeros, a strided one.

    Parameters
    ----------
    layer
        Called once for each way, and twice more; its forward as often.
    upstream
        R, for which backward has been asked before.
    rng
        Draws the second upstream gradient.
    others
        Functions that are called like backward and have to give the same, by what it means if they do not. They may
        not fail: it counts as a gradient that is not a number.

    Returns
    -------
    list of Look
        Those that give something else, or fail; none if backward does not give the same twice.
    """
    other = layer.draw(rng)
    both = {name: np.asarray(R + other[name]) for name, R in upstream.items()}  # of one number, too, an array
    zero = {name: np.zeros_like(R) for name, R in upstream.items()}
    strided = {name: _strided(R) for name, R in upstream.items()}
    ways: dict[str, Callable[[Mapping[str, Any]], Gradients]] = {
        "backward is not linear in its upstream gradient: for the sum of two it does not return the sum of what it "
        "returns for each. Does it ignore, clip or normalise the upstream gradient?": lambda moved: _plus(
            layer.gradients(both, moved), layer.gradients(other, moved), -1.0
        ),
        "backward does not return zeros for an upstream gradient of zeros: it divides by it, or a term is not "
        "multiplied by it.": lambda moved: _plus(layer.gradients(upstream, moved), layer.gradients(zero, moved), 1.0),
        "backward reads an upstream gradient wrongly that is not contiguous, such as a transposed or sliced array: "
        "does it take its memory (strides, ravel order, a pointer) for granted?": lambda moved: layer.gradients(
            strided, moved
        ),
    }
    ways |= {says: lambda moved, b=b: layer.gradients(upstream, moved, b) for says, b in others.items()}  # type: ignore[misc]
    usual = layer.gradients(upstream)
    if _off(usual, layer.gradients(upstream)):
        return []  # what is not the same twice cannot be compared with other ways; the check says so
    seen = []
    for says, ask in ways.items():
        quiet = _quiet(ask)
        try:
            if off := _off(usual, quiet({})):
                seen.append(Look(says, quiet, off))
        except Exception as error:  # noqa: BLE001 (the caller's own function may raise anything)
            failed = f"{says} Asked so, it failed: {type(error).__name__}: {error}."
            if says in others:
                seen.append(Look(failed, lambda _: _no_numbers(usual), dict.fromkeys(usual, np.inf)))
            else:
                seen.append(Look(failed, None, {}))
    return seen


def _no_numbers(usual: Gradients) -> Gradients:
    return {
        name: rebuilt(grad, (np.full(np.shape(a), np.nan) for _, a in leaves(grad))) for name, grad in usual.items()
    }


def _quiet(ask: Callable[[Mapping[str, Any]], Gradients]) -> Callable[[Mapping[str, Any]], Gradients]:
    """Without NumPy's warnings: 0 / 0 is what is looked for."""

    def quiet(moved: Mapping[str, Any]) -> Gradients:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            return ask(moved)

    return quiet


def _strided(R: NDArray[Any]) -> NDArray[Any]:
    """The same numbers with the axes of memory reversed, and a gap between neighbours."""
    room = np.full((*R.shape[::-1], 2), np.nan, dtype=R.dtype)
    room[..., 0] = R.T
    return np.asarray(room[..., 0].T)


def _plus(one: Gradients, other: Gradients, factor: float) -> Gradients:
    """One + factor · other, leaf by leaf."""
    return {
        name: rebuilt(
            grad,
            (
                np.asarray(a) + factor * np.asarray(b)
                for (_, a), (_, b) in zip(leaves(grad), leaves(other[name], grad), strict=True)
            ),
        )
        for name, grad in one.items()
    }


def _off(usual: Gradients, asked: Gradients) -> dict[str, float]:
    """The largest difference by input, as a share of the largest entry, where it is more than rounding."""
    off = {}
    for name, grad in usual.items():
        pairs = [
            (np.asarray(a), np.asarray(b))
            for (_, a), (_, b) in zip(leaves(grad), leaves(asked[name], grad), strict=True)
        ]
        size = max((float(np.max(np.abs(a), initial=0.0)) for a, _ in pairs), default=0.0)
        apart = max((float(np.max(np.abs(b - a), initial=0.0)) for a, b in pairs), default=0.0)
        single = any(a.dtype == np.float32 for a, _ in pairs)
        if not apart <= size * (tuned.LINEAR_SINGLE if single else tuned.LINEAR):
            off[name] = apart / size if size and np.isfinite(apart) else np.inf
    return off
