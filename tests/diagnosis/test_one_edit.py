"""The line that is wrong, and what it should be: slips in code of several forms, names and sizes."""

import linecache
import os
import re
import shutil
import socket
import subprocess
from contextlib import suppress

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis import one_edit
from gradlab.diagnosis.forked import _shares_memory as SHARES_MEMORY
from gradlab.diagnosis.forked import in_a_fork

pytestmark = [pytest.mark.edits, pytest.mark.slow]


NETWORK = """
def run(p):
    z = X @ p["U"] + p["c"]
    a = np.tanh(z)
    return z, a, a @ p["V"]

def loss(p):
    return 0.5 * np.sum((run(p)[2] - goal) ** 2) / count + 0.05 * np.sum(p["V"] ** 2)

def grads(p):
    z, a, out = run(p)
    delta = (out - goal) / count
    below = delta @ p["V"].T
    below = below * (1 - a ** 2)
    dV = a.T @ delta + 0.1 * p["V"]
    return {"U": X.T @ below, "c": below.sum(axis=0), "V": dV}
"""
RECURRENT = """
def states(p):
    h = [np.zeros(width)]
    for t in range(steps):
        h.append(np.tanh(X[t] @ p["U"] + h[-1] @ p["V"] + p["c"]))
    return h

def loss(p):
    return 0.5 * np.sum((np.array(states(p)[1:]) - goal) ** 2)

def grads(p):
    h = states(p)
    made = {name: np.zeros_like(value) for name, value in p.items()}
    later = np.zeros(width)
    for t in reversed(range(steps)):
        dh = h[t + 1] - goal[t] + later
        dz = dh * (1 - h[t + 1] ** 2)
        made["U"] += np.outer(X[t], dz)
        made["V"] += np.outer(h[t], dz)
        made["c"] += dz
        later = p["V"] @ dz
    return made
"""
NORMED = """
def normed(p):
    z = X @ p["U"]
    spread = np.sqrt(z.var(axis=0) + 1e-5)
    return (z - z.mean(axis=0)) / spread, spread

def loss(p):
    return 0.5 * np.sum((normed(p)[0] * p["c"] - goal) ** 2)

def grads(p):
    x, spread = normed(p)
    up = x * p["c"] - goal
    dx = up * p["c"]
    dz = (dx - dx.mean(axis=0) - x * (dx * x).mean(axis=0)) / spread
    return {"U": X.T @ dz, "c": (up * x).sum(axis=0)}
"""
SLIPS = [
    (NETWORK, "(1 - a ** 2)", "(1 - z ** 2)"),
    (NETWORK, "below * (1 - a ** 2)", "below"),
    (NETWORK, "(out - goal) / count", "(out - goal) * count"),
    (NETWORK, "(out - goal) / count", "goal / count"),
    (NETWORK, "+ 0.1 * p", "- 0.1 * p"),
    (NETWORK, 'a.T @ delta + 0.1 * p["V"]', "a.T @ delta"),
    (NETWORK, 'X.T @ below, "c"', 'X.T @ (below * a), "c"'),
    (RECURRENT, "- goal[t] + later", "- goal[t]"),
    (RECURRENT, "- goal[t] + later", "- goal[t - 1] + later"),
    (RECURRENT, "(1 - h[t + 1] ** 2)", "(1 - h[t] ** 2)"),
    (RECURRENT, 'p["V"] @ dz', 'p["V"].T @ dz'),
    (RECURRENT, 'made["V"] +=', 'made["V"] ='),
    (RECURRENT, "np.outer(h[t], dz)", "np.outer(h[t + 1], dz)"),
    (NORMED, "dx - dx.mean(axis=0) - x", "dx - x"),
    (NORMED, " - x * (dx * x).mean(axis=0)", ""),
    (NORMED, "(dx - dx.mean(axis=0) - x * (dx * x).mean(axis=0)) / spread", "dx / spread"),
    (NORMED, "x * (dx * x).mean(axis=0)", "x * (dx * x).mean()"),
    (NORMED, "dx * x).mean(axis=0)", "up * x).mean(axis=0)"),
]
NAMES = [
    {},
    {
        "delta": "g",
        "below": "g1",
        "a": "act",
        "z": "pre",
        "later": "dnext",
        "dz": "e",
        "dx": "q",
        "up": "r",
        "x": "xn",
    },
    {"X": "data", "goal": "target", "count": "n_examples", "p": "theta", "loss": "J", "grads": "dJ"},
]


