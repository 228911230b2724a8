"""PyTorch: a module and its loss as cost, params and grads in float64."""

from __future__ import annotations

import copy
import inspect
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
import torch.utils.checkpoint
from numpy.typing import NDArray

from gradlab.adapters.parts import real_parts, whole
from gradlab.adapters.torch_gradcheck import gradcheck, gradgradcheck
from gradlab.adapters.torch_state import State
from gradlab.adapters.torch_tensors import dense
from gradlab.errors import GradlabError

__all__ = ["gradcheck", "gradgradcheck", "problem"]

Arrays = dict[str, NDArray[Any]]
Problem = tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]


def problem(
    module: torch.nn.Module,
    loss: Callable[[torch.nn.Module], torch.Tensor],
    *,
    dtype: torch.dtype | None = torch.float64,
) -> Problem:
    """What `check_gradients` asks for, from a module and a function that computes its loss.

    The module is copied: yours stays as it is, and the copy is in training or evaluation mode as you left it. Hooks
    on modules and on parameters are part of what is checked: the gradients are those that `loss(module).backward()`
    leaves in `.grad`. The copy reads its parameters where gradlab moves them, so nothing is copied at an evaluation.
    Each call begins with the same buffers and the same random numbers: dropout draws one mask, which is the one that
    is checked, and running averages do not run on. Only numbers drawn on another device than the CPU differ.
    Spectral normalisation keeps its two vectors, which its gradient takes for constants: no iteration runs.

    Parameters
    ----------
    module
        Its parameters that require a gradient are checked, under the names of `named_parameters`. A complex parameter
        `w` makes two blocks, `w.real` and `w.imag`; PyTorch's gradient of a real loss is that by the real part plus
        i times that by the imaginary part.
    loss
        A function of the module that returns one number. The data it uses must have `dtype` too: `X.double()`.
    dtype
        What the copy's floating-point parameters and buffers are turned to. None keeps them as they are, for kernels
        that take float32 alone; the check then sees about three digits.

    Returns
    -------
    cost, params, grads
        For `gradlab.check_gradients(*problem(module, loss))`.

    Raises
    ------
    GradlabError
        If nothing requires a gradient, if the module cannot be copied, or, when cost or grads are called, if the loss
        is not one tensor with one number, ignores its argument, calls backward itself, or meets data of another
        dtype.
    """
    if not isinstance(module, torch.nn.Module):
        raise GradlabError(
            f"module must be a torch.nn.Module, got {type(module).__name__}: gradcheck takes functions"
        )
    twin = _twin(module, dtype)
    tensors = {name: tensor for name, tensor in twin.named_parameters() if tensor.requires_grad}
    if not tensors:
        raise GradlabError("module has no parameter that requires a gradient: call module.requires_grad_(True)")
    params = {key: part for name, tensor in tensors.items() for key, part in real_parts(name, dense(tensor)).items()}
    seen: dict[str, Any] = {}
    state = State(twin)
    rooted = False  # whether the loss was seen to depend on the module that it is given

    def load(values: Mapping[str, Any]) -> None:
        for name, tensor in tensors.items():
            if tensor.is_complex():
                tensor.data = torch.as_tensor(whole(name, values)).to(tensor.data)
            elif seen.get(name) is not values[name]:
                seen[name] = values[name]
                tensor.data = _window(values[name]).to(tensor.device)
            elif tensor.device.type != "cpu":
                tensor.data.copy_(_window(values[name]))

    def value() -> torch.Tensor:
        # With gradients also where only the value is asked for: a loss may have a gradient inside, or set a hook.
        with torch.enable_grad():
            return _one_number(_called(loss, twin, dtype))

    def cost(values: Mapping[str, Any]) -> float:
        load(values)
        with state.put_back():
            return float(value().detach())

    def grads(values: Mapping[str, Any]) -> Arrays:
        nonlocal rooted
        load(values)
        with state.put_back():
            out = value()
            if not rooted:
                _refuse_other_module(out, list(tensors.values()))
                rooted = True
            twin.zero_grad(set_to_none=True)
            _backward(out)
        found = {name: torch.zeros_like(t) if t.grad is None else t.grad for name, t in tensors.items()}
        return {key: part for name, grad in found.items() for key, part in real_parts(name, dense(grad)).items()}

    return cost, params, grads


