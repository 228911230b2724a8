"""Planted bugs to find: the catalogue, and assignments made from it.

Each bug is one change of one small function; `BUGS` lists them all, topic by topic.
"""

from gradlab.labs import activations, dense, images, losses, normalisation, regularisation, sequences, traps
from gradlab.labs.assignment import choose, write
from gradlab.labs.bug import Bug, Case

TOPICS = {
    "dense": dense.BUGS,
    "activations": activations.BUGS,
    "losses": losses.BUGS,
    "regularisation": regularisation.BUGS,
    "normalisation": normalisation.BUGS,
    "images": images.BUGS,
    "sequences": sequences.BUGS,
    "traps": traps.BUGS,
}
BUGS: tuple[Bug, ...] = tuple(bug for bugs in TOPICS.values() for bug in bugs)

__all__ = ["BUGS", "TOPICS", "Bug", "Case", "choose", "find", "write"]


def find(slug: str) -> Bug:
    """Look up a bug by its slug.

    Raises
    ------
    ValueError
        If there is none; the message lists them.

    Examples
    --------
    >>> from gradlab import labs
    >>> labs.find("sign-flipped").title
    'Y − A in the place of A − Y'
    """
    for bug in BUGS:
        if bug.slug == slug:
            return bug
    raise ValueError(f"there is no bug {slug!r}; there are {', '.join(bug.slug for bug in BUGS)}")
