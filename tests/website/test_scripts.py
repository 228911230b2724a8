"""Scripts of the site, without a browser: one style, no likely mistakes, and node's tests of what needs no page."""

from pathlib import Path

import pytest

from website import scripts


def test_scripts_are_in_one_style_and_lint_finds_nothing() -> None:
    scripts.lint()


def test_what_needs_no_page_does_what_it_should() -> None:
    assert scripts.files()
    scripts.test()


def test_a_failing_test_of_a_script_fails_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = 'import assert from "node:assert"; assert.equal(1, 2);\n'
    (tmp_path / "one.test.mjs").write_text(failing, encoding="utf-8")
    monkeypatch.setattr(scripts, "TESTS", tmp_path)
    with pytest.raises(RuntimeError, match="failed"):
        scripts.test()


def test_a_script_in_another_style_fails_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.mjs").write_text("let x   = 1\nexport {x}\n", encoding="utf-8")
    monkeypatch.setattr(scripts, "_WRITTEN", (tmp_path,))
    with pytest.raises(RuntimeError, match="failed"):
        scripts.lint()