def _twin(module: torch.nn.Module, dtype: torch.dtype | None) -> torch.nn.Module:
    """A copy with all its hooks, whose floating-point tensors have the dtype that was asked for."""
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if isinstance(tensor, torch.nn.parameter.UninitializedTensorMixin):
            raise GradlabError(
                f"{name} has no shape yet, the module is lazy: call it once on your data before the check"
            )
        if tensor.is_meta:
            raise GradlabError(
                f"{name} is on the meta device and has no values: make the module on the CPU, or give it values with "
                "module.to_empty(device='cpu') and its reset_parameters()"
            )
    memo: dict[int, Any] = {id(tensor): tensor.detach().clone() for tensor in _recomputed(module)}
    memo |= {id(part): _reloaded(part) for part in module.modules() if isinstance(part, torch.jit.ScriptModule)}
    try:
        twin = copy.deepcopy(module, memo)
    except RuntimeError as error:
        kept = ", ".join(_with_history(module)) or "a tensor"
        raise GradlabError(
            f"the module cannot be copied: {kept} was computed from parameters and kept as an attribute. Compute it "
            "in forward, where its gradient is asked for"
        ) from error
    for ours, theirs in zip(twin.parameters(), module.parameters(), strict=True):
        _copy_hooks(ours, theirs)
    for part in twin.modules():
        for iterated in (part, *part._forward_pre_hooks.values()):
            if getattr(iterated, "n_power_iterations", 0):  # spectral norm: its gradient knows nothing of the loop
                iterated.n_power_iterations = 0
    for tensor in (*twin.parameters(), *twin.buffers()):
        if dtype is not None and (tensor.is_floating_point() or tensor.is_complex()):
            # Assigning .data keeps the tensor a leaf, which .double() does not do in a scripted module.
            tensor.data = tensor.data.to(dtype.to_complex() if tensor.is_complex() else dtype)
    return twin


def _reloaded(module: torch.jit.ScriptModule) -> torch.jit.ScriptModule:
    """A copy with parameters of its own; in a deep copy they would be computed from those of the original."""
    file = io.BytesIO()
    torch.jit.save(module, file)
    file.seek(0)
    return torch.jit.load(file)


def _copy_hooks(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    """deepcopy leaves the hooks of parameters behind; what they do to a gradient is part of it."""
    for hook in (theirs._backward_hooks or {}).values():
        ours.register_hook(hook)
    for hook in (getattr(theirs, "_post_accumulate_grad_hooks", None) or {}).values():
        ours.register_post_accumulate_grad_hook(hook)


def _with_history(module: torch.nn.Module) -> Iterator[str]:
    """Attributes that are results of a computation on parameters, by path."""
    for path, part in module.named_modules():
        for name, value in vars(part).items():
            if isinstance(value, torch.Tensor) and value.grad_fn is not None:
                yield f"{path}.{name}".lstrip(".")


def _recomputed(module: torch.nn.Module) -> Iterator[torch.Tensor]:
    """Attributes that a hook computes anew before each call, as the old weight_norm and spectral_norm do."""
    for part in module.modules():
        for hook in part._forward_pre_hooks.values():
            value = vars(part).get(getattr(hook, "name", ""))
            if isinstance(value, torch.Tensor) and value.grad_fn is not None:
                yield value


def _window(array: NDArray[Any]) -> torch.Tensor:
    """The array as a tensor on the same memory, if it can be written and is not turned around."""
    plain = array.flags.writeable and all(stride >= 0 for stride in array.strides)
    return torch.from_numpy(array if plain else array.copy())


def _called(loss: Callable[[torch.nn.Module], Any], twin: torch.nn.Module, dtype: torch.dtype | None) -> Any:
    if not callable(loss):
        raise GradlabError(
            f"loss must be a function of the module, got {type(loss).__name__}: lambda m: criterion(m(X), Y)"
        )
    try:
        inspect.signature(loss).bind(twin)
    except ValueError:  # a compiled function that does not tell
        pass
    except TypeError as error:
        raise GradlabError(
            f"loss must take the module as its one argument ({error}): lambda m: criterion(m(X), Y)"
        ) from None
    try:
        return loss(twin)
    except RuntimeError as error:
        if "dtype" not in str(error) and "scalar type" not in str(error):
            raise
        if dtype is None:
            raise GradlabError(f"loss mixes dtypes: {error}") from error
        if outside := _modules(loss):
            raise GradlabError(
                f"loss calls {outside[0]} from outside, which is not the copy that is checked ({error}): use its "
                f"argument, lambda m: criterion(m(X), Y), and not {outside[0]}"
            ) from error
        used = (*_used(loss), *_attributes(twin))
        names = [name for name, value in used if value.dtype.is_floating_point and value.dtype != dtype]
        which = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}" if names else "something it uses is"
        to = {torch.float64: ".double()", torch.float32: ".float()"}.get(dtype, f".to({dtype})")
        raise GradlabError(
            f"loss mixes dtypes ({error}): the module was copied to {dtype}, and {which} not of that dtype. Use "
            f"{f'{names[0]}{to}' if names else to}, or keep the module's own precision with dtype=None"
        ) from error


