"""A class: a roster in, folders and an archive out, marks that no file can talk up."""

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gradlab import labs
from gradlab.labs import classroom, roster
from gradlab.labs.__main__ import main
from tests.labs.test_grading import RIGHT

ROSTER = "name;mail\nAda Lovelace;ada@x\nEmmy Noether;e@x\nŽofie Černá;z@x\n"


def grade(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Call the command; the rows of the table."""
    main([str(folder), "--marks", "--patience", "20"])
    with (folder / "marks.csv").open(encoding="utf-8", newline="") as file:
        return {(row["student"], row["task"]): row for row in csv.DictReader(file)}


def repair(path: Path, bug: labs.Bug) -> None:
    path.write_text(path.read_text("utf-8").replace(bug.source, bug.correct_source), encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A class of three, which was handed two bugs and a layer each."""
    (tmp_path / "students.csv").write_text(ROSTER, encoding="utf-8")
    asked = ["--roster", str(tmp_path / "students.csv"), "--bugs", "2", "--topic", "dense", "--topic", "losses"]
    main([str(tmp_path / "class"), *asked, "--why", "--write", "dense", "--seed", "21"])
    return tmp_path / "class"


def drawn(place: Path) -> dict[str, list[str]]:
    """The ids of each student's tasks."""
    key = json.loads((place / "key.json").read_text(encoding="utf-8"))["students"]
    return {name: [which for _, which in one["tasks"].values()] for name, one in key.items()}


def test_a_roster_becomes_folders_and_an_archive(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["ada-lovelace", "emmy-noether", "žofie-černá", "handout.zip", "key.json"]
    assert capsys.readouterr().out.splitlines() == [(place / name).as_posix() for name in wanted]
    ids = drawn(place)
    assert len({tuple(which) for which in ids.values()}) == 3, "each student has their own bugs"
    with zipfile.ZipFile(place / "handout.zip") as archive:
        names = archive.namelist()
        everything = "".join(archive.read(name).decode() for name in names)
    assert len(names) == 3 * 4
    assert "key.json" not in names
    bugs = [labs.find(which) for own in ids.values() for which in own[:2]]
    assert not [bug.slug for bug in bugs if bug.slug in everything or bug.title in everything]


@pytest.mark.slow
def test_marks_are_those_of_the_gradients_and_show_what_was_written(place: Path, capsys) -> None:
    ada, emmy = place / "ada-lovelace", place / "emmy-noether"
    first, second = (labs.find(which) for which in drawn(place)["Ada Lovelace"][:2])
    why = f"finding: {first.finding.lower()}\nwhy: every b agrees, so dZ is right,\n  and one line is left"
    for k, bug, text in ((1, first, why), (2, second, "finding: GL999\nwhy: =1+1")):
        path = ada / f"task_{k}.py"
        repair(path, bug)
        path.write_text(path.read_text("utf-8").replace("finding:\nwhy:", text), encoding="utf-8")
    (ada / "task_3.py").write_text("import numpy as np\n" + RIGHT["dense"], encoding="utf-8")
    task = emmy / "task_1.py"
    patched = "import numpy as np\nimport gradlab\ngradlab.assert_gradients = print\n"
    task.write_text(task.read_text("utf-8").replace("import numpy as np\n", patched), "utf-8")
    (emmy / "task_2.py").unlink()

    rows = grade(place)
    assert [row["right"] for row in rows.values()] == ["yes"] * 3 + ["no"] * 6
    one, two = rows["Ada Lovelace", "task_1"], rows["Ada Lovelace", "task_2"]
    assert (one["finding"], one["finding right"], one["why written"]) == (first.finding, "yes", "yes")
    assert one["why"] == "every b agrees, so dZ is right, and one line is left"
    assert one["our why"] == first.why
    assert (two["finding"], two["finding right"], two["why written"]) == ("GL999", "no", "no")
    assert two["why"] == "'=1+1", "a spreadsheet would compute it"
    assert "gradlab is not there" in rows["Emmy Noether", "task_1"]["said"]
    assert rows["Emmy Noether", "task_2"]["said"] == "task_2.py is not there"
    assert "NotImplementedError" in rows["Emmy Noether", "task_3"]["said"]
    told = capsys.readouterr().out.splitlines()[-4:]
    right = ("Ada Lovelace  3", "Emmy Noether  0", "Žofie Černá   0")
    assert told == [*(f"{line} of 3 right" for line in right), (place / "marks.csv").as_posix()]


@pytest.mark.slow
def test_the_tests_of_a_student_cannot_be_fooled_by_the_task(tmp_path: Path) -> None:
    bug = labs.find("dw-doubled")
    labs.write(tmp_path, [bug], writings=["dense"], seed=3)

    def run() -> str:
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", str(tmp_path)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert "2 failed" in run()
    task = tmp_path / "task_1.py"
    patched = "import gradlab\nfrom gradlab import labs\nfrom gradlab.labs import grading\n"
    patched += "grading.repaired = gradlab.assert_gradients = lambda *all, **rest: None\n"
    task.write_text(f"import numpy as np\n{patched}{bug.source}", encoding="utf-8")
    assert "2 failed" in run()
    task.write_text(f"import numpy as np\n{bug.correct_source}", encoding="utf-8")
    (tmp_path / "task_2.py").write_text(f"import numpy as np\n{RIGHT['dense']}", encoding="utf-8")
    assert "2 passed" in run()


def test_without_answers_nothing_leads_to_the_catalogue(tmp_path: Path) -> None:
    bugs = labs.choose(labs.BUGS, 5, seed=9)
    paths = labs.write(tmp_path, bugs, writings=["conv"], answers=False)
    assert [path.name for path in paths] == [f"task_{k}.py" for k in range(1, 7)]
    text = "".join(path.read_text("utf-8") for path in paths)
    assert not [bug.id for bug in bugs if bug.id in text or bug.slug in text or bug.title in text]


@pytest.mark.parametrize(
    "command",
    [
        ["--roster", "students.txt"],
        ["--marks"],
        ["--write", "dense"],
        ["class", "--marks", "--roster", "students.txt", "--why"],
        ["class", "--marks", "--why"],
        ["class", "--roster", "students.txt", "--hunt", "47730d"],
        ["class", "--hunt", "47730d", "--level", "1"],
        ["class", "--bugs", "0"],
        ["class", "--marks", "--patience", "-3"],
        ["class", "--marks", "--patience", "nan"],
    ],
)
def test_what_would_be_left_undone_is_refused(tmp_path: Path, monkeypatch, command: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "students.txt").write_text("Ada\n", encoding="utf-8")
    with pytest.raises(SystemExit) as error:
        main(command)
    assert error.value.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["students.txt"]


@pytest.mark.parametrize(
    ("text", "finding", "why"),
    [
        ('"""finding: GL102\nwhy: a factor\n"""', "GL102", "a factor"),
        ("'''\nFinding : gl102.\nWhy: one\n  two\n'''\nwhy = 1", "gl102.", "one two"),
        ("# finding: GL102 (one factor)\n# WHY: every b agrees\n", "GL102 (one factor)", "every b agrees"),
        ('"""finding:\nwhy:\n"""', "", ""),
        ("x = 1\n", "", ""),
    ],
)
def test_what_stands_behind_the_colons(text: str, finding: str, why: str) -> None:
    assert (classroom._behind("finding", text), classroom._behind("why", text)) == (finding, why)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("GL102", "yes"),
        ("GL102: A FACTOR", "yes"),
        ("GL 102", "yes"),
        ("GL-102.", "yes"),
        ("GL 101, GL102", "no"),
        ("GL101 OR GL102", "no"),
        ("", "no"),
        ("A FACTOR", "no"),
    ],
)
def test_a_finding_is_right_if_it_is_the_only_one(written: str, right: str) -> None:
    mark = classroom.Mark("Ada", "task_1", "47730d", True, "", written, "GL102", "so", "because")
    assert mark.row[classroom.COLUMNS.index("finding right")] == right


