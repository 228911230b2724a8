"""A third corpus, written after the rules were mended on the second: its first count is that of unseen code."""

import numpy as np

from gradlab import check_backward, check_gradients, check_jacobian
from tests.diagnosis.corpus import into, sigmoid, sizes, softmax, standard

CASES = {}
mistake = into(CASES)


def relu(z):
    return np.maximum(z, 0)


def encoder(rng, **wrong):
    """A pre-norm block: x + W2 relu(W1 norm(x)), with a mistake in its backward."""
    n, d, k = sizes(rng, 3, 3, 7)
    inputs = {"x": rng.standard_normal((n, d)), "W1": rng.standard_normal((d, k)), "W2": rng.standard_normal((k, d))}

    def forward(x, W1, W2):
        return x + relu(standard(x, 1) @ W1) @ W2

    def backward(dy, x, W1, W2):
        h = standard(x, 1)
        a = relu(h @ W1)
        da = dy @ W2.T * (1 if wrong.get("mask") == "none" else a > 0)
        dh = da @ W1.T
        s = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        dx = (dh - dh.mean(1, keepdims=True) - h * (dh * h).mean(1, keepdims=True)) / s
        return {
            "x": dx if wrong.get("skip") else dx + dy,
            "W1": (x if wrong.get("raw") else h).T @ da,
            "W2": (h @ W1 if wrong.get("pre") else a).T @ dy,
        }

    return check_backward(forward, backward, inputs)


@mistake("GL150", useful=["GL123"])
def block_without_its_residual_gradient(rng):
    return encoder(rng, skip=True)


@mistake("GL114", useful=["GL148"])
def block_weight_from_the_unnormalised_input(rng):
    return encoder(rng, raw=True)


@mistake("GL114", useful=["GL148", "GL132"])
def block_output_weight_from_before_the_relu(rng):
    return encoder(rng, pre=True)


@mistake("GL132", useful=["GL147", "GL113", "GL117"])
def block_without_its_relu_mask(rng):
    return encoder(rng, mask="none")


@mistake("GL102")
def learning_rate_left_in_the_gradient(rng):
    X, y = rng.standard_normal((8, 3)), rng.standard_normal(8)
    p = {"w": rng.standard_normal(3), "b": np.array([0.3])}

    def grads(p):
        e = X @ p["w"] + p["b"] - y
        return {"w": 0.01 * X.T @ e / 8, "b": np.array([0.01 * e.mean()])}

    return check_gradients(lambda p: 0.5 * float(np.mean((X @ p["w"] + p["b"] - y) ** 2)), p, grads)


@mistake("GL101", useful=["GL148"])
def margin_of_the_rival_with_the_wrong_sign(rng):
    m, d = sizes(rng, 2)
    X = rng.standard_normal((m, d))
    p = {"good": rng.standard_normal(d), "bad": rng.standard_normal(d)}

    def cost(p):
        return float(np.sum(np.log1p(np.exp(1 - X @ p["good"] + X @ p["bad"]))))

    def grads(p):
        s = sigmoid(1 - X @ p["good"] + X @ p["bad"])
        return {"good": -X.T @ s, "bad": -X.T @ s}

    return check_gradients(cost, p, grads)


@mistake("GL124")
def skip_gram_rows_overwritten(rng):
    ids = np.array([1, 3, 1, 0, 1])

    def backward(R, E):
        d = np.zeros_like(E)
        for k, i in enumerate(ids):
            d[i] = R[k]
        return {"E": d}

    return check_backward(lambda E: E[ids], backward, {"E": rng.standard_normal((5, int(rng.integers(2, 5))))})


@mistake("GL124", "GL115", useful=["GL102", "GL148"])
def broadcast_gain_summed_over_one_axis(rng):
    n, t, d = 2, 3, int(rng.integers(2, 5))

    def backward(R, x, shift):
        return {"x": R, "shift": R[:, -1].sum(axis=0)}

    inputs = {"x": rng.standard_normal((n, t, d)), "shift": rng.standard_normal(d)}
    return check_backward(lambda x, shift: x + shift, backward, inputs)


@mistake("GL124", "GL105")
def strided_slice_put_back_at_the_front(rng):
    n = 2 * int(rng.integers(3, 6))

    def backward(R, signal):
        d = np.zeros_like(signal)
        d[: R.size] = R
        return {"signal": d}

    return check_backward(lambda signal: signal[::2], backward, {"signal": rng.standard_normal(n)})


