"""Functions of the kinds that JAX's own tests of check_grads use, written anew, right and wrong."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import equinox
import jax
import jax.numpy as jnp
import numpy as np
from flax import linen, nnx
from jax import lax

from benchmarks.frameworks.kinds import Kind

FORWARD, BACK, SECOND = {"modes": ["fwd"]}, {"modes": ["rev"]}, {"order": 2, "modes": ["rev"]}


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    rng = np.random.default_rng(5)
    draw = lambda *shape: rng.standard_normal(shape)  # noqa: E731
    return [
        *_rules(draw),
        *_loops(draw),
        *_algebra(draw),
        *_trees(draw),
        *_kinks(),
        *_complex(draw),
        *_modules(draw),
        *_orders(draw),
    ]


Draw = Callable[..., np.ndarray]


def _vjp(forward: Any, slope: Any) -> Any:
    f = jax.custom_vjp(forward)
    f.defvjp(lambda *x: (forward(*x), x), slope)
    return f


def _rules(draw: Draw) -> Iterator[Kind]:
    yield Kind(
        "custom_vjp of a product",
        True,
        _vjp(lambda a, b: a @ b, lambda x, g: (g @ x[1].T, x[0].T @ g)),
        (draw(2, 3), draw(3, 2)),
        BACK,
    )
    yield Kind(
        "custom_vjp, gradients in the wrong order",
        False,
        _vjp(lambda a, b: a @ b, lambda x, g: (x[0].T @ g, g @ x[1].T)),
        (draw(3, 3), draw(3, 3)),
        BACK,
    )
    yield Kind(
        "custom_vjp, the sum over the batch forgotten",
        False,
        _vjp(lambda a, b: a + b, lambda x, g: (g, g[0])),
        (draw(4, 2), draw(2)),
        BACK,
    )
    yield Kind(
        "custom_vjp, an auxiliary output ignored",
        False,
        _vjp(lambda a: (a**2, a**3), lambda x, g: (g[0] * 2 * x[0],)),
        (draw(3),),
        BACK,
    )

    @partial(jax.custom_vjp, nondiff_argnums=(1,))
    def power(x: Any, n: int) -> Any:
        return x**n

    power.defvjp(lambda x, n: (x**n, x), lambda n, x, g: (g * n * x ** (n - 1),))
    yield Kind("nondiff_argnums", True, lambda x: power(x, 3), (draw(4),), BACK)

    def pushed(slope: Any) -> Any:
        @jax.custom_jvp
        def f(x: Any, y: Any) -> Any:
            return jnp.sin(x) * y

        f.defjvp(lambda p, t: (f(*p), slope(*p, *t)))
        return f

    yield Kind("custom_jvp", True, pushed(lambda x, y, a, b: jnp.cos(x) * a * y + jnp.sin(x) * b), (draw(4), draw(4)))
    yield Kind(
        "custom_jvp, one tangent lost", False, pushed(lambda x, y, a, b: jnp.cos(x) * a * y), (draw(4), draw(4))
    )
    yield Kind(
        "custom_jvp, tangent not scaled",
        False,
        pushed(lambda x, y, a, b: jnp.cos(x) * a + jnp.sin(x) * b),
        (draw(4), draw(4)),
    )

    @jax.custom_jvp
    def by_parts(x: Any, y: Any) -> Any:
        return x**2 * y

    by_parts.defjvps(lambda t, out, x, y: 2 * x * y * t, None)
    yield Kind("defjvps, None for what has a slope", False, by_parts, (draw(3), draw(3)))
    yield Kind("stop_gradient on one of two paths", False, lambda x: x * lax.stop_gradient(x), (draw(4),))
    yield Kind(
        "a rounding that claims a slope of 1",
        False,
        lambda x: x + lax.stop_gradient(jnp.round(x) - x),
        (np.array([0.2, 1.3, -0.6]),),
        BACK,
    )

    @jax.custom_gradient
    def clipped(x: Any) -> Any:
        return x, lambda g: jnp.clip(g, -0.5, 0.5)

    yield Kind("custom_gradient that clips", False, lambda x: clipped(x) * 3, (draw(5),), BACK)


def _loops(draw: Draw) -> Iterator[Kind]:
    def cell(h: Any, x: Any) -> Any:
        h = jnp.tanh(0.5 * h + x)
        return h, h**2

    yield Kind("scan", True, lambda h, xs: lax.scan(cell, h, xs), (draw(2), draw(5, 2)))
    yield Kind(
        "fori_loop of fixed length", True, lambda x: lax.fori_loop(0, 4, lambda i, y: jnp.sin(y) + i, x), (draw(3),)
    )
    yield Kind(
        "while_loop, forward mode",
        True,
        lambda x: lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] * x), (0, x))[1],
        (draw(3),),
        FORWARD,
    )
    yield Kind("cond", True, lambda x: lax.cond(x[0] > 0, jnp.sin, lambda y: y**3, x), (np.array([0.7, -1.2]),))
    yield Kind("checkpoint", True, jax.checkpoint(lambda x, w: jnp.tanh(x @ w).sum(0)), (draw(2, 3), draw(3, 2)))
    yield Kind(
        "vmap of jit", True, jax.vmap(jax.jit(lambda a, b: jnp.outer(a, b).sum() ** 2)), (draw(3, 2), draw(3, 2))
    )
    yield Kind(
        "a root by Newton's steps, unrolled",
        True,
        lambda c: lax.fori_loop(0, 30, lambda i, y: y - (y**3 - c) / (3 * y**2), 1 + 0 * c),
        (np.array([2.0, 5.0]),),
    )

    def cube_root(c: Any) -> Any:
        def solve(f: Any, y: Any) -> Any:
            return lax.fori_loop(0, 60, lambda i, y: y - (y**3 - c) / (3 * y**2), y)

        return lax.custom_root(lambda y: y**3 - c, 1 + 0 * c, solve, lambda g, b: b / g(jnp.ones_like(b)))

    yield Kind("custom_root", True, cube_root, (np.array([2.0, 5.0]),))
    root = _vjp(lambda c: jnp.cbrt(c), lambda x, g: (g / (3 * jnp.cbrt(x[0])),))
    yield Kind("implicit root, the square forgotten", False, root, (np.array([2.0, 5.0]),), BACK)


def _algebra(draw: Draw) -> Iterator[Kind]:
    a = draw(4, 4)
    yield Kind("Cholesky factor", True, lambda m: jnp.linalg.cholesky(m), (a @ a.T + 4 * np.eye(4),))
    yield Kind("eigenvalues", True, lambda m: jnp.linalg.eigvalsh(m + m.T), (draw(3, 3),))
    yield Kind("solve", True, jnp.linalg.solve, (draw(3, 3) + 3 * np.eye(3), draw(3, 2)))
    yield Kind(
        "triangular solve",
        True,
        lambda t, b: jax.scipy.linalg.solve_triangular(t, b, lower=True),
        (draw(3, 3) + 3 * np.eye(3), draw(3)),
    )
    yield Kind("log of a determinant", True, lambda m: jnp.linalg.slogdet(m)[1], (draw(3, 3),))
    yield Kind("matrix exponential", True, jax.scipy.linalg.expm, (draw(3, 3),))
    yield Kind(
        "a solve of one's own, transpose forgotten",
        False,
        _vjp(jnp.linalg.solve, lambda x, g: (lambda u: (-u @ jnp.linalg.solve(*x).T, u))(jnp.linalg.solve(x[0], g))),
        (draw(3, 3) + 3 * np.eye(3), draw(3, 2)),
        BACK,
    )
    ids = np.array([0, 1, 1, 0])
    yield Kind("a look-up with repeats", True, lambda w: w[ids] ** 2, (draw(3, 2),))
    yield Kind("at[].add", True, lambda w, v: jnp.exp(w.at[ids].add(v)), (draw(3), draw(4)))
    yield Kind("segment_sum", True, lambda v: jax.ops.segment_sum(v**2, ids, 2), (draw(4),))
    yield Kind(
        "a look-up of one's own, set for add",
        False,
        _vjp(lambda w: w[ids], lambda x, g: (jnp.zeros_like(x[0]).at[ids].set(g),)),
        (draw(3),),
        BACK,
    )
    yield Kind(
        "convolution", True, lambda x, w: lax.conv_general_dilated(x, w, (2,), "SAME"), (draw(1, 2, 6), draw(3, 2, 3))
    )
    yield Kind("sort", True, jnp.sort, (draw(6),))
    yield Kind("cumulative product through a zero", True, jnp.cumprod, (np.array([2.0, 0.0, 3.0, -1.0]),))


class Pair(NamedTuple):
    gain: Any
    shift: Any


@partial(jax.tree_util.register_dataclass, data_fields=["w"], meta_fields=["power"])
@dataclass
class Layer:
    w: Any
    power: int


def _trees(draw: Draw) -> Iterator[Kind]:
    yield Kind("a named tuple", True, lambda p, x: p.gain * x + p.shift, (Pair(draw(3), draw(3)), draw(3)))
    yield Kind(
        "a dict with None and a whole number",
        True,
        lambda p: p["w"][p["i"]] ** 3,
        ({"w": draw(3), "none": None, "i": np.array([0, 2])},),
        BACK,
    )
    yield Kind(
        "an ordered dict of lists",
        True,
        lambda p: sum(p["a"]) * p["b"],
        (OrderedDict(a=[draw(2), draw(2)], b=draw(2)),),
    )
    yield Kind("a registered dataclass", True, lambda layer: layer.w**layer.power, (Layer(draw(3), 3),))
    yield Kind("Python's own floats", True, lambda a, b: a * jnp.exp(b), (1.5, -0.3))
    yield Kind(
        "a dict out", True, lambda x: {"y": jnp.sin(x), "count": x.size, "order": jnp.argsort(x)}, (draw(4),), BACK
    )
    yield Kind(
        "no entries at all beside some",
        True,
        lambda a, b: jnp.concatenate([a, b]) ** 3,
        (np.zeros((0, 2)), draw(2, 2)),
    )
    yield Kind("an output without entries", True, lambda x: (x[:0], jnp.sin(x)), (draw(3),))
    yield Kind("one number", True, lambda x: x**3, (np.float64(1.5),))
    yield Kind("a turned input", True, lambda x: x @ np.arange(3.0), (draw(3, 2).T,))
    yield Kind("float32 given", True, lambda x: jnp.sin(x) * 2, (draw(4).astype(np.float32),))
    yield Kind("bfloat16 given", True, lambda x: jnp.sin(x) * 2, (jnp.asarray(draw(4), dtype=jnp.bfloat16),))
    held = jnp.asarray(draw(4), dtype=jnp.float32)
    yield Kind("a constant in float32", True, lambda x: jnp.tanh(x * held), (draw(4),))
    yield Kind("the same array twice", True, lambda x, y: x * jnp.sin(y), (lambda a: (a, a))(draw(3)))


def _kinks() -> Iterator[Kind]:
    x = np.array([-1.0, 0.0, 2.0])
    yield Kind("ReLU at 0", True, jax.nn.relu, (x,), BACK)
    yield Kind("absolute value at 0", True, jnp.abs, (x,), BACK)
    yield Kind(
        "where of a root, the other side is not a number",
        False,
        lambda x: jnp.where(x > 0, jnp.sqrt(x), 0 * x),
        (x + 0.5,),
        BACK,
    )
    yield Kind(
        "where of a root, made safe before",
        True,
        lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1)), 0),
        (np.array([-1.0, 0.5, 2.0]),),
        BACK,
    )
    yield Kind("maximum of equal numbers", True, jnp.max, (np.array([1.0, 3.0, 3.0]),), BACK)
    yield Kind("sinc at 0", True, jnp.sinc, (x,))
    yield Kind("norm at 0", False, lambda x: jnp.linalg.norm(x), (np.zeros(3),), BACK)
    yield Kind("log of a softmax, large", True, jax.nn.log_softmax, (np.array([900.0, 901.0, 899.0]),))


def _complex(draw: Draw) -> Iterator[Kind]:
    z = draw(3) + 1j * draw(3)
    yield Kind("size of a complex number", True, jnp.abs, (z,), BACK)
    yield Kind("holomorphic", True, lambda z: jnp.exp(z) * z, (z,))
    yield Kind("Fourier transform", True, lambda x: jnp.fft.rfft(x), (draw(6),))
    yield Kind(
        "complex, conjugate too many", False, _vjp(lambda z: z**2, lambda x, g: (g * 2 * jnp.conj(x[0]),)), (z,), BACK
    )


def _modules(draw: Draw) -> Iterator[Kind]:
    key, x = jax.random.key(0), draw(4, 3)
    mlp = equinox.nn.MLP(3, 2, 4, 1, activation=jnp.tanh, key=key)
    yield Kind("equinox: a network as it is", True, lambda m: jax.vmap(m)(x), (mlp,), BACK)
    dense = linen.Dense(2)
    yield Kind("linen: variables", True, lambda v: dense.apply(v, x), (dense.init(key, x),))
    form, state = nnx.split(nnx.Linear(3, 2, rngs=nnx.Rngs(0)))
    yield Kind("nnx: state of a layer", True, lambda s: nnx.merge(form, s)(x), (state,))

    class Slow(equinox.Module):
        w: Any
        name: str = equinox.field(static=True)

        def __call__(self, y: Any) -> Any:
            return y @ lax.stop_gradient(self.w) + self.w.sum()

    yield Kind("equinox: a layer that stops its gradient", False, lambda m: m(x), (Slow(draw(3, 2), "slow"),), BACK)


def _orders(draw: Draw) -> Iterator[Kind]:
    yield Kind("second order: tanh", True, jnp.tanh, (draw(3),), {"order": 2})
    yield Kind(
        "third order: product", True, lambda a, b: a * b**2, (draw(2), draw(2)), {"order": 3, "modes": ["rev"]}
    )
    yield Kind("second order: ReLU, slopes of 0", True, lambda x: jax.nn.relu(x) * 2, (draw(4),), SECOND)
    yield Kind(
        "second order: a stopped slope",
        False,
        _vjp(jnp.sin, lambda x, g: (g * lax.stop_gradient(jnp.cos(x[0])),)),
        (draw(3),),
        SECOND,
    )
    yield Kind(
        "second order: linear in one argument", True, lambda a, b: jnp.sin(a) @ b, (draw(2, 3), draw(3)), SECOND
    )
