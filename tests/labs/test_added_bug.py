"""One more bug in a copy of the catalogue: what was handed out before is graded as before."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gradlab
from gradlab import labs

ADDED = """    Bug(
        slug="dw-tripled",
        title="dW has a factor 3",
        level=1,
        correct=dense_backward,
        original="dW = dZ @ A.T",
        mutated="dW = 3 * dZ @ A.T",
        finding="GL102",
        hints=Hints(blocks="Every W is wrong.", ratio="A third.", layer="dW."),
        why="A 3 came from nowhere.",
        setup=TANH,
    ),
"""


@pytest.fixture(params=["first", "last"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the package in it, in which the topic of dense layers has one more bug."""
    shutil.copytree(
        Path(gradlab.__file__).parent, tmp_path / "copy" / "gradlab", ignore=shutil.ignore_patterns("*.pyc")
    )
    path = tmp_path / "copy" / "gradlab" / "labs" / "dense.py"
    text = path.read_text(encoding="utf-8")
    at = text.index("BUGS = (\n") + len("BUGS = (\n") if request.param == "first" else text.rindex(")")
    path.write_text(text[:at] + ADDED + text[at:], encoding="utf-8")
    return tmp_path / "copy"


def run(copy: Path, code: str) -> str:
    """What a program prints that imports gradlab from the copy."""
    program = f"import sys; sys.path.insert(0, {str(copy)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=copy)
    return done.stdout.strip()


def test_ids_and_all_that_they_stand_for_stay(copy: Path) -> None:
    code = "from gradlab import labs\nprint(*(f'{bug.id} {bug.slug} {bug.topic}' for bug in labs.BUGS), sep='\\n')"
    before, after = {f"{bug.id} {bug.slug} {bug.topic}" for bug in labs.BUGS}, set(run(copy, code).splitlines())
    assert [line.split()[1:] for line in after - before] == [["dw-tripled", "dense"]]
    assert not before - after


@pytest.mark.slow
def test_an_assignment_made_before_is_graded_as_before(copy: Path, tmp_path: Path) -> None:
    bugs = labs.choose(labs.BUGS, 4, seed=2)
    *tasks, tests = labs.write(tmp_path / "class", bugs, seed=2)
    grade = f"import pytest; pytest.main(['-q', '--no-header', '-p', 'no:cacheprovider', {str(tests)!r}])"
    assert "4 failed" in run(copy, grade)
    for task, bug in zip(tasks[:3], bugs[:3], strict=True):
        task.write_text(task.read_text(encoding="utf-8").replace(bug.source, bug.correct_source), encoding="utf-8")
    told = run(copy, grade)
    assert "1 failed, 3 passed" in told
    assert "test_task_4" in told
