"""The recurrent layers against automatic differentiation through time; truncation against its own cost."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.lstm import lstm_backward, lstm_forward
from gradlab.nn.recurrent import rnn_backward, rnn_forward

SIZES = [(1, 1, 1, 1), (2, 3, 4, 1), (3, 4, 2, 6)]  # n_x, n_a, m, T


def rnn(params, x, state):
    a = anp.tanh(anp.dot(params["Waa"], state[0]) + anp.dot(params["Wax"], x) + params["ba"])
    return (a,)


def lstm(params, x, state):
    a, c = state
    ax = anp.concatenate([a, x], axis=0)

    def gate(letter):
        return anp.dot(params["W" + letter], ax) + params["b" + letter]

    f, i, o = (1 / (1 + anp.exp(-gate(letter))) for letter in "fio")
    c = f * c + i * anp.tanh(gate("c"))
    return o * anp.tanh(c), c


LAYERS = {"rnn": (rnn, rnn_forward, rnn_backward, 1), "lstm": (lstm, lstm_forward, lstm_backward, 2)}


def walk(layer, params, X, *state, truncate=None):
    """All states a. Behind each border the state is a number: autograd does not see where it came from."""
    states = []
    for t in range(X.shape[2]):
        if truncate and t > 0 and t % truncate == 0:
            state = tuple(autograd.tracer.getval(part) for part in state)
        state = layer(params, X[:, :, t], state)
        states.append(state)
    return [anp.stack([state[part] for state in states], axis=2) for part in range(len(state))]


def case(name, rng, sizes, dtype=float):
    n_x, n_a, m, T = sizes
    shapes = {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "ba": (n_a, 1)}
    if name == "lstm":
        shapes = {f"W{k}": (n_a, n_a + n_x) for k in "fico"} | {f"b{k}": (n_a, 1) for k in "fico"}
    params = {key: rng.standard_normal(shape).astype(dtype) for key, shape in shapes.items()}
    state = [rng.standard_normal((n_a, m)).astype(dtype) for _ in range(LAYERS[name][3])]
    X, dA = rng.standard_normal((n_x, m, T)), rng.standard_normal((n_a, m, T))
    return params, X.astype(dtype), state, dA.astype(dtype)


def truth(name, params, X, state, dA, truncate=None):
    def total(params, X, *state):
        return anp.sum(dA * walk(LAYERS[name][0], params, X, *state, truncate=truncate)[0])

    return autograd.grad(total, argnum=tuple(range(2 + len(state))))(params, X, *state)


@pytest.mark.parametrize("truncate", [None, 1, 2, 4, 9])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("seed", range(4))
def test_forward_and_backward(name, sizes, truncate, seed, assert_same):
    layer, forward, backward, _ = LAYERS[name]
    params, X, state, dA = case(name, np.random.default_rng(seed), sizes)
    ours = forward(params, X, *state)
    for one, true in zip(ours if name == "lstm" else [ours], walk(layer, params, X, *state), strict=True):
        assert_same(one, true, digits=13)
    grads, *others = backward(dA, params, X, *state, truncate=truncate)
    true_grads, *true_others = truth(name, params, X, state, dA, truncate)
    assert list(grads) == list(params)
    for key in params:
        assert_same(grads[key], true_grads[key], digits=12)
    for one, true in zip(others, true_others, strict=True):
        assert_same(one, true, digits=12)


@pytest.mark.parametrize("name", LAYERS)
def test_truncation_is_not_the_gradient_of_the_whole_cost(name, rng):
    _, _, backward, _ = LAYERS[name]
    params, X, state, dA = case(name, rng, (3, 4, 2, 6))
    whole, cut = (backward(dA, params, X, *state, truncate=k)[0] for k in (None, 3))
    key = "Waa" if name == "rnn" else "Wf"
    assert np.linalg.norm(whole[key] - cut[key]) > 1e-3 * np.linalg.norm(whole[key] + cut[key])


@pytest.mark.parametrize("name", LAYERS)
def test_clipping_cuts_what_is_beyond_and_nothing_else(name, rng):
    _, _, backward, _ = LAYERS[name]
    params, X, state, dA = case(name, rng, (3, 4, 2, 6))
    whole, *others = backward(dA, params, X, *state)
    limit = 0.5 * max(np.max(np.abs(grad)) for grad in whole.values())
    clipped, *same = backward(dA, params, X, *state, clip=limit)
    for key, grad in whole.items():
        np.testing.assert_array_equal(clipped[key], np.clip(grad, -limit, limit))
    assert max(np.max(np.abs(grad)) for grad in clipped.values()) == limit
    for one, other in zip(others, same, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_and_nothing_of_the_callers_is_changed(name, rng):
    _, forward, backward, _ = LAYERS[name]
    params, X, state, dA = case(name, rng, (3, 4, 2, 5), np.float32)
    for array in (*params.values(), X, *state, dA):
        array.flags.writeable = False
    A = forward(params, X, *state)
    grads, *others = backward(dA, params, X, *state, truncate=2, clip=np.float64(0.1))
    results = [*(A if name == "lstm" else [A]), *grads.values(), *others]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", LAYERS)
def test_errors(name):
    _, forward, backward, _ = LAYERS[name]
    params, X, state, dA = case(name, np.random.default_rng(0), (3, 4, 2, 5))
    first, *rest = params
    cases = [
        ((params, X[:, :, 0], *state), {}, r"X must have shape \(n_x, m, T\), got \(3, 2\)"),
        ((params, X[:, :1], *state), {}, r"a0 must have shape \(n_a, 1\), got \(4, 2\)"),
        (({key: params[key] for key in rest}, X, *state), {}, "params must be named"),
        ((params | {first: params[first].T}, X, *state), {}, f"{first} must have shape .*: is it transposed"),
    ]
    for arguments, options, message in cases:
        with pytest.raises(ValueError, match=message):
            forward(*arguments, **options)
    with pytest.raises(ValueError, match=r"dA must have shape \(4, 2, 5\), got \(4, 2, 4\)"):
        backward(dA[:, :, :4], params, X, *state)
    with pytest.raises(ValueError, match="truncate must be a whole number >= 1, got 0"):
        backward(dA, params, X, *state, truncate=0)
    with pytest.raises(ValueError, match="clip must be a finite number >= 0, got -1"):
        backward(dA, params, X, *state, clip=-1)
