"""progress=True says before a run what it will cost, and shows a bar; without it nothing is printed."""

import re
import sys
import time

import numpy as np
import pytest

import gradlab
from gradlab.problem import progress

THETA = np.linspace(0.1, 1, 100)


def cost(theta):
    return float(np.sum(theta**3))


def run(cost=cost, **keywords):
    return gradlab.check_gradients(cost, THETA, 3 * THETA**2, progress=True, **keywords)


def announced(capsys):
    told = capsys.readouterr().err
    return int(re.search(r"gradlab: about ([\d,]+) evaluations of the cost", told)[1].replace(",", "")), told


def test_says_before_how_many_evaluations(capsys):
    report = run()
    expected, told = announced(capsys)
    assert 0.8 < expected / report.evaluations < 1.3
    assert re.search(r"about [\d.]+ s", told)


def test_says_about_how_long(capsys):
    def slow(theta):
        time.sleep(0.001)
        return cost(theta)

    report = run(slow)
    _, told = announced(capsys)
    said = float(re.search(r"about ([\d.]+) s", told)[1])
    assert 0.1 < said / report.seconds < 10  # a busy machine must not fail it


@pytest.mark.parametrize("keywords", [{"step": 1e-5}, {"step": 1e-3, "stencil": gradlab.stencils.FIVE_POINT}])
def test_a_fixed_step_is_counted_too(capsys, keywords):
    report = run(**keywords)
    assert 0.8 < announced(capsys)[0] / report.evaluations < 1.3


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("directions", [1, 4, 20])
@pytest.mark.parametrize("sizes", [[1.0], [1.0] * 7, [1.0, 1e-9, 3.0], [1e-6, 1e6] * 4])
def test_along_directions_what_is_said_is_not_exceeded_by_what_is_right(capsys, sizes, directions, seed):
    rng = np.random.default_rng(seed)
    params = {f"block {i}": rng.standard_normal(30) for i in range(len(sizes))}

    def tanhs(p):
        return float(sum(size * np.sum(np.tanh(x)) for size, x in zip(sizes, p.values(), strict=True)))

    def slopes(p):
        return {name: size * (1 - np.tanh(x) ** 2) for size, (name, x) in zip(sizes, p.items(), strict=True)}

    report = gradlab.check_gradients(tanhs, params, slopes, directions=directions, rng=rng, progress=True)
    expected, told = announced(capsys)
    most = int(re.search(r"if all blocks agree, no more than ([\d,]+)", told)[1].replace(",", ""))
    assert not any(block.wrong_count for block in report.blocks.values())
    assert report.evaluations <= most
    if len(set(sizes)) == 1:
        assert report.evaluations <= expected < 6 * report.evaluations


def test_where_evaluations_are_bundled_no_time_is_claimed(capsys):
    run(lambda theta: np.sum(theta**3, axis=-1), vectorized=True)
    assert " s\n" not in announced(capsys)[1].split("evaluations of the cost")[1][:8]


def test_without_tqdm_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    run()
    assert re.search(r"gradlab: \d+ of about \d+ evaluations\n", capsys.readouterr().err)


def test_numbers_are_the_same_with_and_without(capsys):
    assert str(run()) == str(gradlab.check_gradients(cost, THETA, 3 * THETA**2))


def test_silent_unless_asked(capsys):
    gradlab.check_gradients(cost, THETA, 3 * THETA**2)
    gradlab.numeric_gradient(cost, THETA)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("seconds", "said"), [(1.234, "1.2 s"), (150.0, "2 min"), (9000.0, "2.5 h")])
def test_times_are_said_in_units_of_their_size(seconds, said):
    assert progress.spoken(seconds) == said


@pytest.mark.parametrize("keywords", [{}, {"step": 1e-5}, {"step": 1e-3, "stencil": gradlab.stencils.FIVE_POINT}])
def test_a_numeric_gradient_says_it_too(capsys, keywords):
    numeric = gradlab.numeric_gradient(cost, THETA, progress=True, **keywords)
    assert 0.8 < announced(capsys)[0] / numeric.evaluations < 1.45
