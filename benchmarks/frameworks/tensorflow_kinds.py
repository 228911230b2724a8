"""Functions of the kinds that TensorFlow's own tests of gradients use, written anew, right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.frameworks.kinds import Kind

Draw = Callable[..., np.ndarray]


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    rng = np.random.default_rng(7)
    draw = lambda *shape: rng.standard_normal(shape)  # noqa: E731
    return [*_own(draw), *_algebra(draw), *_indices(draw), *_kinks(draw), *_flow(draw), *_forms(draw), *_keras(draw)]


def _own(draw: Draw) -> Iterator[Kind]:
    def made(forward: Any, slope: Any) -> Any:
        return tf.custom_gradient(lambda *x: (forward(*x), lambda *g: slope(g, *x)))

    yield Kind("custom_gradient", True, made(tf.nn.softsign, lambda g, x: g[0] / (1 + tf.abs(x)) ** 2), (draw(5),))
    yield Kind(
        "custom_gradient, square forgotten",
        False,
        made(tf.nn.softsign, lambda g, x: g[0] / (1 + tf.abs(x))),
        (draw(5),),
    )
    yield Kind(
        "two inputs, gradients swapped",
        False,
        made(lambda a, b: a**2 * b, lambda g, a, b: (g[0] * a**2, g[0] * 2 * a * b)),
        (draw(3), draw(3)),
    )
    yield Kind(
        "two outputs",
        True,
        made(lambda x: (tf.sin(x), tf.exp(x)), lambda g, x: g[0] * tf.cos(x) + g[1] * tf.exp(x)),
        (draw(3),),
    )
    yield Kind(
        "two outputs, one upstream taken for both",
        False,
        made(lambda x: (tf.sin(x), tf.exp(x)), lambda g, x: g[0] * (tf.cos(x) + tf.exp(x))),
        (draw(3),),
    )
    yield Kind(
        "upstream clipped", False, made(tf.identity, lambda g, x: tf.clip_by_value(g[0], -0.1, 0.1)), (draw(4),)
    )
    yield Kind("gradient reversed on purpose", False, made(tf.identity, lambda g, x: -g[0]), (draw(4),))
    yield Kind(
        "None for one input", False, made(lambda a, b: a * b, lambda g, a, b: (g[0] * b, None)), (draw(3), draw(3))
    )
    yield Kind("stop_gradient on one of two paths", False, lambda x: x * tf.stop_gradient(x), (draw(4),))
    yield Kind("recompute_grad", True, tf.recompute_grad(lambda x: tf.cumsum(tf.exp(x))), (draw(4),))
    yield Kind(
        "softmax cross entropy of one's own, not averaged",
        False,
        made(
            lambda z: -tf.reduce_mean(tf.nn.log_softmax(z)[:, 0]),
            lambda g, z: g[0] * (tf.nn.softmax(z) - tf.constant([[1.0, 0, 0]], tf.float64)),
        ),
        (draw(4, 3),),
    )


def _algebra(draw: Draw) -> Iterator[Kind]:
    a = draw(4, 4)
    yield Kind(
        "Cholesky factor of a symmetric part",
        True,
        lambda m: tf.linalg.cholesky((m + tf.transpose(m)) / 2),
        (a @ a.T + 4 * np.eye(4),),
    )
    yield Kind(
        "Cholesky factor, gradient symmetrised by TensorFlow", False, tf.linalg.cholesky, (a @ a.T + 4 * np.eye(4),)
    )
    yield Kind("eigenvalues", True, lambda m: tf.linalg.eigvalsh(m + tf.transpose(m)), (draw(3, 3),))
    yield Kind("solve", True, tf.linalg.solve, (draw(3, 3) + 3 * np.eye(3), draw(3, 2)))
    yield Kind("log of a determinant", True, lambda m: tf.linalg.slogdet(m)[1], (draw(3, 3),))
    yield Kind("singular values", True, lambda m: tf.linalg.svd(m, compute_uv=False), (draw(4, 3),))
    yield Kind(
        "einsum that broadcasts", True, lambda x, w: tf.einsum("...i,ij->...j", x, w), (draw(2, 2, 3), draw(3, 2))
    )
    yield Kind("convolution", True, lambda x, w: tf.nn.conv2d(x, w, 2, "SAME"), (draw(1, 5, 5, 2), draw(3, 3, 2, 1)))
    yield Kind(
        "depthwise convolution",
        True,
        lambda x, w: tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "VALID"),
        (draw(1, 4, 4, 2), draw(2, 2, 2, 1)),
    )


def _indices(draw: Draw) -> Iterator[Kind]:
    ids = np.array([0, 2, 2, 1])
    yield Kind("gather with repeats", True, lambda w: tf.gather(w, ids) ** 2, (draw(3, 2),))
    yield Kind("gather alone, slices as gradient", True, lambda w: tf.gather(w, ids), (draw(3, 2),))
    yield Kind("indices as an input", True, lambda w, i: tf.gather(w, i) ** 2, (draw(3, 2), ids))
    yield Kind(
        "scatter_nd_add", True, lambda w, v: tf.tensor_scatter_nd_add(w, ids[:, None], v) ** 2, (draw(3), draw(4))
    )
    yield Kind("segment sum", True, lambda v: tf.math.unsorted_segment_sum(v**2, ids, 3), (draw(4),))
    yield Kind("top two", True, lambda x: tf.math.top_k(x, 2), (draw(3, 5),))
    yield Kind("argmax beside a value", True, lambda x: (tf.argmax(x), tf.exp(x)), (draw(4),))
    yield Kind(
        "cumulative product through a zero, by TensorFlow itself",
        False,
        tf.math.cumprod,
        (np.array([2.0, 0.0, 3.0]),),
    )
    yield Kind("strided slice", True, lambda x: x[::2, ::-1] ** 2, (draw(4, 3),))
    yield Kind(
        "values of a ragged tensor",
        True,
        lambda v: tf.reduce_sum(tf.RaggedTensor.from_row_lengths(v, [1, 3, 0]) ** 2, axis=1),
        (draw(4),),
    )
    yield Kind(
        "a sparse product",
        True,
        lambda v, d: tf.sparse.sparse_dense_matmul(tf.SparseTensor([[0, 2], [1, 0], [1, 2]], v, [2, 3]), d),
        (draw(3), draw(3, 2)),
    )


def _kinks(draw: Draw) -> Iterator[Kind]:
    x = np.array([-1.0, 0.0, 2.0])
    yield Kind("ReLU at 0", True, tf.nn.relu, (x,))
    yield Kind("clip at its bounds", True, lambda x: tf.clip_by_value(x, -1.0, 2.0), (x,))
    yield Kind(
        "where of a root, TensorFlow makes it safe",
        True,
        lambda x: tf.where(x > 0, tf.sqrt(x), 0 * x),
        (np.array([-1.0, 0.5, 2.0]),),
    )
    yield Kind("maximum of equal numbers", True, tf.reduce_max, (np.array([1.0, 3.0, 3.0]),))
    yield Kind(
        "float32 where asked", True, lambda x: tf.nn.elu(x) * 2, (draw(4).astype(np.float32),), {"dtype": None}
    )
    yield Kind(
        "float32 where asked, twice what it should be",
        False,
        tf.custom_gradient(lambda x: (tf.nn.elu(x), lambda g: 2 * g * tf.where(x > 0, 1.0, tf.exp(x)))),
        (draw(4).astype(np.float32),),
        {"dtype": None},
    )
    yield Kind("divide_no_nan", True, lambda a, b: tf.math.divide_no_nan(a, b), (draw(3), np.array([1.0, 2.0, -1.0])))


def _flow(draw: Draw) -> Iterator[Kind]:
    yield Kind("tf.function with a Python loop", True, tf.function(lambda x: _repeated(x)), (draw(3),))
    yield Kind(
        "while_loop",
        True,
        lambda x: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.sin(y) * x), (0, x))[1],
        (draw(3),),
    )
    yield Kind(
        "scan",
        True,
        lambda x: tf.scan(lambda h, v: tf.tanh(h + v), x, initializer=tf.zeros((), tf.float64)),
        (draw(5),),
    )
    yield Kind("cond", True, lambda x: tf.cond(x[0] > 0, lambda: tf.sin(x), lambda: x**3), (np.array([0.4, -1.0]),))
    yield Kind("map_fn", True, lambda x: tf.map_fn(lambda v: tf.reduce_sum(v**2), x), (draw(3, 2),))
    yield Kind(
        "NumPy inside, by numpy_function",
        False,
        lambda x: x + tf.reshape(tf.numpy_function(lambda v: v**2, [x], tf.float64), x.shape),
        (draw(3),),
    )
    yield Kind(
        "dropout with a seed",
        True,
        lambda x: tf.nn.experimental.stateless_dropout(x**2, 0.5, seed=[1, 2]),
        (draw(8),),
    )
    yield Kind("a second tape inside", True, _slope_inside, (draw(4),))


def _repeated(x: Any) -> Any:
    for i in range(3):
        x = tf.sin(x) + i
    return x


def _slope_inside(x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x**3)
    return tape.gradient(y, x)


def _forms(draw: Draw) -> Iterator[Kind]:
    yield Kind("one number", True, lambda x: x**3, (np.array(1.5),))
    yield Kind(
        "no entries at all beside some", True, lambda a, b: tf.concat([a, b], 0) ** 3, (np.zeros((0, 2)), draw(2, 2))
    )
    yield Kind("a dict out", True, lambda x: {"a": tf.sin(x), "b": tf.reduce_sum(x)}, (draw(3),))
    yield Kind("an input that is used a little", True, lambda x, y: x**2 + 1e-3 * y, (draw(3), draw(3)))
    yield Kind("float32 inside", True, lambda x: tf.sin(tf.cast(x, tf.float32)), (draw(4),))
    yield Kind("complex in", True, lambda z: z * tf.exp(z), (draw(3) + 1j * draw(3),))
    yield Kind("complex out of real", True, lambda x: tf.signal.rfft(x), (draw(8),))
    yield Kind("a turned input", True, lambda x: tf.linalg.matvec(x, np.arange(3.0)), (draw(3, 2).T,))
    yield Kind(
        "an upstream that arrives as slices and is added",
        True,
        lambda w: tf.gather(w, [0, 0]) + tf.gather(w * 2, [1, 2]),
        (draw(3),),
    )


def _keras(draw: Draw) -> Iterator[Kind]:
    keras.utils.set_random_seed(0)

    def layer(one: Any, *shape: int) -> Any:
        one.build(shape)
        return lambda x: one(x)

    wide = {"dtype": "float64"}
    yield Kind("Keras: dense", True, layer(keras.layers.Dense(3, activation="gelu", **wide), 2, 4), (draw(2, 4),))
    yield Kind("Keras: layer norm", True, layer(keras.layers.LayerNormalization(**wide), 2, 4), (draw(2, 4),))
    yield Kind("Keras: LSTM", True, layer(keras.layers.LSTM(2, **wide), 2, 3, 4), (draw(2, 3, 4),))
    yield Kind("Keras: convolution", True, layer(keras.layers.Conv1D(2, 3, **wide), 1, 5, 2), (draw(1, 5, 2),))
    norm = keras.layers.BatchNormalization(**wide)
    yield Kind("Keras: batch norm in training", True, lambda x: norm(x, training=True), (draw(5, 2),))
    yield Kind(
        "Keras: dropout in training", False, lambda x: keras.layers.Dropout(0.5, **wide)(x, training=True), (draw(8),)
    )

    class Scaled(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x * tf.stop_gradient(tf.reduce_max(tf.abs(x)))

    yield Kind("Keras: a layer of one's own that stops a gradient", False, Scaled(**wide), (draw(4),))
