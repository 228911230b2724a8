"""The JAX adapter: leaves by their path, complex ones as two blocks, everything else held fixed."""

import numpy as np
import pytest

from gradlab import GradientMismatch, GradlabError, Verdict, check_gradients
from tests.adapters.framework import framework

jax = framework("jax")
from gradlab.adapters.jax import check_grads, problem  # noqa: E402

jnp = jax.numpy
X = np.random.default_rng(0).standard_normal((7, 4))
Y = np.random.default_rng(1).standard_normal((7, 1))


def checked(function, tree, **keywords):
    return check_gradients(*problem(function, tree, **keywords))


def network(t):
    hidden = jnp.tanh(X @ t["hidden"][0]["W"].T + t["hidden"][0]["b"])
    return jnp.mean((hidden @ t["out"] - Y) ** 2)


TREE = {"hidden": [{"W": np.full((3, 4), 0.3), "b": np.zeros(3)}], "out": np.ones((3, 1))}


def test_a_network():
    cost, params, grads = problem(network, TREE)
    report = check_gradients(cost, params, grads)
    assert report.ok
    assert list(report.blocks) == ["hidden[0].W", "hidden[0].b", "out"]
    assert min(block.digits for block in report.blocks.values()) >= 7
    assert jnp.zeros(1).dtype == np.float32  # float64 only inside
    for factor in (1.001, -1.0):
        wrong = {name: factor * g for name, g in grads(params).items()}
        assert check_gradients(cost, params, wrong).verdict is Verdict.WRONG


def test_one_array_is_theta():
    assert list(checked(lambda w: jnp.sum(w**3), X[0]).blocks) == ["theta"]


def test_whole_numbers_and_functions_are_held_fixed():
    tree = {"w": X[0], "i": np.array([0, 2, 1, 3]), "f": jnp.tanh, "none": None}
    report = checked(lambda t: t["f"](t["w"][t["i"]] * jnp.arange(1.0, 5.0)).sum(), tree)
    assert report.ok
    assert list(report.blocks) == ["w"]


def test_names_that_would_clash_are_written_in_full():
    tree = {"a.b": X[0], "a": {"b": X[1]}}
    report = checked(lambda t: jnp.sum(t["a.b"] ** 2) + jnp.sum(t["a"]["b"] ** 3), tree)
    assert report.ok
    assert len(report.blocks) == 2


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0])
def test_complex_leaves_are_two_blocks_in_jax_convention(factor):
    @jax.custom_vjp
    def squared(w):
        return jnp.sum(jnp.real(w) ** 2 + 3 * jnp.imag(w) ** 2)

    squared.defvjp(lambda w: (squared(w), w), lambda w, g: (2 * g * jnp.real(w) - factor * 6j * g * jnp.imag(w),))
    report = checked(lambda t: squared(t["w"]), {"w": np.array([1 + 2j, 3 - 1j])})
    assert report.blocks["w.real"].verdict is Verdict.AGREES
    assert report.blocks["w.imag"].verdict is (Verdict.AGREES if factor == 1.0 else Verdict.WRONG)


def test_a_wrong_custom_vjp_is_caught():
    @jax.custom_vjp
    def f(x):
        return jnp.sin(x)

    f.defvjp(lambda x: (f(x), x), lambda x, g: (g * jnp.cos(x) * (1 + 1e-5),))
    assert checked(lambda x: jnp.sum(f(x)), X[0]).verdict is Verdict.WRONG


def test_aux_and_python_ifs():
    report = checked(lambda t: ((t["w"] ** 2).sum(), {"step": 1}), {"w": X[0]}, has_aux=True)
    assert report.ok
    assert checked(lambda t: (t["w"] ** 2).sum() if t["w"][0] > -9 else t["w"].sum(), {"w": X[0]}, jit=False).ok


