"""What flows through a part of the cost is left out, or counts wrongly: many costs, parts, names, sizes and seeds."""

import re
import time
from fractions import Fraction

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis import held_paths, holding
from tests.diagnosis.test_one_edit import run_as_file

pytestmark = pytest.mark.held

# Each cost, and parts of it. The wrong gradient is made of the cost with such a part replaced by the number it is.
TIED = """
def loss(p):
    a = np.tanh(X @ p["U"] + p["c"])
    back = a @ p["U"].T
    return np.sum((back - X) ** 2) / count + 0.3 * np.sum(p["c"] ** 4)
"""
TWO_LOSSES = """
def loss(p):
    z = X @ p["U"] + p["c"]
    near = np.sum(np.cosh(z)) / count
    far = 0.2 * np.sum(z ** 2 * np.sin(p["c"]))
    return near + far
"""
NORMED = """
def loss(p):
    z = np.sin(X @ p["U"])
    middle = z.mean(axis=0)
    spread = np.sqrt(((z - middle) ** 2).mean(axis=0) + 1e-3)
    x = (z - middle) / spread
    return np.sum((x * p["c"] - goal) ** 2)
"""
ATTENTION = """
def loss(p):
    keys = X @ p["U"] + p["c"]
    scores = keys @ keys.T
    e = np.exp(0.3 * scores)
    share = e / e.sum(axis=1, keepdims=True)
    return np.sum((share @ keys - goal) ** 2)
"""
RECURRENT = """
def loss(p):
    h = np.zeros(width)
    total = 0.0
    for t in range(count):
        h = np.tanh(X[t] @ p["U"] + 0.5 * h * p["c"])
        total = total + np.sum((h - goal[t]) ** 2)
    return total
"""
DRAWN = """
def loss(p):
    spread = np.exp(p["c"])
    mean = np.sin(X @ p["U"])
    z = mean + spread * goal
    fit = np.sum(np.cos(z) * goal ** 2)
    return fit + 0.5 * np.sum(mean ** 2) - np.sum(p["c"]) + np.sum(spread ** 2)
"""
SOLVED = """
def loss(p):
    F = np.sin(X @ p["U"])
    K = F @ F.T + np.exp(p["c"][0]) * np.eye(count)
    w = np.linalg.solve(K, goal)
    return np.sum(goal * w) + np.log(np.linalg.det(K)) * p["c"][1] ** 2
"""
UNIT = """
def loss(p):
    length = np.sqrt(np.sum(p["U"] ** 2))
    V = p["U"] / length
    skip = X @ V
    return np.sum((skip + np.tanh(skip * p["c"]) - goal) ** 2)
"""
PARTS = [
    (TIED, 'p["U"].T'),
    (TIED, 'X @ p["U"]'),
    (TIED, '0.3 * np.sum(p["c"] ** 4)'),
    (TWO_LOSSES, "near"),
    (TWO_LOSSES, "far"),
    (TWO_LOSSES, 'np.sin(p["c"])'),
    (NORMED, "((z - middle) ** 2).mean(axis=0)"),
    (ATTENTION, "e.sum(axis=1, keepdims=True)"),
    (ATTENTION, "keys.T"),
    (ATTENTION, "0.3 * scores"),
    (DRAWN, "np.sum(spread ** 2)"),
    (DRAWN, "spread * goal"),
    (DRAWN, "np.sum(mean ** 2)"),
    (SOLVED, "np.log(np.linalg.det(K))"),
    (SOLVED, "np.linalg.solve(K, goal)"),
    (SOLVED, 'np.exp(p["c"][0])'),
    (UNIT, "length\n"),
    (UNIT, 'skip * p["c"]'),
    (RECURRENT, "0.5 * h"),
    (RECURRENT, '0.5 * h * p["c"]'),
]
NAMES = [
    {},
    {"X": "data", "z": "pre", "keys": "q", "e": "w_", "h": "state", "p": "theta", "loss": "J", "U": "kernel"},
]
SAID_EARLIER = {"0.3 * scores": -1, "near": -2, "far": -1, "length\n": -1}  # lines before it, where the same flows
COUNTS = [0, 2, -1, Fraction(1, 2)]


