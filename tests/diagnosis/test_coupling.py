"""What the cost couples and the gradient does not; some entries off by one factor: over sizes, shapes and seeds."""

import numpy as np
import pytest

import gradlab
from tests.diagnosis.corpus_slips import made


def first(cost, params, grads):
    report = gradlab.check_gradients(cost, params, grads, edits=False)
    assert report.verdict is gradlab.Verdict.WRONG
    return report.findings[0]


EDGES = {
    "chain": lambda n, rng: np.array([(k, k + 1) for k in range(n - 1)]),
    "ring": lambda n, rng: np.array([(k, (k + 1) % n) for k in range(n)]),
    "second": lambda n, rng: np.array([(k, k + 2) for k in range(n - 2)]),
    "star": lambda n, rng: np.array([(k, n - 1) for k in range(n - 1)]),
    "graph": lambda n, rng: np.array([(k, rng.integers(k)) for k in range(1, n)]),
}
PULLS = {
    "square": (lambda d: 0.5 * d**2, lambda d: d),
    "smooth": (lambda d: np.log(np.cosh(d)), np.tanh),
    "fourth": (lambda d: d**4 / 4, lambda d: d**3),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", EDGES)
@pytest.mark.parametrize("pull", PULLS)
@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("seed", range(2))
def test_an_end_that_is_left_out_is_missed_by_the_other(shape, pull, end, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 11))
    edges, data = EDGES[shape](n, rng), rng.standard_normal(n)
    energy, slope = PULLS[pull]

    def cost(v):
        return np.sum(energy(v[edges[:, 0]] - v[edges[:, 1]])) + 0.3 * np.sum(np.exp(0.3 * (v - data)))

    def grads(v, ends=(0, 1)):
        made = 0.09 * np.exp(0.3 * (v - data))
        for k in ends:
            np.add.at(made, edges[:, k], (1 - 2 * k) * slope(v[edges[:, 0]] - v[edges[:, 1]]))
        return made

    params = rng.standard_normal(n)
    assert gradlab.check_gradients(cost, params, grads).findings == ()
    finding = first(cost, params, lambda v: grads(v, [1 - end]))
    if shape == "star":  # only one entry is wrong, or all but one are, and one has many neighbours
        assert finding.code in {"GL112", "GL164", "GL147", "GL143"}
        return
    assert finding.code == "GL164"
    i, others = finding.message.split(" with ")[0], finding.message.split(" with ")[1].split(", and the gradient")[0]
    i = int(i.split("[")[1].rstrip("]"))
    neighbours = {int(b) for a, b in edges if a == i} if end == 0 else {int(a) for a, b in edges if b == i}
    told = [int(part.split("]")[0]) for part in others.split("[")[1:]]
    assert set(told) <= neighbours
    assert len(told) + (len(neighbours) - 2) * ("more" in others) == len(neighbours)


@pytest.mark.parametrize("seed", range(4))
def test_where_a_factor_is_lost_nothing_is_called_a_neighbour(seed):
    """In a network all parameters are coupled: what is missing is a factor, and no end of a pair."""
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    params = {"U": rng.standard_normal((3, 4)), "V": rng.standard_normal((4, 2))}

    def cost(p):
        return 0.5 * np.sum((np.tanh(X @ p["U"]) @ p["V"] - Y) ** 2)

    def grads(p):
        A = np.tanh(X @ p["U"])
        d = A @ p["V"] - Y
        return {"U": X.T @ (d @ p["V"].T), "V": A.T @ d}

    report = gradlab.check_gradients(cost, params, grads, edits=False)
    assert report.findings
    assert all(finding.code != "GL164" for finding in report.findings)


