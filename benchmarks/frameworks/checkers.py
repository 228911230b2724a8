"""A framework's own checker and gradlab's, as functions of a case.

An answer is True for right, False for wrong, None for undecided or untested, "raised" for an error instead of one.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from benchmarks.frameworks.functions import Function, functions
from benchmarks.frameworks.kinds import Kind
from gradlab.report import Report

Answer = bool | str | None
Checkers = dict[str, Callable[[Any], Answer]]
Cases = tuple[Sequence[Any], Checkers]
TENSORFLOW_LIMIT = 1e-4  # largest error that TensorFlow's own tests usually allow; compute_gradient names none


def said(report: Report) -> Answer:
    """The verdict as an answer."""
    return {"AGREES": True, "WRONG": False}.get(report.verdict.value)


def pytorch() -> tuple[list[Function], Checkers]:
    """PyTorch: torch.autograd.gradcheck, slow and fast."""
    import torch

    from gradlab.adapters.torch import gradcheck

    def built(case: Function) -> tuple[Callable[..., Any], list[Any]]:
        class Custom(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, *inputs: Any) -> Any:
                ctx.save_for_backward(*inputs)
                return case.forward(*inputs)

            @staticmethod
            def backward(ctx: Any, *upstream: Any) -> Any:
                return case.pull(upstream[0], *ctx.saved_tensors)

        return Custom.apply, [torch.tensor(x, requires_grad=True) for x in case.inputs]

    def theirs(**options: Any) -> Callable[[Function], Answer]:
        return lambda case: torch.autograd.gradcheck(*built(case), raise_exception=False, **options)

    return functions(torch), {
        "gradlab": lambda case: said(gradcheck(*built(case), raise_exception=False)),
        "gradcheck": theirs(),
        "gradcheck, fast": theirs(fast_mode=True),
    }


def jax() -> tuple[list[Function], Checkers]:
    """JAX: jax.test_util.check_grads, reverse mode."""
    import jax
    from jax.test_util import check_grads as their_check

    from gradlab.adapters.jax import check_grads

    def built(case: Function) -> Callable[..., Any]:
        custom = jax.custom_vjp(case.forward)
        custom.defvjp(lambda *x: (case.forward(*x), x), lambda x, g: case.pull(g, *x))
        return custom

    def theirs(case: Function) -> Answer:
        with jax.enable_x64(True):
            try:
                their_check(built(case), tuple(map(jax.numpy.asarray, case.inputs)), order=1, modes=["rev"])
            except AssertionError:
                return False
        return True

    return functions(jax.numpy), {
        "gradlab": lambda case: said(check_grads(built(case), case.inputs, modes=["rev"], raise_exception=False)),
        "check_grads": theirs,
    }


def tensorflow() -> tuple[list[Function], Checkers]:
    """TensorFlow: tf.test.compute_gradient, which gives two Jacobians and no answer."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    import tensorflow.experimental.numpy as tnp

    from gradlab.adapters.tensorflow import check_function

    def built(case: Function) -> Callable[..., Any]:
        def custom(*x: Any) -> Any:
            return case.forward(*x), lambda g: case.pull(g, *x)

        return tf.custom_gradient(custom)

    def theirs(case: Function) -> Answer:
        ours, numeric = tf.test.compute_gradient(built(case), [tf.constant(x) for x in case.inputs])
        return all(bool(np.max(np.abs(a - n)) <= TENSORFLOW_LIMIT) for a, n in zip(ours, numeric, strict=True))

    return functions(tnp), {
        "gradlab": lambda case: said(check_function(built(case), case.inputs)),
        f"compute_gradient, errors up to {TENSORFLOW_LIMIT:g}": theirs,
    }


def pytorch_kinds() -> Cases:
    """PyTorch's own forms of functions: gradcheck, and gradgradcheck where the second order is asked for."""
    from torch.autograd import gradcheck as their_check
    from torch.autograd import gradgradcheck as their_second

    from benchmarks.frameworks import torch_kinds, torch_kinds_second, torch_kinds_third
    from gradlab.adapters.torch import gradcheck, gradgradcheck

    def asked(first: Callable[..., Any], second: Callable[..., Any], case: Kind) -> Any:
        options = {name: option for name, option in case.asked.items() if name != "second"}
        found = first(case.function, case.inputs, raise_exception=False, **options)
        return (
            second(case.function, case.inputs, raise_exception=False) if found and "second" in case.asked else found
        )

    return [*torch_kinds.kinds(), *torch_kinds_second.kinds(), *torch_kinds_third.kinds()], {
        "gradlab": lambda case: said(asked(gradcheck, gradgradcheck, case)),
        "gradcheck": lambda case: bool(asked(their_check, their_second, case)),
    }


def jax_kinds() -> Cases:
    """JAX's own forms of functions: check_grads in both modes, or in those that are asked for."""
    import jax
    from jax.test_util import check_grads as their_check

    from benchmarks.frameworks import jax_kinds, jax_kinds_second, jax_kinds_third
    from gradlab.adapters.jax import check_grads

    def theirs(case: Kind) -> Answer:
        with jax.enable_x64(True):
            try:
                their_check(case.function, case.inputs, **{"order": 1, **case.asked})
            except AssertionError:
                return False
        return True

    return [*jax_kinds.kinds(), *jax_kinds_second.kinds(), *jax_kinds_third.kinds()], {
        "gradlab": lambda case: said(check_grads(case.function, case.inputs, raise_exception=False, **case.asked)),
        "check_grads": theirs,
    }


def tensorflow_kinds() -> Cases:
    """TensorFlow's own forms of functions."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    from benchmarks.frameworks import tensorflow_kinds, tensorflow_kinds_second, tensorflow_kinds_third
    from gradlab.adapters.tensorflow import check_function

    def theirs(case: Kind) -> Answer:
        pairs = tf.test.compute_gradient(case.function, [tf.constant(x) for x in case.inputs])
        off = [np.max(np.abs(a - n), initial=0.0) for a, n in zip(*pairs, strict=True)]
        return all(bool(error <= TENSORFLOW_LIMIT) for error in off)

    return [*tensorflow_kinds.kinds(), *tensorflow_kinds_second.kinds(), *tensorflow_kinds_third.kinds()], {
        "gradlab": lambda case: said(check_function(case.function, case.inputs, **case.asked)),
        f"compute_gradient, errors up to {TENSORFLOW_LIMIT:g}": theirs,
    }


def _asked(check: Callable[[Any], Answer], case: Any) -> Answer:
    try:
        return check(case)
    except Exception:  # noqa: BLE001 (what the other checker raises is its answer)
        return "raised"


def answers(framework: Callable[[], Cases], known: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """By case: whether it is right, and what each checker said; `known` ones are not asked again."""
    cases, checkers = framework()
    found: dict[str, dict[str, Any]] = {}
    for case in cases:
        if case.name in known:
            found[case.name] = known[case.name]
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found[case.name] = {
                "right": case.right,
                **{name: _asked(check, case) for name, check in checkers.items()},
            }
    return found


PARTS: dict[str, dict[str, Callable[[], Cases]]] = {
    "answers": {"PyTorch": pytorch, "JAX": jax, "TensorFlow": tensorflow},
    "kinds": {"PyTorch": pytorch_kinds, "JAX": jax_kinds, "TensorFlow": tensorflow_kinds},
}
"""The same functions for all frameworks, and those in a framework's own forms."""
