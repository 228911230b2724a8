"""The TensorFlow adapter: tensors by name, Keras models as they are, and put back as they were."""

import os

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_gradients
from tests.adapters.framework import framework

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = framework("tensorflow")
from gradlab.adapters.tensorflow import check_function, problem  # noqa: E402

X = np.random.default_rng(0).standard_normal((7, 4))
Y = np.random.default_rng(1).standard_normal((7, 1))


def checked(function, params):
    return check_gradients(*problem(function, params))


def network(p):
    hidden = tf.tanh(tf.linalg.matmul(X, p["W"], transpose_b=True) + p["b"])
    return tf.reduce_mean((tf.reduce_sum(hidden, axis=1, keepdims=True) - Y) ** 2)


def test_a_function_of_tensors():
    cost, params, grads = problem(network, {"W": np.full((3, 4), 0.3), "b": np.zeros(3)})
    assert check_gradients(cost, params, grads).ok
    for factor in (1.001, -1.0):
        wrong = {name: factor * g for name, g in grads(params).items()}
        assert check_gradients(cost, params, wrong).verdict is Verdict.WRONG


def test_what_the_function_ignores_is_untested():
    report = checked(lambda p: tf.reduce_sum(p["w"] ** 2), {"w": X[0], "unused": X[1]})
    assert report.blocks["unused"].verdict is Verdict.UNTESTED


def test_whole_numbers_are_held_fixed():
    report = checked(
        lambda p: tf.reduce_sum(tf.gather(p["w"], p["i"]) ** 2), {"w": X[0], "i": np.array([0, 1, 2, 3])}
    )
    assert report.ok
    assert list(report.blocks) == ["w"]


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_complex_parameters_are_two_blocks(factor):
    @tf.custom_gradient
    def squared(w):
        return tf.reduce_sum(tf.math.real(w) ** 2 + 3 * tf.math.imag(w) ** 2), lambda g: tf.complex(
            2 * g * tf.math.real(w), factor * 6 * g * tf.math.imag(w)
        )

    report = checked(lambda p: squared(p["w"]), {"w": np.array([1 + 2j, 3 - 1j])})
    assert report.blocks["w.real"].verdict is Verdict.AGREES
    assert report.blocks["w.imag"].verdict is (Verdict.AGREES if factor == 1.0 else Verdict.WRONG)


@pytest.fixture
def keras64():
    before, policy = tf.keras.config.floatx(), tf.keras.config.dtype_policy()
    tf.keras.config.set_floatx("float64")
    tf.keras.config.set_dtype_policy("float64")  # once a layer has asked for the policy, floatx alone changes nothing
    tf.keras.utils.set_random_seed(0)
    yield tf.keras
    tf.keras.config.set_floatx(before)
    tf.keras.config.set_dtype_policy(policy)


def test_a_keras_model_with_batch_norm_and_dropout(keras64):
    layers = keras64.layers
    parts = [layers.Dense(3, activation="tanh"), layers.BatchNormalization(), layers.Dropout(0.2), layers.Dense(1)]
    model = keras64.Sequential([layers.Input((4,)), *parts])
    before = [variable.numpy().copy() for variable in model.variables]
    report = checked(lambda m: tf.reduce_mean((m(X, training=True) - Y) ** 2), model)
    assert all(block.wrong_count == 0 for block in report.blocks.values())
    assert report.blocks[next(name for name in report.blocks if name.endswith("gamma"))].verdict is Verdict.AGREES
    assert report.dtype == np.float64
    assert all(np.array_equal(a, v.numpy()) for a, v in zip(before, model.variables, strict=True))


def test_a_wrong_layer_in_a_keras_model(keras64):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda g: 2 * g * x**2

    class Cube(keras64.layers.Layer):
        def call(self, x):
            return cube(x)

    model = keras64.Sequential([keras64.layers.Input((4,)), keras64.layers.Dense(3), Cube(), keras64.layers.Dense(1)])
    report = checked(lambda m: tf.reduce_sum(m(X) ** 2), model)
    wrong = [name for name, block in report.blocks.items() if block.verdict is Verdict.WRONG]
    assert wrong == list(report.blocks)[:2]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda p: p["w"] ** 2, r"one number, got shape \(4,\)"),
        (lambda p: tf.reduce_sum(tf.constant(X[0], tf.float32) * p["w"]), r"tf\.cast\(X, tf\.float64\)"),
        (lambda p: tf.complex(tf.reduce_sum(p["w"]), tf.reduce_sum(p["w"])), "real number"),
    ],
)
def test_functions_that_cannot_be_checked(function, message):
    with pytest.raises(GradlabError, match=message):
        checked(function, {"w": X[0]})


def test_nothing_to_check():
    with pytest.raises(GradlabError, match="nothing to check"):
        checked(lambda p: 1.0, {"i": np.arange(3)})
    with pytest.raises(GradlabError, match="no gradient for anything"):
        checked(lambda p: 1.0, 1.0)


