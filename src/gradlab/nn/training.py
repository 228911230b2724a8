"""Plain gradient descent: a step downhill, again and again. Small enough to see that nothing else is done."""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from gradlab.nn.dropout import dropout_masks
from gradlab.nn.inputs import Array, Params, require_keep, require_not_negative, require_rng, require_whole
from gradlab.nn.network import Data, cost, gradients


def descend(params: Params, grads: Params, rate: float) -> dict[str, Array]:
    """Take one step: new parameters, each array less rate times its gradient."""
    rate = require_not_negative("rate", rate)
    return {name: params[name] - rate * grads[name] for name in params}


def train(
    params: Params,
    X: Data,
    Y: Data,
    *,
    steps: int,
    rate: float,
    hidden: str = "relu",
    loss: str = "logistic",
    decay: float = 0.0,
    batch: int | None = None,
    keep: float = 1.0,
    rng: np.random.Generator | None = None,
) -> tuple[dict[str, Array], npt.NDArray[np.float64]]:
    """Train a network by gradient descent.

    Parameters
    ----------
    params, X, Y, hidden, loss, decay
        See `gradlab.nn.cost`.
    steps
        How many times to step downhill.
    rate
        The learning rate: how far a step goes, in units of the gradient.
    batch
        So many examples for each step, in a fresh random order for each pass. None: all of them.
    keep
        The probability that a hidden unit stays. Below 1, each step draws fresh dropout masks.
    rng
        Where order and masks are drawn from. Needed with `batch`, or with `keep` below 1.

    Returns
    -------
    params : dict
        New parameters. The caller's are not changed.
    costs : Array
        (steps,): the cost before each step, with the examples and masks of that step.

    Raises
    ------
    ValueError
        As `gradlab.nn.cost` does; and if steps, rate, batch or keep is out of range.
    TypeError
        If `rng` is needed and missing.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 200))
    >>> Y = X[:1] * X[1:] > 0  # yes, if both have the same sign: no single line tells them apart
    >>> params, costs = nn.train(nn.init_params([2, 8, 1], rng=rng), X, Y, steps=500, rate=1.0)
    >>> print(f"{costs[0]:.2f} -> {costs[-1]:.2f}")
    1.06 -> 0.03
    """
    cost(params, X, Y, hidden=hidden, loss=loss, decay=decay)  # says at once what does not fit
    _require_plan(steps, rate, batch, keep, m=X.shape[1])
    examples = _batches(X.shape[1], batch, rng)
    trained = {name: array.copy() for name, array in params.items()}
    costs = np.empty(steps)
    for k, chosen in zip(range(steps), examples, strict=False):
        x, y = X[:, chosen], Y[:, chosen]
        masks = None if keep == 1 else dropout_masks(trained, x.shape[1], keep, require_rng(rng, "keep"))
        options: Any = {"hidden": hidden, "loss": loss, "decay": decay, "masks": masks}
        costs[k] = cost(trained, x, y, **options)
        trained = descend(trained, gradients(trained, x, y, **options), rate)
    return trained, costs


def _batches(m: int, size: int | None, rng: np.random.Generator | None) -> Iterator[Any]:
    """One batch of columns after another, for ever; every example once in each pass, in a fresh order."""
    if size is None:
        yield from repeat(slice(None))
    while size:
        order = require_rng(rng, "batch").permutation(m)
        yield from (order[start : start + size] for start in range(0, m, size))


def _require_plan(steps: int, rate: float, batch: int | None, keep: float, m: int) -> None:
    require_whole("steps", steps, least=0)
    if batch is not None and not 1 <= batch <= m:
        raise ValueError(f"batch must be from 1 to the number of examples, {m}, got {batch!r}")
    require_not_negative("rate", rate)
    require_keep(keep)
