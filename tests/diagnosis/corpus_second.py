"""A second corpus of other people's mistakes, written after the rules were mended on the first.

It asks what the rules say to code that nobody had in mind when they were written. What its first count was is in the
page on bugs of other people; rules that were mended afterwards were mended for the kind.
"""

import itertools

import numpy as np

from gradlab import check_backward, check_gradients, check_jacobian
from tests.diagnosis.corpus import into, sigmoid, sizes, softmax, standard

CASES = {}
mistake = into(CASES)


@mistake("GL125")
def instance_norm_channels_last_over_the_batch(rng):
    """Each image by itself forward, all images together backward."""
    x = rng.standard_normal((2, 3, 4, int(rng.integers(2, 4))))

    def backward(dy, x):
        y, s = standard(x, (1, 2)), np.sqrt(x.var(axis=(1, 2), keepdims=True) + 1e-5)
        mean = lambda v: v.mean(axis=(0, 1, 2), keepdims=True)  # noqa: E731
        return {"x": (dy - mean(dy) - y * mean(dy * y)) / s}

    return check_backward(lambda x: standard(x, (1, 2)), backward, {"x": x})


@mistake("GL125", useful=["GL114", "GL148"])
def cosine_scores_without_the_norm_of_the_query(rng):
    m, n, d = sizes(rng, 3)
    keys = rng.standard_normal((n, d))
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    target = rng.standard_normal((m, n))
    params = {"query": rng.standard_normal((m, d)), "scale": np.array([1.7])}

    def parts(p):
        length = np.linalg.norm(p["query"], axis=1, keepdims=True)
        return length, p["query"] / length @ keys.T

    def cost(p):
        return 0.5 * float(np.sum((p["scale"] * parts(p)[1] - target) ** 2))

    def grads(p):
        length, s = parts(p)
        d = p["scale"] * s - target
        return {"query": p["scale"] * d @ keys / length, "scale": np.array([np.sum(d * s)])}

    return check_gradients(cost, params, grads)


@mistake("GL167", useful=["GL114", "GL148"])
def tied_autoencoder_has_the_decoder_only(rng):
    m, n, k = sizes(rng, 3)
    X = rng.standard_normal((m, n))
    params = {"W": 0.5 * rng.standard_normal((n, k)), "b": rng.standard_normal(k), "c": rng.standard_normal(n)}

    def run(p):
        h = sigmoid(X @ p["W"] + p["b"])
        return h, h @ p["W"].T + p["c"]

    def grads(p):
        h, out = run(p)
        d = out - X
        dh = d @ p["W"] * h * (1 - h)
        return {"W": d.T @ h, "b": dh.sum(axis=0), "c": d.sum(axis=0)}

    return check_gradients(lambda p: 0.5 * float(np.sum((run(p)[1] - X) ** 2)), params, grads)


@mistake("GL167", useful=["GL113", "GL147"])
def siamese_branch_counted_once(rng):
    n, d, k = 6, 4, 3
    A, B, y = rng.standard_normal((n, d)), rng.standard_normal((n, d)), rng.integers(0, 2, n)
    params = {
        "W1": 0.6 * rng.standard_normal((d, k)),
        "b1": 0.2 * rng.standard_normal(k),
        "w": rng.standard_normal(k),
    }

    def run(p):
        a, b = np.tanh(A @ p["W1"] + p["b1"]), np.tanh(B @ p["W1"] + p["b1"])
        return a, b, sigmoid((a - b) ** 2 @ p["w"])

    def cost(p):
        s = run(p)[2]
        return -float(np.sum(y * np.log(s) + (1 - y) * np.log(1 - s)))

    def grads(p):
        a, b, s = run(p)
        d = s - y
        da = d[:, None] * p["w"] * 2 * (a - b) * (1 - a**2)
        return {"W1": A.T @ da, "b1": da.sum(axis=0), "w": (a - b).T ** 2 @ d}

    return check_gradients(cost, params, grads)


