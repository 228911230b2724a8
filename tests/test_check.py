"""The checker checked: right gradients agree, wrong ones are wrong, down to the barely wrong, at a known price."""

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Verdict, check_backward, check_gradients
from tests.chosen import sample
from tests.networks import KINDS, SINGLE, SPOILS, budget

SEEDS = sample(range(4), 1)


@pytest.mark.parametrize("kind", KINDS)
def test_right_gradients_agree_within_the_budget(kind):
    spent = []
    for seed in SEEDS:
        cost, params, grads = KINDS[kind](seed)
        report = check_gradients(cost, params, grads)
        assert report.verdict is Verdict.AGREES, report
        assert report.findings == ()
        spent.append(report.evaluations / budget(params))
    if "relu" not in kind:  # kinks may cost more
        assert np.mean(spent) <= 1


@pytest.mark.thorough
@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("kind", sample(KINDS, 3))
def test_wrong_gradients_are_wrong(kind, spoil):
    for seed in SEEDS:
        cost, params, grads = KINDS[kind](seed)
        wrong = SPOILS[spoil](grads(params), np.random.default_rng(seed))
        report = check_gradients(cost, params, wrong)
        assert report.verdict is Verdict.WRONG, report


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_only_what_was_spoiled_is_called_wrong(kind):
    """By block and by entry: the place is right, and so is the number that stands there."""
    for seed in SEEDS:
        cost, params, grads = KINDS[kind](seed)
        right, rng = grads(params), np.random.default_rng(seed)
        wrong = SPOILS["one entry + 10 %"](right, rng)
        report = check_gradients(cost, params, wrong)
        changed = {name: np.argwhere(wrong[name] != right[name]).tolist() for name in params}
        found = {name: np.argwhere(b.verdicts == Verdict.WRONG).tolist() for name, b in report.blocks.items()}
        assert found == changed
        worst = report.worst_first()[0]
        assert abs(worst.worst.numeric - right[worst.name][worst.worst.index]) <= worst.worst.bound


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("kind", SINGLE)
def test_float32_is_never_wrong_about_right_gradients(kind):
    verdicts = []
    for seed in range(6):
        cost, params, grads = SINGLE[kind](seed)
        report = check_gradients(cost, params, grads)
        verdicts.append(report.verdict)
        assert report.verdict is not Verdict.WRONG, report
        assert "params are float32" in str(report)
    if kind == "float32 tanh":
        assert set(verdicts) == {Verdict.AGREES}


@pytest.mark.parametrize("spoil", ["sign of the first block", "a block zero", "a block doubled", "one entry + 10 %"])
@pytest.mark.parametrize("kind", ["float32 tanh", "float32 relu"])
def test_float32_sees_gross_mistakes(kind, spoil):
    for seed in SEEDS:
        cost, params, grads = SINGLE[kind](seed)
        wrong = SPOILS[spoil](grads(params), np.random.default_rng(seed))
        assert check_gradients(cost, params, wrong).verdict is Verdict.WRONG


def test_the_missing_decay():
    cost, params, grads = KINDS["softmax with L2"](0)
    without = {name: g - (0.1 / 6 * params[name] if name[0] == "W" else 0) for name, g in grads(params).items()}
    report = check_gradients(cost, params, without)
    assert {name for name, b in report.blocks.items() if b.verdict is Verdict.WRONG} == {"W1", "W2"}


def test_a_million_to_one_block_is_not_hidden():
    """What formula (2) over all entries cannot see: 10 wrong biases beside 1000 large weights."""
    params = {"W": np.full(1000, 30.0), "b": np.full(10, 0.1)}
    good = {"W": np.full(1000, 1e3), "b": np.full(10, 1e-5)}
    report = check_gradients(
        lambda p: 1e3 * np.sum(p["W"] - 30.0) + 1e-5 * np.sum(p["b"]), params, good | {"b": -good["b"]}
    )
    assert report.relative_difference < 1e-7
    assert report.level == "great"
    assert report.blocks["b"].wrong_count == 10
    assert report.blocks["W"].verdict is Verdict.AGREES