def test_float32_on_request():
    report = checked(lambda w: jnp.sum(jnp.tanh(w)), X[0].astype(np.float32), dtype=None)
    assert report.ok
    assert report.dtype == np.float32


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda t: t["w"] ** 2, r"one number, got shape \(4,\)"),
        (lambda t: (jnp.sum(t["w"]), 1), "has_aux=True"),
        (lambda t: jnp.sum(t["w"]) * 1j, "real number"),
        (lambda t: t["w"].sum() if t["w"][0] > 0 else 0.0, "jit=False"),
        (lambda t: float(t["w"][0]) * t["w"].sum(), r"float\(\)"),
    ],
)
def test_functions_that_cannot_be_checked(function, message):
    with pytest.raises(GradlabError, match=message):
        checked(function, {"w": X[0]})


def test_trees_without_floats():
    with pytest.raises(GradlabError, match="no floating-point array"):
        checked(lambda t: 1.0, {"i": np.arange(3)})


def test_check_grads_orders_and_modes():
    report = check_grads(jnp.tanh, (X,), order=2)
    assert report.ok
    assert list(report.blocks) == [
        "args[0]",
        "forward mode: args[0]",
        "order 2: args[0]",
        "forward mode: order 2: args[0]",
    ]
    with pytest.raises(GradientMismatch):
        check_grads(wrong_sine(1 + 1e-5), (X,), modes=["rev"])


def wrong_sine(factor):
    f = jax.custom_vjp(jnp.sin)
    f.defvjp(lambda x: (jnp.sin(x), x), lambda x, g: (factor * g * jnp.cos(x),))
    return f


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_wrong_forward_mode(factor):
    f = jax.custom_jvp(jnp.sin)
    f.defjvp(lambda primals, tangents: (jnp.sin(primals[0]), factor * jnp.cos(primals[0]) * tangents[0]))
    report = check_grads(f, (X,), modes=["fwd"], raise_exception=False)
    assert report.verdict is Verdict.WRONG


def test_check_grads_of_trees_complex_and_whole_numbers():
    def f(p, i):
        return {"out": jnp.tanh(p["w"][i]), "count": i, "turned": p["w"] * 1j}

    report = check_grads(f, ({"w": X[0]}, np.arange(3)))
    assert list(report.blocks) == ["args[0].w", "forward mode: args[0].w"]
    z = X[0] + 1j * X[1]
    assert check_grads(lambda z: z**2 * (1 + 2j), (z,), order=2).ok


@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        (X, {}, r"check_grads\(f, \(x,\)\)"),
        ((X,), {"modes": ["back"]}, "modes must be"),
        ((X,), {"order": 0}, "order must be a whole number of at least 1"),
        ((np.arange(3),), {}, "no floating-point array"),
    ],
)
def test_arguments_that_cannot_be_checked(args, options, message):
    with pytest.raises(GradlabError, match=message):
        check_grads(jnp.sin, args, **options)


@pytest.mark.parametrize("share", [1.0, 0.99])
def test_a_third_order_and_the_words_of_jax(share):
    @jax.custom_jvp
    def cube(x):
        return x**3

    cube.defjvp(lambda p, t: (p[0] ** 3, square(p[0]) * t[0]))

    @jax.custom_jvp
    def square(x):
        return 3 * x**2

    square.defjvp(lambda p, t: (3 * p[0] ** 2, 6 * share * p[0] * t[0]))
    once = check_grads(cube, (X[0],), order=1, modes="rev", atol=1e-2, rtol=1e-12, eps=1e-5, raise_exception=False)
    assert once.ok
    assert list(once.blocks) == ["args[0]"]
    assert "atol was given and is not used" in " ".join(once.notes)
    thrice = check_grads(cube, (X[0],), order=3, modes="rev", raise_exception=False)
    assert list(thrice.blocks) == ["args[0]", "order 2: args[0]", "order 3: args[0]"]
    assert [b.verdict is Verdict.AGREES for b in thrice.blocks.values()] == [True, share == 1.0, True]


def test_a_class_that_is_no_pytree_is_named():
    class Weights:
        pass

    with pytest.raises(GradlabError, match=r"a class of your own \(Weights\) is a leaf until it is registered"):
        checked(lambda w: 1.0, Weights())


