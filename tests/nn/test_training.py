"""Training: it goes downhill, on its own copy, and learns to read digits."""

import numpy as np
import pytest

from gradlab import nn


@pytest.fixture
def xor(rng):
    X = rng.standard_normal((2, 100))
    return nn.init_params([2, 8, 1], rng=rng), X, X[:1] * X[1:] > 0


def test_the_cost_goes_down(xor):
    params, costs = nn.train(*xor, steps=200, rate=0.3, hidden="tanh")
    assert costs.shape == (200,)
    assert costs[0] == nn.cost(*xor, hidden="tanh")
    assert nn.cost(params, *xor[1:], hidden="tanh") < costs[-1] < 0.8 * costs[0]


def test_one_step_is_one_step(xor):
    params, X, Y = xor
    grads = nn.gradients(params, X, Y, decay=0.5)
    trained, _ = nn.train(params, X, Y, steps=1, rate=0.1, decay=0.5)
    for name in params:
        np.testing.assert_array_equal(trained[name], params[name] - 0.1 * grads[name])
        np.testing.assert_array_equal(trained[name], nn.descend(params, grads, rate=0.1)[name])


def test_the_callers_parameters_are_not_changed(xor):
    for array in xor[0].values():
        array.flags.writeable = False
    trained, costs = nn.train(*xor, steps=0, rate=0.1)
    assert costs.shape == (0,)
    for name in xor[0]:
        np.testing.assert_array_equal(trained[name], xor[0][name])
        assert not np.shares_memory(trained[name], xor[0][name])
    nn.train(*xor, steps=3, rate=0.1)


def test_a_pass_of_batches_sees_every_example_once(monkeypatch, xor):
    params, X, Y = xor
    seen = []
    cost = nn.network.cost
    monkeypatch.setattr(nn.training, "cost", lambda p, x, y, **options: seen.append(x) or cost(p, x, y, **options))
    nn.train(params, X, Y, steps=8, rate=0.1, batch=30, rng=np.random.default_rng(0))
    first, second = np.hstack(seen[1:5]), np.hstack(seen[5:9])  # seen[0] is the check of the inputs
    assert [x.shape[1] for x in seen[1:]] == [30, 30, 30, 10] * 2
    assert not np.array_equal(first, second)
    for one_pass in (first, second):
        np.testing.assert_array_equal(np.sort(one_pass[0]), np.sort(X[0]))


def test_the_same_seed_trains_the_same_network(xor):
    options = {"steps": 20, "rate": 0.3, "batch": 10, "keep": 0.8}
    (one, costs), (other, other_costs) = (nn.train(*xor, **options, rng=np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(costs, other_costs)
    np.testing.assert_array_equal(one["W1"], other["W1"])


def test_dropout_draws_fresh_masks(xor):
    _, costs = nn.train(*xor, steps=3, rate=0.0, keep=0.5, rng=np.random.default_rng(0))
    assert len(set(costs)) == 3


def test_float32_stays(rng, xor):
    params, X, Y = xor
    small = {name: array.astype(np.float32) for name, array in params.items()}
    trained, _ = nn.train(small, X, Y, steps=3, rate=np.float64(0.1), decay=np.float64(0.1), keep=0.5, rng=rng)
    assert {array.dtype for array in trained.values()} == {np.dtype(np.float32)}


@pytest.mark.slow
def test_it_reads_held_back_digits():
    """64-32-10 on the 1,797 digits that scikit-learn brings along: every fifth is held back."""
    from sklearn.datasets import load_digits  # takes a second, which collecting the tests need not wait for

    digits = load_digits()
    X, labels = digits.data.T / 16, digits.target
    Y, held_back = np.eye(10)[:, labels], np.arange(labels.size) % 5 == 0
    rng = np.random.default_rng(0)
    params, costs = nn.train(
        nn.init_params([64, 32, 10], rng=rng), X[:, ~held_back], Y[:, ~held_back],
        steps=1500, rate=0.5, loss="softmax", batch=64, rng=rng,
    )  # fmt: skip
    answers = nn.predict(params, X[:, held_back], loss="softmax").argmax(axis=0)
    accuracy = np.mean(answers == labels[held_back])
    print(f"accuracy on {held_back.sum()} held-back digits: {accuracy:.1%}")
    assert accuracy >= 0.95
    assert costs[-100:].mean() < 0.1 * costs[:10].mean()
