"""The plain SVG: well formed for every kind of report and sweep, each entry where its numbers are."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from gradlab import Verdict, check_gradients
from gradlab.report.drawing import COLOURS, HIGH, WIDE, draw_report, draw_sweep
from gradlab.stencils import CENTRAL, FORWARD
from gradlab.sweep import sweep, sweep_gradients
from tests import reports

SVG = "{http://www.w3.org/2000/svg}"


def parts(picture, tag):
    return list(ElementTree.fromstring(picture.svg).iter(SVG + tag))


MAKERS = [
    reports.wrong,
    reports.random,
    reports.untested,
    reports.not_finite,
    reports.many_blocks,
    reports.partly_untested,
]


@pytest.mark.parametrize("make", MAKERS)
def test_a_dot_for_each_entry_that_has_both_numbers(make):
    report = make()
    drawn = parts(draw_report(report), "circle")
    wanted = sum(int(np.sum(np.isfinite(b.analytic) & np.isfinite(b.numeric))) for b in report.blocks.values())
    assert len(drawn) == wanted
    assert all(0 <= float(dot.get("cx")) <= WIDE and 0 <= float(dot.get("cy")) <= HIGH for dot in drawn)


def test_a_dot_has_the_colour_of_its_verdict():
    fills = [dot.get("fill") for dot in parts(draw_report(reports.wrong()), "circle")]
    assert (fills.count(COLOURS[Verdict.WRONG]), fills.count(COLOURS[Verdict.AGREES])) == (3, 1)


def test_what_agrees_lies_on_the_diagonal_and_what_does_not_beside_it():
    x = np.linspace(-2, 3, 7)
    report = check_gradients(lambda t: float(np.sum(t**2)), x, np.where(np.arange(7) < 3, 2 * x, 4 * x + 1))
    picture = draw_report(report)
    (x0, y0), (x1, y1) = (map(float, p.split(",")) for p in parts(picture, "polyline")[1].get("points").split())
    for dot, fine in zip(parts(picture, "circle"), report.blocks["theta"].verdicts == Verdict.AGREES, strict=True):
        there = y0 + (float(dot.get("cx")) - x0) / (x1 - x0) * (y1 - y0)
        assert (abs(float(dot.get("cy")) - there) < 0.2) == fine


def test_a_line_for_each_formula_and_each_block():
    found = sweep(np.sin, 1.0, exact=np.cos, stencils=[FORWARD, CENTRAL])
    assert len(parts(draw_sweep(found), "polyline")) == 1 + 2
    gradients = sweep_gradients(reports.cost, reports.THETA, reports.grads)
    names = [text.text for text in parts(draw_sweep(gradients), "text")]
    assert {"all together", *gradients.blocks} <= set(names)


def test_a_sweep_without_a_single_error_and_one_of_one_step_are_drawn():
    straight = sweep(lambda t: 2 * t, 0.0, exact=2.0, stencils=[CENTRAL], steps=[0.5, 0.25])
    assert len(parts(draw_sweep(straight), "polyline")) == 1  # the axes: an error of 0 is on no logarithm
    assert parts(draw_sweep(sweep(np.sin, 1.0, exact=np.cos, steps=[1e-3])), "text")


def test_names_cannot_leave_their_place():
    x = np.ones(2)
    hostile = '"><script>alert(1)</script>'
    picture = draw_report(check_gradients(lambda p: float(p[hostile] @ p[hostile]), {hostile: x}, {hostile: 2 * x}))
    assert "<script" not in picture.svg
    assert not re.search(r'="[^"]*<', picture.svg)
    assert parts(picture, "circle")
