"""The hints of a hunt: what is written for it, and what its report leaves of its lines, which is counted."""

from collections.abc import Iterable, Mapping

from gradlab.labs.bug import Bug
from gradlab.labs.hunting.answers import Answer, enumerated

NAMES = ("The rows", "The numbers", "The place")
FEW = 3  # so many lines does the third hint leave


def hints(bug: Bug, found: Mapping[int, Answer]) -> tuple[str, ...]:
    """The three hints, one after the other; `found` are the answers of `answer` to a click on each line."""
    if not found:
        return tuple(bug.hints)
    rows, numbers, place = bug.hints
    left = [n for n, one in sorted(found.items()) if not one.counts]
    if len(left) < len(found):
        rows += f" {lines(left)} {_are(left)} left; a row clears each of the others."
    if len(bug.broken) == 1 and len(left) > FEW:
        near = window(left, bug)
        place += f" {lines(near)} {_are(near)} worth a look: it is one of them."
    return rows, numbers, place


def window(left: list[int], bug: Bug) -> list[int]:
    """Three neighbours of those left, the broken one among them: first, second or third, as the id has it."""
    at = left.index(bug.broken[0]) - int(bug.id, 16) % FEW
    first = min(max(at, 0), len(left) - FEW)
    return left[first : first + FEW]


def lines(numbers: Iterable[int]) -> str:
    """Lines as a reader would say them: "Lines 3, 5 to 8 and 11"."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    words = [word for run in runs for word in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(n) for n in run])]
    text = enumerated(words)
    return f"{'Line' if text.isdigit() else 'Lines'} {text}"


def _are(numbers: list[int]) -> str:
    return "is" if len(numbers) == 1 else "are"
