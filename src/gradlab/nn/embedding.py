"""Embedding: look up one column of numbers for each word, and the way back."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradlab.nn.inputs import Array, require_shape


def embedding_forward(words: npt.NDArray[np.integer[Any]], E: Array) -> Array:
    """Put the column of E for each word in the place of the word.

    It is a dense layer without bias, E times a matrix of ones and zeros, written without the matrix.

    Parameters
    ----------
    words
        Whole numbers from 0 to n_words − 1, in an array of any shape, (m,) for example.
    E
        (n, n_words): one column for each word.

    Returns
    -------
    Array
        A, of shape (n, m): an axis for the column in front of the axes of `words`.

    Raises
    ------
    ValueError
        If E has no column for a word. NumPy would take −1 for the last one.
    TypeError
        If `words` are not whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.embedding import embedding_forward
    >>> embedding_forward(np.array([2, 0, 2]), E=np.array([[0.0, 10.0, 20.0], [1.0, 11.0, 21.0]]))
    array([[20.,  0., 20.],
           [21.,  1., 21.]])
    """
    _require_words(words, E)
    return E[:, words]


def embedding_backward(dA: Array, words: npt.NDArray[np.integer[Any]], E: Array) -> Array:
    """Return dE: each column of dA is added to the column of its word. The words themselves have no gradient.

    A word that comes twice gets both: np.add.at adds as often as the word comes, where dE[:, words] += dA would add
    only once. A word that does not come gets 0.
    """
    _require_words(words, E)
    require_shape("dA", dA, len(E), *words.shape)
    dE = np.zeros_like(E)
    np.add.at(dE.T, words, np.moveaxis(dA, 0, -1))  # dE.T has a row for each word, and is a view of dE
    return dE


def _require_words(words: npt.NDArray[Any], E: Array) -> None:
    require_shape("E", E, "n", "n_words")
    if not isinstance(words, np.ndarray) or words.dtype.kind not in "iu":
        raise TypeError("words must be an array of whole numbers: try words.astype(int)")
    if words.size and not 0 <= words.min() <= words.max() < E.shape[1]:
        rule = f"words must be from 0 to {E.shape[1] - 1}, since E has {E.shape[1]} columns"
        raise ValueError(f"{rule}, got {words.min()} ... {words.max()}")
