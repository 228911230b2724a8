"""A third batch of JAX functions, written before gradlab had seen one: scans, solvers, signals, tangents, remat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.frameworks.jax_kinds_second import FORWARD, REVERSE, SECOND, vjp_rule
from benchmarks.frameworks.kinds import Kind


def kinds() -> list[Kind]:
    """All of them, from one seed."""
    rng = np.random.default_rng(67)
    parts = (_scans, _solvers, _signals, _scattered, _kinks, _tangents)
    return [case for part in parts for case in part(lambda *shape: rng.standard_normal(shape))]


def pair(name: str, slip: str, f: Any, right: Any, wrong: Any, *inputs: Any) -> Iterator[Kind]:
    """One function, with a right rule bwd(inputs, g) and with one that has a slip."""
    for title, truth, bwd in ((name, True, right), (f"{name}, {slip}", False, wrong)):
        yield Kind(title, truth, vjp_rule(f, lambda *x: (f(*x), x), bwd), inputs, REVERSE)


def _scans(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield from pair(
        "a running sum", "from the front", lambda x: jnp.cumsum(x),
        lambda r, g: (jnp.cumsum(g[::-1])[::-1],), lambda r, g: (jnp.cumsum(g),), draw(5),
    )  # fmt: skip
    yield from pair(
        "a running product", "its own place alone", lambda x: jnp.cumprod(x),
        lambda r, g: (jnp.cumsum((g * jnp.cumprod(r[0]))[::-1])[::-1] / r[0],),
        lambda r, g: (g * jnp.cumprod(r[0]) / r[0],), draw(4),
    )  # fmt: skip
    yield Kind("an associative scan", True, lambda x: lax.associative_scan(jnp.multiply, x), (draw(5),))

    def unrolled(stopped: bool) -> Any:
        def step(h: Any, x: Any) -> Any:
            h = jnp.tanh(0.5 * (lax.stop_gradient(h) if stopped else h) + x)
            return h, h

        return lambda x: lax.scan(step, jnp.zeros_like(x[0]), x)[1]

    yield Kind("a recurrence in a scan", True, unrolled(False), (draw(4, 2),), REVERSE)
    yield Kind("a recurrence, its state held", False, unrolled(True), (draw(4, 2),), REVERSE)
    yield Kind("a scan computed anew", True, lambda x: jax.checkpoint(unrolled(False))(x), (draw(4, 2),))


def _solvers(draw: Callable[..., Any]) -> Iterator[Kind]:
    a, b = 3 * np.eye(3) + 0.5 * draw(3, 3), draw(3)

    def solved(turned: bool) -> Any:
        def bwd(r: Any, g: Any) -> Any:
            slope = jnp.linalg.solve(r[0].T if turned else r[0], g)
            return -jnp.outer(slope, jnp.linalg.solve(*r)), slope

        return bwd

    yield from pair("a linear system", "without the transpose", jnp.linalg.solve, solved(True), solved(False), a, b)
    yield Kind("a Cholesky factor", True, lambda m: jnp.linalg.cholesky(m @ m.T + jnp.eye(3)), (a,))
    yield Kind("exponential of a matrix", True, jax.scipy.linalg.expm, (0.3 * a,))

    def root(terms: int) -> Any:
        """x = cos(x) a, its slope as a series."""
        f = lambda a: lax.fori_loop(0, 100, lambda _, x: jnp.cos(x) * a, jnp.zeros_like(a))  # noqa: E731

        def bwd(r: Any, g: Any) -> Any:
            inner = -jnp.sin(f(r[0])) * r[0]
            return (sum(inner**k for k in range(terms)) * jnp.cos(f(r[0])) * g,)

        return vjp_rule(f, lambda a: (f(a), (a,)), bwd)

    yield Kind("a fixed point", True, root(80), (0.3 * draw(3),), REVERSE)
    yield Kind("a fixed point, one step back", False, root(1), (0.3 * draw(3),), REVERSE)


def _signals(draw: Callable[..., Any]) -> Iterator[Kind]:
    yield from pair(
        "real part of a Fourier transform", "the sine's side", lambda x: jnp.fft.fft(x).real,
        lambda r, g: (jnp.fft.fft(g).real,), lambda r, g: (jnp.fft.fft(g).imag,), draw(6),
    )  # fmt: skip
    yield Kind("power of a spectrum", True, lambda x: jnp.abs(jnp.fft.rfft(x)) ** 2, (draw(7),))
    kernel = np.array([0.5, -1.0, 2.0])
    yield from pair(
        "a convolution with a fixed kernel", "the kernel not turned",
        lambda x: jnp.convolve(x, kernel, mode="same"),
        lambda r, g: (jnp.convolve(g, kernel[::-1], mode="same"),),
        lambda r, g: (jnp.convolve(g, kernel, mode="same"),), draw(6),
    )  # fmt: skip
    yield Kind("interpolated between points", True,
               lambda y: jnp.interp(jnp.array([0.3, 1.7]), jnp.arange(3.0), y), (draw(3),))  # fmt: skip
    yield Kind("an image made larger", True, lambda x: jax.image.resize(x, (6, 6), "linear"), (draw(3, 3),))


def _scattered(draw: Callable[..., Any]) -> Iterator[Kind]:
    ids = np.array([0, 2, 2, 1, 2])
    yield from pair(
        "rows of a table", "the last one wins", lambda table: table[ids],
        lambda r, g: (jnp.zeros_like(r[0]).at[ids].add(g),), lambda r, g: (jnp.zeros_like(r[0]).at[ids].set(g),),
        draw(3, 2),
    )  # fmt: skip
    yield from pair(
        "sorted", "gathered where it is scattered", lambda x: jnp.sort(x),
        lambda r, g: (jnp.zeros_like(g).at[jnp.argsort(r[0])].set(g),), lambda r, g: (g[jnp.argsort(r[0])],), draw(5),
    )  # fmt: skip
    yield Kind("the two largest", True, lambda x: lax.top_k(x, 2)[0] ** 2, (draw(6),))
    yield Kind("sums of groups", True, lambda x: jax.ops.segment_sum(x**2, ids, 3), (draw(5),))


def _kinks(draw: Callable[..., Any]) -> Iterator[Kind]:
    at = np.array([-1.0, 0.5, 2.0])
    yield Kind("a root below a where", False, lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0), (at,), REVERSE)
    yield Kind("a root below two wheres", True,
               lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0), (at,), REVERSE)  # fmt: skip
    corner = np.array([0.0, -1.0, 2.0])
    yield Kind("leaky ReLU at 0", True, lambda x: jax.nn.leaky_relu(x, 0.1), (corner,), REVERSE)
    yield Kind("largest of two that tie", True, lambda x: jnp.maximum(x, 0.0), (corner,), REVERSE)
    tied = vjp_rule(jax.nn.relu, lambda x: (jax.nn.relu(x), x), lambda x, g: (2 * g * (x >= 0),))
    yield Kind("ReLU, twice the slope", False, tied, (corner,), REVERSE)


def _tangents(draw: Callable[..., Any]) -> Iterator[Kind]:
    def product(factor: float) -> Any:
        made = jax.custom_jvp(lambda x, y: x * jnp.sin(y))
        made.defjvp(lambda p, t: (p[0] * jnp.sin(p[1]), t[0] * jnp.sin(p[1]) + factor * t[1] * p[0] * jnp.cos(p[1])))
        return made

    yield Kind("a product's tangent", True, product(1.0), (draw(4), draw(4)), FORWARD)
    yield Kind("a product's tangent, its sign flipped", False, product(-1.0), (draw(4), draw(4)), FORWARD)
    yield Kind("a product's tangent, 1e-4 off", False, product(1.0001), (draw(4), draw(4)), FORWARD)

    def cubed(second: float) -> Any:
        slope = jax.custom_jvp(lambda x: 3 * x**2)
        slope.defjvp(lambda p, t: (3 * p[0] ** 2, second * p[0] * t[0]))
        made = jax.custom_jvp(lambda x: x**3)
        made.defjvp(lambda p, t: (p[0] ** 3, slope(p[0]) * t[0]))
        return made

    yield Kind("a cube, its second derivative by hand", True, cubed(6.0), (draw(4),), SECOND)
    yield Kind("a cube, its second derivative halved", False, cubed(3.0), (draw(4),), SECOND)
    z = draw(3) + 1j * draw(3)
    yield Kind("angle of complex numbers", True, jnp.angle, (z,), REVERSE)