def additive_attention(h, s, Wh, Ws, v):
    u = np.tanh(h @ Wh + s @ Ws)
    a = softmax(u @ v, axis=0)
    return u, a, a @ h


def additive_attention_backward(R, h, s, Wh, Ws, v, *, direct=True, sloped=True):
    u, a, _ = additive_attention(h, s, Wh, Ws, v)
    da = h @ R
    de = a * (da - a @ da)
    du = np.outer(de, v) * ((1 - u**2) if sloped else 1)
    return {
        "h": du @ Wh.T + (np.outer(a, R) if direct else 0), "s": Ws @ du.sum(axis=0),
        "Wh": h.T @ du, "Ws": np.outer(s, du.sum(axis=0)), "v": u.T @ de,
    }  # fmt: skip


def attended(rng, **wrong):
    t, d, k = sizes(rng, 3)
    shapes = {"h": (t, d), "s": (d,), "Wh": (d, k), "Ws": (d, k), "v": (k,)}
    inputs = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    return check_backward(
        lambda **p: additive_attention(**p)[2], lambda R, **p: additive_attention_backward(R, **p, **wrong), inputs
    )


@mistake("GL123", "GL167", useful=["GL148"])
def context_vector_without_its_direct_path(rng):
    return attended(rng, direct=False)


@mistake(useful=["GL147", "GL161"])
def energies_without_the_slope(rng):
    return attended(rng, sloped=False)


@mistake(useful=["GL123"])
def causal_convolution_handed_back_to_the_wrong_side(rng):
    T, c, f, k = 6, 2, 3, 3
    inputs = {"x": rng.standard_normal((T, c)), "kernel": rng.standard_normal((k, c, f))}

    def forward(x, kernel):
        p = np.vstack([np.zeros((k - 1, c)), x])
        return sum(p[i : i + T] @ kernel[i] for i in range(k))

    def backward(R, x, kernel):
        p = np.vstack([np.zeros((k - 1, c)), x])
        q = np.vstack([R, np.zeros((k - 1, f))])
        return {
            "x": sum(q[i : i + T] @ kernel[i].T for i in range(k)),
            "kernel": np.stack([p[i : i + T].T @ R for i in range(k)]),
        }

    return check_backward(forward, backward, inputs)


@mistake("GL105")
def deconvolution_kernel_flipped(rng):
    n, k = int(rng.integers(4, 7)), 3
    inputs = {"x": rng.standard_normal(n), "w": rng.standard_normal(k)}

    def backward(R, x, w):
        return {"x": np.correlate(R, w, "valid"), "w": np.correlate(R, x, "valid")[::-1]}

    return check_backward(lambda x, w: np.convolve(x, w), backward, inputs)


@mistake(useful=["GL123", "GL138"])
def bilinear_layer_reads_one_factor_twice(rng):
    m, n, d, k = 3, *sizes(rng, 3)
    inputs = {
        "x1": rng.standard_normal((m, n)),
        "x2": rng.standard_normal((m, d)),
        "weight": rng.standard_normal((k, n, d)),
    }

    def backward(R, x1, x2, weight):
        return {
            "x1": np.einsum("mk,knd,md->mn", R, weight, x2),
            "x2": np.einsum("mk,knd,mn->md", R, weight, np.abs(x1)),
            "weight": np.einsum("mk,mn,md->knd", R, x1, x2),
        }

    return check_backward(lambda x1, x2, weight: np.einsum("mn,knd,md->mk", x1, weight, x2), backward, inputs)


@mistake("GL125", "GL123")
def squeeze_and_excite_without_the_gate_path(rng):
    n, c = 2, int(rng.integers(3, 5))
    inputs = {"x": rng.standard_normal((n, c, 2, 3)), "W": rng.standard_normal((c, c))}

    def gate(x, W):
        return sigmoid(x.mean(axis=(2, 3)) @ W)

    def backward(R, x, W):
        g = gate(x, W)
        ds = np.sum(R * x, axis=(2, 3)) * g * (1 - g)
        return {"x": R * g[:, :, None, None], "W": x.mean(axis=(2, 3)).T @ ds}

    return check_backward(lambda x, W: x * gate(x, W)[:, :, None, None], backward, inputs)


