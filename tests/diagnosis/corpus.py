"""Mistakes that people make in gradients written by hand: one function each, in other sizes and names at each seed.

Each returns a report, and `CASES` says which codes name the mistake rightly and which lead to its place. Nothing here
is taken from anybody's code: these are the kinds that were found there, written anew.
"""

import numpy as np

from gradlab import check_backward, check_gradients

CASES = {}
NAMES = ["x W b", "inputs weight bias", "x kernel offset", "a_prev w b", "X U c"]
LATER = ["GL123", "GL147", "GL148", "GL114", "GL115", "GL113", "GL116", "GL117", "GL118", "GL112"]  # a place


def into(cases, always=()):
    """The decorator of a corpus: codes that name a mistake, and codes that lead to its place; some do for all."""

    def mistake(*right, useful=()):
        def add(function):
            cases[function.__name__] = (right, (*useful, *always), function)
            return function

        return add

    return mistake


mistake = into(CASES, always=LATER)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def standard(x, axes, eps=1e-5):
    centred = x - x.mean(axis=axes, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)


def sizes(rng, n, low=3, high=7):
    return [int(k) for k in rng.choice(np.arange(low, high), n, replace=False)]


def affine(rng, wrong, shape=None, square=False, slope=True):
    """tanh(x @ W + b), or without tanh, under other names; `wrong` is what backward makes of R and dZ."""
    m, n, k = sizes(rng, 3)
    k = n if square else k
    names = NAMES[rng.integers(len(NAMES))].split()
    inputs = dict(zip(names, [rng.standard_normal(s) for s in ((*(shape or ()), m, n), (n, k), (k,))], strict=True))

    def forward(**p):
        x, W, b = (p[name] for name in names)
        return np.tanh(x @ W + b) if slope else x @ W + b

    def backward(R, **p):
        x, W, b = (p[name] for name in names)
        Y = np.tanh(x @ W + b)
        return dict(zip(names, wrong(R, x, W, R * (1 - Y**2), Y), strict=True))

    return check_backward(forward, backward, inputs)


def sums(d):
    return d.reshape(-1, d.shape[-1]).sum(axis=0)


def outer(x, d):
    return x.reshape(-1, x.shape[-1]).T @ d.reshape(-1, d.shape[-1])


@mistake("GL131")
def weight_not_transposed(rng):
    return affine(rng, lambda R, x, W, d, Y: (d @ W, outer(x, d), sums(d)), square=True)


@mistake("GL131")
def weight_left_out(rng):
    return affine(rng, lambda R, x, W, d, Y: (d, outer(x, d), sums(d)), square=True)


@mistake("GL132")
def reshaped_for_transposed(rng):
    def mixed(x, d):
        return np.swapaxes(x, 1, 2).reshape(x.shape[-1], -1) @ d.reshape(-1, d.shape[-1])

    return affine(rng, lambda R, x, W, d, Y: (R @ W.T, mixed(x, R), sums(R)), shape=(2,), slope=False)


@mistake("GL102")
def bias_averaged(rng):
    return affine(rng, lambda R, x, W, d, Y: (d @ W.T, outer(x, d), d.mean(axis=0)))


@mistake("GL115", "GL148", "GL124")
def bias_of_one_example(rng):
    return affine(rng, lambda R, x, W, d, Y: (d @ W.T, outer(x, d), d[0]))


@mistake("GL130")
def slope_left_out(rng):
    return affine(rng, lambda R, x, W, d, Y: (R @ W.T, outer(x, R), sums(R)))


@mistake("GL130")
def slope_of_a_linear_layer(rng):
    x, W = rng.standard_normal((5, 4)), rng.standard_normal((4, 3))

    def backward(R, x, W):
        d = R * (1 - (x @ W) ** 2)
        return {"x": d @ W.T, "W": x.T @ d}

    return check_backward(lambda x, W: x @ W, backward, {"x": x, "W": W})


@mistake("GL114", "GL148")
def weights_of_the_output(rng):
    return affine(rng, lambda R, x, W, d, Y: (d @ W.T, outer(np.tanh(x), d), sums(d)))