def made(code, part, counts, seed, names):
    """A cost, params, its gradient with what flows through the part so many times, and the right one."""
    rng = np.random.default_rng(seed)
    n, d, w = int(rng.integers(4, 8)), int(rng.integers(2, 4)), int(rng.integers(2, 5))

    def named(text):
        return re.sub(r"\b([A-Za-z_]\w*)\b(?!=)", lambda m: names.get(m[1], m[1]), text)

    goal = rng.standard_normal((n, d if code is TIED else w))
    space = {"np": np, "count": n, "width": w, "X": rng.standard_normal((n, d)), "goal": goal}
    space = {names.get(name, name): value for name, value in space.items()}
    params = {names.get("U", "U"): rng.standard_normal((d, w)), "c": rng.uniform(0.5, 1, w)}
    cost = run_as_file(named(code), dict(space))[named("loss")]
    return cost, params, _gradient(named(code), named(part), float(counts), space, named("loss"))


def _gradient(code, part, counts, space, loss):
    """Exact, by complex steps: of counts · x + (1 − counts) · its number, in place of the part x."""
    end = "\n" if part.endswith("\n") else ""
    part = part.removesuffix("\n")
    assert code.count(part + end) == 1 or not end
    head, tail = code.rsplit(part + end, 1)
    return _passed_gradient(run_as_file(f"{head}passed({part}){end}{tail}", dict(space)), counts, loss)


def _passed_gradient(space, counts, loss="loss"):
    """With all that passes through a function `passed` so many times."""
    told = space[loss]

    def grads(p):
        kept = []
        space["passed"] = lambda x: kept.append(np.copy(x)) or x
        told(p)
        found = {name: np.zeros_like(value) for name, value in p.items()}
        for name, value in p.items():
            for at in np.ndindex(value.shape):
                left = iter(kept)
                space["passed"] = lambda x, left=left: counts * x + (1 - counts) * next(left)
                moved = {**p, name: value.astype(complex)}
                moved[name][at] += 1e-30j
                found[name][at] = told(moved).imag / 1e-30
        return found

    return grads


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """On a busy machine the processor takes longer."""
    monkeypatch.setattr(held_paths, "SECONDS", 60.0)
    monkeypatch.setattr(held_paths, "LONGEST", 600.0)


CERTAIN = {"GL102", "GL125", "GL140"}  # these stand first: they say it by a formula


def told(report):
    """The codes, and what is said of a path, if anything is."""
    return next(((f.code, f.message) for f in report.findings if f.code in {"GL167", "GL168"}), ("", ""))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["function", "numbers"])
@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize(("code", "part"), PARTS)
def test_what_flows_through_a_part(code, part, counts, form):
    for seed in range(2):
        cost, params, wrong = made(code, part, counts, seed, NAMES[seed])
        report = gradlab.check_gradients(cost, params, wrong if form == "function" else wrong(params))
        assert report.verdict is gradlab.Verdict.WRONG
        name, message = told(report)
        assert name == ("GL168" if counts else "GL167")
        assert report.findings[0].code in {name, *CERTAIN}
        line = int(re.search(r", line (\d+)", message)[1])
        stands = code[: code.rindex(part)].count("\n") + 1
        assert line in {stands, stands + SAID_EARLIER.get(part, 0)}
        words = {0: "left out", 2: "counts twice", -1: "wrong sign", Fraction(1, 2): "counts half"}
        assert words[counts] in message


@pytest.mark.parametrize(("code", "part"), PARTS)
def test_nothing_is_said_of_a_right_gradient(code, part):
    cost, params, right = made(code, part, 1, 3, {})
    report = gradlab.check_gradients(cost, params, right)
    assert report.ok
    assert report.findings == ()


@pytest.mark.parametrize("seed", range(6))
def test_a_mistake_of_another_kind_gets_no_path(seed):
    """Entries that are off at random are no path."""
    rng = np.random.default_rng(seed)
    code, part = PARTS[3 * seed]
    cost, params, right = made(code, part, 1, seed, {})
    off = {name: rng.uniform(0.5, 2, value.shape) for name, value in params.items()}
    report = gradlab.check_gradients(cost, params, lambda p: {n: g * off[n] for n, g in right(p).items()})
    assert told(report) == ("", "")