def run_as_file(code, space):
    """The names of code that runs with those of the space, as if it stood in a file: its source can be found."""
    file = f"edits/{abs(hash(code))}.py"
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    exec(compile(code, file, "exec"), space)
    return space


def made(code, seed, *, names=None):
    """The functions of the code, under other names, and params that fit."""
    names = names or {}
    rng = np.random.default_rng(seed)
    n, d, w = rng.integers(4, 8), rng.integers(2, 4), rng.integers(2, 5)
    outs = 2 if code.startswith("\ndef run") else w
    code = re.sub(r"\b([A-Za-z_]\w*)\b(?!['\"=])", lambda m: names.get(m[1], m[1]), code)
    space = {"np": np, "count": int(n), "steps": int(n), "width": int(w)}
    space |= {"X": rng.standard_normal((n, d)), "goal": rng.standard_normal((n, outs))}
    space = run_as_file(code, {names.get(name, name): value for name, value in space.items()})
    params = {"U": rng.standard_normal((d, w)), "c": rng.uniform(0.5, 1, w)}
    if "V" in code:
        params["V"] = rng.standard_normal((w, outs)) * 0.7
    return space[names.get("loss", "loss")], params, space[names.get("grads", "grads")], space


def told(report):
    """What is said of an edit: line, before, after; None if there is none."""
    for finding in report.findings[:1]:
        if found := re.search(
            r'With one edit.*line (\d+): "(.*?)" should (?:be "(.*?)", or|not be)', finding.message
        ):
            return int(found[1]), found[2], found[3]
    return None


@pytest.mark.parametrize("names", NAMES, ids=["as they are", "inside", "outside"])
@pytest.mark.parametrize(("code", "right", "wrong"), SLIPS, ids=[f"{w or 'without'} for {r}" for _, r, w in SLIPS])
def test_the_line_of_a_slip_is_told(code, right, wrong, names):
    assert code.count(right) == 1
    seed = len(right) + len(wrong)
    cost, params, grads, _ = made(code.replace(right, wrong), seed, names=names)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.verdict is gradlab.Verdict.WRONG
    line, before, after = told(report)
    assert before != after
    body = code[: code.index(right)].count("\n") + 1
    assert abs(line - body) <= 2  # what is missing may be put in beside it


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("code", [NETWORK, RECURRENT, NORMED])
@pytest.mark.parametrize("seed", range(3))
def test_right_code_is_not_edited(code, names, seed):
    cost, params, grads, _ = made(code, seed, names=names)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.ok
    assert report.findings == ()


def test_the_told_edit_is_right_where_it_is_made():
    code = RECURRENT.replace("- goal[t] + later", "- goal[t]")
    cost, params, grads, _ = made(code, 1)
    line, before, after = told(gradlab.check_gradients(cost, params, grads))
    lines = code.splitlines()
    assert lines[line - 1].strip() == before
    lines[line - 1] = lines[line - 1].replace(before, after)
    cost, params, grads, _ = made("\n".join(lines), 1)
    assert gradlab.check_gradients(cost, params, grads).ok


@pytest.mark.parametrize("seed", range(3))
def test_of_two_slips_in_two_lines_no_edit_is_told(seed):
    code = NETWORK.replace("(1 - a ** 2)", "(1 - np.abs(a) ** 1.3)").replace("a.T @ delta", "np.sin(a).T @ delta")
    cost, params, grads, _ = made(code, seed)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.verdict is gradlab.Verdict.WRONG
    assert told(report) is None


