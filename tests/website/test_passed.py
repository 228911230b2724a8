"""What passed runs again as soon as anything changes that it meets; what failed, or was left out, always does."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from website.paths import ROOT
from website.verify import inputs
from website.verify.passed import Inputs

ADDOPTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["addopts"]
GIT = "gi" + "t"  # this file asks it nothing
FILES = {
    "pyproject.toml": (
        f"[tool.pytest.ini_options]\npythonpath = ['.', 'src']\naddopts = '{ADDOPTS}'\nmarkers = ['slow']\n"
    ),
    "conftest.py": "pytest_plugins = ['website.verify.passed_plugin']\n",
    "src/made/__init__.py": "ONE = 1\n",
    "website/page.css": "p {}\n",
    "docs/index.md": "Words.\n",
    "tests/conftest.py": "import os\nimport pytest\n\nos.environ.setdefault('GRADLAB_SAMPLE', '0')\n"
    "\n@pytest.fixture\ndef one():\n    return 1\n",
    "tests/shared.py": "TWO = 2\n",
    "tests/a/data.json": "3\n",
    "tests/a/helper.py": "from tests import shared\n",
    "tests/a/test_helped.py": "from tests.a.helper import shared\n\ndef test_it():\n    assert shared.TWO\n",
    "tests/a/test_named.py": "def test_it(one):\n    assert one\n",
    "tests/b/test_alone.py": "import made\n\ndef test_it():\n    assert made.ONE\n",
    "tests/b/test_site.py": "SITE = 'website'\n\ndef test_it():\n    assert SITE\n",
    "tests/test_git.py": f"ASKED = ['{GIT}', 'log']\n\ndef test_it():\n    assert ASKED\n",
}
TESTS = {name for name in FILES if "/test_" in name}
ALWAYS = {"tests/test_git.py"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small one, whose five test files pass."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def call(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Call pytest there, as `make test` does."""
    command = [sys.executable, "-m", "pytest", "-v", "-rA", "-p", "no:hypothesispytest", "-p", "no:gradlab", *words]
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("GRADLAB_", "PYTEST_"))}
    environment = {"PYTHONPATH": str(ROOT), "GRADLAB_TESTS": "few"} | variables
    return subprocess.run(command, cwd=checkout, env=kept | environment, capture_output=True, text=True)


def ran(checkout: Path, *words: str, fails: bool = False, **variables: str) -> set[str]:
    """The test files that ran in a call of pytest."""
    done = call(checkout, *words, **variables)
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    left_out = re.findall(r"nothing has changed since: (\d+) .*GRADLAB_TESTS=every runs all", done.stdout)
    found = set(re.findall(r"(tests/\S*test_\w+\.py)::", done.stdout))
    if not words or words[0] == "-n":
        assert len(TESTS - found) == int([*left_out, "0"][0]), "each is run, or counted as left out"
    return found


def keys(checkout: Path) -> dict[str, str | None]:
    """What the result of each test file hangs on, as a digest."""
    found = Inputs(checkout)
    return {name: found.key(name) for name in sorted(TESTS)}


def write(name: str, text: str) -> Callable[[Path], object]:
    """A change: a file has this text."""

    def change(checkout: Path) -> None:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text, encoding="utf-8")

    return change


CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda checkout: None, set()),
    "a test": (write("tests/a/test_named.py", "def test_other():\n    assert 1\n"), {"tests/a/test_named.py"}),
    "the package": (write("src/made/__init__.py", "ONE = 2\n"), TESTS),
    "a page": (write("docs/index.md", "Others.\n"), {"tests/b/test_site.py"}),
    "the site": (write("website/page.css", "p {color: red}\n"), {"tests/b/test_site.py"}),
    "a new file of the site": (write("docs/new.md", "Others.\n"), {"tests/b/test_site.py"}),
    "the machinery": (write("website/verify/new.py", "x = 1\n"), TESTS),
    "what all tests share": (write("tests/conftest.py", FILES["tests/conftest.py"] + "\n"), TESTS),
    "a new conftest": (write("tests/b/conftest.py", "\n"), {"tests/b/test_alone.py", "tests/b/test_site.py"}),
    "what is imported through another": (write("tests/shared.py", "TWO = 22\n"), {"tests/a/test_helped.py"}),
    "what lies beside": (write("tests/a/helper.py", "from tests import shared\n\n"), {
        "tests/a/test_helped.py", "tests/a/test_named.py",
    }),
    "data of tests": (write("tests/a/data.json", "4\n"), TESTS),
    "how pytest is called": (write("pyproject.toml", FILES["pyproject.toml"] + "xfail_strict = true\n"), TESTS),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_meets_a_change_has_another_key_and_the_others_have_not(checkout: Path, change: str) -> None:
    before = keys(checkout)
    change_it, meet_it = CHANGES[change]
    change_it(checkout)
    assert {name for name, key in keys(checkout).items() if key != before[name]} == meet_it - ALWAYS


@pytest.mark.slow
def test_with_workers_it_is_the_same(checkout: Path) -> None:
    workers = ("-n", "2", "--dist", "loadfile")
    assert ran(checkout, *workers) == TESTS
    assert ran(checkout, *workers) == ALWAYS == ran(checkout)
    write("docs/index.md", "Others.\n")(checkout)
    assert ran(checkout, *workers) == {"tests/b/test_site.py"} | ALWAYS
    assert ran(checkout, *workers) == ALWAYS


