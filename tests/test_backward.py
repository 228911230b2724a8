"""check_backward draws an upstream gradient that is not, by accident, what the caller drew."""

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Verdict, check_backward
from gradlab.backward import check_ways
from tests.chosen import sweep


@pytest.mark.parametrize("seed", range(10))
def test_the_upstream_gradient_is_not_the_input_of_a_caller_who_used_a_usual_seed(seed):
    Z, seen = np.random.default_rng(seed).standard_normal((5, 4)), []

    def backward(upstream, Z):
        seen.append(upstream.copy())
        return {"Z": upstream}

    gradlab.check_backward(lambda Z: Z.copy(), backward, {"Z": Z})
    correlation = np.corrcoef(seen[0].ravel(), Z.ravel())[0, 1]
    assert abs(correlation) < 0.7


def normal(seed=11):
    return np.random.default_rng(seed).standard_normal


def product(seed=11):
    R = normal(seed)
    return {"x": R((4, 3)), "w": R((3, 2))}


def cached(x, w):
    return x @ w, (x, w)


def two(x):
    return np.tanh(x), x.sum(axis=0)


def slope_of_two(h, c, x):
    return h * (1 - np.tanh(x) ** 2) + c


RIGHT = {
    "a tuple in the order of inputs": (lambda x, w: x @ w, lambda U, x, w: (U @ w.T, x.T @ U), {}),
    "a list": (lambda x, w: x @ w, lambda U, x, w: [U @ w.T, x.T @ U], {}),
    "a dict": (lambda x, w: x @ w, lambda U, x, w: {"w": x.T @ U, "x": U @ w.T}, {}),
    "a cache": (cached, lambda U, cache: (U @ cache[1].T, cache[0].T @ U), {"cache": True}),
    "several outputs and a cache in one tuple": (
        lambda x, w: (x @ w, x.sum(), (x, w)),
        lambda U, u, cache: (U @ cache[1].T + u, cache[0].T @ U),
        {"cache": True},
    ),
    "a tuple of outputs beside a cache": (
        lambda x, w: ((x @ w, x.sum()), (x, w)),
        lambda ups, cache: (ups[0] @ cache[1].T + ups[1], cache[0].T @ ups[0]),
        {"cache": True},
    ),
    "outputs by name": (
        lambda x, w: {"y": x @ w, "s": x.sum()},
        lambda U, x, w: (U["y"] @ w.T + U["s"], x.T @ U["y"]),
        {},
    ),
    "a backward that does not take all inputs": (lambda x, w: x @ w + 0, lambda U, x, w: (U @ w.T, x.T @ U), {}),
    "integers among the outputs": (
        lambda x, w: (x @ w, np.argmax(x @ w, axis=1)),
        lambda U, none, x, w: (U @ w.T, x.T @ U),
        {},
    ),
}


@pytest.mark.parametrize("form", RIGHT)
@pytest.mark.parametrize("seed", range(3))
def test_a_layer_is_called_in_the_form_that_it_has(form, seed):
    forward, backward, options = RIGHT[form]
    report = gradlab.check_backward(forward, backward, product(seed), **options)
    assert report.ok, report
    assert list(report.blocks) in (["x", "w"], ["w", "x"])
    assert not report.notes


@pytest.mark.parametrize("form", RIGHT)
def test_a_wrong_layer_is_wrong_in_every_form(form):
    forward, backward, options = RIGHT[form]

    def spoiled(*args, **named):
        found = backward(*args, **named)
        return {**found, "w": 1.01 * found["w"]} if isinstance(found, dict) else (found[0], 1.01 * found[1])

    spoiled.__signature__ = __import__("inspect").signature(backward)
    report = gradlab.check_backward(forward, spoiled, product(), **options)
    assert {name: block.verdict.value for name, block in report.blocks.items()} == {"x": "AGREES", "w": "WRONG"}


@pytest.mark.parametrize("lost", [0, 1])
@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_gradient_that_forgets_one_of_two_outputs_is_wrong(lost, one_by_one):
    def backward(*ups, x):
        h, c = ups if one_by_one else ups[0]
        return slope_of_two(h * (lost != 0), c * (lost != 1), x)

    def apart(h, c, x):
        return backward(h, c, x=x)

    def together(U, x):
        return backward(U, x=x)

    assert not gradlab.check_backward(two, apart if one_by_one else together, {"x": normal()((4, 3))}).ok


def test_what_has_no_gradient_is_held_fixed_and_said():
    report = gradlab.check_backward(lambda x, w: x @ w, lambda U, x, w: (U @ w.T, None), product())
    assert report.ok
    assert list(report.blocks) == ["x"]
    assert report.notes == ("Not checked, since backward returns no gradient for them: w.",)


