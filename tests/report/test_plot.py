"""Pictures: drawn for every kind of report without a warning, with the colours that mean something."""

import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import gradlab
from gradlab.plot import plot_report, plot_sweep
from gradlab.report.figures import COLOURS, NUMERIC
from gradlab.stencils import CENTRAL, FORWARD
from gradlab.sweep import sweep, sweep_gradients
from tests import reports


def colour_of(artist):
    from matplotlib.colors import to_hex

    return to_hex(artist.get_color()).upper()


@pytest.fixture
def matplotlib():
    """Pictures are matplotlib's where it is installed; the wheel's tests run without it."""
    return pytest.importorskip("matplotlib")


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("make", [reports.wrong, reports.random, reports.untested, reports.not_finite])
def test_reports_of_every_verdict_can_be_drawn(make):
    png = make().plot()._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert len(png) > 5000


@pytest.mark.usefixtures("matplotlib")
def test_entries_have_the_colour_of_their_verdict():
    figure = reports.wrong().plot()
    labels = {line.get_label(): colour_of(line) for line in figure.axes[0].lines}
    assert labels["WRONG 3"] == COLOURS[gradlab.Verdict.WRONG]
    assert labels["AGREES 1"] == COLOURS[gradlab.Verdict.AGREES]


@pytest.mark.usefixtures("matplotlib")
def test_maps_show_by_how_much_the_bound_is_exceeded_worst_block_first():
    figure = reports.wrong().plot()
    first, second = (axes for axes in figure.axes if axes.images)
    assert first.get_title() == "W1 WRONG"
    assert np.all(first.images[0].get_array() > 2)
    assert np.all(second.images[0].get_array() < 0)


@pytest.mark.usefixtures("matplotlib")
def test_what_was_not_tested_has_no_colour():
    axes = next(a for a in reports.partly_untested().plot().axes if a.images)
    assert np.ma.getmaskarray(axes.images[0].get_array()).tolist() == [[False, True]]


@pytest.mark.usefixtures("matplotlib")
def test_more_blocks_than_maps_are_counted():
    figure = reports.many_blocks().plot()
    assert sum(bool(axes.images) for axes in figure.axes) == 12
    assert "28 more blocks" in figure.subfigs[1]._suptitle.get_text()


@pytest.mark.usefixtures("matplotlib")
def test_sweep_has_a_line_for_each_formula():
    found = sweep(np.sin, 1.0, exact=np.cos, stencils=[FORWARD, CENTRAL])
    lines = plot_sweep(found).axes[0].lines
    assert [line.get_label() for line in lines] == ["forward", "central"]
    assert {colour_of(line) for line in lines} == {NUMERIC}
    assert len({line.get_linestyle() for line in lines}) == 2


@pytest.mark.usefixtures("matplotlib")
def test_gradient_sweep_has_a_line_for_all_and_one_for_each_block():
    found = sweep_gradients(reports.cost, reports.THETA, reports.grads)
    lines = plot_sweep(found).axes[0].lines
    assert np.array_equal(lines[2].get_ydata(), found.differences)
    assert len(lines) == 3 + 3  # two blocks, all together, three levels


@pytest.mark.usefixtures("matplotlib")
def test_nothing_is_left_behind_in_pyplot():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    plot_report(reports.agrees())
    assert plt.get_fignums() == before


def test_without_matplotlib_a_plain_picture_is_drawn(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    picture = reports.wrong().plot()
    picture.savefig(tmp_path / "check.svg")
    root = ElementTree.parse(tmp_path / "check.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    with pytest.raises(gradlab.GradlabError, match="gradlab-check with the extra 'plot'"):
        picture.savefig(tmp_path / "check.png")
