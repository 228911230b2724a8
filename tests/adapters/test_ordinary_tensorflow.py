"""Ordinary Keras models as they are: a verdict each, for right gradients and spoiled ones; put back afterwards."""

import os

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_gradients
from tests.adapters.framework import framework

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = framework("tensorflow")
from gradlab.adapters.tensorflow import problem  # noqa: E402

keras = tf.keras
layers = keras.layers
RNG = np.random.default_rng(0)
X, SERIES, IMAGES = RNG.standard_normal((5, 4)), RNG.standard_normal((2, 4, 3)), RNG.standard_normal((2, 5, 5, 3))
WORDS = np.array([[0, 2], [2, 4]])


@pytest.fixture(autouse=True)
def float64():
    before, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_floatx(before)
    keras.config.set_dtype_policy(policy)


def cubes(out):
    return tf.reduce_sum((out + 0.3) ** 3)


def row(*parts, data=X, **called):
    """A sequential model on data, in training unless it is said otherwise."""
    model = keras.Sequential(list(parts))
    model(data)
    options = {"training": True, **called}
    return lambda m: cubes(m(data, **options)), model


def attention():
    layer = layers.MultiHeadAttention(2, 3, dropout=0.1, use_bias=False)
    layer(SERIES, SERIES)
    return lambda m: cubes(m(SERIES, SERIES, training=True)), layer


def functional():
    given = keras.Input((4,))
    middle = layers.Dense(4, activation="tanh", name="middle")(given)
    model = keras.Model(given, [layers.Dense(2)(layers.Add()([middle, given])), layers.Dense(1)(middle)])
    return lambda m: sum(cubes(out) for out in m(X)), model


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.one, self.two = layers.Dense(4, activation="tanh"), layers.Dense(2)

    def call(self, x):
        return self.two(self.one(x) + x)


def own():
    model = Own()
    model(X)
    return lambda m: cubes(m(X)), model


def shared():
    layer, given = layers.Dense(4), keras.Input((4,))
    return lambda m: cubes(m(X)), keras.Model(given, layer(keras.ops.tanh(layer(given))))


def with_losses():
    loss, model = row(layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l1"))
    return lambda m: loss(m) + sum(m.losses), model


class Scaled(layers.Layer):
    """x w, with a rule of its own."""

    def __init__(self, share=1.0):
        super().__init__()
        self.share = share

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1],), name="w", initializer="ones")

    def call(self, x):
        @tf.custom_gradient
        def scaled(x, w):
            return x * w, lambda g: (g * w, self.share * tf.reduce_sum(g * x, 0))

        return scaled(x, tf.convert_to_tensor(self.w))


class Counts(tf.Module):
    def __init__(self):
        super().__init__(name="counts")
        self.w, self.calls = tf.Variable(X.T.copy(), name="w"), tf.Variable(1.0, trainable=False)

    def __call__(self, x):
        self.calls.assign_add(1.0)
        return tf.tanh(x @ tf.cast(self.w, x.dtype)) * tf.cast(self.calls, x.dtype)


def compiled():
    _, model = row(layers.Dense(3))
    model.compile(loss="mse")
    return lambda m: m.compute_loss(X, np.ones((5, 3)), m(X)), model


def in_a_function():
    loss, model = row(layers.Dense(5), layers.Dropout(0.4), layers.Dense(2))
    return tf.function(loss), model


def by_hand(take):
    _, model = row(layers.Dense(3))
    return take(model), model.trainable_variables


def made_in(policy):
    keras.config.set_dtype_policy(policy)
    try:
        return row(layers.Dense(3), training=None)
    finally:
        keras.config.set_dtype_policy("float64")


