"""What of params is checked: some blocks, some entries, complex ones as two real blocks; within a budget."""

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Verdict, check_gradients

SEEDS = range(5)


def problem(seed=0):
    rng = np.random.default_rng(seed)
    params = {"a": rng.standard_normal((3, 4)), "b": rng.standard_normal(5), "deep": [{"c": rng.standard_normal(2)}]}

    def cost(p):
        return float(np.sum(np.sin(p["a"])) * np.sum(p["b"] ** 2) + np.sum(np.tanh(p["deep"][0]["c"])))

    def grads(p):
        return {
            "a": np.cos(p["a"]) * np.sum(p["b"] ** 2),
            "b": 2 * p["b"] * np.sum(np.sin(p["a"])),
            "deep": [{"c": 1 - np.tanh(p["deep"][0]["c"]) ** 2}],
        }

    return cost, params, grads


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("only", "names"),
    [("a", ["a"]), (["b", "a"], ["a", "b"]), (("deep",), ["deep[0].c"]), ({"deep[0].c": True}, ["deep[0].c"])],
)
def test_blocks_by_name(seed, only, names):
    cost, params, grads = problem(seed)
    report = check_gradients(cost, params, grads, only=only)
    assert report.ok
    assert list(report.blocks) == names
    assert report.notes[0].startswith("Not checked, held fixed: ")


def test_a_function_may_give_only_what_is_checked():
    cost, params, grads = problem()
    assert check_gradients(cost, params, lambda p: {"a": grads(p)["a"]}, only=["a"]).ok
    assert check_gradients(cost, params, {"a": grads(params)["a"], "b": None}, only=["a"]).ok


@pytest.mark.parametrize("given", [True, False])
def test_none_is_not_given_and_the_report_says_so(given):
    cost, params, grads = problem()

    def some(p):
        return {**grads(p), "b": None}

    report = check_gradients(cost, params, some if given else some(params))
    assert report.ok
    assert list(report.blocks) == ["a", "deep[0].c"]
    assert report.notes == ("Not checked, held fixed: b.",)


def test_none_for_everything_or_for_what_was_asked_for_is_an_error():
    cost, params, _ = problem()
    nothing = {"a": None, "b": None, "deep": [{"c": None}]}
    for options in ({}, {"only": ["a"]}):
        with pytest.raises(GradlabError, match=r"is None: is it not implemented\?|missing: a"):
            check_gradients(cost, params, nothing, **options)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("as_array", [False, True])
def test_entries_by_a_mask(seed, as_array):
    cost, params, grads = problem(seed)
    mask = np.random.default_rng(seed).random((3, 4)) < 0.5
    mask[0, 0] = mask[2, 1] = True
    wrong = grads(params)
    wrong["a"] = wrong["a"].copy()
    wrong["a"][2, 1] *= 1.01
    wrong["a"][~mask] = np.nan  # not looked at
    if as_array:
        report = check_gradients(lambda a: cost({**params, "a": a}), params["a"], wrong["a"], only=mask)
    else:
        report = check_gradients(cost, params, wrong, only={"a": mask})
    block = next(iter(report.blocks.values()))
    assert block.shape == (3, 4)
    assert block.wrong_count == 1
    assert block.worst.index == (2, 1)
    assert block.tested_count == mask.sum()
    assert not np.any(block.verdicts[~mask] != Verdict.UNTESTED)
    assert "left out by only=" in str(report)
    assert report.evaluations < 4 * mask.sum() + 110


def test_a_mask_and_directions_find_the_entry():
    rng = np.random.default_rng(0)
    theta, mask = rng.standard_normal((40, 50)), rng.random((40, 50)) < 0.5
    mask[7, 3] = True
    slope = 1 - np.tanh(theta) ** 2
    slope[7, 3] += 0.1
    report = check_gradients(lambda t: float(np.sum(np.tanh(t))), theta, slope, only=mask, directions=4)
    assert report.blocks["theta"].worst.index == (7, 3)


@pytest.mark.parametrize("options", [{}, {"vectorized": True}, {"workers": 2}, {"directions": 3}, {"step": 1e-4}])
def test_all_ways_of_asking_take_only(options):
    W, b = np.random.default_rng(0).standard_normal((6, 7)), np.ones(3)
    mask = np.arange(42).reshape(6, 7) % 3 > 0

    def cost(p):
        return np.sum(np.tanh(p["W"]), axis=(-2, -1)) + np.sum(p["b"], axis=-1)

    report = check_gradients(cost, {"W": W, "b": b}, {"W": 1 - np.tanh(W) ** 2}, only={"W": mask}, **options)
    assert report.ok, report


