"""The hunts in a terminal: what is typed and saved, and what is said to it."""

import json
import os
import re
from pathlib import Path

import pytest

import gradlab
from gradlab import labs
from gradlab.labs import terminal
from gradlab.labs.terminal import PROGRESS, Session

HUNTS = labs.BUGS
TRAPS = [bug for bug in labs.BUGS if not bug.detectable]  # of which no report shows that a line is broken


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def session(tmp_path: Path, said: list[str]) -> Session:
    begun = Session(tmp_path / "hunts", said.append)
    assert begun.begin()
    return begun


def kept(session: Session) -> dict[str, dict[str, object]]:
    return json.loads((session.folder / PROGRESS).read_text("utf-8"))


def test_a_hunt_begins_with_the_report_and_the_right_code(session: Session, said: list[str]) -> None:
    text = "\n".join(said)
    assert f"Hunt 1.1, level 1. 0 of {len(HUNTS)} solved." in text
    assert text.index("WRONG: the gradient") < text.index("one of these lines was broken")
    assert "  3      dW = dZ @ A.T" in text
    assert HUNTS[0].source in (session.folder / "hunt_1_1.py").read_text("utf-8")
    assert HUNTS[0].title not in text


@pytest.mark.slow
def test_lines_are_answered_and_the_right_one_ends_the_hunt(session: Session, said: list[str]) -> None:
    assert session.typed("4\n")
    assert said[-1].startswith("Line 4. No. b1 agrees to")
    assert session.typed("1")
    assert said[-1] == "Line 1. No. Nothing is made in this line."
    assert session.typed("h")
    assert said[-1].startswith(f"The rows: {HUNTS[0].hints.blocks} Lines ")
    assert session.typed("3")
    text = "\n".join(said)
    assert "Found, with 2 wrong clicks." in text
    assert re.search(r"(?m)^  4      db = .* b\d agrees$", text), "the margin says what ruled a line out"
    assert re.search(r"(?m)^  3      dW = .* broken in the copy$", text)
    assert HUNTS[0].why in text
    assert f"Hunt 1.2, level 1. 1 of {len(HUNTS)} solved." in text
    one = kept(session)[HUNTS[0].id]
    assert (one["name"], one["hints"], one["clicks"], one["looked"]) == ("Hunt 1.1", 1, 2, False)
    assert str(one["at"]).startswith("/")  # or the site would not import it


@pytest.mark.slow
def test_a_file_that_is_saved_is_checked(session: Session, said: list[str]) -> None:
    assert session.saved()
    before = len(said)

    def save(code: str) -> bool:
        session.path.write_text(f"import numpy as np\n{code}", encoding="utf-8")
        os.utime(session.path, ns=(0, session._seen + 1_000_000_000))
        return session.saved()

    assert save("def dense_backward(")
    assert "SyntaxError" in said[-1]
    assert save(HUNTS[1].source)
    assert "WRONG" in said[-1]
    assert len(said) == before + 2
    assert save(HUNTS[0].correct_source)
    assert "Solved: the checker agrees." in said
    assert kept(session)[HUNTS[0].id]["solved"]


SEVERAL = [bug.slug for bug in HUNTS if bug.also]


@pytest.mark.slow
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("slug", SEVERAL)
def test_each_of_several_bugs_is_repaired_once_found(
    tmp_path: Path, said: list[str], slug: str, backwards: bool
) -> None:
    """The report of what is left is said, and it answers the clicks that follow."""
    session, several = Session(tmp_path, said.append), labs.find(slug)
    session.skipped = {bug.id for bug in HUNTS} - {several.id}
    assert session.begin()
    assert f"{len(several.broken)} of these lines were broken" in "\n".join(said)
    lines = sorted(several.broken, reverse=backwards)
    for k, line in enumerate(lines[:-1], 1):
        before = len(said)
        assert session.typed(str(line))
        assert said[before] == f"That is one of them. {len(lines) - k} more."
        if left := several.stages.get(tuple(sorted(lines[:k]))):
            assert said[-1] == str(gradlab.check_gradients(*left.case(left.seed), edits=False))
        session.typed("r")
        assert said[-1] == said[-2]
        session.typed(str(line))
        assert said[-1] == f"That is one of them. {len(lines) - k} more.", "no second report of the same"
    if len(left.broken) == 1:
        right = next(n for n, text in enumerate(several.listing.splitlines(), 1) if " = " in text and n not in lines)
        session.typed(str(right))
        assert "leave this line open" not in said[-1], "of one bug a report rules lines out, or not"
    assert not session.typed(str(lines[-1])), "no other is left"
    assert said[-1] == f"1 of {len(HUNTS)} hunts are solved, and no other is left."