def test_a_table_holds_no_formula_and_no_control_character() -> None:
    said = "\x1b[2J=1+1"
    row = classroom.Mark("=cmd", "task_1", "47730d", False, said).row
    assert row[0] == "'=cmd"
    assert row[classroom.COLUMNS.index("said")] == "[2J=1+1"
    assert classroom.Mark("\t+1", "task_1", "47730d", False, "").row[0] == "'+1"


def test_nothing_is_overwritten_and_a_key_is_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    (tmp_path / "roster").write_text("Ada\n", encoding="utf-8")
    for command in (["--roster", str(tmp_path / "roster")], ["--marks"]):
        with pytest.raises(SystemExit) as error:
            main([str(tmp_path), *command])
        assert error.value.code == 2
    told = capsys.readouterr().err
    assert "not overwritten" in told
    assert "key.json is not there" in told
    with pytest.raises(ValueError, match="count must be from 1 to"):
        classroom.hand_out(tmp_path / "new", {"Ada": "ada"}, labs.BUGS, 99)
    assert not (tmp_path / "new").exists()


def test_points_go_back_in_the_roster_that_they_came_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Student;ID\n    Points Possible;\nLovelace, Ada;7\nNoether, Emmy;8\n"
    (tmp_path / "grades.csv").write_text(text, encoding="utf-8")
    asked = [str(tmp_path / "class"), "--roster", str(tmp_path / "grades.csv")]
    main([*asked, "--bugs", "1", "--topic", "dense"])
    assert "  Points Possible" in capsys.readouterr().err
    bug = labs.find(drawn(tmp_path / "class")["Lovelace, Ada"][0])
    repair(tmp_path / "class" / "lovelace-ada" / "task_1.py", bug)
    main([*asked, "--marks", "--patience", "20"])
    points = (tmp_path / "class" / "points.csv").read_text(encoding="utf-8")
    assert points.splitlines() == [
        "Student;ID;gradlab",
        "    Points Possible;;1",
        "Lovelace, Ada;7;1",
        "Noether, Emmy;8;0",
    ]
    assert capsys.readouterr().out.splitlines()[-1].endswith("class/points.csv")


def test_the_same_seed_hands_out_the_same_and_the_marks_use_others(tmp_path: Path) -> None:
    students = roster.folders("Ada\nEmmy\n")
    for name in ("one", "two"):
        classroom.hand_out(tmp_path / name, students, labs.BUGS, 2, seed=5)
    one, two = ((tmp_path / name / "key.json").read_text("utf-8") for name in ("one", "two"))
    assert one == two
    key = json.loads(one)
    for student in key["students"].values():
        own = {student["seed"] + k for k in range(3)}
        assert not own & set(key["seeds"])