@mistake("GL102")
def mean_over_a_set_handed_back_as_a_sum(rng):
    n, d = sizes(rng, 2)
    return check_backward(
        lambda points: points.mean(axis=0),
        lambda R, points: {"points": np.tile(R, (n, 1))},
        {"points": rng.standard_normal((n, d))},
    )


@mistake("GL104", "GL124")
def max_over_time_by_another_axis(rng):
    x = rng.standard_normal((4, 4))

    def backward(R, x):
        d = np.zeros_like(x)
        d[np.arange(4), x.argmax(axis=0)] = R
        return {"x": d}

    return check_backward(lambda x: x.max(axis=0), backward, {"x": x})


@mistake("GL102")
def gumbel_temperature_lost(rng):
    m, k = sizes(rng, 2)
    noise = rng.gumbel(size=(m, k))

    def backward(R, logits):
        y = softmax((logits + noise) / 0.5)
        return {"logits": y * (R - np.sum(R * y, axis=1, keepdims=True))}

    return check_backward(
        lambda logits: softmax((logits + noise) / 0.5), backward, {"logits": rng.standard_normal((m, k))}
    )


@mistake("GL126")
def entropy_bonus_without_its_mean(rng):
    m, k = sizes(rng, 2)

    def cost(z):
        p = softmax(z)
        return float(np.sum(p * np.log(p)))

    return check_gradients(cost, rng.standard_normal((m, k)), lambda z: softmax(z) * (np.log(softmax(z)) + 1))


@mistake("GL136", "GL127", "GL102")
def elu_slope_of_its_input(rng):
    x = rng.standard_normal(8)
    x[0], x[1] = -1.2, 0.7
    return check_backward(
        lambda x: np.where(x > 0, x, np.exp(x) - 1), lambda R, x: {"x": R * np.where(x > 0, 1, x + 1)}, {"x": x}
    )


@mistake("GL136", "GL127")
def softplus_derived_as_tanh(rng):
    return check_gradients(lambda z: float(np.sum(np.log1p(np.exp(z)))), rng.standard_normal(6), np.tanh)


@mistake("GL154", useful=["GL148"])
def factorisation_machine_without_its_own_square(rng):
    m, n, k = 6, 5, int(rng.integers(2, 4))
    X, y = rng.standard_normal((m, n)), rng.standard_normal(m)
    params = {"w": rng.standard_normal(n), "V": 0.5 * rng.standard_normal((n, k))}

    def predict(p):
        s = X @ p["V"]
        return X @ p["w"] + 0.5 * np.sum(s**2 - X**2 @ p["V"] ** 2, axis=1)

    def grads(p):
        e = predict(p) - y
        return {"w": X.T @ e, "V": X.T @ (e[:, None] * (X @ p["V"]))}

    return check_gradients(lambda p: 0.5 * float(np.sum((predict(p) - y) ** 2)), params, grads)


@mistake("GL162")
def neighbour_embedding_without_its_weights(rng):
    n = int(rng.integers(4, 7))
    P = rng.random((n, n))
    P = P + P.T
    np.fill_diagonal(P, 0)
    P /= P.sum()

    def kernel(Y):
        W = 1 / (1 + np.sum((Y[:, None] - Y[None]) ** 2, axis=2))
        np.fill_diagonal(W, 0)
        return W, W / W.sum()

    def cost(Y):
        Q = kernel(Y)[1]
        off = ~np.eye(n, dtype=bool)
        return float(np.sum(P[off] * np.log(P[off] / Q[off])))

    def grads(Y):
        _, Q = kernel(Y)
        return 4 * np.sum((P - Q)[:, :, None] * (Y[:, None] - Y[None]), axis=1)

    return check_gradients(cost, rng.standard_normal((n, 2)), grads)


