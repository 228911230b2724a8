"""What of params is checked: chosen blocks or entries while the rest is held, and complex ones as two real blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab._arguments import shown
from gradlab.errors import GradlabError
from gradlab.problem.domain import bounds_by_block
from gradlab.problem.parameters import array_of, arrays_of, named
from gradlab.problem.tree import listed, rebuilt

Only: TypeAlias = str | Iterable[str] | Mapping[str, Any] | NDArray[np.bool_]
Convention: TypeAlias = Literal["torch", "jax"]

# of dJ/dIm in the imaginary part of the gradient that each of them returns
IMAGINARY_SIGN = {"torch": 1.0, "jax": -1.0}


class Chosen:
    """The same problem with other parameters: a dict of the blocks that are checked.

    Parameters
    ----------
    params
        In any structure.
    only
        Names of blocks, or of what they are in (`layers[0]`); a dict of masks by name, True where an entry is
        checked; or a mask for one array. None: all of them.
    convention
        What the imaginary part of a complex gradient means: dJ/dIm in torch, −dJ/dIm in jax.

    Attributes
    ----------
    params
        The arrays that are checked by name: of a mask the chosen entries, of a complex block `W.real` and `W.imag`.
    entries
        The mask of each of them that has one.
    left_out
        Names of blocks that are held fixed.

    Raises
    ------
    GradlabError
        If a name, a mask or the convention does not fit.
    """

    def __init__(self, params: Any, only: Only | None, convention: Convention | None) -> None:
        if convention is not None and not (isinstance(convention, str) and convention in IMAGINARY_SIGN):
            raise GradlabError(
                "convention must be 'torch' (gradients are dJ/dRe + i dJ/dIm) or 'jax' (the conjugate), "
                f"got {shown(convention)}"
            )
        self._like, self._sign = params, IMAGINARY_SIGN.get(str(convention), 1.0)
        self.whole, self._given = arrays_of(params), named(params)
        self.masks = _masks(only, self.whole)
        self.left_out = tuple(name for name in self.whole if name not in self.masks)
        self.params: dict[str, Any] = {}
        self.entries: dict[str, NDArray[np.bool_]] = {}
        for name, mask in self.masks.items():
            parts = self._parts(name, self.whole[name])
            self.params |= parts
            self.entries |= {} if mask is None else dict.fromkeys(parts, mask)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was held fixed, as a note of the report."""
        return (f"Not checked, held fixed: {', '.join(self.left_out)}.",) if self.left_out else ()

    def cost(self, cost: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Any]:
        """The cost of the blocks that are checked."""
        whole_cost = _arguments.function("cost", cost, of="params")
        return lambda moved: whole_cost(self._whole(moved))

    def bounds(self, bounds: Any) -> Any:
        """The bounds of the blocks and entries that are checked."""
        if bounds is None:
            return None
        if any(array.dtype.kind == "c" for array in self.whole.values()):
            raise GradlabError("bounds must be about real params: complex ones have no order")
        given = bounds_by_block(bounds, {name: array.shape for name, array in self.whole.items()})
        everything = ...
        return {
            name: tuple(side[everything if (mask := self.masks[name]) is None else mask] for side in given[name])
            for name in self.masks
            if name in given
        }

    def grads(self, grads: Any) -> Any:
        """The gradients, or their function, of the blocks that are checked."""
        if callable(grads):
            return lambda moved: self._picked(listed(grads(self._whole(moved)), self._like))
        return self._picked(grads)

    def _parts(self, name: str, array: Any, sign: float = 1.0) -> dict[str, Any]:
        """A block as it is checked: chosen entries, and both parts of a complex one."""
        mask = self.masks[name]
        if self.whole[name].dtype.kind != "c":
            return {name: array if mask is None else np.asarray(array)[mask]}
        array = np.asarray(array) if mask is None else np.asarray(array)[mask]
        return {f"{name}.real": np.real(array).copy(), f"{name}.imag": sign * np.imag(array)}

    def _picked(self, given: Any) -> dict[str, Any]:
        found = named(given, self._like)
        picked: dict[str, Any] = {}
        for name in self.masks:
            if found.get(name) is not None:
                value, shape = array_of(f"grads of {name!r}", found[name]), self.whole[name].shape
                if self.masks[name] is not None and value.shape != shape:
                    raise GradlabError(f"grads of {name!r} must have shape {shape}, got {value.shape}")
                if value.dtype.kind not in "fciub":
                    raise GradlabError(f"grads of {name!r} must be numbers, got dtype {value.dtype}")
                picked |= self._parts(name, value, self._sign)
        return picked

    def _whole(self, moved: Mapping[str, Any]) -> Any:
        """Params in their structure, with these numbers in their places; K of them if there is one more axis."""
        first = next(iter(self.params))
        lead = np.shape(moved[first])[: np.ndim(moved[first]) - np.ndim(self.params[first])]
        return rebuilt(self._like, (self._moved(name, moved, lead) for name in self.whole))

    def _moved(self, name: str, moved: Mapping[str, Any], lead: tuple[int, ...]) -> Any:
        whole = self.whole[name]
        if name not in self.masks:
            held = whole.dtype.kind in "fc" or isinstance(self._given[name], np.ndarray)
            return np.broadcast_to(whole, lead + whole.shape).copy() if held else self._given[name]
        new = moved[f"{name}.real"] + 1j * moved[f"{name}.imag"] if whole.dtype.kind == "c" else moved[name]
        if (mask := self.masks[name]) is None:
            return new
        array = np.broadcast_to(whole, lead + whole.shape).copy()
        array[..., mask] = new
        return array


