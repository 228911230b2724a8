"""Ordinary PyTorch modules as they are, in training mode: a verdict each, for right gradients and spoiled ones."""

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_gradients
from tests.adapters.framework import framework

torch = framework("torch")
from gradlab.adapters.torch import problem  # noqa: E402

nn, F = torch.nn, torch.nn.functional
norms, old_norms = nn.utils.parametrizations, nn.utils
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning")

RNG = np.random.default_rng(0)
X = torch.tensor(RNG.standard_normal((5, 4)))
SERIES = torch.tensor(RNG.standard_normal((2, 5, 4)))
IMAGES = torch.tensor(RNG.standard_normal((2, 3, 6, 6)))
WORDS = torch.tensor([[0, 2], [2, 5]])


def cubes(data):
    def loss(module):
        out = module(data)
        return ((out[0] if isinstance(out, tuple) else out) + 0.3).pow(3).sum()

    return loss


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.out = nn.Embedding(6, 4), nn.Linear(4, 6, bias=False)
        self.out.weight = self.words.weight

    def forward(self, ids):
        return self.out(torch.tanh(self.words(ids)))


class Remembers(nn.Module):
    """Running averages in two ways: written into the buffer, and put in its place."""

    def __init__(self, in_place):
        super().__init__()
        self.w, self.in_place = nn.Parameter(torch.randn(4)), in_place
        self.register_buffer("average", torch.ones(4))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        self.calls += 1
        with torch.no_grad():
            new = 0.5 * self.average + x.mean(0) + self.calls
            self.average = self.average.copy_(new) if self.in_place else new
        return (x - self.average) * self.w


class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ParameterList([nn.Parameter(torch.randn(4)), nn.Parameter(torch.tensor(0.4))])
        self.named = nn.ParameterDict({"shift": torch.randn(4)})

    def forward(self, x):
        return torch.sin(x * self.parts[0]) * self.parts[1] + self.named["shift"]


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).mT


def symmetric():
    layer = nn.Linear(4, 4)
    nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    return layer


def lazy():
    layer = nn.LazyLinear(3)
    layer(X.float())
    return layer


def hidden(*layers):
    return nn.Sequential(nn.Linear(4, 6), *layers, nn.Linear(6, 2))


def attention(**options):
    return nn.MultiheadAttention(4, 2, batch_first=True, **options), lambda m: cubes(SERIES)(lambda x: m(x, x, x))


def checkpointed(reentrant):
    def loss(module):
        inputs = X.clone().requires_grad_()
        return torch.utils.checkpoint.checkpoint(module, inputs, use_reentrant=reentrant).pow(2).sum()

    return nn.Sequential(nn.Linear(4, 4), nn.Tanh()), loss


def low(module):
    with torch.autocast("cpu", enabled=False):
        return cubes(X)(module)


def plain(make, data=X):
    return lambda: (make(), cubes(data))