@mistake("GL102")
def neighbour_embedding_with_two_for_four(rng):
    n = 5
    P = rng.random((n, n))
    P = P + P.T
    np.fill_diagonal(P, 0)
    P /= P.sum()
    off = ~np.eye(n, dtype=bool)

    def kernel(Y):
        W = 1 / (1 + np.sum((Y[:, None] - Y[None]) ** 2, axis=2)) * off
        return W, W / W.sum()

    def grads(Y):
        W, Q = kernel(Y)
        return 2 * np.sum(((P - Q) * W)[:, :, None] * (Y[:, None] - Y[None]), axis=1)

    return check_gradients(
        lambda Y: float(np.sum(P[off] * np.log(P[off] / kernel(Y)[1][off]))), rng.standard_normal((n, 2)), grads
    )


@mistake("GL102", useful=["GL147"])
def class_weights_in_the_cost_only(rng):
    """All examples of one class weigh the same, and the data has one class of weight 3."""
    m, k = sizes(rng, 2)
    y = rng.integers(0, k, m)
    w = np.full(m, 3.0)
    return check_gradients(
        lambda z: -float(np.sum(w * np.log(softmax(z)[np.arange(m), y]))),
        rng.standard_normal((m, k)),
        lambda z: softmax(z) - np.eye(k)[y],
    )


@mistake("GL154")
def sample_weights_in_the_cost_only(rng):
    m, k = 6, int(rng.integers(3, 6))
    y, w = rng.integers(0, k, m), rng.uniform(0.5, 2, m)
    return check_gradients(
        lambda z: -float(np.sum(w * np.log(softmax(z)[np.arange(m), y]))),
        rng.standard_normal((m, k)),
        lambda z: softmax(z) - np.eye(k)[y],
    )


@mistake(useful=["GL147", "GL122"])
def probit_without_the_density(rng):
    X, y = 0.7 * rng.standard_normal((9, 4)), rng.choice([-1.0, 1.0], 9)

    def log_phi(z):
        from math import erfc, log

        return np.array([log(0.5 * erfc(-v / np.sqrt(2))) for v in z])

    def grads(w):
        z = y * (X @ w)
        return -X.T @ (y * np.exp(-log_phi(z)) * 0.1)

    return check_gradients(lambda w: -float(np.sum(log_phi(y * (X @ w)))), 0.5 * rng.standard_normal(4), grads)


@mistake("GL159", useful=["GL148"])
def student_spread_without_its_normaliser(rng):
    x = rng.standard_normal(9)
    params = {"mu": np.array([0.3]), "log_s": np.array([0.2])}

    def cost(p):
        z = (x - p["mu"]) / np.exp(p["log_s"])
        return float(np.sum(2 * np.log1p(z**2 / 3)) + 9 * p["log_s"][0])

    def grads(p):
        s = np.exp(p["log_s"])
        z = (x - p["mu"]) / s
        d = 4 * z / 3 / (1 + z**2 / 3)
        return {"mu": -np.sum(d) / s, "log_s": np.array([-np.sum(d * z)])}

    return check_gradients(cost, params, grads)


@mistake()
def survival_risk_set_of_the_wrong_side(rng):
    X, n = rng.standard_normal((8, 3)), 8  # in the order of the times of death

    def cost(b):
        e = X @ b
        return -float(sum(e[i] - np.log(np.sum(np.exp(e[i:]))) for i in range(n)))

    def grads(b):
        e = np.exp(X @ b)
        return -sum(X[i] - (e[: i + 1] @ X[: i + 1]) / e[: i + 1].sum() for i in range(n))

    return check_gradients(cost, rng.standard_normal(3), grads)


