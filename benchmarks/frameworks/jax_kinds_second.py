"""A second batch of JAX functions, written before gradlab had seen one: rules with extras, trees, loops."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jax.experimental import sparse

from benchmarks.frameworks.kinds import Kind

FORWARD, REVERSE, SECOND = {"modes": ["fwd"]}, {"modes": ["rev"]}, {"order": 2}


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    rng = np.random.default_rng(31)
    parts = (_rules, _trees, _flow, _arrays, _precision, _libraries, _orders)
    return [case for part in parts for case in part(lambda *shape: rng.standard_normal(shape))]


def vjp_rule(f: Callable[..., Any], fwd: Callable[..., Any], bwd: Callable[..., Any], *static: int) -> Any:
    """A custom_vjp as one writes it, without the lines of the decorator."""
    made = jax.custom_vjp(f, nondiff_argnums=static)
    made.defvjp(fwd, bwd)
    return made


def _rules(draw: Callable[..., Any]) -> Iterator[Kind]:
    def clip(bwd: Any) -> Any:
        return vjp_rule(lambda lo, hi, x: jnp.clip(x, lo, hi), lambda lo, hi, x: (jnp.clip(x, lo, hi), x), bwd, 0, 1)

    inside = clip(lambda lo, hi, x, g: (g * ((x > lo) & (x < hi)),))
    yield Kind("clip, two fixed arguments", True, functools.partial(inside, -1.0, 1.0), (draw(6),), REVERSE)
    through = clip(lambda lo, hi, x, g: (g,))
    yield Kind("clip that lets all through", False, functools.partial(through, -0.5, 0.5), (draw(6),), REVERSE)

    def log1pexp(rule: Any) -> Any:
        made = jax.custom_jvp(lambda x: jnp.log1p(jnp.exp(x)))
        made.defjvp(rule)
        return made

    good = log1pexp(lambda p, t: (jnp.logaddexp(0, p[0]), jax.nn.sigmoid(p[0]) * t[0]))
    yield Kind("log1pexp with a rule", True, good, (draw(5),))
    bad = log1pexp(lambda p, t: (jnp.logaddexp(0, p[0]), jnp.exp(p[0]) / (1 + jnp.exp(-p[0])) * t[0]))
    yield Kind("log1pexp, a sign in the exponent", False, bad, (draw(5),))
    other = log1pexp(lambda p, t: (jnp.log1p(jnp.exp(p[0])) + 1.0, jax.nn.sigmoid(p[0]) * t[0]))
    yield Kind("a rule that returns another value", False, other, (draw(5),))

    whole = vjp_rule(
        lambda x, n: x**n, lambda x, n: (x**n, (x, n)), lambda r, g: (r[1] * r[0] ** (r[1] - 1) * g, None)
    )
    yield Kind("None for a whole number", True, whole, (draw(4), 3), REVERSE)
    tree = vjp_rule(
        lambda p, x: jnp.tanh(x @ p["W"] + p["b"]),
        lambda p, x: (jnp.tanh(x @ p["W"] + p["b"]), (p, x)),
        lambda r, g: _dense_back(*r, g),
    )
    yield Kind("a rule for a tree", True, tree, ({"W": draw(3, 2), "b": draw(2)}, draw(4, 3)), REVERSE)
    lost = vjp_rule(
        lambda p, x: jnp.tanh(x @ p["W"] + p["b"]),
        lambda p, x: (jnp.tanh(x @ p["W"] + p["b"]), (p, x)),
        lambda r, g: (_dense_back(*r, g)[0], jnp.zeros_like(r[1])),
    )
    yield Kind(
        "a rule for a tree, the input's gradient is 0",
        False,
        lost,
        ({"W": draw(3, 2), "b": draw(2)}, draw(4, 3)),
        REVERSE,
    )

    pure = vjp_rule(
        lambda x: jax.pure_callback(lambda v: np.sin(np.asarray(v)), jax.ShapeDtypeStruct(x.shape, x.dtype), x),
        lambda x: (jax.pure_callback(lambda v: np.sin(np.asarray(v)), jax.ShapeDtypeStruct(x.shape, x.dtype), x), x),
        lambda x, g: (jnp.cos(x) * g,),
    )
    yield Kind("NumPy by pure_callback", True, pure, (draw(4),), REVERSE)
    wrong = vjp_rule(
        lambda x: jax.pure_callback(lambda v: np.sin(np.asarray(v)), jax.ShapeDtypeStruct(x.shape, x.dtype), x),
        lambda x: (jax.pure_callback(lambda v: np.sin(np.asarray(v)), jax.ShapeDtypeStruct(x.shape, x.dtype), x), x),
        lambda x, g: (-jnp.cos(x) * g,),
    )
    yield Kind("NumPy by pure_callback, a sign", False, wrong, (draw(4),), REVERSE)
    twice = vjp_rule(
        lambda x: (x**2, x**3), lambda x: ((x**2, x**3), x), lambda x, g: (2 * x * g[0] + 3 * x**2 * g[1],)
    )
    yield Kind("two outputs of a rule", True, twice, (draw(4),), REVERSE)
    one = vjp_rule(
        lambda x: (x**2, x**3), lambda x: ((x**2, x**3), x), lambda x, g: (2 * x * g[0] + 3 * x**2 * g[0],)
    )
    yield Kind("two outputs of a rule, one upstream for both", False, one, (draw(4),), REVERSE)
    reversal = vjp_rule(lambda lam, x: x, lambda lam, x: (x, None), lambda lam, r, g: (-lam * g,), 0)
    yield Kind("a gradient turned round on purpose", False, functools.partial(reversal, 0.5), (draw(3),), REVERSE)


def _dense_back(p: Any, x: Any, g: Any) -> Any:
    g = g * (1 - jnp.tanh(x @ p["W"] + p["b"]) ** 2)
    return {"W": x.T @ g, "b": g.sum(0)}, g @ p["W"].T


def _trees(draw: Callable[..., Any]) -> Iterator[Kind]:
    layers = [(draw(3, 4), draw(4)), (draw(4, 2), draw(2))]

    def mlp(layers: Any, x: Any) -> Any:
        for W, b in layers[:-1]:
            x = jax.nn.relu(x @ W + b)
        W, b = layers[-1]
        return jax.nn.log_softmax(x @ W + b)

    yield Kind("a network as a list of pairs", True, mlp, (layers, draw(5, 3)))
    yield Kind(
        "a tree with None, numbers and arrays",
        True,
        lambda p: p["W"] @ p["h"]["v"] * p["n"],
        ({"W": draw(2, 3), "h": {"v": draw(3), "mask": None}, "n": 2},),
    )
    yield Kind(
        "a bool in a tree",
        True,
        lambda p: jnp.where(p["flag"], p["x"], 2 * p["x"]),
        ({"flag": np.array([True, False]), "x": draw(2)},),
    )
    yield Kind(
        "jax.tree_util.Partial", True, jax.tree_util.Partial(lambda w, x: jnp.tanh(w * x), draw(3)), (draw(3),)
    )
    yield Kind(
        "a key as an argument",
        True,
        lambda key, x: x * jax.random.normal(key, x.shape),
        (jax.random.PRNGKey(0), draw(3)),
    )
    yield Kind(
        "a typed key as an argument",
        True,
        lambda key, x: x * jax.random.normal(key, x.shape),
        (jax.random.key(0), draw(3)),
    )
    yield Kind(
        "a detached branch of a tree",
        False,
        lambda p: p["a"] * lax.stop_gradient(p["b"]),
        ({"a": draw(3), "b": draw(3)},),
    )
    yield Kind(
        "keyword arguments bound by partial",
        True,
        functools.partial(lambda x, scale: jnp.sin(scale * x), scale=2.0),
        (draw(3),),
    )
    yield Kind("an object of a class with __call__", True, _Scaled(draw(3)), (draw(3),))


class _Scaled:
    def __init__(self, w: Any) -> None:
        self.w = jnp.asarray(w)

    def __call__(self, x: Any) -> Any:
        return jnp.cumsum(self.w * x)


def _flow(draw: Callable[..., Any]) -> Iterator[Kind]:
    def rnn(W: Any, xs: Any) -> Any:
        def step(h: Any, x: Any) -> Any:
            h = jnp.tanh(W @ h + x)
            return h, h.sum()

        return lax.scan(jax.checkpoint(step), jnp.zeros(3), xs)

    yield Kind("scan with checkpoint, state and outputs", True, rnn, (draw(3, 3), draw(5, 3)))
    yield Kind("associative_scan", True, lambda x: lax.associative_scan(jnp.multiply, x), (draw(6),))
    yield Kind("switch", True, lambda x: lax.switch(1, [jnp.sin, jnp.cos, jnp.exp], x), (draw(3),))
    yield Kind("map", True, lambda x: lax.map(lambda r: r @ r, x), (draw(4, 3),))
    yield Kind(
        "vmap with axes",
        True,
        jax.vmap(lambda a, b: jnp.outer(a, b).sum(0), in_axes=(0, None)),
        (draw(4, 3), draw(2)),
    )
    yield Kind(
        "jit with a static argument",
        True,
        functools.partial(jax.jit(lambda n, x: x**n, static_argnums=0), 3),
        (draw(4),),
    )
    yield Kind(
        "while_loop in reverse",
        True,
        lambda x: lax.while_loop(lambda s: s[1] < 3, lambda s: (jnp.sin(s[0]), s[1] + 1), (x, 0))[0],
        (draw(3),),
        FORWARD,
    )
    yield Kind(
        "an ODE by Runge and Kutta",
        True,
        lambda y: lax.fori_loop(0, 5, lambda i, y: y + 0.1 * jnp.sin(y + 0.05 * jnp.sin(y)), y),
        (draw(3),),
    )


def _arrays(draw: Callable[..., Any]) -> Iterator[Kind]:
    spd = draw(3, 3)
    spd = spd @ spd.T + 3 * np.eye(3)
    yield Kind("singular values", True, lambda a: jnp.linalg.svd(a, compute_uv=False), (draw(3, 4),))
    yield Kind("QR", True, lambda a: jnp.linalg.qr(a)[1], (draw(4, 3),))
    yield Kind("least squares", True, lambda a, b: jnp.linalg.lstsq(a, b)[0], (draw(5, 3), draw(5)))
    yield Kind(
        "log density of a Gaussian",
        True,
        lambda x, c: jax.scipy.stats.multivariate_normal.logpdf(x, jnp.zeros(3), c @ c.T + jnp.eye(3)),
        (draw(3), spd),
    )
    yield Kind(
        "einsum with three letters",
        True,
        lambda a, b: jnp.einsum("bij,bkj->bik", a, b),
        (draw(2, 3, 4), draw(2, 2, 4)),
    )
    yield Kind(
        "take_along_axis", True, lambda x: jnp.take_along_axis(x, jnp.array([[0, 0], [2, 1]]), 1), (draw(2, 3),)
    )
    yield Kind("top_k", True, lambda x: lax.top_k(x, 2), (draw(5),))
    yield Kind("median", True, jnp.median, (draw(5),))
    yield Kind("interp", True, lambda f: jnp.interp(jnp.array([0.3, 1.7]), jnp.arange(3.0), f), (draw(3),))
    yield Kind("dynamic_slice with an index", True, lambda x, i: lax.dynamic_slice(x, (i,), (2,)), (draw(5), 2))
    yield Kind(
        "max pooling", True, lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID"), (draw(4, 4),)
    )
    yield Kind(
        "norm of rows, one of them 0",
        False,
        lambda x: jnp.where(x.any(-1), jnp.linalg.norm(x, axis=-1), 0.0),
        (np.array([[3.0, 4.0], [0.0, 0.0]]),),
        REVERSE,
    )
    yield Kind("arctan2 and hypot", True, lambda a, b: jnp.arctan2(a, b) * jnp.hypot(a, b), (draw(4), draw(4)))
    yield Kind("gammaln, digamma inside", True, lambda a: jax.scipy.special.gammaln(jnp.exp(a)), (draw(4),))
    yield Kind(
        "logsumexp with weights", True, lambda a, b: jax.scipy.special.logsumexp(a, b=jnp.exp(b)), (draw(4), draw(4))
    )
    z = draw(3) + 1j * draw(3)
    yield Kind("complex exponential, real part", True, lambda x: jnp.exp(x).real, (z,))
    yield Kind("complex product with a conjugate", True, lambda x: x * x.conj(), (z,))


def _precision(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield Kind("float32 inside", True, lambda x: jnp.tanh(x.astype(jnp.float32)), (draw(4),))
    yield Kind("bfloat16 inside", True, lambda x: jnp.sin(x.astype(jnp.bfloat16)).astype(jnp.float32), (draw(4),))
    yield Kind("float16 inputs", True, lambda x: x**2, (draw(4).astype(np.float16),))
    yield Kind(
        "default precision of a product",
        True,
        lambda a, b: lax.dot(a, b, precision="default"),
        (draw(3, 3).astype(np.float32), draw(3, 3).astype(np.float32)),
    )
    yield Kind("large and small entries", True, lambda x: jnp.sin(x * jnp.array([1e8, 1.0, 1e-8])), (draw(3),))


def _libraries(draw: Callable[..., Any]) -> Iterator[Kind]:
    labels = jnp.array([0, 2, 1])
    yield Kind(
        "optax: cross entropy",
        True,
        lambda x: optax.softmax_cross_entropy_with_integer_labels(x, labels),
        (draw(3, 3),),
    )
    yield Kind(
        "optax: labels as an argument",
        True,
        optax.softmax_cross_entropy_with_integer_labels,
        (draw(3, 3), np.array([0, 2, 1])),
    )
    yield Kind("optax: Huber loss", True, optax.huber_loss, (3 * draw(4), draw(4)))
    yield Kind(
        "nn: gelu and dot product attention",
        True,
        lambda q, k: jax.nn.dot_product_attention(q, k, jax.nn.gelu(k)),
        (draw(1, 3, 2, 4), draw(1, 3, 2, 4)),
    )
    yield Kind(
        "sparse: BCOO product",
        True,
        lambda v, x: sparse.BCOO((v, jnp.array([[0, 1], [2, 0]])), shape=(3, 2)) @ x,
        (draw(2), draw(2)),
    )


def _orders(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield Kind("gradient as a function", True, jax.grad(lambda x: jnp.sum(jnp.sin(x) ** 2)), (draw(4),))
    yield Kind(
        "Hessian times vector",
        True,
        lambda x, v: jax.jvp(jax.grad(lambda x: jnp.prod(x)), (x,), (v,))[1],
        (draw(4), draw(4)),
    )
    yield Kind("jacfwd of jacrev", True, jax.jacfwd(jax.jacrev(lambda x: jnp.sum(x**3))), (draw(3),))
    yield Kind("second order: softplus", True, jax.nn.softplus, (draw(4),), SECOND)
    held = jax.custom_jvp(jnp.sin)
    held.defjvp(lambda p, t: (jnp.sin(p[0]), lax.stop_gradient(jnp.cos(p[0])) * t[0]))
    yield Kind("second order: a slope that is held", False, held, (draw(4),), SECOND)
    yield Kind(
        "linear_call",
        True,
        lambda x: jax.custom_derivatives.linear_call(lambda r, x: r * x, lambda r, g: r * g, jnp.arange(1.0, 4.0), x),
        (draw(3),),
    )
    wrong = lambda x: jax.custom_derivatives.linear_call(lambda r, x: r * x, lambda r, g: g, jnp.arange(1.0, 4.0), x)  # noqa: E731
    yield Kind("linear_call, a wrong transpose", False, wrong, (draw(3),))
