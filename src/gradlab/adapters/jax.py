"""JAX: a function of a pytree as cost, params and grads in float64."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradlab.adapters.jax_check_grads import check_grads
from gradlab.adapters.jax_trees import float64, is_float, names_of, settings
from gradlab.adapters.parts import real_parts
from gradlab.errors import GradlabError

__all__ = ["check_grads", "problem"]

ROUNDED = 1e-6  # share of the value from which on it is compiled once more, to see whether it is another

Arrays = dict[str, NDArray[Any]]
Problem = tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]


def problem(
    function: Callable[[Any], Any],
    tree: Any,
    *,
    dtype: DTypeLike | None = np.float64,
    jit: bool = True,
    has_aux: bool = False,
) -> Problem:
    """What `check_gradients` asks for, from a function of a pytree and the tree of its parameters.

    Parameters
    ----------
    function
        Maps the tree to one number. Arrays it closes over keep the dtype they have: make them with NumPy, in float64.
    tree
        Parameters: arrays in nested dicts, lists, tuples, dataclasses, modules of flax or equinox. Each float
        leaf is checked under its path, as in `dense.kernel`; one array alone is `theta`. A complex leaf `w` makes two
        blocks, `w.real` and `w.imag`; JAX's gradient of a real function is that by the real part less i times that by
        the imaginary part. Whole numbers, functions and whatever else there is are held fixed; so is what the
        library's own gradient leaves alone: numbers in a module of equinox, such as the share that dropout drops,
        and of flax.nnx whatever is no Param, such as running averages.
    dtype
        What floating-point leaves are turned to; JAX otherwise refuses float64. None keeps them as they are, for
        functions that take float32 alone.
    jit
        Compile both sides. False for a function with Python's `if` on a value.
    has_aux
        True if the function returns (value, anything else), as for `jax.grad`.

    Returns
    -------
    cost, params, grads
        For `gradlab.check_gradients(*problem(function, tree))`.

    Raises
    ------
    GradlabError
        If no leaf is a floating-point array, or, when cost or grads are called, if the function does not return one
        real number, cannot be compiled, mixes float32 with float64, or draws its random numbers from NumPy.
    """
    leaves, form = jax.tree_util.tree_flatten_with_path(tree)
    names = [name or "theta" for name in names_of([path for path, _ in leaves])]
    moved = {
        name: _array(leaf, dtype)
        for name, (_, leaf), fixed in zip(names, leaves, settings(tree, leaves), strict=True)
        if is_float(leaf) and not fixed
    }
    if not moved:
        raise GradlabError(_nothing_to_move([leaf for _, leaf in leaves]))
    params = {key: part for name, leaf in moved.items() for key, part in real_parts(name, leaf).items()}
    wide = any(array.dtype == np.float64 for array in params.values())

    def rebuilt(arrays: Mapping[str, Any]) -> Any:
        held = (arrays.get(name, leaf) for name, (_, leaf) in zip(names, leaves, strict=True))
        return jax.tree_util.tree_unflatten(form, held)

    def number(arrays: Mapping[str, Any]) -> Any:
        return _one_number(function(rebuilt(arrays)), has_aux)

    def alone(arrays: Mapping[str, Any]) -> Any:
        # Of a function that closes over NumPy arrays, traced at once in float64, JAX 0.10 keeps what breaks the
        # caller's own next call in float32. Inside of a vmap over nothing it does not.
        return jax.vmap(lambda _: number(arrays), out_axes=None, axis_size=1)(np.zeros(1))

    both = jax.value_and_grad(number)
    value, both = (jax.jit(alone), jax.jit(both)) if jit else (number, both)
    steady = not jit  # where it is not compiled, the check sees for itself what differs from call to call

    buffers = {name: _aligned(leaf) for name, leaf in moved.items()}

    def joined(values: Mapping[str, Any]) -> dict[str, Any]:
        """One array a leaf. JAX reads the buffers where they lie, and nothing made from them outlives a call."""
        for name, buffer in buffers.items():
            if np.iscomplexobj(buffer):
                buffer.real, buffer.imag = values[f"{name}.real"], values[f"{name}.imag"]
            else:
                buffer[...] = values[name]
        return {name: jax.device_put(buffer, may_alias=True) for name, buffer in buffers.items()}

    def cost(values: Mapping[str, Any]) -> float:
        with float64(wide), _errors_explained():
            return float(value(joined(values)))

    def grads(values: Mapping[str, Any]) -> Arrays:
        nonlocal steady
        with float64(wide), _errors_explained():
            out, gradient = both(joined(values))
            found = {name: np.array(leaf) for name, leaf in gradient.items()}
            if not steady:
                _refuse_another_draw(float(out), value, alone, joined(values))
                steady = True
        # JAX's gradient by a complex number is the conjugate of the one whose parts are the two slopes.
        return {key: part for name, leaf in found.items() for key, part in real_parts(name, np.conj(leaf)).items()}

    return cost, params, grads


def _nothing_to_move(leaves: Sequence[Any]) -> str:
    said = "tree has no floating-point array among its leaves: give parameters as arrays of floats"
    others = [leaf for leaf in leaves if not isinstance(leaf, jax.Array | np.ndarray | np.generic | int | float)]
    if described := [type(leaf).__name__ for leaf in others if hasattr(leaf, "init") and hasattr(leaf, "apply")]:
        return (
            f"{said}; {described[0]} of flax describes a layer and has none: hand over m.init(key, X), and a "
            "function that calls m.apply"
        )
    if any(isinstance(leaf, float) for leaf in leaves):
        return f"{said}; numbers in a module of equinox are held fixed, jax.numpy.asarray makes one a parameter"
    kinds = sorted({type(leaf).__name__ for leaf in others})
    return said + (
        f"; a class of your own ({', '.join(kinds)}) is a leaf until it is registered, as with "
        "jax.tree_util.register_dataclass"
        if kinds
        else ""
    )


def _array(leaf: Any, dtype: DTypeLike | None) -> NDArray[Any]:
    array = np.asarray(leaf)
    if array.dtype.kind not in "fc":  # bfloat16 and other extensions of JAX
        array = array.astype(np.float32)
    if dtype is None:
        return array.copy()
    real = np.dtype(dtype)
    return np.array(array, dtype=np.result_type(real, np.complex64) if array.dtype.kind == "c" else real)


def _aligned(array: NDArray[Any]) -> NDArray[Any]:
    """An empty array of this shape at a multiple of 64 bytes: JAX copies others, which takes longer than a cost."""
    room = np.empty(array.nbytes + 64, dtype=np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)


def _refuse_another_draw(out: float, value: Any, function: Any, arrays: dict[str, Any]) -> None:
    """NumPy's random numbers are drawn when a function is traced: once for the value, and once for the gradient."""
    first = float(value(arrays))
    if abs(out - first) <= ROUNDED * abs(first) or np.isnan(first):
        return
    if float(jax.jit(lambda moved: function(moved))(arrays)) not in (first, out):
        raise GradlabError(
            "function gives another value each time that JAX compiles it, so value and gradient are of two "
            "functions: does it draw random numbers from NumPy? Draw them outside, or use jax.random with a key"
        )