def test_dead_units_are_not_a_pass():
    params = {"W": np.array([-1.0, -2.0, 3.0])}

    def cost(p):
        return float(np.sum(np.maximum(p["W"], 0) ** 2))

    block = check_gradients(cost, params, {"W": np.array([0.0, 0.0, 6.0])}).blocks["W"]
    assert block.verdicts.tolist() == [Verdict.UNTESTED, Verdict.UNTESTED, Verdict.AGREES]
    assert block.reasons == {"no effect": 2}
    assert block.tested_count == 1
    assert check_gradients(cost, params, {"W": np.array([0.0, 0.5, 6.0])}).verdict is Verdict.WRONG


def test_a_valley_is_not_a_dead_unit():
    """J⁺ = J⁻ at the bottom of a valley, and yet the cost moves."""
    theta = np.array([0.0, 1.0])
    report = check_gradients(lambda t: float(np.cos(t).sum()), theta, -np.sin(theta))
    assert "no effect" not in report.blocks["theta"].reasons
    assert check_gradients(lambda t: float(np.cos(t).sum()), theta, [0.01, -np.sin(1.0)]).verdict is Verdict.WRONG


def test_outside_the_domain_is_not_asked():
    theta = np.array([1e-5, 1e-9, 3.0])
    report = check_gradients(lambda t: float(np.sum(np.log(t))), theta, 1 / theta)
    assert report.ok
    assert report.blocks["theta"].digits >= 7


def test_an_edge_on_one_side_is_undecided_and_named():
    report = check_gradients(lambda t: float(np.sum(np.sqrt(t))), np.array([0.0, 1.0]), [0.0, 0.5])
    assert report.verdict is Verdict.UNDECIDED
    assert report.blocks["theta"].reasons == {"domain": 1}


def test_vectorized_and_workers_give_the_same_report():
    rng = np.random.default_rng(0)
    X, params = rng.standard_normal((4, 6)), {"W": rng.standard_normal((3, 4)), "b": rng.standard_normal((3, 1))}

    def cost(p):  # any number of axes in front
        return np.sum(np.tanh(p["W"] @ X + p["b"]) ** 2, axis=(-2, -1))

    good = gradlab.numeric_gradient(cost, params).values
    plain = check_gradients(cost, params, good)
    for keywords in ({"vectorized": True}, {"workers": 2}, {"workers": map}):
        other = check_gradients(cost, params, good, **keywords)
        assert other.ok
        assert [b.verdict for b in other.blocks.values()] == [b.verdict for b in plain.blocks.values()]
        assert other.evaluations == pytest.approx(plain.evaluations, rel=0.3)


def test_evaluations_are_counted_truly():
    calls = []
    cost, params, grads = KINDS["tanh"](0)
    report = check_gradients(lambda p: calls.append(1) or cost(p), params, grads)
    assert report.evaluations == len(calls)


def test_many_wrong_entries_do_not_cost_many_evaluations():
    """Where nearly all of a block is plainly wrong, a sample is examined and the rest judged by it."""
    rng = np.random.default_rng(0)
    theta = rng.standard_normal(2000)
    report = check_gradients(lambda t: float(np.sum(np.sin(t))), theta, 2 * np.cos(theta))
    assert report.blocks["theta"].wrong_count == 2000
    assert report.evaluations < 4 * 2000


def test_another_seed_changes_no_verdict():
    cost, params, grads = KINDS["relu"](1)
    for rng in (None, 7, np.random.default_rng(8)):
        assert check_gradients(cost, params, grads, rng=rng).ok


# check_backward


def dense(A, W, b):
    return W @ A + b


def dense_backward(dZ, A, W, b):
    return {"A": W.T @ dZ, "W": dZ @ A.T, "b": dZ.sum(axis=1, keepdims=True)}


def layer():
    rng = np.random.default_rng(0)
    return {name: rng.standard_normal(shape) for name, shape in {"A": (3, 5), "W": (2, 3), "b": (2, 1)}.items()}


def test_a_layer_with_all_its_inputs():
    report = check_backward(dense, dense_backward, layer())
    assert report.ok
    assert list(report.blocks) == ["A", "W", "b"]


@pytest.mark.parametrize("name", ["A", "W", "b"])
def test_a_layer_with_one_gradient_wrong(name):
    def wrong(dZ, **inputs):
        right = dense_backward(dZ, **inputs)
        return right | {name: right[name] * 1.001}

    report = check_backward(dense, wrong, layer())
    assert {n for n, b in report.blocks.items() if b.verdict is Verdict.WRONG} == {name}


