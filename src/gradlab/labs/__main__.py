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
    flags = parser.parse_args(arguments)
    if said := _contradiction(flags):
        parser.error(said)
    if flags.folder is None:
        return terminal.run("gradlab-hunts")
    try:
        if flags.marks:
            _mark(flags)
        else:
            for path in _write(flags):
                print(path.as_posix())
    except (ValueError, OSError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")


def _contradiction(flags: argparse.Namespace) -> str:
    """What was asked for and would not be done, "" if all is."""
    drawn = bool(flags.bugs or flags.topic or flags.level)
    told = drawn or flags.hunt or flags.write or flags.why or flags.no_answers
    if flags.folder is None and (told or flags.roster or flags.marks):
        return "name a folder: where to write, or what to grade"
    if flags.marks and told:
        return "--marks grades what is in the folder: what was handed out stands in its key"
    if flags.hunt and (drawn or flags.roster):
        return "--hunt is one bug, for one folder: it goes with no --roster, --bugs, --topic or --level"
    if flags.bugs == 0 and not flags.write:
        return "nothing to hand out: --bugs 0 goes with --write"
    return ""


def seconds(text: str) -> float:
    """Read a time out of an argument. argparse puts the name of this function into its message."""
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError
    return value


def _write(flags: argparse.Namespace) -> list[Path]:
    count = flags.bugs if flags.bugs is not None else 0 if flags.write else 3
    ways = {
        "writings": tuple(dict.fromkeys(flags.write)),
        "seed": flags.seed,
        "why": flags.why,
        "answers": not flags.no_answers,
    }
    drawn = {"topics": flags.topic, "levels": flags.level}
    if flags.roster is not None:
        listed = roster.decoded(Path(flags.roster).read_bytes())
        students = roster.folders(listed)
        if left := roster.nameless(listed):
            print(
                f"no folder for {len(left)} of the roster's rows, which name nobody:",
                *left,
                sep="\n  ",
                file=sys.stderr,
            )
        return classroom.hand_out(flags.folder, students, labs.BUGS, count, **drawn, **ways)
    if flags.hunt is not None:
        return labs.write(flags.folder, (labs.find(flags.hunt),), **ways)
    bugs = labs.choose(labs.BUGS, count, **drawn, seed=flags.seed) if count or not flags.write else ()
    return labs.write(flags.folder, bugs, **ways)


def _mark(flags: argparse.Namespace) -> None:
    listed = roster.decoded(Path(flags.roster).read_bytes()) if flags.roster else ""

    def grade(how: str, path: Path, name: str, seeds: Sequence[int]) -> str:
        try:
            (grading.repaired if how == "repaired" else grading.written)(path, name, seeds, patience=flags.patience)
        except GradientMismatch as error:
            return str(error)
        return ""

    folder = Path(flags.folder)
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