@pytest.mark.slow
def test_a_reader_can_have_all_again(checkout: Path) -> None:
    assert ran(checkout) == TESTS
    assert ran(checkout, GRADLAB_TESTS="every") == TESTS
    assert ran(checkout, "tests/b/test_alone.py") == {"tests/b/test_alone.py"}
    assert ran(checkout, "--cache-clear") == TESTS
    assert ran(checkout) == ALWAYS


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "def test_one():\n    assert 1\n\ndef test_two():\n    assert 0\n",
        "import pytest\n\n@pytest.fixture\ndef x():\n    yield\n    assert 0\n\ndef test_two(x):\n    assert 1\n",
        "def test_one():\n    assert 1\n\nassert 0\n",
        "import os\n\ndef test_one():\n    os._exit(0)\n",
    ],
    ids=["a test", "its end", "the file", "the process"],
)
def test_what_fails_is_never_remembered(checkout: Path, text: str) -> None:
    workers = ("-n", "1") if "_exit" in text else ()  # else there is nobody left to remember anything
    bad = "tests/b/test_alone.py"
    ran(checkout)
    (checkout / bad).write_text(text, encoding="utf-8")
    words = ("-v", *workers)
    ran(checkout, *words, fails=True)
    (checkout / bad).write_text(FILES[bad], encoding="utf-8")
    assert ran(checkout) == {bad} | ALWAYS


@pytest.mark.slow
def test_what_once_passed_and_fails_now_is_forgotten(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    flaky = "tests/b/test_flaky.py"
    text = "from pathlib import Path\n\ndef test_it():\n    assert not (Path.home() / 'fail').exists()\n"
    write(flaky, text)(checkout)
    home = tmp_path_factory.mktemp("home")
    assert flaky in ran(checkout, "-v", HOME=str(home))
    assert flaky not in ran(checkout, "-v", HOME=str(home))
    (home / "fail").touch()
    for variables in ({"GRADLAB_TESTS": "every"}, {}, {}):
        assert flaky in ran(checkout, "-v", fails=True, HOME=str(home), **variables)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("-k", "named"),
        ("-m", "not slow"),
        ("-W", "ignore"),
        ("-o", "xfail_strict=false"),
        ("tests/a/test_named.py::test_it",),
    ],
)
def test_a_call_of_some_tests_or_less_strict_remembers_nothing(checkout: Path, words: tuple[str, ...]) -> None:
    ran(checkout, *words)
    assert ran(checkout) == TESTS


@pytest.mark.slow
def test_where_each_call_draws_others_nothing_is_left_out(checkout: Path) -> None:
    for _ in range(2):
        assert ran(checkout, GRADLAB_SAMPLE="any") == TESTS


@pytest.mark.slow
def test_a_call_that_is_ended_remembers_what_ran_to_its_end(checkout: Path) -> None:
    write("tests/a/test_named.py", "def test_one():\n    assert 1\n\ndef test_two():\n    raise KeyboardInterrupt\n\n"
          "def test_three():\n    assert 1\n")(checkout)  # fmt: skip
    done = call(checkout)
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    write("tests/a/test_named.py", FILES["tests/a/test_named.py"])(checkout)
    assert ran(checkout) == TESTS - {"tests/a/test_helped.py"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n\n@pytest.mark.skip\ndef test_it():\n    assert 1\n",
        "import pytest\n\npytest.skip('never', allow_module_level=True)\n",
        "import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    assert 0\n",
        "def test_it():\n    assert open('docs/index.md', 'a').write('website')\n",
    ],
    ids=["skipped", "all skipped", "expected to fail", "changes what it meets"],
)
def test_what_did_not_pass_as_it_is_runs_again(checkout: Path, text: str) -> None:
    write("tests/b/test_site.py", text)(checkout)
    ran(checkout, "-v")
    done = call(checkout)
    assert "nothing has changed since: 3 " in done.stdout
    assert "test_site.py" in done.stdout


def test_another_machine_is_another_key(checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def other(before: dict[str, str | None]) -> set[str]:
        return {name for name, key in keys(checkout).items() if key != before[name]}

    before = keys(checkout)
    assert not other(before)
    for name in ("OPENBLAS_CORETYPE", "PYTHONHASHSEED", "GRADLAB_SAMPLE", "CI", "TZ"):
        with monkeypatch.context() as changed:
            changed.setenv(name, "7")
            assert other(before) == TESTS - ALWAYS
    with monkeypatch.context() as changed:
        changed.setattr(sys, "version", "3.99")
        assert other(before) == TESTS - ALWAYS
    with monkeypatch.context() as changed:
        changed.setattr(inputs, "PACKAGES", tmp_path)
        assert other(before) == TESTS - ALWAYS


@pytest.mark.parametrize("program", ["chromium", "firefox", "nginx"])
def test_another_browser_is_another_key_for_tests_of_the_site(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    path = tmp_path / "programs" / program
    path.parent.mkdir()
    path.write_text("#!/bin/sh\necho 1.0\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)
    kept = path.stat()

    def found() -> tuple[str | None, ...]:
        return tuple(Inputs(checkout).key(name) for name in ("tests/b/test_site.py", "tests/b/test_alone.py"))

    site, alone = found()
    assert (site, alone) == found()
    path.write_text("#!/bin/sh\necho 1.1\n")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    newer = found()[0]
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns + 10**9))
    assert len({site, newer, found()[0], None}) == 4
    assert found()[1] == alone


def test_what_asks_git_has_no_key(checkout: Path) -> None:
    assert Inputs(checkout).key("tests/test_git.py") is None
    assert Inputs(checkout).key("tests/none.py") is None
