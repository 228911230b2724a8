"""What a planted bug is: a right function, the one place where it was changed, and a network to put it in."""

import functools
import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, zip_longest
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Function = Callable[..., Any]
source_of = functools.cache(inspect.getsource)  # which reads the whole file anew for each function


class CheckInput(NamedTuple):
    """What `check_gradients` takes, in its order."""

    cost: Callable[[Mapping[str, Array]], float]
    params: dict[str, Array]
    grads: Callable[[Mapping[str, Array]], dict[str, Array]]


Gradients = Callable[[dict[str, Any]], Mapping[str, Array]]  # of the functions that a listing defines


class Setup(Protocol):
    """Puts a function at its place in a small network."""

    def __call__(self, function: Function, seed: int, more: int = 0) -> CheckInput:
        """The case with `function` at that place; in a network, with so many examples more."""
        ...

    def listing(self, source: str) -> str:
        """The function, in the network around it where it is short, as one piece of code."""
        ...

    def gradients(self, name: str, seed: int) -> Gradients:
        """The gradient at this seed, by the functions of a listing."""
        ...


class Hints(NamedTuple):
    """What a learner may look at, one after the other."""

    blocks: str  # what the rows that agree, and those that do not, say of the code
    ratio: str  # numeric over analytic, or their difference, in a wrong block
    layer: str  # the place in the code, by a name that stands in it


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A bug, planted by one change of one small function.

    The network around the function is never copied: it gets the function as an argument. So the bug is all that
    differs between a wrong case and the right one.

    Attributes
    ----------
    slug
        A short name for authors: `"dw-doubled"`. It gives the answer away. It stays as it is, since `id` is made
        of it.
    title
        What is wrong, in a few words. It gives the answer away.
    topic
        The module that lists the bug: `"dense"`, `"activations"`, `"losses"`, `"regularisation"`, `"normalisation"`,
        `"images"`, `"sequences"`, `"traps"` or `"long"`. The catalogue fills it in.
    level
        1: the report names the bug. 2: it names the place. 3: it must be read with care. 4: several bugs at once.
    correct
        The right function. It needs nothing but NumPy, and its source is what a learner edits.
    original, mutated
        What the right function says, and what stands there instead. The same, if nothing is wrong.
    also
        Further places, as pairs of original and mutated, where several bugs are planted at once.
    seed
        Of the case that the site shows.
    trap
        In the traps, what is to be said of the gradient: `"right"`, `"wrong"`, or `"open"` where nothing that is
        shown can tell.
    finding
        The code of the finding that comes first, `""` if there is none.
    hints
        What a learner may look at, one after the other: `blocks`, `ratio`, `layer`.
    why
        What went wrong, and how one could have seen it.
    setup
        Puts a function at its place in a small network: `setup(function, seed)` gives `CheckInput`.
    detectable
        Whether a check calls it WRONG. False for what a check cannot see, and for code that is right.
    """

    slug: str
    title: str
    level: int
    correct: Function
    original: str
    mutated: str
    finding: str
    hints: Hints
    why: str
    setup: Setup = field(repr=False)
    detectable: bool = True
    topic: str = ""
    also: tuple[tuple[str, str], ...] = ()
    seed: int = 1
    trap: str = ""

    @property
    def id(self) -> str:
        """Six letters and digits that stand for the bug and tell nothing of it: on pages, in files, in progress.

        Made of the slug alone, so other bugs that come or go leave it as it is.
        """
        return hashlib.sha256(self.slug.encode()).hexdigest()[:6]

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.correct.__name__

    @property
    def correct_source(self) -> str:
        """The source of the right function."""
        return source_of(self.correct)

    @property
    def source(self) -> str:
        """The source of the function with the bug in it."""
        return self._mutated(self.correct_source)

    def _mutated(self, source: str) -> str:
        for original, mutated in ((self.original, self.mutated), *self.also):
            if source.count(original) != 1:
                raise AssertionError(f"{self.slug}: {original!r} must stand in {self.name} once")
            source = source.replace(original, mutated)
        return source

    @property
    def listing(self) -> str:
        """The right code that a hunt shows: the function, in the network around it where it is short."""
        return self.setup.listing(self.correct_source)

    @property
    def buggy_listing(self) -> str:
        """The same with the bug in it."""
        return self.setup.listing(self.source)

    @property
    def broken(self) -> tuple[int, ...]:
        """The numbers of the lines of the listing that are broken in the copy; 1 is the first."""
        source, listing = self.correct_source, self.listing
        first = listing[: listing.index(source)].count("\n")
        found: set[int] = set()
        for original, mutated in ((self.original, self.mutated), *self.also):
            line = source[: source.index(original)].count("\n") + 1
            pairs = zip_longest(original.split("\n"), mutated.split("\n"))
            found |= {first + line + k for k, (a, b) in enumerate(pairs) if a is not None and a != b}
        return tuple(sorted(found))

    @property
    def stages(self) -> dict[tuple[int, ...], "Bug"]:
        """The bug with some of its several places repaired, but not all, by the numbers of the repaired lines.

        Two bugs leave most lines open, and one of them does not. So who has found one repairs it, and checks again.
        """
        places = ((self.original, self.mutated), *self.also)
        some = [left for n in range(1, len(places)) for left in combinations(places, n)]
        parts = [replace(self, original=first[0], mutated=first[1], also=tuple(also)) for first, *also in some]
        return {tuple(sorted({*self.broken} - {*left.broken})): left for left in parts}

    @property
    def buggy(self) -> Function:
        """The function with the bug in it."""
        return load(self.source, self.name)

    def case(self, seed: int, function: Function | None = None, more: int = 0) -> CheckInput:
        """Cost, params and grads with the bug in them, ready for `check_gradients`.

        Parameters
        ----------
        seed
            Of parameters and data. The same seed gives the same case.
        function
            What to put in the place of the bug: your repair, or `.correct`. None: the bug.
        more
            So many examples more, where the function stands in a network. A single layer has the sizes it has.

        Examples
        --------
        >>> import gradlab
        >>> from gradlab import labs
        >>> bug = labs.find("dw-doubled")
        >>> gradlab.check_gradients(*bug.case(seed=1)).verdict.name
        'WRONG'
        >>> gradlab.check_gradients(*bug.case(seed=1, function=bug.correct)).verdict.name
        'AGREES'
        """
        return self.setup(self.buggy if function is None else function, seed, more)


def load(source: str, name: str) -> Function:
    """The function of this name that this source defines."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, f"<{name}>", "exec"), namespace)  # source of this package, or of whoever calls
    function: Function = namespace[name]
    return function