@mistake("GL105", "GL104", "GL124")
def pixel_shuffle_undone_in_the_wrong_order(rng):
    c, h, w = 2, 2, 3

    def forward(x):
        return x.reshape(c, 2, 2, h, w).transpose(0, 3, 1, 4, 2).reshape(c, 2 * h, 2 * w)

    def backward(R, x):
        return {"x": R.reshape(c, h, 2, w, 2).transpose(0, 4, 2, 1, 3).reshape(x.shape)}

    return check_backward(forward, backward, {"x": rng.standard_normal((4 * c, h, w))})


@mistake("GL125")
def group_norm_channels_last_without_its_mean(rng):
    n, h, g, k = 2, 3, 2, 3
    x = rng.standard_normal((n, h, g * k))

    def cut(v):
        return v.reshape(n, h, g, k)

    def backward(R, x):
        y, s = standard(cut(x), (1, 3)), np.sqrt(cut(x).var(axis=(1, 3), keepdims=True) + 1e-5)
        inner = cut(R) - y * (cut(R) * y).mean(axis=(1, 3), keepdims=True)
        return {"x": (inner / s).reshape(x.shape)}

    return check_backward(lambda x: standard(cut(x), (1, 3)).reshape(x.shape), backward, {"x": x})


@mistake("GL125", useful=["GL123"])
def batch_norm_with_a_gain_taken_twice(rng):
    n, d = sizes(rng, 2, 5, 9)
    inputs = {"x": rng.standard_normal((n, d)), "gamma": rng.uniform(0.5, 2, d), "beta": rng.standard_normal(d)}

    def backward(R, x, gamma, beta):
        h, s = standard(x, 0), np.sqrt(x.var(axis=0) + 1e-5)
        g = R * gamma
        return {
            "x": (g - g.mean(axis=0) - h * gamma * (g * h).mean(axis=0)) / s,
            "gamma": (R * h).sum(axis=0), "beta": R.sum(axis=0),
        }  # fmt: skip

    return check_backward(lambda x, gamma, beta: gamma * standard(x, 0) + beta, backward, inputs)


@mistake("GL126", "GL124")
def log_softmax_without_its_sum(rng):
    z = rng.standard_normal(sizes(rng, 2))
    return check_backward(lambda z: np.log(softmax(z)), lambda R, z: {"z": R * (1 - softmax(z))}, {"z": z})


@mistake("GL126", useful=["GL147", "GL121"])
def soft_labels_by_a_softmax_of_the_targets_side(rng):
    m, k = sizes(rng, 2)
    target = rng.standard_normal((m, k))

    def cost(z):
        p, q = softmax(z), softmax(target)
        return float(np.sum(p * (np.log(p) - np.log(q))))

    def grads(z):
        p, q = softmax(z), softmax(target)
        return p * (np.log(p) - np.log(q))

    return check_gradients(cost, rng.standard_normal((m, k)), grads)


@mistake("GL153")
def positive_pair_subtracted_twice(rng):
    m = int(rng.integers(4, 7))

    def cost(s):
        return -float(np.mean(np.log(np.diag(softmax(s)))))

    return check_gradients(cost, rng.standard_normal((m, m)), lambda s: (softmax(s) - 2 * np.eye(m)) / m)


@mistake("GL154")
def lengths_of_sequences_in_the_cost_only(rng):
    n, t, k = 4, 3, int(rng.integers(3, 6))
    lengths, y = np.array([1.0, 2.0, 3.0, 5.0]), rng.integers(0, k, (n, t))

    def cost(z):
        p = np.take_along_axis(softmax(z), y[..., None], 2)[..., 0]
        return -float(np.sum(np.log(p).sum(axis=1) / lengths))

    return check_gradients(cost, rng.standard_normal((n, t, k)), lambda z: softmax(z) - np.eye(k)[y])


@mistake("GL136", useful=["GL103", "GL138"])
def relu6_without_its_upper_limit(rng):
    x = np.r_[7.5, 6.8, -1.0, rng.uniform(0.5, 5, 5)]
    return check_backward(lambda x: np.clip(x, 0, 6), lambda g, x: {"x": g * (x > 0)}, {"x": x})


@mistake("GL136")
def mish_without_its_inner_slope(rng):
    def forward(x):
        return x * np.tanh(np.log1p(np.exp(x)))

    def backward(g, x):
        t = np.tanh(np.log1p(np.exp(x)))
        return {"x": g * (t + x * (1 - t**2))}

    return check_backward(forward, backward, {"x": rng.standard_normal(sizes(rng, 2))})


