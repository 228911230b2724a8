"""A fifth corpus, written after the rules were mended on the fourth: its first count is that of unseen code."""

import numpy as np

from gradlab import check_backward, check_gradients
from tests.diagnosis.corpus import into, sigmoid, sizes, softmax, standard

CASES = {}
mistake = into(CASES)


@mistake("GL154", useful=["GL147", "GL102"])
def positives_of_a_contrastive_loss_not_averaged(rng):
    """Each anchor has several positives: the cost averages over them, the gradient adds them up."""
    groups = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    n = len(groups)
    same = (groups[:, None] == groups) & ~np.eye(n, dtype=bool)
    off = np.where(np.eye(n, dtype=bool), -1e9, 0.0)

    def loss(S):
        logp = np.log(softmax(S + off) + np.eye(n))
        return -float(np.sum((same * logp).sum(axis=1) / same.sum(axis=1)))

    def grad(S):
        P = softmax(S + off)
        return P * same.sum(axis=1, keepdims=True) - same

    return check_gradients(loss, rng.standard_normal((n, n)) * 0.5, grad)


@mistake("GL168", useful=["GL147", "GL148", "GL159"])
def weight_of_positives_in_the_cost_only(rng):
    m, d, k = sizes(rng, 3)
    X, Y = rng.standard_normal((m, d)), rng.integers(0, 2, (m, k)).astype(float)
    params = {"kernel": rng.standard_normal((d, k)), "bias": rng.standard_normal(k)}

    def bce(p):
        q = sigmoid(X @ p["kernel"] + p["bias"])
        return -float(np.mean(3 * Y * np.log(q) + (1 - Y) * np.log(1 - q)))

    def grads(p):
        d = (sigmoid(X @ p["kernel"] + p["bias"]) - Y) / Y.size
        return {"kernel": X.T @ d, "bias": d.sum(axis=0)}

    return check_gradients(bce, params, grads)


@mistake("GL154", "GL125", useful=["GL155"])
def squashed_capsule_with_a_constant_length(rng):
    n, d = sizes(rng, 2)

    def squash(s):
        q = (s**2).sum(axis=-1, keepdims=True)
        return s * np.sqrt(q) / (1 + q)

    def backward(R, s):
        q = (s**2).sum(axis=-1, keepdims=True)
        return {"s": R * np.sqrt(q) / (1 + q)}

    return check_backward(squash, backward, {"s": rng.standard_normal((n, d))})


@mistake("GL127")
def soft_minimum_without_its_temperature(rng):
    d = rng.uniform(0, 3, int(rng.integers(4, 9)))
    g = 0.5
    return check_gradients(lambda d: -g * float(np.log(np.sum(np.exp(-d / g)))), d, lambda d: softmax(-d))


@mistake("GL165", "GL151", "GL102", useful=["GL147"])
def covariance_gradient_of_a_symmetric_matrix(rng):
    """2G − diag(G), right for free entries of one triangle, where the cost reads each entry."""
    d = int(rng.integers(3, 6))
    B = rng.standard_normal((d, d))
    y = rng.standard_normal((8, d))

    def nll(S):
        return float(0.5 * 8 * np.linalg.slogdet(S)[1] + 0.5 * np.sum(y * np.linalg.solve(S, y.T).T))

    def grad(S):
        P = np.linalg.pinv(S)
        G = 0.5 * (8 * P - P @ y.T @ y @ P)
        return 2 * G - np.diag(np.diag(G))

    return check_gradients(nll, B @ B.T + d * np.eye(d), grad)


@mistake("GL110", "GL118", "GL151", "GL108")
def reference_class_gets_a_gradient(rng):
    m, d, k = sizes(rng, 3)
    X, y = rng.standard_normal((m, d)), rng.integers(0, k, m)
    W = rng.standard_normal((k, d))

    def logits(W):
        return X @ np.vstack([W[:-1], np.zeros(d)]).T

    def grad(W):
        P = softmax(logits(W))
        P[np.arange(m), y] -= 1
        return P.T @ X

    return check_gradients(lambda W: -float(np.log(softmax(logits(W))[np.arange(m), y]).sum()), W, grad)


