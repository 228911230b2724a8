"""gradcheck and gradgradcheck: several outputs, second order, undefined and batched upstream, forward mode."""

import numpy as np
import pytest

from gradlab import GradientMismatch, GradlabError, Verdict
from tests.adapters.framework import framework

torch = framework("torch")
from gradlab.adapters.torch import gradcheck, gradgradcheck  # noqa: E402

# Forward mode makes PyTorch 2.13 call its own torch.jit.script.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


@pytest.fixture
def x():
    torch.manual_seed(0)
    return torch.randn(3, 4, dtype=torch.double, requires_grad=True)


def sine(backward, jvp=None, second=False, undefined=False):
    """sin(a), or (sin(a), a²), with the backward that is given."""

    def forward(ctx, a):
        ctx.set_materialize_grads(not undefined)
        ctx.save_for_backward(a)
        ctx.save_for_forward(a)
        return (a.sin(), a**2) if second else a.sin()

    body = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    if jvp:
        body["jvp"] = staticmethod(jvp)
    return type("Sine", (torch.autograd.Function,), body).apply


def right(ctx, g):
    return g * ctx.saved_tensors[0].cos()


def both(ctx, g, h):
    (a,) = ctx.saved_tensors
    return g * a.cos() + h * 2 * a


def verdict(function, *inputs, check=gradcheck, **options):
    return check(function, inputs, raise_exception=False, **options).verdict


def test_right_functions_agree(x):
    assert gradcheck(sine(right), x)
    assert gradcheck(sine(both, second=True), x)
    report = gradcheck(
        lambda x, w: (x @ w, w.sum()), (x, x.detach().T.clone().requires_grad_()),
        check_forward_ad=True, check_batched_grad=True,
    )  # fmt: skip
    assert list(report.blocks) == ["x", "w", "forward mode: x", "forward mode: w", "forward mode: all together"]


def test_a_mismatch_is_raised_with_the_report(x):
    with pytest.raises(GradientMismatch, match="WRONG"):
        gradcheck(sine(lambda ctx, g: -g), (x,))


def test_a_lost_second_output(x):
    assert verdict(sine(lambda ctx, g, h: g * ctx.saved_tensors[0].cos(), second=True), x) is Verdict.WRONG


def test_undefined_upstream_gradients(x):
    report = gradcheck(sine(both, second=True, undefined=True), x, raise_exception=False)
    assert report.verdict is Verdict.WRONG
    assert "output 0 is undefined" in report.notes[0]
    assert verdict(sine(both, second=True, undefined=True), x, check_undefined_grad=False) is Verdict.AGREES

    def careful(ctx, g, h):
        (a,) = ctx.saved_tensors
        parts = [*([g * a.cos()] if g is not None else []), *([h * 2 * a] if h is not None else [])]
        return sum(parts) if parts else None

    assert verdict(sine(careful, second=True, undefined=True), x) is Verdict.AGREES


def test_second_order(x):
    assert verdict(torch.tanh, x, check=gradgradcheck) is Verdict.AGREES
    detached = sine(lambda ctx, g: g * ctx.saved_tensors[0].detach().cos())
    assert verdict(detached, x) is Verdict.AGREES
    report = gradgradcheck(detached, (x,), raise_exception=False)
    assert report.verdict is Verdict.WRONG
    assert report.blocks["grad_output"].verdict is Verdict.AGREES


def test_forward_mode(x):
    wrong = sine(right, lambda ctx, t: t * ctx.saved_tensors[0].sin())
    assert verdict(wrong, x) is Verdict.AGREES
    assert verdict(wrong, x, check_forward_ad=True) is Verdict.WRONG
    assert verdict(wrong, x, check_forward_ad=True, check_backward_ad=False) is Verdict.WRONG
    assert (
        verdict(sine(right, lambda ctx, t: t * ctx.saved_tensors[0].cos()), x, check_forward_ad=True).value
        == "AGREES"
    )


@pytest.mark.parametrize(
    "backward",
    [
        lambda ctx, g: g * ctx.saved_tensors[0].cos() * float(g.sum() / g.sum()),  # 0 / 0 for zeros
        lambda ctx, g: torch.ones_like(g) * ctx.saved_tensors[0].cos(),
        lambda ctx, g: g.clamp(-1, 1) * ctx.saved_tensors[0].cos(),
        lambda ctx, g: g * ctx.saved_tensors[0].cos() * (1 + 5e-4),
        lambda ctx, g: torch.as_strided(g, g.shape, g.contiguous().stride()) * ctx.saved_tensors[0].cos(),
    ],
)
def test_wrong_backwards(x, backward):
    assert verdict(sine(backward), x) is Verdict.WRONG


def test_small_gradients(x):
    flipped = sine(lambda ctx, g: -g * ctx.saved_tensors[0].cos())
    assert verdict(lambda a: flipped(a) * 1e-6, x) is Verdict.WRONG


def test_kinks_and_float32():
    kink = torch.tensor([0.0, 1.0], dtype=torch.double, requires_grad=True)
    assert verdict(torch.relu, kink) is Verdict.AGREES
    assert verdict(torch.sin, torch.linspace(0, 1, 6, requires_grad=True)) is Verdict.AGREES


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize("function", [lambda z: z**2, lambda z: z.exp() * (1 + 2j), lambda z: z.abs() ** 2])
def test_complex_in_and_out(function, check):
    torch.manual_seed(1)
    z = torch.randn(3, dtype=torch.cdouble, requires_grad=True)
    assert verdict(function, z, check=check) is Verdict.AGREES