@mistake("GL113", useful=["GL147"])
def list_of_layers_with_the_mask_of_the_next(rng):
    X, y = rng.standard_normal((7, 4)), rng.standard_normal((7, 2))
    Ws = [0.6 * rng.standard_normal(s) for s in ((4, 5), (5, 6), (6, 2))]

    def run(Ws):
        a, b = np.tanh(X @ Ws[0]), None
        b = np.tanh(a @ Ws[1])
        return a, b, b @ Ws[2]

    def grads(Ws):
        a, b, out = run(Ws)
        d = out - y
        d2 = d @ Ws[2].T * (1 - b**2)
        d1 = d2 @ Ws[1].T * (1 - X[:, :1] ** 2)
        return [X.T @ d1, a.T @ d2, b.T @ d]

    return check_gradients(lambda Ws: 0.5 * float(np.sum((run(Ws)[2] - y) ** 2)), Ws, grads)


@mistake("GL128", "GL113", useful=["GL147", "GL123"])
def unrolled_state_handed_back_undamped(rng):
    """h = 0.5 h + tanh(x U): the 0.5 is lost on the way back, so only the last step is right."""
    T, n, d, k = 4, 2, *sizes(rng, 2)

    def run(x, U):
        h, out = np.zeros((n, k)), []
        for t in range(T):
            h = 0.5 * h + np.tanh(x[:, t] @ U)
            out.append(h)
        return np.stack(out, axis=1)

    def backward(R, x, U):
        dx, dU, dh = np.zeros_like(x), np.zeros_like(U), 0
        for t in reversed(range(T)):
            dh = dh + R[:, t]
            da = dh * (1 - np.tanh(x[:, t] @ U) ** 2)
            dx[:, t], dU = da @ U.T, dU + x[:, t].T @ da
        return {"x": dx, "U": dU}

    return check_backward(run, backward, {"x": rng.standard_normal((n, T, d)), "U": rng.standard_normal((d, k))})


@mistake("GL151", useful=["GL147"])
def update_gate_derived_as_tanh(rng):
    n, d, k = sizes(rng, 3)
    inputs = {
        "x": rng.standard_normal((n, d)),
        "weight_ih": rng.standard_normal((3 * k, d)),
        "bias_ih": rng.standard_normal(3 * k),
    }

    def forward(x, weight_ih, bias_ih):
        r, z, c = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
        return sigmoid(z) * np.tanh(c) + sigmoid(r)

    def backward(R, x, weight_ih, bias_ih):
        r, z, c = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
        s, t = sigmoid(z), np.tanh(c)
        parts = [R * sigmoid(r) * (1 - sigmoid(r)), R * t * (1 - s**2), R * s * (1 - t**2)]
        d = np.hstack(parts)
        return d @ weight_ih, d.T @ x, d.sum(axis=0)

    return check_backward(forward, backward, inputs)


@mistake("GL107", useful=["GL148"])
def decay_of_the_bias_as_well(rng):
    X, Y = rng.standard_normal((7, 4)), np.eye(3)[rng.integers(0, 3, 7)]
    p = {"fc": {"weight": rng.standard_normal((3, 4)), "bias": rng.standard_normal(3)}}

    def run(p):
        return softmax(X @ p["fc"]["weight"].T + p["fc"]["bias"])

    def cost(p):
        return -float(np.mean(np.sum(Y * np.log(run(p)), axis=1))) + 0.05 * float(np.sum(p["fc"]["weight"] ** 2))

    def grads(p):
        d = (run(p) - Y) / 7
        w, b = p["fc"]["weight"], p["fc"]["bias"]
        return {"fc": {"weight": d.T @ X + 0.1 * w, "bias": d.sum(axis=0) + 0.1 * b}}

    return check_gradients(cost, p, grads)


@mistake("GL107")
def decay_with_the_squared_coefficient(rng):
    X, y = rng.standard_normal((9, 5)), rng.standard_normal(9)
    return check_gradients(
        lambda w: 0.5 * float(np.mean((X @ w - y) ** 2)) + 0.15 * float(w @ w),
        rng.standard_normal(5),
        lambda w: X.T @ (X @ w - y) / 9 + 0.09 * w,
    )


@mistake("GL127")
def precision_for_the_standard_deviation(rng):
    x = rng.standard_normal(8)
    t = np.array([0.4, 0.8])

    def cost(t):
        return float(0.5 * t[1] * np.sum((x - t[0]) ** 2) - 4 * np.log(t[1]))

    def grads(t):  # with respect to log of the precision
        return np.array([-t[1] * np.sum(x - t[0]), 0.5 * t[1] * np.sum((x - t[0]) ** 2) - 4])

    return check_gradients(cost, t, grads)


