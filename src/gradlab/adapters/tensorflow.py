"""TensorFlow: a function of tensors by name, or a Keras model and its loss, as cost, params and grads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import DTypeLike, NDArray

from gradlab.adapters.parts import real_parts, whole
from gradlab.adapters.tensorflow_functions import as_dtype, check_function, errors_explained, gradients
from gradlab.errors import GradlabError

__all__ = ["check_function", "problem"]

Arrays = dict[str, NDArray[Any]]
Problem = tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]


def problem(
    function: Callable[[Any], Any],
    params: Any,
    *,
    dtype: DTypeLike | None = np.float64,
) -> Problem:
    """What `check_gradients` asks for, from a function and the values of its parameters, or a Keras model.

    Parameters
    ----------
    function
        Maps what `params` is, as tensors or as the model, to one number. What it closes over must have `dtype` too.
    params
        An array or a variable, or several in dicts and lists, nested as they may be, called by their path; whole
        numbers among them are held fixed. Or a Keras model, a layer or a tf.Module: its trainable variables are
        checked under their paths, in its own dtype, so build it after `keras.config.set_dtype_policy("float64")`
        (`set_floatx` is not enough once a layer was made in float32). Its variables, running averages, seeds of
        dropout and states of recurrent layers among them, are put back after every call, so a dropout layer draws
        the same mask each time. Spectral normalisation is to be called with training=False: its gradient takes for a
        constant the vector that it iterates in training, where it is WRONG. A complex
        parameter `w` makes two blocks, `w.real` and `w.imag`; TensorFlow's gradient of a real loss is that by the
        real part plus i times that by the imaginary part.
    dtype
        What floating-point arrays are turned to; None keeps them as they are, for functions that take float32 alone.

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
    if hasattr(params, "trainable_variables"):
        variables = _variables(params)
        moved = {name: variable.numpy().copy() for name, variable in variables.items()}
        setting: Callable[[Mapping[str, Any]], Any] = lambda tensors: _inside(params, variables, tensors)  # noqa: E731
    else:
        given: Arrays = {}
        _mapped(lambda name, leaf: given.update({name: _array(name, leaf)}), params)
        moved = {name: as_dtype(value, dtype) for name, value in given.items() if value.dtype.kind in "fc"}
        held = {name: tf.convert_to_tensor(value) for name, value in given.items() if name not in moved}
        setting = lambda tensors: _nothing(params, {**held, **tensors})  # noqa: E731
    if not moved:
        raise GradlabError("nothing to check: no floating-point array in params")

    def tensors(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: tf.convert_to_tensor(whole(name, values)) for name in moved}

    def cost(values: Mapping[str, Any]) -> float:
        with setting(tensors(values)) as (argument, _), errors_explained():
            return float(_one_number(function(argument)))

    def grads(values: Mapping[str, Any]) -> Arrays:
        with setting(tensors(values)) as (argument, sources), errors_explained(), tf.GradientTape() as tape:
            tape.watch([sources[name] for name in moved])
            out = _one_number(function(argument))
            with tape.stop_recording():
                slopes = gradients(tape, out, [sources[name] for name in moved])
        pairs = zip(moved, slopes, strict=True)
        return {key: part for name, slope in pairs for key, part in real_parts(name, slope).items()}

    return cost, {key: part for name, value in moved.items() for key, part in real_parts(name, value).items()}, grads


def _mapped(leaf: Callable[[str, Any], Any], tree: Any, path: str = "") -> Any:
    """The same nested dicts, lists and tuples, with leaf(path, what is there) in place of each leaf."""
    if isinstance(tree, Mapping):
        return {key: _mapped(leaf, part, f"{path}.{key}".removeprefix(".")) for key, part in tree.items()}
    if isinstance(tree, list | tuple):
        parts = [_mapped(leaf, part, f"{path or 'params'}[{i}]") for i, part in enumerate(tree)]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return leaf(path or "theta", tree)


def _array(name: str, leaf: Any) -> NDArray[Any]:
    array = np.asarray(leaf)
    if hasattr(leaf, "trainable_variables"):
        raise GradlabError(
            f"params has a model at {name}, among others: make one keras.Model that has all of them as attributes, "
            "and hand that over"
        )
    if array.dtype.kind not in "fciub":
        raise GradlabError(
            f"params must be arrays in dicts and lists, or a Keras model, got {type(leaf).__name__} at {name}"
        )
    return array


def _variables(model: Any) -> dict[str, Any]:
    """What a Keras model, a layer or a tf.Module trains, by path; numbered where several have the same name."""
    found = list(model.trainable_variables)
    if not found:
        built = "" if getattr(model, "built", True) else ": it is not built yet, call it once on your data"
        raise GradlabError(f"nothing to check: no trainable variable in the model{built}")
    for variable in found:
        if np.dtype(tf.as_dtype(variable.dtype).as_numpy_dtype).kind not in "fc":
            raise GradlabError(
                f"{variable.name} is of dtype {variable.dtype}, which NumPy does not have: build the model after "
                "keras.config.set_dtype_policy('float64')"
            )
    names = [getattr(variable, "path", variable.name.removesuffix(":0")) for variable in found]
    alike = len(set(names)) < len(names)
    return {f"{name}[{i}]" if alike else name: v for i, (name, v) in enumerate(zip(names, found, strict=True))}


@contextmanager
def _nothing(params: Any, tensors: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    yield _mapped(lambda name, _: tensors[name], params), tensors


@contextmanager
def _inside(model: Any, variables: Mapping[str, Any], tensors: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The model with these values, and as it was afterwards, whatever happened."""
    before = [(variable, variable.numpy().copy()) for variable in (*model.variables, *_states(model))]
    try:
        for name, variable in variables.items():
            variable.assign(tensors[name])
        # A Keras variable keeps TensorFlow's in .value, which is a method of TensorFlow's own.
        yield model, {n: v if isinstance(v, tf.Variable) else v.value for n, v in variables.items()}
    finally:
        for variable, value in before:
            variable.assign(value)


def _states(model: Any) -> Iterator[Any]:
    """What the layers of a stateful recurrent model remember, which Keras does not count among the variables."""
    for layer in getattr(model, "_flatten_layers", tuple)():
        yield from tf.nest.flatten(getattr(layer, "states", None) or ()) if getattr(layer, "stateful", False) else ()


def _one_number(out: Any) -> Any:
    if isinstance(out, Mapping | tuple):
        raise GradlabError(
            f"function must return one number, got {type(out).__name__}: hand over a function that returns the loss "
            "alone"
        )
    shape = tuple(np.shape(out))
    if int(np.prod(shape)) != 1:
        raise GradlabError(f"function must return one number, got shape {shape}: use tf.reduce_sum or tf.reduce_mean")
    if tf.convert_to_tensor(out).dtype.is_complex:
        raise GradlabError("function must return a real number, got a complex one: take tf.abs or tf.math.real")
    return tf.reshape(out, ())