def _names(only: Any) -> tuple[str, ...]:
    """The names in `only`, one text or several."""
    try:
        names = (only,) if isinstance(only, str) else tuple(only)
    except Exception:  # noqa: BLE001 (nothing to iterate over, or an __iter__ of the caller's that raises)
        names = (only,)
    if wrong := [name for name in names if not isinstance(name, str)]:
        inside = "" if wrong[0] is only else f" with {shown(wrong[0])} in it"
        raise GradlabError(
            "only must be names of blocks, like ['W1'], or a dict of masks, like {'W1': mask}, "
            f"got {shown(only)}{inside}"
        )
    return names


def _masks(only: Only | None, whole: Mapping[str, Any]) -> dict[str, NDArray[np.bool_] | None]:
    """By name of a block that is checked: which of its entries, or None for all."""
    if only is None:
        return dict.fromkeys(whole)
    if isinstance(only, np.ndarray):
        if len(whole) > 1:
            raise GradlabError(f"only must say for which block its mask is: {{name: mask}}, of {', '.join(whole)}")
        only = {next(iter(whole)): only}
    wanted = only if isinstance(only, Mapping) else dict.fromkeys(_names(only), True)
    chosen: dict[str, NDArray[np.bool_] | None] = {}
    for key, mask in wanted.items():
        inside = [name for name in whole if name == key or str(name).startswith((f"{key}.", f"{key}["))]
        if not inside:
            raise GradlabError(f"only must name blocks of params ({', '.join(whole)}), got {key!r}")
        if isinstance(mask, bool | np.bool_) and mask:
            chosen |= dict.fromkeys(inside)
            continue
        for name in inside:
            entries = array_of(f"only[{key!r}]", mask)
            if entries.dtype != bool or entries.shape != whole[name].shape or not entries.any():
                raise GradlabError(
                    f"only[{key!r}] must be True, or a mask of bools in the shape {whole[name].shape} with at least "
                    f"one True, got {entries.dtype} of shape {entries.shape}"
                )
            chosen[name] = entries
    if not chosen:
        raise GradlabError("only must name at least one block, got none")
    return {name: chosen[name] for name in whole if name in chosen}
