"""Functions of the kinds that PyTorch's own tests of gradcheck use, written anew, right and wrong."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from benchmarks.frameworks.kinds import Kind

NEAR = {"dtype": torch.float64}
FORWARD, SECOND, BATCHED = {"check_forward_ad": True}, {"second": True}, {"check_batched_grad": True}


def custom(forward: Callable[..., Any], backward: Callable[..., Any], **more: Any) -> Callable[..., Any]:
    """A custom Function as one writes it, without the lines of the class."""
    body = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Custom", (Function,), body | {k: staticmethod(v) for k, v in more.items()}).apply


def kept(operation: Callable[..., Any]) -> Callable[..., Any]:
    """A forward that saves its inputs."""

    def forward(ctx: Any, *inputs: Any) -> Any:
        ctx.save_for_backward(*inputs)
        return operation(*inputs)

    return forward


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    torch.manual_seed(3)
    return [
        *_custom(),
        *_arguments(),
        *_called_twice(),
        *_algebra(),
        *_indices(),
        *_kinks(),
        *_places(),
        *_shapes(),
        *_complex(),
        *_second(),
        *_modes(),
    ]


def leaf(*shape: int, **options: Any) -> torch.Tensor:
    """Drawn, in float64, with a gradient."""
    return torch.randn(*shape, **{**NEAR, **options}).requires_grad_()


def _custom() -> Iterator[Kind]:
    def split(ctx: Any, x: Any) -> Any:
        index = x.argsort(dim=0)
        ctx.mark_non_differentiable(index)
        ctx.save_for_backward(index)
        return x.gather(0, index), index

    def unsplit(ctx: Any, g: Any, _: Any) -> Any:
        return torch.zeros_like(g).scatter_(0, ctx.saved_tensors[0], g)

    yield Kind("sorted values and their indices", True, custom(split, unsplit), (leaf(5, 2),))
    yield Kind(
        "sorted values, the upstream not put back in place", False, custom(split, lambda ctx, g, _: g), (leaf(5, 2),)
    )

    def late(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs, output)

    def logistic(backward: Any) -> Any:
        return custom(lambda x: 1 / (1 + (-x).exp()), backward, setup_context=late)

    yield Kind(
        "setup_context and the saved output", True,
        logistic(lambda ctx, g: g * ctx.saved_tensors[1] * (1 - ctx.saved_tensors[1])), (leaf(7),),
    )  # fmt: skip
    yield Kind(
        "setup_context, the input taken for the output", False,
        logistic(lambda ctx, g: g * ctx.saved_tensors[0] * (1 - ctx.saved_tensors[0])), (leaf(7),),
    )  # fmt: skip


def _arguments() -> Iterator[Kind]:
    def divided(backward: Any) -> Any:
        return custom(kept(lambda a, b: a / b), backward)

    def quotient(ctx: Any, g: Any) -> Any:
        a, b = ctx.saved_tensors
        return (g / b).sum_to_size(a.shape), (-g * a / b**2).sum_to_size(b.shape)

    yield Kind("quotient that broadcasts", True, divided(quotient), (leaf(4, 3), leaf(3)))

    def mean_for_sum(ctx: Any, g: Any) -> Any:
        a, b = ctx.saved_tensors
        return g / b, (-g * a / b**2).mean(0)

    yield Kind("quotient that broadcasts, mean for sum", False, divided(mean_for_sum), (leaf(4, 3), leaf(3)))
    yield Kind(
        "a gradient for one of two inputs is None", False,
        divided(lambda ctx, g: (g / ctx.saved_tensors[1], None)), (leaf(4, 3), leaf(4, 3)),
    )  # fmt: skip

    def scaled(ctx: Any, x: Any, power: int, name: str) -> Any:
        ctx.save_for_backward(x)
        ctx.power = power
        return x**power

    yield Kind(
        "arguments that are no tensors", True,
        custom(scaled, lambda ctx, g: (g * ctx.power * ctx.saved_tensors[0] ** (ctx.power - 1), None, None)),
        (leaf(3, 2), 3, "cube"),
    )  # fmt: skip
    yield Kind(
        "arguments that are no tensors, the factor forgotten", False,
        custom(scaled, lambda ctx, g: (g * ctx.saved_tensors[0] ** (ctx.power - 1), None, None)),
        (leaf(3, 2), 3, "cube"),
    )  # fmt: skip


def _called_twice() -> Iterator[Kind]:
    def inside(ctx: Any, x: Any) -> Any:
        with torch.enable_grad():
            ctx.x = x.detach().requires_grad_()
            ctx.y = (ctx.x**3).cumsum(0)
        return ctx.y.detach()

    def reentered(ctx: Any, g: Any) -> Any:
        with torch.enable_grad():
            ctx.y.backward(g, retain_graph=True)
        return ctx.x.grad

    def reentered_cleanly(ctx: Any, g: Any) -> Any:
        return torch.autograd.grad(ctx.y, ctx.x, g, retain_graph=True)[0]

    yield Kind("backward inside of backward", True, custom(inside, reentered_cleanly), (leaf(4),))
    yield Kind("backward inside of backward, by .grad", True, custom(inside, reentered), (leaf(4),))

    def pair(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        ctx.set_materialize_grads(False)
        return a * b, a - b

    def careless(ctx: Any, g: Any, h: Any) -> Any:
        a, b = ctx.saved_tensors
        return g * b + h, g * a - h

    def careful(ctx: Any, g: Any, h: Any) -> Any:
        a, b = ctx.saved_tensors
        g, h = (torch.zeros_like(a) if u is None else u for u in (g, h))
        return g * b + h, g * a - h

    yield Kind("two outputs, either may be unused", True, custom(pair, careful), (leaf(3), leaf(3)))
    yield Kind("two outputs, fails where one is unused", False, custom(pair, careless), (leaf(3), leaf(3)))
    yield Kind(
        "two outputs, their upstreams swapped", False,
        custom(pair, lambda ctx, g, h: careful(ctx, h, g)), (leaf(3), leaf(3)),
    )  # fmt: skip
    random = custom(kept(torch.sin), lambda ctx, g: g * ctx.saved_tensors[0].cos() * (1 + 1e-4 * torch.rand(())))
    yield Kind("backward draws random numbers", False, random, (leaf(6),))
    counted = [0]

    def every_second(ctx: Any, g: Any) -> Any:
        counted[0] += 1
        return g * ctx.saved_tensors[0].cos() * (1 if counted[0] % 2 else 2)

    yield Kind("every second call of backward is wrong", False, custom(kept(torch.sin), every_second), (leaf(6),))

    def in_place(ctx: Any, g: Any) -> Any:
        return g.mul_(ctx.saved_tensors[0].cos())

    yield Kind("backward writes into its upstream", True, custom(kept(torch.sin), in_place), (leaf(6),))


def _algebra() -> Iterator[Kind]:
    spd = torch.randn(4, 4, **NEAR)
    spd = (spd @ spd.T + 4 * torch.eye(4, **NEAR)).requires_grad_()
    yield Kind("Cholesky factor", True, lambda a: torch.linalg.cholesky((a + a.T) / 2), (spd,))
    yield Kind("eigenvalues", True, lambda a: torch.linalg.eigvalsh(a + a.mT), (leaf(4, 4),))
    yield Kind("log of a determinant", True, lambda a: torch.linalg.slogdet(a @ a.mT)[1], (leaf(2, 3, 3),))
    yield Kind(
        "determinant of a singular matrix, by PyTorch itself", False, torch.linalg.det,
        (torch.tensor([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]], **NEAR).requires_grad_(),),
    )  # fmt: skip
    yield Kind("singular values", True, lambda a: torch.linalg.svd(a, full_matrices=False).S, (leaf(4, 3),))
    yield Kind("projector on the range", True, lambda a: (q := torch.linalg.qr(a).Q) @ q.mT, (leaf(5, 2),))
    yield Kind("pseudoinverse", True, torch.linalg.pinv, (leaf(4, 3),))
    yield Kind("matrix exponential", True, torch.linalg.matrix_exp, (leaf(3, 3),))
    yield Kind(
        "triangular solve", True,
        lambda t, b: torch.linalg.solve_triangular(t.tril() + 3 * torch.eye(3), b, upper=False),
        (leaf(3, 3), leaf(3, 2)),
    )  # fmt: skip
    yield Kind(
        "einsum of three",
        True,
        lambda a, b, c: torch.einsum("ij,jk,ki->i", a, b, c),
        (leaf(2, 3), leaf(3, 4), leaf(4, 2)),
    )
    yield Kind("least squares", True, lambda a, b: torch.linalg.lstsq(a, b).solution, (leaf(5, 3), leaf(5, 1)))

    def inverse(slope: Callable[..., Any]) -> Any:
        return custom(
            lambda ctx, a: (ctx.save_for_backward(y := torch.linalg.inv(a)), y)[1],
            lambda ctx, g: slope(g, ctx.saved_tensors[0]),
        )

    well = (torch.randn(3, 3, **NEAR) + 3 * torch.eye(3, **NEAR)).requires_grad_()
    yield Kind("inverse", True, inverse(lambda g, y: -y.mT @ g @ y.mT), (well,))
    yield Kind("inverse, one transpose forgotten", False, inverse(lambda g, y: -y.mT @ g @ y), (well,))
    factor = custom(
        lambda ctx, a: (ctx.save_for_backward(a), torch.linalg.slogdet(a)[1])[1],
        lambda ctx, g: g * torch.linalg.inv(ctx.saved_tensors[0]),
    )
    yield Kind("log of a determinant, inverse without transpose", False, factor, (well,))


def _indices() -> Iterator[Kind]:
    ids, columns = torch.tensor([0, 2, 2, 1, 0]), torch.tensor([[0, 1], [1, 1], [3, 0]])
    yield Kind("index with repeats", True, lambda x: x[ids] ** 2, (leaf(3, 2),))
    yield Kind("gather along a row", True, lambda x: x.gather(1, columns), (leaf(3, 4),))
    yield Kind(
        "index_put that accumulates", True,
        lambda x, v: x.index_put((ids,), v, accumulate=True) ** 2, (leaf(3, 2), leaf(5, 2)),
    )  # fmt: skip
    yield Kind(
        "scatter_reduce by product",
        True,
        lambda v: torch.ones(3, **NEAR).scatter_reduce(0, ids, v, "prod"),
        (leaf(5),),
    )
    yield Kind(
        "cumulative product through a zero",
        True,
        lambda x: x.cumprod(0),
        (torch.tensor([2.0, 0, 3, -1], **NEAR).requires_grad_(),),
    )
    yield Kind("product with two zeros", True, torch.prod, (torch.tensor([2.0, 0, 0, -1], **NEAR).requires_grad_(),))
    yield Kind("top two", True, lambda x: x.topk(2).values, (leaf(3, 5),))
    yield Kind(
        "a masked mean", True, lambda x: x.masked_fill(torch.eye(3, dtype=torch.bool), 0).mean(0), (leaf(3, 3),)
    )
    yield Kind(
        "embedding with a padding index",
        False,
        lambda w: torch.nn.functional.embedding(ids, w, padding_idx=0),
        (leaf(3, 2),),
    )

    def lookup(put: Callable[..., Any]) -> Any:
        def backward(ctx: Any, g: Any) -> Any:
            return put(torch.zeros_like(ctx.saved_tensors[0]), g)

        return custom(kept(lambda w: w[ids]), backward)

    def overwrite(d: Any, g: Any) -> Any:
        d[ids] = g
        return d

    def add(d: Any, g: Any) -> Any:
        d[ids] += g
        return d

    yield Kind("a look-up of one's own", True, lookup(lambda d, g: d.index_add(0, ids, g)), (leaf(3, 2),))
    yield Kind("a look-up, = for +=", False, lookup(overwrite), (leaf(3, 2),))
    yield Kind("a look-up, += with repeated indices", False, lookup(add), (leaf(3, 2),))


def _kinks() -> Iterator[Kind]:
    edge = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0], **NEAR).requires_grad_()
    yield Kind("clamp at its bounds", True, lambda x: x.clamp(0, 1), (edge,))
    yield Kind("hard shrink away from its jumps", True, lambda x: torch.nn.functional.hardshrink(x, 0.3), (edge,))
    yield Kind(
        "maximum of equal numbers",
        True,
        lambda a, b: torch.maximum(a, b),
        (edge, edge.detach().clone().requires_grad_()),
    )
    yield Kind(
        "Huber loss at its joints",
        True,
        lambda x: torch.nn.functional.huber_loss(x, torch.zeros(5, **NEAR), reduction="none"),
        (edge,),
    )
    yield Kind(
        "leaky ReLU at 0, the slope of neither side",
        False,
        custom(
            kept(lambda x: torch.where(x > 0, x, 0.1 * x)),
            lambda ctx, g: (
                g * torch.where(ctx.saved_tensors[0] > 0, 1.0, torch.where(ctx.saved_tensors[0] < 0, 0.1, 2.0))
            ),
        ),
        (edge,),
    )
    yield Kind(
        "where of a root, the other side is not a number",
        False,
        lambda x: torch.where(x > 0, x.sqrt(), 0.0 * x),
        (torch.tensor([-1.0, 4.0, 2.0], **NEAR).requires_grad_(),),
    )
    yield Kind(
        "where of a root, made safe before",
        True,
        lambda x: torch.where(x > 0, torch.where(x > 0, x, 1).sqrt(), 0.0),
        (torch.tensor([-1.0, 4.0, 2.0], **NEAR).requires_grad_(),),
    )
    yield Kind(
        "straight through a rounding",
        False,
        lambda x: x + (x.round() - x).detach(),
        (torch.tensor([0.2, 1.3, -0.7], **NEAR).requires_grad_(),),
    )
    yield Kind("norm away from 0", True, lambda x: x.norm(dim=1), (leaf(3, 2),))


def _places() -> Iterator[Kind]:
    def squared_in_place(x: Any) -> Any:
        y = x * 1
        y[:, 0] = x[:, 0] * x[:, 1]
        return y

    yield Kind("written into a column", True, squared_in_place, (leaf(3, 2),))

    def through_a_view(x: Any) -> Any:
        y = x.clone()
        y.view(-1)[1::2].mul_(3)
        return y.sin_()

    yield Kind("written through a view", True, through_a_view, (leaf(3, 4),))
    yield Kind("data of a tensor changed behind autograd", False, lambda x: _behind(x), (leaf(4),))
    shared = leaf(4)
    yield Kind("one tensor given twice", True, lambda a, b: a * b, (shared, shared))
    yield Kind("detached in one of two places", False, lambda x: x * x.detach(), (leaf(5),))
    yield Kind(
        "checkpoint",
        True,
        lambda x: torch.utils.checkpoint.checkpoint(lambda y: y.exp().cumsum(0), x, use_reentrant=False),
        (leaf(5),),
    )

    def hooked(x: Any) -> Any:
        y = x * 2
        y.register_hook(lambda g: g * 0.5)
        return y.sin()

    yield Kind("a hook that halves the gradient", False, hooked, (leaf(4),))


def _behind(x: Any) -> Any:
    y = x * 1
    y.data.mul_(2)
    return y**2


def _shapes() -> Iterator[Kind]:
    Out = namedtuple("Out", "mean spread")
    yield Kind("turned and skipping", True, lambda x: x.exp(), (torch.randn(4, 6, **NEAR).t()[::2].requires_grad_(),))
    yield Kind("one number", True, lambda x: x**3, (torch.tensor(1.5, **NEAR).requires_grad_(),))
    yield Kind(
        "no entries at all beside some",
        True,
        lambda a, b: torch.cat([a, b]).sin(),
        (torch.zeros(0, 2, **NEAR).requires_grad_(), leaf(3, 2)),
    )
    yield Kind("an output without entries", True, lambda x: (x[:0], x.sin()), (leaf(3),))
    yield Kind("a named tuple", True, lambda x: Out(x.mean(0), x.std(0)), (leaf(5, 2),))
    yield Kind("a dict of lists", True, lambda x: {"a": [x.sin(), x.cos()], "b": x.sum()}, (leaf(3),))
    yield Kind("an output that is an input", True, lambda x, y: (x, x * y), (leaf(3), leaf(3)))
    yield Kind("None among the outputs", True, lambda x: (x.exp(), None), (leaf(3),))
    yield Kind(
        "a list of tensors as one argument",
        True,
        lambda xs, y: torch.stack(list(xs)).sum(0) * y,
        ([torch.ones(3, **NEAR)] * 2, leaf(3)),
    )
    yield Kind("float32 where asked", True, lambda x: x.sin() * 2, (leaf(6, dtype=torch.float32),))
    yield Kind(
        "float32, twice what it should be",
        False,
        custom(kept(torch.sin), lambda ctx, g: 2 * g * ctx.saved_tensors[0].cos()),
        (leaf(6, dtype=torch.float32),),
    )
    yield Kind(
        "batch norm in training",
        True,
        lambda x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, training=True),
        (leaf(6, 3), leaf(3), leaf(3)),
    )
    cell = torch.nn.LSTM(3, 2, num_layers=2).double()
    yield Kind(
        "a module's forward, its state as inputs",
        True,
        lambda x, h, c: (lambda o, s: (o, *s))(*cell(x, (h, c))),
        (leaf(4, 1, 3), leaf(2, 1, 2), leaf(2, 1, 2)),
    )
    yield Kind(
        "transposed convolution",
        True,
        lambda x, w: torch.nn.functional.conv_transpose1d(x, w, stride=2, padding=1),
        (leaf(1, 2, 4), leaf(2, 3, 3)),
    )
    yield Kind(
        "sparse product with values",
        True,
        lambda v, d: torch.sparse.mm(torch.sparse_coo_tensor(torch.tensor([[0, 1, 1], [2, 0, 2]]), v, (2, 3)), d),
        (leaf(3), leaf(3, 2)),
    )
    grid = torch.rand(1, 3, 3, 2, **NEAR) * 0.9 - 0.4
    yield Kind(
        "grid_sample",
        True,
        lambda x, g: torch.nn.functional.grid_sample(x, g, align_corners=True),
        (leaf(1, 1, 4, 4), grid.requires_grad_()),
    )


def _complex() -> Iterator[Kind]:
    z = {"dtype": torch.complex128}
    yield Kind("Fourier transform and its power", True, lambda x: torch.fft.rfft(x).abs() ** 2, (leaf(8),))
    yield Kind("angle and size", True, lambda w: (w.angle(), w.abs()), (leaf(4, **z),))
    yield Kind("complex from two real ones", True, lambda r, a: torch.polar(r.exp(), a), (leaf(3), leaf(3)))
    yield Kind("Hermitian eigenvalues", True, lambda a: torch.linalg.eigvalsh(a + a.mH), (leaf(3, 3, **z),))
    yield Kind(
        "complex product, conjugate forgotten",
        False,
        custom(kept(lambda a, b: a * b), lambda ctx, g: (g * ctx.saved_tensors[1], g * ctx.saved_tensors[0])),
        (leaf(3, **z), leaf(3, **z)),
    )
    yield Kind(
        "complex product",
        True,
        custom(
            kept(lambda a, b: a * b),
            lambda ctx, g: (g * ctx.saved_tensors[1].conj(), g * ctx.saved_tensors[0].conj()),
        ),
        (leaf(3, **z), leaf(3, **z)),
    )
    yield Kind("a real input, a complex factor", True, lambda x: x * (2 + 1j), (leaf(4),))


def _second() -> Iterator[Kind]:
    def powered(backward: Any) -> Any:
        return custom(kept(lambda x: x**3), backward)

    yield Kind(
        "second order: cube", True, powered(lambda ctx, g: g * 3 * ctx.saved_tensors[0] ** 2), (leaf(4),), SECOND
    )

    def by_number(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * torch.from_numpy(3 * x.detach().numpy() ** 2)

    yield Kind("second order: cube, the slope by NumPy", False, powered(by_number), (leaf(4),), SECOND)
    inner = custom(
        kept(lambda g, x: g * 3 * x**2),
        lambda ctx, u: (u * 3 * ctx.saved_tensors[1] ** 2, u * ctx.saved_tensors[0] * 3 * ctx.saved_tensors[1]),
    )
    yield Kind(
        "second order: a double backward of its own, half of it",
        False,
        powered(lambda ctx, g: inner(g, *ctx.saved_tensors)),
        (leaf(4),),
        SECOND,
    )

    def stored(ctx: Any, x: Any) -> Any:
        ctx.slope = x.cos()
        return x.sin()

    yield Kind(
        "second order: slope kept as an attribute",
        False,
        custom(stored, lambda ctx, g: g * ctx.slope),
        (leaf(4),),
        SECOND,
    )
    yield Kind(
        "second order: once_differentiable",
        False,
        custom(kept(torch.sin), once_differentiable(lambda ctx, g: g * ctx.saved_tensors[0].cos())),
        (leaf(4),),
        SECOND,
    )
    yield Kind("second order: linear function", True, lambda x, w: x @ w, (leaf(2, 3), leaf(3, 2)), SECOND)
    yield Kind(
        "second order: gelu of several outputs",
        True,
        lambda x: (torch.nn.functional.gelu(x), x.logsumexp(0)),
        (leaf(4),),
        SECOND,
    )
    yield Kind("second order: ReLU, slopes of 0", True, lambda x: x.relu() * 2, (leaf(5),), SECOND)


def _modes() -> Iterator[Kind]:
    def with_jvp(jvp: Any, backward: Any = lambda ctx, g: g * ctx.saved_tensors[0].exp()) -> Any:
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)
            return x.exp()

        return custom(forward, backward, jvp=jvp)

    yield Kind("forward mode", True, with_jvp(lambda ctx, t: t * ctx.saved_tensors[0].exp()), (leaf(4),), FORWARD)
    yield Kind(
        "forward mode, wrong there only",
        False,
        with_jvp(lambda ctx, t: t * ctx.saved_tensors[0]),
        (leaf(4),),
        FORWARD,
    )
    yield Kind(
        "forward mode is not there",
        False,
        custom(kept(torch.exp), lambda ctx, g: g * ctx.saved_tensors[0].exp()),
        (leaf(4),),
        FORWARD,
    )
    yield Kind(
        "forward mode of a solve",
        True,
        torch.linalg.solve,
        ((torch.randn(3, 3, **NEAR) + 3 * torch.eye(3, **NEAR)).requires_grad_(), leaf(3)),
        FORWARD,
    )
    numbered = custom(kept(torch.exp), lambda ctx, g: g * float(g.sum() != 0.25) * ctx.saved_tensors[0].exp())
    yield Kind("several upstreams at once", True, lambda x, w: (x @ w).tanh(), (leaf(2, 3), leaf(3, 2)), BATCHED)
    yield Kind("several upstreams at once, a number taken out", False, numbered, (leaf(4),), BATCHED)
