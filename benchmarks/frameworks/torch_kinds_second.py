"""A second batch of PyTorch functions, written before gradlab had seen one: modules, hooks, views, precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.autograd import Function
from torch.func import functional_call, grad, jacrev, jvp, vmap
from torch.nn import functional as F
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

from benchmarks.frameworks.kinds import Kind
from benchmarks.frameworks.torch_kinds import BATCHED, FORWARD, NEAR, SECOND, custom, kept, leaf


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    torch.manual_seed(29)
    return [*_modules(), *_functions(), *_hooks(), *_views(), *_precision(), *_losses(), *_complex(), *_orders()]


def _modules() -> Iterator[Kind]:
    layer = nn.Linear(4, 3, **NEAR)
    names = tuple(dict(layer.named_parameters()))

    def called(module: nn.Module) -> Callable[..., Any]:
        return lambda x, *values: functional_call(module, dict(zip(names, values, strict=True)), (x,))

    yield Kind("functional_call of a linear layer", True, called(layer), (leaf(5, 4), leaf(3, 4), leaf(3)))

    class Detached(nn.Linear):
        def forward(self, x: Any) -> Any:
            return F.linear(x, self.weight, self.bias.detach())

    yield Kind(
        "functional_call, the bias detached", False, called(Detached(4, 3, **NEAR)), (leaf(5, 4), leaf(3, 4), leaf(3))
    )
    attention = nn.MultiheadAttention(4, 2, batch_first=True, **NEAR)
    yield Kind("attention as a layer", True, lambda x: attention(x, x, x)[0], (leaf(2, 3, 4),))
    encoder = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True, **NEAR)
    yield Kind("a transformer's layer", True, encoder, (leaf(2, 3, 4),))
    lstm = nn.LSTM(3, 4, batch_first=True, **NEAR)
    yield Kind("LSTM, output and state", True, lstm, (leaf(2, 5, 3),))
    yield Kind("a layer in evaluation mode", True, nn.BatchNorm1d(3, **NEAR).eval(), (leaf(5, 3),))
    yield Kind("weight norm", True, parametrizations.weight_norm(nn.Linear(4, 2, **NEAR)), (leaf(3, 4),))
    orthogonal = parametrizations.orthogonal(nn.Linear(3, 3, **NEAR))
    yield Kind("an orthogonal layer", True, orthogonal, (leaf(2, 3),))

    class Halved(nn.Module):
        def forward(self, x: Any) -> Any:
            return x.relu() * 0.5 + 0.5 * x.relu().detach()

    yield Kind("a layer, half of which is detached", False, Halved(), (leaf(4, 3),))
    yield Kind("group norm", True, nn.GroupNorm(2, 4, **NEAR), (leaf(3, 4, 5),))
    yield Kind("max pooling", True, nn.MaxPool2d(2), (leaf(1, 2, 4, 4),))
    yield Kind("adaptive average pooling", True, nn.AdaptiveAvgPool1d(3), (leaf(2, 2, 7),))
    yield Kind(
        "pixel shuffle, reflection",
        True,
        nn.Sequential(nn.PixelShuffle(2), nn.ReflectionPad2d(1)),
        (leaf(1, 4, 2, 2),),
    )
    yield Kind("bilinear layer", True, nn.Bilinear(3, 4, 2, **NEAR), (leaf(5, 3), leaf(5, 4)))
    packed = nn.EmbeddingBag(6, 3, mode="sum", **NEAR)
    yield Kind(
        "bags of an embedding with weights",
        True,
        lambda w: packed(torch.tensor([[0, 2], [5, 2]]), per_sample_weights=w),
        (leaf(2, 2),),
    )


def _functions() -> Iterator[Kind]:
    class Swish(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, beta: float = 1.0) -> Any:
            ctx.save_for_backward(x)
            ctx.beta = beta
            return x * torch.sigmoid(beta * x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            s = torch.sigmoid(ctx.beta * x)
            return g * (s + ctx.beta * x * s * (1 - s)), None

    class SwishNoBeta(Swish):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            s = torch.sigmoid(ctx.beta * x)
            return g * (s + x * s * (1 - s)), None

    yield Kind("swish with a number beside", True, lambda x: Swish.apply(x, 1.7), (leaf(4, 3),))
    yield Kind("swish, the inner factor forgotten", False, lambda x: SwishNoBeta.apply(x, 1.7), (leaf(4, 3),))
    yield Kind(
        "swish, the inner factor forgotten where it is 1", True, lambda x: SwishNoBeta.apply(x, 1.0), (leaf(4, 3),)
    )

    def normalised(backward: Any) -> Any:
        def forward(ctx: Any, x: Any, gain: Any) -> Any:
            rms = (x.square().mean(-1, keepdim=True) + 1e-6).sqrt()
            ctx.save_for_backward(x, gain, rms)
            return x / rms * gain

        return custom(forward, backward)

    def rms_back(ctx: Any, g: Any) -> Any:
        x, gain, rms = ctx.saved_tensors
        n, h = x / rms, g * gain
        return (h - n * (h * n).mean(-1, keepdim=True)) / rms, (g * n).sum(0)

    def rms_short(ctx: Any, g: Any) -> Any:
        x, gain, rms = ctx.saved_tensors
        return g * gain / rms, (g * x / rms).sum(0)

    yield Kind("RMS norm of one's own", True, normalised(rms_back), (leaf(4, 6), leaf(6)))
    yield Kind("RMS norm of one's own, the size held fixed", False, normalised(rms_short), (leaf(4, 6), leaf(6)))

    def only_first(ctx: Any, g: Any) -> Any:
        a, b = ctx.saved_tensors
        return (g @ b.mT if ctx.needs_input_grad[0] else None), (a.mT @ g if ctx.needs_input_grad[1] else None)

    yield Kind(
        "needs_input_grad, one input fixed",
        True,
        custom(kept(torch.matmul), only_first),
        (leaf(2, 3), torch.randn(3, 4, **NEAR)),
    )
    yield Kind(
        "needs_input_grad, both inputs", True, custom(kept(torch.matmul), only_first), (leaf(2, 3), leaf(3, 4))
    )

    def doubled(ctx: Any, x: Any) -> Any:
        ctx.mark_dirty(x)
        return x.mul_(2)

    yield Kind(
        "in place, marked dirty", True, lambda x: custom(doubled, lambda ctx, g: 2 * g)(x.clone()), (leaf(3, 2),)
    )
    yield Kind(
        "in place, marked dirty, the factor lost",
        False,
        lambda x: custom(doubled, lambda ctx, g: g)(x.clone()),
        (leaf(3, 2),),
    )

    def through_numpy(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return torch.from_numpy(x.detach().numpy() ** 3)

    yield Kind(
        "NumPy in forward and backward",
        True,
        custom(through_numpy, lambda ctx, g: 3 * g * ctx.saved_tensors[0] ** 2),
        (leaf(5),),
    )
    yield Kind(
        "float32 in the backward of a double",
        True,
        custom(kept(torch.sin), lambda ctx, g: (g.float() * ctx.saved_tensors[0].float().cos()).double()),
        (leaf(5),),
        {"rtol": 1e-5},
    )
    yield Kind(
        "an upstream that is expanded",
        True,
        lambda x: custom(kept(torch.tanh), lambda ctx, g: g * (1 - ctx.saved_tensors[0].tanh() ** 2))(x).sum(),
        (leaf(3, 4),),
    )
    yield Kind(
        "an upstream taken as if it were dense",
        False,
        lambda x: (
            custom(
                kept(torch.tanh),
                lambda ctx, g: g.as_strided(g.shape, (g.shape[1], 1)) * (1 - ctx.saved_tensors[0].tanh() ** 2),
            )(x.mT).mT
        ),
        (leaf(3, 4),),
    )
    flip = custom(
        lambda ctx, x, lam: (setattr(ctx, "lam", lam), x.view_as(x))[1], lambda ctx, g: (-ctx.lam * g, None)
    )
    yield Kind("a gradient turned round on purpose", False, lambda x: flip(x, 0.3), (leaf(4),))

    def swapped(ctx: Any, ga: Any, gb: Any) -> Any:
        return torch.cat([gb, ga])

    yield Kind(
        "split in two, the halves swapped",
        False,
        custom(lambda ctx, x: tuple(t.clone() for t in x.chunk(2)), swapped),
        (leaf(6),),
    )


def _hooks() -> Iterator[Kind]:
    layer = nn.Linear(3, 3, **NEAR)
    layer.register_forward_hook(lambda module, args, out: out * 2)
    yield Kind("a forward hook that doubles", True, layer, (leaf(2, 3),))
    clipped = nn.Linear(3, 3, **NEAR)
    clipped.register_full_backward_hook(lambda module, into, out: (into[0].clamp(-0.1, 0.1),))
    yield Kind("a backward hook that clips", False, clipped, (leaf(2, 3),))
    watched = nn.Linear(3, 3, **NEAR)
    watched.register_full_backward_hook(lambda module, into, out: None)
    yield Kind("a backward hook that only looks", True, watched, (leaf(2, 3),))

    def scaled(x: Any) -> Any:
        y = x * 3
        if y.requires_grad:
            y.register_hook(lambda g: g / 3)
        return y.sin()

    yield Kind("a hook inside that divides", False, scaled, (leaf(4),))
    yield Kind(
        "checkpoint of an MLP",
        True,
        lambda x: checkpoint(nn.Sequential(nn.Tanh(), nn.Softplus()), x, use_reentrant=False),
        (leaf(3, 2),),
    )
    yield Kind("no_grad for a part", False, lambda x: x.square() + _held(x), (leaf(4),))
    yield Kind(
        "no_grad for a part that is constant", True, lambda x: x.square() * _held(torch.ones(4, **NEAR)), (leaf(4),)
    )


def _held(x: Any) -> Any:
    with torch.no_grad():
        return x.cos()


def _views() -> Iterator[Kind]:
    yield Kind("unfold with overlap", True, lambda x: x.unfold(0, 3, 1).prod(-1), (leaf(6),))
    yield Kind("as_strided with overlap", True, lambda x: x.as_strided((4, 3), (1, 1)).exp(), (leaf(6),))
    yield Kind("an expanded input", True, lambda x: x.expand(4, 3).cumsum(0), (leaf(1, 3),))

    def filled(x: Any) -> Any:
        out = torch.zeros(3, 3, **NEAR)
        out.diagonal().copy_(x.exp())
        out[0, 1:] = x[1:] * x[0]
        return out

    yield Kind("diagonal and row written in place", True, filled, (leaf(3),))

    def summed(x: Any) -> Any:
        total = torch.zeros((), **NEAR)
        for row in x:
            total = total + row.norm()
        return total

    yield Kind("a Python loop over rows", True, summed, (leaf(3, 2),))
    yield Kind("roll and flip", True, lambda x: x.roll(1, 0) * x.flip(1), (leaf(3, 4),))
    mask = torch.tensor([[True, False, True], [False, True, True]])
    yield Kind(
        "masked_fill with minus infinity, softmax",
        True,
        lambda x: x.masked_fill(~mask, -math.inf).softmax(-1),
        (leaf(2, 3),),
    )
    yield Kind("boolean mask", True, lambda x: x[mask].tanh(), (leaf(2, 3),))
    yield Kind("masked_scatter", True, lambda x, y: x.masked_scatter(mask, y), (leaf(2, 3), leaf(4)))
    yield Kind(
        "tril, triu and outer",
        True,
        lambda a, b: torch.outer(a, b).tril() + torch.outer(b, a).triu(1),
        (leaf(3), leaf(3)),
    )
    yield Kind("an input that is a slice of a leaf", True, lambda x: x.square(), (leaf(6)[::2],))
    yield Kind("median of an odd row", True, lambda x: x.median(-1).values, (leaf(3, 5),))
    yield Kind(
        "index_select and index_add",
        True,
        lambda x: torch.zeros(3, 2, **NEAR).index_add(0, torch.tensor([0, 2, 0]), x),
        (leaf(3, 2),),
    )
    yield Kind(
        "nested lists of tensors",
        True,
        lambda xs: torch.stack([a * b for a, b in xs]),
        ([(leaf(2), leaf(2)), (leaf(2), leaf(2))],),
    )


def _precision() -> Iterator[Kind]:
    yield Kind("float32 inputs", True, torch.tanh, (leaf(4, dtype=torch.float32),))
    yield Kind("bfloat16 on the way", True, lambda x: x.bfloat16().float().sin(), (leaf(4, dtype=torch.float32),))

    def mixed(x: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return (x @ x.mT).float()

    yield Kind("autocast to bfloat16", True, mixed, (leaf(3, 3, dtype=torch.float32),))
    yield Kind("double that goes through float32", True, lambda x: x.float().exp().double(), (leaf(4),))
    yield Kind(
        "large and small entries", True, lambda x: (x * torch.tensor([1e8, 1.0, 1e-8], **NEAR)).sin(), (leaf(3),)
    )
    yield Kind("logsumexp of large numbers", True, lambda x: (100 * x).logsumexp(-1), (leaf(3, 4),))


def _losses() -> Iterator[Kind]:
    labels = torch.tensor([0, 2, 1, 2])
    yield Kind(
        "cross entropy with smoothing and weights",
        True,
        lambda x: F.cross_entropy(x, labels, torch.tensor([1.0, 2.0, 0.5], **NEAR), label_smoothing=0.1),
        (leaf(4, 3),),
    )
    yield Kind("cross entropy, targets as an input", True, lambda x, y: F.cross_entropy(x, y), (leaf(4, 3), labels))
    yield Kind(
        "logits and targets",
        True,
        lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor([0.0, 1.0, 1.0], **NEAR)),
        (leaf(3),),
    )
    yield Kind(
        "CTC",
        True,
        lambda x: F.ctc_loss(x.log_softmax(-1), torch.tensor([[1, 2]]), torch.tensor([5]), torch.tensor([2])),
        (leaf(5, 1, 4),),
    )
    yield Kind(
        "cosine similarity and a margin",
        True,
        lambda a, b: F.cosine_embedding_loss(a, b, torch.tensor([1, -1, 1])),
        (leaf(3, 4), leaf(3, 4)),
    )
    yield Kind(
        "divergence of two Gaussians",
        True,
        lambda m, s: torch.distributions.kl_divergence(
            torch.distributions.Normal(m, s.exp()), torch.distributions.Normal(0.0, 1.0)
        ),
        (leaf(3), leaf(3)),
    )
    yield Kind(
        "scaled dot product attention, causal",
        True,
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        (leaf(1, 3, 4), leaf(1, 3, 4), leaf(1, 3, 4)),
    )

    def entropy(backward: Any) -> Any:
        def forward(ctx: Any, z: Any) -> Any:
            p = z.softmax(-1)
            ctx.save_for_backward(p)
            return -(p[torch.arange(4), labels]).log().mean()

        return custom(forward, backward)

    def pulled(ctx: Any, g: Any) -> Any:
        return g * (ctx.saved_tensors[0] - F.one_hot(labels, 3)) / 4

    yield Kind("softmax cross entropy of one's own", True, entropy(pulled), (leaf(4, 3),))
    yield Kind(
        "softmax cross entropy, the upstream ignored", False, entropy(lambda ctx, g: pulled(ctx, 1.0)), (leaf(4, 3),)
    )
    yield Kind("dropout in training", True, lambda x: F.dropout(x, 0.5), (leaf(6),))


def _complex() -> Iterator[Kind]:
    z = {"dtype": torch.complex128}
    yield Kind("complex tanh", True, torch.tanh, (leaf(3, **z),))
    yield Kind("size of a complex number", True, lambda x: x.abs() ** 2, (leaf(3, **z),))
    yield Kind("view_as_real", True, lambda x: torch.view_as_real(x).square(), (leaf(3, **z),))
    square = custom(kept(torch.square), lambda ctx, g: 2 * g * ctx.saved_tensors[0].conj())
    yield Kind("complex square of one's own", True, square, (leaf(3, **z),))
    wrong = custom(kept(torch.square), lambda ctx, g: 2 * g * ctx.saved_tensors[0])
    yield Kind("complex square of one's own, no conjugate", False, wrong, (leaf(3, **z),))
    yield Kind("real Fourier transform and back", True, lambda x: torch.fft.irfft(torch.fft.rfft(x) * 2), (leaf(6),))


def _orders() -> Iterator[Kind]:
    yield Kind("gradient by torch.func", True, lambda x: grad(lambda y: y.sin().sum())(x), (leaf(4),))
    yield Kind("rows of a Jacobian by torch.func", True, lambda x: jacrev(torch.tanh)(x), (leaf(3),))
    yield Kind("vmap of a dot product", True, lambda a, b: vmap(torch.dot)(a, b), (leaf(4, 3), leaf(4, 3)))
    yield Kind("jvp by torch.func", True, lambda x, v: jvp(torch.sin, (x,), (v,))[1], (leaf(4), leaf(4)))
    yield Kind("second order: softplus network", True, lambda x: F.softplus(x @ x.mT).sum(), (leaf(3, 2),), SECOND)
    twice = custom(kept(lambda x: x**4), lambda ctx, g: 4 * g * ctx.saved_tensors[0].detach() ** 3)
    yield Kind("second order: what backward detaches", False, twice, (leaf(3),), SECOND)
    yield Kind("second order: layer norm", True, lambda x: F.layer_norm(x, (4,)), (leaf(2, 4),), SECOND)
    yield Kind("forward mode of layer norm", True, lambda x: F.layer_norm(x, (4,)), (leaf(2, 4),), FORWARD)
    yield Kind(
        "several upstreams at once, a convolution",
        True,
        lambda x, w: F.conv1d(x, w),
        (leaf(1, 2, 5), leaf(3, 2, 3)),
        BATCHED,
    )