@mistake(useful=["GL148", "GL119"])
def weibull_shape_without_the_logarithm_in_the_hazard(rng):
    t = rng.uniform(0.2, 3, int(rng.integers(5, 12)))
    params = {"shape": np.array([1.4]), "scale": np.array([1.2])}

    def nll(p):
        k, s = p["shape"][0], p["scale"][0]
        return -float(np.sum(np.log(k / s) + (k - 1) * np.log(t / s) - (t / s) ** k))

    def grads(p):
        k, s = p["shape"][0], p["scale"][0]
        return {
            "shape": np.array([-np.sum(1 / k + np.log(t / s) - (t / s) ** k)]),
            "scale": np.array([np.sum(k / s - k / s * (t / s) ** k)]),
        }

    return check_gradients(nll, params, grads)


@mistake("GL167", useful=["GL148", "GL119"])
def smoothing_factor_without_its_recursion(rng):
    y = rng.standard_normal(9)
    params = {"alpha": np.array(0.4), "level": np.array(0.2)}

    def run(p):
        level, dl, total, ga, gl = p["level"], 1.0, 0.0, 0.0, 0.0
        for v in y:
            e = v - level
            total, ga, gl = total + 0.5 * e * e, ga, gl - e * dl
            level, dl = level + p["alpha"] * e, (1 - p["alpha"]) * dl
        return float(total), gl

    def alpha_alone(p):
        level, g, last = p["level"], 0.0, 0.0
        for v in y:
            e = v - level
            g -= e * last
            last = e
            level = level + p["alpha"] * e
        return g

    return check_gradients(lambda p: run(p)[0], params, lambda p: {"alpha": alpha_alone(p), "level": run(p)[1]})


@mistake("GL154", "GL157", "GL127", useful=["GL148"])
def radial_basis_centres_without_their_widths(rng):
    m, d, k = sizes(rng, 3)
    X, y = rng.standard_normal((m, d)), rng.standard_normal(m)
    params = {"centres": rng.standard_normal((k, d)), "width": rng.uniform(0.7, 2, k), "w": rng.standard_normal(k)}

    def hidden(p):
        diff = X[:, None] - p["centres"]
        return diff, np.exp(-0.5 * (diff**2).sum(axis=2) / p["width"] ** 2)

    def grads(p):
        diff, H = hidden(p)
        e = (H @ p["w"] - y) / m
        dH = np.outer(e, p["w"]) * H
        return {
            "centres": np.einsum("mk,mkd->kd", dH, diff),
            "width": (dH * (diff**2).sum(axis=2)).sum(axis=0) / p["width"] ** 3,
            "w": H.T @ e,
        }

    return check_gradients(lambda p: 0.5 * float(np.mean((hidden(p)[1] @ p["w"] - y) ** 2)), params, grads)


@mistake("GL108", "GL101", useful=["GL118"])
def homography_denominator_with_the_wrong_sign(rng):
    n = int(rng.integers(5, 9))
    P = np.column_stack([rng.uniform(-1, 1, (n, 2)), np.ones(n)])
    seen = rng.standard_normal((n, 2))

    def project(H):
        q = P @ H.T
        return q[:, :2] / q[:, 2:], q

    def grad(H):
        uv, q = project(H)
        e = (uv - seen) / q[:, 2:]
        return np.vstack([e.T @ P, ((e * uv).sum(axis=1) @ P)[None]])

    H = np.eye(3) + 0.1 * rng.standard_normal((3, 3))
    return check_gradients(lambda H: 0.5 * float(np.sum((project(H)[0] - seen) ** 2)), H, grad)


@mistake("GL105")
def sampling_grid_with_x_and_y_exchanged(rng):
    n = int(rng.integers(4, 8))
    a, b = rng.standard_normal((2, 2)), rng.standard_normal(2)

    def height(g):
        return np.sin(g @ a[0]) * np.cos(g @ a[1]) + g @ b

    def backward(R, g):
        d = np.outer(R * np.cos(g @ a[0]) * np.cos(g @ a[1]), a[0])
        d += np.outer(-R * np.sin(g @ a[0]) * np.sin(g @ a[1]), a[1]) + np.outer(R, b)
        return {"g": d[:, ::-1]}

    return check_backward(height, backward, {"g": rng.standard_normal((n, 2))})


@mistake("GL124", "GL154", "GL160", useful=["GL151", "GL123", "GL147"])
def bag_of_words_mean_over_the_different_words(rng):
    bags = [[0, 1, 1], [2, 3], [4, 4, 0, 2]]

    def forward(E):
        return np.array([E[b].mean(axis=0) for b in bags])

    def backward(R, E):
        d = np.zeros_like(E)
        for r, b in zip(R, bags, strict=True):
            np.add.at(d, b, r / len(set(b)))
        return {"E": d}

    return check_backward(forward, backward, {"E": rng.standard_normal((5, int(rng.integers(2, 5))))})


