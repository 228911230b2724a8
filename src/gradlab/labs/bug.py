"""What a planted bug is: a right function, the one place where it was changed, and a network to put it in."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Function = Callable[..., Any]


class Case(NamedTuple):
    """What `check_gradients` takes, in its order."""

    cost: Callable[[Mapping[str, Array]], float]
    params: dict[str, Array]
    grads: Callable[[Mapping[str, Array]], dict[str, Array]]


Scene = Callable[[Function, int], Case]  # (backward, seed): backward at its place in a small network


@dataclass(frozen=True)
class Bug:
    """A bug, planted by one change of one small function.

    The network around the function is never copied: it gets the function as an argument. So the bug is all that
    differs between a wrong case and the right one.

    Attributes
    ----------
    slug
        A short name for addresses: `"dw-doubled"`.
    title
        What is wrong, in a few words. It gives the answer away.
    topic
        `"dense"`, `"activations"`, `"losses"`, `"regularisation"`, `"normalisation"`, `"images"`, `"sequences"`
        or `"traps"`.
    level
        1: the report names the bug. 2: it names the place. 3: it must be read with care.
    right
        The right function. It needs nothing but NumPy, and its source is what a learner edits.
    was, now
        What the right function says, and what stands there instead. The same, if nothing is wrong.
    finding
        The code of the finding that comes first, `""` if there is none.
    hints
        What a learner may look at, one after the other: the blocks, the ratio, the layer.
    why
        What went wrong, and how one could have seen it.
    visible
        Whether a check calls it WRONG. False for what a check cannot see, and for code that is right.
    """

    slug: str
    title: str
    topic: str
    level: int
    right: Function
    was: str
    now: str
    finding: str
    hints: tuple[str, ...]
    why: str
    scene: Scene = field(repr=False)
    visible: bool = True

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.right.__name__

    @property
    def fixed(self) -> str:
        """The source of the right function."""
        return inspect.getsource(self.right)

    @property
    def source(self) -> str:
        """The source of the function with the bug in it."""
        if self.fixed.count(self.was) != 1:
            raise AssertionError(f"{self.slug}: {self.was!r} must stand in {self.name} once")
        return self.fixed.replace(self.was, self.now)

    @property
    def wrong(self) -> Function:
        """The function with the bug in it."""
        return load(self.source, self.name)

    def case(self, seed: int, function: Function | None = None) -> Case:
        """Cost, params and grads with the bug in them, ready for `check_gradients`.

        Parameters
        ----------
        seed
            Of parameters and data. The same seed gives the same case.
        function
            What to put in the place of the bug: your repair, or `.right`. None: the bug.

        Examples
        --------
        >>> import gradlab
        >>> from gradlab import labs
        >>> bug = labs.find("dw-doubled")
        >>> gradlab.check_gradients(*bug.case(seed=1)).verdict.name
        'WRONG'
        >>> gradlab.check_gradients(*bug.case(seed=1, function=bug.right)).verdict.name
        'AGREES'
        """
        return self.scene(self.wrong if function is None else function, seed)


def load(source: str, name: str) -> Function:
    """The function of this name that this source defines."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, f"<{name}>", "exec"), namespace)  # source of this package, or of whoever calls
    function: Function = namespace[name]
    return function
