"""Bad input gets a clear error before anything is computed; unusual input works; nothing of the caller's changes."""

import copy

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Verdict

W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]) / 7
RO = W.copy()
RO.flags.writeable = False


def cost(p):
    return float(np.sum(np.tanh(p["W"])))


def grads(p):
    return {"W": 1 - np.tanh(p["W"]) ** 2}


def check(cost=cost, params=None, grads=grads, **keywords):
    return gradlab.check_gradients(cost, {"W": W} if params is None else params, grads, **keywords)


BAD = {
    # gradients that do not fit
    "transposed": ({"grads": {"W": W.T}}, r"grads of 'W' must have shape \(2, 3\), got \(3, 2\): is it transposed\?"),
    "another shape": ({"grads": {"W": W[0]}}, r"must have shape \(2, 3\), got \(3,\)$"),
    "missing name": (
        {"params": {"W": W, "b": np.ones(2)}},
        r"params \(W, b\); missing: b\. What has no gradient is held fixed",
    ),
    "extra name": ({"grads": {"W": W, "V": W}}, r"unknown: V\. What is checked, and no more: \{name: "),
    "dW for W, but b for b": (
        {"params": {"W": W, "b": np.ones(2)}, "grads": {"dW": W, "b": np.ones(2)}},
        r"missing: W; unknown: dW\. Name all of them like the parameter, or all of them with the d in front$",
    ),
    "array for dict": ({"grads": W[:1]}, r"grads must be a dict with the names of params, got ndarray"),
    "nothing returned": ({"grads": lambda p: None}, r"grads must return the gradients, got None: is a return"),
    "object gradients": ({"grads": {"W": W.astype(object)}}, r"grads of 'W' must be real numbers, got dtype object"),
    "complex gradients": ({"grads": {"W": W + 0j}}, r"grads of 'W' must be real numbers, got dtype complex128"),
    "sequence too short": ({"params": [W, W + 1], "grads": [W]}, r"missing: params\[1\]\. Give one gradient"),
    # parameters that cannot be moved
    "integers": ({"params": {"W": np.array([3, 4])}}, r"must be floats, got int64: .* Use \.astype\(float\)"),
    "booleans": ({"params": {"W": np.array([True])}}, r"must be floats, got bool"),
    "complex": ({"params": {"W": W + 0j}}, r"must be real floats, got dtype complex128"),
    "objects": ({"params": {"W": W.astype(object)}}, r"must be real floats, got dtype object"),
    "no array": ({"params": {"W": None}}, r"at least one number, got none: 'W' is None"),
    "text": ({"params": {"W": "W"}}, r"at least one number, got none: 'W' is 'W'"),
    "float16": ({"params": {"W": W.astype(np.float16)}}, r"must be float32 or finer, got float16"),
    "nested grads": ({"grads": {"W": {"W": W}}}, r"grads of 'W' must be an array, got a dict: give it the structure"),
    "ragged list": ({"params": {"W": [[1.0, 2.0], [3.0]]}}, r"params 'W' must be an array, got rows of different"),
    "empty dict": ({"params": {}}, r"params must hold at least one number"),
    "empty list": ({"params": []}, r"params must hold at least one number"),
    "empty arrays": ({"params": {"W": np.zeros((0, 3))}}, r"params must hold at least one number"),
    "not finite": ({"params": {"W": np.array([1.0, np.nan, np.inf])}}, r"params 'W' must be finite, got 2 NaN"),
    "two dtypes": ({"params": {"W": W, "b": np.ones(2, np.float32)}}, r"one dtype: 'W' is float64, 'b' is float32"),
    "one array twice": ({"params": {"W": W, "V": W}}, r"params 'W' and 'V' share memory"),
    "overlapping views": ({"params": {"W": W[:, :2], "V": W[:, 1:]}}, r"params 'W' and 'V' share memory"),
    "broadcast view": ({"params": {"W": np.broadcast_to(1.0, (2, 3))}}, r"entries of params 'W' share memory"),
    "names alike": ({"params": {1: W, "1": W + 1}}, r"names of params must differ as text"),
    # costs that are no cost
    "no function": ({"cost": 3.0}, r"cost must be a function of params, got float"),
    "cost is None": ({"cost": lambda p: None}, r"cost must return a number, got None: is a return missing\?"),
    "cost per example": ({"cost": lambda p: p["W"][0]}, r"one number, got shape \(3,\): sum or average it"),
    "cost in a list": ({"cost": lambda p: [1.0]}, r"cost must return one number, got a list"),
    "cost is text": ({"cost": lambda p: "1"}, r"cost must return a real number, got str"),
    "cost is complex": ({"cost": lambda p: 1j}, r"cost must return a real number, got complex"),
    "cost is NaN": ({"cost": lambda p: np.nan}, r"cost must be finite at params, got nan"),
    "cost overflows": ({"cost": lambda p: np.inf}, r"cost must be finite at params, got inf"),
    # steps
    "step vanishes": ({"step": 1e-18}, r"step 1e-18 vanishes beside W\[0, 0\] = 0\.142857 in float64"),
    "step is zero": ({"step": 0.0}, r"step must be a positive number, got 0\.0"),
    "step is negative": ({"step": -1e-5}, r"step must be a positive number, got -1e-05"),
    "step is NaN": ({"step": np.nan}, r"step must be a positive number, got nan"),
    "stencil without step": ({"stencil": gradlab.stencils.FORWARD}, r"stencil needs a step"),
    "vectorized cost of one number": ({"vectorized": True}, r"vectorized cost must return"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_clear_error(name):
    keywords, message = BAD[name]
    with pytest.raises(GradlabError, match=message):
        check(**keywords)


def test_errors_come_before_the_first_evaluation():
    asked = []
    with pytest.raises(GradlabError, match="transposed"):
        check(cost=lambda p: asked.append(1) or 0.0, grads={"W": W.T})
    assert asked == []


def test_an_error_of_the_caller_is_the_callers():
    class Mine(Exception):
        pass

    def broken(p):
        p["W"][:] = 0
        raise Mine

    given = {"W": W.copy()}
    with pytest.raises(Mine):
        check(cost=broken, params=given)
    with pytest.raises(Mine):
        check(params=given, grads=broken)
    assert np.array_equal(given["W"], W)


GOOD = {
    "read-only": {"W": RO},
    "Fortran order": {"W": np.asfortranarray(W)},
    "every second column": {"W": np.repeat(W, 2, axis=1)[:, ::2]},
    "backwards": {"W": W[::-1]},
    "transposed view": {"W": W.T},
    "big-endian": {"W": W.astype(">f8")},
    "float32": {"W": W.astype(np.float32)},
    "longdouble": {"W": W.astype(np.longdouble)},
    "one number": {"W": 0.3},
    "no dimensions": {"W": np.array(0.3)},
    "three dimensions": {"W": W.reshape(2, 1, 3)},
    "nested lists": {"W": W.tolist()},
    "an empty block beside": {"W": W, "b": np.zeros((0, 2))},
    "zeros": {"W": np.zeros((2, 3))},
}


@pytest.mark.parametrize("name", GOOD)
def test_unusual_input_works_and_is_left_alone(name):
    params = GOOD[name]
    before = copy.deepcopy(params)
    report = check(params=params, grads=lambda p: {"b": np.zeros((0, 2))} | grads(p) if "b" in params else grads(p))
    assert report.verdict is Verdict.AGREES
    assert report.blocks["W"].digits >= 2
    assert {k: (np.asarray(v).tobytes(), type(v)) for k, v in params.items()} == {
        k: (np.asarray(v).tobytes(), type(v)) for k, v in before.items()
    }


@pytest.mark.parametrize("wrap", [list, tuple])
def test_sequences_keep_their_type(wrap):
    seen = set()

    def f(p):
        seen.add(type(p))
        return np.sum(p[0] ** 2) + np.sum(np.sin(p[1]))

    assert check(f, wrap([W, W[0] + 1]), lambda p: wrap([2 * p[0], np.cos(p[1])])).ok
    assert seen == {wrap}


def test_keys_that_are_no_text_reach_the_cost_as_they_are():
    assert check(lambda p: np.sum(p[1] ** 2), {1: W}, lambda p: {1: 2 * p[1]}).ok


def test_order_of_gradients_does_not_matter():
    params = {"W1": W, "W2": W + 1, "W10": W - 1}
    report = check(
        lambda p: np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 3) + np.sum(p["W10"]),
        params,
        lambda p: {"W10": np.ones((2, 3)), "W2": 3 * p["W2"] ** 2, "W1": 2 * p["W1"]},
    )
    assert report.ok


# A cost or backward that does not keep its hands clean is reported, and the verdict is not spoiled by it.


def in_place(p):
    p["W"] *= 2
    return float(np.sum(p["W"] ** 2))


def rebinding(p):
    p["W"] = 2 * p["W"]
    return float(np.sum(p["W"] ** 2))


def removing(p):
    return float(np.sum((2 * p.pop("W")) ** 2))


@pytest.mark.parametrize("bad", [in_place, rebinding, removing])
@pytest.mark.parametrize("workers", [None, 2])
def test_cost_that_changes_its_input(bad, workers):
    given = {"W": W.copy()}
    report = check(bad, given, {"W": 8 * W}, workers=workers)
    assert report.ok
    assert "cost changes its input" in str(report)
    assert np.array_equal(given["W"], W)


def test_backward_that_changes_its_input():
    def backward(p):
        g = {"W": 1 - np.tanh(p["W"]) ** 2}
        p["W"] -= 0.1 * g["W"]
        return g

    report = check(grads=backward)
    assert report.ok
    assert "grads changes its input" in str(report)


def test_backward_that_uses_its_buffers_again():
    buffer = np.empty_like(W)

    def backward(p):
        buffer[:] = 1 - np.tanh(p["W"]) ** 2
        return {"W": buffer}

    report = check(grads=backward)
    assert report.ok
    assert "arrays it has handed out before (W)" in str(report)


def test_gradients_in_the_same_memory():
    g = np.ones((2, 3))
    report = check(lambda p: np.sum(p["W"]) + np.sum(p["V"]), {"W": W, "V": W + 1}, {"W": g, "V": g})
    assert report.ok
    assert "gradients of W, V share memory" in str(report)


def test_clean_functions_get_no_notes():
    assert check().notes == ()


def test_random_cost_is_undecided_and_named():
    rng = np.random.default_rng(0)
    report = check(lambda p: float(np.sum(p["W"] * rng.random(W.shape))))
    assert report.verdict is Verdict.UNDECIDED
    assert report.blocks["W"].reasons == {"random": 6}
    assert "draws random numbers or remembers earlier calls" in str(report).replace("\n", " ")


def test_numpys_global_generator_is_named_with_the_way_out():
    def fresh_masks(p):
        return float(np.sum(p["W"] * np.random.rand(*W.shape)))  # noqa: NPY002

    told = str(check(fresh_masks)).replace("\n", " ")
    assert "It draws from np.random: draw the dropout masks or the batch once, before the check" in told
    with pytest.raises(GradlabError, match=r"np\.random"):
        gradlab.numeric_gradient(fresh_masks, {"W": W})


def test_a_cost_with_a_memory_is_undecided():
    calls = []

    def drifting(p):
        calls.append(1)
        return float(np.sum(p["W"])) + len(calls)

    assert check(drifting).verdict is Verdict.UNDECIDED


def test_random_backward_is_undecided_though_its_first_answer_is_right():
    first, rng = [True], np.random.default_rng(0)

    def backward(p):
        keep, first[:] = first[0], [False]
        drawn = np.append(0.0, rng.uniform(1.0, 2.0, 5)).reshape(2, 3)
        return {"W": np.ones((2, 3)) + (0.0 if keep else drawn)}

    report = check(lambda p: np.sum(p["W"]), grads=backward)
    assert report.verdict is Verdict.UNDECIDED
    assert report.blocks["W"].reasons == {"random": 5}
    assert "grads gives other gradients at the same params" in str(report)


def test_a_sum_in_another_order_is_no_random_draw():
    flip = [1.0]

    def backward(p):
        flip[0] = -flip[0]
        return {"W": (1 - np.tanh(p["W"]) ** 2) * (1 + flip[0] * 1e-15)}

    assert check(grads=backward).ok


# float32, open or hidden


def test_float32_params_are_named():
    assert "params are float32" in str(check(params={"W": W.astype(np.float32)}))


def hidden(p):
    return np.float32(np.sum(np.tanh(p["W"])))


def result_only(p):
    return float(np.float32(np.sum(np.tanh(p["W"]))))


def inside(p):
    return float(np.sum(np.tanh(p["W"]).astype(np.float32).astype(np.float64)))


@pytest.mark.parametrize(
    ("cost", "words"),
    [(hidden, "is a float32 number"), (result_only, "is a float32 number"), (inside, "as if float32 were used")],
)
def test_float32_inside_a_float64_program_is_found(cost, words):
    report = check(cost)
    assert words in str(report).replace("\n", " ")
    assert report.verdict in (Verdict.AGREES, Verdict.UNDECIDED)


@pytest.mark.parametrize("clean", [cost, lambda p: 1e6 + cost(p), lambda p: float(np.sum(p["W"] ** 2) / 4)])
def test_float64_is_not_taken_for_float32(clean):
    assert "float32" not in str(check(clean, grads=gradlab.numeric_gradient(clean, {"W": W}).values))


def test_nan_is_never_a_pass():
    for bad in (np.nan, np.inf, -np.inf):
        g = grads({"W": W})["W"].copy()
        g[1, 2] = bad
        report = check(grads={"W": g})
        assert report.verdict is Verdict.WRONG
        assert report.blocks["W"].wrong_count == 1
        assert report.relative_difference == np.inf


def test_nan_on_both_sides_is_never_a_pass():
    edge = {"W": np.array([1.0, 2.0])}

    def f(p):
        return float(p["W"][0] ** 2 + (0.0 if p["W"][1] == 2.0 else np.nan))

    report = check(f, edge, {"W": np.array([2.0, np.nan])})
    assert report.verdict is Verdict.WRONG
    report = check(f, edge, {"W": np.array([2.0, 0.0])})
    assert report.verdict is Verdict.UNDECIDED
    assert report.blocks["W"].reasons == {"domain": 1}


def test_nothing_of_the_caller_changes():
    params, given = {"W": W.copy()}, {"W": 1 - np.tanh(W) ** 2}
    before = copy.deepcopy((params, given))
    check(params=params, grads=given)
    check(params=params, grads=given, step=1e-5)
    gradlab.numeric_gradient(cost, params)
    assert np.array_equal(params["W"], before[0]["W"])
    assert np.array_equal(given["W"], before[1]["W"])