@pytest.mark.parametrize("triangle", ["lower", "upper"])
@pytest.mark.parametrize("n", [3, 4, 6])
@pytest.mark.parametrize("doubled", ["never", "always"])
def test_a_number_that_stands_twice_is_counted_once_or_the_diagonal_twice(triangle, n, doubled):
    rng = np.random.default_rng(n)
    rows, columns = np.tril_indices(n) if triangle == "lower" else np.triu_indices(n)

    def full(entries):
        S = np.zeros((n, n))
        S[rows, columns] = S[columns, rows] = entries
        return S + 2 * n * np.eye(n)

    def grads(entries):
        G = np.linalg.inv(full(entries))[rows, columns]
        return 2 * G if doubled == "always" else G

    finding = first(lambda e: np.log(np.linalg.det(full(e))), rng.standard_normal(len(rows)), grads)
    assert finding.code == "GL165"
    assert f"{'a' if triangle == 'lower' else 'an'} {triangle} triangle of {n} rows" in finding.message
    assert ("half of" in finding.message) == (doubled == "always")


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("factor", [2.0, 0.5, -1.0, 1 / 3])
def test_one_gate_of_a_stack_by_a_factor(part, factor):
    rng = np.random.default_rng(part)
    X, Y = rng.standard_normal((6, 3)), rng.standard_normal((6, 9))
    off = np.ones(9)
    off[3 * part : 3 * part + 3] = factor

    def grads(W):
        A = np.tanh(X @ W)
        return X.T @ ((A - Y) * (1 - A**2)) * off

    finding = first(lambda W: 0.5 * np.sum((np.tanh(X @ W) - Y) ** 2), rng.standard_normal((3, 9)), grads)
    assert finding.code == "GL165"
    assert f"theta[:, {3 * part}:{3 * part + 3}]" in finding.message


@pytest.mark.parametrize("factor", [2.0, 0.5, -1.0])
def test_a_factor_in_all_entries_is_no_factor_in_some(factor):
    finding = first(lambda w: np.sum(np.exp(w)), np.linspace(-1, 1, 8), lambda w: factor * np.exp(w))
    assert finding.code in {"GL101", "GL102"}


@pytest.mark.parametrize("seed", range(5))
def test_entries_that_are_off_by_any_numbers_have_no_factor(seed):
    rng = np.random.default_rng(seed)
    off = np.where(rng.random(8) < 0.5, 1.0, rng.uniform(0.2, 3, 8))
    off[:2], off[2:5] = 1.0, [0.3217, 1.717, 2.923]
    assert first(lambda w: np.sum(np.exp(w)), np.linspace(-1, 1, 8), lambda w: off * np.exp(w)).code != "GL165"


GATES = {  # slips in one gate of a stack, or in the order of two, with the parts that are told
    ("lstm_concat", 0): "parts 2 and 3 of 4",
    ("lstm_concat", 1): "parts 0 and 1 of 4",
    ("lstm_concat", 2): "part 3 of 4",
    ("lstm_concat", 3): "part 2 of 4",
    ("lstm_concat", 4): "part 1 of 4",
    ("lstm_concat", 8): "part 0 of 4",
    ("lstm_cell_class", 0): "part 2 of 4",
    ("lstm_cell_class", 3): "parts 1 and 2 of 4",
    ("lstm_cell_class", 7): "part 3 of 4",
    ("gru_columns", 0): "parts 0 and 1 of 3",
    ("gru_columns", 3): "part 0 of 3",
    ("gru_columns", 7): "part 2 of 3",
}


@pytest.mark.slow
@pytest.mark.parametrize("slip", GATES)
@pytest.mark.parametrize("seed", range(2))
def test_without_the_state_one_gate_is_wrong(slip, seed):
    finding = first(*made(*slip, seed=seed))
    assert finding.code == "GL166"
    assert GATES[slip] in finding.message


@pytest.mark.slow
@pytest.mark.parametrize("slip", [("lstm_concat", 5), ("lstm_concat", 9), ("lstm_cell_class", 6), ("gru_columns", 6)])
@pytest.mark.parametrize("seed", range(2))
def test_no_gate_is_blamed_for_what_is_handed_on(slip, seed):
    assert first(*made(*slip, seed=seed)).code != "GL166"