@mistake("GL127")
def rates_given_through_a_softplus(rng):
    u = rng.standard_normal(5)
    A = rng.standard_normal((5, 5))

    def cost_of(r):
        return float(np.sum(np.sin(A @ r)) + np.sum(r) ** 2)

    def slope_of(r):
        return A.T @ np.cos(A @ r) + 2 * np.sum(r)

    return check_gradients(lambda u: cost_of(np.log1p(np.exp(u))), u, lambda u: slope_of(np.log1p(np.exp(u))))


@mistake("GL152")
def logistic_loss_with_the_gradient_of_squares(rng):
    X, y = rng.standard_normal((9, 4)), rng.integers(0, 2, 9)

    def cost(w):
        return -float(np.sum(y * np.log(sigmoid(X @ w)) + (1 - y) * np.log(1 - sigmoid(X @ w))))

    return check_gradients(cost, 0.5 * rng.standard_normal(4), lambda w: X.T @ (X @ w - y))


@mistake()
def squares_of_a_sigmoid_without_its_slope(rng):
    X, y = rng.standard_normal((9, 4)), rng.random(9)
    return check_gradients(
        lambda w: 0.5 * float(np.sum((sigmoid(X @ w) - y) ** 2)),
        rng.standard_normal(4),
        lambda w: X.T @ (sigmoid(X @ w) - y),
    )


@mistake("GL131", useful=["GL123"])
def output_layer_handed_down_untransposed(rng):
    n, m = int(rng.integers(3, 6)), 4
    inputs = {
        "a_prev": rng.standard_normal((n, m)),
        "W": rng.standard_normal((n, n)),
        "b": rng.standard_normal((n, 1)),
    }

    def backward(dz, a_prev, W, b):
        return {"a_prev": W @ dz, "W": dz @ a_prev.T, "b": dz.sum(axis=1, keepdims=True)}

    return check_backward(lambda a_prev, W, b: W @ a_prev + b, backward, inputs)


@mistake("GL135")
def loss_layer_that_forgets_what_comes_from_above(rng):
    p = rng.standard_normal((4, 3))
    return check_backward(lambda pred: np.sum((pred - 1) ** 2), lambda R, pred: {"pred": 2 * (pred - 1)}, {"pred": p})


@mistake("GL109")
def gradient_scaled_to_length_one(rng):
    X, y = rng.standard_normal((9, 5)), rng.standard_normal(9)

    def grads(w):
        g = 20 * X.T @ (X @ w - y)
        return g / np.linalg.norm(g)

    return check_gradients(lambda w: 10 * float(np.sum((X @ w - y) ** 2)), rng.standard_normal(5), grads)


@mistake("GL157", "GL112")
def jacobian_of_a_reaction_with_one_rate_off(rng):
    k = rng.uniform(0.5, 2, 3)

    def rates(c):
        return np.array(
            [-k[0] * c[0] + k[1] * c[1] ** 2, k[0] * c[0] - k[1] * c[1] ** 2 - k[2] * c[1] * c[2], k[2] * c[1] * c[2]]
        )

    def jacobian(c):
        return np.array([
            [-k[0], 2 * k[1] * c[1], 0], [k[0], -2 * k[1] * c[1] - k[2] * c[2], -k[2] * c[1]],
            [0, k[2] * c[2], k[2]],
        ])  # fmt: skip

    return check_jacobian(rates, rng.uniform(0.5, 2, 3), jacobian)


@mistake("GL101", "GL108", useful=["GL118"])
def jacobian_with_a_column_of_the_wrong_sign(rng):
    t = np.linspace(0.2, 2, 6)

    def jacobian(p):
        e = np.exp(-t / p[1])
        return np.stack([e, -p[0] * e * t / p[1] ** 2], axis=1)

    return check_jacobian(lambda p: p[0] * np.exp(-t / p[1]), rng.uniform(0.6, 2, 2), jacobian)


@mistake("GL131", useful=["GL123", "GL132"])
def message_passing_over_incoming_edges_only(rng):
    A = (rng.random((5, 5)) < 0.5).astype(float)
    x, W = rng.standard_normal((5, 3)), rng.standard_normal((3, 3))

    def backward(R, x, W):
        d = R * (1 - np.tanh(A @ x @ W) ** 2)
        return {"x": A @ d @ W.T, "W": (A @ x).T @ d}

    return check_backward(lambda x, W: np.tanh(A @ x @ W), backward, {"x": x, "W": W})