def _used(function: Callable[..., Any]) -> Iterator[tuple[str, torch.Tensor]]:
    """Tensors that a function reads from outside, by name."""
    try:
        found = inspect.getclosurevars(function)
    except (TypeError, ValueError):  # a callable object, a partial
        return
    for name, value in {**found.globals, **found.nonlocals}.items():
        if isinstance(value, torch.Tensor):
            yield name, value


def _modules(function: Callable[..., Any]) -> list[str]:
    """Names of modules with parameters that a function uses from outside."""
    try:
        found = inspect.getclosurevars(function)
    except (TypeError, ValueError):
        return []
    outside = {**found.globals, **found.nonlocals}
    return [n for n, v in outside.items() if isinstance(v, torch.nn.Module) and any(True for _ in v.parameters())]


def _attributes(module: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Tensors that modules keep beside their parameters and buffers: `.double()` leaves them as they are."""
    for path, part in module.named_modules():
        for name, value in vars(part).items():
            if isinstance(value, torch.Tensor):
                yield f"module.{path}.{name}".replace("..", "."), value


def _backward(out: torch.Tensor) -> None:
    try:
        out.backward()
    except RuntimeError as error:
        if "a second time" not in str(error):
            raise
        raise GradlabError(
            "the graph of the loss is used up when it is returned: does loss call .backward() itself, or keep a "
            "result of an earlier call? Return the loss before its backward, and .detach() what is kept"
        ) from error


def _one_number(out: Any) -> torch.Tensor:
    if not isinstance(out, torch.Tensor):
        advice = ": return the tensor itself, without .item()" if isinstance(out, float | int) else ""
        if isinstance(out, tuple | list | dict):
            advice = ": hand over a function that returns the loss alone, such as lambda m: loss(m)[...]"
        raise GradlabError(f"loss must return a tensor with one number, got {type(out).__name__}{advice}")
    if out.numel() != 1:
        raise GradlabError(f"loss must return one number, got shape {tuple(out.shape)}: add .sum() or .mean()")
    if out.is_complex():
        raise GradlabError("loss must return a real number, got a complex one: take its .abs() or .real")
    return out


def _refuse_other_module(out: torch.Tensor, tensors: list[torch.Tensor]) -> None:
    """A loss that calls the module from outside, and not its argument, would be constant here."""
    # By memory, since a scripted module makes new Python objects for its parameters.
    ours, todo, done = {tensor.data_ptr() for tensor in tensors}, [out.grad_fn], set()
    while todo:
        node = todo.pop()
        if node is None or node in done:
            continue
        done.add(node)
        if hasattr(node, "variable") and node.variable.data_ptr() in ours:
            return
        if getattr(node, "_forward_cls", None) is torch.utils.checkpoint.CheckpointFunction:
            return  # computes anew what lies inside, which is not seen from here
        todo += [parent for parent, _ in node.next_functions]
    if out.requires_grad and any(hasattr(node, "variable") for node in done):
        raise GradlabError(
            "loss does not depend on the module that it is given, but on other tensors that require a gradient: use "
            "its argument, as in lambda m: m(X).sum(), and not the module from outside"
        )
    if not out.requires_grad:
        raise GradlabError(
            "loss has no gradient for the module that it is given: is there a detach, a torch.no_grad or a .item() "
            "on the way, or is its argument not used?"
        )
