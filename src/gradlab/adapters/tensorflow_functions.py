"""A function of tensors, checked as `tf.test.compute_gradient` measures it, with a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gradlab.adapters.parts import real_parts, whole
from gradlab.backward import check_backward
from gradlab.errors import GradlabError
from gradlab.problem.tree import leaves, rebuilt
from gradlab.report import Report

Arrays = dict[str, NDArray[Any]]


def check_function(
    function: Callable[..., Any],
    inputs: Sequence[ArrayLike],
    *,
    dtype: DTypeLike | None = np.float64,
    step: float | None = None,
    rtol: float = 0.0,
    directions: int | None = None,
    budget: int | None = None,
    allow_untested: bool | Iterable[str] = (),
    rng: np.random.Generator | int | None = None,
) -> Report:
    """Check the gradient of a function of tensors, as `tf.test.compute_gradient` measures it, with a verdict.

    Parameters
    ----------
    function
        Takes the inputs as tensors and returns one tensor, or several in a tuple, list or dict, nested as they may
        be. Real and complex; whole numbers among them are left out, and a note says so.
    inputs
        Arrays in a list or tuple, or lists and dicts of them; whole numbers among them are held fixed. A complex
        input makes two blocks, `inputs[0].real` and `inputs[0].imag`.
    dtype
        What floating-point inputs are turned to. None keeps them as they are, for functions that take float32 alone.
    step, rtol, directions, budget, allow_untested
        As for `gradlab.check_gradients`.
    rng
        Draws the upstream gradients, one for each output, and the directions.

    Returns
    -------
    Report
        Blocks `inputs[0]`, `inputs[1]`, …

    Raises
    ------
    GradlabError
        If the inputs or the outputs cannot be checked.
    """
    if isinstance(inputs, Mapping) or not isinstance(inputs, Sequence):
        raise GradlabError(f"inputs must be a list or tuple of arrays, got {type(inputs).__name__}")
    form = {f"inputs[{i}]": value for i, value in enumerate(inputs)}
    read = {name: (value, np.asarray(value)) for name, value in leaves(form)}
    held = {name: value for name, (value, array) in read.items() if array.dtype.kind == "O"}  # None, or an object
    given = {name: array for name, (_, array) in read.items() if name not in held}
    moved = {name: as_dtype(value, dtype) for name, value in given.items() if value.dtype.kind in "fc"}
    arrays = {key: part for name, value in moved.items() for key, part in real_parts(name, value).items()}
    left_out = 0

    def tensors(values: Mapping[str, Any]) -> dict[str, Any]:
        made = {
            name: tf.convert_to_tensor(whole(name, values) if name in moved else value)
            for name, value in given.items()
        }
        return {name: (held if name in held else made)[name] for name in read}

    def outputs(tensors: Mapping[str, Any]) -> list[Any]:
        nonlocal left_out
        arguments = rebuilt(form, iter(tensors.values())).values()
        with errors_explained():
            everything = [tf.convert_to_tensor(out) for out in tf.nest.flatten(function(*arguments))]
        found = [out for out in everything if out.dtype.is_floating or out.dtype.is_complex]
        left_out = len(everything) - len(found)
        if not found:
            raise GradlabError("function must return at least one tensor of floats")
        return found

    def forward(**values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        return tuple(part for out in outputs(tensors(values)) for part in real_parts("", out.numpy()).values())

    def backward(_upstream: tuple[NDArray[Any], ...], /, **values: NDArray[Any]) -> Arrays:
        at = tensors(values)
        sources = [at[name] for name in moved]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            found = outputs(at)
        parts, ups = iter(_upstream), []
        for out in found:
            up = next(parts) + (1j * next(parts) if out.dtype.is_complex else 0)
            ups.append(tf.convert_to_tensor(np.array(up, dtype=out.dtype.as_numpy_dtype)))
        by_name = zip(moved, gradients(tape, found, sources, ups), strict=True)
        return {key: part for name, slope in by_name for key, part in real_parts(name, slope).items()}

    report = check_backward(
        forward,
        backward,
        arrays,
        step=step,
        rtol=rtol,
        directions=directions,
        budget=budget,
        allow_untested=allow_untested,
        rng=rng,
    )
    said = (f"Not checked, since they are no floats: {left_out} of the outputs.",) if left_out else ()
    return replace(report, notes=(*report.notes, *said))


def gradients(tape: Any, out: Any, sources: list[Any], upstream: Any = None) -> list[NDArray[Any]]:
    """What the tape says, zeros for a source that is not used. With no source at all there is no gradient."""
    slopes = tape.gradient(out, sources, output_gradients=upstream)
    if all(slope is None for slope in slopes):
        raise GradlabError(
            "function has no gradient for anything it is given: is there a .numpy(), a float(), a function of NumPy "
            "or a tf.stop_gradient on the way, or is its argument not used?"
        )
    pairs = zip(slopes, sources, strict=True)
    return [
        np.zeros(x.shape, x.dtype.as_numpy_dtype) if s is None else np.array(tf.convert_to_tensor(s))
        for s, x in pairs
    ]


def as_dtype(value: NDArray[Any], dtype: DTypeLike | None) -> NDArray[Any]:
    """Floats in this dtype, complex numbers in the one that has it as parts; a copy."""
    if dtype is None:
        return value.copy()
    return value.astype(np.result_type(dtype, np.complex64) if value.dtype.kind == "c" else dtype)


@contextmanager
def errors_explained() -> Iterator[None]:
    """TensorFlow's messages on mixed dtypes, with the way out."""
    try:
        yield
    except (tf.errors.InvalidArgumentError, TypeError, ValueError) as error:
        if not any(word in str(error) for word in ("double", "float64", "dtype")):
            raise
        raise GradlabError(
            f"function mixes dtypes ({str(error).splitlines()[0]}): the parameters are float64 here, so the data and "
            "constants that it uses must be float64 too: tf.cast(X, tf.float64), or NumPy arrays in float64. A "
            "function that takes float32 alone is checked in it with dtype=None"
        ) from error
