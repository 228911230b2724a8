"""The whole network against automatic differentiation of an independent one, written from the textbook formulas."""

import itertools

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from gradlab import nn
from tests.chosen import sample

HIDDEN = {
    "relu": lambda Z: anp.where(Z > 0, Z, 0 * Z),
    "leaky_relu": lambda Z: anp.where(Z > 0, Z, 0.01 * Z),
    "tanh": anp.tanh,
    "sigmoid": lambda Z: 1 / (1 + anp.exp(-Z)),
    "identity": lambda Z: 1.0 * Z,
}
SIZES = [(3, 2), (4, 5, 3), (1, 1, 1, 1), (3, 1, 4, 2), (4, 5, 3, 1)]


def predictions(Z, loss):
    if loss == "logistic":
        return 1 / (1 + anp.exp(-Z))
    return anp.exp(Z) / anp.sum(anp.exp(Z), axis=0) if loss == "softmax" else Z


def independent_cost(params, X, Y, hidden, loss, decay, masks):
    A, L, m = X, len(params) // 2, X.shape[1]
    for k in range(1, L + 1):
        Z = anp.dot(params[f"W{k}"], A) + params[f"b{k}"]
        A = HIDDEN[hidden](Z) * masks[k - 1] if k < L else predictions(Z, loss)
    each = {
        "logistic": lambda: -Y * anp.log(A) - (1 - Y) * anp.log(1 - A),
        "softmax": lambda: -Y * anp.log(A),
        "squared": lambda: (A - Y) ** 2 / 2,
    }[loss]()
    weights = sum(anp.sum(params[f"W{k}"] ** 2) for k in range(1, L + 1))
    return anp.sum(each) / m + decay * weights / (2 * m)


def case(seed, sizes, m, loss, keep=1.0):
    """A network with random biases too, data, and masks by name and by position."""
    rng = np.random.default_rng(seed)
    params = nn.init_params(sizes, "xavier", rng)
    params = {name: array + 0.3 * rng.standard_normal(array.shape) for name, array in params.items()}
    X = rng.standard_normal((sizes[0], m))
    labels = rng.integers(0, sizes[-1], m)
    Y = {
        "logistic": rng.integers(0, 2, (sizes[-1], m)),
        "softmax": np.eye(sizes[-1])[:, labels],
        "squared": rng.standard_normal((sizes[-1], m)),
    }[loss]
    return params, X, Y, nn.dropout_masks(params, m, keep, rng)


@pytest.mark.parametrize("loss", ["logistic", "softmax", "squared"])
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("seed", sample(range(4), 1))
def test_cost_and_gradients(seed, hidden, loss, assert_same):
    for sizes, m, decay, keep in itertools.product(SIZES, (1, 6), (0.0, 0.7), (1.0, 0.6)):
        params, X, Y, masks = case(seed, sizes, m, loss, keep)
        options = {"hidden": hidden, "loss": loss, "decay": decay}
        truth = (X, Y, *options.values(), list(masks.values()))
        given = masks if keep < 1 else None
        assert_same(nn.cost(params, X, Y, **options, masks=given), independent_cost(params, *truth), digits=11)
        grads = nn.gradients(params, X, Y, **options, masks=given)
        true = autograd.grad(independent_cost)(params, *truth)
        for name in params:
            assert_same(grads[name], true[name], digits=10)


@pytest.mark.parametrize("loss", ["logistic", "softmax", "squared"])
def test_predictions_and_what_forward_keeps(loss, rng, assert_same):
    params, X, _, _ = case(3, (4, 5, 3), 6, loss)
    cache = nn.forward(params, X, hidden="tanh")
    assert list(cache) == ["A0", "Z1", "A1", "Z2"]
    A1 = np.tanh(params["W1"] @ X + params["b1"])
    assert_same(cache["A1"], A1, digits=14)
    Z2 = params["W2"] @ A1 + params["b2"]
    assert_same(nn.predict(params, X, hidden="tanh", loss=loss), predictions(Z2, loss), digits=13)


