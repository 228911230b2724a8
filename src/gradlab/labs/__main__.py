"""`python -m gradlab.labs`: hunts in the terminal, assignments, a class."""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gradlab import labs
from gradlab.errors import GradientMismatch
from gradlab.labs import classroom, grading, roster, terminal

EPILOG = """\
  python -m gradlab.labs                                 the next hunt, here in the terminal
  python -m gradlab.labs ada --bugs 3 --seed 21          a folder of tasks
  python -m gradlab.labs class --roster students.txt     a folder for each student, and an archive
  python -m gradlab.labs class --marks                   grade what came back
  python -m gradlab.labs class --marks --roster F.csv    and the roster with the points
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m gradlab.labs",
        description="Broken functions to repair, and backward functions to write.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", help="where to write; without it, the hunts begin, in gradlab-hunts")
    parser.add_argument("--bugs", type=int, metavar="N", help="how many (3; 0 if --write is given)")
    parser.add_argument("--topic", action="append", default=[], choices=list(labs.TOPICS), help="only these")
    parser.add_argument("--level", action="append", default=[], type=int, choices=[1, 2, 3, 4], help="only these")
    parser.add_argument("--hunt", metavar="ID", help="this one hunt of the site's labs, by its id")
    parser.add_argument(
        "--write",
        action="append",
        default=[],
        choices=list(labs.WRITINGS),
        help="the backward of a layer, to be written",
    )
    parser.add_argument("--why", action="store_true", help="ask for the finding that told, and for a reason")
    parser.add_argument("--no-answers", action="store_true", help="no test file, which leads to the answers")
    parser.add_argument(
        "--roster", metavar="FILE", help="names, one a line, or a table: a folder for each; with --marks, points.csv"
    )
    parser.add_argument("--marks", action="store_true", help="grade the folders of a class; writes marks.csv")
    parser.add_argument("--patience", type=seconds, default=grading.PATIENCE, help="seconds for one task (60)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same bugs (0)")
    asked = parser.parse_args(arguments)
    if said := _contradiction(asked):
        parser.error(said)
    if asked.folder is None:
        return terminal.run("gradlab-hunts")
    try:
        if asked.marks:
            _mark(asked)
        else:
            for path in _write(asked):
                print(path.as_posix())
    except (ValueError, OSError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")


def _contradiction(asked: argparse.Namespace) -> str:
    """What was asked for and would not be done, "" if all is."""
    drawn = bool(asked.bugs or asked.topic or asked.level)
    told = drawn or asked.hunt or asked.write or asked.why or asked.no_answers
    if asked.folder is None and (told or asked.roster or asked.marks):
        return "name a folder: where to write, or what to grade"
    if asked.marks and told:
        return "--marks grades what is in the folder: what was handed out stands in its key"
    if asked.hunt and (drawn or asked.roster):
        return "--hunt is one bug, for one folder: it goes with no --roster, --bugs, --topic or --level"
    if asked.bugs == 0 and not asked.write:
        return "nothing to hand out: --bugs 0 goes with --write"
    return ""


def seconds(text: str) -> float:
    """Read a time out of an argument. argparse puts the name of this function into its message."""
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError
    return value


def _write(asked: argparse.Namespace) -> list[Path]:
    count = asked.bugs if asked.bugs is not None else 0 if asked.write else 3
    ways = {
        "writings": tuple(dict.fromkeys(asked.write)),
        "seed": asked.seed,
        "why": asked.why,
        "answers": not asked.no_answers,
    }
    drawn = {"topics": asked.topic, "levels": asked.level}
    if asked.roster is not None:
        listed = roster.decoded(Path(asked.roster).read_bytes())
        students = roster.folders(listed)
        if left := roster.nameless(listed):
            print(
                f"no folder for {len(left)} of the roster's rows, which name nobody:",
                *left,
                sep="\n  ",
                file=sys.stderr,
            )
        return classroom.hand_out(asked.folder, students, labs.BUGS, count, **drawn, **ways)
    if asked.hunt is not None:
        return labs.write(asked.folder, (labs.find(asked.hunt),), **ways)
    bugs = labs.choose(labs.BUGS, count, **drawn, seed=asked.seed) if count or not asked.write else ()
    return labs.write(asked.folder, bugs, **ways)


def _mark(asked: argparse.Namespace) -> None:
    listed = roster.decoded(Path(asked.roster).read_bytes()) if asked.roster else ""

    def grade(how: str, path: Path, name: str, seeds: Sequence[int]) -> str:
        try:
            (grading.repaired if how == "repaired" else grading.written)(path, name, seeds, patience=asked.patience)
        except GradientMismatch as error:
            return str(error)
        return ""

    folder = Path(asked.folder)
    marks = classroom.collect(folder, labs.find, grade)
    written = [folder / classroom.MARKS]
    if listed:
        points = Counter[str]({mark.student: 0 for mark in marks})
        points.update(mark.student for mark in marks if mark.right)
        possible = max(Counter(mark.student for mark in marks).values(), default=0)
        written.append(folder / classroom.POINTS)
        written[-1].write_text(roster.graded(listed, points, possible), encoding="utf-8")
    print(*classroom.summary(marks), *(path.as_posix() for path in written), sep="\n")


if __name__ == "__main__":
    main()
