"""A window that moves over images, for convolution and pooling: where it stops, and what each of its places sees.

Images are (m, n_H, n_W, n_C), as in the course: examples, rows, columns, channels. Place (i, j) of the window sees
pixel (i, j), then (i, j + stride), and so on: a slice of the image with as many pixels as the window has stops.
With that, a loop over the few places of the window replaces the loops over all of its stops.
"""

from collections.abc import Iterator
from itertools import product

from gradlab.nn.inputs import Array, require_shape, require_whole


def require_images(name: str, A: Array) -> None:
    """Refuse anything but (m, n_H, n_W, n_C)."""
    require_shape(name, A, "m", "n_H", "n_W", "n_C")


def stops(length: int, size: int, stride: int) -> int:
    """Count the stops of a window along one side: floor((length − size) / stride) + 1."""
    require_whole("size", size, least=1)
    require_whole("stride", stride, least=1)
    if size > length:
        raise ValueError(f"a window of {size} pixels does not fit into {length}: pad more, or take a smaller window")
    return (length - size) // stride + 1


def places(A: Array, size: int, stride: int) -> Iterator[tuple[tuple[int, int], Array]]:
    """For each place (i, j) of the window, give what it sees, of shape (m, stops down, stops across, n_C).

    What it sees is a view: adding to it adds to A, which is how gradients find their way back to the pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.windows import places
    >>> A = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> {place: seen.ravel().tolist() for place, seen in places(A, size=2, stride=1) if place[0] == 0}
    {(0, 0): [0.0, 1.0, 3.0, 4.0], (0, 1): [1.0, 2.0, 4.0, 5.0]}
    """
    down, across = (stride * stops(length, size, stride) for length in A.shape[1:3])
    for i, j in product(range(size), repeat=2):
        yield (i, j), A[:, i : i + down : stride, j : j + across : stride]