@mistake("GL158", "GL114", useful=["GL148"])
def peephole_looks_at_the_new_cell(rng):
    n, k = sizes(rng, 2)
    inputs = {"z": rng.standard_normal((n, k)), "c": rng.standard_normal((n, k)), "peep": rng.standard_normal(k)}

    def forward(z, c, peep):
        return sigmoid(z + c * peep) * np.tanh(z) + c

    def backward(R, z, c, peep):
        i, t = sigmoid(z + c * peep), np.tanh(z)
        new = i * t + c
        da = R * t * i * (1 - i)
        return {"z": da + R * i * (1 - t**2), "c": R + da * peep, "peep": (da * new).sum(axis=0)}

    return check_backward(forward, backward, inputs)


@mistake("GL125", useful=["GL123", "GL148", "GL126"])
def batch_norm_of_evaluation_derived_as_in_training(rng):
    n, d = sizes(rng, 2, 4, 8)
    mean, var = rng.standard_normal(d), rng.uniform(0.5, 2, d)
    inputs = {"x": rng.standard_normal((n, d)), "gamma": rng.standard_normal(d), "beta": rng.standard_normal(d)}

    def hat(x):
        return (x - mean) / np.sqrt(var + 1e-5)

    def backward(R, x, gamma, beta):
        h, dh = hat(x), R * gamma
        dx = (dh - dh.mean(axis=0) - h * (dh * h).mean(axis=0)) / np.sqrt(var + 1e-5)
        return {"x": dx, "gamma": (R * h).sum(axis=0), "beta": R.sum(axis=0)}

    return check_backward(lambda x, gamma, beta: gamma * hat(x) + beta, backward, inputs)


@mistake("GL125", "GL155")
def rayleigh_quotient_without_its_denominator(rng):
    d = int(rng.integers(4, 9))
    A = rng.standard_normal((d, d))
    A = A + A.T
    return check_gradients(
        lambda w: float(w @ A @ w / (w @ w)), rng.standard_normal(d), lambda w: 2 * A @ w / (w @ w)
    )


@mistake(useful=["GL147"])
def gamma_regression_divided_by_the_mean_twice(rng):
    m, d = sizes(rng, 2, 4, 9)
    X, y = rng.standard_normal((m, d)), rng.uniform(0.3, 4, m)
    w = 0.4 * rng.standard_normal(d)
    return check_gradients(
        lambda w: float(np.mean(y * np.exp(-X @ w) + X @ w)),
        w,
        lambda w: X.T @ ((1 - y * np.exp(-X @ w)) * np.exp(-X @ w)) / m,
    )


@mistake("GL106", useful=["GL148"])
def spread_of_groups_takes_the_sum_of_their_gradients(rng):
    g = int(rng.integers(4, 8))
    y = rng.standard_normal((g, 3))
    params = {"mu": np.array(0.3), "tau": np.array(1.2), "z": rng.standard_normal(g)}

    def miss(p):
        return p["mu"] + p["tau"] * p["z"][:, None] - y

    def grads(p):
        each = miss(p).sum(axis=1)
        return {"mu": each.sum(), "tau": each.sum(), "z": p["tau"] * each + p["z"]}

    return check_gradients(lambda p: float(0.5 * np.sum(miss(p) ** 2) + 0.5 * np.sum(p["z"] ** 2)), params, grads)


@mistake("GL105", "GL124", "GL137", useful=["GL151", "GL143"])
def same_padding_cropped_one_too_late(rng):
    n, t = sizes(rng, 2, 5, 9)
    w = rng.standard_normal(3)

    def forward(x):
        p = np.pad(x, ((0, 0), (1, 1)))
        return sum(w[i] * p[:, i : i + t] for i in range(3))

    def backward(R, x):
        d = np.zeros((n, t + 2))
        for i in range(3):
            d[:, i : i + t] += w[i] * R
        return {"x": d[:, 2:]}

    return check_backward(forward, backward, {"x": rng.standard_normal((n, t))})


@mistake("GL125", "GL126", "GL132", useful=["GL123"])
def layer_norm_over_the_batch_on_the_way_back(rng):
    n, d = sizes(rng, 2, 4, 8)

    def backward(R, x):
        h, s = standard(x, 1), np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        return {"x": (R - R.mean(axis=0) - h * (R * h).mean(axis=0)) / s}

    return check_backward(lambda x: standard(x, 1), backward, {"x": rng.standard_normal((n, d))})


