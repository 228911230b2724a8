"""An assignment: broken functions to repair, as plain Python files, and a test file that grades them."""

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from gradlab.labs.bug import Bug

_TASK = '''"""Task {number}: this {name} is wrong in one place. Repair it."""

import numpy as np


{source}'''

_TESTS = '''"""Grades the tasks. Run it with `pytest`; a task passes when its gradient agrees with the cost.

gradlab comes from a wheel (see its site); this file need not be changed.
"""

import importlib.util
from pathlib import Path

import gradlab
from gradlab import labs


def check(task, bug, name):
    """Put the function of this file into its network, at three seeds."""
    spec = importlib.util.spec_from_file_location(task, Path(__file__).with_name(task + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for seed in {seeds}:
        gradlab.assert_gradients(*labs.find(bug).case(seed, getattr(module, name)))
{tests}'''

_TEST = """

def test_task_{number}():
    check("task_{number}", "{id}", "{name}")
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
    # Every bug draws a number of its own, and the smallest win: the others do not matter to it.
    fit.sort(key=lambda bug: hashlib.sha256(f"{seed} {bug.id}".encode()).digest())
    return tuple(sorted(fit[:count], key=lambda bug: bug.level))


def write(folder: Path | str, bugs: Iterable[Bug], *, seed: int = 0) -> list[Path]:
    """Write task_1.py, task_2.py, … and test_tasks.py, which grades them with pytest.

    Parameters
    ----------
    folder
        Made if it is not there. Files that are there already are left alone, and refused.
    bugs
        The bugs to hand out, from `choose` for example. The tests name them by `Bug.id`: a slug would give the answer
        away, and a place in the catalogue changes when a bug is added.
    seed
        Of the parameters and data that the tests use: seed, seed + 1, seed + 2.

    Returns
    -------
    list of Path
        The files, in this order.

    Raises
    ------
    FileExistsError
        If one of them exists. Nothing is written then.
    """
    texts, tests = {}, ""
    for k, bug in enumerate(bugs, 1):
        texts[f"task_{k}.py"] = _TASK.format(number=k, name=bug.name, source=bug.source)
        tests += _TEST.format(number=k, id=bug.id, name=bug.name)
    texts["test_tasks.py"] = _TESTS.replace("{seeds}", str((seed, seed + 1, seed + 2))).replace("{tests}", tests)
    paths = {Path(folder) / name: text for name, text in texts.items()}
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise FileExistsError(f"not overwritten: {', '.join(there)}; choose another folder")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return list(paths)
