"""Rules that ask both sides at other parameters: the kinds they name at many seeds, and what they must not name."""

import numpy as np
import pytest

from gradlab import check_gradients
from tests.chosen import sweep

SEEDS = sweep(range(12))


def first(report):
    return report.findings[0].code, report.findings[0].message.replace("\n", " ")


def recurrent(rng, slip):
    """A recurrent network whose backward pass forgets the next step, or takes its weight without a transpose."""
    n, d, k = (int(v) for v in rng.permutation([3, 4, 5]))
    steps, goal = rng.standard_normal((n, d)), rng.standard_normal(k)
    names = [("Wx", "Wh", "b"), ("U", "V", "c"), ("w_in", "w_rec", "bias")][int(rng.integers(3))]
    p = {
        names[0]: rng.standard_normal((d, k)),
        names[1]: rng.standard_normal((k, k)) / 2,
        names[2]: rng.standard_normal(k),
    }

    def states(p):
        h = [np.zeros(k)]
        for x in steps:
            h.append(np.tanh(x @ p[names[0]] + h[-1] @ p[names[1]] + p[names[2]]))
        return h

    def grads(p):
        h, made, back = states(p), {name: np.zeros_like(v) for name, v in p.items()}, np.zeros(k)
        for t in reversed(range(n)):
            dZ = (h[t + 1] - goal + back) * (1 - h[t + 1] ** 2)
            made[names[0]] += np.outer(steps[t], dZ)
            made[names[1]] += np.outer(h[t], dZ)
            made[names[2]] += dZ
            back = {"none": 0 * dZ, "untransposed": dZ @ p[names[1]], "right": p[names[1]] @ dZ}[slip]
        return made

    def cost(p):
        return 0.5 * sum(np.sum((h - goal) ** 2) for h in states(p)[1:])

    return check_gradients(cost, p, grads, edits=False), names[1]  # as where the code cannot be read


