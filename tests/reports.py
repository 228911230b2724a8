"""One report of each kind, made once, for the tests of texts, pages and pictures."""

import dataclasses
from functools import cache

import numpy as np

import gradlab
from gradlab.diagnosis.finding import Finding

THETA = {"W1": np.array([[1.0, -2.0, 0.5]]), "b1": np.array([[0.7]])}


def cost(p):
    return float(np.sum(np.tanh(p["W1"])) + np.sum(p["b1"] ** 3))


def grads(p):
    return {"W1": 1 - np.tanh(p["W1"]) ** 2, "b1": 3 * p["b1"] ** 2}


def spoiled(**factors):
    return {name: factors.get(name, 1.0) * g for name, g in grads(THETA).items()}


@cache
def agrees():
    return gradlab.check_gradients(cost, THETA, grads)


@cache
def wrong():
    return gradlab.check_gradients(cost, THETA, spoiled(W1=-1.0))


@cache
def with_findings():
    said = Finding("GL101", "W1", "W1 has the wrong sign. " * 5, "numeric = -1.000 analytic, within 1e-10 " * 4)
    return dataclasses.replace(wrong(), findings=(said,), notes=("A note on <this> check.",))


@cache
def at_a_kink(gradient=1.0):
    return gradlab.check_gradients(lambda t: float(np.maximum(t, 0).sum()), np.array([0.0, 3.0]), [gradient, 1.0])


@cache
def under_noise():
    return gradlab.check_gradients(lambda t: 1e12 + float(t @ t), np.array([1.0, 2.0]), np.array([2.0, 4.0]))


@cache
def random():
    rng = np.random.default_rng(0)
    return gradlab.check_gradients(lambda t: rng.random(), np.array([0.0, 3.0]), np.array([1.0, 1.0]))


@cache
def untested():
    return gradlab.check_gradients(lambda t: 1.0, np.array([0.0, 3.0]), np.array([0.0, 0.0]))


@cache
def partly_untested():
    return gradlab.check_gradients(lambda t: float(t[0] ** 2), np.array([1.0, 3.0]), np.array([2.0, 0.0]))


@cache
def not_finite():
    return gradlab.check_gradients(cost, THETA, spoiled(b1=np.nan))


@cache
def hidden_by_the_norm():
    params = {"W": np.full(100, 100.0), "b": np.array([1e-6])}
    good = {"W": 2 * params["W"], "b": np.array([1e-5])}
    return gradlab.check_gradients(
        lambda p: float(np.sum(p["W"] ** 2) - 20000 * 50 + 1e-5 * p["b"][0]), params, good | {"b": -good["b"]}
    )


@cache
def offset():
    return gradlab.check_gradients(lambda p: 1e5 + cost(p), THETA, grads)


@cache
def float32():
    params = {name: value.astype(np.float32) for name, value in THETA.items()}
    return gradlab.check_gradients(lambda p: np.sum(np.tanh(p["W1"])) + np.sum(p["b1"] ** 3), params, grads)


@cache
def long_names():
    params = {f"encoder.layers.{i}.self_attention.in_projection.weight_matrix": np.ones((2, 3)) for i in range(3)}
    good = {name: 2 * value for name, value in params.items()}
    name = next(iter(good))
    return gradlab.check_gradients(
        lambda p: float(sum(np.sum(v**2) for v in p.values())), params, good | {name: 1.5 * good[name]}
    )


@cache
def many_blocks(wrong=1):
    params = {f"W{i}": np.ones((2, 3)) for i in range(40)}
    good = {name: (3 if i < wrong else 2) * value for i, (name, value) in enumerate(params.items())}
    return gradlab.check_gradients(lambda p: float(sum(np.sum(v**2) for v in p.values())), params, good)


ALL = [
    agrees, wrong, with_findings, at_a_kink, under_noise, random, untested, partly_untested, not_finite,
    hidden_by_the_norm, offset, float32, long_names, many_blocks,
]  # fmt: skip
