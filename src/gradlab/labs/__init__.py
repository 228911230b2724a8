"""Planted bugs to find: the catalogue, and assignments made from it.

Each bug is one change of one small function; `BUGS` lists them all, topic by topic.
"""

from dataclasses import replace

from gradlab.labs import (
    activations,
    dense,
    images,
    long_models,
    long_networks,
    long_sequences,
    losses,
    normalisation,
    regularisation,
    sequences,
    traps,
)
from gradlab.labs.assignment import choose, write
from gradlab.labs.bug import Bug, CheckInput, Hints
from gradlab.labs.writing import WRITINGS, Writing

TOPICS: dict[str, tuple[Bug, ...]] = {
    topic: tuple(replace(bug, topic=topic) for bug in bugs)
    for topic, bugs in {
        "dense": dense.BUGS,
        "activations": activations.BUGS,
        "losses": losses.BUGS,
        "regularisation": regularisation.BUGS,
        "normalisation": normalisation.BUGS,
        "images": images.BUGS,
        "sequences": sequences.BUGS,
        "traps": traps.BUGS,
        "long": (*long_networks.BUGS, *long_sequences.BUGS, *long_models.BUGS),
    }.items()
}
BUGS: tuple[Bug, ...] = tuple(bug for bugs in TOPICS.values() for bug in bugs)

__all__ = ["BUGS", "TOPICS", "WRITINGS", "Bug", "CheckInput", "Hints", "Writing", "choose", "find", "number", "write"]


def find(name: str) -> Bug:
    """Look up a bug by its id, or by its slug.

    Parameters
    ----------
    name
        `Bug.id`, which tells nothing of the bug, or `Bug.slug`, which gives it away.

    Raises
    ------
    ValueError
        If there is none; the message lists the slugs.

    Examples
    --------
    >>> from gradlab import labs
    >>> labs.find("sign-flipped").id
    '47730d'
    >>> labs.find("47730d").title
    'Y − A in the place of A − Y'
    """
    for bug in BUGS:
        if name in (bug.id, bug.slug):
            return bug
    raise ValueError(f"there is no bug {name!r}; there are {', '.join(bug.slug for bug in BUGS)}")


def number(bug: Bug) -> str:
    """The number of a hunt, as the site has it: 3.2 is the second of lab 3. It changes where bugs are added.

    Examples
    --------
    >>> from gradlab import labs
    >>> labs.number(labs.find("dw-doubled"))
    '1.1'
    """
    return f"{list(TOPICS).index(bug.topic) + 1}.{TOPICS[bug.topic].index(bug) + 1}"