def test_inputs_may_be_nested():
    def backward(U, x, params):
        return U @ params["W"].T, {"W": x.T @ U, "b": U.sum(axis=0)}

    inputs = {"x": normal()((4, 3)), "params": {"W": normal(1)((3, 2)), "b": normal(2)(2)}}
    report = gradlab.check_backward(lambda x, params: x @ params["W"] + params["b"], backward, inputs)
    assert report.ok
    assert list(report.blocks) == ["x", "params.W", "params.b"]


def reads_memory(U, x):
    """As compiled code does that is handed a pointer: the order in memory, not the strides."""
    return U.ravel(order="K").reshape(U.shape) * np.cos(x)


NOT_LINEAR = {
    "not contiguous": reads_memory,
    "zeros": lambda U, x: U * np.cos(x) * (U.sum() / U.sum()),
    "is not linear": lambda U, x: np.where(np.abs(U) < 4, U, 0) * np.cos(x) if np.abs(U).max() < 2.5 else 2 * U,
}


@pytest.mark.parametrize("says", NOT_LINEAR)
def test_a_backward_that_is_right_for_one_upstream_only_is_wrong(says):
    inputs = {"x": np.random.default_rng(5).standard_normal((6, 4))}
    report = gradlab.check_backward(np.sin, NOT_LINEAR[says], inputs)
    assert report.verdict is gradlab.Verdict.WRONG
    assert says in report.notes[0]
    assert "Off most in x" in report.notes[0]


def test_a_backward_that_cannot_take_a_strided_upstream_is_no_wrong_one_and_it_is_said():
    def backward(U, x):
        if not U.flags.c_contiguous:
            raise TypeError("contiguous, please")
        return U * np.cos(x)

    report = gradlab.check_backward(np.sin, backward, {"x": normal()((6, 4))})
    assert report.ok
    assert "it failed: TypeError: contiguous, please." in report.notes[0]


@pytest.mark.parametrize("seed", sweep(range(20)))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_right_backward_raises_no_doubt_about_its_upstream(seed, dtype):
    R = normal(seed)
    W, x = R((7, 5)).astype(dtype), R((6, 5)).astype(dtype)
    report = gradlab.check_backward(
        lambda x, W: np.tanh(x @ W.T), lambda U, x, W: ((d := U * (1 - np.tanh(x @ W.T) ** 2)) @ W, d.T @ x),
        {"x": x, "W": W},
    )  # fmt: skip
    assert not any("upstream" in note for note in report.notes)


def test_nothing_of_the_callers_is_changed_and_what_is_written_into_is_said():
    x, m = normal()((4, 3)), np.ones((4, 3))
    before = x.copy()

    def forward(x, m):
        m += 1
        return x * m

    def backward(U, x, m):
        U *= m + 1
        return {"x": U}

    report = gradlab.check_backward(forward, backward, {"x": x, "m": m})
    assert np.array_equal(x, before)
    assert np.all(m == 1)
    assert any("upstream gradient in place" in note for note in report.notes)
    assert any("changes what it is given (m)" in note for note in report.notes)


def test_a_backward_may_read_what_forward_has_left_behind():
    left = {}

    def forward(x):
        left["y"] = np.tanh(x)
        return left["y"]

    assert gradlab.check_backward(forward, lambda U, x: U * (1 - left["y"] ** 2), {"x": normal()((4, 3))}).ok