@mistake("GL124", useful=["GL148", "GL151"])
def relative_positions_written_over(rng):
    t = int(rng.integers(4, 7))
    rel = np.arange(t)[:, None] - np.arange(t) + t - 1

    def backward(R, scores, table):
        d = np.zeros_like(table)
        d[rel] += R
        return {"scores": R, "table": d}

    inputs = {"scores": rng.standard_normal((t, t)), "table": rng.standard_normal(2 * t - 1)}
    return check_backward(lambda scores, table: scores + table[rel], backward, inputs)


@mistake("GL102")
def weighted_mean_divided_by_the_count(rng):
    m, d = sizes(rng, 2)
    X, y, s = rng.standard_normal((m, d)), rng.standard_normal(m), rng.uniform(0.2, 3, m)

    class Model:
        w = rng.standard_normal(d)

        def loss(self, w):
            return float(np.sum(s * (X @ w - y) ** 2) / s.sum())

        def gradient(self, w):
            return 2 * X.T @ (s * (X @ w - y)) / m

    model = Model()
    return check_gradients(model.loss, model.w, model.gradient)


@mistake("GL132", useful=["GL160"])
def fourier_features_with_the_halves_exchanged(rng):
    n, d, k = sizes(rng, 3)
    B = rng.standard_normal((d, k))

    def forward(x):
        return np.hstack([np.sin(x @ B), np.cos(x @ B)])

    def backward(R, x):
        z = x @ B
        return {"x": (R[:, :k] * -np.sin(z) + R[:, k:] * np.cos(z)) @ B.T}

    return check_backward(forward, backward, {"x": rng.standard_normal((n, d))})


@mistake("GL102")
def distances_counted_from_one_side_only(rng):
    n = int(rng.integers(3, 7))
    target = rng.uniform(0.5, 3, (n, n))
    target = target + target.T

    def squares(X):
        return ((X[:, None] - X) ** 2).sum(axis=2)

    def grad(X):
        E = squares(X) - target
        return np.stack([4 * (E[i, :, None] * (X[i] - X)).sum(axis=0) for i in range(n)])

    return check_gradients(lambda X: float(np.sum((squares(X) - target) ** 2)), rng.standard_normal((n, 2)), grad)


@mistake("GL167")
def moving_average_without_its_feedback(rng):
    y = rng.standard_normal(int(rng.integers(7, 12)))
    theta = np.array([0.4, -0.3])

    def errors(q):
        e = np.zeros(len(y) + 2)
        for t in range(len(y)):
            e[t + 2] = y[t] - q[0] * e[t + 1] - q[1] * e[t]
        return e

    def grad(q):
        e = errors(q)
        return np.array([-np.sum(e[2:] * e[1:-1]), -np.sum(e[2:] * e[:-2])])

    return check_gradients(lambda q: 0.5 * float(np.sum(errors(q) ** 2)), theta, grad)


@mistake("GL107", useful=["GL148", "GL114"])
def float32_weights_decayed_twice(rng):
    m, d, k = sizes(rng, 3)
    X, Y = rng.standard_normal((m, d)).astype(np.float32), rng.standard_normal((m, k)).astype(np.float32)
    net = [{"W": rng.standard_normal((d, k)).astype(np.float32), "b": np.zeros(k, np.float32) + np.float32(0.1)}]

    def loss(net):
        return np.mean((np.tanh(X @ net[0]["W"] + net[0]["b"]) - Y) ** 2) + 0.05 * (net[0]["W"] ** 2).sum()

    def grads(net):
        a = np.tanh(X @ net[0]["W"] + net[0]["b"])
        dz = 2 * (a - Y) * (1 - a**2) / np.float32(a.size)
        return [{"W": X.T @ dz + np.float32(0.2) * net[0]["W"], "b": dz.sum(axis=0)}]

    return check_gradients(loss, net, grads)


@mistake("GL131", useful=["GL123", "GL148"])
def float32_layer_handed_down_without_its_weight(rng):
    n, d = sizes(rng, 2)

    def backward(R, x, W):
        return {"x": R, "W": x.T @ R}

    inputs = {
        "x": rng.standard_normal((n, d)).astype(np.float32),
        "W": rng.standard_normal((d, d)).astype(np.float32),
    }
    return check_backward(lambda x, W: x @ W, backward, inputs)