def test_inputs_that_backward_does_not_name_are_held():
    def forward(A, mask):
        return A * mask

    inputs = {"A": layer()["A"], "mask": np.arange(15).reshape(3, 5) % 2}
    assert check_backward(forward, lambda dZ, A, mask: {"A": dZ * mask}, inputs).ok


def test_a_normalisation_is_not_vacuous():
    def forward(A):
        return (A - A.mean(axis=1, keepdims=True)) / A.std(axis=1, keepdims=True)

    report = check_backward(forward, lambda dZ, A: {"A": dZ * 0}, {"A": layer()["A"]})
    assert report.verdict is Verdict.WRONG  # sum(out) is constant, and would have called it right


@pytest.mark.parametrize(
    ("backward", "message"),
    [
        (lambda dZ, A, W, b: None, "backward must return the gradients, got None: is a return missing"),
        (lambda dZ, A, W, b: {}, "backward must return a gradient for at least one input"),
        (lambda dZ, A, W, b: {"X": dZ}, "returned 'X', which is no input: the inputs are A, W, b"),
        (lambda dZ, A, W, b: {"W": A}, r"must have shape \(2, 3\), got \(3, 5\)"),
    ],
)
def test_a_backward_that_cannot_be_checked(backward, message):
    with pytest.raises(gradlab.GradlabError, match=message):
        check_backward(dense, backward, layer())


def together(p):
    """Cost, gradients and what else somebody returns."""
    return float(np.sum(np.tanh(p["W"]))), {"W": 1 - np.tanh(p["W"]) ** 2}, "statistics"


@pytest.mark.parametrize("length", [2, 3])
def test_cost_and_gradients_of_one_function(length):
    params = {"W": np.random.default_rng(3).standard_normal((2, 3))}
    assert gradlab.check_gradients(lambda p: together(p)[:length], params, True).ok
    report = gradlab.check_gradients(lambda p: (together(p)[0], {"W": 2 * together(p)[1]["W"]}), params, grads=True)
    assert report.verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("both", "says"),
    [
        (lambda p: 1.0, r"returned a float\. If it returns the cost alone"),
        (lambda p: (1.0,), "returned a tuple"),
        (None, "says that the first argument returns"),
    ],
)
def test_grads_true_wants_a_pair(both, says):
    with pytest.raises(gradlab.GradlabError, match=says):
        gradlab.check_gradients(both, np.ones(2), grads=True)


def test_a_pair_without_grads_true_is_told_the_way():
    with pytest.raises(gradlab.GradlabError, match="say grads=True"):
        gradlab.check_gradients(together, {"W": np.ones(2)}, lambda p: together(p)[1])


def beside_a_dead_block(right=True):
    """b does not move the cost at all; W does."""
    params = {"W": np.array([1.0, 2.0]), "b": np.zeros(3)}
    grads = {"W": np.cos(params["W"]) * (1 if right else -1), "b": np.zeros(3)}
    return (lambda p: float(np.sum(np.sin(p["W"])))), params, grads


def test_a_block_of_which_nothing_could_be_tested_is_no_pass():
    report = check_gradients(*beside_a_dead_block())
    assert report.verdict is Verdict.UNTESTED
    assert not report.ok
    assert "UNTESTED: nothing could be tested in 1 of 2 blocks: b; the rest agrees." in str(report)


@pytest.mark.parametrize("meant", [True, ["b"], ("b",), "b"])
def test_unless_it_is_meant(meant):
    report = check_gradients(*beside_a_dead_block(), allow_untested=meant)
    assert report.verdict is Verdict.AGREES
    assert report.ok
    assert not check_gradients(*beside_a_dead_block(right=False), allow_untested=meant).ok
    assert gradlab.assert_gradients(*beside_a_dead_block(), allow_untested=meant)


@pytest.mark.parametrize("meant", [False, (), ["W"]])
def test_what_is_meant_of_others_says_nothing_of_it(meant):
    assert not check_gradients(*beside_a_dead_block(), allow_untested=meant).ok


def test_nothing_at_all_is_untested_even_where_it_is_meant():
    report = check_gradients(lambda t: 1.0, np.ones(2), np.zeros(2), allow_untested=True)
    assert report.verdict is Verdict.UNTESTED
    assert report.ok


def test_what_may_be_untested_must_exist():
    with pytest.raises(GradlabError, match="allow_untested must be True or names of blocks, got 'c': there are W, b"):
        check_gradients(*beside_a_dead_block(), allow_untested=["c"])
