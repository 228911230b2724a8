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