@pytest.mark.parametrize("right", [True, False])
def test_equinox_modules_as_they_are(right):
    eqx = framework("equinox")

    @jax.custom_vjp
    def bent(x):
        return jnp.tanh(x)

    bent.defvjp(lambda x: (jnp.tanh(x), x), lambda x, g: (g * (1 - jnp.tanh(x) ** 2) * (1 if right else 1.01),))
    model = eqx.nn.MLP(4, 1, 5, 2, activation=bent, key=jax.random.PRNGKey(3))
    report = checked(lambda m: jnp.mean((jax.vmap(m)(X) - Y) ** 2), model)
    assert report.ok is right
    assert "layers[0].weight" in report.blocks


@pytest.mark.parametrize("right", [True, False])
def test_flax_modules_of_both_kinds(right):
    linen, nnx = framework("flax.linen"), framework("flax.nnx")

    def loss(out):
        return jnp.mean((out - Y) ** 2) + (0 if right else jnp.sum(lost(out)))

    @jax.custom_vjp
    def lost(x):
        return x**2

    lost.defvjp(lambda x: (x**2, x), lambda x, g: (g * x,))
    dense = linen.Dense(1)
    variables = dense.init(jax.random.PRNGKey(0), X)
    assert checked(lambda p: loss(dense.apply({"params": p}, X)), variables["params"]).ok is right
    report = checked(lambda m: loss(m(X)), nnx.Linear(4, 1, rngs=nnx.Rngs(1)))
    assert report.ok is right
    assert len(report.blocks) == 2


def test_no_second_derivative_is_right_where_both_sides_have_none():
    report = check_grads(lambda x: jax.nn.relu(x) * 2, (np.array([-1.0, 0.5, 2.0]),), order=2)
    assert report.ok
    assert not check_grads(lambda x, y: x * 2, (np.ones(2), np.ones(2)), raise_exception=False).ok
    assert check_grads(lambda x, y: x * 2, (np.ones(2), np.ones(2)), allow_untested=["args[1]"]).ok


def test_a_leaf_without_entries_has_no_forward_mode():
    report = check_grads(lambda a, b: jax.numpy.concatenate([a, b]) ** 3, (np.zeros((0, 2)), np.ones((2, 2)) / 3))
    assert "forward mode: args[0]" not in report.blocks


def test_directions_and_a_budget_for_reverse_mode():
    x = np.linspace(0.1, 1, 200)
    for options in ({"directions": 4}, {"budget": 150}):
        report = check_grads(jax.numpy.sin, (x,), modes="rev", **options)
        assert report.blocks["args[0]"].directions > 0


def test_a_rule_that_returns_another_value():
    """The gradient is right, and the loss that is seen while training is not the function's."""

    def with_vjp(off):
        made = jax.custom_vjp(jnp.sin)
        made.defvjp(lambda x: (jnp.sin(x) + off, x), lambda x, g: (jnp.cos(x) * g,))
        return made

    def with_jvp(off):
        made = jax.custom_jvp(jnp.sin)
        made.defjvp(lambda p, t: (jnp.sin(p[0]) + off, jnp.cos(p[0]) * t[0]))
        return made

    for seed, off in enumerate([1.0, 1e-3, -1e-6]):
        x = np.random.default_rng(seed).standard_normal((seed + 1, 3))
        for made, modes in ((with_vjp, "rev"), (with_jvp, ("fwd", "rev")), (with_jvp, "fwd")):
            assert check_grads(made(0.0), (x,), modes=modes).ok
            report = check_grads(made(off), (x,), modes=modes, raise_exception=False)
            assert report.verdict.value == "WRONG"
            assert any("returns something else where it is differentiated" in note for note in report.notes)
            assert all(block.verdict.value == "AGREES" for name, block in report.blocks.items() if "args" in name)


@pytest.mark.parametrize("seed", range(3))
def test_a_value_that_differs_by_rounding_is_the_same(seed):
    """Of a stable form beside a plain one, and of float32 inside."""
    plain = jax.custom_vjp(lambda x: jnp.log1p(jnp.exp(x)))
    plain.defvjp(lambda x: (jnp.logaddexp(0, x), x), lambda x, g: (jax.nn.sigmoid(x) * g,))
    x = np.random.default_rng(seed).standard_normal(5)
    assert check_grads(plain, (x,), modes="rev").ok

    def other_tanh(x):
        e = jnp.exp(2 * x.astype("float32"))
        return (e - 1) / (e + 1)

    single = jax.custom_vjp(lambda x: jnp.tanh(x.astype("float32")))
    single.defvjp(lambda x: (other_tanh(x), x), lambda x, g: (g.astype(x.dtype) * (1 - jnp.tanh(x) ** 2),))
    assert not any("something else" in n for n in check_grads(single, (x,), modes="rev", raise_exception=False).notes)