@pytest.mark.parametrize(
    ("only", "says"),
    [
        ("c", r"only must name blocks of params \(a, b, deep\[0\]\.c\), got 'c'"),
        ([], "only must name at least one block"),
        ({"a": np.ones((3, 3), dtype=bool)}, r"a mask of bools in the shape \(3, 4\)"),
        ({"a": np.ones((3, 4))}, "got float64 of shape"),
        ({"a": np.zeros((3, 4), dtype=bool)}, "at least one True"),
        ({"a": False}, "must be True, or a mask"),
        (3, "only must be names of blocks.*got 3$"),
        (["a", 3], "only must be names of blocks.*got list with 3 in it"),
        ({"a": np.ma.masked_array(np.ones((3, 4), dtype=bool))}, r"only\['a'\] must have no mask"),
        ({"a": [[True], [True, False]]}, r"only\['a'\] must be an array"),
        (np.ones((3, 4), dtype=bool), r"only must say for which block its mask is"),
    ],
)
def test_a_choice_that_fits_nothing(only, says):
    with pytest.raises(GradlabError, match=says):
        check_gradients(*problem(), only=only)


def waves(z):
    return float(np.sum(np.abs(np.sin(z)) ** 2))


def slope_of_waves(z):
    """dJ/dRe + i dJ/dIm of |sin z|²: twice sin z times the conjugate of cos z."""
    return 2 * np.sin(z) * np.conj(np.cos(z))


@pytest.mark.parametrize("seed", SEEDS)
def test_complex_params_are_two_real_blocks_in_a_convention_that_is_named(seed):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((2, 3)) + 1j * rng.standard_normal((2, 3))
    torch = check_gradients(waves, z, slope_of_waves, convention="torch")
    assert torch.ok
    assert list(torch.blocks) == ["theta.real", "theta.imag"]
    assert check_gradients(waves, z, lambda z: np.conj(slope_of_waves(z)), convention="jax").ok
    other = check_gradients(waves, z, slope_of_waves, convention="jax")
    assert {name: block.verdict.value for name, block in other.blocks.items()} == {
        "theta.real": "AGREES",
        "theta.imag": "WRONG",
    }
    assert other.findings[0].code == "GL101"


def test_complex_beside_real_and_nested():
    params = {"z": [np.array([1 + 2j, 0.5 - 1j])], "x": np.array([0.3, 0.7])}

    def cost(p):
        return waves(p["z"][0]) * float(np.sum(p["x"] ** 2))

    def grads(p):
        return {"z": [slope_of_waves(p["z"][0]) * np.sum(p["x"] ** 2)], "x": 2 * p["x"] * waves(p["z"][0])}

    report = check_gradients(cost, params, grads, convention="torch")
    assert report.ok
    assert list(report.blocks) == ["z[0].real", "z[0].imag", "x"]


@pytest.mark.parametrize("convention", ["wirtinger", "", 0, ["torch"], np.array(["torch", "jax"])])
def test_a_convention_is_named_and_known(convention):
    z = np.array([1 + 1j])
    with pytest.raises(GradlabError, match="convention must be 'torch'"):
        check_gradients(waves, z, slope_of_waves, convention=convention)
    with pytest.raises(GradlabError, match="imag"):
        check_gradients(waves, z, slope_of_waves)


def tanh_problem(n):
    theta = np.random.default_rng(1).standard_normal(n)
    return lambda t: float(np.sum(np.tanh(t))), theta, 1 - np.tanh(theta) ** 2


@pytest.mark.parametrize("budget", [70, 100, 200, 500])
def test_a_budget_is_kept_by_directions_where_entries_would_cost_more(budget):
    report = check_gradients(*tanh_problem(2000), budget=budget)
    assert report.ok
    assert report.evaluations <= budget
    assert report.blocks["theta"].directions > 0
    assert any("cancel in all of them" in note for note in report.notes)


def test_a_budget_that_is_enough_changes_nothing():
    cost, theta, grad = tanh_problem(20)
    assert check_gradients(cost, theta, grad, budget=1000).blocks["theta"].directions == 0


@pytest.mark.parametrize("budget", [0, 10, -5, 100.5, float("nan"), float("inf"), True, "100"])
def test_a_budget_too_small_or_no_number_is_an_error(budget):
    with pytest.raises(GradlabError, match="budget must be a whole number of at least 69"):
        check_gradients(*tanh_problem(2000), budget=budget)


def test_check_backward_takes_them_too():
    x, w = np.ones((2, 3)), np.ones((3, 2))
    report = gradlab.check_backward(
        lambda x, w: x @ w, lambda U, x, w: (U @ w.T, x.T @ U), {"x": x, "w": w}, only="w"
    )
    assert report.ok
    assert list(report.blocks) == ["w"]
