"""The checker on every backward of nn, and on each one slightly spoiled: two towers that do not know each other."""

import itertools

import numpy as np
import pytest

import gradlab
from gradlab import Verdict, nn
from gradlab.nn import attention, batch_norm, conv, dense, dropout, embedding, layer_norm, lstm, pooling, recurrent
from tests.chosen import sample

SEEDS = sample(range(5), 1)


def draw(rng, *shapes):
    return [rng.standard_normal(shape) for shape in shapes]


def dense_layer(rng):
    A, W, b = draw(rng, (3, 5), (4, 3), (4, 1))
    return (
        dense.dense_forward,
        lambda dZ, A, W, b: dict(zip("AWb", dense.dense_backward(dZ, A, W), strict=True)),
        {"A": A, "W": W, "b": b},
    )


def activation(name):
    def layer(rng):
        forward, backward = nn.activations.ACTIVATIONS[name]
        return forward, lambda dA, Z: {"Z": backward(dA, Z)}, {"Z": rng.standard_normal((4, 5))}

    return layer


def loss(name):
    def layer(rng):
        Z = rng.standard_normal((4, 5))
        Y = {
            "logistic": rng.integers(0, 2, (4, 5)),
            "softmax": np.eye(4)[:, rng.integers(0, 4, 5)],
            "squared": Z[::-1],
        }
        cost, backward, _ = nn.losses.LOSSES[name]
        return (
            lambda Z: cost(Z, Y[name]),
            lambda dJ, Z: {"Z": dJ * backward(Z, Y[name])},
            {"Z": Z},
        )

    return layer


def dropout_layer(rng):
    D = dropout.dropout_mask((4, 5), 0.6, rng)
    return (
        lambda A: dropout.dropout_forward(A, D),
        lambda dA, A: {"A": dropout.dropout_backward(dA, D)},
        {"A": rng.standard_normal((4, 5))},
    )


def normalised(forward, backward):
    def layer(rng):
        Z, gamma, beta = draw(rng, (4, 6), (4, 1), (4, 1))
        return (
            forward,
            lambda dU, Z, gamma, beta: dict(zip(("Z", "gamma", "beta"), backward(dU, Z, gamma), strict=True)),
            {"Z": Z, "gamma": gamma, "beta": beta},
        )

    return layer


def batch_norm_eval(rng):
    Z, gamma, beta, mean = draw(rng, (4, 6), (4, 1), (4, 1), (4, 1))
    variance = rng.random((4, 1)) + 0.1

    def backward(dU, Z, gamma, beta):
        grads = batch_norm.batch_norm_eval_backward(dU, Z, gamma, mean, variance)
        return dict(zip(("Z", "gamma", "beta"), grads, strict=True))

    return (
        lambda Z, gamma, beta: batch_norm.batch_norm_eval_forward(Z, gamma, beta, mean, variance),
        backward,
        {"Z": Z, "gamma": gamma, "beta": beta},
    )


def conv_layer(rng):
    A, W, b = draw(rng, (2, 5, 6, 2), (3, 3, 2, 3), (1, 1, 1, 3))
    return (
        lambda A, W, b: conv.conv_forward(A, W, b, stride=2, pad=1),
        lambda dZ, A, W, b: dict(zip("AWb", conv.conv_backward(dZ, A, W, stride=2, pad=1), strict=True)),
        {"A": A, "W": W, "b": b},
    )


def pool(forward, backward):
    def layer(rng):
        return (
            lambda A: forward(A, size=3, stride=2),
            lambda dP, A: {"A": backward(dP, A, size=3, stride=2)},
            {"A": rng.standard_normal((2, 7, 5, 2))},
        )

    return layer


def embedding_layer(rng):
    words = rng.integers(0, 4, (3, 4))
    return (
        lambda E: embedding.embedding_forward(words, E),
        lambda dA, E: {"E": embedding.embedding_backward(dA, words, E)},
        {"E": rng.standard_normal((3, 4))},
    )


