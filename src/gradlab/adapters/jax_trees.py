"""Pytrees as real arrays by name, in float64: what both of JAX's adapters need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.experimental
import numpy as np


def names_of(paths: Sequence[Any]) -> list[str]:
    """`dense.kernel` for each path, `[0].kernel` where a tuple comes first; an empty path is ``."""
    names = ["".join(_step(key) for key in path).removeprefix(".") for path in paths]
    clash = len(set(names)) < len(names)  # {"a.b": …, "a": {"b": …}}
    return [jax.tree_util.keystr(path) for path in paths] if clash else names


def _step(key: Any) -> str:
    if isinstance(key, jax.tree_util.SequenceKey | jax.tree_util.FlattenedIndexKey):
        return f"[{getattr(key, 'idx', getattr(key, 'key', ''))}]"
    return f".{getattr(key, 'key', getattr(key, 'name', key))}"


def is_float(leaf: Any) -> bool:
    """Whether a leaf is an array or a number that can be moved a little."""
    return (hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, np.inexact)) or isinstance(
        leaf, float | complex
    )


@contextmanager
def float64(wide: bool) -> Iterator[None]:
    """float64 inside, whatever the caller's setting."""
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64  # before JAX 0.8
    with enable(wide or jax.config.jax_enable_x64):
        yield
