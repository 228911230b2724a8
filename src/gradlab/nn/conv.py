"""Convolution: one small window of weights looks at every part of an image, and the way back.

Shapes and letters are those of the course: A (m, n_H, n_W, n_C), W (f, f, n_C, n_C_new), b (1, 1, 1, n_C_new). It is
what deep learning calls a convolution; mathematics, which turns the window round first, calls it a correlation.
"""

import numpy as np

from gradlab.nn.inputs import Array, require_shape, require_whole
from gradlab.nn.windows import places, require_images, stops


def conv_forward(A: Array, W: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Compute Z = W ∗ A + b.

    A convolution is f · f dense layers added up, one for each place (i, j) of the window: the pixels that this place
    sees as the window moves, times W[i, j].

    Parameters
    ----------
    A
        (m, n_H, n_W, n_C): the images.
    W
        (f, f, n_C, n_C_new): the window, for each old and each new channel.
    b
        (1, 1, 1, n_C_new): one bias for each new channel.
    stride
        How many pixels the window moves from stop to stop.
    pad
        How many rows and columns of zeros are put around the images first.

    Returns
    -------
    Array
        Z, (m, stops down, stops across, n_C_new): floor((n + 2 pad − f) / stride) + 1 stops on a side of n pixels.

    Raises
    ------
    ValueError
        If shapes do not fit, the window is larger than the padded image, or stride or pad is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.conv import conv_forward
    >>> A = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> right_less_left = np.array([-1.0, 1.0, 0.0, 0.0]).reshape(2, 2, 1, 1)
    >>> conv_forward(A, right_less_left, b=np.zeros((1, 1, 1, 1)))[0, :, :, 0]
    array([[1., 1.],
           [1., 1.]])
    """
    _require_fit(A, W)
    require_shape("b", b, 1, 1, 1, W.shape[3])
    dense = (seen @ W[place] for place, seen in places(_padded(A, pad), len(W), stride))
    Z: Array = sum(dense) + b
    return Z


def conv_backward(dZ: Array, A: Array, W: Array, stride: int = 1, pad: int = 0) -> tuple[Array, Array, Array]:
    """Return dA, dW and db.

    Place (i, j) is a dense layer, so it has the backward of one: dW[i, j] = seenᵀ dZ, over all images and stops, and
    what it saw gets dZ W[i, j]ᵀ. A pixel that several places have seen, as the window moved, gets something from
    each: it is added, never set. What arrives at the zeros of the padding is cut off.
    """
    _require_fit(A, W)
    padded = _padded(A, pad)
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    require_shape("dZ", dZ, len(A), *(stops(n, len(W), stride) for n in padded.shape[1:3]), W.shape[3])
    pairs = zip(places(padded, len(W), stride), places(dpadded, len(W), stride), strict=True)
    for (place, seen), (_, dseen) in pairs:
        dW[place] = np.tensordot(seen, dZ, axes=([0, 1, 2], [0, 1, 2]))  # (n_C, n_C_new)
        dseen += dZ @ W[place].T
    dA = dpadded[:, pad : pad + A.shape[1], pad : pad + A.shape[2]]
    return dA, dW, dZ.sum(axis=(0, 1, 2), keepdims=True)


def _padded(A: Array, pad: int) -> Array:
    require_whole("pad", pad, least=0)
    return np.pad(A, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def _require_fit(A: Array, W: Array) -> None:
    require_images("A", A)
    require_shape("W", W, "f", len(W), A.shape[3], "n_C_new")
