"""Slips in gates, heads, neighbours and symmetric matrices: the line is told, or what is said leads somewhere."""

import ast
import linecache
import math

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis import one_edit
from gradlab.diagnosis.edits import Edit
from gradlab.diagnosis.reshapes import reshaped
from gradlab.diagnosis.sources import sources
from gradlab.diagnosis.switch import Switch
from gradlab.diagnosis.trees import filled, places
from tests import chosen
from tests.diagnosis.corpus_slips import MORE_THAN_ONE, PROGRAMS, in_single, made

SLIPS = [(name, i) for name, (_, _, slips) in PROGRAMS.items() for i in range(len(slips))]


@pytest.fixture
def patience(monkeypatch):
    """On a busy machine the processor takes longer."""
    monkeypatch.setattr(one_edit, "SECONDS", 60.0)


@pytest.mark.slow
@pytest.mark.edits
@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(("name", "slip"), chosen.sample([slip for slip in SLIPS if slip not in MORE_THAN_ONE], 12))
def test_the_line_of_a_slip_is_told(name, slip):
    cost, params, grads = made(name, slip)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.verdict is gradlab.Verdict.WRONG
    assert "With one edit of the code" in report.findings[0].message


@pytest.mark.slow
@pytest.mark.edits
@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(("name", "slip"), chosen.sample([slip for slip in SLIPS if slip not in MORE_THAN_ONE], 6))
def test_the_line_is_told_in_float32_as_well(name, slip):
    cost, params, grads = in_single(*made(name, slip))
    report = gradlab.check_gradients(cost, params, grads)
    assert report.dtype == np.float32
    assert report.verdict is gradlab.Verdict.WRONG
    assert "With one edit of the code" in report.findings[0].message


@pytest.mark.slow
@pytest.mark.edits
@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("rounded", ["u = u.astype(np.float32)", "u = np.float32(1) * u.astype(np.float32)"])
def test_no_line_is_told_where_the_code_rounds_to_float32_by_itself(rounded):
    """At params of float64 its slopes are no better known, so no edit can be seen to be right."""

    def cost(u):
        u = u.astype(np.float32)
        return np.sum(np.exp(u) * u)

    code = f"def grads(u):\n    {rounded}\n    return np.exp(u) * (u - 1)\n"
    file = f"slips/rounded_{len(rounded)}.py"
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    space = {"np": np}
    exec(compile(code, file, "exec"), space)
    report = gradlab.check_gradients(cost, np.linspace(1, 2, 5, dtype=np.float32), space["grads"])
    assert report.verdict is gradlab.Verdict.WRONG
    assert not any("With one edit" in finding.message for finding in report.findings)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_said_of_the_programs_as_they_are(name, seed):
    cost, params, grads = made(name, seed=seed)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.ok
    assert report.findings == ()


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 6), (3, 4)])
def test_each_reshape_with_a_transpose_behind_has_the_shape_of_the_reshape(shape):
    """Else it would be tried in vain."""
    x = np.arange(float(np.prod(shape)))
    texts = map(ast.unparse, reshaped(ast.parse(f"x.reshape{shape}", mode="eval").body))
    tried = [eval(text, {"x": x}) for text in texts if text.endswith(")") and ").transpose(" in text]
    assert len(tried) == math.factorial(len(shape)) - 1
    assert all(value.shape == shape for value in tried)
    assert len({value.tobytes() for value in tried}) == len(tried)


CLOSURE = """
def outer(gain):
    def grads(p):
        total = sum(gain * v for v in p)
        total = total + gain * np.sum(p ** 2)
        return np.array([total * 2 * v + gain for v in p]) - (lambda q: q)(gain)
    return grads

grads = outer(3.0)
"""


@pytest.mark.slow
@pytest.mark.edits
@pytest.mark.usefixtures("patience")
def test_edits_that_write_into_a_list_do_not_spoil_what_comes_later():
    """`pairs[i] += f` in place of `made[i] += f` would change the pairs, and no edit would fit any more."""
    cost, params, grads = made("springs", 0)
    pairs = list(grads.__globals__["bonds"])
    report = gradlab.check_gradients(cost, params, grads)
    assert '"g[i] += f" should be "g[i] += f; g[j] -= f"' in report.findings[0].message
    assert grads.__globals__["bonds"] == pairs


def _answer(function, *args):
    try:
        return function(*args).tolist()
    except (TypeError, ValueError) as error:
        return type(error)


def test_a_switch_gives_what_compiled_code_gives():
    file = "slips/closure.py"
    linecache.cache[file] = (len(CLOSURE), None, CLOSURE.splitlines(True), file)
    space = {"np": np}
    exec(compile(CLOSURE, file, "exec"), space)
    p = np.array([1.0, 2.0, 4.0])
    source = next(found for found in sources(lambda: space["grads"](p)) if found.name == "grads")
    seen = 0
    for place in places(source.definition):
        new = filled("2 * {0}", place.node) if isinstance(place.node, ast.expr) else place.node
        switch = Switch.at(source, place)
        try:
            if switch is None or not switch.turn(new):
                continue
            switched = _answer(space["grads"], p)
            with Edit(place, new):
                source.put(source.compiled())
            assert _answer(space["grads"], p) == switched
            seen += isinstance(switched, list)
        finally:
            source.put(source.code)
    assert seen >= 3