@mistake("GL135")
def upstream_ignored(rng):
    x = rng.standard_normal(sizes(rng, 2))
    return check_backward(np.sinh, lambda R, x: {"x": np.cosh(x)}, {"x": x})


@mistake("GL135")
def upstream_clipped(rng):
    return affine(
        rng,
        lambda R, x, W, d, Y: (
            np.clip(R, -1, 1) * (1 - Y**2) @ W.T,
            outer(x, np.clip(R, -1, 1) * (1 - Y**2)),
            sums(np.clip(R, -1, 1) * (1 - Y**2)),
        ),
    )


@mistake("GL125", "GL126")
def layer_norm_without_means(rng):
    x = rng.standard_normal(sizes(rng, 2, 4, 8))

    def backward(R, x):
        return {"x": R / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)}

    return check_backward(lambda x: standard(x, 1), backward, {"x": x})


@mistake("GL125", "GL126")
def batch_norm_divides_by_examples(rng):
    n, c, h, w = (3, *sizes(rng, 3, 2, 5))
    x = rng.standard_normal((n, c, h, w))

    def backward(R, x):
        axes = (0, 2, 3)
        Y = standard(x, axes)
        parts = [np.sum(v, axis=axes, keepdims=True) / n for v in (R, R * Y)]
        return {"x": (R - parts[0] - Y * parts[1]) / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)}

    return check_backward(lambda x: standard(x, (0, 2, 3)), backward, {"x": x})


@mistake("GL125", useful=["GL126"])
def gain_outside_of_the_means(rng):
    x, gamma = rng.standard_normal((6, 7)), 1 + 0.4 * rng.standard_normal(7)

    def backward(R, x, gamma):
        Y = standard(x, 1)
        means = [v.mean(axis=1, keepdims=True) for v in (R, R * Y)]
        inner = R - means[0] - Y * means[1]
        return {"x": gamma * inner / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5), "gamma": np.sum(R * Y, axis=0)}

    return check_backward(lambda x, gamma: gamma * standard(x, 1), backward, {"x": x, "gamma": gamma})


@mistake("GL126")
def softmax_by_its_diagonal(rng):
    z = rng.standard_normal(sizes(rng, 2))
    axis = int(rng.integers(2))
    return check_backward(
        lambda z: softmax(z, axis), lambda R, z: {"z": R * softmax(z, axis) * (1 - softmax(z, axis))}, {"z": z}
    )


@mistake("GL124")
def repeated_index_once(rng):
    ids = rng.integers(0, 3, 7)

    def backward(R, table):
        d = np.zeros_like(table)
        d[ids] += R
        return {"table": d}

    return check_backward(lambda table: table[ids], backward, {"table": rng.standard_normal((4, 3))})


@mistake("GL124")
def repeated_index_overwritten(rng):
    ids = rng.integers(0, 4, 8)

    def backward(R, E):
        d = np.zeros_like(E)
        d[ids] = R
        return {"E": d}

    return check_backward(lambda E: E[ids], backward, {"E": rng.standard_normal((5, 2))})


@mistake("GL124")
def one_of_four_when_up_sampling(rng):
    n, h, w = sizes(rng, 3, 2, 5)
    return check_backward(
        lambda x: x.repeat(2, 1).repeat(2, 2),
        lambda R, x: {"x": R[:, ::2, ::2]},
        {"x": rng.standard_normal((n, h, w))},
    )


@mistake("GL124")
def overlapping_windows_overwritten(rng):
    n = int(rng.integers(4, 7))

    def backward(R, x):
        d = np.zeros_like(x)
        for i in range(len(x) - 1):
            d[i + int(np.argmax(x[i : i + 2]))] = R[i]
        return {"x": d}

    return check_backward(lambda x: np.maximum(x[:-1], x[1:]), backward, {"x": rng.standard_normal(2 * n)})


def run(x, W, U):
    h, seen = np.zeros((len(x), len(W))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ U + h @ W)
        seen.append(h)
    return np.stack(seen, axis=1)


