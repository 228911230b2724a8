"""The report as a record: frozen, plain data for JSON, and HTML with the same words."""

import copy
import dataclasses
import json
import pickle
from html.parser import HTMLParser

import numpy as np
import pytest

import gradlab
from gradlab import GradientMismatch, Verdict
from gradlab.report import text
from gradlab.sweep import sweep, sweep_gradients
from tests import reports


@pytest.mark.parametrize("make", reports.ALL)
def test_to_dict_is_json(make):
    report = make()
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert data["verdict"] == report.verdict.value
    assert data["ok"] is report.ok
    assert set(data["blocks"]) == set(report.blocks)
    for name, block in report.blocks.items():
        assert sum(data["blocks"][name]["counts"].values()) == block.size


def test_to_dict_keeps_findings_and_notes():
    data = reports.with_findings().to_dict()
    assert data["findings"][0]["code"] == "GL101"
    assert data["notes"] == ["A note on <this> check."]


def test_not_finite_becomes_null():
    data = reports.not_finite().to_dict()
    assert data["relative_difference"] is None
    assert data["blocks"]["b1"]["worst"]["analytic"] is None


def test_records_cannot_be_changed():
    report = reports.wrong()
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.evaluations = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.blocks["W1"].wrong_count = 0
    with pytest.raises(TypeError):
        report.blocks["W1"] = report.blocks["b1"]
    for field in ("analytic", "numeric", "bound", "verdicts", "reason", "theta"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(report.blocks["W1"], field)[0, 0] = 0


def test_report_does_not_hang_on_the_callers_arrays():
    params = {name: value.copy() for name, value in reports.THETA.items()}
    given = reports.spoiled()
    report = gradlab.check_gradients(reports.cost, params, given)
    before = str(report)
    params["W1"][:] = 9.0
    given["W1"][:] = 9.0
    assert str(report) == before
    assert report.blocks["W1"].theta.tolist() == reports.THETA["W1"].tolist()


def test_can_be_sent_to_another_process():
    report = reports.wrong()
    assert str(pickle.loads(pickle.dumps(report))) == str(report)


def test_assert_gradients_fails_with_exactly_the_report():
    with pytest.raises(GradientMismatch) as caught:
        gradlab.assert_gradients(reports.cost, reports.THETA, reports.spoiled(W1=-1.0))
    assert str(caught.value).strip("\n") == str(reports.wrong())
    assert isinstance(caught.value, AssertionError)
    assert not caught.value.report.ok


def test_ok_only_if_it_agrees():
    oks = {make.__name__: make().ok for make in reports.ALL}
    verdicts = {make.__name__: make().verdict is Verdict.AGREES for make in reports.ALL}
    assert oks == verdicts
    assert len(set(oks.values())) == 2


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.open, self.classes, self.text = [], set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.classes.update(dict(attrs).get("class", "").split())
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("make", reports.ALL)
def test_html_says_the_same(make):
    report = make()
    tags = Tags(report._repr_html_())
    assert tags.open == []
    assert f"gradlab-{report.verdict.value.lower()}" in tags.classes
    for line in (str(report).split("\n\n")[-1].splitlines()[0], "Evaluations of the cost: about "):
        assert line in tags.text


def test_html_is_escaped():
    page = reports.with_findings()._repr_html_()
    assert "<this>" not in page
    assert "&lt;this&gt;" in page
    name = "<script>alert(1)</script>"
    report = gradlab.check_gradients(lambda p: float(np.sum(p[name])), {name: np.ones(2)}, {name: np.ones(2)})
    assert "<script>" not in report._repr_html_()


def test_show_prints_plain_text_where_there_is_no_terminal(capsys):
    report = reports.wrong()
    report.show()
    assert capsys.readouterr().out == f"{report}\n"


def test_show_prints_colours_in_a_terminal(capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    reports.wrong().show()
    assert "\033[1;31mWRONG" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    reports.wrong().show()
    assert "\033" not in capsys.readouterr().out


@pytest.mark.parametrize(("factor", "ok"), [(1.0, True), (6.0, False)])
def test_a_report_is_true_only_if_it_is_ok(factor, ok):
    """`assert check_gradients(...)` is what one writes after other checkers."""
    theta = np.ones(3)
    report = gradlab.check_gradients(lambda t: float(t @ t), theta, 2 * factor * theta)
    assert bool(report) is report.ok is ok


def test_a_report_is_saved_as_json_and_as_a_page(tmp_path):
    report = gradlab.check_gradients(lambda t: float(t @ t), [1.0, 2.0], [2.0, 5.0])
    saved = json.loads(report.save(tmp_path / "check.json").read_text(encoding="utf-8"))
    assert saved == json.loads(json.dumps(report.to_dict()))
    page = report.save(str(tmp_path / "a <b>.html")).read_text(encoding="utf-8")
    assert page.count("<title>") == page.count("</html>") == 1
    assert "a &lt;b&gt;" in page
    assert report._repr_html_() in page
    with pytest.raises(gradlab.GradlabError, match=r"path must end in \.json or \.html, got 'check\.txt'"):
        report.save("check.txt")


def test_a_report_has_a_short_repr():
    report = gradlab.check_gradients(lambda t: float(t @ t), [1.0, 2.0], [2.0, 5.0])
    assert repr(report) == "<Report WRONG: the gradient does not match the cost in 1 of 2 entries>"


COPIES = [copy.copy, copy.deepcopy, lambda record: pickle.loads(pickle.dumps(record))]


def records():
    """One of each frozen record that gradlab returns, with NaN in some."""
    theta = np.array([0.5, 0.0])

    def cost(t):
        return float(np.sum(t**3) + abs(t[1]))

    return {
        "report": gradlab.check_gradients(cost, theta, np.array([1.5, np.nan])),
        "block": reports.not_finite().blocks["b1"],
        "component": reports.not_finite().blocks["b1"].worst,
        "numeric gradient": gradlab.numeric_gradient(lambda p: cost(p["W"]), {"W": theta}),
        "derivative": gradlab.derivative(abs, 0.0),
        "sweep": sweep(np.sin, 1.0, exact=0.5, steps=[1e-1, 1e-30]),
        "sweep of gradients": sweep_gradients(cost, theta, theta, steps=[1e-1, 1e-30]),
        "strength": gradlab.strength(gradlab.check_gradients(cost, theta, 3 * theta**2)),
        "stencil": gradlab.stencils.CENTRAL,
    }


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("name", records())
def test_records_are_copied_compared_and_hashed(name, copied):
    record = records()[name]
    other = copied(record)
    assert type(other) is type(record)
    assert str(other) == str(record)
    if name not in ("derivative", "component"):  # NaN is not NaN there: these are plain tuples of numbers
        assert other == record
        assert hash(other) == hash(record)
    assert len({record, other}) <= 2


@pytest.mark.parametrize("field", ["analytic", "numeric", "bound", "verdicts"])
def test_one_other_entry_makes_another_report(field):
    report = reports.wrong()
    block = next(iter(report.blocks.values()))
    changed = getattr(block, field).copy()
    changed.flat[-1] = Verdict.UNTESTED if field == "verdicts" else 7.0
    other = dataclasses.replace(
        report, blocks={**report.blocks, block.name: dataclasses.replace(block, **{field: changed})}
    )
    assert other != report
    assert report == reports.wrong()
    assert report != "report"


def test_a_number_with_an_infinite_bound_is_shown_with_its_digits():
    block = reports.wrong().blocks["W1"]
    worst = dataclasses.replace(block.worst, numeric=0.9, bound=np.inf, reason="", verdict=Verdict.UNDECIDED)
    cells = text.worst_cells(dataclasses.replace(block, verdict=Verdict.UNDECIDED, worst=worst))
    assert cells[-1] == "0.9 ± inf"
