"""Jacobians by output and entry, with one evaluation for all outputs; forward mode, and forward against reverse."""

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Verdict, check_jacobian, check_jvp
from tests.chosen import sweep

SEEDS = sweep(range(5))


def problem(seed, m=6, n=4):
    rng = np.random.default_rng(seed)
    A, x = rng.standard_normal((m, n)), 0.5 * rng.standard_normal(n)
    return lambda x: np.tanh(A @ x), x, lambda x: (1 - np.tanh(A @ x) ** 2)[:, np.newaxis] * A


def spoiled(jacobian, spoil):
    def wrong(x):
        J = jacobian(x).copy()
        spoil(J)
        return J

    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_jacobian_agrees_and_outputs_share_evaluations(seed):
    counts = {}
    for m in (1, 6, 60):
        f, x, J = problem(seed, m)
        report = check_jacobian(f, x, J)
        assert report.ok, report
        assert report.blocks["theta"].shape == (m, 4)
        counts[m] = report.evaluations
    assert counts[60] < 6 * counts[1]  # 60 times as many, if each output were asked by itself


def scale_entry(J):
    J[1, 2] *= 1.1


def flip_row(J):
    J[3] *= -1


def swap_rows(J):
    J[[0, 2]] = J[[2, 0]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (scale_entry, "GL112", "theta[1, 2]"),
        (flip_row, "GL108", "theta[3, :]"),
        (swap_rows, "GL105", "rows in another order"),
    ],
)
def test_a_wrong_jacobian_is_wrong_by_row_and_column(seed, spoil, code, says):
    f, x, J = problem(seed)
    report = check_jacobian(f, x, spoiled(J, spoil))
    assert report.verdict is Verdict.WRONG
    assert report.findings[0].code == code
    assert says in report.findings[0].message


@pytest.mark.parametrize("seed", SEEDS)
def test_a_transposed_square_jacobian_is_called_so(seed):
    f, x, J = problem(seed, 4, 4)
    assert check_jacobian(f, x, lambda x: J(x).T).findings[0].code == "GL104"


@pytest.mark.parametrize("form", ["array", "column", "flat", "sparse", "scalar output", "image"])
def test_forms_of_outputs_and_jacobians(form):
    f, x, J = problem(0)
    sparse = pytest.importorskip("scipy.sparse")
    forms = {
        "array": (f, J(x)),
        "column": (lambda x: f(x)[:, np.newaxis], J),
        "flat": (lambda x: f(x[:, 0]), lambda x: J(x[:, 0])),
        "sparse": (f, lambda x: sparse.csr_matrix(J(x))),
        "scalar output": (lambda x: f(x)[2], lambda x: J(x)[2]),
        "image": (lambda x: f(x).reshape(2, 3), lambda x: J(x).reshape(2, 3, 4)),
    }
    report = check_jacobian(forms[form][0], x[:, np.newaxis] if form == "flat" else x, forms[form][1])
    assert report.ok, report


