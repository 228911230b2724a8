"""What the findings say: names, numbers, how sure; and what a rule must not do."""

import inspect
import re
from collections import Counter

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis import evidence
from gradlab.diagnosis.diagnose import RULES
from gradlab.diagnosis.finding import PAGE
from tests.diagnosis import faults

NET = faults.Network("tanh", [4, 6, 5, 1], 0)
RIGHT = NET.gradients(NET.params)


def findings(**changed):
    return gradlab.check_gradients(NET.cost, NET.params, RIGHT | changed).findings


def test_every_rule_has_a_code_of_its_own_form():
    codes = [re.match(r"GL\d{3}\b", inspect.getdoc(rule)) for rule in RULES]
    assert all(codes)
    ways = Counter(code[0] for code in codes)  # some codes are seen in more ways than one
    assert max(ways.values()) <= 3


def test_a_flipped_sign():
    first = findings(W2=-RIGHT["W2"])[0]
    assert (first.code, first.block, first.blocks) == ("GL101", "W2", ("W2",))
    assert first.message.startswith("The sign of W2 is flipped.")
    assert first.evidence.startswith("numeric = −1 · analytic in all 30 entries")
    assert first.sure > 30
    assert first.page == f"{PAGE}#gl101"


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (2.0, "should be half of what it is"),
        (0.5, "should be 2 times"),
        (1 / 7, "should be 7 times"),
        (7.0, "should be 1/7 of what it is"),
    ],
)
def test_a_factor_is_named(factor, said):
    first = findings(W1=factor * RIGHT["W1"])[0]
    assert first.code == "GL102"
    assert said in first.message


def test_a_factor_that_is_a_size_says_of_what():
    first = findings(W1=5 * RIGHT["W1"])[0]
    assert "axis 1 of W3" in first.message


def test_an_odd_factor_is_given_as_it_is():
    first = findings(W1=RIGHT["W1"] / 1.2345678)[0]
    assert "should be 1.23457 times" in first.message


def test_one_factor_in_all_blocks_is_the_whole_gradient():
    first = findings(**{name: 4 * g for name, g in RIGHT.items()})[0]
    assert first.block is None
    assert first.blocks == tuple(NET.params)
    assert "in the whole gradient" in first.message


def test_blocks_with_factors_of_their_own_are_told_apart():
    said = [f for f in findings(W1=2 * RIGHT["W1"], b2=3 * RIGHT["b2"]) if f.code == "GL102"]
    assert {f.blocks for f in said} == {("W1",), ("b2",)}


def test_a_block_of_one_entry_cannot_show_a_factor():
    said = findings(b3=1.2345678 * RIGHT["b3"])
    assert [f.code for f in said] == ["GL115", "GL119"]
    assert "one number cannot tell" in said[-1].message


def test_a_block_of_one_entry_can_show_a_two():
    assert findings(b3=2 * RIGHT["b3"])[0].code == "GL102"


def test_decay_gives_its_number():
    wrong = {name: g - 0.03 * NET.params[name] for name, g in RIGHT.items() if name.startswith("W")}
    first = findings(**wrong)[0]
    assert first.code == "GL107"
    assert "lacks 0.03 · θ" in first.message


def test_nothing_is_sure_about_a_chance_fit():
    """Two entries and a fitted number leave one entry of evidence: not enough if it is known to two digits only."""
    assert evidence.coefficient(np.array([1.0, 1.0]), np.array([2.0, 3.0]), np.array([0.1, 0.1])) is None
    found = evidence.coefficient(np.array([1.0, 1.0]), np.array([2.0, 2.1]), np.array([0.1, 0.1]))
    assert 2.05 in found
    assert found.digits(expected=1.0) < 2


@pytest.mark.parametrize("number", [2, 3, 64, 1 / 2, 1 / 100, 3 / 4, 8 / 7, -2])
def test_simple_fractions_are_found(number):
    width = 1e-9 * abs(number)
    assert float(evidence.fraction(evidence.Interval(number - width, number + width), expected=1.0)) == pytest.approx(
        number
    )


@pytest.mark.parametrize("number", [1.2345678, 0.7182818, 3.1415926, 57.295779])
def test_other_numbers_are_not_called_fractions(number):
    width = 1e-6 * number
    assert evidence.fraction(evidence.Interval(number - width, number + width), expected=1.0) is None


def test_a_stray_does_not_spoil_a_large_block():
    """Bounds hold in 99.9 %, so one of a thousand may lie outside."""
    x = np.linspace(1, 2, 1000)
    y = 3 * x
    y[17] += 1
    assert 3.0 in evidence.coefficient(x, y, np.full(1000, 1e-6))


def test_not_finite_comes_first_and_says_where():
    wrong = RIGHT["W2"].copy()
    wrong[3, 1] = np.nan
    said = findings(W2=wrong, b3=-RIGHT["b3"])
    assert said[0].code == "GL111"
    assert "W2[3, 1] = nan" in said[0].evidence


def test_zero_rows_are_told_from_a_zero_block():
    wrong = RIGHT["W2"].copy()
    wrong[-1] = 0
    assert "a loop that ends one early" in findings(W2=wrong)[0].message
    assert "never filled" in findings(W2=0 * wrong)[0].message