def test_arrays_objects_and_code_stay_as_they_are():
    """Edits write where nobody meant to: into the data, and into what the functions share."""
    code = NETWORK.replace("(1 - a ** 2)", "(1 - np.abs(a) ** 1.3)")
    cost, params, grads, space = made(code, 2)
    before = {name: np.copy(value) for name, value in space.items() if isinstance(value, np.ndarray)}
    known, run = set(space), (cost.__code__, grads.__code__)
    gradlab.check_gradients(cost, params, grads)
    assert set(space) == known
    assert (cost.__code__, grads.__code__) == run
    assert all(np.array_equal(space[name], value) for name, value in before.items())


def test_a_cost_that_is_made_by_the_same_function_stays_as_it_is():
    """Not an edit of what both sides share, after which the gradient would be that of the old cost."""
    code = """
def both(p):
    r = X @ p["U"] * p["c"] - goal
    k = 3 * r
    return np.sum(r ** 2), {"U": X.T @ (k * p["c"]), "c": (k * (X @ p["U"])).sum(axis=0)}

def loss(p):
    return both(p)[0]

def grads(p):
    return both(p)[1]
"""
    cost, params, grads, _ = made(code, 3)
    line, before, after = told(gradlab.check_gradients(cost, params, grads))
    assert (line, before, after) == (4, "k = 3 * r", "k = 2 * r")


@pytest.mark.parametrize(
    "slope", ["(a > 0) * 1.0", "np.where(a > 0, 1.0, 0.0)", "np.array([1.0 * (0 < v) for v in a])"]
)
def test_code_that_compares_within_a_formula(slope):
    code = NETWORK.replace("np.tanh(z)", "np.maximum(z, 0)").replace("(1 - a ** 2)", slope)
    cost, params, grads, _ = made(code.replace("(out - goal) / count", "(out - goal) * count"), 8)
    assert told(gradlab.check_gradients(cost, params, grads))[2] == "delta = (out - goal) / count"


def test_edits_that_write_into_the_data_do_not_spoil_what_comes_later():
    """`made = target` before `made[0] += step` would change the target, and the right edit would not fit any more."""
    rng = np.random.default_rng(7)
    target = rng.standard_normal((6, 2))

    def tip(q):
        a, b = q[:, 0], q[:, 0] + q[:, 1]
        return np.stack([1.5 * np.cos(a) + 0.7 * np.cos(b), 1.5 * np.sin(a) + 0.7 * np.sin(b)], axis=1)

    def cost(q):
        return 0.5 * np.sum((tip(q) - target) ** 2) + 0.05 * np.sum((q[1:] - q[:-1]) ** 2)

    def grads(q):
        e = tip(q) - target
        a, b = q[:, 0], q[:, 0] + q[:, 1]
        second = e[:, 0] * -0.7 * np.sin(b) + e[:, 1] * 0.7 * np.cos(b)
        first = e[:, 0] * -1.5 * np.sin(a) + e[:, 1] * 1.5 * np.cos(a)
        made = np.stack([first, second], axis=1)
        step = 0.1 * (q[1:] - q[:-1])
        made[1:] += step
        made[:-1] -= step
        return made

    report = gradlab.check_gradients(cost, rng.uniform(-1.5, 1.5, (6, 2)), grads)
    assert told(report)[2].endswith("+ second")


def test_of_a_long_statement_what_stands_around_the_edit_is_told():
    code = NETWORK.replace(
        "delta = (out - goal) / count",
        "delta = (out - goal) / count + 0.0 * np.maximum(np.minimum(goal, 7.0), -7.0) + 0.0 * np.cos(out - goal)",
    ).replace("(out - goal) / count + 0.0", "(out - goal) * count + 0.0")
    cost, params, grads, _ = made(code, 8)
    assert told(gradlab.check_gradients(cost, params, grads))[1:] == tuple(
        f"(out - goal) {sign} count + 0.0 * np.maximum(np.minimum(goal, 7.0), -7.0)" for sign in "*/"
    )


