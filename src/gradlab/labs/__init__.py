"""Planted bugs to find: the catalogue, and assignments made from it.

Each bug is one change of one small function; `BUGS` lists them all, topic by topic.
"""

from dataclasses import replace

from gradlab.labs import activations, dense, images, losses, normalisation, regularisation, sequences, traps
from gradlab.labs.assignment import choose, write
from gradlab.labs.bug import Bug, Case, Hints

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
    }.items()
}
BUGS: tuple[Bug, ...] = tuple(bug for bugs in TOPICS.values() for bug in bugs)

__all__ = ["BUGS", "TOPICS", "Bug", "Case", "Hints", "choose", "find", "write"]


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
