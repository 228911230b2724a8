"""A class: a folder of tasks for each student of a roster, one archive, and a table of marks."""

import csv
import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlab.labs.assignment import choose, write
from gradlab.labs.bug import Bug

KEY_FILE = "key.json"
ARCHIVE = "handout.zip"
MARKS = "marks.csv"
POINTS = "points.csv"
LEAST_WORDS = 5  # of a reason: fewer are no sentence
_CODE = re.compile(r"GL[ -]?(\d+)")
COLUMNS = ("student", "task", "id", "right", "said", "finding", "finding right", "why", "why written", "our why")


@dataclass(frozen=True)
class Mark:
    """What is known of one task of one student; a row of the table.

    Attributes
    ----------
    right
        Whether the gradient is right at the seeds of the marks, which are others than those of the student's tests.
    said
        What the grader said, in one line, where it is not.
    finding, why
        What the student has written behind the colons.
    expected, reason
        The finding that names the bug, and the catalogue's own reason, to compare with.
    """

    student: str
    task: str
    id: str
    right: bool
    said: str
    finding: str = ""
    expected: str = ""
    why: str = ""
    reason: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """The cells, as text."""
        named = "" if not self.expected else _yes({f"GL{n}" for n in _CODE.findall(self.finding)} == {self.expected})
        written = "" if not self.reason else _yes(len(self.why.split()) >= LEAST_WORDS)
        cells = (self.student, self.task, self.id, _yes(self.right), self.said, self.finding, named, self.why)
        return tuple(_plain(cell) for cell in (*cells, written, self.reason))


def hand_out(
    folder: Path | str,
    students: dict[str, str],
    bugs: Iterable[Bug],
    count: int,
    *,
    topics: Collection[str] = (),
    levels: Collection[int] = (),
    writings: Sequence[str] = (),
    seed: int = 0,
    why: bool = False,
    answers: bool = True,
) -> list[Path]:
    """Write a folder of tasks for each student, all of them in an archive, and the key, which stays with you.

    Parameters
    ----------
    folder
        Where to. It must not be there, or be empty.
    students
        What `roster.folders` returns.
    bugs, count, topics, levels, seed
        As for `choose`; each student draws with a seed of their own, made of `seed` and the name.
    writings, why, answers
        As for `write`.

    Returns
    -------
    list of Path
        The students' folders, the archive and the key.

    Raises
    ------
    FileExistsError
        If the folder has anything in it.
    ValueError
        If there are not so many bugs.
    """
    place, bugs = Path(folder), tuple(bugs)
    if place.exists() and any(place.iterdir()):
        raise FileExistsError(f"not overwritten: {place} has files in it; choose another folder")
    drawn = {}
    for name in students:
        own = _seed(seed, name)
        drawn[name] = own, choose(bugs, count, topics=topics, levels=levels, seed=own) if count else ()
    key: dict[str, Any] = {"seeds": [_seed(seed, "marks", k) for k in range(3)], "students": {}}
    with_tasks = []
    for name, (own, chosen) in drawn.items():
        written = write(place / students[name], chosen, writings=writings, seed=own, why=why, answers=answers)
        tasks = {f"task_{k}": list(task) for k, task in enumerate(_tasks(chosen, writings), 1)}
        key["students"][name] = {"folder": students[name], "seed": own, "why": why, "tasks": tasks}
        with_tasks.append((place / students[name], written))
    with zipfile.ZipFile(place / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for _, paths in with_tasks:
            for path in paths:
                archive.write(path, path.relative_to(place).as_posix())
    (place / KEY_FILE).write_text(json.dumps(key, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*(own for own, _ in with_tasks), place / ARCHIVE, place / KEY_FILE]


def collect(
    folder: Path | str, find: Callable[[str], Bug], grade: Callable[[str, Path, str, Sequence[int]], str]
) -> list[Mark]:
    """Grade what lies in the students' folders, and write the table of marks.

    Parameters
    ----------
    folder
        What `hand_out` has written, with the tasks that came back in the places of those that went out.
    find
        `labs.find`.
    grade
        Called with how ("repaired" or "written"), the file, the id and the seeds. It returns "" if all is right, else
        what is wrong.

    Raises
    ------
    FileNotFoundError
        If the key is not there.
    """
    place = Path(folder)
    if not (place / KEY_FILE).is_file():
        raise FileNotFoundError(
            f"{place / KEY_FILE} is not there: it was written with the tasks, and tells them apart"
        )
    key, marks = json.loads((place / KEY_FILE).read_text(encoding="utf-8")), []
    for name, student in key["students"].items():
        for task, (how, which) in student["tasks"].items():
            path = place / student["folder"] / f"{task}.py"
            said = grade(how, path, which, key["seeds"])
            mark = Mark(name, task, which, not said, " ".join(said.split())[:120])
            if student["why"] and how == "repaired":
                bug = find(which)
                text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
                finding, why = (_behind(word, text) for word in ("finding", "why"))
                finding = finding.upper()
                mark = Mark(name, task, which, mark.right, mark.said, finding, bug.finding, why, bug.why)
            marks.append(mark)
    with (place / MARKS).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *(mark.row for mark in marks)])
    return marks


def summary(marks: Iterable[Mark]) -> list[str]:
    """A line for each student: how many tasks are right."""
    by: dict[str, list[Mark]] = {}
    for mark in marks:
        by.setdefault(mark.student, []).append(mark)
    width = max(map(len, by), default=0)
    return [f"{name:{width}}  {sum(m.right for m in own)} of {len(own)} right" for name, own in by.items()]


def _tasks(bugs: Iterable[Bug], writings: Iterable[str]) -> list[tuple[str, str]]:
    return [*(("repaired", bug.id) for bug in bugs), *(("written", name) for name in writings)]


def _seed(*parts: object) -> int:
    """A seed that says nothing of what it is made of."""
    return int(hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:7], 16)


def _behind(word: str, text: str) -> str:
    """What stands behind a word and a colon, up to the next word with a colon or the end of the docstring."""
    found = re.search(rf"(?ims)^[ \t#\"']*{word}[ \t]*:(.*?)(?=^[ \t#]*(?:finding|why)[ \t]*:|\"\"\"|'''|\Z)", text)
    return " ".join(found[1].split())[:1000] if found else ""


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, of characters that can be seen."""
    cell = "".join(c if c.isprintable() else " " for c in cell).strip()
    return f"'{cell}" if cell[:1] in "=+-@" and cell else cell
