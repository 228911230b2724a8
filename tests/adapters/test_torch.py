"""The PyTorch adapter: what `.backward()` leaves is what is checked; the caller's module stays as it is."""

import copy

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Verdict, check_gradients
from tests.adapters.framework import framework

torch = framework("torch")
from gradlab.adapters.torch import problem  # noqa: E402

nn = torch.nn
X = torch.tensor(np.random.default_rng(0).standard_normal((5, 4)))
SINGLE = X.float()


def squares(module):
    return module(X).pow(2).sum()


def linear(seed=0, n=4, m=3):
    torch.manual_seed(seed)
    return nn.Linear(n, m)


def checked(module, loss=squares, **keywords):
    return check_gradients(*problem(module, loss, **keywords))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 4)
        self.two = nn.Linear(4, 4)
        self.two.weight = self.one.weight

    def forward(self, x):
        return self.two(torch.tanh(self.one(x)))


class Last(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTM(4, 3, 2, bidirectional=True)

    def forward(self, x):
        return self.cell(x)[0]


RIGHT = {
    "linear": linear,
    "tanh": lambda: nn.Sequential(linear(), nn.Tanh(), linear(1, 3, 2)),
    "in place relu": lambda: nn.Sequential(linear(), nn.ReLU(inplace=True), linear(1, 3, 2)),
    "batch norm": lambda: nn.Sequential(linear(), nn.BatchNorm1d(3)),
    "layer norm": lambda: nn.Sequential(linear(), nn.LayerNorm(3)),
    "lstm": Last,
    "tied": Tied,
    "scripted": lambda: torch.jit.script(nn.Sequential(linear(), nn.Tanh())),
    "scripted inside": lambda: nn.Sequential(torch.jit.script(linear()), nn.Tanh(), linear(1, 3, 2)),
    "traced": lambda: torch.jit.trace(nn.Sequential(linear(), nn.Tanh()), SINGLE),
    "weight norm": lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(linear()), nn.Tanh()),
    "spectral norm": lambda: nn.Sequential(nn.utils.parametrizations.spectral_norm(linear()), nn.Tanh()).eval(),
}
JIT = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


@JIT
@pytest.mark.parametrize("name", RIGHT)
def test_right_modules_have_nothing_wrong_and_stay_as_they_are(name):
    torch.manual_seed(0)
    module = RIGHT[name]()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    report = checked(module)
    assert {block.verdict for block in report.blocks.values()} <= {Verdict.AGREES, Verdict.UNTESTED}, report
    assert sum(block.counts[Verdict.AGREES] for block in report.blocks.values()) >= 6
    assert report.dtype == np.float64
    after = module.state_dict()
    assert all(value.dtype == after[key].dtype and torch.equal(value, after[key]) for key, value in before.items())
    assert all(parameter.grad is None for parameter in module.parameters())
    assert set(report.blocks) == {key for key, value in module.named_parameters() if value.requires_grad}


@JIT
@pytest.mark.parametrize("factor", [1.001, -1.0, 2.0])
@pytest.mark.parametrize("name", ["tanh", "scripted", "lstm", "tied"])
def test_wrong_gradients_are_wrong(name, factor):
    cost, params, grads = problem(RIGHT[name](), squares)
    wrong = {key: factor * value for key, value in grads(params).items()}
    assert check_gradients(cost, params, wrong).verdict is Verdict.WRONG


def twice(gradient):
    return 2 * gradient


def wrong_blocks(report):
    return [name for name, block in report.blocks.items() if block.verdict is Verdict.WRONG]


def test_hooks_of_parameters_are_part_of_the_gradient():
    module = linear()
    module.weight.register_hook(twice)
    assert wrong_blocks(checked(module)) == ["weight"]
    assert len(module.weight._backward_hooks) == 1
    copy.deepcopy(module)


def test_hooks_that_run_after_accumulation_are_part_of_the_gradient():
    def double(parameter):
        parameter.grad.mul_(2)

    module = linear()
    module.bias.register_post_accumulate_grad_hook(double)
    assert wrong_blocks(checked(module)) == ["bias"]


def test_hooks_of_modules_are_part_of_the_gradient():
    def double(module, given, out):
        return tuple(None if gradient is None else 2 * gradient for gradient in given)

    module = nn.Sequential(linear(), nn.Tanh(), linear(1, 3, 2))
    module[2].register_full_backward_hook(double)
    assert wrong_blocks(checked(module)) == ["0.weight", "0.bias"]


