"""All parameters as one vector: W1, b1, …, WL, bL <-> theta, with named views and an address for each entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab.errors import GradlabError
from gradlab.problem.refusals import (
    checked,
    refuse_mixture,
    refuse_nothing,
    refuse_pairs,
    refuse_shared_memory,
    remade,
)
from gradlab.problem.tree import by_name, has_labels, is_object, is_sequence, leaves, rebuilt

Params: TypeAlias = Mapping[str, Any] | Sequence[Any] | ArrayLike
Vector: TypeAlias = NDArray[np.floating[Any]]


class NotGiven(GradlabError):
    """There is None in place of some gradients."""

    def __init__(self, what: str, names: Sequence[str]) -> None:
        super().__init__(f"{what} of {_some(names)} is None: is it not implemented? If it is zero, return zeros")
        self.names = tuple(names)


class Parameters:
    """A copy of the caller's parameters in one vector `theta`, seen through named views.

    `views` has the structure that was given (dicts, sequences or one array), and its arrays are windows
    on `theta`: change `theta[57]` and `views["W2"][1, 3]` has changed. Nothing of the caller's is touched.

    Parameters
    ----------
    params
        A dict of arrays by name, a sequence of arrays, a dataclass, a named tuple, a simple namespace or an object
        that holds arrays, nested as deep as you like, or one array, all of one float dtype. Nested blocks are named
        by their path: `layers[0].W`.

    Raises
    ------
    GradlabError
        For no parameters, integer, complex or object arrays, matrices, masked arrays, mixed dtypes, NaN or inf,
        shared memory.

    Examples
    --------
    >>> p = Parameters({"W1": np.zeros((4, 3)), "b1": np.zeros((4, 1)), "W2": np.ones((2, 4))})
    >>> p.where(21)
    ('W2', (1, 1))
    >>> p.theta[21] = 5.0
    >>> p.views["W2"]
    array([[1., 1., 1., 1.],
           [1., 5., 1., 1.]])
    """

    def __init__(self, params: Params) -> None:
        given = arrays_of(params)
        others = [name for name, array in given.items() if array.dtype.kind == "f"]
        arrays = {name: checked(name, array, others) for name, array in given.items()}
        refuse_nothing(arrays, params)
        refuse_mixture(arrays)
        refuse_shared_memory(arrays)
        self._like = params
        self._settings = _floats_beside(params)
        self.names = tuple(arrays)
        self.shapes = {name: array.shape for name, array in arrays.items()}
        ends = np.cumsum([array.size for array in arrays.values()])
        self.slices = {
            name: slice(int(end) - array.size, int(end))
            for (name, array), end in zip(arrays.items(), ends, strict=True)
        }
        self.theta: Vector = np.concatenate([array.ravel() for array in arrays.values()])
        self.views: Any = self.like(self.theta)
        self._moving: tuple[Vector, Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: all but the views, which would come back as arrays of their own."""
        return {name: value for name, value in vars(self).items() if name not in ("views", "_moving")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """The views of a copy are windows on the theta of the copy."""
        vars(self).update(state)
        self.views, self._moving = self.like(self.theta), None

    @property
    def moving(self) -> tuple[Vector, Any]:
        """A second theta and its arrays: a function is called with it, and then it is set back to theta."""
        if self._moving is None:
            vector = self.theta.copy()
            self._moving = vector, self.like(vector)
        return self._moving

    @property
    def size(self) -> int:
        """How many components there are."""
        return self.theta.size

    def where(self, i: int) -> tuple[str, tuple[int, ...]]:
        """Block and index of component i of theta."""
        if not 0 <= i < self.size:
            raise GradlabError(f"component must be in 0 … {self.size - 1}, got {i}")
        name = next(name for name, at in self.slices.items() if i < at.stop)
        index = np.unravel_index(i - self.slices[name].start, self.shapes[name])
        return name, tuple(int(k) for k in index)

    def component(self, name: str, index: tuple[int, ...] = ()) -> int:
        """The way back: the place in theta of an entry of a block."""
        return int(self.slices[name].start) + (int(np.ravel_multi_index(index, self.shapes[name])) if index else 0)

    def blocks(self, vector: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Windows on a vector laid out like theta, by name. Leading axes stay in front."""
        lead = vector.shape[:-1]
        return {name: vector[..., at].reshape(lead + self.shapes[name]) for name, at in self.slices.items()}

    def like(self, vector: NDArray[Any]) -> Any:
        """The same windows in the structure that was given: dicts, lists, tuples, or one array."""
        return rebuilt(self._like, iter(self.blocks(vector).values()))

    def flatten(self, grads: Params, what: str = "grads") -> NDArray[np.float64]:
        """Gradients as one vector, paired with the parameters by name, never by position.

        Raises
        ------
        GradlabError
            If a name is missing or too much, or a shape differs.
        """
        return np.concatenate(list(self.by_block(grads, what).values()))

    def by_block(self, grads: Params, what: str = "grads") -> dict[str, NDArray[np.float64]]:
        """The same by name, each in one row; the caller's own memory where it is float64 already."""
        if isinstance(self._like, Mapping) and by_name(grads) is None:
            way = f". Pair them by name: lambda p: dict(zip({list(self._like)!r}, grads(p)))"
            fits = isinstance(grads, list | tuple) and len(grads) == len(self._like)
            raise GradlabError(
                f"{what} must be a dict with the names of params, got {type(grads).__name__}" + (way if fits else "")
            )
        rows = isinstance(self._like, list | tuple) and by_name(self._like) is None and is_sequence(self._like)
        if rows and (keys := by_name(grads)) is not None:
            raise GradlabError(
                f"{what} must be a list or tuple in the order of params, got the names {_some(list(keys))}: "
                f"give params names too, a dict, or return the gradients as a list"
            )
        given = named(grads, self._like)
        given = {name: None for name in self._settings if name not in given} | given
        missing = [name for name in self.names if name not in given]
        extra = [name for name in given if name not in self.slices]
        if missing or extra:
            raise GradlabError(
                f"{what} must have the names of params ({_some(self.names)})"
                + (f"; missing: {_some(missing)}" if missing else "")
                + (f"; unknown: {_some(extra)}" if extra else "")
                + (_through_properties(self._like, extra) or _way_out(missing, given, self.names))
            )
        if absent := [name for name in self.names if given[name] is None]:
            raise NotGiven(what, absent)
        return {name: self._fitting(name, given[name], what) for name in self.names}

    def _fitting(self, name: str, value: ArrayLike, what: str) -> NDArray[np.float64]:
        shape = self.shapes[name]
        refuse_pairs(f"{what} of {name!r}", value, shape)
        array = array_of(f"{what} of {name!r}", value)
        if array.dtype.kind not in "fiub":
            raise GradlabError(
                f"{what} of {name!r} must be real numbers, got dtype {array.dtype}: return an array of floats"
                + (", here the real part" if array.dtype.kind == "c" else "")
            )
        if array.shape != shape:
            way = ""
            if array.T.shape == shape:
                way = ": is it transposed?"
            elif array.size == np.prod(shape, dtype=int) and (array.ndim == 1 or _squeezed(array.shape, shape)):
                way = f": the numbers are as many, so reshape them, .reshape({shape})"
            raise GradlabError(f"{what} of {name!r} must have shape {shape}, got {array.shape}{way}")
        with np.errstate(all="ignore"):  # a longdouble beyond 1e308 becomes inf, which is then wrong
            return array.astype(np.float64, copy=False).ravel()


def named(params: Any, like: Any = None) -> dict[str, Any]:
    """Blocks by name: a dict's own names, `params[0]`, `layers[0].W`, … by path, `theta` for one array.

    With `like`, blocks are where its blocks are.
    """
    try:
        return {_printable(path): leaf for path, leaf in leaves(params, like, root="params")}
    except RecursionError:
        raise GradlabError("params must not be nested without end: does a list or dict hold itself?") from None


def arrays_of(params: Any) -> dict[str, NDArray[Any]]:
    """Blocks of params by name, each a plain array of any dtype.

    Raises
    ------
    GradlabError
        For names that are the same as text, matrices, masked arrays, rows of different lengths.
    """
    blocks = named(params)
    if len(blocks) < len(leaves(params)):
        raise GradlabError("names of params must differ as text")
    return {name: _plain(name, value) for name, value in blocks.items()}


def _squeezed(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes differ by axes of length 1 alone."""
    return [n for n in one if n > 1] == [n for n in other if n > 1]


def _floats_beside(params: Any) -> tuple[str, ...]:
    """Numbers beside the arrays of an object: parameters if there is a gradient, else settings, such as a rate."""
    if not is_object(params):
        return ()
    return tuple(name for name, value in named(params).items() if isinstance(value, float))


def _printable(name: str) -> str:
    """The name; its repr if a terminal would obey it: newline, escape, U+202E."""
    return name if name.isprintable() else repr(name)


def _way_out(missing: Sequence[str], given: Mapping[str, Any], names: Sequence[str]) -> str:
    """What to do about names that grads lack."""
    if not missing:
        nested = any("[" in name for name in given)
        return "" if nested else ". What is checked, and no more: {name: grads[name] for name in params}"
    if all(f"d{name}" in given for name in missing):
        return ". Name all of them like the parameter, or all of them with the d in front"
    if all(name.startswith("params[") for name in missing):
        return ". Give one gradient for every array of params, in their order"
    both = [name for name in names if name in given]
    return f". What has no gradient is held fixed, if you say what is checked: only={both!r}" if both else ""


def _through_properties(params: Any, names: Sequence[str]) -> str:
    """What to do where the gradients are those of an object's properties, and its arrays are something else."""
    kind = type(params)
    if not names or not is_object(params) or not all(isinstance(getattr(kind, n, None), property) for n in names):
        return ""
    return (
        f". {', '.join(names)} are properties: make them the params, and set them first. With m for the object: "
        "put = lambda p: [setattr(m, k, v) for k, v in p.items()]; check_gradients(lambda p: (put(p), cost())[1], "
        f"{{k: float(getattr(m, k)) for k in {list(names)!r}}}, lambda p: (put(p), grads())[1])"
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def array_of(what: str, value: Any) -> NDArray[Any]:
    """What the caller gave as an array, or a GradlabError that begins with `what`."""
    if isinstance(value, Mapping):
        raise GradlabError(f"{what} must be an array, got a dict: give it the structure of params")
    if np.ma.isMaskedArray(value):
        raise GradlabError(
            f"{what} must have no mask: the check would move masked entries too. Leave them out, or fill them: "
            ".filled(0.0)"
        )
    try:
        return np.asarray(value)
    except Exception as error:
        if isinstance(value, list | tuple):
            raise GradlabError(f"{what} must be an array, got rows of different lengths") from None
        kind = type(value).__name__  # somebody else's array, like a tensor that requires a gradient
        raise GradlabError(f"{what} must be an array that NumPy can read, got {kind}: {error}") from error


def _as_array(value: Any) -> str:
    return ".to_numpy()" if callable(getattr(value, "to_numpy", None)) else "np.asarray(...)"


def _labelled_again(value: Any) -> str:
    """How an array gets the labels of this one, called s."""
    if hasattr(value, "index"):
        return f"{type(value).__name__}(p, index=s.index{', columns=s.columns' if hasattr(value, 'columns') else ''})"
    if hasattr(value, "coords"):
        return "s.copy(data=p)"
    if hasattr(value, "schema"):  # of polars
        return f"{type(value).__name__}(p, schema=s.schema)"
    return f"{type(value).__name__}(s.name, p)" if hasattr(value, "name") else f"{type(value).__name__}(p, ...)"


def _plain(name: str, value: ArrayLike) -> NDArray[Any]:
    if callable(value) and not hasattr(value, "__array__"):
        raise GradlabError(
            f"params {name!r} must be an array, got a function: check_gradients(cost, params, grads). A layer's "
            "forward and backward go to check_backward(forward, backward, inputs)"
        )
    array = array_of(f"params {name!r}", value)
    if isinstance(value, np.ndarray) and type(value) not in (np.ndarray, np.memmap):
        raise GradlabError(
            f"params {name!r} must be a plain array, got {type(value).__name__}, which may calculate in another way "
            "(for np.matrix, * is the matrix product): pass np.asarray(...) if cost means the same with it; if not, "
            f"make it again inside: lambda p: cost({remade(value)}), and so in grads"
        )
    if has_labels(value):  # of pandas, xarray, polars
        how = "in its own way" if hasattr(value, "to_arrow") else "by its labels"
        raise GradlabError(
            f"params {name!r} must be a plain array, got {type(value).__name__}, which calculates {how}: "
            f"cost is handed arrays. Pass {_as_array(value)}, and for several columns a dict of arrays. If cost or "
            f"grads needs that, it makes it again: lambda p: cost({_labelled_again(value)}), and so for grads"
        )
    return array