def test_methods_and_closures_are_edited_as_well():
    class Line:
        def __init__(self, X, y):
            self.X, self.y = X, y

        def residual(self, w):
            return self.X @ w - self.y

        def loss(self, w):
            return np.sum(np.cosh(self.residual(w)))

        def slope(self, w):
            return self.X.T @ np.cosh(self.residual(w))

    rng = np.random.default_rng(4)
    net = Line(rng.standard_normal((6, 3)) / 2, rng.standard_normal(6) / 2)
    report = gradlab.check_gradients(net.loss, rng.standard_normal(3), net.slope)
    assert told(report)[2] == "return self.X.T @ np.sinh(self.residual(w))"


def test_layers_are_edited_as_well():
    def forward(x, W):
        return np.tanh(x @ W)

    def backward(R, x, W):
        dz = R * (1 - np.tanh(x @ W) ** 3)
        return {"x": dz @ W.T, "W": x.T @ dz}

    rng = np.random.default_rng(5)
    inputs = {"x": rng.standard_normal((5, 3)), "W": rng.standard_normal((3, 4))}
    assert told(gradlab.check_backward(forward, backward, inputs))[2] == "dz = R * (1 - np.tanh(x @ W) ** 2)"


def test_nothing_is_told_of_numbers_of_directions_and_of_unknown_sources():
    cost, params, grads, _ = made(NETWORK.replace("below * (1 - a ** 2)", "below * (1 + a ** 2)"), 6)
    assert told(gradlab.check_gradients(cost, params, grads)) is not None
    assert told(gradlab.check_gradients(cost, params, grads(params))) is None
    assert told(gradlab.check_gradients(cost, params, grads, directions=2)) is None
    linecache.clearcache()
    assert told(gradlab.check_gradients(cost, params, grads)) is None


def test_work_apart_leaves_nothing_behind():
    kept = []
    assert in_a_fork(lambda: kept.append(1) or 7, 20) == 7
    assert kept == []
    assert in_a_fork(lambda: 1 / 0, 20) is None
    assert in_a_fork(lambda: __import__("time").sleep(60), 0.2) is None


def test_no_copy_is_made_where_none_can_be(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    assert in_a_fork(lambda: 7, 20) is None
    assert one_edit.SECONDS


def test_nothing_is_looked_for_if_it_is_not_wanted():
    cost, params, grads, _ = made(NETWORK.replace("below * (1 - a ** 2)", "below"), 6)
    assert told(gradlab.check_gradients(cost, params, grads)) is not None
    assert told(gradlab.check_gradients(cost, params, grads, edits=False)) is None
    with pytest.raises(gradlab.GradlabError, match="edits must be True or False"):
        gradlab.check_gradients(cost, params, grads, edits="no")


FLAGS = {  # how one code with a switch chooses between a right line and a wrong one
    "if": ("    if wrong:\n        below = below * (1 - a)\n    else:\n        below = below * (1 - a ** 2)", "True"),
    "else": ("    below = below * ((1 - a ** 2) if not wrong else (1 - a))", "True"),
    "number": ("    below = below * (1 - a if wrong == 3 else 1 - a ** 2)", "3"),
    "name": ("    below = below * (1 - a if wrong == 'slope' else 1 - a ** 2)", "'slope'"),
    "and": ("    below = below * (1 - a if wrong and wrong > 0 else 1 - a ** 2)", "1"),
    "factor": ("    below = below * (1 - a ** (1 + (wrong == 0)))", "1"),
}


@pytest.mark.parametrize("kind", FLAGS)
@pytest.mark.parametrize("handed", ["argument", "keyword", "default", "global"])
def test_a_switch_is_not_turned(kind, handed):
    """It chooses which code runs: with it the other way, the code that was asked about is not right."""
    line, wrong = FLAGS[kind]
    code = NETWORK.replace("    below = below * (1 - a ** 2)", line)
    head = {"default": f"def chosen(p, wrong={wrong}):"}.get(handed, "def chosen(p, wrong):")
    if handed == "global":
        head = "def chosen(p):"
    code = code.replace("def grads(p):", head)
    call = {"argument": f"p, {wrong}", "keyword": f"p, wrong={wrong}"}.get(handed, "p")
    code += f"\ndef grads(p):\n    return chosen({call})\n"
    if handed == "global":
        code = f"wrong = {wrong}\n{code}"
    cost, params, grads, _ = made(code, 7)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.verdict is gradlab.Verdict.WRONG
    found = told(report)
    assert found is None or "wrong" not in found[1] + found[2] or "chosen" not in found[1] + found[2], found


def test_a_copy_writes_to_no_file_and_reaches_nothing_outside(tmp_path):
    kept = tmp_path / "kept"
    kept.write_text("as it was", encoding="utf-8")
    opened = (tmp_path / "opened").open("w", encoding="utf-8", buffering=1)
    read, write = os.pipe()
    tries = [
        lambda: kept.write_text("lost", encoding="utf-8"),
        lambda: kept.open("a", encoding="utf-8"),
        kept.unlink,
        lambda: kept.rename(tmp_path / "away"),
        lambda: (tmp_path / "new").mkdir(),
        lambda: (tmp_path / "new").touch(),
        lambda: shutil.rmtree(tmp_path),
        lambda: opened.write("said\n"),
        lambda: os.write(write, b"said"),
        lambda: subprocess.run(["touch", tmp_path / "new"], check=True),
        lambda: os.system(f"touch {tmp_path / 'new'}"),
        lambda: os.kill(os.getppid(), 0),
        lambda: socket.create_connection(("127.0.0.1", 9)),
    ]

    def refused():
        said = []
        for each in tries:
            with suppress(Exception):
                each()
                said.append(each)
        return len(said)

    try:
        assert in_a_fork(refused, 20) == 0
        assert in_a_fork(lambda: kept.read_text(encoding="utf-8"), 20) == "as it was"
        os.write(write, b".")
        assert os.read(read, 9) == b"."
    finally:
        opened.close()
        os.close(read)
        os.close(write)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "opened"]
    assert (tmp_path / "opened").read_text(encoding="utf-8") == ""


