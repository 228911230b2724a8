"""A third batch of TensorFlow functions, written before gradlab had seen one: scans, solvers, signals, indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.frameworks.kinds import Kind
from benchmarks.frameworks.tensorflow_kinds_second import custom


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    rng = np.random.default_rng(71)
    parts = (_scans, _solvers, _signals, _scattered, _kinks)
    return [case for part in parts for case in part(lambda *shape: rng.standard_normal(shape))]


def pair(name: str, slip: str, forward: Any, right: Any, wrong: Any, *inputs: Any) -> Iterator[Kind]:
    """One forward, with a right gradient and with one that has a slip."""
    yield Kind(name, True, custom(forward, right), inputs)
    yield Kind(f"{name}, {slip}", False, custom(forward, wrong), inputs)


def _scans(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield from pair(
        "a running sum", "from the front", tf.cumsum,
        lambda x, g: tf.cumsum(g, reverse=True), lambda x, g: tf.cumsum(g), draw(5),
    )  # fmt: skip
    yield from pair(
        "a running product", "its own place alone", tf.math.cumprod,
        lambda x, g: tf.cumsum(g * tf.math.cumprod(x), reverse=True) / x,
        lambda x, g: g * tf.math.cumprod(x) / x, draw(4),
    )  # fmt: skip
    yield Kind("a scan", True, lambda x: tf.scan(lambda h, row: tf.tanh(h / 2 + row), x), (draw(4, 2),))
    anew = tf.recompute_grad(lambda x: tf.tanh(x) ** 2)
    yield Kind("a function computed anew", True, anew, (draw(4),))


def _solvers(draw: Callable[..., Any]) -> Iterator[Kind]:
    a, b = 3 * np.eye(3) + 0.5 * draw(3, 3), draw(3, 2)

    def pull(turned: bool) -> Any:
        def back(a: Any, b: Any, g: Any) -> Any:
            slope = tf.linalg.solve(a, g, adjoint=turned)
            return -slope @ tf.transpose(tf.linalg.solve(a, b)), slope

        return back

    yield from pair("a linear system", "without the transpose", tf.linalg.solve, pull(True), pull(False), a, b)
    yield Kind("a Cholesky factor", True, lambda m: tf.linalg.cholesky(m @ tf.transpose(m) + np.eye(3)), (a,))
    yield Kind("log of the size of a determinant", True, lambda m: tf.linalg.slogdet(m)[1], (a,))


def _signals(draw: Callable[..., Any]) -> Iterator[Kind]:
    def spectrum(x: Any) -> Any:
        return tf.signal.fft(tf.cast(x, tf.complex128))

    yield from pair(
        "real part of a Fourier transform", "the sine's side", lambda x: tf.math.real(spectrum(x)),
        lambda x, g: tf.math.real(spectrum(g)), lambda x, g: tf.math.imag(spectrum(g)), draw(6),
    )  # fmt: skip
    yield Kind("power of a spectrum", True, lambda x: tf.abs(tf.signal.rfft(x)) ** 2, (draw(8),))
    kernel = np.array([0.5, -1.0, 2.0])

    def smoothed(x: Any, k: Any) -> Any:
        return tf.nn.conv1d(x[None, :, None], k[:, None, None], 1, "SAME")[0, :, 0]

    yield from pair(
        "a convolution with a fixed kernel", "the kernel not turned", lambda x: smoothed(x, kernel),
        lambda x, g: smoothed(g, kernel[::-1]), lambda x, g: smoothed(g, kernel), draw(6),
    )  # fmt: skip


def _scattered(draw: Callable[..., Any]) -> Iterator[Kind]:
    ids = np.array([0, 2, 2, 1, 2])
    yield from pair(
        "rows of a table", "the last one wins", lambda table: tf.gather(table, ids),
        lambda table, g: tf.math.unsorted_segment_sum(g, ids, 3),
        lambda table, g: tf.tensor_scatter_nd_update(tf.zeros_like(table), ids[:, None], g), draw(3, 2),
    )  # fmt: skip
    yield from pair(
        "sorted", "gathered where it is scattered", tf.sort,
        lambda x, g: tf.gather(g, tf.argsort(tf.argsort(x))), lambda x, g: tf.gather(g, tf.argsort(x)), draw(5),
    )  # fmt: skip
    yield Kind("the two largest", True, lambda x: tf.math.top_k(x, 2).values ** 2, (draw(6),))
    yield Kind("largest of each group", True, lambda x: tf.math.unsorted_segment_max(x, ids, 3), (draw(5),))


def _kinks(draw: Callable[..., Any]) -> Iterator[Kind]:
    at, corner = np.array([-1.0, 0.5, 2.0]), np.array([0.0, -1.0, 2.0])
    # TensorFlow's root passes an upstream of 0 on as 0, also where the root is NaN.
    yield Kind("a root below a where", True, lambda x: tf.where(x > 0, tf.sqrt(x), tf.zeros_like(x)), (at,))
    yield Kind(
        "a root below two wheres", True,
        lambda x: tf.where(x > 0, tf.sqrt(tf.where(x > 0, x, tf.ones_like(x))), tf.zeros_like(x)), (at,),
    )  # fmt: skip
    yield Kind("leaky ReLU at 0", True, lambda x: tf.nn.leaky_relu(x, 0.1), (corner,))
    yield Kind(
        "ReLU, twice the slope", False, custom(tf.nn.relu, lambda x, g: 2 * g * tf.cast(x >= 0, g.dtype)), (corner,)
    )
