"""No record, no claim: only a page that passed, as it is now, with the package as it is now, is called verified."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from website.paths import ROOT
from website.verify import record
from website.verify.record import Run

TEXT = "text of a page\n"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "build" / "verified.json"
    passed = Run(record.digest(TEXT), 3, run=[1, 5], skipped=[{"line": 9, "reason": "it never ends"}], seconds=0.25)
    record.update({"README.md": passed}, path)
    return path


def test_claim(recorded: Path) -> None:
    claim = record.claim("README.md", TEXT, recorded)
    assert claim is not None
    assert (claim["found"], claim["run"], claim["skipped"][0]["reason"]) == (3, 2, "it never ends")
    assert claim["python"] == sys.version.split()[0]
    assert {"numpy", "gradlab", "platform", "commit", "dirty", "date", "seconds"} <= claim.keys()
    assert record.sentence(claim).startswith("2 blocks of code and output, run with Python 3.")
    assert record.sentence(claim).endswith("; 1 not run")


def test_no_record_no_claim(recorded: Path, tmp_path: Path) -> None:
    assert record.claim("docs/index.md", TEXT, recorded) is None
    assert record.claim("README.md", TEXT, tmp_path / "none.json") is None
    assert list(record.rows(path=tmp_path / "none.json")) == []


def test_changed_page_no_claim(recorded: Path) -> None:
    assert record.claim("README.md", TEXT + "more", recorded) is None


def test_changed_package_no_claim(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "package_digest", lambda: "another")
    assert record.claim("README.md", TEXT, recorded) is None


def test_failing_page_no_claim_and_the_failure_stays_on_record(recorded: Path) -> None:
    record.update({"README.md": Run(record.digest(TEXT), 3, run=[1], failed=[5])}, recorded)
    assert record.claim("README.md", TEXT, recorded) is None
    assert json.loads(recorded.read_text())["README.md"]["failed"] == [5]


def test_a_run_of_a_part_of_a_page_changes_nothing(recorded: Path) -> None:
    before = recorded.read_text()
    record.update({"README.md": Run("other", 3, run=[1])}, recorded)
    assert recorded.read_text() == before


def test_other_pages_stay_and_removed_pages_go(recorded: Path) -> None:
    record.update({"LICENSE": Run("a", 1, run=[1]), "docs/gone.md": Run("b", 1, run=[1])}, recorded)
    record.update({"pyproject.toml": Run("a", 1, run=[1])}, recorded)
    assert sorted(json.loads(recorded.read_text())) == ["LICENSE", "README.md", "pyproject.toml"]
    assert {row["page"] for row in record.rows(path=recorded)} == {"LICENSE", "README.md", "pyproject.toml"}


def pytest_run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "website.verify.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",  # which would be loaded for its part in the summary: seconds
        "--rootdir",
        str(folder),
    ]
    return subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), *words],
        cwd=ROOT,
        env=os.environ | variables,
        text=True,
        capture_output=True,
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_of_pytest_writes_the_record(tmp_path: Path, workers: str) -> None:
    good, bad, refused = (tmp_path / name for name in ("good.md", "bad.md", "refused.md"))
    good.write_text("```python\nx = 1\n```\n\n```pycon\n>>> x\n1\n```\n")
    bad.write_text("```pycon\n>>> x = 1\n```\n\n```pycon\n>>> x\n2\n```\n")
    done = pytest_run(tmp_path, "-vv", "-n", workers, "--dist", "loadfile", str(good), str(bad))
    assert "1 failed, 3 passed" in done.stdout
    assert f"{bad.as_posix()}:6:\n    >>> x\nexpected\n    2\ngot\n    1" in done.stdout
    for page in (good, bad) if workers == "2" else ():
        assert len(set(re.findall(rf"\[(gw\d)\].*{page.name}", done.stdout))) == 1, "a page must stay on one worker"
    written = json.loads((tmp_path / "build" / "verified.json").read_text())
    assert (written[good.as_posix()]["run"], written[good.as_posix()]["failed"]) == (2, [])
    assert (written[bad.as_posix()]["run"], written[bad.as_posix()]["failed"]) == (1, [5])

    refused.write_text("Words.\n\n```py\nx = 1\n```\n")
    done = pytest_run(tmp_path, "-n", workers, str(refused))
    assert done.returncode != 0
    assert f"{refused.as_posix()}:3: nothing verifies a 'py' block" in done.stdout


def test_what_agreed_is_kept_by_few_alone_and_until_anything_changes(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("```pycon\n>>> 1 + 1\n2\n```\n")
    bad.write_text("```pycon\n>>> 1 + 1\n3\n```\n")

    def outcome(**variables: str) -> str:
        done = pytest_run(tmp_path, "-n", "0", str(good), str(bad), **{"GRADLAB_TESTS": "few"} | variables)
        return re.findall(r"1 failed[^i]*(?= in )", done.stdout)[-1]

    assert outcome() == "1 failed, 1 passed"
    assert outcome() == "1 failed"
    assert outcome(GRADLAB_TESTS="every") == "1 failed, 1 passed"
    assert outcome(OPENBLAS_CORETYPE="Prescott") == "1 failed, 1 passed"
    assert outcome() == "1 failed, 1 passed"
    good.write_text("```pycon\n>>> 1 + 1\n2\n```\n\nWords.\n")
    assert outcome() == "1 failed, 1 passed"
    assert outcome() == "1 failed"


@pytest.mark.parametrize(
    "name", ["src/a.py", "website/verify/a.py", "pyproject.toml", "benchmarks/a/b.json", "new.py"]
)
def test_whatever_a_block_may_meet_is_in_the_fingerprint(tmp_path: Path, name: str) -> None:
    for other in ("docs/a.md", "tests/a.py", "build/a", name):
        path = tmp_path / other
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1", encoding="utf-8")
    before = record.surroundings(tmp_path)
    for other in ("docs/a.md", "tests/a.py", "build/a"):
        (tmp_path / other).write_text("2", encoding="utf-8")
    assert record.surroundings(tmp_path) == before
    (tmp_path / name).write_text("2", encoding="utf-8")
    assert record.surroundings(tmp_path) != before
    (tmp_path / name).rename(tmp_path / name.replace(".", "2."))
    assert record.surroundings(tmp_path) != before


def test_a_page_whose_shells_see_the_checkout_is_never_kept(tmp_path: Path) -> None:
    path = tmp_path / "verified.json"
    names = ("README.md", "CONTRIBUTING.md", "docs/index.md")
    record.update({name: Run(record.digest(TEXT), 1, run=[1]) for name in names}, path, met="x")
    assert [record.stands(name, TEXT, "x", path) for name in names] == [False, False, True]
    assert not record.stands("docs/index.md", TEXT, "y", path)
    record.update({"docs/index.md": Run(record.digest(TEXT), 1, run=[1])}, path)  # something changed while it ran
    assert not record.stands("docs/index.md", TEXT, record.surroundings(), path)