def test_a_wrong_custom_backward_is_caught():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a)
            return a**2

        @staticmethod
        def backward(ctx, upstream):
            return upstream * ctx.saved_tensors[0]  # the 2 is missing

    assert checked(linear(), lambda module: Square.apply(module(X)).sum()).verdict is Verdict.WRONG


def test_sparse_gradients():
    module, ids = nn.Embedding(6, 3, sparse=True), torch.tensor([0, 1, 1])
    report = checked(module, lambda m: m(ids).pow(2).sum())
    assert report.blocks["weight"].wrong_count == 0
    assert report.blocks["weight"].counts[Verdict.AGREES] == 6


@pytest.mark.parametrize("seed", range(3))
def test_complex_parameters_are_two_real_blocks(seed):
    class Complex(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(seed)
            self.w = nn.Parameter(torch.randn(3, dtype=torch.cfloat))

        def forward(self, x):
            return (self.w * (1 + 2j)) ** 3

    def loss(module):
        out = module(X)
        return (out.real * torch.arange(3) + out.imag**2).sum()

    report = checked(Complex(), loss)
    assert report.ok, report
    assert list(report.blocks) == ["w.real", "w.imag"]
    cost, params, grads = problem(Complex(), loss)
    conjugate = {"w.real": grads(params)["w.real"], "w.imag": -grads(params)["w.imag"]}
    assert wrong_blocks(check_gradients(cost, params, conjugate)) == ["w.imag"]


def test_frozen_parameters_are_held_fixed():
    module = nn.Sequential(linear(), nn.Tanh(), linear(1, 3, 2))
    module[0].requires_grad_(False)
    assert list(checked(module).blocks) == ["2.weight", "2.bias"]


def test_dropout_draws_one_mask_and_with_a_seed_within_the_loss_that_of_the_seed():
    def seeded(module):
        torch.manual_seed(7)
        return squares(module)

    module = nn.Sequential(linear(), nn.Dropout(0.5))
    for loss in (squares, seeded):
        report = checked(module, loss)
        assert all(block.wrong_count == 0 for block in report.blocks.values())
        assert any(block.verdict is Verdict.AGREES for block in report.blocks.values())
    torch.manual_seed(7)
    wanted = squares(copy.deepcopy(module).double()).item()
    cost, params, _ = problem(module, seeded)
    assert cost(params) == pytest.approx(wanted)


def test_numbers_from_a_generator_of_ones_own_are_no_gradient_of_one_function():
    own = torch.Generator().manual_seed(0)
    report = checked(linear(), lambda m: (m(X) * torch.rand(5, 3, generator=own, dtype=X.dtype)).sum())
    assert report.verdict is Verdict.UNDECIDED


class Single(nn.Module):
    """A kernel that takes float32 alone."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.w = nn.Parameter(torch.randn(3, 4))

    def forward(self, x):
        if self.w.dtype is not torch.float32:
            raise TypeError("float32 only")
        return x.float() @ self.w.T


def test_float32_on_request():
    with pytest.raises(TypeError, match="float32 only"):
        checked(Single())
    report = checked(Single(), dtype=None)
    assert report.ok
    assert report.dtype == np.float32


def test_data_of_another_dtype_is_named():
    with pytest.raises(GradlabError, match=r"SINGLE is not of that dtype.*SINGLE\.double\(\)"):
        checked(linear(), lambda m: m(SINGLE).sum())


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda m: m(X), r"one number, got shape \(5, 3\): add \.sum\(\) or \.mean\(\)"),
        (lambda m: squares(m).item(), r"return the tensor itself, without \.item\(\)"),
        (lambda m: None, "got NoneType"),
        (lambda m: squares(m).detach(), "detach"),
        (lambda m: X.sum(), "is its argument not used"),
    ],
)
def test_losses_that_cannot_be_checked(loss, message):
    with pytest.raises(GradlabError, match=message):
        checked(linear(), loss)


def test_a_loss_that_uses_another_module_than_it_is_given():
    outside = linear()
    with pytest.raises(GradlabError, match="use its argument"):
        checked(linear(), lambda module: outside(SINGLE).sum())
    assert outside.weight.grad is None


def test_modules_that_cannot_be_checked():
    with pytest.raises(GradlabError, match=r"requires_grad_\(True\)"):
        checked(linear().requires_grad_(False))
    with pytest.raises(GradlabError, match="call it once on your data"):
        checked(nn.LazyLinear(3))
    with pytest.raises(GradlabError, match=r"must be a torch\.nn\.Module, got function"):
        checked(squares)
    kept = linear()
    kept.twice = kept.weight * 2
    with pytest.raises(GradlabError, match="twice was computed from parameters"):
        checked(kept)


def test_no_copy_at_an_evaluation():
    """The copy reads its parameters where gradlab moves them."""
    cost, params, _ = problem(linear(), squares)
    views = gradlab.Parameters(params).views
    first = cost(views)
    views["bias"][0] += 1.0
    assert cost(views) != first
    views["bias"][0] -= 1.0
    assert cost(views) == pytest.approx(first, rel=1e-12)


def test_a_parameter_that_the_loss_does_not_use_has_a_gradient_of_zeros():
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.idle = nn.Linear(4, 2), nn.Linear(4, 3)

        def forward(self, x):
            return self.used(x)

    report = check_gradients(*problem(Half(), squares), allow_untested=["idle.weight", "idle.bias"])
    assert report.ok
    assert report.blocks["used.weight"].verdict is Verdict.AGREES
    assert {report.blocks[name].verdict for name in ("idle.weight", "idle.bias")} == {Verdict.UNTESTED}
    _, _, grads = problem(Half(), squares)
    assert not grads({name: p.detach().numpy() for name, p in Half().double().named_parameters()})["idle.bias"].any()


def test_a_tensor_beside_parameters_and_buffers_is_named():
    class Positions(nn.Linear):
        def __init__(self):
            super().__init__(4, 3)
            self.table = torch.ones(3, 3)

        def forward(self, x):
            return super().forward(x) @ self.table

    with pytest.raises(GradlabError, match=r"module\.table is not of that dtype\. Use module\.table\.double\(\)"):
        checked(nn.ModuleDict({"inner": Positions()})["inner"])


def _steep(m):
    x = X.clone().requires_grad_()
    (slope,) = torch.autograd.grad(m(x).sum(), x, create_graph=True)
    return ((slope.norm(dim=1) - 1) ** 2).mean() + m(x).pow(2).mean()


def _called_backward(m):
    m(X).pow(2).sum().backward()
    return m(X).pow(2).sum()


@pytest.mark.parametrize("loss", [_steep, _called_backward])
def test_a_loss_may_ask_for_gradients_itself(loss):
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    assert check_gradients(*problem(module, loss)).ok


def test_a_hook_inside_of_the_loss_is_checked():
    def loss(m):
        y = m(X)
        y.register_hook(lambda g: 2 * g)
        return y.pow(2).sum()

    assert check_gradients(*problem(torch.nn.Linear(4, 3), loss)).verdict is Verdict.WRONG


@pytest.mark.parametrize("out", [lambda value: (value, {"step": 1}), lambda value: {"loss": value}])
def test_a_loss_with_more_beside_it_is_told_to_be_alone(out):
    cost, params, _ = problem(torch.nn.Linear(4, 3), lambda m: out(m(X).sum()))
    with pytest.raises(GradlabError, match="the loss alone"):
        cost(params)


@pytest.mark.parametrize("make", [lambda: torch.tensor(1.0), lambda: None, lambda: 3.0])
def test_a_loss_that_is_no_function_is_told(make):
    with pytest.raises(GradlabError, match="must be a function of the module"):
        check_gradients(*problem(linear(), make()))


@pytest.mark.parametrize("loss", [lambda: 1.0, lambda m, X: m(X).sum(), lambda m, *, X: m(X).sum()])
def test_a_loss_with_other_arguments_is_told(loss):
    with pytest.raises(GradlabError, match="must take the module as its one argument"):
        check_gradients(*problem(linear(), loss))


def test_a_module_used_from_outside_is_named_also_where_its_dtype_differs():
    outside = linear().float()
    with pytest.raises(GradlabError, match="calls outside from outside"):
        check_gradients(*problem(outside, lambda m: outside(X).pow(2).sum()))


def test_a_class_is_no_function_of_tensors():
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    x = torch.ones(3, dtype=torch.float64, requires_grad=True)
    with pytest.raises(GradlabError, match=r"pass what applies it, Twice\.apply"):
        gradlab.adapters.torch.gradcheck(Twice, (x,))


def test_a_module_is_no_cost():
    with pytest.raises(GradlabError, match="is a module of PyTorch"):
        check_gradients(linear(), X.numpy(), X.numpy())