def through_time(R, x, W, U, *, carry=True, turned=True, own=True):
    H = run(x, W, U)
    dx, dW, dU, later = np.zeros_like(x), np.zeros_like(W), np.zeros_like(U), np.zeros_like(H[:, 0])
    for t in reversed(range(x.shape[1])):
        d = (R[:, t] + (later if carry else 0)) * (1 - H[:, t] ** 2)
        dx[:, t] = (d if own else R[:, t] * (1 - H[:, t] ** 2)) @ U.T
        dU += x[:, t].T @ d
        dW += (H[:, t - 1] if t else 0 * H[:, 0]).T @ d
        later = d @ (W.T if turned else W)
    return {"x": dx, "W": dW, "U": dU}


def recurrent(rng, **wrong):
    n, k = sizes(rng, 2)
    x, W, U = rng.standard_normal((3, 5, n)), 0.5 * rng.standard_normal((k, k)), rng.standard_normal((n, k))
    return check_backward(run, lambda R, **p: through_time(R, **p, **wrong), {"x": x, "W": W, "U": U})


@mistake("GL128", "GL167")
def nothing_from_later_steps(rng):
    return recurrent(rng, carry=False)


@mistake("GL128", "GL123")
def input_without_later_steps(rng):
    return recurrent(rng, own=False)


@mistake("GL128")
def recurrent_weight_not_transposed(rng):
    return recurrent(rng, turned=False)


@mistake("GL123", "GL131")
def attention_paths_without_weights(rng):
    n, k = sizes(rng, 2)

    def backward(R, x, Wq, Wk, Wv):
        q, key, v = x @ Wq, x @ Wk, x @ Wv
        a = softmax(q @ key.T)
        da, dv = R @ v.T, a.T @ R
        ds = a * (da - np.sum(da * a, axis=1, keepdims=True))
        dq, dk = ds @ key, ds.T @ q
        return {"x": dq + dk + dv, "Wq": x.T @ dq, "Wk": x.T @ dk, "Wv": x.T @ dv}

    inputs = {"x": rng.standard_normal((k, n))} | {f"W{c}": 0.5 * rng.standard_normal((n, n)) for c in "qkv"}
    return check_backward(lambda x, Wq, Wk, Wv: softmax(x @ Wq @ (x @ Wk).T) @ (x @ Wv), backward, inputs)


def positive(rng):
    return rng.uniform(0.5, 2, int(rng.integers(4, 8)))


def value(p):
    return float(np.sum(np.cos(1.3 * p)) * np.sum(p**2))


def slope(p):
    return -1.3 * np.sin(1.3 * p) * np.sum(p**2) + 2 * p * np.sum(np.cos(1.3 * p))


@mistake("GL127")
def gradient_for_the_logarithm(rng):
    return check_gradients(value, positive(rng), lambda p: slope(p) * p)


@mistake("GL127")
def parameters_are_logarithms(rng):
    return check_gradients(lambda u: value(np.exp(u)), np.log(positive(rng)), lambda u: slope(np.exp(u)))


@mistake("GL127")
def one_of_them_is_a_logarithm(rng):
    def natural(u):
        return np.r_[u[:-1], np.exp(u[-1])]

    return check_gradients(lambda u: value(natural(u)), positive(rng), lambda u: slope(natural(u)))


@mistake("GL127")
def bound_forgotten(rng):
    return check_gradients(lambda u: value(2 + np.sin(u)), rng.uniform(0.3, 1.2, 5), lambda u: slope(2 + np.sin(u)))


def fitted(rng):
    m, n = sizes(rng, 2, 5, 9)
    A, y, t = rng.standard_normal((m, n)), rng.standard_normal(m), rng.standard_normal(n)
    return (lambda t: 0.5 * float(np.mean((A @ t - y) ** 2))), (lambda t: A.T @ (A @ t - y) / m), t


