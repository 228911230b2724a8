"""Batch norm in both modes against automatic differentiation, and what is known about it."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.batch_norm import (
    TINY,
    batch_norm_backward,
    batch_norm_eval_backward,
    batch_norm_eval_forward,
    batch_norm_forward,
    batch_statistics,
    running_statistics,
)


def train_formula(Z, gamma, beta):
    mean = anp.sum(Z, axis=1, keepdims=True) / Z.shape[1]
    variance = anp.sum((Z - mean) ** 2, axis=1, keepdims=True) / Z.shape[1]
    return gamma * (Z - mean) / anp.sqrt(variance + TINY) + beta


def case(rng, shape):
    n = shape[0]
    return rng.standard_normal(shape), 1 + rng.random((n, 1)), rng.standard_normal((n, 1)), rng.standard_normal(shape)


def test_train_mode(rng, shape, true_backward, assert_same):
    Z, gamma, beta, dU = case(rng, shape)
    assert_same(batch_norm_forward(Z, gamma, beta), train_formula(Z, gamma, beta), digits=13)
    truth = true_backward(train_formula, dU, Z, gamma, beta)
    for ours, true in zip(batch_norm_backward(dU, Z, gamma), truth, strict=True):
        assert_same(ours, true, digits=11)


def test_eval_mode(rng, shape, true_backward, assert_same):
    Z, gamma, beta, dU = case(rng, shape)
    mean, variance = rng.standard_normal((shape[0], 1)), rng.random((shape[0], 1))

    def formula(Z, gamma, beta):
        return gamma * (Z - mean) / anp.sqrt(variance + TINY) + beta

    assert_same(batch_norm_eval_forward(Z, gamma, beta, mean, variance), formula(Z, gamma, beta), digits=13)
    truth = true_backward(formula, dU, Z, gamma, beta)
    for ours, true in zip(batch_norm_eval_backward(dU, Z, gamma, mean, variance), truth, strict=True):
        assert_same(ours, true, digits=13)


def test_the_exact_formula_holds_where_the_variance_is_as_small_as_tiny(rng, true_backward, assert_same):
    Z, gamma, beta, dU = case(rng, (3, 6))
    Z *= 3e-3
    truth = true_backward(train_formula, dU, Z, gamma, beta)
    assert_same(batch_norm_backward(dU, Z, gamma)[0], truth[0], digits=11)


def test_a_cost_that_adds_up_or_a_bias_before_it_has_gradient_zero(rng):
    Z, gamma, _, dU = case(rng, (4, 7))
    assert np.max(np.abs(batch_norm_backward(np.ones((4, 7)), Z, gamma)[0])) < 1e-13
    bias_gradient = batch_norm_backward(dU, Z, gamma)[0].sum(axis=1)
    assert np.max(np.abs(bias_gradient)) < 1e-13


def test_the_modes_differ(rng):
    Z, gamma, _, dU = case(rng, (4, 7))
    train, evaluation = (
        batch_norm_backward(dU, Z, gamma)[0],
        batch_norm_eval_backward(dU, Z, gamma, *batch_statistics(Z))[0],
    )
    assert np.linalg.norm(train - evaluation) / np.linalg.norm(train + evaluation) > 0.01


def test_running_statistics_settle_on_those_of_the_data(rng):
    Z = rng.standard_normal((3, 8))
    mean, variance = np.zeros((3, 1)), np.ones((3, 1))
    for _ in range(300):
        mean, variance = running_statistics(Z, mean, variance)
    np.testing.assert_allclose(mean, Z.mean(axis=1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(variance, Z.var(axis=1, keepdims=True), atol=1e-12)


def test_float32_stays_and_nothing_of_the_callers_is_changed(rng):
    Z, gamma, beta, dU = (array.astype(np.float32) for array in case(rng, (4, 7)))
    statistics = running_statistics(Z, beta, gamma)
    for array in (Z, gamma, beta, dU, *statistics):
        array.flags.writeable = False
    results = (
        batch_norm_forward(Z, gamma, beta),
        *batch_norm_backward(dU, Z, gamma),
        batch_norm_eval_forward(Z, gamma, beta, beta, gamma),
        *batch_norm_eval_backward(dU, Z, gamma, beta, gamma),
        *statistics,
    )
    assert {result.dtype for result in results} == {np.dtype(np.float32)}


def test_flat_gamma_is_refused_even_where_numpy_would_spread_it():
    with pytest.raises(ValueError, match=r"gamma must have shape \(3, 1\), got \(3,\)"):
        batch_norm_forward(np.ones((3, 3)), np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"gamma must have shape \(3, 1\), got \(3,\)"):
        batch_norm_backward(np.ones((3, 3)), np.ones((3, 3)), np.ones(3))