def test_several_blocks():
    rng = np.random.default_rng(0)
    params = {"W": rng.standard_normal((3, 2)), "layers": [{"x": rng.standard_normal(2)}]}

    def jacobian(p):
        return {"W": np.einsum("ij,k->ijk", np.eye(3), p["layers"][0]["x"]), "layers": [{"x": p["W"]}]}

    report = check_jacobian(lambda p: p["W"] @ p["layers"][0]["x"], params, jacobian)
    assert report.ok
    assert {name: block.shape for name, block in report.blocks.items()} == {"W": (3, 3, 2), "layers[0].x": (3, 2)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spoil", [False, True])
def test_a_hessian_is_the_jacobian_of_a_gradient_and_its_symmetry_is_said(seed, spoil):
    A = np.random.default_rng(seed).standard_normal((5, 3))

    def hessian(x):
        H = A.T @ np.diag(np.cosh(A @ x)) @ A
        H[0, 2] *= 1 + 0.1 * spoil
        return H

    report = check_jacobian(lambda x: A.T @ np.sinh(A @ x), 0.3 * np.ones(3), hessian)
    assert report.ok is not spoil
    assert report.notes[0].startswith(
        "The numeric Jacobian is symmetric" if spoil else "Both Jacobians are symmetric"
    )


def test_no_word_of_symmetry_where_there_is_none():
    f, x, J = problem(0, 4, 4)
    assert not check_jacobian(f, x, J).notes


def test_a_function_that_draws_is_undecided():
    rng = np.random.default_rng(0)
    f, x, J = problem(0)
    report = check_jacobian(lambda x: f(x) + 1e-3 * rng.standard_normal(6), x, J)
    assert report.verdict is Verdict.UNDECIDED


def test_a_function_that_writes_into_its_argument_is_told():
    def square(x):
        x *= x
        return x

    x = np.array([1.0, 2.0])
    report = check_jacobian(square, x, np.diag([2.0, 4.0]))
    assert report.ok
    assert x.tolist() == [1.0, 2.0]
    assert report.notes[0].startswith("function changes its input")


@pytest.mark.parametrize(
    ("function", "jacobian", "options", "says"),
    [
        (np.sin, np.zeros((2, 3)), {}, r"must have shape \(3, 3\), outputs first, got \(2, 3\)$"),
        (lambda x: x[:2], np.zeros((3, 2)), {}, r"got \(3, 2\): is it transposed"),
        (np.sin, {"W": np.eye(3)}, {}, "must be an array, got a dict: give it the structure of params"),
        (np.sin, 1j * np.eye(3), {}, "must be real numbers, got dtype complex128"),
        (lambda x: x + 0j, np.eye(3), {}, r"must return real floats, got complex128: return its \.real"),
        (lambda x: np.argmax(x), np.eye(3), {}, "must return real floats, got int64"),
        (lambda x: None, np.eye(3), {}, "must return real floats, got object"),
        (lambda x: x / 0, np.eye(3), {}, "must be finite at params"),
        (None, np.eye(3), {}, "function must be a function"),
        (np.sin, np.eye(3), {"directions": 3}, "leave out directions"),
    ],
)
def test_what_cannot_be_checked_gets_a_clear_error(function, jacobian, options, says):
    with np.errstate(all="ignore"), pytest.raises(GradlabError, match=says):
        check_jacobian(function, np.ones(3), jacobian, **options)


def test_assert_jacobian():
    f, x, J = problem(0)
    assert gradlab.assert_jacobian(f, x, J).ok
    with pytest.raises(gradlab.GradientMismatch):
        gradlab.assert_jacobian(f, x, lambda x: 2 * J(x))


def product(p):
    return p["W"] @ p["x"]


def params(seed):
    rng = np.random.default_rng(seed)
    return {"W": rng.standard_normal((4, 3)), "x": rng.standard_normal(3)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("spoil_w", "spoil_x", "spoil_reverse", "wrong"),
    [
        (1, 1, 1, set()),
        (1.001, 1, 1, {"W", "all together", "vjp: W", "vjp: all together"}),
        (1, 0, 1, {"x", "all together", "vjp: x", "vjp: all together"}),
        (1, 1, 1.001, {"vjp: x", "vjp: all together"}),
    ],
)
def test_forward_mode_and_forward_against_reverse(seed, spoil_w, spoil_x, spoil_reverse, wrong):
    def jvp(p, v):
        return spoil_w * v["W"] @ p["x"] + spoil_x * p["W"] @ v["x"]

    def vjp(p, R):
        return {"W": np.outer(R, p["x"]), "x": spoil_reverse * p["W"].T @ R}

    report = check_jvp(product, jvp, params(seed), vjp=vjp)
    assert {name for name, block in report.blocks.items() if block.verdict is not Verdict.AGREES} == wrong
    assert any("Forward and reverse are the same" in note for note in report.notes) is not bool(wrong)


def test_a_term_that_is_lost_between_blocks_shows_where_all_move():
    def jvp(p, v):
        whole = np.any(v["W"]) and np.any(v["x"])
        return v["W"] @ p["x"] + (0 if whole else 1) * p["W"] @ v["x"]

    report = check_jvp(product, jvp, params(0))
    assert [name for name, block in report.blocks.items() if block.verdict is Verdict.WRONG] == ["all together"]


@pytest.mark.parametrize("directions", [0.5, -1])
def test_directions_of_a_jvp_are_a_number(directions):
    with pytest.raises(GradlabError, match="directions must be a whole number"):
        check_jvp(np.sin, lambda x, v: np.cos(x) * v, np.ones(2), directions=directions)


def test_a_block_without_a_jacobian_is_named():
    with pytest.raises(GradlabError, match=r"structure of params \(W, x\); missing: x"):
        check_jacobian(product, params(0), {"W": np.zeros((4, 4, 3))})


def solve(A, b):
    return np.linalg.solve(A, b)


def pushed(A, b, dA, db, slip=1.0):
    return np.linalg.solve(A, db - slip * dA @ solve(A, b))


RULES = {
    "both in tuples": lambda slip: lambda p, v: pushed(*p, *v, slip=slip),
    "with the output": lambda slip: (
        lambda primals, tangents: (solve(*primals), pushed(*primals, *tangents, slip=slip))
    ),
    "one by one": lambda slip: lambda A, b, dA, db: pushed(A, b, dA, db, slip),
    "one by one, with the output": lambda slip: lambda A, b, dA, db: (solve(A, b), pushed(A, b, dA, db, slip)),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("names", [None, ("A", "b")])
@pytest.mark.parametrize("slip", [1.0, 0.99])
def test_a_rule_of_forward_mode_takes_and_returns_what_frameworks_do(rule, names, slip):
    rng = np.random.default_rng(4)
    values = rng.standard_normal((3, 3)) + 4 * np.eye(3), rng.standard_normal(3)
    params = dict(zip(names, values, strict=True)) if names else values
    jvp = RULES[rule](slip)
    if names and "one by one" not in rule:
        told, jvp = jvp, lambda p, v: told(tuple(p.values()), tuple(v.values()))
    report = check_jvp(solve, jvp, params)
    assert report.ok is (slip == 1)
    assert not [note for note in report.notes if "all 0" in note or "all 1" in note]


def test_another_output_beside_the_derivative_is_told():
    with pytest.raises(GradlabError, match="first part is not what function returns"):
        check_jvp(np.sin, lambda x, v: (np.cos(x), np.cos(x) * v), np.array([0.5, 2.0]))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("wrong", [None, "matvec", "rmatvec"])
@pytest.mark.parametrize("adjoint", [True, False])
def test_a_jacobian_may_be_a_linear_operator(seed, wrong, adjoint):
    LinearOperator = pytest.importorskip("scipy.sparse.linalg").LinearOperator

    kernel = np.random.default_rng(seed).standard_normal(3)

    def blur(x):
        return np.convolve(np.exp(x), kernel)

    def operator(x):
        there = {"matvec": lambda v: np.convolve(np.exp(x) * v.ravel(), kernel)}
        back = {"rmatvec": lambda u: np.exp(x) * np.correlate(u.ravel(), kernel, "valid")}
        both = there | (back if adjoint else {})
        if wrong in both:
            right = both[wrong]
            both[wrong] = lambda v: 1.01 * right(v)
        return LinearOperator((len(x) + 2, len(x)), **both, dtype=float)

    x = np.linspace(-1, 1, 6)
    if wrong and adjoint:
        with pytest.raises(GradlabError, match="rmatvec of the jacobian of 'theta' must be the transpose"):
            check_jacobian(blur, x, operator)
    else:
        assert check_jacobian(blur, x, operator).ok is (wrong != "matvec")


JAX_MANNER = {
    "one array": (lambda w: np.sin(w), lambda primals, tangents: np.cos(primals[0]) * tangents[0], np.ones(3)),
    "a dict": (
        lambda p: np.sin(p["w"]) * p["b"],
        lambda primals, tangents: (
            np.sin(primals[0]["w"]) * primals[0]["b"],
            np.cos(primals[0]["w"]) * tangents[0]["w"] * primals[0]["b"] + np.sin(primals[0]["w"]) * tangents[0]["b"],
        ),
        {"w": np.array([0.3, 0.8]), "b": np.array(1.5)},
    ),
    "a dict, nested": (
        lambda p: p["layer"]["w"] ** 2,
        lambda primals, tangents: 2 * primals[0]["layer"]["w"] * tangents[0]["layer"]["w"],
        {"layer": {"w": np.array([0.3, 0.8])}},
    ),
    "a dict, one by one": (
        lambda w, b: w**2 * b,
        lambda primals, tangents: 2 * primals[0] * primals[1] * tangents[0] + primals[0] ** 2 * tangents[1],
        {"w": np.array([0.3, 0.8]), "b": np.array(1.5)},
    ),
    "a list, whole": (
        lambda p: p[0] * p[1],
        lambda primals, tangents: primals[0][1] * tangents[0][0] + primals[0][0] * tangents[0][1],
        [np.array([0.3, 0.8]), np.array([1.5, -2.0])],
    ),
    "a list, one by one": (
        lambda a, b: a * b,
        lambda primals, tangents: primals[1] * tangents[0] + primals[0] * tangents[1],
        [np.array([0.3, 0.8]), np.array([1.5, -2.0])],
    ),
}


@pytest.mark.parametrize("factor", [1.0, 1.01, -1.0])
@pytest.mark.parametrize("name", JAX_MANNER)
def test_primals_and_tangents_are_tuples_of_what_the_function_takes(name, factor):
    function, rule, params = JAX_MANNER[name]

    def spoiled(primals, tangents):
        answer = rule(primals, tangents)
        return (answer[0], factor * answer[1]) if isinstance(answer, tuple) else factor * answer

    assert check_jvp(function, spoiled, params).ok is (factor == 1.0)


@pytest.mark.parametrize("beside", [True, False])
def test_outputs_in_a_dict_are_told_to_be_one_array(beside):
    def rule(p, v):
        slopes = {"o": 2 * p["w"] * v["w"]}
        return ({"o": p["w"] ** 2}, slopes) if beside else slopes

    with pytest.raises(GradlabError, match=r"one array each, got a dict.*concatenate"):
        check_jvp(lambda p: {"o": p["w"] ** 2}, rule, {"w": np.ones(2)})


@pytest.mark.parametrize("nudge", [1 - 2**-50, 1.0, 1 + 2**-50])
def test_of_equal_differences_the_first_is_named_whatever_the_rounding(nudge: float) -> None:
    linear = pytest.importorskip("scipy.sparse.linalg")
    D = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    other = D + np.array([[0.0, 1.0], [0.0, 0.0], [nudge, 0.0]])
    operator = linear.LinearOperator(D.shape, matvec=lambda v: D @ v.ravel(), rmatvec=lambda u: other.T @ u.ravel())
    with pytest.raises(GradlabError, match="for output 0 by entry 1"):
        gradlab.check_jacobian(lambda x: D @ x, np.array([0.3, 0.7]), lambda x: operator)


@pytest.mark.parametrize("sizes", [(3, 2), (1, 2, 3), (2, 3, 2)])
@pytest.mark.parametrize("kind", [tuple, list])
@pytest.mark.parametrize("pair", [False, True])
def test_outputs_of_several_shapes_are_refused_with_a_way_out(sizes, kind, pair):
    def function(x):
        return kind(x[:n] ** 2 for n in sizes)

    def jvp(x, v):
        slopes = kind(2 * x[:n] * v[:n] for n in sizes)
        return (function(x), slopes) if pair else slopes

    with pytest.raises(GradlabError, match=r"one array each, got several of different shapes.*concatenate"):
        check_jvp(function, jvp, np.array([0.5, 1.0, 2.0]))
