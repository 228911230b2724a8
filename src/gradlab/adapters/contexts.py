"""Functions with a context, as PyTorch has them: classes whose forward and backward are static, `ctx` first."""

from __future__ import annotations

import functools
import inspect
from types import SimpleNamespace
from typing import Any

from gradlab.errors import GradlabError


class Context:
    """What forward leaves for backward, in any attribute, or by `save_for_backward`.

    Attributes
    ----------
    saved_tensors, saved_values
        What was saved.
    needs_input_grad
        True for each input.
    """

    def __init__(self, count: int) -> None:
        self.needs_input_grad = (True,) * count

    def save_for_backward(self, *values: Any) -> None:
        """Keep these."""
        self.saved_tensors = self.saved_values = values


def instance(layer: Any, count: int) -> Any:
    """The layer; of a class with static forward and backward one that has a context, of any other class an instance.

    Parameters
    ----------
    layer
        An object, or a class.
    count
        How many inputs there are.

    Raises
    ------
    GradlabError
        If the class needs arguments.
    """
    if not isinstance(layer, type):
        return layer
    names = ("forward", "backward")
    if all(isinstance(inspect.getattr_static(layer, name, None), staticmethod) for name in names):
        ctx = Context(count)
        forward, backward = (functools.partial(getattr(layer, name), ctx) for name in names)
        return SimpleNamespace(ctx=ctx, forward=forward, backward=backward)
    try:
        return layer()
    except TypeError as error:
        raise GradlabError(
            f"layer must be an object, got the class {layer.__name__}, which cannot be made without arguments "
            f"({error}): make one"
        ) from None