def test_a_function_of_tensors_with_several_outputs():
    def right(x, w, i):
        return tf.tanh(tf.linalg.matmul(x, w)), tf.gather(x, i, axis=1)

    report = check_function(right, [X, X[:4, :3].copy(), np.array([0, 0, 2])])
    assert report.ok
    assert list(report.blocks) == ["inputs[0]", "inputs[1]"]

    @tf.custom_gradient
    def wrong(x):
        return tf.sin(x), lambda g: (1 + 1e-5) * g * tf.cos(x)

    assert check_function(wrong, [X]).verdict is Verdict.WRONG
    with pytest.raises(GradlabError, match="list or tuple"):
        check_function(wrong, X)


@pytest.mark.parametrize("kind", [list, tuple])
def test_arrays_and_variables_in_a_list(kind):
    weights = kind([tf.Variable(np.ones((4, 1))), np.array([0.5])])
    report = checked(lambda p: tf.reduce_mean((tf.tanh(X @ p[0]) * p[1] - Y) ** 2), weights)
    assert report.ok
    assert list(report.blocks) == ["params[0]", "params[1]"]


def test_dicts_and_lists_may_be_nested_and_one_array_may_stand_alone():
    params = {"layers": [{"W": X[:4, :3].copy()}, {"W": X[:3, :1].copy()}], "b": np.zeros(3)}

    def loss(p):
        hidden = tf.tanh(X @ p["layers"][0]["W"] + p["b"])
        return tf.reduce_mean((hidden @ p["layers"][1]["W"] - Y) ** 2)

    report = checked(loss, params)
    assert report.ok
    assert set(report.blocks) == {"layers[0].W", "layers[1].W", "b"}
    for alone in (X[0], tf.Variable(X[0])):
        assert list(checked(lambda w: tf.reduce_sum(w**3), alone).blocks) == ["theta"]


def test_a_module_of_tensorflow_with_two_variables_of_one_name():
    class Layer(tf.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = tf.Variable(X[0]), tf.Variable(X[1])

    report = checked(lambda m: tf.reduce_sum(m.a**3 * m.b), Layer())
    assert report.ok
    assert list(report.blocks) == ["Variable[0]", "Variable[1]"]


@pytest.mark.parametrize(
    ("function", "params", "message"),
    [
        (lambda p: np.sum(p["w"].numpy() ** 2), {"w": X[0]}, "no gradient for anything"),
        (lambda p: tf.reduce_sum(tf.stop_gradient(p["w"])), {"w": X[0]}, "no gradient for anything"),
        (lambda p: (tf.reduce_sum(p["w"]), 1), {"w": X[0]}, "the loss alone"),
        (lambda m: m(X), "model", "call it once"),
        (lambda p: 1.0, {"w": "text"}, "got str at w"),
    ],
)
def test_what_has_no_gradient_says_why(function, params, message):
    params = tf.keras.Sequential([tf.keras.layers.Dense(3)]) if params == "model" else params
    with pytest.raises(GradlabError, match=message):
        checked(function, params)


def test_float32_where_asked():
    weights = {"w": X[0].astype(np.float32)}
    report = check_gradients(*problem(lambda p: tf.reduce_sum(tf.nn.elu(p["w"])), weights, dtype=None))
    assert report.ok
    assert report.dtype == np.float32
    assert check_function(tf.nn.elu, [X[0].astype(np.float32)], dtype=None).dtype == np.float32


def test_what_is_no_array_comes_to_the_function_as_it_is():
    way, seen = object(), []

    def function(x, options, way):
        seen.append((options["mode"], way))
        return tf.sin(x)

    assert check_function(function, [X[0], {"mode": None}, way]).ok
    assert set(seen) == {(None, way)}


def test_outputs_of_a_function_may_be_nested_whole_or_complex():
    report = check_function(lambda x: {"a": [tf.sin(x), tf.argmax(x)], "b": tf.signal.rfft(x)}, [X[0]])
    assert report.ok
    assert "Not checked, since they are no floats: 1 of the outputs." in report.notes
    z = X[0] + 1j * X[1]
    assert list(check_function(lambda z: z * tf.exp(z), [z]).blocks) == ["inputs[0].real", "inputs[0].imag"]

    @tf.custom_gradient
    def square(z):
        return z**2, lambda g: g * 2 * z  # the conjugate is forgotten

    assert check_function(square, [z]).verdict is Verdict.WRONG
    with pytest.raises(GradlabError, match="tensor of floats"):
        check_function(tf.argmax, [X[0]])


@pytest.mark.parametrize("wrap", [lambda W, b: [W, b], lambda W, b: {"W": W, "b": b}, lambda W, b: {"in": (W, b)}])
@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_inputs_in_lists_and_dicts(wrap, factor):
    @tf.custom_gradient
    def dense(W, b):
        return X @ W + b, lambda g: (factor * tf.transpose(X) @ g, tf.reduce_sum(g, 0))

    def function(scale, params, mode):
        W, b = tf.nest.flatten(params)
        return scale * dense(W, b) if mode is None else None

    rng = np.random.default_rng(3)
    report = check_function(function, [2.0, wrap(rng.standard_normal((4, 2)), rng.standard_normal(2)), None])
    assert report.ok is (factor == 1)
    assert len(report.blocks) == 3
