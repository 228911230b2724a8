"""An assignment: broken functions to repair, as plain Python files, and a test file that grades them."""

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from gradlab.labs.bug import Bug
from gradlab.labs.writing import WRITINGS

_TASK = '''"""Task {number}: this {name} is wrong in {places}.{also}"""

import numpy as np


{source}'''

_WRITE = '''"""Task {number}: write {name}, the way back through {forward}.

{upstream} the gradient of the cost with respect to what {forward} returns.
Return the gradients of {inputs}, in this order."""

import numpy as np


{source}'''

_ASKED = """

Say how you found it, behind the colons: the code of the finding that told
you, and why, in a sentence.
finding:
why:
"""

_TESTS = '''"""Grades the tasks. Run it with `pytest`; a task passes when its gradient agrees with the cost.

gradlab comes from a wheel (see its site). The tasks run in a process of their own; this file need not be changed.
"""

from pathlib import Path

from gradlab.labs import grading

HERE = Path(__file__).parent
{tests}'''

_TEST = """

def test_task_{number}():
    grading.{how}(HERE / "task_{number}.py", "{id}", seeds={seeds})
"""


def choose(
    bugs: Iterable[Bug],
    count: int,
    *,
    topics: Collection[str] = (),
    levels: Collection[int] = (),
    seed: int = 0,
) -> tuple[Bug, ...]:
    """Draw bugs for an assignment, the easier ones first.

    Parameters
    ----------
    bugs
        To draw from: `labs.BUGS`.
    count
        How many.
    topics, levels
        Only these; nothing given means any.
    seed
        The same seed draws the same bugs. A bug that is added to the catalogue later enters few draws, and changes no
        other.

    Raises
    ------
    ValueError
        If there are not so many.

    Examples
    --------
    >>> from gradlab import labs
    >>> [bug.topic for bug in labs.choose(labs.BUGS, 2, topics=["dense"], levels=[1], seed=3)]
    ['dense', 'dense']
    """
    fit = [b for b in bugs if (not topics or b.topic in topics) and (not levels or b.level in levels)]
    fit = [b for b in fit if b.detectable]  # else the tests would pass before any repair
    if not 1 <= count <= len(fit):
        raise ValueError(f"count must be from 1 to {len(fit)}, as many as fit topics and levels, got {count}")
    # Each bug has a number drawn from its own id; those with the smallest are taken. So a new bug moves no other.
    fit.sort(key=lambda bug: hashlib.sha256(f"{seed} {bug.id}".encode()).digest())
    return tuple(sorted(fit[:count], key=lambda bug: bug.level))


def write(
    folder: Path | str,
    bugs: Iterable[Bug] = (),
    *,
    writings: Iterable[str] = (),
    seed: int = 0,
    why: bool = False,
    answers: bool = True,
) -> list[Path]:
    """Write task_1.py, task_2.py, … and test_tasks.py, which grades them with pytest.

    Parameters
    ----------
    folder
        Made if it is not there. Files that are there already are left alone, and refused.
    bugs
        The bugs to hand out, from `choose` for example. The tests name them by `Bug.id`: a slug would give the answer
        away, and a place in the catalogue changes when a bug is added.
    writings
        Layers whose backward is to be written, after the bugs: names of `WRITINGS`, such as `"dense"`.
    seed
        Of the parameters and data that the tests use: seed, seed + 1, seed + 2.
    why
        Whether a task asks for the finding that told, and for a reason in words.
    answers
        False: no test file. It names the bugs by their ids, and in the catalogue an id leads to the answer. Students
        then check with `gradlab` itself, or not at all, and you grade.

    Returns
    -------
    list of Path
        The files, in this order.

    Raises
    ------
    FileExistsError
        If one of them exists. Nothing is written then.
    ValueError
        If a layer is unknown.

    Examples
    --------
    >>> import tempfile
    >>> from gradlab import labs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = labs.write(folder, labs.choose(labs.BUGS, 2, seed=3), writings=["dense"])
    >>> [path.name for path in paths]
    ['task_1.py', 'task_2.py', 'task_3.py', 'test_tasks.py']
    """
    planted, to_write = list(bugs), list(writings)
    tasks = [_repair(number, bug, why) for number, bug in enumerate(planted, 1)]
    tasks += [_write(number, name) for number, name in enumerate(to_write, len(planted) + 1)]
    texts = {f"task_{number}.py": text for number, text in enumerate(tasks, 1)}
    if answers:
        graded = [*(("repaired", bug.id) for bug in planted), *(("written", name) for name in to_write)]
        seeds = (seed, seed + 1, seed + 2)
        tests = "".join(
            _TEST.format(number=number, id=name, how=how, seeds=seeds) for number, (how, name) in enumerate(graded, 1)
        )
        texts["test_tasks.py"] = _TESTS.replace("{tests}", tests)
    paths = {Path(folder) / name: text for name, text in texts.items()}
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise FileExistsError(f"not overwritten: {', '.join(there)}; choose another folder")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return list(paths)


def _repair(number: int, bug: Bug, why: bool) -> str:
    count = 1 + len(bug.also)
    places = "one place. Repair it" if count == 1 else f"{count} places. Repair them"
    return _TASK.format(number=number, name=bug.name, places=places, source=bug.source, also=_ASKED if why else "")


def _write(number: int, name: str) -> str:
    if name not in WRITINGS:
        raise ValueError(f"there is no layer {name!r} to write; there are {', '.join(WRITINGS)}")
    writing = WRITINGS[name]
    return _WRITE.format(
        number=number,
        name=writing.name,
        forward=writing.forward.__name__,
        upstream=" and ".join(writing.upstream) + (" is" if len(writing.upstream) == 1 else " are"),
        inputs=", ".join(writing.variables),
        source=writing.source,
    )
