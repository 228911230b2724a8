"""A function of tensors, checked as `torch.autograd.gradcheck` is asked to, with the answer of gradlab."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from gradlab.adapters.modes import forward_mode, generator, joined
from gradlab.adapters.torch_tensors import Function
from gradlab.backward import check_ways
from gradlab.check import Options
from gradlab.errors import GradientMismatch, GradlabError
from gradlab.report import Report

Tensors = tuple[torch.Tensor, ...]


def gradcheck(
    function: Callable[..., Any],
    inputs: torch.Tensor | Sequence[Any],
    *,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float | None = None,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_batched_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    allow_untested: bool | Iterable[str] = (),
    rng: np.random.Generator | int | None = None,
) -> Report:
    """Check the gradients of a function of tensors. Called like `torch.autograd.gradcheck`; the report is true if ok.

    One random upstream gradient is drawn for each output, so that all outputs are checked with two evaluations for
    each entry of the inputs. The threshold is derived from the function; no tolerance has to be chosen. Backward is
    also asked with upstream gradients of zeros, a sum of two, strided ones, and undefined ones.

    Parameters
    ----------
    function
        Takes the inputs and returns a tensor or several. Real and complex; a complex input `z` makes two blocks,
        `z.real` and `z.imag`, in PyTorch's convention. Outputs without a gradient are left out, and a note says so.
    inputs
        A tensor or a tuple. Those that require a gradient are checked, under the names that the function gives its
        arguments; the rest is held fixed. Best in float64.
    eps
        Check at this one step, as PyTorch does at 1e-6. None: the step is chosen for each entry.
    atol
        Taken, and not used: an absolute tolerance hides small gradients. A note says so.
    rtol
        How well the gradients are known, as a share of the largest slope of their block. None: to round-off.
    raise_exception
        Raise `GradientMismatch` unless the report is ok.
    nondet_tol
        Two answers of backward that differ by more are mentioned in a note.
    check_undefined_grad
        Ask backward with undefined upstream gradients (None), one output at a time and all.
    check_batched_grad
        Ask backward for two upstream gradients at once, as vmap does.
    check_forward_ad, check_backward_ad
        Check the forward mode, the backward mode.
    fast_mode
        Compare each input along three random directions instead of entry by entry.
    allow_untested
        Names of inputs that are meant to have no effect on the outputs; or True for any.
    rng
        Draws upstream gradients and directions.

    Returns
    -------
    Report
        Blocks by name of the inputs; those of the forward mode are called `forward mode: x`.

    Raises
    ------
    GradientMismatch
        If `raise_exception` and the report is not ok.
    GradlabError
        If the inputs or the outputs cannot be checked: the message says what to do.
    """
    __tracebackhide__ = True
    wrapped = Function(function, inputs)
    options = Options(rng=rng, directions=3 if fast_mode else None, step=eps, rtol=rtol or 0.0)
    options["allow_untested"] = allow_untested
    reports = []
    if check_backward_ad:
        ways = _ways(wrapped, check_undefined_grad, check_batched_grad)
        found = check_ways(wrapped.forward, wrapped.backward, wrapped.arrays, ways, **options)
        reports.append(replace(found, notes=(*found.notes, *wrapped.notes(atol, nondet_tol))))
    if check_forward_ad:
        reports.append(forward_mode(wrapped.forward, wrapped.pushed, wrapped.arrays, generator(rng), allow_untested))
    if not reports:
        raise GradlabError("nothing to check: both check_backward_ad and check_forward_ad are False")
    report = joined(reports)
    if raise_exception and not report.ok:
        raise GradientMismatch(report)
    return report


def gradgradcheck(
    function: Callable[..., Any],
    inputs: torch.Tensor | Sequence[Any],
    grad_outputs: torch.Tensor | Sequence[torch.Tensor] | None = None,
    *,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float | None = None,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    rng: np.random.Generator | int | None = None,
) -> Report:
    """Check the second derivatives: the gradients of backward by the inputs and by its upstream gradients.

    Parameters
    ----------
    function, inputs, eps, atol, rtol, raise_exception, nondet_tol
        As for `gradcheck`.
    check_undefined_grad, check_batched_grad, fast_mode
        As for `gradcheck`.
    grad_outputs
        Upstream gradients at which backward is checked, one for each output. None: random ones.
    check_fwd_over_rev, check_rev_over_rev
        Check the forward mode, the backward mode of backward.
    rng
        Draws upstream gradients and directions.

    Returns
    -------
    Report
        Blocks by name of the inputs, and `grad_output`, or `grad_outputs[0]`, … for the upstream gradients. An input
        in which the function is linear has second derivatives of 0 on both sides; that is allowed.

    Raises
    ------
    GradientMismatch, GradlabError
        As `gradcheck`.
    """
    __tracebackhide__ = True
    first = Function(function, inputs)
    seeded = generator(rng)
    if grad_outputs is None:
        drawn = [torch.from_numpy(np.asarray(seeded.standard_normal((2, *o.shape)))) for o in first.outputs]
        pairs = zip(drawn, first.outputs, strict=True)
        given = [(d[0] + 1j * d[1] if o.is_complex() else d[0]).to(o.dtype) for d, o in pairs]
    else:
        given = [grad_outputs] if isinstance(grad_outputs, torch.Tensor) else list(grad_outputs)
    names = ["grad_output"] if len(given) == 1 else [f"grad_outputs[{i}]" for i in range(len(given))]
    count = len(first.inputs)

    def gradients(*tensors: torch.Tensor) -> Tensors:
        with torch.enable_grad():  # also where only the values are asked for
            moved = [tensors[i] if tensors[i].requires_grad else tensors[i].requires_grad_() for i in first.moved]
            outputs = first.chosen(first.called(tensors[:count]))
            found = torch.autograd.grad(outputs, moved, tensors[count:], create_graph=True, allow_unused=True)
        return tuple(slope for slope in found if slope is not None)

    gradients.names = [*first.names, *names]  # type: ignore[attr-defined]
    upstream = [tensor.detach().clone().requires_grad_() for tensor in given]
    return gradcheck(
        gradients,
        (*first.inputs, *upstream),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        allow_untested=list(first.arrays),
        rng=seeded,
    )


def _ways(wrapped: Function, undefined: bool, batched: bool) -> dict[str, Callable[..., Any]]:
    """Other ways to ask backward, which must give the same; each with what it means if one does not."""
    ways: dict[str, Callable[..., Any]] = {}
    count = len(wrapped.outputs) if undefined else 0
    for lost in [[i] for i in range(count)] + ([list(range(count))] if count > 1 else []):
        which = ", ".join(map(str, lost))
        says = f"backward is wrong where the upstream gradient of output {which} is undefined (None)."
        ways[says] = wrapped.undefined(lost)
    if batched:
        says = "backward is wrong where it is asked for several upstream gradients at once (is_grads_batched)."
        ways[says] = wrapped.batched
    return ways
