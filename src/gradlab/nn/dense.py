"""One dense layer, in which every unit sees every input: Z = W A + b, and the way back."""

from gradlab.nn.inputs import Array, require_shape


def dense_forward(A: Array, W: Array, b: Array) -> Array:
    """Compute Z = W A + b, one column for each example.

    Parameters
    ----------
    A
        (n_in, m): what the layer below says.
    W
        (n_out, n_in): the weights, one row for each unit.
    b
        (n_out, 1): the biases.

    Returns
    -------
    Array
        Z, of shape (n_out, m).

    Raises
    ------
    ValueError
        If the shapes do not fit. A b of shape (n_out,) would be spread over the wrong axis.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.dense import dense_forward
    >>> A, W, b = np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]]), np.array([[0.5]])
    >>> dense_forward(A, W, b)
    array([[11.5]])
    """
    require_shape("A", A, W.shape[1], "m")
    require_shape("b", b, W.shape[0], 1)
    return W @ A + b


def dense_backward(dZ: Array, A: Array, W: Array) -> tuple[Array, Array, Array]:
    """Return dA, dW and db, given dZ, the slope of J with respect to Z.

    Written out, `Z[i, j] = Σₖ W[i, k] A[k, j] + b[i]`. The chain rule adds up all the ways to Z:

    - `dW[i, k] = Σⱼ dZ[i, j] A[k, j]`, row times row: dW = dZ Aᵀ.
    - `dA[k, j] = Σᵢ W[i, k] dZ[i, j]`, column times column: dA = Wᵀ dZ.
    - `db[i] = Σⱼ dZ[i, j]`: b serves every example.

    Nothing is divided by m here: the cost has done so, and 1/m came down with dZ.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.dense import dense_backward
    >>> dA, dW, db = dense_backward(np.array([[1.0]]), A=np.array([[1.0], [2.0]]), W=np.array([[3.0, 4.0]]))
    >>> dW
    array([[1., 2.]])
    """
    require_shape("dZ", dZ, W.shape[0], A.shape[1])
    dA = W.T @ dZ  # (n_in, n_out) @ (n_out, m) -> (n_in, m), like A
    dW = dZ @ A.T  # (n_out, m) @ (m, n_in) -> (n_out, n_in), like W
    db = dZ.sum(axis=1, keepdims=True)  # (n_out, 1), like b
    return dA, dW, db