MODELS = {
    "batch norm": plain(lambda: nn.BatchNorm1d(4)),
    "batch norm without averages": plain(lambda: nn.BatchNorm1d(4, track_running_stats=False)),
    "batch norm, evaluation": plain(lambda: nn.BatchNorm1d(4).eval()),
    "convolution and batch norm": plain(
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Tanh()), IMAGES
    ),
    "dropout": plain(lambda: hidden(nn.Tanh(), nn.Dropout(0.5))),
    "alpha dropout": plain(lambda: hidden(nn.SELU(), nn.AlphaDropout(0.3))),
    "random slopes": plain(lambda: hidden(nn.RReLU())),
    "lstm": plain(lambda: nn.LSTM(4, 3, bidirectional=True, batch_first=True), SERIES),
    "lstm with dropout": plain(lambda: nn.LSTM(4, 3, 2, dropout=0.5, batch_first=True), SERIES),
    "gru": plain(lambda: nn.GRU(4, 3, batch_first=True), SERIES),
    "embedding": plain(lambda: nn.Embedding(6, 3), WORDS),
    "embedding with padding": plain(lambda: nn.Embedding(6, 3, padding_idx=1), WORDS),
    "sparse embedding": plain(lambda: nn.Embedding(6, 3, sparse=True), WORDS),
    "bag of words": plain(lambda: nn.EmbeddingBag(6, 3), WORDS),
    "attention": lambda: attention(),
    "attention with dropout": lambda: attention(dropout=0.2),
    "transformer's layer": plain(lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), SERIES),
    "weight norm": plain(lambda: norms.weight_norm(nn.Linear(4, 3))),
    "old weight norm": plain(lambda: old_norms.weight_norm(nn.Linear(4, 3))),
    "spectral norm": plain(lambda: norms.spectral_norm(nn.Linear(4, 3))),
    "old spectral norm": plain(lambda: old_norms.spectral_norm(nn.Linear(4, 3))),
    "orthogonal": plain(lambda: norms.orthogonal(nn.Linear(4, 4))),
    "symmetric": plain(symmetric),
    "tied": plain(Tied, WORDS),
    "lazy, called once": plain(lazy),
    "buffer written to": plain(lambda: Remembers(True)),
    "buffer put in place": plain(lambda: Remembers(False)),
    "lists and dicts of parameters": plain(Listed),
    "scripted": plain(lambda: torch.jit.script(hidden(nn.Tanh()))),
    "scripted, with dropout": plain(lambda: torch.jit.script(hidden(nn.Tanh(), nn.Dropout(0.5)))),
    "compiled": plain(lambda: torch.compile(hidden(nn.Tanh()), backend="eager")),
    "data parallel": plain(lambda: nn.DataParallel(nn.Linear(4, 3))),
    "group norm": plain(lambda: nn.GroupNorm(2, 4), SERIES.mT),
    "instance norm": plain(lambda: nn.InstanceNorm2d(3, affine=True), IMAGES),
    "transposed convolution": plain(lambda: nn.ConvTranspose2d(3, 2, 3, stride=2), IMAGES),
    "half precision": plain(lambda: nn.Linear(4, 3).bfloat16()),
    "functional_call": lambda: (
        nn.Linear(4, 3),
        lambda m: torch.func.functional_call(m, {k: 2 * v for k, v in m.named_parameters()}, (X,)).pow(2).sum(),
    ),
    "vmap": lambda: (nn.Linear(4, 3), lambda m: torch.vmap(m)(X).pow(2).sum()),
    "checkpoint": lambda: checkpointed(False),
    "checkpoint, reentrant": lambda: checkpointed(True),
    "autocast": lambda: (nn.Linear(4, 3), low),
    "drawn in the loss": lambda: (nn.Linear(4, 3), lambda m: F.gumbel_softmax(m(X)).pow(2).sum()),
    "noise in the loss": lambda: (nn.Linear(4, 3), lambda m: m(X + torch.randn_like(X)).pow(2).sum()),
}


@pytest.mark.parametrize("name", MODELS)
def test_right_agrees_and_spoiled_is_wrong(name):
    torch.manual_seed(len(name))
    module, loss = MODELS[name]()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    start = torch.get_rng_state()
    cost, params, grads = problem(module, loss)
    report = check_gradients(cost, params, grads)
    assert report.ok, report
    spoiled = {key: 1.01 * slopes for key, slopes in grads(params).items()}
    assert check_gradients(cost, params, spoiled, edits=False).verdict is Verdict.WRONG
    assert torch.equal(torch.get_rng_state(), start)  # what the caller draws next is not ours
    after = module.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())


@pytest.mark.parametrize("layer", [lambda m: m, lambda m: nn.Sequential(nn.BatchNorm1d(4), m)])
def test_a_mask_drawn_anew_in_backward_is_wrong(layer):
    class Redrawn(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * (torch.rand_like(x) > 0.5)

        @staticmethod
        def backward(ctx, g):
            return g * (torch.rand_like(g) > 0.5)

    module = layer(nn.Linear(4, 3))
    report = check_gradients(*problem(module, lambda m: Redrawn.apply(m(X)).pow(2).sum()))
    assert report.verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("module", "loss", "message"),
    [
        (lambda: nn.LazyLinear(3), cubes(X), "call it once on your data"),
        (lambda: nn.Linear(4, 3, device="meta"), cubes(X), "meta device.*to_empty"),
        (lambda: nn.Linear(4, 3), lambda m: (lambda out: (out.backward(), out)[1])(cubes(X)(m)), "calls? .backward"),
        (lambda: nn.Linear(4, 3), lambda m: torch.inference_mode()(cubes(X))(m), "no gradient"),
    ],
)
def test_others_are_told_the_way_out(module, loss, message):
    with pytest.raises(GradlabError, match=message):
        check_gradients(*problem(module(), loss))