MEMORY = """
def loss(p):
    h = c = np.zeros(width)
    total = 0.0
    for t in range(steps):
        i = 1 / (1 + np.exp(-(X[t] @ p["U"] + passed(h) * p["c"])))
        f = 1 / (1 + np.exp(-(X[t] @ p["U"] * 0.5 - passed(h) * p["c"] + 1)))
        g = np.tanh(X[t] @ p["U"] + 0.3 * passed(h))
        c = f * passed(c) + i * g
        h = g * np.tanh(c)
        total = total + np.sum((h - goal[t]) ** 2)
    return total
"""
SPREAD = """
def loss(p):
    z = np.sin(X @ p["U"])
    middle = passed(z.mean(axis=0))
    spread = passed(((z - middle) ** 2).mean(axis=0))
    x = (z - middle) / np.sqrt(spread + 1e-3)
    return np.sum((x * p["c"] - goal) ** 2) + np.sum(z ** 3)
"""


@pytest.mark.slow
@pytest.mark.parametrize("counts", [0, 2, -1])
@pytest.mark.parametrize(("code", "names"), [(MEMORY, {"c", "h"}), (SPREAD, {"z"})])
def test_several_parts_at_once(code, names, counts):
    """The state and the memory of a cell are both cut off; mean and spread are both taken for numbers."""
    rng = np.random.default_rng(4)
    space = {"np": np, "steps": 5, "width": 4, "X": rng.standard_normal((5, 3)), "goal": rng.standard_normal((5, 4))}
    params = {"U": rng.standard_normal((3, 4)), "c": rng.uniform(0.5, 1, 4)}
    cost = run_as_file(code.replace("passed", ""), dict(space))["loss"]
    grads = _passed_gradient(run_as_file(code, dict(space)), counts)
    name, message = told(gradlab.check_gradients(cost, params, grads))
    assert name == ("GL168" if counts else "GL167")
    assert set(re.findall(r'"(\w+)"', message)) == names


def test_the_only_way_that_is_there():
    cost, params, wrong = made(TIED, 'p["U"].T', 0, 0, {})
    right = made(TIED, 'p["U"].T', 1, 0, {})[2]

    def grads(p):
        return {**right(p), "U": right(p)["U"] - wrong(p)["U"]}

    name, message = told(gradlab.check_gradients(cost, params, grads))
    assert name == "GL167"
    assert "X @ p['U']" in message  # what is left out is all that flows through this


def test_the_code_is_as_it_was():
    cost, params, wrong = made(NORMED, "((z - middle) ** 2).mean(axis=0)", 0, 0, {})
    before, spoken, value = cost.__code__, set(cost.__globals__), cost(params)
    assert told(gradlab.check_gradients(cost, params, wrong))[0]
    assert cost.__code__ is before
    assert set(cost.__globals__) == spoken
    assert cost(params) == value


class Interrupt(BaseException):
    """As Ctrl-C."""


@pytest.mark.parametrize("error", [ValueError, Interrupt])
def test_the_code_is_as_it_was_if_it_fails(error):
    cost, params, wrong = made(NORMED, "((z - middle) ** 2).mean(axis=0)", 0, 0, {})
    before, spoken, calls = cost.__code__, set(cost.__globals__), []

    def failing(p):
        if cost.__code__ is not before and (calls.append(1) or len(calls)) == 20:
            raise error
        return cost(p)

    try:
        gradlab.check_gradients(failing, params, wrong)
    except Interrupt:
        assert error is Interrupt
    assert len(calls) >= 20
    assert cost.__code__ is before
    assert set(cost.__globals__) == spoken


def test_a_loop_that_would_not_end_is_ended():
    """It waits until a number is near another one, which is held."""
    code = """
def loss(p):
    target = np.exp(p["c"].sum())
    x, step = 0.0, 0
    while abs(x - np.exp(p["c"].sum())) > 1e-13:
        x = x + 0.5 * (target - x)
    return x * p["U"].sum()
"""
    cost, params, _ = made(code, "target", 1, 0, {})
    report = gradlab.check_gradients(cost, params, {"U": params["U"] * 0 + 2.0, "c": params["c"]})
    assert not report.ok