def attention_layer(rng):
    Q, K, V = draw(rng, (2, 3, 4), (2, 3, 4), (2, 5, 4))
    allowed = np.triu(np.ones((4, 4), bool))
    return (
        lambda Q, K, V: attention.attention_forward(Q, K, V, allowed),
        lambda dO, Q, K, V: dict(zip("QKV", attention.attention_backward(dO, Q, K, V, allowed), strict=True)),
        {"Q": Q, "K": K, "V": V},
    )


def rnn_layer(rng):
    Wax, Waa, ba, X, a0 = draw(rng, (4, 3), (4, 4), (4, 1), (3, 2, 5), (4, 2))

    def backward(dA, X, a0, **params):
        grads, dX, da0 = recurrent.rnn_backward(dA, params, X, a0)
        return grads | {"X": dX, "a0": da0}

    return (
        lambda X, a0, **params: recurrent.rnn_forward(params, X, a0),
        backward,
        {"Wax": Wax, "Waa": Waa, "ba": ba, "X": X, "a0": a0},
    )


def lstm_layer(rng):
    params = {f"W{k}": rng.standard_normal((2, 4)) for k in "fico"} | {f"b{k}": np.ones((2, 1)) for k in "fico"}
    X, a0, c0 = draw(rng, (2, 2, 3), (2, 2), (2, 2))

    def backward(dA, X, a0, c0, **params):
        grads, dX, da0, dc0 = lstm.lstm_backward(dA, params, X, a0, c0)
        return grads | {"X": dX, "a0": da0, "c0": dc0}

    return (
        lambda X, a0, c0, **params: lstm.lstm_forward(params, X, a0, c0)[0],
        backward,
        params | {"X": X, "a0": a0, "c0": c0},
    )


LAYERS = {
    "dense": dense_layer,
    "dropout": dropout_layer,
    "batch norm, training": normalised(batch_norm.batch_norm_forward, batch_norm.batch_norm_backward),
    "batch norm, evaluation": batch_norm_eval,
    "layer norm": normalised(layer_norm.layer_norm_forward, layer_norm.layer_norm_backward),
    "convolution": conv_layer,
    "max pool": pool(pooling.max_pool_forward, pooling.max_pool_backward),
    "average pool": pool(pooling.average_pool_forward, pooling.average_pool_backward),
    "embedding": embedding_layer,
    "attention": attention_layer,
    "rnn": rnn_layer,
    "lstm": lstm_layer,
    **{name: activation(name) for name in nn.activations.ACTIVATIONS},
    **{f"{name} loss": loss(name) for name in nn.losses.LOSSES},
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LAYERS)
def test_every_backward_agrees(name, seed):
    forward, backward, inputs = LAYERS[name](np.random.default_rng(seed))
    report = gradlab.check_backward(forward, backward, inputs, rng=np.random.default_rng(seed))
    assert report.ok, str(report)
    assert set(report.blocks) == set(inputs)


INPUTS = [(name, spoiled) for name in LAYERS for spoiled in LAYERS[name](np.random.default_rng(0))[2]]


@pytest.mark.parametrize(("name", "spoiled"), INPUTS)
def test_a_gradient_that_is_a_thousandth_off_is_wrong_and_the_others_still_agree(name, spoiled):
    forward, backward, inputs = LAYERS[name](np.random.default_rng(INPUTS.index((name, spoiled))))

    def wrong(upstream, **inputs):
        grads = backward(upstream, **inputs)
        return grads | {spoiled: 1.001 * grads[spoiled]}

    report = gradlab.check_backward(forward, wrong, inputs)
    assert {block for block, found in report.blocks.items() if found.verdict is Verdict.WRONG} == {spoiled}, str(
        report
    )


NETWORKS = list(itertools.product(nn.activations.ACTIVATIONS, nn.losses.LOSSES, (0.0, 0.5), (None, 0.7)))


