"""Ordinary modules of equinox and flax as they are: a verdict each, or an error with the way out."""

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_gradients
from tests.adapters.framework import framework

jax, eqx, linen, nnx = (framework(name) for name in ("jax", "equinox", "flax.linen", "flax.nnx"))
from gradlab.adapters.jax import problem  # noqa: E402

jnp = jax.numpy
RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 4))
KEY = jax.random.key(3)
# In float32, as these tests make their modules, JAX says that it cuts off digits.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")


def cubes(out):
    return jnp.sum((out + 0.3) ** 3)


def each(module):
    """Row by row, as equinox has its layers called."""
    return cubes(jax.vmap(module)(X))


def equinox_dropout():
    parts = [eqx.nn.Linear(4, 6, key=KEY), eqx.nn.Dropout(0.3), eqx.nn.Linear(6, 2, key=KEY)]
    return lambda m: cubes(jax.vmap(lambda row: m(row, key=KEY))(X)), eqx.nn.Sequential(parts)


def equinox_attention():
    module = eqx.nn.MultiheadAttention(2, 4, key=KEY, dropout_p=0.1)
    return lambda m: cubes(m(X, X, X, key=KEY)), module


def equinox_cell():
    module = eqx.nn.GRUCell(4, 3, key=KEY)
    return lambda m: cubes(jax.lax.scan(lambda h, row: (m(row, h), None), jnp.zeros(3, X.dtype), X)[0]), module


def equinox_tied():
    class Tied(eqx.Module):
        shared: eqx.nn.Shared

        def __call__(self, word):
            words, out = self.shared()
            return out(words(word))

    pair = (eqx.nn.Embedding(5, 4, key=KEY), eqx.nn.Linear(4, 5, use_bias=False, key=KEY))
    tied = Tied(eqx.nn.Shared(pair, lambda p: p[1].weight, lambda p: p[0].weight))
    return lambda m: cubes(jax.vmap(m)(jnp.array([0, 2, 2]))), tied


def equinox_settings(branch):
    """Numbers in a module: one is tested by Python, one is divided by."""

    class Scaled(eqx.Module):
        w: jax.Array
        share: float
        eps: float
        name: str

        def __call__(self, row):
            out = row @ self.w
            if self.share == branch:
                out = 2 * out
            return out / jnp.sqrt(jnp.mean(out**2) + self.eps)

    return each, Scaled(jnp.ones((4, 3)), 0.3, 1e-5, "scaled")


def equinox_batch_norm(**dtype):
    module, state = eqx.nn.make_with_state(eqx.nn.BatchNorm)(4, axis_name="batch", mode="batch", **dtype)
    return lambda m: cubes(jax.vmap(m, axis_name="batch", in_axes=(0, None), out_axes=(0, None))(X, state)[0]), module


def wide(make):
    with jax.enable_x64(True):
        return make(dtype=jnp.float64)


def linen_module(module, data=X, part="params", **options):
    variables = module.init({"params": KEY, "dropout": KEY}, jnp.asarray(data))
    rest = {name: value for name, value in variables.items() if name != part}

    def loss(moved):
        out = module.apply({part: moved, **rest}, data, rngs={"dropout": KEY}, **options)
        return cubes(out[0] if options else out)

    return loss, variables[part]


class Net(nnx.Module):
    def __init__(self):
        rngs = nnx.Rngs(0)
        self.one, self.two = nnx.Linear(4, 6, rngs=rngs), nnx.Linear(6, 2, rngs=rngs)
        self.norm, self.drop = nnx.BatchNorm(6, rngs=rngs), nnx.Dropout(0.3, rngs=rngs)

    def __call__(self, x):
        return self.two(self.drop(jnp.tanh(self.norm(self.one(x)))))


def nnx_split(copy):
    graph, params, rest = nnx.split(Net(), nnx.Param, ...)
    return lambda p: cubes(nnx.merge(graph, p, rest, copy=copy)(X)), params


