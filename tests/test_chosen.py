"""All looks at every page; a sample comes to every page in time, and its seed gives it again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import chosen
from tests.conftest import seed_of_the_sample

ROOT = Path(__file__).parents[1]
PAGES = [f"{number}/" for number in range(30)]


def test_all_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "all")
    assert chosen.sample(PAGES, 6) == chosen.first(PAGES, 6) == PAGES


def test_a_seed_gives_its_sample_again_and_seeds_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for seed in range(100):
        monkeypatch.setattr(chosen, "CHOSEN", str(seed))
        some = chosen.sample(PAGES, 6)
        assert some == chosen.sample(PAGES, 6)
        assert len(set(some)) == 6
        assert some == [page for page in PAGES if page in some]
        seen |= set(some)
    assert seen == set(PAGES)


def test_few_pages_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "1")
    assert chosen.sample(PAGES[:4], 6) == PAGES[:4]


def test_what_needs_what_stands_before_begins_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "1")
    assert chosen.first(PAGES, 6) == PAGES[:6]
    assert chosen.first(PAGES[:4], 6) == PAGES[:4]


NAMES = [f"tests/test_{file}.py::test_{k}[{case}]" for file in "ab" for k in range(11) for case in range(4)]


def test_few_are_one_in_five_of_each_file_and_one_case_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for seed in range(200):
        monkeypatch.setattr(chosen, "CHOSEN", str(seed))
        taken = chosen.few(NAMES)
        assert taken == chosen.few(NAMES)
        assert taken < set(NAMES)
        tests = [name.partition("[")[0] for name in taken]
        assert len(tests) == len(set(tests)) == 6
        assert sum("test_a" in name for name in tests) == 3
        seen |= taken
    assert seen == set(NAMES)


def test_a_sweep_is_whole_unless_few_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "3")
    monkeypatch.setattr(chosen, "FEW", False)
    assert chosen.sweep(PAGES) == PAGES
    monkeypatch.setattr(chosen, "FEW", True)
    assert chosen.sweep(PAGES) == chosen.sample(PAGES, 6)
    assert chosen.sweep(PAGES[:2]) == chosen.sample(PAGES[:2], 1)


def test_few_of_a_file_do_not_depend_on_other_files_and_one_is_never_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "0")
    of_a = [name for name in NAMES if "test_a" in name]
    assert chosen.few(of_a) == {name for name in chosen.few(NAMES) if "test_a" in name}
    assert chosen.few(["tests/test_c.py::test_alone"]) == {"tests/test_c.py::test_alone"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables", [{}, {"GRADLAB_TESTS": "few"}, {"GRADLAB_TESTS": "few", "GRADLAB_SAMPLE": "all"}]
)
def test_few_leaves_out_of_slow_tests_only_and_all_is_all(tmp_path: Path, variables: dict[str, str]) -> None:
    shutil.copytree(
        ROOT / "tests", tmp_path / "tests", ignore=lambda folder, names: {*names} - {"chosen.py", "conftest.py"}
    )
    marked = "import pytest\n\n@pytest.mark.slow\n@pytest.mark.parametrize('k', range(9))\ndef test_slow(k): pass\n"
    (tmp_path / "tests" / "test_it.py").write_text(f"{marked}\ndef test_quick(): pass\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\nmarkers = slow\n", encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GRADLAB_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=tmp_path, env=kept | variables, capture_output=True, text=True, check=True)
    few = variables == {"GRADLAB_TESTS": "few"}
    assert ("2 passed, 8 deselected" if few else "10 passed") in done.stdout


def test_a_seed_is_a_number_or_drawn_or_all_and_nothing_else() -> None:
    assert seed_of_the_sample("all") == "all"
    assert seed_of_the_sample("17") == "17"
    assert len({seed_of_the_sample("any") for _ in range(9)}) > 1
    for wrong in ("", "some", "-1", "1.5"):
        with pytest.raises(pytest.UsageError, match="must be any, all or a number"):
            seed_of_the_sample(wrong)


@pytest.mark.slow
def test_without_a_word_two_calls_take_the_same_sample() -> None:
    def collected(**variables: str) -> list[str]:
        environment = {key: value for key, value in os.environ.items() if key != "GRADLAB_SAMPLE"} | variables
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/test_check.py",
        ]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if "::" in line]

    once = collected()
    assert once == collected() == collected(GRADLAB_SAMPLE="0") != collected(GRADLAB_SAMPLE="3")
    assert set(once) < set(collected(GRADLAB_SAMPLE="all"))


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "website").exists(), reason="the sdist has no website")
def test_the_tests_of_the_package_need_no_website(tmp_path: Path) -> None:
    """A test that imports website would fail here, while tests are collected."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("website", "__pycache__"))
    for name in ("pyproject.toml", "conftest.py", "benchmarks", "docs"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout.count("::") > 2000