def network(seed, loss, keep):
    rng = np.random.default_rng(seed)
    params = nn.init_params([4, 5, 3, 2], "xavier", rng)
    params = {name: array + 0.1 * rng.standard_normal(array.shape) for name, array in params.items()}
    X, labels = rng.standard_normal((4, 6)), rng.integers(0, 2, 6)
    masks = None if keep is None else nn.dropout_masks(params, 6, keep, rng)
    return params, (X, np.eye(2)[:, labels]), {"loss": loss, "masks": masks}


@pytest.mark.parametrize("seed", sample([0, 1], 1))
@pytest.mark.parametrize(("hidden", "loss", "decay", "keep"), NETWORKS)
def test_every_network_agrees(hidden, loss, decay, keep, seed):
    params, data, options = network(seed, loss, keep)
    options |= {"hidden": hidden, "decay": decay}
    report = gradlab.check_gradients(
        lambda p: nn.cost(p, *data, **options), params, lambda p: nn.gradients(p, *data, **options)
    )
    assert report.ok, str(report)


@pytest.mark.parametrize("seed", SEEDS)
def test_decay_that_is_forgotten_on_one_side_is_wrong_in_the_weights_only(seed):
    params, data, options = network(seed, "logistic", None)
    options |= {"hidden": "tanh"}
    grads = nn.gradients(params, *data, **options)
    report = gradlab.check_gradients(lambda p: nn.cost(p, *data, decay=0.1, **options), params, grads)
    verdicts = {name: block.verdict for name, block in report.blocks.items()}
    assert verdicts == {name: Verdict.WRONG if name[0] == "W" else Verdict.AGREES for name in params}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("when", ["at the start", "after training"])
def test_a_digits_sized_network(when, seed):
    rng = np.random.default_rng(seed)
    params = nn.init_params([16, 8, 10], rng=rng)
    X, Y = rng.random((16, 20)), np.eye(10)[:, rng.integers(0, 10, 20)]
    if when == "after training":
        params, _ = nn.train(params, X, Y, steps=200, rate=0.5, loss="softmax")
    report = gradlab.check_gradients(
        lambda p: nn.cost(p, X, Y, loss="softmax"), params, nn.gradients(params, X, Y, loss="softmax")
    )
    assert report.ok, str(report)


@pytest.mark.parametrize("seed", SEEDS)
def test_truncation_agrees_only_with_the_cost_that_holds_the_states_at_the_borders(seed):
    forward, _, inputs = rnn_layer(np.random.default_rng(seed))
    states = forward(**inputs)

    def backward(dA, X, a0, **params):
        grads, dX, da0 = recurrent.rnn_backward(dA, params, X, a0, truncate=2)
        return grads | {"X": dX, "a0": da0}

    def held(X, a0, **params):
        starts = [a0, states[:, :, 1], states[:, :, 3]]
        chunks = [X[:, :, :2], X[:, :, 2:4], X[:, :, 4:]]
        walks = [recurrent.rnn_forward(params, x, a) for x, a in zip(chunks, starts, strict=True)]
        return np.concatenate(walks, axis=2)

    assert gradlab.check_backward(held, backward, inputs).ok
    assert gradlab.check_backward(forward, backward, inputs).blocks["Waa"].verdict is Verdict.WRONG


@pytest.mark.parametrize("seed", SEEDS)
def test_clipping_is_wrong_exactly_where_it_cut(seed):
    forward, _, inputs = rnn_layer(np.random.default_rng(seed))

    def backward(dA, X, a0, **params):
        grads, dX, da0 = recurrent.rnn_backward(dA, params, X, a0)
        clip = np.max(np.abs(grads["ba"])) / 2
        return recurrent.rnn_backward(dA, params, X, a0, clip=clip)[0] | {"X": dX, "a0": da0}

    block = gradlab.check_backward(forward, backward, inputs).blocks["ba"]
    cut = np.abs(block.analytic) == np.max(np.abs(block.analytic))
    assert block.wrong_count == cut.sum() >= 1
