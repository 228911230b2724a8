"""A function of tensors, asked with NumPy arrays: forward, backward in several ways, and forward mode."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.autograd.forward_ad as forward_ad
from numpy.typing import NDArray

from gradlab.adapters.modes import UNUSED
from gradlab.adapters.parts import real_parts, whole
from gradlab.errors import GradlabError
from gradlab.problem.tree import leaves, rebuilt


class Function:
    """The caller's function, asked with NumPy arrays: each complex tensor is a real and an imaginary part."""

    def __init__(self, function: Callable[..., Any], inputs: torch.Tensor | Sequence[Any]) -> None:
        if not callable(function):
            raise GradlabError(
                f"function must be callable, got {type(function).__name__}: gradcheck(function, inputs)"
            )
        if isinstance(function, type) and issubclass(function, torch.autograd.Function):
            raise GradlabError(
                f"function is the class {function.__name__}: pass what applies it, {function.__name__}.apply"
            )
        self.function = function
        given = (inputs,) if isinstance(inputs, torch.Tensor) else tuple(inputs)
        self._form = dict(zip(_names(function, len(given)), given, strict=True))
        flat = leaves(self._form)
        self.names, self.inputs = [name for name, _ in flat], [value for _, value in flat]
        self.moved = [i for i, x in enumerate(self.inputs) if isinstance(x, torch.Tensor) and x.requires_grad]
        if not self.moved:
            raise GradlabError("no input requires a gradient: make one with x.double().requires_grad_()")
        self.arrays: dict[str, NDArray[Any]] = {}
        for i in self.moved:
            if self.inputs[i].layout != torch.strided:
                raise GradlabError(f"{self.names[i]} is sparse: check a function of its values, and build it inside")
            if self.inputs[i].dtype in (torch.float16, torch.bfloat16):
                raise GradlabError(f"{self.names[i]} has 3 digits in all: compare with a .double() version instead")
            self.arrays |= real_parts(self.names[i], dense(self.inputs[i]))
        everything = _tuple(self.called(self._tensors(self.arrays)))
        self._kept = [
            i for i, out in enumerate(everything) if isinstance(out, torch.Tensor) and out.grad_fn is not None
        ]
        if not self._kept:
            raise GradlabError(
                "no output has a gradient: is there a detach, a torch.no_grad or a .item() on the way?"
            )
        self._left_out = [i for i in range(len(everything)) if i not in self._kept]
        self.outputs = [out.detach() for out in self.chosen(everything)]

    def chosen(self, out: Any) -> list[torch.Tensor]:
        """The outputs that have a gradient."""
        everything = _tuple(out)
        return [everything[i] for i in self._kept]

    def called(self, tensors: Sequence[Any]) -> Any:
        """What the function returns for these in place of all tensors, also of those in lists and dicts."""
        return self.function(*rebuilt(self._form, iter(tensors)).values())

    def _tensors(self, arrays: dict[str, NDArray[Any]], grad: bool = True) -> list[Any]:
        """Inputs with these values, on the device, in the dtype and with the strides of the caller's."""
        tensors = list(self.inputs)
        for i in self.moved:
            name, tensor = self.names[i], torch.empty_like(self.inputs[i])
            with torch.no_grad():
                tensor.copy_(torch.as_tensor(whole(name, arrays)))
            tensors[i] = tensor.requires_grad_(grad)
        return tensors

    def forward(self, **arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """All outputs as real arrays, with gradients on: a function may set hooks, or ask for a gradient itself."""
        _, outputs = self._graph(arrays)
        return tuple(part for out in outputs for part in real_parts("", dense(out)).values())

    def backward(self, _upstream: tuple[NDArray[Any], ...], /, **arrays: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """What torch.autograd.grad says, by input; zeros for an input that is not used."""
        tensors, outputs = self._graph(arrays)
        return self._slopes(tensors, outputs, self._ups(_upstream, outputs))

    def undefined(self, lost: list[int]) -> Callable[..., dict[str, NDArray[Any]]]:
        """Backward where some outputs are not used: gradients of the rest, and of the lost ones alone."""

        def backward(_upstream: tuple[NDArray[Any], ...], /, **arrays: NDArray[Any]) -> dict[str, NDArray[Any]]:
            tensors, outputs = self._graph(arrays)
            ups = self._ups(_upstream, outputs)
            through = [_Undefined.apply(out) if i in lost else out for i, out in enumerate(outputs)]
            rest = self._slopes(tensors, through, ups)
            silent = [torch.zeros_like(up) if i not in lost else up for i, up in enumerate(ups)]
            alone = self._slopes(*self._graph(arrays), silent)
            return {name: rest[name] + alone[name] for name in rest}

        return backward

    def batched(self, _upstream: tuple[NDArray[Any], ...], /, **arrays: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Backward asked for R and 2 R at once."""
        tensors, outputs = self._graph(arrays)
        ups = [torch.stack([up, 2 * up]) for up in self._ups(_upstream, outputs)]
        wanted = [tensors[i] for i in self.moved]
        found = torch.autograd.grad(outputs, wanted, ups, is_grads_batched=True, allow_unused=True)
        return self._by_name([None if slope is None else slope[0] for slope in found])

    def pushed(self, tangents: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], ...]:
        """J v in forward mode."""
        tensors = self._tensors(self.arrays, grad=False)
        with forward_ad.dual_level():
            for i in self.moved:
                tangent = torch.as_tensor(whole(self.names[i], tangents))
                tensors[i] = forward_ad.make_dual(tensors[i], tangent.to(tensors[i]))
            duals = [forward_ad.unpack_dual(out) for out in self.chosen(self.called(tensors))]
        moves = [torch.zeros_like(dual.primal) if dual.tangent is None else dual.tangent for dual in duals]
        return tuple(part for move in moves for part in real_parts("", dense(move)).values())

    def notes(self, atol: float | None, nondet_tol: float) -> tuple[str, ...]:
        """What the reader must know beside the verdict."""
        said = []
        if atol is not None:
            said.append(UNUSED)
        if self._left_out:
            which = ", ".join(map(str, self._left_out))
            said.append(f"Not checked, since they have no gradient: outputs {which}, counted from 0.")
        shapes = [out.shape for out in self.forward(**self.arrays)]
        one, other = (self.backward(tuple(map(np.ones, shapes)), **self.arrays) for _ in range(2))
        apart = max(float(np.max(np.abs(one[name] - other[name]), initial=0.0)) for name in one)
        if apart > nondet_tol:
            said.append(f"Two calls of backward differ by up to {apart:.1e}: it is not deterministic.")
        return tuple(said)

    def _graph(self, arrays: dict[str, NDArray[Any]]) -> tuple[list[Any], list[torch.Tensor]]:
        tensors = self._tensors(arrays)
        with torch.enable_grad():
            return tensors, self.chosen(self.called(tensors))

    def _ups(self, upstream: Sequence[NDArray[Any]], outputs: list[torch.Tensor]) -> list[torch.Tensor]:
        parts, ups = iter(upstream), []
        for out in outputs:
            up = torch.from_numpy(next(parts))  # with the strides that R has
            if out.is_complex():
                up = torch.complex(up, torch.from_numpy(next(parts)))
            ups.append(up.to(out.device))
        return ups

    def _slopes(
        self, tensors: list[Any], outputs: Sequence[torch.Tensor], ups: Sequence[torch.Tensor]
    ) -> dict[str, NDArray[Any]]:
        wanted = [tensors[i] for i in self.moved]
        return self._by_name(torch.autograd.grad(outputs, wanted, ups, allow_unused=True))

    def _by_name(self, slopes: Sequence[torch.Tensor | None]) -> dict[str, NDArray[Any]]:
        found: dict[str, NDArray[Any]] = {}
        for i, slope in zip(self.moved, slopes, strict=True):
            given = torch.zeros_like(self.inputs[i]) if slope is None else slope
            found |= real_parts(self.names[i], dense(given))
        return found


class _Undefined(torch.autograd.Function):  # type: ignore[misc]
    """Hands its input on, and no gradient back."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> None:
        return None


def dense(tensor: torch.Tensor) -> NDArray[Any]:
    """A tensor of any layout as an array, on its own memory where that can be."""
    plain = tensor.detach().resolve_conj().resolve_neg()
    return np.asarray((plain if plain.layout == torch.strided else plain.to_dense()).cpu().numpy())


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """The names that the function gives its arguments, or `inputs[0]`, `inputs[1]`, …"""
    if hasattr(function, "names"):
        return list(function.names)
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        found = ()  # type: ignore[assignment]
    names = [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return names[:count] if len(names) >= count else [f"inputs[{i}]" for i in range(count)]


def _tuple(out: Any) -> tuple[Any, ...]:
    if isinstance(out, Mapping):
        return tuple(out.values())
    return tuple(out) if isinstance(out, tuple | list) else (out,)
