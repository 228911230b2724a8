"""Inverted dropout: silence random units and scale up the others, by a mask that everybody can see.

The mask is an argument of forward and of backward, and never drawn inside: a cost that draws a fresh mask at
each call is another function each time, and no gradient is right for it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradlab.nn.inputs import Array, Params, depth, require_keep, require_params, require_rng, require_shape


def dropout_mask(shape: tuple[int, ...], keep: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw a mask D: 1/keep with probability keep, else 0. On average, D A is A.

    Raises
    ------
    ValueError
        If `keep` is not in (0, 1].
    TypeError
        If `rng` is not a NumPy random generator.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.dropout import dropout_mask
    >>> dropout_mask((1, 4), keep=0.8, rng=np.random.default_rng(1))
    array([[1.25, 0.  , 1.25, 0.  ]])
    """
    require_keep(keep)
    return (require_rng(rng, "dropout_mask").random(shape) < keep) / keep


def dropout_masks(params: Params, m: int, keep: float, rng: np.random.Generator) -> dict[str, Array]:
    """Draw a mask for each hidden layer of a network and m examples: `"D1"` for A1, `"D2"` for A2, ...

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> rng = np.random.default_rng(0)
    >>> masks = nn.dropout_masks(nn.init_params([4, 5, 3, 1], rng=rng), m=7, keep=0.8, rng=rng)
    >>> {name: mask.shape for name, mask in masks.items()}
    {'D1': (5, 7), 'D2': (3, 7)}
    """
    require_params(params)
    return {f"D{i}": dropout_mask((len(params[f"W{i}"]), m), keep, rng) for i in range(1, depth(params))}


def dropout_forward(A: Array, D: npt.NDArray[Any]) -> Array:
    """Silence and scale: D A, entry by entry, in the precision of A."""
    require_shape("D", D, *A.shape)
    return A * D.astype(A.dtype, copy=False)


def dropout_backward(dA: Array, D: npt.NDArray[Any]) -> Array:
    """Return the slope with respect to the A that came in.

    D is a constant, and the slope of D A is D: the same mask, and the same scale, as on the way forward.
    """
    return dropout_forward(dA, D)
