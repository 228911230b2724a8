"""Assignments: written as plain files, red as they are handed out, green once every bug is repaired."""

import subprocess
import sys

import pytest

from gradlab import labs


def grade(folder):
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.slow
def test_an_assignment_is_red_until_it_is_solved(tmp_path):
    bugs = labs.choose(labs.BUGS, 3, topics=["dense", "losses"], seed=4)
    *tasks, tests = labs.write(tmp_path / "new", bugs, seed=4)
    assert [task.name for task in tasks] == ["task_1.py", "task_2.py", "task_3.py"]
    assert tests.name == "test_tasks.py"
    assert "3 failed" in grade(tests.parent).stdout
    for task, bug in zip(tasks, bugs, strict=True):
        assert bug.slug not in task.read_text() + tests.read_text()
        task.write_text(task.read_text().replace(bug.source, bug.correct_source))
    assert "3 passed" in grade(tests.parent).stdout


def test_the_same_seed_draws_the_same_bugs_the_easier_first():
    drawn = labs.choose(labs.BUGS, 12, seed=5)
    assert drawn == labs.choose(labs.BUGS, 12, seed=5) != labs.choose(labs.BUGS, 12, seed=6)
    assert [bug.level for bug in drawn] == sorted(bug.level for bug in drawn)
    assert len({bug.slug for bug in drawn}) == 12
    assert all(bug.detectable for bug in labs.choose(labs.BUGS, sum(bug.detectable for bug in labs.BUGS)))


@pytest.mark.parametrize("count", [1, 3, 12])
def test_another_bug_in_the_catalogue_changes_no_draw_but_those_it_enters(count):
    changed = 0
    for seed in range(20):
        before, after = (
            set(labs.choose(bugs, count, seed=seed)) for bugs in (labs.BUGS[:20] + labs.BUGS[21:], labs.BUGS)
        )
        assert after - before <= {labs.BUGS[20]}
        changed += after != before
    assert changed < 20


def test_too_many_are_refused():
    with pytest.raises(ValueError, match="count must be from 1 to"):
        labs.choose(labs.BUGS, 99)
    with pytest.raises(ValueError, match="got 0"):
        labs.choose(labs.BUGS, 0)


def test_nothing_is_overwritten(tmp_path):
    bugs = labs.choose(labs.BUGS, 1)
    (tmp_path / "test_tasks.py").write_text("mine")
    with pytest.raises(FileExistsError, match="choose another folder"):
        labs.write(tmp_path, bugs)
    assert [path.name for path in tmp_path.iterdir()] == ["test_tasks.py"]
    assert (tmp_path / "test_tasks.py").read_text() == "mine"


@pytest.mark.slow
def test_from_the_command_line(tmp_path):
    command = [sys.executable, "-m", "gradlab.labs", str(tmp_path / "one"), "--hunt", labs.BUGS[0].id]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [(tmp_path / "one" / name).as_posix() for name in ("task_1.py", "test_tasks.py")]
    assert labs.BUGS[0].source in (tmp_path / "one" / "task_1.py").read_text()
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 2
    assert "not overwritten" in again.stderr