@pytest.mark.parametrize("factor", [2.0, -1.0])
def test_a_wrong_imaginary_part(factor):
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return z**2

        @staticmethod
        def backward(ctx, g):
            slope = g * 2 * ctx.saved_tensors[0].conj()
            return torch.complex(slope.real, factor * slope.imag)

    z = torch.randn(3, dtype=torch.cdouble, requires_grad=True)
    report = gradcheck(Square.apply, (z,), raise_exception=False)
    assert [name for name, block in report.blocks.items() if block.verdict is Verdict.WRONG] == ["inputs[0].imag"]


def test_what_has_no_gradient_is_left_out_with_a_note(x):
    report = gradcheck(lambda x, k: (x * k, x.argmax(), k * 2), (x, torch.tensor(3)))
    assert any("outputs 1, 2" in note for note in report.notes)


def test_options_of_pytorch_are_taken(x):
    report = gradcheck(torch.sin, (x,), eps=1e-6, atol=1e-5, rtol=None, fast_mode=False, nondet_tol=1e-9)
    assert report.ok
    assert any("atol" in note for note in report.notes)
    assert gradcheck(torch.sin, (x,), fast_mode=True).blocks["inputs[0]"].directions == 3


def test_a_backward_that_is_not_the_same_twice(x):
    noisy = sine(lambda ctx, g: g * ctx.saved_tensors[0].cos() * (1 + 1e-13 * torch.randn_like(g)))
    report = gradcheck(noisy, (x,), raise_exception=False)
    assert any("not deterministic" in note for note in report.notes)


def test_names_of_arguments(x):
    def layer(upstream, arrays):
        return upstream * arrays

    assert list(gradcheck(layer, (x, x.detach().clone().requires_grad_())).blocks) == ["upstream", "arrays"]


@pytest.mark.parametrize(
    ("function", "inputs", "message"),
    [
        (torch.sin, torch.ones(2), "no input requires a gradient"),
        (lambda x: x.detach(), torch.ones(2, requires_grad=True), "no output has a gradient"),
        (torch.sin, torch.ones(2, dtype=torch.half, requires_grad=True), "3 digits"),
        (torch.sin, torch.eye(2).to_sparse().requires_grad_(), "sparse"),
        (None, torch.ones(2, requires_grad=True), "must be callable"),
    ],
)
def test_what_cannot_be_checked(function, inputs, message):
    with pytest.raises(GradlabError, match=message):
        gradcheck(function, inputs)
    with pytest.raises(GradlabError, match="nothing to check"):
        gradcheck(torch.sin, torch.ones(2, requires_grad=True).double(), check_backward_ad=False)


def test_second_order_of_several_outputs():
    a, b = (torch.tensor(np.random.default_rng(i).standard_normal(3), requires_grad=True) for i in range(2))
    report = gradgradcheck(lambda a, b: (a * b, (a + b).sin()), (a, b))
    assert list(report.blocks) == ["a", "b", "grad_outputs[0]", "grad_outputs[1]"]


def test_outputs_in_a_dict(x):
    assert gradcheck(lambda x: {"a": x.sin(), "b": x.sum()}, (x,)).ok


def test_a_function_may_set_a_hook():
    def hooked(x):
        y = x * 2
        y.register_hook(lambda g: g / 2)
        return y.sin()

    assert verdict(hooked, torch.linspace(0, 1, 4).double().requires_grad_()) is Verdict.WRONG


def test_one_number_out_is_looked_at_like_any_other(x):
    report = gradcheck(lambda x: x.pow(3).sum(), (x,))
    assert not [note for note in report.notes if "upstream" in note]


def test_no_second_derivative_is_right_where_both_sides_have_none(x):
    report = gradgradcheck(lambda x: x.relu() * 2, (x,), check_fwd_over_rev=True)
    assert report.ok
    assert report.blocks["x"].verdict is Verdict.UNTESTED
    cut = sine(lambda ctx, g: g * ctx.saved_tensors[0].detach().cos())
    assert verdict(cut, x, check=gradgradcheck) is Verdict.WRONG


def test_an_input_that_is_meant_to_have_no_effect(x):
    def half(x, w):
        return x.sin()

    w = x.detach().clone().requires_grad_()
    assert not gradcheck(half, (x, w), raise_exception=False, check_forward_ad=True).ok
    assert gradcheck(half, (x, w), allow_untested=["w"], check_forward_ad=True).ok


def test_an_upstream_that_is_written_into_is_no_randomness(x):
    written = sine(lambda ctx, g: g.mul_(ctx.saved_tensors[0].cos()))
    report = gradcheck(written, (x,))
    assert any("upstream gradient in place" in note for note in report.notes)
    assert not any("deterministic" in note for note in report.notes)


@pytest.mark.parametrize("make", [list, tuple, lambda parts: {"left": parts[0], "right": parts[1]}])
@pytest.mark.parametrize("factor", [1.0, 1.02])
def test_inputs_in_lists_and_dicts(x, make, factor):
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            return factor * g * b, g * a

    def product(parts, power):
        a, b = parts.values() if isinstance(parts, dict) else parts
        return Product.apply(a, b) ** power

    parts = make([x, torch.randn(3, 4, dtype=torch.double, requires_grad=True)])
    report = gradcheck(product, (parts, 2), raise_exception=False)
    assert report.ok is (factor == 1)
    assert list(report.blocks) == (
        [f"parts.{k}" for k in parts] if isinstance(parts, dict) else ["parts[0]", "parts[1]"]
    )
    assert gradgradcheck(product, (parts, 2), raise_exception=False).ok is (factor == 1)
