"""The checkers that are compared, each at its defaults, each asked the same: is this gradient right?

Every function takes (cost of a flat vector, theta, gradient, seed) and returns True for "right", False for
"wrong", None for "cannot tell".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Vector = np.ndarray
Flat = Callable[[Vector], float]
Answer = bool | None


def course(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """Andrew Ng's course: central differences at 1e-7, formula (2), right below 1e-7."""
    numeric = _central(cost, theta, 1e-7)
    difference = np.linalg.norm(grad - numeric) / (np.linalg.norm(grad) + np.linalg.norm(numeric))
    return bool(difference < 1e-7)


def cs231n(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """CS231n's notes: largest relative error of an entry at 1e-5, right below 1e-5 for smooth costs."""
    numeric = _central(cost, theta, 1e-5)
    error = np.abs(grad - numeric) / np.maximum(1e-8, np.abs(grad) + np.abs(numeric))
    return bool(error.max() < 1e-5)


def _central(cost: Flat, theta: Vector, step: float) -> Vector:
    theta, numeric = theta.copy(), np.empty(theta.size)
    for i, was in enumerate(theta.copy()):
        theta[i] = was + step
        plus = cost(theta)
        theta[i] = was - step
        numeric[i] = (plus - cost(theta)) / (2 * step)
        theta[i] = was
    return numeric


def scipy_check_grad(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """scipy.optimize.check_grad returns a norm and leaves the threshold to the user; 1e-6 is often taken."""
    from scipy.optimize import check_grad

    return bool(check_grad(cost, lambda _: grad, theta) < 1e-6)


def torch_gradcheck(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """torch.autograd.gradcheck of a Function whose backward returns the given gradient."""
    return _torch(cost, theta, grad, seed, fast_mode=False)


def torch_fast(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """The same with fast_mode=True: one random direction."""
    return _torch(cost, theta, grad, seed, fast_mode=True)


def _torch(cost: Flat, theta: Vector, grad: Vector, seed: int, *, fast_mode: bool) -> Answer:
    import torch

    class Given(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return torch.tensor(float(cost(x.detach().numpy())), dtype=x.dtype)

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:
            return upstream * torch.from_numpy(grad.astype(theta.dtype))

    torch.manual_seed(seed)
    x = torch.from_numpy(theta.copy()).requires_grad_()
    return bool(torch.autograd.gradcheck(Given.apply, (x,), fast_mode=fast_mode, raise_exception=False))


def jax_check_grads(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """jax.test_util.check_grads, reverse mode, first order, of a function with the given gradient."""
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    @jax.custom_vjp
    def given(x: Any) -> Any:
        return jax.numpy.asarray(cost(np.asarray(x)), dtype=x.dtype)

    given.defvjp(
        lambda x: (jax.numpy.asarray(cost(theta), dtype=x.dtype), x),
        lambda x, upstream: (upstream * jax.numpy.asarray(grad, dtype=x.dtype),),
    )
    np.random.seed(seed)  # noqa: NPY002 - it draws its direction from NumPy's global state
    try:
        check_grads(given, (jax.numpy.asarray(theta),), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def autograd_check_grads(cost: Flat, theta: Vector, grad: Vector, seed: int) -> Answer:
    """autograd.test_util.check_grads, reverse mode, first order, of a primitive with the given gradient."""
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    given = primitive(lambda x: float(cost(np.asarray(x))))
    defvjp(given, lambda answer, x: lambda upstream: upstream * grad)
    np.random.seed(seed)  # noqa: NPY002 - as above
    try:
        check_grads(given, modes=["rev"], order=1)(theta.astype(float))
    except AssertionError:
        return False
    return True


PEERS: dict[str, Callable[[Flat, Vector, Vector, int], Answer]] = {
    "the course": course,
    "CS231n": cs231n,
    "scipy check_grad": scipy_check_grad,
    "torch gradcheck": torch_gradcheck,
    "torch, fast mode": torch_fast,
    "jax check_grads": jax_check_grads,
    "autograd check_grads": autograd_check_grads,
}
