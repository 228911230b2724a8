"""Arrays of other libraries: taken where they mean the same, else refused with a way out that works."""

import re

import numpy as np
import pytest

from gradlab import GradlabError, check_backward, check_gradients, check_jacobian

W = np.random.default_rng(0).standard_normal(3)


class OnDevice:
    """An array that NumPy must not read, as one of CuPy."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.shape, self.dtype, self.ndim = self.values.shape, self.values.dtype, self.values.ndim

    def __array__(self, *_, **__):
        raise TypeError("implicit conversion is not allowed, use .get()")


@pytest.mark.parametrize("where", ["params", "grads", "cost", "output", "gradient of a layer"])
def test_an_array_on_a_device_is_refused_with_its_own_way_out(where):
    ask = {
        "params": lambda: check_gradients(lambda p: 1.0, OnDevice(W), lambda p: p),
        "grads": lambda: check_gradients(lambda p: float(p @ p), W, lambda p: OnDevice(2 * p)),
        "cost": lambda: check_gradients(lambda p: OnDevice(p @ p), W, lambda p: 2 * p),
        "output": lambda: check_backward(lambda w: OnDevice(w**2), lambda R, w: {"w": 2 * R * w}, {"w": W}),
        "gradient of a layer": lambda: check_backward(
            lambda w: w**2, lambda R, w: {"w": OnDevice(2 * R * w)}, {"w": W}
        ),
    }[where]
    with pytest.raises(GradlabError, match=re.escape("use .get()")):
        ask()


@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "csc_array", "coo_array", "lil_array"])
def test_a_sparse_matrix_is_refused_and_the_way_out_works(kind):
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(1)
    M = getattr(sparse, kind)(np.where(rng.random((4, 3)) > 0.5, rng.standard_normal((4, 3)), 0))

    def cost(M):
        return float((M.multiply(M)).sum())

    for params in (M, {"M": M}):
        with pytest.raises(GradlabError, match=r"a sparse .*M\.tocsr.*M\.data.*csr_array") as refused:
            check_gradients(lambda p: 1.0, params, lambda p: p)
        assert "dict(...)" not in str(refused.value)
    M = M.tocsr()

    def again(v):
        return sparse.csr_array((v, M.indices, M.indptr), M.shape).asformat(M.format)

    assert check_gradients(lambda v: cost(again(v)), M.data, lambda v: (2 * again(v)).data).ok
    assert check_jacobian(lambda w: M @ w, W, lambda w: M).ok
    assert not check_jacobian(lambda w: M @ w, W, lambda w: 2 * M).ok
    assert check_backward(lambda M, w: M @ w, lambda R, M, w: {"w": M.T @ R}, {"M": M, "w": W}).ok