MODELS = {
    "dense": lambda: row(layers.Dense(3)),
    "batch norm": lambda: row(layers.Dense(4, use_bias=False), layers.BatchNormalization()),
    "batch norm, at rest": lambda: row(layers.Dense(4), layers.BatchNormalization(), training=False),
    "batch norm without center": lambda: row(
        layers.Dense(4, use_bias=False), layers.BatchNormalization(center=False)
    ),
    "batch norm, frozen": lambda: row(layers.Dense(4), layers.BatchNormalization(trainable=False)),
    "dropout": lambda: row(layers.Dense(6, activation="tanh"), layers.Dropout(0.4), layers.Dense(2)),
    "dropout with a seed": lambda: row(layers.Dense(6), layers.Dropout(0.4, seed=3), layers.Dense(2)),
    "dropout of maps": lambda: row(layers.Conv1D(3, 2), layers.SpatialDropout1D(0.4), data=SERIES),
    "noise": lambda: row(layers.Dense(6), layers.GaussianNoise(0.4), layers.Dense(2)),
    "turned at random": lambda: row(layers.RandomFlip(), layers.Conv2D(2, 3), data=IMAGES),
    "lstm": lambda: row(layers.LSTM(3), data=SERIES),
    "lstm with dropout": lambda: row(layers.LSTM(3, dropout=0.2, recurrent_dropout=0.2), data=SERIES),
    "lstm, both ways": lambda: row(layers.Bidirectional(layers.SimpleRNN(3)), data=SERIES),
    "gru with a state": lambda: row(layers.GRU(3, stateful=True), data=SERIES),
    "lstm with a state": lambda: row(layers.LSTM(3, stateful=True), data=SERIES),
    "embedding": lambda: row(layers.Embedding(5, 3), data=WORDS),
    "embedding with a mask": lambda: row(layers.Embedding(5, 3, mask_zero=True), layers.LSTM(2), data=WORDS),
    "convolution": lambda: row(layers.Conv2D(2, 3, activation="tanh"), layers.AveragePooling2D(2), data=IMAGES),
    "depthwise": lambda: row(layers.DepthwiseConv2D(3), data=IMAGES),
    "transposed convolution": lambda: row(layers.Conv2DTranspose(2, 3, strides=2), data=IMAGES),
    "layer norm": lambda: row(layers.LayerNormalization()),
    "group norm": lambda: row(layers.GroupNormalization(2)),
    "rms norm": lambda: row(layers.RMSNormalization()),
    "spectral norm, at rest": lambda: row(layers.SpectralNormalization(layers.Dense(3)), training=False),
    "attention": attention,
    "functional, two outputs": functional,
    "subclass": own,
    "shared layer": shared,
    "losses of layers": with_losses,
    "constraint": lambda: row(layers.Dense(3, kernel_constraint="max_norm")),
    "own gradient": lambda: row(layers.Dense(4), Scaled()),
    "module of TensorFlow": lambda: (lambda m: cubes(m(tf.constant(X))), Counts()),
    "compiled": compiled,
    "tf.function": in_a_function,
    "variables in a list": lambda: by_hand(lambda _: lambda w: cubes(X @ w[0] + w[1])),
    "stateless call": lambda: by_hand(lambda m: lambda w: cubes(m.stateless_call(w, [], X)[0])),
}

SPOILED = ("dense", "batch norm", "dropout", "functional, two outputs", "own gradient")  # a wrong one takes seconds


@pytest.mark.parametrize("name", MODELS)
def test_right_agrees_and_some_spoiled_are_wrong(name):
    loss, model = MODELS[name]()
    held = getattr(model, "variables", model)
    before = [variable.numpy().copy() for variable in held]
    cost, params, grads = problem(loss, model)
    report = check_gradients(cost, params, grads, directions=None if name in SPOILED else 4)
    assert report.ok, report
    if name in SPOILED:
        spoiled = {key: 1.01 * slopes for key, slopes in grads(params).items()}
        assert check_gradients(cost, params, spoiled, edits=False).verdict is Verdict.WRONG
    assert all(np.array_equal(was, variable.numpy()) for was, variable in zip(before, held, strict=True))


@pytest.mark.parametrize("share", [0.5, -1.0, 1.001])
def test_a_wrong_rule_of_a_layer(share):
    report = check_gradients(*problem(*row(layers.Dense(4), Scaled(share))), edits=False)
    assert [name.split("/")[-1] for name, b in report.blocks.items() if b.verdict is Verdict.WRONG] == ["w"]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: (lambda m: cubes(m(X)), Own()), "call it once"),
        (lambda: made_in("bfloat16"), "set_dtype_policy"),
        (lambda: (lambda pair: cubes(pair[0](X)), [row(layers.Dense(3))[1] for _ in range(2)]), "one keras.Model"),
        (lambda: (lambda m: float(cubes(m(X))), row(layers.Dense(3))[1]), r"a float\(\)"),
        (lambda: (lambda m: cubes(m.predict(X, verbose=0)), row(layers.Dense(3))[1]), "no gradient"),
    ],
)
def test_others_are_told_the_way_out(made, message):
    with pytest.raises(GradlabError, match=message):
        check_gradients(*problem(*made()))