@mistake("GL103", "GL146")
def couplings_of_a_symmetric_model_by_one_triangle(rng):
    n = int(rng.integers(3, 6))
    s = rng.choice([-1.0, 1.0], (7, n))
    J = rng.standard_normal((n, n))

    def cost(J):
        return -float(np.sum(np.einsum("mi,ij,mj->m", s, np.sin(J), s))) / 7

    return check_gradients(cost, J, lambda J: np.triu(-(s.T @ s) / 7 * np.cos(J)))


@mistake("GL104", "GL146")
def couplings_of_a_symmetric_model_transposed(rng):
    n = int(rng.integers(3, 6))
    A, B = rng.standard_normal((7, n)), rng.standard_normal((7, n))
    return check_gradients(
        lambda J: float(np.sum(np.tanh(A @ J @ B.T))),
        rng.standard_normal((n, n)),
        lambda J: B.T @ (1 - np.tanh(A @ J @ B.T) ** 2).T @ A,
    )


@mistake("GL107", useful=["GL148"])
def factors_without_their_penalty(rng):
    V = rng.random((5, 4))
    params = {"W": rng.random((5, 2)), "H": rng.random((2, 4))}

    def cost(p):
        return float(0.5 * np.sum((p["W"] @ p["H"] - V) ** 2) + 0.05 * np.sum(p["H"] ** 2))

    def grads(p):
        e = p["W"] @ p["H"] - V
        return {"W": e @ p["H"].T, "H": p["W"].T @ e}

    return check_gradients(cost, params, grads)


@mistake("GL154", useful=["GL152"])
def group_lasso_by_the_square(rng):
    n, k = sizes(rng, 2)
    Y = rng.standard_normal((n, k))

    def cost(W):
        return float(0.5 * np.sum((W - Y) ** 2) + 0.7 * np.sum(np.linalg.norm(W, axis=1)))

    return check_gradients(cost, rng.standard_normal((n, k)), lambda W: W - Y + 0.7 * W)


@mistake(useful=["GL112", "GL143"])
def total_variation_without_its_border(rng):
    n = int(rng.integers(6, 9))
    y = rng.standard_normal(n)

    def grads(u):
        d = np.diff(u)
        g = u - y
        g[1:] += d**3
        g[1:-1] -= d[1:] ** 3
        return g

    return check_gradients(
        lambda u: float(0.5 * np.sum((u - y) ** 2) + 0.25 * np.sum(np.diff(u) ** 4)), rng.standard_normal(n), grads
    )


@mistake("GL102", "GL107", useful=["GL147"])
def spring_forces_with_half_the_pairs(rng):
    n = int(rng.integers(3, 6))

    def pairs(x):
        d = x[:, None] - x[None]
        r = np.sqrt(np.sum(d**2, axis=2)) + np.eye(n)
        return d, r

    def energy(x):
        _, r = pairs(x)
        return 0.5 * float(np.sum((r - 1) ** 2 * (1 - np.eye(n))))

    def grads(x):
        d, r = pairs(x)
        return np.sum(((r - 1) / r)[:, :, None] * d, axis=1)

    return check_gradients(energy, rng.standard_normal((n, 3)), grads)


@mistake("GL138", "GL112", "GL103", useful=["GL118", "GL151", "GL147"])
def camera_jacobian_without_depth(rng):
    """A point in front of a camera: u = f x / z, v = f y / z; the column of z is left out."""

    def project(p):
        return np.array([1.5 * p[0] / p[2], 1.5 * p[1] / p[2]])

    def wrong(p):
        return np.array([[1.5 / p[2], 0, 0], [0, 1.5 / p[2], 0]])

    return check_jacobian(project, np.array([0.3, -0.4, 2.0]) + 0.1 * rng.standard_normal(3), wrong)


