"""Factors that are roots, π or a logarithm's base are told by their name, and others are not taken for them."""

import math

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis.evidence import Interval
from gradlab.diagnosis.known_numbers import FURTHER_NUMBERS, known_number


def nothing(k):
    return ""


def near(number, share=1e-9):
    return Interval(*sorted((number * (1 - share), number * (1 + share))))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("number", "text", "words"), FURTHER_NUMBERS, ids=[text for _, text, _ in FURTHER_NUMBERS])
def test_each_of_them_and_its_inverse(number, text, words, sign):
    assert known_number(near(sign * number), nothing) == f"It is {text}: look for {words}."
    inverse = known_number(near(sign / number), nothing)
    assert words in inverse
    assert inverse != known_number(near(sign * number), nothing)


@pytest.mark.parametrize("k", [2, 3, 5, 8, 12, 64 * 2, 300, 512, 4097])
def test_roots(k):
    assert known_number(near(math.sqrt(k)), nothing).startswith(f"It is √{k}: ")
    assert known_number(near(1 / math.sqrt(k)), nothing).startswith(f"It is 1/√{k}: ")


def test_other_numbers_are_none_of_these():
    """At random, and known to nine digits: one in ten thousand would be too many."""
    rng = np.random.default_rng(0)
    numbers = np.exp(rng.uniform(-5, 5, 2000))
    assert [number for number in numbers if known_number(near(number), nothing)] == []


@pytest.mark.parametrize("where", [Interval(-1e-9, 1e-9), Interval(3.1, 3.2), Interval(0.0, 1e-300)])
def test_a_number_that_is_not_known_well_is_not_named(where):
    assert known_number(where, nothing) == ""


@pytest.mark.parametrize(("rows", "d"), [(4, 8), (7, 12), (3, 20)])
def test_attention_without_its_scale_names_the_axis(rows, d):
    rng = np.random.default_rng(d)
    params = {"queries": rng.standard_normal((rows, d)), "keys": rng.standard_normal((5, d))}

    def cost(p):
        return float(np.sum(np.sin(p["queries"] @ p["keys"].T / np.sqrt(d))))

    def grads(p):
        slope = np.cos(p["queries"] @ p["keys"].T / np.sqrt(d))
        return {"queries": slope @ p["keys"], "keys": slope.T @ p["queries"] / np.sqrt(d)}

    finding = gradlab.check_gradients(cost, params, grads).findings[0]
    assert finding.code == "GL102"
    assert f"It is 1/√{d}: look for the scale 1/√d of attention" in finding.message
    assert f"{d} is the length of axis 1 of queries" in finding.message


@pytest.mark.parametrize("seed", range(4))
def test_degrees(seed):
    angle = np.random.default_rng(seed).uniform(-80, 80, 6)
    finding = gradlab.check_gradients(
        lambda a: float(np.sum(np.sin(np.deg2rad(a)))), angle, lambda a: np.cos(np.deg2rad(a))
    ).findings[0]
    assert (finding.code, "It is π/180: look for degrees" in finding.message) == ("GL102", True)