@pytest.mark.parametrize("seed", range(3))
def test_roundings_to_bfloat16_are_not_called_a_backward_that_is_not_linear(seed):
    def half(x):
        return jnp.sin(x.astype("bfloat16")).astype("float32")

    report = check_grads(half, (np.random.default_rng(seed).standard_normal(4),), modes="rev", raise_exception=False)
    assert not report.ok
    assert not any("linear" in note for note in report.notes)


@pytest.mark.parametrize("shape", [(4, 1), (4, 3), (4, 6)])
@pytest.mark.parametrize("form", ["product", "sum", "broadcast"])
def test_the_callers_own_calls_in_float32_go_on_after_a_check(shape, form):
    """Of NumPy arrays in float64 that a function closes over, whatever it does with them."""
    data = np.random.default_rng(len(form)).standard_normal((8, 4))
    w = jnp.asarray(np.random.default_rng(1).standard_normal(shape), dtype=jnp.float32)

    def cost(w):
        made = {
            "product": lambda: data @ w,
            "sum": lambda: jnp.add(data[:4, :1], w),
            "broadcast": lambda: jnp.multiply(data[:, :, None], w),
        }
        return jnp.mean(jnp.tanh(made[form]()) ** 2)

    assert checked(cost, w).ok
    assert np.isfinite(float(cost(w)))
    assert np.isfinite(np.asarray(jax.grad(cost)(w))).all()
    assert np.isfinite(float(jax.jit(cost)(w)))


@pytest.mark.parametrize(("kind", "order"), [("scan", 1), ("scan", 2), ("fori", 1), ("while", 1), ("cond", 1)])
def test_loops_of_jax_are_compiled_once_and_not_at_each_evaluation(kind, order):
    """Outside of jit, jax.lax compiles a loop at each call: 0.3 seconds for each of some hundred evaluations."""
    traced = 0

    def turn(h, w):
        nonlocal traced
        traced += 1
        return jnp.tanh(w @ h)

    def f(w, h):
        if kind == "scan":
            return jax.lax.scan(lambda h, _: (turn(h, w), h.sum()), h, None, length=4)[1]
        if kind == "fori":
            return jax.lax.fori_loop(0, 4, lambda _, h: turn(h, w), h)
        if kind == "while":
            return jax.lax.while_loop(lambda s: s[0] < 4, lambda s: (s[0] + 1, turn(s[1], w)), (0, h))[1]
        return jax.lax.cond(h[0] > 0, lambda h: turn(h, w), lambda h: 2 * turn(h, w), h)

    rng = np.random.default_rng(0)
    args = rng.standard_normal((2, 2)) / 2, rng.standard_normal(2)
    modes = ("fwd",) if kind == "while" else ("fwd", "rev")
    report = check_grads(f, args, order=order, modes=modes)
    assert report.ok
    assert report.evaluations > 30
    assert traced <= 60 * order


@pytest.mark.parametrize("drawn", ["normal", "a count"])
def test_a_loop_that_is_another_one_at_each_call_is_not_compiled_to_seem_steady(drawn):
    rng, calls = np.random.default_rng(0), iter(range(10_000))

    def f(x):
        extra = rng.standard_normal() if drawn == "normal" else next(calls)
        return jax.lax.fori_loop(0, 3, lambda _, h: jnp.sin(h) * (2 + extra), x)

    assert not check_grads(f, (np.array([0.3, 0.8]),), modes=("fwd",), raise_exception=False).ok


def test_a_loop_beside_what_cannot_be_traced_is_checked_as_it_is():
    def f(x):
        turns = 2 if float(jax.lax.stop_gradient(x).sum()) > 0 else 3
        return jax.lax.fori_loop(0, turns, lambda _, h: jnp.sin(h) * h, x)

    x = np.array([0.8])
    assert check_grads(f, (x,), modes=("fwd",)).ok
