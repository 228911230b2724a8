"""The hunts in a terminal: the same bugs, answers and hints as on the site, with the copy to repair in a file."""

import json
import queue
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import gradlab
from gradlab import labs
from gradlab.errors import GradientMismatch
from gradlab.labs import grading
from gradlab.labs.hunting import NAMES, Answer, Told, answer, hints
from gradlab.labs.hunting.lines import Code

PROGRESS = "gradlab-labs.json"  # in the form that the site exports and imports
KEYS = "a number: that line · h: a hint · r: the report · c: the code · s: skip · q: quit"
SAID = {
    "agrees": "No. ",
    "wrong": "No. ",
    "numbers": "Not this one; not counted. ",
    "open": "It could be; not counted. ",
}
TRAP_KEYS = "right, wrong or open (it cannot be told here) · h: a hint · c: the code · s: skip · q: quit"
TRUTH = {
    "right": "The gradient is right.",
    "wrong": "The gradient is wrong.",
    "open": "It cannot be told here.",
}
LOOK = 0.3  # seconds between two looks at the file


class Session:
    """One hunt after the other, in a folder that keeps what was found.

    Parameters
    ----------
    folder
        Of the copies to repair, and of the progress.
    say
        Called with each text.
    """

    hunts = labs.BUGS  # those that the site counts, too
    _report: gradlab.Report
    _answers: dict[int, Answer]

    def __init__(self, folder: Path | str, say: Callable[[str], None] = print) -> None:
        self.folder, self.say = Path(folder), say
        self.folder.mkdir(parents=True, exist_ok=True)
        self.skipped: set[str] = set()
        self.bug: labs.Bug | None = None
        self.path = self.folder
        self._seen = 0

    @property
    def progress(self) -> dict[str, Any]:
        """What was found, by id."""
        path = self.folder / PROGRESS
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {key: one for key, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}

    def begin(self) -> bool:
        """The next hunt that is not solved; False if there is none."""
        found = self.progress
        solved = {bug.id for bug in self.hunts if found.get(bug.id, {}).get("solved")}
        missed = {bug.id for bug in self.hunts if not bug.detectable and found.get(bug.id, {}).get("looked")}
        open_ = [bug for bug in self.hunts if bug.id not in solved | missed | self.skipped]
        if not open_:
            self.say(f"{len(solved)} of {len(self.hunts)} hunts are solved, and no other is left.")
            return False
        self.bug, self.hints, self.wrong = open_[0], 0, 0
        self.found_lines: set[int] = set()
        self._counted: set[int] = set()
        self.say(
            f"\nHunt {labs.number(self.bug)}, level {self.bug.level}. {len(solved)} of {len(self.hunts)} solved.\n"
        )
        if not self.bug.detectable:
            self._ask(self.bug)
            return True
        self.path = self.folder / f"hunt_{labs.number(self.bug).replace('.', '_')}.py"
        if not self.path.exists():
            self.path.write_text(f"import numpy as np\n\n\n{self.bug.source}", encoding="utf-8")
        self._seen = self._stamp()
        self._check(self.bug)
        self._code()
        return True

    def typed(self, text: str) -> bool:
        """Do what was typed; False to quit."""
        bug, text = self.bug, text.strip().lower()
        if bug is None or text in ("q", "quit", "exit"):
            return False
        if text == "s":
            self.skipped.add(bug.id)
            return self.begin()
        if text == "h":
            self._hint()
        elif not bug.detectable:
            return self._answer_trap(bug, text)
        elif text.isdecimal():
            return self._click(int(text))
        elif text == "r":
            self.say(str(self._report))
        elif text == "c":
            self._code()
        else:
            self.say(KEYS)
        return True

    def saved(self) -> bool:
        """Look at the file; check it if it was saved. False if nothing is left to hunt."""
        bug = self.bug
        if bug is None or not bug.detectable or self._stamp() == self._seen:
            return True
        self._seen = self._stamp()
        try:
            grading.repaired(self.path, bug.id, (bug.seed,), patience=20)
        except GradientMismatch as error:
            self.say(f"{self.path.name}: {str(error).strip()}")
            return True
        self.say("Solved: the checker agrees.")
        return self._end()

    def _ask(self, bug: labs.Bug) -> None:
        """A trap, of which no report shows that a line is broken: the code, the number of a course, a question."""
        course = gradlab.check_gradients(*bug.case(bug.seed), step=1e-7, edits=False)
        self.say(f"{bug.source}\nFormula (2) at the step 1e-7: {course.relative_difference:.0e}, {course.level!r}.")
        self.say(f"\nIs this gradient right, wrong, or can it not be told here? {TRAP_KEYS}")

    def _answer_trap(self, bug: labs.Bug, word: str) -> bool:
        """The first word counts, as on the site; then what a check with a bound says, and why."""
        if word == "c":
            self.say(bug.source)
            return True
        if word not in TRUTH:
            self.say(TRAP_KEYS)
            return True
        right = word == bug.trap
        self._check(bug)
        self.say(f"\n{'Yes' if right else 'No'}. {TRUTH[bug.trap]}")
        return self._end() if right else self._end(looked=True)

    def _click(self, n: int) -> bool:
        bug = self.bug
        assert bug is not None
        last = len(bug.listing.splitlines())
        if not 1 <= n <= last:
            self.say(f"There is no line {n}: the code has lines 1 to {last}.")
            return True
        if n in bug.broken:
            again = n in self.found_lines
            self.found_lines.add(n)
            left = len(set(bug.broken) - self.found_lines)
            if not left:
                self._margin()
                self.say(f"Found, with {self.wrong or 'no'} wrong click{'s' * (self.wrong != 1)}.")
                return self._end()
            self.say(f"That is one of them. {left} more.")
            rest = bug.stages.get(tuple(sorted(self.found_lines)))
            if rest and not again:
                lines = " and ".join(map(str, sorted(self.found_lines)))
                self.say(f"With what was wrong in {lines} repaired, the report says:\n")
                self._check(rest)
            return True
        told = self._answered().get(n, Answer("wrong", "Nothing is made in this line."))
        if told.counts and n not in self._counted:  # as on the site: the same line counts once
            self._counted.add(n)
            self.wrong += 1
        self.say(f"Line {n}. {SAID[told.kind]}{told.text}")
        return True

    def _check(self, bug: labs.Bug) -> None:
        """Report on a copy, perhaps with some of its bugs repaired; it answers the clicks from now on."""
        self._copy = bug
        self._answers: dict[int, Answer] = {}
        self._report: gradlab.Report = gradlab.check_gradients(
            *bug.case(bug.seed), edits=False
        )  # the line is to be found
        self.say(str(self._report))

    def _answered(self) -> dict[int, Answer]:
        """What is said to a click on each line, by the report that holds now."""
        bug = self.bug
        assert bug is not None
        if not self._answers:
            code = Code(bug.listing, bug.setup.gradients(bug.name, bug.seed))
            analytic = code.run(self._copy.buggy_listing)
            self._answers = answer(code, self._copy.broken, Told.of(self._report), analytic)
        return self._answers

    def _hint(self) -> None:
        if self.hints < len(NAMES):
            self.say(f"{NAMES[self.hints]}: {self._hints()[self.hints]}")
            self.hints += 1
            self._note({"hints": self.hints})
        else:
            self.say("There is no other hint: s skips this hunt.")

    def _hints(self) -> tuple[str, ...]:
        """Of what is hunted now; no line of a trap is broken, so none is counted there."""
        assert self.bug is not None
        return tuple(hints(self._copy, self._answered()) if self.bug.detectable else hints(self.bug, {}))

    def _code(self) -> None:
        bug = self.bug
        assert bug is not None
        count = len(bug.broken)
        which = "one of these lines was broken" if count == 1 else f"{count} of these lines were broken"
        self.say(f"\nThis is the right code. In the copy that was checked, {which}.\n")
        self.say("\n".join(f"{n:3}  {line}" for n, line in enumerate(bug.listing.splitlines(), 1)))
        self.say(f"\nWhich? {KEYS}\nOr repair the copy, {self.path}, and save it.")

    def _end(self, *, looked: bool = False) -> bool:
        """Note that it is solved, or only looked at; go on with the next."""
        bug = self.bug
        assert bug is not None
        today = date.today().isoformat()  # noqa: DTZ011  # the reader's own day
        self._note({"looked": True} if looked else {"solved": today, "clicks": self.wrong})
        self.say(f"{bug.title}. {bug.why}")
        return self.begin()

    def _margin(self) -> None:
        """The code once more, and beside each line what ruled it out."""
        bug = self.bug
        assert bug is not None
        listing = bug.listing.splitlines()
        width = max(map(len, listing))
        marks = {n: one.mark for n, one in self._answered().items()} | dict.fromkeys(bug.broken, "broken in the copy")
        lines = (f"{n:3}  {line:{width}}  {marks.get(n, '')}".rstrip() for n, line in enumerate(listing, 1))
        self.say("\n".join(lines))

    def _note(self, news: dict[str, Any]) -> None:
        bug = self.bug
        assert bug is not None
        found = self.progress
        at = f"/labs/{bug.topic}/#hunt-{bug.id}"
        before = {"name": f"Hunt {labs.number(bug)}", "at": at, "hints": 0, "looked": False} | found.get(bug.id, {})
        text = json.dumps(found | {bug.id: before | news}, indent=2, ensure_ascii=False)
        (self.folder / PROGRESS).write_text(text + "\n", encoding="utf-8")

    def _stamp(self) -> int:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0


def run(folder: Path | str) -> None:
    """Hunt until there is nothing left, or no more input, or `q`."""
    session, lines = Session(folder), queue.Queue[str | None]()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    going = session.begin()
    while going:
        try:
            line = lines.get(timeout=LOOK)
        except queue.Empty:
            going = session.saved()
        else:
            going = line is not None and session.typed(line)
