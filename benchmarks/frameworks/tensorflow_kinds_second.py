"""A second batch of TensorFlow functions, written before gradlab had seen one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.frameworks.kinds import Kind


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    rng = np.random.default_rng(37)
    keras.utils.set_random_seed(5)
    parts = (_custom, _arrays, _control, _precision, _layers, _losses)
    return [case for part in parts for case in part(lambda *shape: rng.standard_normal(shape))]


def custom(forward: Callable[..., Any], pull: Callable[..., Any]) -> Any:
    """A function with a gradient of its own."""
    return tf.custom_gradient(lambda *x: (forward(*x), lambda *g: pull(*x, *g)))


def _custom(draw: Callable[..., Any]) -> Iterator[Kind]:
    def swish(factor: float) -> Any:
        def pull(x: Any, g: Any) -> Any:
            s = tf.sigmoid(2 * x)
            return g * (s + factor * x * s * (1 - s))

        return custom(lambda x: x * tf.sigmoid(2 * x), pull)

    yield Kind("swish", True, swish(2.0), (draw(5),))
    yield Kind("swish, the inner factor forgotten", False, swish(1.0), (draw(5),))
    dense = custom(lambda x, W: x @ W, lambda x, W, g: (g @ tf.transpose(W), tf.transpose(x) @ g))
    yield Kind("a product of one's own", True, dense, (draw(4, 3), draw(3, 2)))
    mean = custom(lambda x, b: x + b, lambda x, b, g: (g, tf.reduce_mean(g, 0)))
    yield Kind("a bias, mean for sum", False, mean, (draw(4, 3), draw(3)))
    yield Kind(
        "a bias, sum",
        True,
        custom(lambda x, b: x + b, lambda x, b, g: (g, tf.reduce_sum(g, 0))),
        (draw(4, 3), draw(3)),
    )
    clipped = custom(tf.identity, lambda x, g: tf.clip_by_norm(g, 0.5))
    yield Kind("a gradient clipped by its norm", False, clipped, (draw(4),))
    yield Kind("straight through a sign", False, custom(tf.sign, lambda x, g: g), (draw(4),))
    pair = custom(lambda x: (tf.sin(x), tf.cos(x)), lambda x, a, b: a * tf.cos(x) - b * tf.sin(x))
    yield Kind("sine and cosine together", True, pair, (draw(4),))
    lost = custom(lambda x: (tf.sin(x), tf.cos(x)), lambda x, a, b: a * tf.cos(x) + b * tf.sin(x))
    yield Kind("sine and cosine together, a sign", False, lost, (draw(4),))
    grappler = tf.function(swish(2.0))
    yield Kind("a custom gradient inside of tf.function", True, grappler, (draw(5),))
    norm = custom(lambda x: tf.math.l2_normalize(x, -1), lambda x, g: g / tf.norm(x, axis=-1, keepdims=True))
    yield Kind("unit length, its projection forgotten", False, norm, (draw(3, 4),))


def _arrays(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield Kind("unit length, by TensorFlow", True, lambda x: tf.math.l2_normalize(x, -1), (draw(3, 4),))
    yield Kind(
        "tensor_scatter_nd_update",
        True,
        lambda x, u: tf.tensor_scatter_nd_update(x, [[0], [2]], u),
        (draw(4), draw(2)),
    )
    yield Kind("boolean_mask", True, lambda x: tf.boolean_mask(x, [True, False, True]) ** 2, (draw(3, 2),))
    yield Kind(
        "pad, roll, reverse",
        True,
        lambda x: tf.roll(tf.pad(x, [[1, 1]], "REFLECT"), 1, 0) * tf.reverse(tf.pad(x, [[1, 1]]), [0]),
        (draw(4),),
    )
    yield Kind("sort and cumsum", True, lambda x: tf.cumsum(tf.sort(x)), (draw(6),))
    yield Kind("average pooling", True, lambda x: tf.nn.avg_pool1d(x, 2, 1, "VALID"), (draw(1, 5, 2),))
    yield Kind("max pooling", True, lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), (draw(1, 4, 4, 1),))
    yield Kind(
        "transposed convolution",
        True,
        lambda x, w: tf.nn.conv1d_transpose(x, w, [1, 5, 2], 1, "SAME"),
        (draw(1, 5, 3), draw(3, 2, 3)),
    )
    yield Kind("resized image", True, lambda x: tf.image.resize(x, (5, 5)), (draw(1, 3, 3, 1),))
    yield Kind("QR", True, lambda x: tf.linalg.qr(x)[1], (draw(4, 3),))
    yield Kind(
        "triangular solve",
        True,
        lambda a, b: tf.linalg.triangular_solve(a + 3 * tf.eye(3, dtype=a.dtype), b),
        (draw(3, 3), draw(3, 1)),
    )
    yield Kind("matrix exponential", True, tf.linalg.expm, (draw(3, 3),))
    yield Kind(
        "sequence mask and softmax",
        True,
        lambda x: tf.nn.softmax(tf.where(tf.sequence_mask([2, 3], 3), x, -1e9)),
        (draw(2, 3),),
    )
    yield Kind("dynamic_stitch", True, lambda a, b: tf.dynamic_stitch([[0, 2], [1, 3]], [a, b]), (draw(2), draw(2)))
    yield Kind(
        "ragged rows summed",
        True,
        lambda x: tf.reduce_sum(tf.RaggedTensor.from_row_lengths(x**2, [2, 0, 3]), 1),
        (draw(5),),
    )
    yield Kind(
        "real Fourier transform and back", True, lambda x: tf.signal.irfft(tf.signal.rfft(x) * 2.0), (draw(6),)
    )
    yield Kind("lgamma and betainc", True, lambda a: tf.math.lgamma(tf.exp(a)), (draw(4),))


def _control(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield Kind("TensorArray in a loop", True, tf.function(_unrolled), (draw(5),))
    yield Kind("vectorized_map", True, lambda x: tf.vectorized_map(lambda r: tf.tensordot(r, r, 1), x), (draw(4, 3),))
    yield Kind(
        "switch_case",
        True,
        lambda x: tf.switch_case(tf.constant(1), [lambda: tf.sin(x), lambda: tf.exp(x)]),
        (draw(3),),
    )
    yield Kind(
        "a random draw with a stateless seed",
        True,
        lambda x: x * tf.random.stateless_normal([4], [1, 2], dtype=x.dtype),
        (draw(4),),
    )
    yield Kind("py_function", True, lambda x: tf.py_function(lambda v: tf.tanh(v) ** 2, [x], x.dtype), (draw(4),))
    table = tf.Variable(draw(5, 3))
    yield Kind(
        "a variable beside the input", True, lambda x: tf.linalg.matvec(tf.cast(table, x.dtype), x), (draw(3),)
    )
    yield Kind("a list of tensors", True, lambda xs: tf.add_n([x**2 for x in xs]), ([draw(3), draw(3)],))
    yield Kind(
        "a dict of tensors",
        True,
        lambda p: p["x"] @ p["W"] + p["b"],
        ({"x": draw(4, 3), "W": draw(3, 2), "b": draw(2)},),
    )


def _unrolled(x: Any) -> Any:
    out = tf.TensorArray(x.dtype, size=5)
    state = tf.zeros((), x.dtype)
    for i in tf.range(5):
        state = tf.tanh(state + x[i])
        out = out.write(i, state)
    return out.stack()


def _precision(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield Kind("float32 alone", True, tf.tanh, (draw(4).astype(np.float32),), {"dtype": None})
    yield Kind(
        "bfloat16 on the way", True, lambda x: tf.cast(tf.sin(tf.cast(x, tf.bfloat16)), tf.float32), (draw(4),)
    )
    yield Kind(
        "half precision on the way", True, lambda x: tf.cast(tf.cast(x, tf.float16) ** 2, tf.float64), (draw(4),)
    )
    yield Kind(
        "a constant in float32", True, lambda x: tf.cast(x, tf.float32) * tf.constant([1.0, 2.0, 3.0]), (draw(3),)
    )
    yield Kind("large and small entries", True, lambda x: tf.sin(x * [1e8, 1.0, 1e-8]), (draw(3),))


def _layers(draw: Callable[..., Any]) -> Iterator[Kind]:
    keras_layers = keras.layers
    wide = {"dtype": "float64"}
    yield Kind(
        "Keras: attention", True, keras_layers.MultiHeadAttention(2, 3, **wide), (draw(2, 3, 4), draw(2, 3, 4))
    )
    yield Kind("Keras: GRU", True, keras_layers.GRU(3, **wide), (draw(2, 4, 3),))
    yield Kind("Keras: group normalisation", True, keras_layers.GroupNormalization(2, **wide), (draw(2, 3, 4),))
    model = keras.Sequential(
        [keras.Input((3,)), keras_layers.Dense(4, "tanh", **wide), keras_layers.Dense(2, **wide)]
    )
    yield Kind("Keras: a sequential model", True, model, (draw(5, 3),))
    there = keras.Input((3,), dtype="float64")
    functional = keras.Model(
        there, [keras_layers.Dense(2, "gelu", **wide)(there), keras_layers.Activation("softmax", **wide)(there)]
    )
    yield Kind("Keras: a functional model of two outputs", True, functional, (draw(5, 3),))
    yield Kind("Keras: embedding of whole numbers", True, _embedded(draw(6, 3)), (draw(3, 2),))
    yield Kind("Keras: a layer in float32", True, keras_layers.Dense(2, dtype="float32"), (draw(4, 3),))
    yield Kind("Keras: a loss as a function", True, keras.losses.huber, (draw(4, 3), draw(4, 3)))
    flips = keras_layers.Lambda(lambda x: tf.abs(x) + tf.stop_gradient(tf.abs(x)), **wide)
    yield Kind("Keras: a Lambda that stops one path", False, flips, (draw(3),))


def _embedded(table: Any) -> Callable[[Any], Any]:
    return lambda W: tf.nn.embedding_lookup(tf.cast(table, W.dtype), [[0, 5], [2, 2]]) @ W


def _losses(draw: Callable[..., Any]) -> Iterator[Kind]:
    labels = [0, 2, 1, 1]
    yield Kind(
        "sparse cross entropy",
        True,
        lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x),
        (draw(4, 3),),
    )
    yield Kind(
        "sparse cross entropy, labels as an input",
        True,
        lambda y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(y, x),
        (np.array(labels), draw(4, 3)),
    )
    yield Kind(
        "CTC",
        True,
        lambda x: tf.nn.ctc_loss([[1, 2]], x, [2], [5], blank_index=0),
        (draw(5, 1, 4).astype(np.float32),),
        {"dtype": None},
    )
    yield Kind(
        "sampled noise, a path through it",
        True,
        lambda m, s: m + tf.exp(s) * tf.random.stateless_normal([3], [3, 4], dtype=m.dtype),
        (draw(3), draw(3)),
    )
