"""Where training starts: random weights of the right size, and biases of zero."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gradlab.nn.inputs import Array, choose, require_rng


def he(n_in: int, n_out: int) -> float:
    """Variance of a weight for relu, which drops half the signal: He, Zhang, Ren and Sun (2015)."""
    return 2 / n_in


def xavier(n_in: int, n_out: int) -> float:
    """Variance of a weight for tanh and sigmoid: Glorot and Bengio (2010). Some courses teach 1/n_in."""
    return 2 / (n_in + n_out)


def zeros(n_in: int, n_out: int) -> float:
    """All weights 0: the units of a layer stay alike for ever. To show, not to use."""
    return 0.0


VARIANCES = {"he": he, "xavier": xavier, "zeros": zeros}


def init_params(
    sizes: Sequence[int],
    method: str = "he",
    rng: np.random.Generator | None = None,
    dtype: npt.DTypeLike = np.float64,
) -> dict[str, Array]:
    """Draw the parameters of a network with layers of these sizes.

    Parameters
    ----------
    sizes
        The number of inputs, then of units in each layer: `[n_0, n_1, ..., n_L]`.
    method
        The variance of a weight: `"he"` (2/n_in), `"xavier"` (2/(n_in + n_out)) or `"zeros"`.
    rng
        Where the weights are drawn from. Needed unless `method` is `"zeros"`.
    dtype
        The precision of the parameters: the network will compute in it.

    Returns
    -------
    dict
        `"W1"` of shape (n_1, n_0), `"b1"` of shape (n_1, 1), ..., `"WL"`, `"bL"`.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, one is not a whole number above 0, or the method is unknown.
    TypeError
        If `rng` is needed and missing.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> params = nn.init_params([4, 5, 3, 1], rng=np.random.default_rng(0))
    >>> {name: array.shape for name, array in params.items()}
    {'W1': (5, 4), 'b1': (5, 1), 'W2': (3, 5), 'b2': (3, 1), 'W3': (1, 3), 'b3': (1, 1)}
    """
    _require_sizes(sizes)
    variance = choose(VARIANCES, method, "method")
    params: dict[str, Array] = {}
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        W = np.zeros((n_out, n_in))
        if method != "zeros":
            W = require_rng(rng, f"method {method!r}").standard_normal((n_out, n_in))
        params[f"W{layer}"] = (W * np.sqrt(variance(n_in, n_out))).astype(dtype)
        params[f"b{layer}"] = np.zeros((n_out, 1), dtype)
    return params


def _require_sizes(sizes: Sequence[int]) -> None:
    whole = all(isinstance(size, (int, np.integer)) and size >= 1 for size in sizes)
    if len(sizes) < 2 or not whole:
        raise ValueError(f"sizes must be two or more whole numbers >= 1, as in [4, 5, 1], got {sizes!r}")