@pytest.mark.slow
@pytest.mark.parametrize("slip", ["none", "untransposed"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_block_through_which_the_mistake_passes(slip, seed):
    report, name = recurrent(np.random.default_rng(seed), slip)
    code, said = first(report)
    assert code == "GL161"
    assert said.startswith(f"With {name} set to 0")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_recurrent_network_that_is_right(seed):
    assert recurrent(np.random.default_rng(seed), "right")[0].findings == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_of_a_decay_is_no_evidence(seed):
    """Without V only the decay of U is left, which is right: V is not where the mistake is."""
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((9, 4)), rng.standard_normal((9, 2))
    p = {"U": rng.standard_normal((4, 3)), "V": rng.standard_normal((3, 2))}

    def grads(p):
        h = np.tanh(X @ p["U"])
        d = h @ p["V"] - Y
        return {"U": X.T @ (d @ p["V"].T * (1 - h)) + 0.3 * p["U"], "V": h.T @ d}

    report = check_gradients(
        lambda p: 0.5 * np.sum((np.tanh(X @ p["U"]) @ p["V"] - Y) ** 2) + 0.15 * np.sum(p["U"] ** 2), p, grads
    )
    assert "GL161" not in {finding.code for finding in report.findings}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_kernel_is_not_blamed_where_only_its_bias_is_left(seed):
    """A second convolution spreads its upstream wrongly; with the first kernel 0, its bias alone does not show it."""
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((3, 9)), rng.standard_normal((3, 3))
    p = {"W1": rng.standard_normal(3), "b1": np.array(0.1), "W2": rng.standard_normal(3), "b2": np.array(0.2)}

    def hidden(p):
        return np.tanh(sum(p["W1"][i] * X[:, i : i + 7] for i in range(3)) + p["b1"])

    def cost(p):
        a = hidden(p)
        out = np.stack([a[:, 2 * k : 2 * k + 3] @ p["W2"] for k in range(3)], axis=1) + p["b2"]
        return 0.5 * np.sum((out - Y) ** 2)

    def grads(p):
        a = hidden(p)
        up = np.stack([a[:, 2 * k : 2 * k + 3] @ p["W2"] for k in range(3)], axis=1) + p["b2"] - Y
        da, dW2 = np.zeros_like(a), np.zeros(3)
        for k in range(3):
            dW2 += up[:, k] @ a[:, 2 * k : 2 * k + 3]
            da[:, k : k + 3] += up[:, [k]] * p["W2"]
        dz = da * (1 - a**2)
        dW1 = np.array([np.sum(dz * X[:, i : i + 7]) for i in range(3)])
        return {"W1": dW1, "b1": np.array(dz.sum()), "W2": dW2, "b2": np.array(up.sum())}

    assert "GL161" not in {finding.code for finding in check_gradients(cost, p, grads).findings}


POINTS = {
    "r³": (lambda r: r**3, lambda r: 3 * r**2),
    "1/r": (lambda r: 1 / r, lambda r: -1 / r**2),
    "exp(−r)": (lambda r: np.exp(-r), lambda r: -np.exp(-r)),
}


def forces(rng, energy, slope, slip):
    n, d = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    i, j = np.triu_indices(n, 1)
    x0 = 2 * rng.standard_normal((n, d))

    def parts(x):
        along = x[i] - x[j]
        return along, np.linalg.norm(along, axis=1)

    def grads(x):
        along, r = parts(x)
        push = (slope(r) / (1 if slip == "length" else r))[:, None] * along
        g = np.zeros_like(x)
        np.add.at(g, i, push)
        np.add.at(g, j, 0 * push if slip == "one side" else -push)
        return g

    def cost(x):
        return float(np.sum(energy(parts(x)[1])))

    return check_gradients(cost, x0, grads, edits=False)  # as where the code cannot be read


@pytest.mark.slow
@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("seed", range(6))
def test_pairs_of_points(name, seed):
    code, said = first(forces(np.random.default_rng(seed), *POINTS[name], "length"))
    assert code == "GL162"
    assert "a factor of each pair is not" in said
    code, said = first(forces(np.random.default_rng(seed), *POINTS[name], "one side"))
    assert code in {"GL162", "GL126"}
    assert "sum to 0" in said
    assert forces(np.random.default_rng(seed), *POINTS[name], "").findings == ()


LAWS = {
    "a factor": ("GL102", lambda t, g: g / 3),
    "another parameter": ("GL157", lambda t, g: g / t[0]),
    "two parameters": ("GL157", lambda t, g: g * t[0] ** 2 / t[2]),
    "a constant": ("GL159", lambda t, g: g + 1.7),
    "a term": ("GL140", lambda t, g: g + 0.7 * t[0] * t[2]),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("seed", range(6))
def test_one_wrong_entry_of_few_parameters_follows_a_law(law, seed):
    code, spoil = LAWS[law]
    rng = np.random.default_rng(seed)
    t, y = np.linspace(0.2, 2, 12), rng.standard_normal(12)
    theta = rng.uniform(0.6, 1.8, 4)

    def model(p):
        return p[0] * np.exp(-p[1] * t) + p[2] * np.sin(p[3] * t)

    def grads(p):
        columns = np.stack(
            [
                np.exp(-p[1] * t),
                -p[0] * t * np.exp(-p[1] * t),
                np.sin(p[3] * t),
                p[2] * t * np.cos(p[3] * t),
            ]
        )
        g = columns @ (model(p) - y)
        g[1] = spoil(p, g[1])
        return g

    found, said = first(check_gradients(lambda p: 0.5 * np.sum((model(p) - y) ** 2), theta, grads))
    assert found == code
    assert "theta[1]" in said


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_straight_loss_where_the_cost_has_the_square(power, seed):
    rng = np.random.default_rng(seed)
    X, t = rng.standard_normal((15, 4)), np.where(rng.random(15) < 0.5, -1.0, 1.0)
    params = {"w": 0.5 * rng.standard_normal(4), "b": np.array([0.2])}

    def margin(p):
        return np.maximum(0, 1 - t * (X @ p["w"] + p["b"]))

    def grads(p):
        d = -t * (margin(p) > 0) if power == 1 else -2 * t * margin(p)
        return {"w": 0.1 * p["w"] + X.T @ d, "b": np.array([d.sum()])}

    report = check_gradients(lambda p: 0.05 * p["w"] @ p["w"] + np.sum(margin(p) ** 2), params, grads)
    assert report.ok == (power == 2)
    if power == 1:
        code, said = first(report)
        assert code == "GL152"
        assert "a residual or a margin is missing as a factor" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_constant_in_one_column_is_placed(seed):
    """The gradient of a penalty has ones for the intercepts, where it should have zeros."""
    rng = np.random.default_rng(seed)
    X = np.c_[np.ones(9), rng.standard_normal((9, 3))]
    Y = rng.standard_normal((9, 4))

    def grads(p):
        return {"theta": (np.tanh(X @ p["theta"].T) - Y).T @ X + 0.2 * np.c_[np.ones(4), p["theta"][:, 1:]]}

    report = check_gradients(
        lambda p: (
            np.sum(np.log(np.cosh(X @ p["theta"].T)) - Y * (X @ p["theta"].T)) + 0.1 * np.sum(p["theta"][:, 1:] ** 2)
        ),
        {"theta": rng.standard_normal((4, 4))},
        grads,
    )
    code, said = first(report)
    assert code in {"GL159", "GL140", "GL118"}
    assert "theta[:, 0]" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_where_one_entry_is_wrong_it_says_what_the_rest_depends_on(seed):
    rng = np.random.default_rng(seed)
    t = np.linspace(0.2, 2, 12)
    theta = rng.uniform(0.6, 1.8, 3)

    def cost(p):
        return p[0] ** 3 * p[2] + np.sum(p[1] * np.sin(p[2] * t))

    def grads(p):
        return np.array([3 * p[0] ** 2 * p[2], np.sum(np.sin(p[2] * t)), p[0] ** 3 + np.sum(p[1] * np.cos(p[2] * t))])

    code, said = first(check_gradients(cost, theta, grads))
    assert code == "GL112"
    assert "proportional to theta[1], changes with theta[2], and does not depend on theta[0]" in said