MODELS = {
    "equinox, linear": lambda: (each, eqx.nn.Linear(4, 3, key=KEY)),
    "equinox, MLP": lambda: (each, eqx.nn.MLP(4, 3, 8, 2, activation=jnp.tanh, key=KEY)),
    "equinox, dropout": equinox_dropout,
    "equinox, dropout at rest": lambda: (each, eqx.nn.inference_mode(equinox_dropout()[1])),
    "equinox, attention": equinox_attention,
    "equinox, layer norm": lambda: (each, eqx.nn.LayerNorm(4)),
    "equinox, group norm": lambda: (each, eqx.nn.GroupNorm(2, 4)),
    "equinox, PReLU": lambda: (each, eqx.nn.PReLU()),
    "equinox, GRU in a scan": equinox_cell,
    "equinox, weight norm": lambda: (each, eqx.nn.WeightNorm(eqx.nn.Linear(4, 3, key=KEY))),
    "equinox, tied": equinox_tied,
    "equinox, a number tested by Python": lambda: equinox_settings(0.3),
    "equinox, a number beside": lambda: equinox_settings(0.0),
    "equinox, jit": lambda: (eqx.filter_jit(each), eqx.nn.Linear(4, 3, key=KEY)),
    "equinox, batch norm in float64": lambda: wide(equinox_batch_norm),
    "equinox in a dict": lambda: (lambda t: t["share"] * each(t["m"]), {"m": eqx.nn.LayerNorm(4), "share": 0.4}),
    "linen, dense": lambda: linen_module(linen.Dense(3)),
    "linen, batch norm": lambda: linen_module(linen.BatchNorm(use_running_average=False), mutable=["batch_stats"]),
    "linen, layer norm": lambda: linen_module(linen.LayerNorm()),
    "linen, dropout": lambda: linen_module(
        linen.Sequential([linen.Dense(6), linen.Dropout(0.4, deterministic=False), linen.Dense(2)])
    ),
    "linen, embedding": lambda: linen_module(linen.Embed(5, 3), jnp.array([0, 1, 1])),
    "linen, LSTM": lambda: linen_module(linen.RNN(linen.LSTMCell(3, param_dtype=jnp.float64)), X[None]),
    "linen, convolution": lambda: linen_module(linen.Conv(3, (3,)), X[None]),
    "linen, weight norm": lambda: linen_module(linen.WeightNorm(linen.Dense(3))),
    "nnx, linear": lambda: (lambda m: cubes(m(X)), nnx.Linear(4, 3, rngs=nnx.Rngs(0))),
    "nnx, batch norm": lambda: (lambda m: cubes(m(X)), nnx.BatchNorm(4, rngs=nnx.Rngs(0))),
    "nnx, dropout": lambda: (
        lambda m: cubes(m(X)),
        nnx.Sequential(nnx.Linear(4, 6, rngs=nnx.Rngs(0)), nnx.Dropout(0.3, rngs=nnx.Rngs(1))),
    ),
    "nnx, split and merged as a copy": lambda: nnx_split(True),
    "numbers in a dict": lambda: (lambda p: cubes(X @ p["w"] * p["rate"]), {"w": np.full((4, 3), 0.2), "rate": 0.1}),
    "a key among the leaves": lambda: (
        lambda p: cubes(X @ p["w"] + jax.random.normal(p["key"], (5, 3))),
        {"w": RNG.standard_normal((4, 3)), "key": KEY},
    ),
    "strings and switches": lambda: (
        lambda p: cubes(X @ p["w"]) if p["on"] and p["name"] == "a" else 0.0,
        {"w": RNG.standard_normal((4, 3)), "on": True, "name": "a"},
    ),
    "remat": lambda: (jax.checkpoint(lambda w: cubes(jnp.tanh(X @ w))), jnp.full((4, 3), 0.3)),
}  # fmt: skip
NOT_IN = {"nnx, split and merged as a copy": "one.bias.value"}  # batch norm takes its bias out again


@pytest.mark.parametrize("name", MODELS)
def test_right_agrees_and_spoiled_is_wrong(name):
    cost, params, grads = problem(*MODELS[name]())
    report = check_gradients(cost, params, grads, allow_untested=[NOT_IN[name]] if name in NOT_IN else ())
    assert report.ok, report
    spoiled = {key: 1.01 * slopes for key, slopes in grads(params).items()}
    assert check_gradients(cost, params, spoiled, edits=False).verdict is Verdict.WRONG


def test_only_arrays_of_a_module_are_its_parameters_as_in_the_libraries_own_gradients():
    loss, module = equinox_attention()
    ours = problem(loss, module)[1]
    with jax.enable_x64(True):
        theirs = eqx.filter_grad(loss)(module)
    assert len(ours) == len(jax.tree_util.tree_leaves(theirs))
    net = Net()
    assert len(problem(lambda m: cubes(m(X)), net)[1]) == len(jax.tree_util.tree_leaves(nnx.state(net, nnx.Param)))
    averages = {"mean": RNG.standard_normal(4)}  # arrays of one's own are parameters, whatever they are called
    assert list(problem(lambda t: cubes(X * t["mean"]), averages)[1]) == ["mean"]


class Numbers(eqx.Module):
    share: float


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (equinox_batch_norm, r"mixes float32 with float64.*enable_x64.*dtype=None"),
        (lambda: linen_module(linen.RNN(linen.LSTMCell(3)), X[None]), r"mixes float32 with float64.*dtype=None"),
        (lambda: nnx_split(False), "copy=True"),
        (lambda: (lambda m: cubes(m(X)), linen.Dense(3)), r"Dense of flax.*m\.init"),
        (lambda: (lambda m: m.share**2, Numbers(0.3)), "held fixed, jax.numpy.asarray"),
        (lambda: (lambda w: cubes(w * np.random.default_rng().standard_normal(4)), jnp.ones(4)), "from NumPy"),
    ],
)
def test_others_are_told_the_way_out(made, message):
    with pytest.raises(GradlabError, match=message):
        check_gradients(*problem(*made()))