def test_gradients_have_the_names_shapes_and_order_of_params():
    params, X, Y, _ = case(0, (4, 5, 3, 1), 6, "logistic")
    shuffled = {name: params[name] for name in sorted(params, reverse=True)}
    grads = nn.gradients(shuffled, X, Y)
    assert list(grads) == list(shuffled)
    assert {name: grads[name].shape for name in grads} == {name: params[name].shape for name in params}
    assert nn.cost(shuffled, X, Y) == nn.cost(params, X, Y)


def test_ten_layers_are_not_sorted_like_words():
    params, X, Y, masks = case(1, (3, *[4] * 10, 1), 5, "logistic")
    truth = (X, Y, "tanh", "logistic", 0.1, list(masks.values()))
    grads = nn.gradients(params, X, Y, hidden="tanh", decay=0.1)
    true = autograd.grad(independent_cost)(params, *truth)
    assert list(grads) == list(params)
    for name in params:
        np.testing.assert_allclose(grads[name], true[name], rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss", ["logistic", "softmax", "squared"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_precision_of_the_parameters_decides(hidden, loss):
    params, X, Y, masks = case(0, (4, 5, 3), 6, loss, keep=0.5)
    small = {name: array.astype(np.float32) for name, array in params.items()}
    options = {"hidden": hidden, "loss": loss, "decay": np.float64(0.1), "masks": masks}
    in_64, in_32 = nn.gradients(params, X, Y, **options), nn.gradients(small, X, Y, **options)
    for name in params:
        assert in_32[name].dtype == np.float32
        assert in_64[name].dtype == np.float64
        np.testing.assert_allclose(in_32[name], in_64[name], rtol=1e-4, atol=1e-5)
    cache = nn.forward(small, X, hidden=hidden, masks=masks)
    assert {array.dtype for array in cache.values()} == {np.dtype(np.float32)}
    assert nn.predict(small, X, hidden=hidden, loss=loss).dtype == np.float32
    J = nn.cost(small, X, Y, **options)
    assert type(J) is float
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":  # NumPy 1 divides a float32 scalar by m in float64
        assert np.float32(J) == J


def test_integers_are_converted_and_layouts_do_not_matter():
    params, X, Y, _ = case(0, (4, 5, 3), 6, "squared")
    whole = np.arange(24).reshape(4, 6)
    assert nn.cost(params, whole, Y, loss="squared") == nn.cost(params, whole.astype(float), Y, loss="squared")
    strided = {name: np.repeat(array, 2, axis=0)[::2] for name, array in params.items()}
    one, other = (
        nn.gradients(strided, X[:, ::2], Y[:, ::2], loss="squared"),
        nn.gradients(params, X[:, ::2].copy(), Y[:, ::2].copy(), loss="squared"),
    )
    for name in params:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-12)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_nothing_of_the_callers_is_changed(hidden):
    params, X, Y, masks = case(0, (4, 5, 3), 6, "softmax", keep=0.5)
    for array in (*params.values(), X, Y, *masks.values()):
        array.flags.writeable = False  # writing into them would raise
    options = {"hidden": hidden, "loss": "softmax"}
    before = nn.cost(params, X, Y, **options, decay=0.1, masks=masks)
    grads = nn.gradients(params, X, Y, **options, decay=0.1, masks=masks)
    assert nn.cost(params, X, Y, **options, decay=0.1, masks=masks) == before
    for name, grad in grads.items():
        assert not any(np.shares_memory(grad, array) for array in (*params.values(), X, Y)), name


@pytest.mark.parametrize("loss", ["logistic", "softmax", "squared"])
def test_huge_logits_stay_finite(loss):
    params, X, Y, _ = case(0, (4, 5, 3), 6, loss)
    params["W2"] = 1000 * params["W2"]
    assert np.isfinite(nn.cost(params, X, Y, loss=loss))
    assert all(np.all(np.isfinite(grad)) for grad in nn.gradients(params, X, Y, loss=loss).values())
