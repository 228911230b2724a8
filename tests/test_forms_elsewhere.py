"""Other people's forms of code: one line checks them, or the error tells the way out. See the file for their code."""

import contextlib
import io
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pytest

import gradlab
from gradlab.adapters import layers, values

FORMS = tomllib.loads(Path(__file__).with_suffix("").with_name("forms_elsewhere.toml").read_text(encoding="utf-8"))
KNOWN = {"np": np, "gradlab": gradlab, "layers": layers, "values": values, "__name__": "theirs"}
KNOWN |= {"check_gradients": gradlab.check_gradients, "check_backward": gradlab.check_backward}


def came_of(form, call):
    """The verdict, or the error, and all that was said."""
    space = dict(KNOWN)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # of np.matrix
        exec(form["code"], space)
        try:
            exec(call if "report =" in call else f"report = {call}", space)
        except (gradlab.GradlabError, TypeError) as error:
            return type(error).__name__, " ".join(str(error).split())
        return space["report"].verdict.value, " ".join(str(space["report"]).split())


@pytest.mark.parametrize("form", FORMS["form"], ids=lambda form: form["name"])
def test_one_line_or_the_way_out(form):
    verdict, text = came_of(form, form["call"].strip())
    if "says" not in form:
        assert verdict == "AGREES", text
        return
    assert verdict != "AGREES"
    assert form["says"].strip() in text
    if "in_the_end" in form:
        assert came_of(form, form["in_the_end"].strip())[0] == "AGREES"


def test_most_of_them_need_one_line():
    assert sum("says" not in form for form in FORMS["form"]) >= 0.75 * len(FORMS["form"])