@pytest.mark.slow
def test_a_line_that_is_not_there_and_one_that_was_answered_are_no_wrong_click(
    session: Session, said: list[str]
) -> None:
    last = len(HUNTS[0].listing.splitlines())
    for n in (0, last + 1, 99, 10**30):
        assert session.typed(str(n))
        assert said[-1] == f"There is no line {n}: the code has lines 1 to {last}."
    for text in ("²", "-3", "3.0", "４x"):
        assert session.typed(text)
        assert said[-1] == terminal.KEYS
    assert session.wrong == 0
    for _ in range(3):
        assert session.typed("4")
        assert said[-1].startswith("Line 4. No. b1 agrees to")
    assert session.wrong == 1


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("bug", TRAPS, ids=lambda bug: bug.slug)
def test_a_trap_is_a_question_and_the_first_word_counts(
    tmp_path: Path, said: list[str], bug: labs.Bug, right: bool
) -> None:
    session = Session(tmp_path, said.append)
    session.skipped = {one.id for one in HUNTS} - {bug.id}
    assert session.begin()
    text = "\n".join(said)
    assert bug.source in text
    assert "Is this gradient right, wrong, or can it not be told here?" in text
    assert bug.title not in text
    assert "block  shape" not in text, "the report would answer"
    assert session.saved(), "there is no file to repair"
    for other in ("3", "r", "what?"):
        assert session.typed(other)
        assert said[-1] == terminal.TRAP_KEYS
    for hint in bug.hints:
        assert session.typed("h")
        assert said[-1].endswith(hint)
    word = bug.trap if right else next(word for word in terminal.TRUTH if word != bug.trap)
    assert not session.typed(word.upper()), "no other is left"
    text = "\n".join(said)
    assert str(gradlab.check_gradients(*bug.case(bug.seed), edits=False)) in text
    assert f"{'Yes' if right else 'No'}. {terminal.TRUTH[bug.trap]}" in text
    assert bug.why in text
    assert said[-1] == f"{int(right)} of {len(HUNTS)} hunts are solved, and no other is left."
    one = kept(session)[bug.id]
    assert (bool(one.get("solved")), one["looked"], one["hints"]) == (right, not right, 3)
    again = Session(tmp_path, said.append)
    again.skipped = session.skipped
    assert not again.begin(), "it is asked once"


def test_terminal_and_site_count_the_same_hunts() -> None:
    """What one of them has exported counts as much in the other."""
    index = Path(__file__).parents[2] / "docs" / "labs" / "hunts" / "index.json"
    if not index.exists():
        pytest.skip("the pages are not here")
    assert json.loads(index.read_text(encoding="utf-8")) == [bug.id for bug in Session.hunts]


@pytest.mark.parametrize("solved", [[], [HUNTS[0]], TRAPS, [*TRAPS, HUNTS[0]], HUNTS[:5], HUNTS[60:]])
def test_what_the_site_has_exported_counts_in_the_terminal(
    tmp_path: Path, said: list[str], solved: list[labs.Bug]
) -> None:
    exported = {
        bug.id: {
            "name": f"Hunt {labs.number(bug)}", "at": f"/gradlab/labs/{bug.topic}/#hunt-{bug.id}", "hints": 0,
            "looked": False, "solved": "2026-01-02", "clicks": 0,
        }
        for bug in solved
    }  # fmt: skip
    (tmp_path / PROGRESS).write_text(json.dumps(exported | {"seed 7": {"name": "Seed 7"}}), encoding="utf-8")
    session = Session(tmp_path, said.append)
    assert session.begin()
    assert f"{len(solved)} of {len(HUNTS)} solved." in "\n".join(said)
    assert session.bug is next(bug for bug in HUNTS if bug not in solved)


def test_skipping_quitting_and_what_is_no_key(session: Session, said: list[str]) -> None:
    assert session.typed("what?")
    assert said[-1] == terminal.KEYS
    assert session.typed("S")
    assert session.bug is HUNTS[1]
    assert session.typed("c")
    assert session.typed("r")
    for _ in range(4):
        session.typed("h")
    assert "no other hint" in said[-1]
    assert not session.typed("q")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"a": 1}'])
def test_progress_that_cannot_be_read_is_none(tmp_path: Path, said: list[str], text: str) -> None:
    (tmp_path / PROGRESS).write_text(text, encoding="utf-8")
    assert Session(tmp_path, said.append).begin()
    assert f"0 of {len(HUNTS)} solved" in "\n".join(said)


def test_the_command_hunts_until_the_input_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", iter(["h\n"]))
    from gradlab.labs.__main__ import main

    main([])
    assert "The rows: Every b agrees" in capsys.readouterr().out
    assert (tmp_path / "gradlab-hunts" / "hunt_1_1.py").exists()