def _one_number(out: Any, has_aux: bool) -> Any:
    if has_aux:
        if not (isinstance(out, tuple) and len(out) == 2):
            raise GradlabError("function must return (value, anything else) where has_aux is True")
        out = out[0]
    elif isinstance(out, tuple):
        raise GradlabError("function returns a tuple: if it is (value, anything else), say has_aux=True")
    if jax.numpy.shape(out) != ():
        raise GradlabError(
            f"function must return one number, got shape {jax.numpy.shape(out)}: add .sum() or .mean()"
        )
    if jax.numpy.iscomplexobj(out):
        raise GradlabError("function must return a real number, got a complex one: take its abs or real part")
    return out


@contextmanager
def _errors_explained() -> Iterator[None]:
    try:
        yield
    except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
        raise GradlabError(
            "function needs a value where JAX has none yet: for a Python if, say jit=False or use jax.lax.cond; for "
            "float(), int() or NumPy on an array, use jax.numpy"
        ) from error
    except (TypeError, ValueError) as error:
        if not all(re.search(rf"\b[a-z_]*{width}\b", str(error)) for width in (32, 64)):
            raise
        raise GradlabError(
            "function mixes float32 with float64: what it closes over, such as a state or statistics of a batch, or "
            "makes itself has another dtype than the parameters. Make it in float64, within `with "
            f"jax.enable_x64(True):`, or keep float32 with dtype=None ({error})"
        ) from error
    except Exception as error:
        if type(error).__name__ != "TraceContextError":  # flax's, of which nothing here knows
            raise
        raise GradlabError(
            "function changes a variable of flax.nnx that was made outside, which JAX cannot trace: merge a copy, as "
            f"in nnx.merge(graph, params, rest, copy=True), or hand over the module itself ({error})"
        ) from error
