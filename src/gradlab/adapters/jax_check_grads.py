"""A function of pytrees, checked as `jax.test_util.check_grads` is asked to, with the answer of gradlab."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab.adapters.jax_trees import float64, is_float, names_of
from gradlab.adapters.modes import SEED, UNUSED, Arrays, forward_mode, generator, joined
from gradlab.adapters.parts import real_parts, whole
from gradlab.backward import check_backward
from gradlab.check import Options, check_gradients
from gradlab.errors import GradientMismatch, GradlabError
from gradlab.report import Report

LOOP = re.compile(r"= (scan|while|cond)\[")  # in a jaxpr
Outputs = Callable[[Sequence[Any]], list[Any]]
SAME = 1e-9  # share of the largest output by which two ways to compute a function in float64 may differ
NOISES = 100.0  # and how many times its noise: float32 may be used inside


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: str | Sequence[str] = ("fwd", "rev"),
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    raise_exception: bool = True,
    directions: int | None = None,
    budget: int | None = None,
    allow_untested: bool | Iterable[str] = (),
    rng: np.random.Generator | int | None = None,
) -> Report:
    """Check forward and reverse mode of a function, up to an order. Called like `jax.test_util.check_grads`.

    JAX compares one direction with a tolerance; here every entry of every argument is compared, with a threshold that
    is derived from the function. Everything is computed in float64.

    Parameters
    ----------
    f
        Takes the arguments and returns an array or a pytree of arrays. Whole numbers among its outputs are left out.
    args
        Arguments in a tuple: arrays or pytrees. Their floating-point leaves are checked, called `args[0]`, or
        `args[1].kernel` for a leaf of a tree; a complex leaf makes two blocks.
    order
        1 checks the first derivatives; 2 also the derivatives of what reverse mode returns, and so on.
    modes
        "fwd", "rev", or both.
    atol
        Taken, and not used: an absolute tolerance hides small gradients. A note says so.
    rtol
        How well the gradients are known, as a share of the largest slope of their block. None: to round-off.
    eps
        Check reverse mode at this one step. None: the step is chosen for each entry.
    raise_exception
        Raise `GradientMismatch` unless the report is ok.
    directions, budget
        For reverse mode, as for `gradlab.check_gradients`: so many directions instead of every entry, or so many
        evaluations.
    allow_untested
        Names of leaves that are meant to have no effect on the outputs; or True for any.
    rng
        Draws upstream gradients and directions.

    Returns
    -------
    Report
        Blocks of forward mode are called `forward mode: args[0]`, those of the second order `order 2: args[0]`. A
        leaf in which the function is linear has second derivatives of 0 on both sides; that is allowed. Where the
        function returns another value when it is differentiated, that is a wrong block, too.

    Raises
    ------
    GradientMismatch
        If `raise_exception` and the report is not ok.
    GradlabError
        If the arguments cannot be checked.
    """
    __tracebackhide__ = True
    if not isinstance(args, tuple | list):
        raise GradlabError(f"args must be a tuple of arguments, got {type(args).__name__}: check_grads(f, (x,))")
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    if not modes or set(modes) - {"fwd", "rev"}:
        raise GradlabError(f'modes must be "fwd", "rev" or both, got {modes!r}')
    order = _arguments.whole("order", order, least=1)
    options = Options(step=eps, rtol=rtol or 0.0, directions=directions, budget=budget, allow_untested=allow_untested)
    drawn = generator(rng)
    with float64(True):
        function = _Function(f, args)
        reports = _first_order(function, modes, drawn, options, "")
        for k in range(2, order + 1):
            function = function.derived(drawn)
            reports += _first_order(function, modes, drawn, options | Options(allow_untested=True), f"order {k}: ")
    report = joined(reports)
    if atol is not None:
        report = replace(report, notes=(*report.notes, UNUSED))
    if raise_exception and not report.ok:
        raise GradientMismatch(report)
    return report


def _first_order(
    function: _Function, modes: Sequence[str], rng: np.random.Generator, options: Options, prefix: str
) -> list[Report]:
    arrays = {prefix + name: array for name, array in function.arrays.items()}

    def plain(named: Arrays) -> Arrays:
        return {name.removeprefix(prefix): array for name, array in named.items()}

    def forward(**named: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        return function.forward(plain(named))

    def backward(_upstream: tuple[NDArray[Any], ...], /, **named: NDArray[Any]) -> Arrays:
        return {prefix + name: slope for name, slope in function.backward(_upstream, plain(named)).items()}

    reports = []
    if "rev" in modes:
        reports.append(check_backward(forward, backward, arrays, **(options | Options(rng=rng))))
        reports += _other_value(
            function, f"{prefix}value beside the gradient", function.value_in_reverse(), reports[-1]
        )
    if "fwd" in modes:
        allowed = options["allow_untested"]
        reports.append(forward_mode(forward, lambda v: function.pushed(plain(v)), arrays, rng, allowed))
        reports += _other_value(
            function, f"{prefix}value beside the tangent", function.value_in_forward(), reports[-1]
        )
    return reports


def _other_value(function: _Function, name: str, found: list[Any], report: Report) -> list[Report]:
    """A report on the value that comes with a derivative, if it is not that of the function: a rule has its own.

    It is checked as the slope of t · f(x) by t. Where the derivative is not right, that is enough to say.
    """
    value, other = (_in_one(outputs) for outputs in (function.outputs(function.given), found))
    apart, size = (float(np.max(np.abs(numbers), initial=0.0)) for numbers in (value - other, value))
    if not report.ok or apart <= SAME * size + NOISES * report.noise:
        return []
    t = np.random.default_rng(SEED).standard_normal(value.size)
    slope = check_gradients(lambda p: float(p[name] @ value), {name: t}, {name: other})
    says = (
        f"f returns something else where it is differentiated, off by up to {apart:.1e}: the fwd of a custom_vjp, or "
        "the rule of a custom_jvp, must return the value that f itself returns."
    )
    return [replace(slope, findings=(), notes=(says,))]


def _in_one(outputs: Sequence[Any]) -> NDArray[Any]:
    """Outputs as one real vector."""
    return np.concatenate([part.ravel() for out in outputs for part in real_parts("", np.array(out)).values()])


class _Function:
    """The caller's function of real NumPy arrays by name; what is no float is held fixed."""

    def __init__(self, f: Callable[..., Any], args: Sequence[Any], names: Sequence[str] | None = None) -> None:
        flat, self.form = jax.tree_util.tree_flatten_with_path(tuple(args))
        self.names = list(names or [f"args{name}" for name in names_of([path for path, _ in flat])])
        self.leaves = [jax.numpy.asarray(_wide(leaf)) if is_float(leaf) else leaf for _, leaf in flat]
        self.f, self.moved = f, [i for i, (_, leaf) in enumerate(flat) if is_float(leaf)]
        if not self.moved:
            raise GradlabError("args has no floating-point array: give x as an array of floats")
        found = [real_parts(self.names[i], np.array(self.leaves[i])) for i in self.moved]
        self.arrays: Arrays = {key: array for one in found for key, array in one.items()}
        if not self._outputs(self.given):
            raise GradlabError("f must return at least one array of floats")
        self.outputs = _compiled_once(self._outputs, self.given)

    def _outputs(self, moved: Sequence[Any]) -> list[Any]:
        """Floating-point outputs at these leaves."""
        leaves = list(self.leaves)
        for i, leaf in zip(self.moved, moved, strict=True):
            leaves[i] = leaf
        out = self.f(*jax.tree_util.tree_unflatten(self.form, leaves))
        return [leaf for leaf in jax.tree_util.tree_leaves(out) if is_float(leaf)]

    def _moved(self, arrays: Arrays) -> list[Any]:
        """Leaves from real arrays."""
        return [jax.numpy.array(whole(self.names[i], arrays)) for i in self.moved]

    def forward(self, arrays: Arrays) -> tuple[NDArray[Any], ...]:
        """All outputs as real arrays."""
        with float64(True):
            return tuple(
                p for out in self.outputs(self._moved(arrays)) for p in real_parts("", np.array(out)).values()
            )

    def backward(self, upstream: Sequence[NDArray[Any]], arrays: Arrays) -> Arrays:
        """What jax.vjp says, by name. JAX pulls back without a conjugate: both signs turn for the real parts."""
        with float64(True):
            outputs, pull = jax.vjp(self.outputs, self._moved(arrays))
            given, ups = iter(upstream), []
            for out in outputs:
                up = jax.numpy.array(next(given))
                ups.append(up - 1j * jax.numpy.array(next(given)) if jax.numpy.iscomplexobj(out) else up)
            (slopes,) = pull(ups)
            found = [real_parts(self.names[i], np.conj(np.array(s))) for i, s in zip(self.moved, slopes, strict=True)]
        return {key: array for one in found for key, array in one.items()}

    @property
    def given(self) -> list[Any]:
        """The leaves that are moved, as they were given."""
        return self._moved(self.arrays)

    def value_in_reverse(self) -> list[Any]:
        """The outputs that jax.vjp returns beside what pulls back."""
        return list(jax.vjp(self.outputs, self.given)[0])

    def value_in_forward(self) -> list[Any]:
        """The outputs that jax.jvp returns beside the tangents."""
        still = [jax.numpy.zeros_like(leaf) for leaf in self.given]
        return list(jax.jvp(self.outputs, (self.given,), (still,))[0])

    def pushed(self, tangents: Arrays) -> tuple[NDArray[Any], ...]:
        """What jax.jvp says, as real arrays."""
        with float64(True):
            _, moves = jax.jvp(self.outputs, (self.given,), (self._moved(tangents),))
            return tuple(p for move in moves for p in real_parts("", np.array(move)).values())

    def derived(self, rng: np.random.Generator) -> _Function:
        """Reverse mode as a function of the leaves, with one upstream gradient for each output."""
        outputs = self.outputs(self.given)
        upstream = [jax.numpy.array(rng.standard_normal(out.shape)).astype(out.dtype) for out in outputs]

        def pulled(*moved: Any) -> Any:
            return jax.vjp(self.outputs, list(moved))[1](upstream)[0]

        return _Function(pulled, self.given, [self.names[i] for i in self.moved])


def _compiled_once(outputs: Outputs, at: list[Any]) -> Outputs:
    """The function under jit if it has loops of jax.lax, which are else compiled anew at each call.

    What cannot be traced stays as it is, and so does what is another function then: one that draws from NumPy draws
    once if it is compiled, and would seem steady.
    """
    try:
        if not LOOP.search(str(jax.make_jaxpr(outputs)(at))):
            return outputs
        compiled = jax.jit(outputs)
        values = [_in_one(function(at)) for function in (compiled, outputs, outputs)]
    except Exception:  # noqa: BLE001 (the caller's own function may raise anything when it is traced)
        return outputs
    close = SAME * float(np.max(np.abs(values[1]), initial=0.0))
    same = np.array_equal(values[1], values[2]) and np.all(np.abs(values[0] - values[1]) <= close)
    return compiled if same else outputs


def _wide(leaf: Any) -> NDArray[Any]:
    array = np.asarray(leaf)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