def test_a_cost_that_ignores_a_block():
    theta = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0, 5.0])}
    said = gradlab.check_gradients(
        lambda p: float(np.sum(p["a"] ** 2)), theta, {"a": 2 * theta["a"], "b": np.ones(3)}
    )
    assert said.findings[0].code == "GL110"
    assert said.findings[0].block == "b"


def test_the_order_of_layers_is_not_needed():
    """Names that say nothing about layers: fits still speak, patterns of layers do not."""
    names = dict(zip(NET.params, ["in", "in_bias", "mid", "mid_bias", "out", "out_bias"], strict=True))
    params = {names[k]: v for k, v in NET.params.items()}
    wrong = {names[k]: -v if k == "W2" else v for k, v in RIGHT.items()}

    def cost(p):
        return NET.cost({k: p[names[k]] for k in NET.params})

    assert [f.code for f in gradlab.check_gradients(cost, params, wrong).findings] == ["GL101"]


def test_why_a_cost_cannot_be_checked():
    rng = np.random.default_rng(0)
    report = gradlab.check_gradients(lambda t: float(np.sum(t**2) + rng.random()), np.ones(3), 2 * np.ones(3))
    assert [f.code for f in report.findings] == ["GL203"]
    kink = gradlab.check_gradients(lambda t: float(np.sum(np.abs(t))), np.zeros(2), np.array([5.0, 5.0]))
    assert [f.code for f in kink.findings] == ["GL201"]
    steps = gradlab.check_gradients(lambda t: round(float(np.sum(t**2)), 3), np.ones(3), 2 * np.ones(3))
    assert [f.code for f in steps.findings] in ([], ["GL208"])
    large = gradlab.check_gradients(lambda t: 1e13 + float(np.sum(np.sin(t))), np.ones(3), np.cos(np.ones(3)))
    assert [f.code for f in large.findings] == ["GL202"]
    edge = gradlab.check_gradients(lambda t: float(np.sqrt(t[0])), np.zeros(1), np.array([1.0]))
    assert [f.code for f in edge.findings] == ["GL204"]


@pytest.mark.parametrize("factor", [2.0, -1.0, 1.1])
def test_nothing_is_said_of_layers_above_of_which_nothing_is_known(factor):
    """The output layer is dead, so that its blocks cannot be tested; a decay makes a lower one wrong."""
    params = {"W1": np.array([[0.5, -1.0]]), "b1": np.ones(1), "W2": np.array([[2.0]]), "b2": np.zeros(1)}
    right = {name: np.zeros(a.shape) for name, a in params.items()} | {"W1": params["W1"]}
    wrong = right | {"W1": factor * right["W1"]}

    def cost(p):
        out = np.maximum(p["W2"] @ (p["W1"] @ [1.0, 1.0] + p["b1"]) - 100 + p["b2"], 0)
        return float(np.sum(out) + np.sum(p["W1"] ** 2) / 2)

    report = gradlab.check_gradients(cost, params, wrong)
    assert report.blocks["W1"].verdict is gradlab.Verdict.WRONG
    assert "GL113" not in {f.code for f in report.findings}


@pytest.mark.parametrize("seed", range(12))
def test_one_number_that_is_round_is_not_clipped_or_forgotten(seed):
    """A sum of ±0.7 or of ±1 over examples is round, or 0, by itself: the mistake is in the loss."""
    rng = np.random.default_rng(seed)
    X, t = rng.normal(size=(20, 3)), rng.choice([-1.0, 1.0], 20)
    params, C = {"w": 0.5 * rng.normal(size=3), "b": np.array([0.2])}, rng.choice([0.7, 1.0])

    def margins(p):
        return np.maximum(0, 1 - t * (X @ p["w"] + p["b"]))

    def cost(p):
        return float(0.5 * p["w"] @ p["w"] + C * np.sum(margins(p) ** 2))

    def plain_hinge(p):
        dS = -C * t * (margins(p) > 0)
        return {"w": p["w"] + X.T @ dS, "b": np.array([dS.sum()])}

    report = gradlab.check_gradients(cost, params, plain_hinge)
    assert report.verdict is gradlab.Verdict.WRONG
    assert not {"GL109", "GL103"} & {finding.code for finding in report.findings}


@pytest.mark.parametrize("n", [1, 5, 14])
@pytest.mark.parametrize("factor", [3.0, 1.2345, -0.7])
def test_a_number_without_axes_is_called_by_its_name(n, factor):
    """It has no index: `a`, as one types it, not `a[]`."""
    params = {"a": np.array(1.3), "W": np.arange(1.0, n + 1)}

    def grads(p):
        Z = p["a"] * p["W"]
        return {"a": factor * np.sum(np.sin(Z) + Z * np.cos(Z)), "W": p["a"] ** 2 * np.cos(Z)}

    report = gradlab.check_gradients(lambda p: p["a"] * np.sum(np.sin(p["a"] * p["W"])), params, grads, edits=False)
    assert report.findings
    for finding in report.findings:
        assert "[]" not in finding.message + finding.evidence