def test_code_of_too_many_steps_is_left_alone(monkeypatch):
    cost, params, wrong = made(TIED, 'p["U"].T', 0, 0, {})
    monkeypatch.setattr(holding, "MOST_STEPS", 5)
    before = cost.__code__
    report = gradlab.check_gradients(cost, params, wrong)
    assert report.verdict is gradlab.Verdict.WRONG
    assert told(report) == ("", "")
    assert cost.__code__ is before


@pytest.mark.slow
def test_a_slow_cost_is_left_alone(monkeypatch):
    cost, params, wrong = made(TIED, 'p["U"].T', 0, 0, {})
    asked = []

    def slow(p):
        asked.append(time.sleep(0.004))
        return cost(p)

    monkeypatch.setattr(held_paths, "SECONDS", 0.1)
    found = gradlab.check_gradients(slow, params, wrong(params))
    few = len(asked)
    monkeypatch.setattr(held_paths, "SECONDS", 60.0)
    assert told(found) == ("", "")
    assert told(gradlab.check_gradients(slow, params, wrong(params)))[0] == "GL167"
    assert few < 0.8 * (len(asked) - few)


def test_nothing_is_held_if_it_is_not_wanted():
    cost, params, wrong = made(TIED, 'p["U"].T', 0, 0, {})
    assert told(gradlab.check_gradients(cost, params, wrong, edits=False)) == ("", "")


def test_a_layer():
    space = run_as_file(LAYER, {"np": np})
    rng = np.random.default_rng(2)
    inputs = {"x": rng.standard_normal((4, 3)), "W": rng.standard_normal((3, 3))}
    report = gradlab.check_backward(space["forward"], space["backward"], inputs)
    assert told(report)[0] == "GL167"
    assert 'flows through "x" is left out of the gradient of x. In forward, line 4' in told(report)[1]


@pytest.mark.parametrize("rounded", [False, True])
def test_params_in_float32(rounded):
    """They are asked about in float64, whether the gradient is rounded or not."""
    cost, params, wrong = made(NORMED, "((z - middle) ** 2).mean(axis=0)", 0, 0, {})

    def grads(p):
        found = wrong({name: value.astype(np.float64) for name, value in p.items()})
        return {name: g.astype(np.float32) if rounded else g.astype(p[name].dtype) for name, g in found.items()}

    params = {name: value.astype(np.float32) for name, value in params.items()}
    assert told(gradlab.check_gradients(cost, params, grads))[0] == "GL167"


LAYER = """
def forward(x, W):
    inner = np.tanh(x @ W)
    return np.sin(inner) * x + np.cosh(x)


def backward(R, x, W):
    inner = np.tanh(x @ W)
    d = R * x * np.cos(inner) * (1 - inner ** 2)
    return {"x": d @ W.T + R * np.sinh(x), "W": x.T @ d}
"""


@pytest.mark.parametrize("name", ["e", "r", "o", "fo"])
def test_the_head_of_a_loop_is_not_told_for_what_stands_in_it(name):
    code = f"""
def bent(m, {name}):
    return m + {name} * np.sin(m) + {name} ** 2

def loss(p):
    total = 0.0
    for step in range(3):
        {name} = p[step]
        angle = bent(X[step] + p[step], {name})
        total = total + np.cosh(angle) * (1 + {name} ** 2) + {name} * p[step - 1] ** 2
    return total

def grads(p):
    m = X + p
    angle, flat = bent(m, p), np.roll(p, 1) ** 2 + 2 * p * np.roll(p, -1)
    return np.cosh(angle) * 2 * p + np.sinh(angle) * (1 + p ** 2) * (1 + p * np.cos(m)) + flat
"""
    space = run_as_file(code, {"np": np, "X": np.array([0.7, 1.2, -0.4])})
    first = gradlab.check_gradients(space["loss"], np.array([0.3, -0.6, 0.8]), space["grads"]).findings[0]
    assert first.code == "GL167"
    assert "for step" not in first.message
    assert f"angle = bent(X[step] + p[step], {name})" in first.message or f"{name} * np.sin(m)" in first.message
