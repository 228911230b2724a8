"""The pytest plugin, in a pytest of its own: the failure shows the report, the summary counts what was checked."""

import pytest

pytest_plugins = ["pytester"]

TESTS = """
    import numpy as np

    def cost(t):
        return float(np.sum(t[:2] ** 3))

    def test_right(assert_gradients):
        report = assert_gradients(cost, [1.0, 2.0], lambda t: 3 * t**2)
        assert report.ok

    def test_partly(assert_gradients):
        assert_gradients(cost, [1.0, 2.0, 3.0], [3.0, 12.0, 0.0])

    def test_wrong(assert_gradients):
        assert_gradients(cost, [1.0, 2.0], [3.0, -12.0])

    def test_another_matter():
        pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(TESTS)
    return lambda *arguments: pytester.runpytest("-p", "gradlab.pytest_plugin", *arguments)


def test_fixture_passes_and_fails_with_the_report(run):
    result = run()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["E*WRONG: the gradient does not match the cost in 1 of 2 entries."])
    result.stdout.fnmatch_lines([">*assert_gradients(cost, [[]1.0, 2.0[]], [[]3.0, -12.0[]])"])


def test_summary_counts_and_names_what_was_not_tested(run):
    run().stdout.fnmatch_lines(
        [
            "*= gradients checked =*",
            "2 AGREES, 1 WRONG",
            "*::test_partly: 2 of 3 entries could be tested",
        ]
    )


def test_summary_only_where_gradients_were_checked(run):
    run("-k", "another").stdout.no_fnmatch_line("*gradients checked*")


def test_verdicts_are_in_the_junit_file(run, pytester):
    run("--junit-xml=out.xml")
    assert '<property name="gradlab" value="WRONG 2 of 2"' in (pytester.path / "out.xml").read_text()


FORMS = """
    import numpy as np
    import pytest

    LAYERS = {
        "sin": (np.sin, lambda U, x: U * np.cos(x)),
        "exp": (np.exp, lambda U, x: U),
    }

    @pytest.mark.parametrize("layer", LAYERS)
    def test_layer(assert_backward, layer):
        assert_backward(*LAYERS[layer], {"x": np.linspace(0.2, 1.4, 5)})

    @pytest.mark.parametrize("factor", [1, 2])
    def test_jacobian(assert_jacobian, factor):
        assert_jacobian(np.sin, np.ones(3), lambda x: factor * np.diag(np.cos(x)))
"""


def test_layers_and_jacobians_have_fixtures_and_failures_get_a_page(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(test_forms=FORMS)
    for _ in range(2):  # a second run overwrites nothing
        result = pytester.runpytest("-p", "gradlab.pytest_plugin", "--gradlab-report=found/here")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["2 AGREES, 2 WRONG"])
    pages = sorted(path.name for path in (pytester.path / "found" / "here").iterdir())
    assert pages == [
        "test_forms.py-test_jacobian-2-2.html",
        "test_forms.py-test_jacobian-2.html",
        "test_forms.py-test_layer-exp-2.html",
        "test_forms.py-test_layer-exp.html",
    ]
    page = (pytester.path / "found" / "here" / pages[1]).read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "WRONG" in page


def test_no_folder_without_the_option(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(test_forms=FORMS)
    pytester.runpytest("-p", "gradlab.pytest_plugin")
    assert not list(pytester.path.glob("**/*.html"))
