"""A third batch of PyTorch functions, unseen by gradlab: scans, sorting, signals, solvers, tangents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.autograd import Function
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from benchmarks.frameworks.kinds import Kind
from benchmarks.frameworks.torch_kinds import FORWARD, NEAR, SECOND, custom, kept, leaf


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    torch.manual_seed(61)
    return [*_scans(), *_order(), *_signals(), *_solvers(), *_scattered(), *_kinks(), *_tangents(), *_again()]


def pair(name: str, slip: str, forward: Any, right: Any, wrong: Any, *inputs: Any, **asked: Any) -> Iterator[Kind]:
    """One forward that keeps its inputs, with a right backward and with one that has a slip."""
    yield Kind(name, True, custom(kept(forward), right), inputs, asked)
    yield Kind(f"{name}, {slip}", False, custom(kept(forward), wrong), inputs, asked)


def _scans() -> Iterator[Kind]:
    def from_the_end(g: Any) -> Any:
        return g.flip(-1).cumsum(-1).flip(-1)

    yield from pair(
        "a running sum", "summed from the front", lambda x: x.cumsum(-1),
        lambda ctx, g: from_the_end(g), lambda ctx, g: g.cumsum(-1), leaf(3, 5),
    )  # fmt: skip

    def product_back(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return from_the_end(g * x.cumprod(-1)) / x

    def product_short(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * x.cumprod(-1) / x

    yield from pair(
        "a running product", "its own place alone", lambda x: x.cumprod(-1), product_back, product_short, leaf(2, 4)
    )

    def logcumsumexp_back(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return from_the_end(g * (-x.logcumsumexp(-1)).exp()) * x.exp()

    def logcumsumexp_flat(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return from_the_end(g) * (x - x.logcumsumexp(-1)).exp()

    yield from pair(
        "a running log of a sum of exponentials", "the sum at the wrong place", lambda x: x.logcumsumexp(-1),
        logcumsumexp_back, logcumsumexp_flat, leaf(2, 5),
    )  # fmt: skip
    yield Kind("running maximum", True, lambda x: x.cummax(-1).values, (leaf(2, 6),))

    def decayed(backward_decay: float) -> Any:
        def forward(ctx: Any, x: Any) -> Any:
            state, out = torch.zeros_like(x[0]), []
            for row in x:
                state = 0.7 * state + row
                out.append(state)
            return torch.stack(out)

        def backward(ctx: Any, g: Any) -> Any:
            carry, slopes = torch.zeros_like(g[0]), []
            for row in g.flip(0):
                carry = backward_decay * carry + row
                slopes.append(carry)
            return torch.stack(slopes[::-1])

        return custom(forward, backward)

    yield Kind("an exponential average by hand", True, decayed(0.7), (leaf(5, 2),))
    yield Kind("an exponential average, nothing from later steps", False, decayed(0.0), (leaf(5, 2),))


def _order() -> Iterator[Kind]:
    yield Kind("sorted, values", True, lambda x: x.sort(-1, descending=True).values, (leaf(3, 5),))
    yield Kind("the two largest, squared", True, lambda x: x.topk(2, -1).values ** 2, (leaf(3, 5),))
    yield Kind("median of an even number", True, lambda x: x.median(-1).values, (leaf(3, 6),))

    def sorted_(gathered: bool) -> Any:
        def forward(ctx: Any, x: Any) -> Any:
            values, order = x.sort(-1)
            ctx.save_for_backward(order)
            return values

        def backward(ctx: Any, g: Any) -> Any:
            (order,) = ctx.saved_tensors
            return g.gather(-1, order) if gathered else torch.zeros_like(g).scatter(-1, order, g)

        return custom(forward, backward)

    yield Kind("a sort of one's own", True, sorted_(False), (leaf(3, 5),))
    yield Kind("a sort, gathered where it is scattered", False, sorted_(True), (leaf(3, 5),))
    yield Kind("quantile between two entries", True, lambda x: torch.quantile(x, 0.3, dim=-1), (leaf(3, 6),))


def _signals() -> Iterator[Kind]:
    yield from pair(
        "real part of a Fourier transform", "the sine's side", lambda x: torch.fft.fft(x).real,
        lambda ctx, g: torch.fft.fft(g).real, lambda ctx, g: torch.fft.fft(g).imag, leaf(2, 6),
    )  # fmt: skip
    yield Kind("power of a spectrum", True, lambda x: torch.fft.rfft(x).abs().square(), (leaf(2, 7),))
    kernel = torch.tensor([[[0.5, -1.0, 2.0]]], **NEAR)
    yield from pair(
        "a convolution with a fixed kernel", "the kernel not turned", lambda x: F.conv1d(x, kernel, padding=1),
        lambda ctx, g: F.conv1d(g, kernel.flip(-1), padding=1), lambda ctx, g: F.conv1d(g, kernel, padding=1),
        leaf(2, 1, 6),
    )  # fmt: skip

    def weight_back(ctx: Any, g: Any) -> Any:
        x, w = ctx.saved_tensors
        return F.conv_transpose1d(g, w), F.conv1d(x.transpose(0, 1), g.transpose(0, 1)).transpose(0, 1)

    def weight_meaned(ctx: Any, g: Any) -> Any:
        x, w = weight_back(ctx, g)
        return x, w / 2

    yield from pair(
        "a convolution and its kernel", "a mean over the batch", F.conv1d, weight_back, weight_meaned,
        leaf(2, 3, 6), leaf(2, 3, 3),
    )  # fmt: skip
    grown = {"scale_factor": 2, "mode": "bilinear", "align_corners": False}
    yield Kind("an image made larger", True, lambda x: F.interpolate(x, **grown), (leaf(1, 1, 3, 3),))

    def doubled(share: float) -> Any:
        return custom(
            lambda ctx, x: x.repeat_interleave(2, -1), lambda ctx, g: share * g.unflatten(-1, (-1, 2)).sum(-1)
        )

    yield Kind("each entry twice", True, doubled(1.0), (leaf(2, 4),))
    yield Kind("each entry twice, the mean of both", False, doubled(0.5), (leaf(2, 4),))
    yield Kind("windows that overlap", True, lambda x: x.unfold(-1, 3, 1).prod(-1), (leaf(2, 6),))
    yield Kind("an image on a grid", True, lambda x, grid: F.grid_sample(x, grid.tanh(), align_corners=True),
               (leaf(1, 1, 4, 4), leaf(1, 2, 2, 2)))  # fmt: skip


def _solvers() -> Iterator[Kind]:
    matrix = (torch.eye(3, **NEAR) * 3 + 0.5 * torch.randn(3, 3, **NEAR)).requires_grad_()

    def solve_back(transposed: bool) -> Any:
        def backward(ctx: Any, g: Any) -> Any:
            a, b = ctx.saved_tensors
            slope = torch.linalg.solve(a.mT if transposed else a, g)
            return -slope @ torch.linalg.solve(a, b).mT, slope

        return backward

    yield from pair(
        "a linear system", "without the transpose", torch.linalg.solve, solve_back(True), solve_back(False), matrix,
        leaf(3, 2),
    )  # fmt: skip
    inverse = custom(kept(torch.linalg.inv), lambda ctx, g: _inverse_back(ctx.saved_tensors[0], g, 1))
    yield Kind("an inverse", True, inverse, (matrix,))
    flipped = custom(kept(torch.linalg.inv), lambda ctx, g: _inverse_back(ctx.saved_tensors[0], g, -1))
    yield Kind("an inverse, its minus lost", False, flipped, (matrix,))
    yield Kind("log of the size of a determinant", True, lambda a: torch.linalg.slogdet(a).logabsdet, (matrix,))
    yield Kind("eigenvalues of a symmetrised matrix", True, lambda a: torch.linalg.eigvalsh(a + a.mT), (matrix,))
    yield Kind("nuclear norm", True, lambda a: torch.linalg.matrix_norm(a, "nuc"), (matrix,))

    def fixed_point(terms: int) -> Any:
        """x = tanh(x / 2 + a), its slope as a series of so many terms."""

        def forward(ctx: Any, a: Any) -> Any:
            x = torch.zeros_like(a)
            for _ in range(80):
                x = torch.tanh(0.5 * x + a)
            ctx.save_for_backward(x)
            return x

        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            slope = 1 - x**2
            return sum((0.5 * slope) ** k for k in range(terms)) * slope * g

        return custom(forward, backward)

    yield Kind("a fixed point", True, fixed_point(80), (leaf(4),))
    yield Kind("a fixed point, one step back", False, fixed_point(1), (leaf(4),))


def _inverse_back(a: Any, g: Any, sign: int) -> Any:
    inverse = torch.linalg.inv(a)
    return -sign * inverse.mT @ g @ inverse.mT


def _scattered() -> Iterator[Kind]:
    ids = torch.tensor([0, 2, 2, 1, 2])

    def rows(backward: Any) -> Any:
        return custom(lambda ctx, table: table[ids], backward)

    yield Kind(
        "rows of a table", True, rows(lambda ctx, g: torch.zeros(3, 2, **NEAR).index_add(0, ids, g)), (leaf(3, 2),)
    )
    once = rows(lambda ctx, g: torch.zeros(3, 2, **NEAR).index_copy(0, ids, g))
    yield Kind("rows of a table, the last one wins", False, once, (leaf(3, 2),))
    yield Kind("largest of each group", True,
               lambda x: torch.full((3,), -9.0, **NEAR).scatter_reduce(0, ids, x, "amax"), (leaf(5),))  # fmt: skip
    yield Kind("mean of each group", True,
               lambda x: torch.zeros(3, **NEAR).scatter_reduce(0, ids, x, "mean", include_self=False),
               (leaf(5),))  # fmt: skip
    spots = torch.tensor([[0, 1, 2], [2, 0, 1]])

    def sparse(values: Any, x: Any) -> Any:
        return torch.sparse.mm(torch.sparse_coo_tensor(spots, values, (3, 3)), x)

    yield Kind("a sparse matrix by its values", True, sparse, (leaf(3), leaf(3, 2)))

    def filled(lost: bool) -> Any:
        mask = torch.tensor([True, False, True, False])
        return custom(lambda ctx, x: x.masked_fill(mask, 0.0), lambda ctx, g: g if lost else g.masked_fill(mask, 0.0))

    yield Kind("masked entries", True, filled(False), (leaf(3, 4),))
    yield Kind("masked entries, the mask forgotten", False, filled(True), (leaf(3, 4),))


def _kinks() -> Iterator[Kind]:
    corner = torch.tensor([0.0, -1.0, 2.0, 0.0], **NEAR).requires_grad_()
    yield Kind("leaky ReLU at 0", True, lambda x: F.leaky_relu(x, 0.1), (corner,))
    yield Kind("soft threshold at its edge", True, lambda x: F.softshrink(x, 1.0), (corner,))
    yield Kind("Huber's loss at its edge", True, lambda x: F.huber_loss(x, torch.zeros_like(x), delta=1.0), (corner,))
    beyond = custom(kept(F.relu), lambda ctx, g: g * (ctx.saved_tensors[0] >= 0) * 2)
    yield Kind("ReLU, twice the slope", False, beyond, (corner,))

    def root(x: Any) -> Any:
        return torch.where(x > 0, x.sqrt(), torch.zeros_like(x))

    def safe(x: Any) -> Any:
        inside = torch.where(x > 0, x, torch.ones_like(x))
        return torch.where(x > 0, inside.sqrt(), torch.zeros_like(x))

    at = torch.tensor([-1.0, 0.5, 2.0], **NEAR).requires_grad_()
    yield Kind("a root below a where", False, root, (at,))
    yield Kind("a root below two wheres", True, safe, (at,))


def _tangents() -> Iterator[Kind]:
    def with_jvp(factor: float) -> Any:
        class Scaled(Function):
            @staticmethod
            def forward(ctx: Any, x: Any, y: Any) -> Any:
                ctx.save_for_backward(x, y)
                ctx.save_for_forward(x, y)
                return x * y.sin()

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                x, y = ctx.saved_tensors
                return g * y.sin(), g * x * y.cos()

            @staticmethod
            def jvp(ctx: Any, dx: Any, dy: Any) -> Any:
                x, y = ctx.saved_tensors
                return dx * y.sin() + factor * dy * x * y.cos()

        return Scaled.apply

    yield Kind("a product with both modes", True, with_jvp(1.0), (leaf(4), leaf(4)), FORWARD)
    yield Kind("a product, its tangent's sign flipped", False, with_jvp(-1.0), (leaf(4), leaf(4)), FORWARD)
    yield Kind("a product, its tangent 1e-4 off", False, with_jvp(1.0001), (leaf(4), leaf(4)), FORWARD)

    def cubed(second: Callable[[Any], Any]) -> Any:
        class Inner(Function):
            @staticmethod
            def forward(ctx: Any, x: Any, g: Any) -> Any:
                ctx.save_for_backward(x, g)
                return 3 * x**2 * g

            @staticmethod
            def backward(ctx: Any, gg: Any) -> Any:
                x, g = ctx.saved_tensors
                return second(x) * g * gg, 3 * x**2 * gg

        return custom(kept(lambda x: x**3), lambda ctx, g: Inner.apply(ctx.saved_tensors[0], g))

    yield Kind("a cube, its second derivative by hand", True, cubed(lambda x: 6 * x), (leaf(4),), SECOND)
    yield Kind("a cube, its second derivative halved", False, cubed(lambda x: 3 * x), (leaf(4),), SECOND)


def _again() -> Iterator[Kind]:
    layer = nn.Sequential(nn.Linear(4, 4, **NEAR), nn.Tanh())
    yield Kind("a layer computed anew", True, lambda x: checkpoint(layer, x, use_reentrant=False), (leaf(3, 4),))

    def in_place(before: bool) -> Any:
        """x² whose backward needs x, which forward has overwritten in a copy or in what it saved."""

        def forward(ctx: Any, x: Any) -> Any:
            work = x.clone()
            ctx.kept = x.clone() if before else work
            return work.mul_(work)

        return custom(forward, lambda ctx, g: 2 * ctx.kept * g)

    yield Kind("a square in place, kept before", True, in_place(True), (leaf(4),))
    yield Kind("a square in place, what was kept is overwritten", False, in_place(False), (leaf(4),))
    z = leaf(3, dtype=torch.complex128)
    yield Kind("angle of complex numbers", True, lambda z: torch.angle(z), (z,))
    conjugated = custom(kept(lambda z: z**2), lambda ctx, g: 2 * ctx.saved_tensors[0] * g)
    yield Kind("a complex square, not conjugated", False, conjugated, (z,))
    right = custom(kept(lambda z: z**2), lambda ctx, g: 2 * ctx.saved_tensors[0].conj() * g)
    yield Kind("a complex square", True, right, (z,))
