"""Pooling: a window moves over the images and keeps the largest pixel, or the mean, of each channel; and back.

Images are (m, n_H, n_W, n_C). With a stride smaller than the window, windows overlap, and a pixel can be in several.
"""

import numpy as np

from gradlab.nn.inputs import Array, require_shape
from gradlab.nn.windows import places, require_images, stops


def max_pool_forward(A: Array, size: int = 2, stride: int = 2) -> Array:
    """Keep the largest pixel of each window.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.pooling import max_pool_forward
    >>> max_pool_forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    require_images("A", A)
    P: Array = np.max([seen for _, seen in places(A, size, stride)], axis=0)
    return P


def max_pool_backward(dP: Array, A: Array, size: int = 2, stride: int = 2) -> Array:
    """Return dA, given dP, the slope of J with respect to what was kept.

    The largest pixel of a window moves P as it moves itself, slope 1; the others do nothing, slope 0. A pixel that is
    the largest of several windows gets something from each. If k pixels tie, there is a kink and no derivative; each
    gets 1/k here. Other programs give all to one of them. Giving 1 to each would be wrong: P cannot move k times.
    """
    P = max_pool_forward(A, size, stride)
    require_shape("dP", dP, *P.shape)
    dA = np.zeros_like(A)
    ties = np.sum([seen == P for _, seen in places(A, size, stride)], axis=0, dtype=A.dtype)
    for (_, seen), (_, dseen) in zip(places(A, size, stride), places(dA, size, stride), strict=True):
        dseen += dP * (seen == P) / ties
    return dA


def average_pool_forward(A: Array, size: int = 2, stride: int = 2) -> Array:
    """Keep the mean of each window.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.pooling import average_pool_forward
    >>> average_pool_forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    require_images("A", A)
    P: Array = np.mean([seen for _, seen in places(A, size, stride)], axis=0)
    return P


def average_pool_backward(dP: Array, A: Array, size: int = 2, stride: int = 2) -> Array:
    """Return dA: each of the size² pixels of a window moves the mean by 1 / size²; overlapping windows add up."""
    require_images("A", A)
    require_shape("dP", dP, len(A), *(stops(n, size, stride) for n in A.shape[1:3]), A.shape[3])
    dA = np.zeros_like(A)
    for _, dseen in places(dA, size, stride):
        dseen += dP / size**2
    return dA
