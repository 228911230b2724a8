"""TensorFlow: a function of tensors by name, or a Keras model and its loss, as cost, params and grads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from gradlab.adapters.parts import real_parts, whole
from gradlab.backward import check_backward
from gradlab.errors import GradlabError
from gradlab.report import Report

Arrays = dict[str, NDArray[Any]]
Problem = tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]


def problem(function: Callable[[Any], Any], params: Mapping[str, ArrayLike] | Any) -> Problem:
    """What `check_gradients` asks for, from a function and the values of its parameters, or a Keras model.

    Parameters
    ----------
    function
        Maps what `params` is, as tensors or as the model, to one number. What it closes over must be float64 too.
    params
        Arrays or variables by name or in a list; whole numbers among them are held fixed, and floats turned to
        float64. Or a Keras model: its
        trainable variables are checked under their paths, in the model's own dtype, so build it after
        `keras.config.set_floatx("float64")`. Its variables, the running averages and seeds of dropout among them, are
        put back after every call, so a dropout layer draws the same mask each time. A complex parameter `w`
        makes two blocks, `w.real` and `w.imag`; TensorFlow's gradient of a real loss is that by the real part plus i
        times that by the imaginary part.

    Returns
    -------
    cost, params, grads
        For `gradlab.check_gradients(*problem(function, params))`.

    Raises
    ------
    GradlabError
        If there is nothing to check, or, when cost or grads are called, if the function does not return one real
        number or meets data of another dtype.
    """
    if isinstance(params, list | tuple) and len(params):
        by_index = {f"params[{i}]": value for i, value in enumerate(params)}
        return problem(lambda named: function([named[name] for name in by_index]), by_index)
    if isinstance(params, Mapping):
        given = {name: np.asarray(value) for name, value in params.items()}
        moved = {name: _wide(value) for name, value in given.items() if value.dtype.kind in "fc"}
        held = {name: tf.convert_to_tensor(value) for name, value in given.items() if name not in moved}
        setting: Callable[[Mapping[str, Any]], Any] = lambda tensors: _nothing(held | dict(tensors))  # noqa: E731
    elif hasattr(params, "trainable_variables"):
        variables = {getattr(v, "path", v.name): v for v in params.trainable_variables}
        moved = {name: variable.numpy().copy() for name, variable in variables.items()}
        setting = lambda tensors: _inside(params, variables, tensors)  # noqa: E731
    else:
        raise GradlabError(
            f"params must be a dict or a list of arrays, or a Keras model, got {type(params).__name__}"
        )
    if not moved:
        raise GradlabError("nothing to check: no floating-point array in params, no trainable variable in the model")

    def tensors(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: tf.convert_to_tensor(whole(name, values)) for name in moved}

    def cost(values: Mapping[str, Any]) -> float:
        with setting(tensors(values)) as (argument, _), _errors_explained():
            return float(_one_number(function(argument)))

    def grads(values: Mapping[str, Any]) -> Arrays:
        with setting(tensors(values)) as (argument, sources), _errors_explained(), tf.GradientTape() as tape:
            tape.watch([sources[name] for name in moved])
            out = _one_number(function(argument))
            with tape.stop_recording():
                slopes = tape.gradient(
                    out, [sources[name] for name in moved], unconnected_gradients=tf.UnconnectedGradients.ZERO
                )
        found = (np.array(tf.convert_to_tensor(slope)) for slope in slopes)
        pairs = zip(moved, found, strict=True)
        return {key: part for name, slope in pairs for key, part in real_parts(name, slope).items()}

    return cost, {key: part for name, value in moved.items() for key, part in real_parts(name, value).items()}, grads


def check_function(
    function: Callable[..., Any],
    inputs: Sequence[ArrayLike],
    *,
    rng: np.random.Generator | int | None = None,
    **options: Any,
) -> Report:
    """Check the gradient of a function of tensors, as `tf.test.compute_gradient` measures it, with a verdict.

    Parameters
    ----------
    function
        Takes the inputs as float64 tensors and returns one tensor or several.
    inputs
        Arrays in a list or tuple; whole numbers among them are held fixed.
    rng
        Draws the upstream gradients, one for each output, and the directions.
    options
        Of `gradlab.check_backward`, such as `directions`.

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
    arrays = {f"inputs[{i}]": np.asarray(value) for i, value in enumerate(inputs)}
    moved = {name: _wide(value) for name, value in arrays.items() if value.dtype.kind in "fc"}
    if any(np.iscomplexobj(value) for value in moved.values()):
        raise GradlabError("inputs must be real here: make a function of the real and the imaginary part")

    def tensors(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: tf.convert_to_tensor(np.array(value)) for name, value in (arrays | dict(values)).items()}

    def outputs(given: Mapping[str, Any]) -> list[Any]:
        with _errors_explained():
            out = function(*given.values())
        return list(out) if isinstance(out, list | tuple) else [out]

    def forward(**values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        return tuple(out.numpy() for out in outputs(tensors(values)))

    def backward(_upstream: tuple[NDArray[Any], ...], /, **values: NDArray[Any]) -> Arrays:
        given = tensors(values)
        sources = [given[name] for name in moved]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            found = outputs(given)
        ups = [tf.convert_to_tensor(np.array(up)) for up in _upstream]
        unused = tf.UnconnectedGradients.ZERO
        slopes = tape.gradient(found, sources, output_gradients=ups, unconnected_gradients=unused)
        return {name: tf.convert_to_tensor(slope).numpy() for name, slope in zip(moved, slopes, strict=True)}

    return check_backward(forward, backward, moved, rng=rng, **options)


@contextmanager
def _nothing(tensors: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    yield tensors, tensors


@contextmanager
def _inside(model: Any, variables: Mapping[str, Any], tensors: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The model with these values, and as it was afterwards, whatever happened."""
    before = [(variable, variable.numpy().copy()) for variable in model.variables]
    try:
        for name, variable in variables.items():
            variable.assign(tensors[name])
        yield model, {name: getattr(variable, "value", variable) for name, variable in variables.items()}
    finally:
        for variable, value in before:
            variable.assign(value)


def _wide(value: NDArray[Any]) -> NDArray[Any]:
    return value.astype(np.complex128 if value.dtype.kind == "c" else np.float64)


def _one_number(out: Any) -> Any:
    shape = tuple(np.shape(out))
    if int(np.prod(shape)) != 1:
        raise GradlabError(f"function must return one number, got shape {shape}: use tf.reduce_sum or tf.reduce_mean")
    if tf.convert_to_tensor(out).dtype.is_complex:
        raise GradlabError("function must return a real number, got a complex one: take tf.abs or tf.math.real")
    return tf.reshape(out, ())


@contextmanager
def _errors_explained() -> Iterator[None]:
    try:
        yield
    except (tf.errors.InvalidArgumentError, TypeError, ValueError) as error:
        if not any(word in str(error) for word in ("double", "float64", "dtype")):
            raise
        raise GradlabError(
            f"function mixes dtypes ({str(error).splitlines()[0]}): the parameters are float64 here, so the data and "
            "constants that it uses must be float64 too: tf.cast(X, tf.float64), or NumPy arrays in float64"
        ) from error
