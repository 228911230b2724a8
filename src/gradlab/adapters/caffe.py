"""Caffe's Python layers, `forward(bottom, top)` and `backward(top, propagate_down, bottom)`, without Caffe."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab.errors import GradlabError


class Blob:
    """What stands between Caffe's layers: `data`, and `diff`, the gradient by it."""

    def __init__(self, data: Any) -> None:
        self.data: NDArray[np.float64] = np.array(data, dtype=np.float64)
        self.diff: NDArray[np.float64] = np.zeros_like(self.data)

    def reshape(self, *shape: int) -> None:
        """Another shape, as a layer's `reshape` gives it to its tops; zeros if the size changes."""
        size = int(np.prod(shape))
        self.data, self.diff = (
            array.reshape(shape) if array.size == size else np.zeros(shape) for array in (self.data, self.diff)
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of data and diff."""
        return self.data.shape

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return self.data.size

    @property
    def num(self) -> int:
        """How many examples."""
        return self._axis(0)

    @property
    def channels(self) -> int:
        """Length of axis 1."""
        return self._axis(1)

    @property
    def height(self) -> int:
        """Length of axis 2."""
        return self._axis(2)

    @property
    def width(self) -> int:
        """Length of axis 3."""
        return self._axis(3)

    def _axis(self, k: int) -> int:
        return self.shape[k] if k < self.data.ndim else 1


class Blobs(list[Blob]):
    """The blobs of a layer's parameters: `self.blobs.add_blob(3, 4)`, as Caffe offers it in `setup`."""

    def add_blob(self, *shape: int) -> None:
        """One more, of zeros."""
        self.append(Blob(np.zeros(shape)))


def problem(
    layer: Any, *bottoms: Any, tops: int = 1, propagate_down: Sequence[bool] | None = None
) -> tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]:
    """What `check_backward` asks for, from a layer of Caffe's Python layers and the data of its bottoms.

    `setup` is called once, on a copy; `reshape` and `forward` before each backward. The diffs of parameters are zero
    then, those of bottoms NaN: Caffe does not clear them, so a layer has to write all of them, and not to add.

    Parameters
    ----------
    layer
        Has `setup(bottom, top)`, `reshape(bottom, top)`, `forward(bottom, top)` and `backward(top, propagate_down,
        bottom)`. It needs no Caffe: any base class does.
    *bottoms
        Arrays. Whole numbers among them, such as labels, are held fixed.
    tops
        How many outputs it has.
    propagate_down
        For each bottom whether its gradient is wanted. None: where the array is of floats.

    Returns
    -------
    forward, backward, inputs
        For `gradlab.check_backward(*problem(layer, x))`. Inputs are called `bottom[0]`, …, parameters `blobs[0]`, ….

    Raises
    ------
    GradlabError
        If the layer cannot be copied, or a method is missing.

    Examples
    --------
    >>> class Euclidean:
    ...     def reshape(self, bottom, top):
    ...         top[0].reshape(1)
    ...     def forward(self, bottom, top):
    ...         self.apart = bottom[0].data - bottom[1].data
    ...         top[0].data[...] = np.sum(self.apart**2) / bottom[0].num / 2
    ...     def backward(self, top, propagate_down, bottom):
    ...         for i, sign in enumerate((1, -1)):
    ...             if propagate_down[i]:
    ...                 bottom[i].diff[...] = sign * self.apart * top[0].diff / bottom[i].num
    >>> from gradlab import check_backward
    >>> check_backward(*problem(Euclidean(), np.ones((2, 3)), np.arange(6.0).reshape(2, 3))).ok
    True
    """
    tops = _arguments.whole("tops", tops, least=1)
    inputs = {f"bottom[{i}]": np.asarray(bottom) for i, bottom in enumerate(bottoms)}
    down = _wanted(propagate_down, list(inputs.values()))
    ready = _set_up(layer, *_blobs(inputs, tops))
    params = {f"blobs[{i}]": np.array(blob.data, dtype=np.float64) for i, blob in enumerate(ready.blobs)}

    def run(values: dict[str, Any]) -> tuple[Any, list[Blob], list[Blob]]:
        fresh = _copy(ready)
        for i, blob in enumerate(fresh.blobs):
            blob.data[...], blob.diff[...] = values[f"blobs[{i}]"], 0
        bottom, top = _blobs({name: values[name] for name in inputs}, tops)
        if hasattr(fresh, "reshape"):
            fresh.reshape(bottom, top)
        fresh.forward(bottom, top)
        return fresh, bottom, top

    def forward(**values: Any) -> Any:
        _, _, top = run(values)
        return top[0].data if tops == 1 else tuple(blob.data for blob in top)

    def backward(upstream: Any, **values: Any) -> dict[str, Any]:
        fresh, bottom, top = run(values)
        for blob, up in zip(top, upstream if tops > 1 else [upstream], strict=True):
            blob.diff[...] = up
        for blob in bottom:
            blob.diff[...] = np.nan
        fresh.backward(top, down, bottom)
        found = {name: blob.diff for name, blob, wanted in zip(inputs, bottom, down, strict=True) if wanted}
        return found | {f"blobs[{i}]": np.array(blob.diff) for i, blob in enumerate(fresh.blobs)}

    return forward, backward, {**inputs, **params}


def _wanted(propagate_down: Sequence[bool] | None, bottoms: list[NDArray[Any]]) -> list[bool]:
    if propagate_down is None:
        return [array.dtype.kind == "f" for array in bottoms]
    if len(propagate_down) != len(bottoms):
        raise GradlabError(
            f"propagate_down must say True or False for each of {len(bottoms)} bottoms, got {len(propagate_down)}"
        )
    return list(propagate_down)


def _set_up(layer: Any, bottom: list[Blob], top: list[Blob]) -> Any:
    for name in ("forward", "backward"):
        if not callable(getattr(layer, name, None)):
            raise GradlabError(f"layer must have a method {name}, as Caffe's Python layers do")
    ready = _copy(layer)
    if not hasattr(ready, "blobs"):
        ready.blobs = Blobs()
    if hasattr(ready, "setup"):
        ready.setup(bottom, top)
    return ready


def _blobs(inputs: dict[str, Any], tops: int) -> tuple[list[Blob], list[Blob]]:
    return [Blob(array) for array in inputs.values()], [Blob(np.zeros(1)) for _ in range(tops)]


def _copy(layer: Any) -> Any:
    try:
        return copy.deepcopy(layer)
    except Exception as error:
        raise GradlabError(
            f"{type(layer).__name__} cannot be copied ({error}): give it a plain class as its base, not caffe.Layer"
        ) from error
