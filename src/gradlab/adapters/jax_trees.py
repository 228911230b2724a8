"""Pytrees as real arrays by name, in float64: what both of JAX's adapters need."""

from __future__ import annotations

import sys
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
    array = isinstance(leaf, jax.Array | np.ndarray | np.generic)  # a layer may have a dtype, too
    return (array and jax.numpy.issubdtype(leaf.dtype, np.inexact)) or isinstance(leaf, float | complex)


def settings(tree: Any, leaves: Sequence[tuple[Any, Any]]) -> list[bool]:
    """Which leaves the libraries' own gradients leave alone: settings of a layer, and what it remembers.

    `equinox.filter_grad` takes arrays alone, so a number in a module, such as the share that dropout drops, is none
    of its parameters. `flax.nnx.grad` takes what is a Param, so running averages and counts of draws are none.
    """
    modules = _places(tree, "equinox", "Module")
    kept = _places(tree, "flax.nnx", "Variable")
    params = _places(tree, "flax.nnx", "Param")
    if params:
        kept = [path for path in kept if path not in params]
    return [
        (isinstance(leaf, float | complex) and _below(path, modules)) or (bool(params) and _below(path, kept))
        for path, leaf in leaves
    ]


def _places(tree: Any, library: str, name: str) -> list[Any]:
    """Paths to the objects of a library's class, where the library is in use at all."""
    kind = getattr(sys.modules.get(library), name, None)
    if not isinstance(kind, type):
        return []
    found = jax.tree_util.tree_flatten_with_path(tree, is_leaf=lambda node: isinstance(node, kind))[0]
    return [path for path, node in found if isinstance(node, kind)]


def _below(path: Any, tops: Sequence[Any]) -> bool:
    return any(path[: len(top)] == top for top in tops)


@contextmanager
def float64(wide: bool) -> Iterator[None]:
    """float64 inside, whatever the caller's setting."""
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64  # before JAX 0.8
    with enable(wide or jax.config.jax_enable_x64):
        yield