@mistake("GL133")
def decay_of_the_gradient(rng):
    cost, grads, t = fitted(rng)
    lam = round(float(rng.uniform(0.1, 0.9)), 2)
    return check_gradients(lambda t: cost(t) + lam / 2 * t @ t, t, lambda t: (1 + lam) * grads(t))


@mistake("GL107")
def decay_forgotten(rng):
    cost, grads, t = fitted(rng)
    return check_gradients(lambda t: cost(t) + 0.05 * t @ t, t, grads)


@mistake("GL140")
def barrier_forgotten(rng):
    return check_gradients(lambda p: value(p) - 0.3 * float(np.sum(np.log(p))), positive(rng), slope)


@mistake("GL109")
def shortened_to_a_norm(rng):
    cost, grads, t = fitted(rng)
    return check_gradients(
        lambda t: 50 * cost(t), t, lambda t: 50 * grads(t) / (np.linalg.norm(50 * grads(t)) + 1e-6)
    )


@mistake("GL101")
def force_for_gradient(rng):
    return check_gradients(value, positive(rng), lambda p: -slope(p))


@mistake("GL102")
def half_of_the_square(rng):
    cost, grads, t = fitted(rng)
    return check_gradients(lambda t: 2 * cost(t), t, grads)


@mistake("GL129")
def difference_for_derivative(rng):
    def quotient(p):
        return np.array([(value(p + 1e-6 * e) - value(p)) / 1e-6 for e in np.eye(p.size)])

    return check_gradients(value, positive(rng), quotient)


@mistake("GL129")
def epsilon_on_one_side(rng):
    Y, Z = np.eye(4)[rng.integers(0, 4, 6)], 2 * rng.standard_normal((6, 4))
    return check_gradients(lambda Z: -float(np.sum(Y * np.log(softmax(Z) + 1e-6))), Z, lambda Z: softmax(Z) - Y)


@mistake("GL136")
def activation_lacks_a_term(rng):
    x = rng.standard_normal(sizes(rng, 2))
    return check_backward(
        lambda x: x * np.tanh(x), lambda R, x: {"x": R * (np.tanh(x) + 1 - np.tanh(x) ** 2)}, {"x": x}
    )


@mistake("GL138")
def entry_of_a_jacobian(rng):
    def forward(v):
        return np.array([v[0] * v[1], np.sin(v[1]) + v[2] ** 2, v[0] * np.exp(v[2])])

    def backward(R, v):
        J = np.array([[v[1], v[0], 0], [0, np.cos(v[1]), v[2]], [np.exp(v[2]), 0, v[0] * np.exp(v[2])]])
        return {"v": R @ J}

    return check_backward(forward, backward, {"v": rng.standard_normal(3)})


@mistake("GL146")
def symmetrised(rng):
    n = int(rng.integers(3, 6))
    w, S = rng.standard_normal((n, n)), rng.standard_normal((n, n))

    def grads(S):
        g = w * np.tril(np.cos(S))
        return (g + g.T) / 2

    return check_gradients(lambda S: float(np.sum(w * np.tril(np.sin(S)))), S, grads)


class Dense:
    """A layer as an object, whose cache is what forward saw last."""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x, self.out = x, np.maximum(x @ self.W + self.b, 0)
        return self.out

    def backward(self, R):
        R = R * (self.x[:, : R.shape[1]] > 0)  # the mask of the input, for that of the output
        self.dW, self.db = self.x.T @ R, R.sum(axis=0)
        return R @ self.W.T


@mistake("GL116", "GL147", useful=["GL138", "GL132"])
def cache_holds_something_else(rng):
    m, n = sizes(rng, 2, 4, 7)

    def forward(x, W, b):
        return Dense(W, b).forward(x)

    def backward(R, x, W, b):
        layer = Dense(W, b)
        layer.forward(x)
        dx = layer.backward(R)
        return {"x": dx, "W": layer.dW, "b": layer.db}

    inputs = {"x": rng.standard_normal((m, n)), "W": rng.standard_normal((n, n - 1)), "b": rng.standard_normal(n - 1)}
    return check_backward(forward, backward, inputs)
