"""A slip that stands in several lines, and slips in how much is summed: each is told as an edit."""

import ast
import re

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis.repeated import repeated
from gradlab.diagnosis.trees import places
from tests.diagnosis.test_one_edit import run_as_file

pytestmark = [pytest.mark.edits, pytest.mark.slow]

ARM = """
def loss(q):
    at = np.cumsum(q)
    x, y = np.sum(L * np.cos(at)) - 0.3, np.sum(L * np.sin(at)) - 0.8
    return 0.5 * (x * x + y * y)

def grads(q):
    at = np.cumsum(q)
    x, y = np.sum(L * np.cos(at)) - 0.3, np.sum(L * np.sin(at)) - 0.8
    made = np.zeros_like(q)
    for j in range(len(q)):
        over = -np.sum(L[j:] * np.sin(at[j:]))
        up = np.sum(L[j:] * np.cos(at[j:]))
        made[j] = x * over + y * up
    return made
"""
TWO_ROADS = """
def loss(q):
    a, b = np.tanh(q * L), np.exp(-q * L)
    return np.sum(L * np.sin(a)) + np.sum(np.sin(b) ** 2) + 0.5 * np.sum(a * b)

def grads(q):
    z = q * L
    a, b = np.tanh(z), np.exp(-z)
    one = L * np.cos(a) + 0.5 * b
    two = 2 * np.sin(b) * np.cos(b) + 0.5 * a
    first = one * L * (1 - a ** 2)
    second = -two * L * b
    rest = 0.0 * (1 - a ** 2)
    return first + second + rest
"""
SHARES = """
def loss(q):
    a = np.exp(np.outer(L, q))
    return np.sum(np.sqrt(a).sum(axis=1) - M * np.sqrt(a.sum(axis=1)))

def grads(q):
    a = np.exp(np.outer(L, q))
    made = np.zeros_like(q)
    for k in range(len(q)):
        over = M * (0.2 / np.sqrt(a.sum(axis=1)) + 0.3 / np.sqrt(a.sum(axis=1)))
        made[k] = np.sum(L * a[:, k] * (0.5 / np.sqrt(a[:, k]) - over))
    return made
"""
CHAIN = """
def loss(q):
    h = [np.zeros_like(q)]
    for t in range(len(L) - 1):
        h.append(np.tanh(h[-1] * q + L[t]))
    return 0.5 * np.sum((np.array(h)[1:] - 0.3) ** 2) + 0.1 * np.sum(np.array(h)[:-1] * q)

def grads(q):
    h = [np.zeros_like(q)]
    for t in range(len(L) - 1):
        h.append(np.tanh(h[-1] * q + L[t]))
    h = np.array(h)
    made, later = 0.1 * h[:-1].sum(axis=0), np.zeros_like(q)
    for t in reversed(range(len(L) - 1)):
        d = h[t + 1] - 0.3 + later
        if t + 1 < len(L) - 1:
            d = d + 0.1 * q
        e = d * (1 - h[t + 1] ** 2)
        made = made + e * h[t]
        later = e * q
    return made
"""
WAVES = """
def loss(q):
    f = np.fft.fft(q * L)
    return 0.5 * np.sum(np.abs(f) ** 2 * W) + np.sum(np.real(f) * W[::-1])

def grads(q):
    f = np.fft.fft(q * L)
    d = f * W + W[::-1]
    return L * np.real(np.fft.fft(d.conj()).conj())
"""
POOLED = """
def loss(q):
    a = np.sin(q[:, None] * L[None, :])
    n, m = a.shape
    small = a.reshape(n // 2, 2, m // 2, 2).mean(axis=(1, 3))
    return 0.5 * np.sum((small - 0.2) ** 2)

def grads(q):
    a = np.sin(q[:, None] * L[None, :])
    n, m = a.shape
    small = a.reshape(n // 2, 2, m // 2, 2).mean(axis=(1, 3))
    up = np.kron(small - 0.2, np.ones((2, 2))) / 4
    return np.sum(up * np.cos(q[:, None] * L[None, :]) * L[None, :], axis=1)
"""
SLIPS = {
    "from i on, up to i": (ARM, "[j:]", "[:j + 1]"),
    "from i on, behind i": (ARM, "[j:]", "[j + 1:]"),
    "another array twice": (TWO_ROADS, "(1 - a ** 2)", "(1 - z ** 2)"),
    "one for all": (
        SHARES,
        "2 / np.sqrt(a.sum(axis=1)) + 0.3 / np.sqrt(a.sum(axis=1))",
        "2 / np.sqrt(a[:, k]) + 0.3 / np.sqrt(a[:, k])",
    ),
    "one too many": (CHAIN, "0.1 * h[:-1].sum", "0.1 * h.sum"),
    "no conjugates": (WAVES, "np.fft.fft(d.conj()).conj()", "np.fft.fft(d)"),
    "tiled": (POOLED, "np.kron(small - 0.2, np.ones((2, 2)))", "np.tile(small - 0.2, (2, 2))"),
}
NAMES = [{}, {"q": "theta", "L": "lengths", "a": "act", "z": "pre", "j": "i", "k": "cls", "h": "hs", "at": "phi"}]


def made(code, seed, names):
    """The functions, under other names, and the parameters."""
    rng = np.random.default_rng(seed)
    code = re.sub(r"\b([A-Za-z_]\w*)\b", lambda m: names.get(m[1], m[1]), code)
    n = int(2 * rng.integers(3, 5))
    values = {"L": rng.uniform(0.5, 1.5, n), "W": rng.uniform(0.5, 1.5, n), "M": rng.uniform(3, 6, n)}
    space = run_as_file(code, {"np": np} | {names.get(name, name): value for name, value in values.items()})
    return space["loss"], rng.uniform(0.2, 1.0, n), space["grads"]


@pytest.mark.parametrize("names", NAMES, ids=["as they are", "others"])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("slip", SLIPS)
def test_the_slip_is_told(slip, seed, names):
    code, right, wrong = SLIPS[slip]
    cost, params, grads = made(code, seed, names)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.ok
    assert report.findings == ()
    cost, params, grads = made(code.replace(right, wrong), seed, names)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.verdict is gradlab.Verdict.WRONG
    message = report.findings[0].message
    assert "With one edit" in message, str(report)
    said = re.search(r"line (\d+):", message)
    lines = [i + 1 for i, line in enumerate(code.splitlines()) if right in line]
    assert min(abs(int(said[1]) - line) for line in lines) <= 2  # what it is given may change, too


def test_every_line_with_the_slip_is_told():
    code, right, wrong = SLIPS["from i on, up to i"]
    cost, params, grads = made(code.replace(right, wrong), 0, {})
    finding = gradlab.check_gradients(cost, params, grads).findings[0]
    assert "line 12:" in finding.message
    assert "and likewise in line 13" in finding.message


def test_the_same_text_is_found_in_the_function_and_in_each_statement():
    tree = ast.parse("def f(x):\n    a = g(x[:, k]) - x[:, k]\n    return a * x[:, k]").body[0]
    found = [(ast.unparse(group[0].node), len(group)) for group in repeated(places(tree))]
    assert ("x[:, k]", 3) in found
    assert ("x[:, k]", 2) in found
    assert ("g(x[:, k])", 1) not in found