@mistake("GL108", "GL127", useful=["GL118", "GL147"])
def oscillator_jacobian_with_degrees(rng):
    t = np.linspace(0.1, 2, 6)

    def wrong(p):
        return np.stack([np.sin(np.radians(p[1]) * t), p[0] * t * np.cos(np.radians(p[1]) * t)], axis=1)

    return check_jacobian(lambda p: p[0] * np.sin(np.radians(p[1]) * t), np.array([1.3, 40.0 + rng.random()]), wrong)


@mistake("GL101", useful=["GL108", "GL118"])
def residual_jacobian_with_the_sign_of_the_model(rng):
    t, y = np.linspace(0, 2, 7), rng.standard_normal(7)

    def jacobian(p):
        return np.stack([np.exp(-p[1] * t), -p[0] * t * np.exp(-p[1] * t)], axis=1)

    return check_jacobian(lambda p: y - p[0] * np.exp(-p[1] * t), rng.uniform(0.5, 2, 2), jacobian)


@mistake("GL152")
def value_target_followed_by_the_gradient(rng):
    """A temporal difference whose target is a part of the cost, and held fixed in the gradient."""
    S, T, r = rng.standard_normal((8, 4)), rng.standard_normal((8, 4)), rng.standard_normal(8)

    def error(w):
        return S @ w - r - 0.9 * (T @ w)

    return check_gradients(
        lambda w: 0.5 * float(np.mean(error(w) ** 2)), rng.standard_normal(4), lambda w: S.T @ error(w) / 8
    )


@mistake("GL113", useful=["GL147"])
def deep_names_with_the_slope_of_the_sigmoid_lost(rng):
    X, y = rng.standard_normal((9, 3)), rng.integers(0, 2, (9, 1))
    sizes_of = [3, 5, 4, 1]
    params = {
        f"net.block{k}": {
            "linear": {"weight": 0.7 * rng.standard_normal((b, a)), "bias": 0.1 * rng.standard_normal(b)}
        }
        for k, (a, b) in enumerate(itertools.pairwise(sizes_of))
    }

    def run(p):
        A = [X]
        for k in range(3):
            layer = p[f"net.block{k}"]["linear"]
            A.append(sigmoid(A[-1] @ layer["weight"].T + layer["bias"]))
        return A

    def cost(p):
        out = run(p)[-1]
        return -float(np.mean(y * np.log(out) + (1 - y) * np.log(1 - out)))

    def grads(p):
        A, found = run(p), {}
        d = (A[-1] - y) / 9
        for k in (2, 1, 0):
            found[f"net.block{k}"] = {"linear": {"weight": d.T @ A[k], "bias": d.sum(axis=0)}}
            d = d @ p[f"net.block{k}"]["linear"]["weight"] * (A[k] if k == 2 else A[k] * (1 - A[k]))
        return found

    return check_gradients(cost, params, grads)


@mistake("GL124", "GL115")
def columns_as_examples_with_a_bias_of_the_first(rng):
    n, k, m = sizes(rng, 3)
    inputs = {"A": rng.standard_normal((n, m)), "W": rng.standard_normal((k, n)), "b": rng.standard_normal((k, 1))}

    def backward(dZ, A, W, b):
        return W.T @ dZ, dZ @ A.T, dZ[:, :1]

    return check_backward(lambda A, W, b: W @ A + b, backward, inputs)


@mistake("GL129")
def iteration_stopped_early(rng):
    """A fixed point x = tanh(W x + b), derived by as many steps as reach three digits."""
    n = 3
    W, target = 0.3 * rng.standard_normal((n, n)), rng.standard_normal(n)

    def solve(b):
        x = np.zeros(n)
        for _ in range(200):
            x = np.tanh(W @ x + b)
        return x

    def grads(b):
        x = solve(b)
        S = np.diag(1 - x**2)
        v, g = S @ (x - target), np.zeros(n)
        for _ in range(25):
            g, v = g + v, S @ W.T @ v
        return g

    return check_gradients(lambda b: 0.5 * float(np.sum((solve(b) - target) ** 2)), rng.standard_normal(n), grads)