BAD = {
    "a cache without a word": ((cached, lambda U, x, w: None), {}, "say cache=True"),
    "a cache that is an array": (
        (lambda x, w: (x @ w, x), lambda U, x, w: (U @ w.T, x.T @ U)),
        {},
        "forward returned 2 outputs.*say cache=True",
    ),
    "no cache": ((lambda x, w: x @ w, lambda U, c: None), {"cache": True}, r"forward returns \(output, cache\)"),
    "one gradient of two": ((lambda x, w: x @ w, lambda U, x, w: (U @ w.T,)), {}, "returned 1 gradient for 2 inputs"),
    "d before one name": (
        (lambda x, w: x @ w, lambda U, x, w: {"x": U, "dw": U}),
        {},
        "returned 'dw', which is no input: the inputs are x, w",
    ),
    "nothing": ((lambda x, w: x @ w, lambda U, x, w: None), {}, "backward must return the gradients, got None"),
    "nothing for any": ((lambda x, w: x @ w, lambda U, x, w: {}), {}, "a gradient for at least one input"),
    "no output": ((lambda x, w: None, lambda U, x, w: None), {}, "forward must return its output, got None"),
    "complex": ((lambda x, w: x @ w + 1j, lambda U, x, w: None), {}, r"its \.real and its \.imag"),
    "integers": ((lambda x, w: np.argmax(x), lambda U, x, w: None), {}, "forward must return floats, got int64"),
    "other names in forward": (
        (lambda A, w: A @ w, lambda U, x, w: None),
        {},
        r"under their names \(x, w\): missing",
    ),
    "other names in backward": ((lambda x, w: x @ w, lambda U, A, w: None), {}, "its arguments are U, A, w"),
    "no functions": ((None, None), {}, "forward and backward must be functions"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_form_that_cannot_be_called_gets_a_clear_error(bad):
    functions, options, says = BAD[bad]
    with pytest.raises(gradlab.GradlabError, match=says):
        gradlab.check_backward(*functions, product(), **options)


@pytest.mark.parametrize("inputs", [None, [], (), {}, "x", 3, {0: np.ones(2)}])
def test_inputs_have_names(inputs):
    with pytest.raises(gradlab.GradlabError, match="inputs must be a dict"):
        gradlab.check_backward(np.sin, np.cos, inputs)


@pytest.mark.parametrize("form", [list, tuple, dict])
@pytest.mark.parametrize("slip", [0, 0.01])
def test_inputs_in_a_row_have_the_names_of_the_arguments(form, slip):
    draw = normal()
    x, weights, shift = draw((4, 3)), draw((3, 2)), draw(2)

    def forward(x, weights, shift, gain=2.0):
        return gain * np.tanh(x @ weights + shift)

    def backward(U, x, weights, shift):
        d = 2 * U * (1 - np.tanh(x @ weights + shift) ** 2)
        return d @ weights.T, x.T @ d + slip, d.sum(0)

    row = [x, weights, shift]
    given = dict(zip(("x", "weights", "shift"), row, strict=True)) if form is dict else form(row)
    report = gradlab.check_backward(forward, backward, given)
    assert list(report.blocks) == ["x", "weights", "shift"]
    assert [report.blocks[name].wrong_count for name in report.blocks] == [0, 6 * (slip > 0), 0]


def test_one_array_is_the_first_argument():
    x = normal()((4, 3))
    assert gradlab.check_backward(lambda x, gain=3.0: np.sin(gain * x), lambda U, x: 3 * U * np.cos(3 * x), x).ok


def test_a_row_longer_than_the_arguments_is_refused():
    with pytest.raises(gradlab.GradlabError, match="of 2 arrays, forward has a name for 1"):
        gradlab.check_backward(lambda x: x, lambda U, x: U, [np.ones(2), np.ones(2)])


def test_assert_backward_raises_with_the_report():
    x = normal()((4, 3))
    assert gradlab.assert_backward(np.sin, lambda U, x: U * np.cos(x), {"x": x}).ok
    with pytest.raises(gradlab.GradientMismatch, match="WRONG") as caught:
        gradlab.assert_backward(np.sin, lambda U, x: -U * np.cos(x), {"x": x})
    assert not caught.value.report.ok


@pytest.mark.parametrize("seed", range(3))
def test_an_output_of_one_number_is_asked_with_arrays_like_any_other(seed):
    """A sum of two upstream gradients without axes is a NumPy number, which torch.from_numpy and others refuse."""
    x, kinds = np.random.default_rng(seed).standard_normal(4), set()

    def backward(dJ, x):
        kinds.add(type(dJ))
        return {"x": dJ * 2 * x}

    report = check_backward(lambda x: np.sum(x**2), backward, {"x": x})
    assert report.ok
    assert kinds == {np.ndarray}


def test_a_backward_that_is_not_the_same_twice_is_not_called_nonlinear():
    rng = np.random.default_rng(0)
    report = check_backward(np.sin, lambda dy, x: {"x": dy * np.cos(x) * rng.uniform(0.9, 1.1)}, {"x": np.ones(3)})
    assert not report.ok
    assert not any("linear" in note for note in report.notes)


def test_another_way_to_ask_backward_that_fails_is_wrong():
    def refuses(dy, x):
        raise TypeError("no upstream")

    def backward(dy, x):
        return {"x": dy * np.cos(x)}

    x = {"x": np.array([0.3, 1.0])}
    assert check_ways(np.sin, backward, x, {"asked again": backward}).ok
    for other in (refuses, lambda dy, x: {"x": dy * np.sin(x)}):
        report = check_ways(np.sin, backward, x, {"backward is wrong on Sundays.": other})
        assert report.verdict is Verdict.WRONG
        assert report.notes[0].startswith("backward is wrong on Sundays.")


@pytest.mark.parametrize("behind", [(None,), (None, None)])
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_none_for_arguments_that_are_no_inputs(behind, factor):
    """As in PyTorch, whose backward answers for each argument of forward, its settings too."""
    a, b = np.random.default_rng(0).standard_normal((2, 3, 3))
    report = check_backward(
        lambda a, b: a @ b, lambda g, a, b: (factor * g @ b.T, a.T @ g, *behind), {"a": a, "b": b}
    )
    assert report.ok is (factor == 1)
    with pytest.raises(GradlabError, match="3 gradients for 2 inputs"):
        check_backward(lambda a, b: a @ b, lambda g: (g, g, g), {"a": a, "b": b})
