"""Every loss against its textbook formula and automatic differentiation, and where that formula overflows."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.losses import LOSSES, softmax_backward


def logistic(Z, Y):
    A = 1 / (1 + anp.exp(-Z))
    return -anp.sum(Y * anp.log(A) + (1 - Y) * anp.log(1 - A)) / Z.shape[1]


def softmax(Z, Y):
    A = anp.exp(Z) / anp.sum(anp.exp(Z), axis=0)
    return -anp.sum(Y * anp.log(A)) / Z.shape[1]


def squared(Z, Y):
    return anp.sum((Z - Y) ** 2) / (2 * Z.shape[1])


FORMULAS = {"logistic": logistic, "softmax": softmax, "squared": squared}


def answers(name, rng, shape):
    """Answers that suit the loss; soft ones too, since the derivative must hold for them."""
    if name == "softmax":
        Y = rng.random(shape) + 0.1
        return Y / Y.sum(axis=0)
    return rng.random(shape) if name == "logistic" else rng.standard_normal(shape)


@pytest.mark.parametrize("name", FORMULAS)
def test_cost_and_backward_against_the_formula(name, rng, shape, true_backward, assert_same):
    Z, Y = 3 * rng.standard_normal(shape), answers(name, rng, shape)
    J = LOSSES[name].cost(Z, Y)
    assert type(J) is float
    assert_same(J, FORMULAS[name](Z, Y), digits=12)
    assert_same(LOSSES[name].backward(Z, Y), true_backward(FORMULAS[name], 1.0, Z, Y)[0])


@pytest.mark.parametrize("name", FORMULAS)
def test_backward_is_prediction_less_answer(name, rng, shape, assert_same):
    Z, Y = rng.standard_normal(shape), answers(name, rng, shape)
    assert_same(LOSSES[name].backward(Z, Y), (LOSSES[name].predict(Z) - Y) / shape[1], digits=15)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_stay_finite_and_keep_their_precision(name, dtype):
    Z = np.array([[1000.0, -1000.0, 1000.0, 0.0], [-1000.0, 1000.0, 1000.0, 0.0]], dtype)
    Y = np.eye(2, dtype=int)[:, [0, 0, 1, 1]]
    loss = LOSSES[name]
    assert np.isfinite(loss.cost(Z, Y))
    for array in (loss.backward(Z, Y), loss.predict(Z)):
        assert array.dtype == dtype
        assert np.all(np.isfinite(array))


def test_huge_logits_give_the_exact_cost():
    right, wrong = np.array([[1000.0]]), np.array([[-1000.0]])
    assert LOSSES["logistic"].cost(right, np.array([[1]])) == 0
    assert LOSSES["logistic"].cost(wrong, np.array([[1]])) == 1000
    two = np.array([[1000.0], [-1000.0]])
    assert LOSSES["softmax"].cost(two, np.array([[1], [0]])) == 0
    assert LOSSES["softmax"].cost(two, np.array([[0], [1]])) == 2000


def test_a_tiny_cost_keeps_its_digits():
    """The noise of a cost limits every check: log(1 - A) would have lost all digits here."""
    Z = np.array([[-36.0]])
    np.testing.assert_allclose(LOSSES["logistic"].cost(Z, np.array([[0]])), np.log1p(np.exp(-36)), rtol=1e-15)


@pytest.mark.parametrize("name", FORMULAS)
def test_nothing_of_the_callers_is_changed(name, rng, shape):
    Z, Y = rng.standard_normal(shape), answers(name, rng, shape)
    Z.flags.writeable = Y.flags.writeable = False
    loss = LOSSES[name]
    assert np.isfinite(loss.cost(Z, Y))
    assert loss.backward(Z, Y).shape == loss.predict(Z).shape == shape


def test_the_published_softmax_gradient_without_its_division_by_the_number_of_classes():
    """worked-examples.json: the gradient was A - Y; divided by 4, it differs by 0.6 = 3/5 in formula (2)."""
    published = np.array([[0.22151804], [0.66547696], [-0.90046553], [0.01347053]])
    Y = np.eye(4)[:, [2]]
    dZ = softmax_backward(np.log(published + Y), Y)
    np.testing.assert_allclose(dZ, published, atol=1e-8)
    np.testing.assert_allclose((dZ / 4).ravel(), [0.05538, 0.16637, -0.22512, 0.00337], atol=6e-6)