def test_no_copy_is_made_where_memory_is_shared(tmp_path, monkeypatch):
    assert in_a_fork(lambda: 7, 20) == 7
    monkeypatch.setattr("gradlab.diagnosis.forked._shares_memory", SHARES_MEMORY)
    shared = np.memmap(tmp_path / "shared", dtype=float, mode="w+", shape=4)
    assert in_a_fork(lambda: 7, 20) is None
    assert not shared.any()


OVER_AXES = """
def forward(x):
    n, c, h, w = x.shape
    u = x.reshape(n, 2, c // 2, h, w)
    r = 1 / np.sqrt(u.var(axis=AXES, keepdims=True) + 1e-5)
    y = (u - u.mean(axis=AXES, keepdims=True)) * r
    return y.reshape(x.shape), (y, r)

def backward(R, cache):
    y, r = cache
    n, c, h, w = R.shape
    axes = AXES
    R = R.reshape(n, 2, c // 2, h, w)
    d = r * (R - R.mean(axis=axes, keepdims=True) - y * (R * y).mean(axis=axes, keepdims=True))
    return d.reshape(n, c, h, w)
"""


@pytest.mark.parametrize("right", [(2, 3, 4), (0, 3, 4), (3, 4), (0, 2, 3, 4)])
@pytest.mark.parametrize("change", [{2}, {3}, {4}, {0}])
@pytest.mark.parametrize("shape", [(2, 4, 3, 2), (3, 6, 2, 4), (2, 4, 3, 3)])
def test_an_axis_too_many_or_too_few_is_told(right, change, shape):
    wrong = tuple(sorted({*right} ^ change))
    code = OVER_AXES.replace("axes = AXES", f"axes = {wrong}").replace("AXES", str(right))
    space = run_as_file(code, {"np": np})
    x = np.random.default_rng(len(wrong)).standard_normal(shape)
    report = gradlab.check_backward(space["forward"], space["backward"], {"x": x}, cache=True)
    assert report.verdict is gradlab.Verdict.WRONG
    said = "".join(finding.message for finding in report.findings)
    assert f'"axes = {wrong}" should be "axes = {right}"' in said
