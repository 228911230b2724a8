"""A fourth corpus: other models, other mistakes, some in float32; written before a look at what is said to them."""

import numpy as np

from gradlab import check_backward, check_gradients, check_jacobian
from tests.diagnosis.corpus import into, sigmoid, sizes, softmax, standard

CASES = {}
mistake = into(CASES)


def logsumexp(z, axis=None):
    top = z.max(axis=axis, keepdims=True)
    out = np.log(np.exp(z - top).sum(axis=axis, keepdims=True)) + top
    return out.item() if axis is None else np.squeeze(out, axis)


# --------------------------------------------------------------------------------------------- sequences and chains


def chain(rng, wrong):
    """A chain of labels (CRF): emissions and transitions, its likelihood by messages forth and back."""
    T, K = sizes(rng, 2)
    tags = rng.integers(0, K, T)
    tags[:4] = [0, 1, 0, 1]  # a transition that is seen twice
    params = {"emit": rng.standard_normal((T, K)), "trans": rng.standard_normal((K, K))}

    def messages(emit, trans, forget=False):
        a, b = [emit[0]], [np.zeros(K)]
        for t in range(1, T):
            a.append(emit[t] + logsumexp(a[-1][:, None] + trans, axis=0))
        for t in range(T - 1, 0, -1):
            b.insert(0, logsumexp(trans + (0 if forget else emit[t]) + b[0], axis=1))
        return np.array(a), np.array(b), logsumexp(a[-1])

    def nll(p):
        score = p["emit"][np.arange(T), tags].sum() + p["trans"][tags[:-1], tags[1:]].sum()
        return messages(p["emit"], p["trans"])[2] - score

    def grad(p):
        a, b, z = messages(p["emit"], p["trans"], wrong == "beta")
        unary = np.exp(a + b - z)
        if wrong == "beta":
            unary /= unary.sum(axis=1, keepdims=True)
        pairs = np.zeros((K, K))
        for t in range(1, T):
            joint = np.exp(a[t - 1][:, None] + p["trans"] + p["emit"][t] + b[t] - z)
            pairs += np.outer(unary[t - 1], unary[t]) if wrong == "independent" else joint
        unary[np.arange(T), tags] -= 1
        if wrong == "assigned":
            pairs[tags[:-1], tags[1:]] -= 1
        else:
            np.subtract.at(pairs, (tags[:-1], tags[1:]), 1)
        return {"emit": unary, "trans": pairs}

    return check_gradients(nll, params, grad)


@mistake(useful=["GL148", "GL137"])
def pairs_of_labels_taken_for_independent(rng):
    return chain(rng, "independent")


@mistake(useful=["GL147"])
def messages_back_without_the_emissions(rng):
    return chain(rng, "beta")


@mistake("GL159", "GL124", "GL153", useful=["GL148", "GL151", "GL112"])
def transitions_seen_twice_counted_once(rng):
    return chain(rng, "assigned")


@mistake("GL126")
def hidden_markov_rows_without_their_normaliser(rng):
    """Transition rows are softmaxes of logits; the gradient stops at expected counts."""
    T, K = 6, int(rng.integers(2, 5))
    likelihoods = rng.uniform(0.1, 1, (T, K))
    logits = rng.standard_normal((K, K))

    def forward_backward(A):
        alpha, beta = np.zeros((T, K)), np.ones((T, K))
        alpha[0] = likelihoods[0] / K
        for t in range(1, T):
            alpha[t] = alpha[t - 1] @ A * likelihoods[t]
        for t in range(T - 2, -1, -1):
            beta[t] = A @ (likelihoods[t + 1] * beta[t + 1])
        return alpha, beta

    def counts(logits):
        A = softmax(logits)
        alpha, beta = forward_backward(A)
        xi = sum(np.outer(alpha[t], likelihoods[t + 1] * beta[t + 1]) * A for t in range(T - 1))
        return -xi / alpha[-1].sum()

    return check_gradients(lambda z: -float(np.log(forward_backward(softmax(z))[0][-1].sum())), logits, counts)


def scan(rng, wrong):
    """A leaky state h_t = a h_(t-1) + x_t of each channel, over time first."""
    T, d = sizes(rng, 2)
    inputs = {"x": rng.standard_normal((T, d)), "a": rng.uniform(0.3, 0.9, d)}

    def forward(x, a):
        h, out = np.zeros(d), []
        for row in x:
            h = a * h + row
            out.append(h)
        return np.array(out)

    def backward(R, x, a):
        h, dx, da, carry = forward(x, a), np.zeros_like(x), np.zeros(d), np.zeros(d)
        for t in reversed(range(T)):
            carry = R[t] + (carry if wrong == "undamped" else a * carry)
            dx[t] = carry
            if t:
                da += carry * (h[t] if wrong == "late" else h[t - 1])
        if wrong == "forth":
            dx = forward(R, a)
        return {"x": dx, "a": da}

    return check_backward(forward, backward, inputs)


@mistake("GL138", useful=["GL123", "GL148", "GL151"])
def scan_runs_forth_again_on_the_way_back(rng):
    return scan(rng, "forth")


@mistake("GL158", "GL114", useful=["GL148"])
def decay_of_a_state_meets_the_state_after(rng):
    return scan(rng, "late")


@mistake("GL128", useful=["GL147"])
def state_handed_back_without_its_decay(rng):
    return scan(rng, "undamped")


@mistake("GL138", "GL105", "GL124", "GL137", useful=["GL123"])
def running_sum_handed_back_as_a_running_sum(rng):
    def backward(R, x):
        return {"x": np.cumsum(R, axis=1)}

    return check_backward(lambda x: np.cumsum(x, axis=1), backward, {"x": rng.standard_normal(sizes(rng, 2))})


def gru(rng, wrong):
    n, d, k = sizes(rng, 3, 2, 6)
    inputs = {"x": rng.standard_normal((n, d)), "h": rng.standard_normal((n, k))}
    for gate in "zrh":
        inputs[f"W{gate}"] = rng.standard_normal((d, k))
        inputs[f"U{gate}"] = rng.standard_normal((k, k))
        inputs[f"b{gate}"] = rng.standard_normal(k)

    def cell(p):
        z = sigmoid(p["x"] @ p["Wz"] + p["h"] @ p["Uz"] + p["bz"])
        r = sigmoid(p["x"] @ p["Wr"] + p["h"] @ p["Ur"] + p["br"])
        c = np.tanh(p["x"] @ p["Wh"] + (r * p["h"]) @ p["Uh"] + p["bh"])
        return z, r, c

    def forward(**p):
        z, _, c = cell(p)
        return z * p["h"] + (1 - z) * c

    def backward(R, **p):
        z, r, c = cell(p)
        dc = R * (1 - z) * (1 - c**2)
        drh = dc @ p["Uh"].T
        dz = R * (p["h"] if wrong == "update" else p["h"] - c) * z * (1 - z)
        dr = drh * p["h"] * r * (1 - r)
        dh = drh * r + dz @ p["Uz"].T + dr @ p["Ur"].T
        if wrong != "carried":
            dh = dh + R * z
        out = {"x": dz @ p["Wz"].T + dr @ p["Wr"].T + dc @ p["Wh"].T, "h": dh}
        for gate, delta in (("z", dz), ("r", dr), ("h", dc)):
            out[f"W{gate}"] = p["x"].T @ delta
            out[f"U{gate}"] = (p["h"] if wrong == "unreset" or gate != "h" else r * p["h"]).T @ delta
            out[f"b{gate}"] = delta.sum(axis=0)
        return out

    return check_backward(forward, backward, inputs)


@mistake("GL138", useful=["GL123", "GL148"])
def gru_state_without_what_is_carried_over(rng):
    return gru(rng, "carried")


@mistake("GL167", useful=["GL147"])
def gru_update_gate_without_the_candidate(rng):
    return gru(rng, "update")


@mistake("GL114", useful=["GL148"])
def gru_candidate_weight_meets_the_state_before_the_reset(rng):
    return gru(rng, "unreset")


# ----------------------------------------------------------------------------------------------------- convolutions


@mistake("GL156", useful=["GL148", "GL114", "GL137"])
def depthwise_kernel_takes_the_sum_of_all_channels(rng):
    n, t, c = 2, int(rng.integers(6, 9)), int(rng.integers(2, 4))
    k = 3

    def forward(x, kernel):
        return sum(x[:, i : t - k + 1 + i] * kernel[i] for i in range(k))

    def backward(R, x, kernel):
        dx = np.zeros_like(x)
        dk = np.zeros_like(kernel)
        for i in range(k):
            dx[:, i : t - k + 1 + i] += R * kernel[i]
            dk[i] = (R * x[:, i : t - k + 1 + i]).sum()
        return {"x": dx, "kernel": dk}

    return check_backward(
        forward, backward, {"x": rng.standard_normal((n, t, c)), "kernel": rng.standard_normal((k, c))}
    )


@mistake("GL105", "GL124", "GL137", "GL132", useful=["GL123", "GL148", "GL151"])
def dilation_forgotten_on_the_way_back(rng):
    t, step = int(rng.integers(9, 12)), int(rng.integers(2, 4))

    def forward(x, w):
        return sum(w[i] * x[i * step : i * step + t - 2 * step] for i in range(3))

    def backward(R, x, w):
        dx, m = np.zeros_like(x), R.size
        for i in range(3):
            dx[i : i + m] += w[i] * R
        return {"x": dx, "w": np.array([R @ x[i * step : i * step + m] for i in range(3)])}

    return check_backward(forward, backward, {"x": rng.standard_normal(t), "w": rng.standard_normal(3)})


@mistake("GL158", "GL115", useful=["GL148", "GL151"])
def transposed_convolution_bias_over_the_small_grid(rng):
    n, c, s = 2, int(rng.integers(2, 4)), 2

    def forward(x, bias):
        return np.repeat(np.repeat(x, s, axis=2), s, axis=3) + bias[:, None, None]

    def backward(R, x, bias):
        h, w = x.shape[2:]
        dx = R.reshape(n, c, h, s, w, s).sum(axis=(3, 5))
        return {"x": dx, "bias": R[:, :, ::s, ::s].sum(axis=(0, 2, 3))}

    inputs = {"x": rng.standard_normal((n, c, *sizes(rng, 2, 2, 5))), "bias": rng.standard_normal(c)}
    return check_backward(forward, backward, inputs)


@mistake("GL124", useful=["GL151", "GL137", "GL123"])
def mirrored_border_not_folded_back(rng):
    n, t = sizes(rng, 2, 4, 8)

    def forward(x):
        return np.pad(x, ((0, 0), (2, 2)), mode="reflect")

    return check_backward(forward, lambda R, x: {"x": R[:, 2:-2]}, {"x": rng.standard_normal((n, t))})


@mistake("GL105")
def rolled_the_same_way_on_the_way_back(rng):
    def backward(R, frames):
        return {"frames": np.roll(R, 1, axis=-1)}

    frames = rng.standard_normal(sizes(rng, 3, 3, 6))
    return check_backward(lambda frames: np.roll(frames, 1, axis=-1), backward, {"frames": frames})


@mistake("GL105", "GL124", "GL137")
def sorted_values_not_put_back(rng):
    def backward(R, scores):
        return {"scores": R}

    return check_backward(
        lambda scores: np.sort(scores, axis=1), backward, {"scores": rng.standard_normal(sizes(rng, 2))}
    )


@mistake("GL137", "GL138", useful=["GL148", "GL114", "GL105"])
def spectral_filter_convolved_for_correlated(rng):
    t = int(rng.integers(5, 9))

    def circular(a, b):
        return np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b), t)

    def backward(R, signal, taps):
        there = np.fft.irfft(np.fft.rfft(R) * np.conj(np.fft.rfft(taps)), t)
        return {"signal": there, "taps": circular(signal, R)}

    return check_backward(
        circular_layer(circular), backward, {"signal": rng.standard_normal(t), "taps": rng.standard_normal(t)}
    )


def circular_layer(circular):
    return lambda signal, taps: circular(signal, taps)


# ------------------------------------------------------------------------------------------------- layers and gates


@mistake("GL167", useful=["GL147", "GL151", "GL161"])
def highway_gate_without_the_carried_input(rng):
    n, d = sizes(rng, 2)
    inputs = {"x": rng.standard_normal((n, d)), "Wh": rng.standard_normal((d, d)), "Wt": rng.standard_normal((d, d))}

    def forward(x, Wh, Wt):
        t = sigmoid(x @ Wt)
        return t * np.tanh(x @ Wh) + (1 - t) * x

    def backward(R, x, Wh, Wt):
        t, h = sigmoid(x @ Wt), np.tanh(x @ Wh)
        da, db = R * t * (1 - h**2), R * h * t * (1 - t)
        return {"x": da @ Wh.T + db @ Wt.T + R * (1 - t), "Wh": x.T @ da, "Wt": x.T @ db}

    return check_backward(forward, backward, inputs)


@mistake("GL156", useful=["GL147", "GL151", "GL148"])
def maxout_pieces_all_take_the_gradient(rng):
    n, d, k = sizes(rng, 3)
    p = 3
    inputs = {"x": rng.standard_normal((n, d)), "W": rng.standard_normal((p, d, k)), "b": rng.standard_normal((p, k))}

    def forward(x, W, b):
        return (np.einsum("nd,pdk->pnk", x, W) + b[:, None]).max(axis=0)

    def backward(R, x, W, b):
        each = np.broadcast_to(R, (p, n, k))
        return {
            "x": np.einsum("pnk,pdk->nd", each, W),
            "W": np.einsum("nd,pnk->pdk", x, each),
            "b": each.sum(axis=1),
        }

    return check_backward(forward, backward, inputs)


@mistake("GL126", useful=["GL148"])
def experts_mixed_by_a_gate_with_the_diagonal_only(rng):
    n, e, d = sizes(rng, 3)
    inputs = {"gate": rng.standard_normal((n, e)), "experts": rng.standard_normal((e, n, d))}

    def forward(gate, experts):
        return np.einsum("ne,end->nd", softmax(gate), experts)

    def backward(R, gate, experts):
        p = softmax(gate)
        dp = np.einsum("nd,end->ne", R, experts)
        return {"gate": dp * p * (1 - p), "experts": np.einsum("ne,nd->end", p, R)}

    return check_backward(forward, backward, inputs)


@mistake("GL154", useful=["GL102"])
def mean_over_words_divided_by_the_padded_length(rng):
    n, t, d = sizes(rng, 3)
    lengths = np.minimum(1 + np.arange(n), t - 1)
    keep = (np.arange(t) < lengths[:, None])[..., None]

    def backward(R, words):
        return {"words": np.where(keep, R[:, None] / t, 0)}

    def forward(words):
        return (words * keep).sum(axis=1) / lengths[:, None]

    return check_backward(forward, backward, {"words": rng.standard_normal((n, t, d))})


def heads(rng, wrong):
    n, t, h, d = 2, 4, 2, int(rng.integers(2, 5))
    seen = np.tril(np.ones((t, t), bool))
    inputs = {name: rng.standard_normal((n, h, t, d)) for name in ("Q", "K", "V")}

    def weights(Q, K, mask=True):
        s = Q @ K.swapaxes(-1, -2) / np.sqrt(d)
        return softmax(np.where(seen, s, -1e9) if mask else s)

    def backward(R, Q, K, V):
        P = weights(Q, K, wrong != "mask")
        dP = R @ V.swapaxes(-1, -2)
        dS = P * (dP - (dP * P).sum(axis=-1, keepdims=True)) / np.sqrt(h * d if wrong == "width" else d)
        return {"Q": dS @ K, "K": dS.swapaxes(-1, -2) @ Q, "V": P.swapaxes(-1, -2) @ R}

    return check_backward(lambda Q, K, V: weights(Q, K) @ V, backward, inputs)


@mistake("GL102")
def scores_scaled_by_the_whole_width(rng):
    return heads(rng, "width")


@mistake(useful=["GL147", "GL151", "GL128"])
def causal_mask_left_out_when_weights_are_made_again(rng):
    return heads(rng, "mask")


@mistake("GL158", "GL114", useful=["GL148"])
def rms_gain_meets_the_raw_input(rng):
    n, d = sizes(rng, 2)

    def rms(x):
        return np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6)

    def backward(R, x, g):
        s, dh = rms(x), R * g
        return {"x": dh / s - x * (dh * x).mean(axis=-1, keepdims=True) / s**3, "g": (R * x).sum(axis=0)}

    return check_backward(
        lambda x, g: g * x / rms(x), backward, {"x": rng.standard_normal((n, d)), "g": rng.standard_normal(d)}
    )


@mistake("GL102")
def dropout_scaled_twice(rng):
    n, d = sizes(rng, 2, 5, 9)
    keep = 0.8
    mask = (rng.random((n, d)) < keep) / keep
    return check_backward(
        lambda x: np.tanh(x) * mask,
        lambda R, x: {"x": R * mask * (1 - np.tanh(x) ** 2) / keep},
        {"x": rng.standard_normal((n, d))},
    )


@mistake("GL136", "GL130", "GL127")
def softsign_without_its_square(rng):
    def backward(dy, x):
        return {"x": dy / (1 + np.abs(x))}

    return check_backward(lambda x: x / (1 + np.abs(x)), backward, {"x": rng.standard_normal(sizes(rng, 2))})


@mistake("GL102")
def hard_sigmoid_with_a_slope_of_one(rng):
    def forward(x):
        return np.clip(0.2 * x + 0.5, 0, 1)

    return check_backward(
        forward, lambda R, x: {"x": R * (np.abs(x) < 2.5)}, {"x": rng.standard_normal(sizes(rng, 2)) * 2}
    )


@mistake("GL103", "GL118", "GL108", "GL151")
def padding_row_of_a_table_set_to_zero(rng):
    ids = rng.integers(0, 5, (3, 4))
    ids[0, 0] = 0

    def backward(R, table):
        d = np.zeros_like(table)
        np.add.at(d, ids, R)
        d[0] = 0
        return {"table": d}

    return check_backward(
        lambda table: table[ids], backward, {"table": rng.standard_normal((5, int(rng.integers(2, 5))))}
    )


@mistake("GL102")
def low_rank_update_without_its_scale(rng):
    n, d, k = sizes(rng, 3)
    alpha, rank = 16, 2
    X, W0 = rng.standard_normal((n, d)), rng.standard_normal((d, k))

    class Adapter:
        def __init__(self):
            self.down, self.up = rng.standard_normal((d, rank)), rng.standard_normal((rank, k))

        def loss(self, down, up):
            return float(np.mean((X @ (W0 + alpha / rank * down @ up)) ** 2))

        def grad(self, down, up):
            G = 2 * X.T @ (X @ (W0 + alpha / rank * down @ up)) / (n * k)
            return {"down": G @ up.T, "up": alpha / rank * down.T @ G}

    a = Adapter()
    return check_gradients(lambda p: a.loss(**p), {"down": a.down, "up": a.up}, lambda p: a.grad(**p))


@mistake("GL155", "GL167", useful=["GL148", "GL114"])
def spectral_norm_held_constant(rng):
    n, d, k = sizes(rng, 3)

    def backward(R, x, W):
        s = np.linalg.norm(W, 2)
        return {"x": R @ W.T / s, "W": x.T @ R / s}

    return check_backward(
        lambda x, W: x @ W / np.linalg.norm(W, 2),
        backward,
        {"x": rng.standard_normal((n, d)), "W": rng.standard_normal((d, k))},
    )


@mistake("GL161", "GL167", useful=["GL123", "GL151"])
def dense_block_first_features_from_the_last_layer_only(rng):
    n, d = sizes(rng, 2)
    inputs = {
        "x": rng.standard_normal((n, d)),
        "A": rng.standard_normal((d, 2)),
        "B": rng.standard_normal((d + 2, 3)),
    }

    def forward(x, A, B):
        f = np.concatenate([x, np.tanh(x @ A)], axis=1)
        return np.tanh(f @ B)

    def backward(R, x, A, B):
        h = np.tanh(x @ A)
        f = np.concatenate([x, h], axis=1)
        dz = R * (1 - np.tanh(f @ B) ** 2)
        df = dz @ B.T
        da = df[:, d:] * (1 - h**2)
        return {"x": df[:, :d], "A": x.T @ da, "B": f.T @ dz}

    return check_backward(forward, backward, inputs)


@mistake(useful=["GL123", "GL148"])
def graph_convolution_normalised_by_rows_on_the_way_back(rng):
    n, d, k = sizes(rng, 3, 4, 8)
    A = (rng.random((n, n)) < 0.5).astype(float)
    A = np.maximum(A, A.T) + np.eye(n)
    degree = A.sum(axis=1)
    S = A / np.sqrt(np.outer(degree, degree))

    def backward(R, H, W):
        return {"H": (A / degree[:, None]) @ R @ W.T, "W": (S @ H).T @ R}

    return check_backward(
        lambda H, W: S @ H @ W, backward, {"H": rng.standard_normal((n, d)), "W": rng.standard_normal((d, k))}
    )


# ----------------------------------------------------------------------------- likelihoods, flows, latent variables


@mistake("GL127", "GL102", useful=["GL148", "GL119"])
def contrastive_temperature_for_its_logarithm(rng):
    n, d = sizes(rng, 2)
    params = {"image": rng.standard_normal((n, d)), "text": rng.standard_normal((n, d)), "log_scale": np.array(0.7)}

    def loss(p):
        s = np.exp(p["log_scale"]) * p["image"] @ p["text"].T
        return float(np.mean(logsumexp(s, axis=1) - np.diag(s)))

    def grads(p):
        k = np.exp(p["log_scale"])
        raw = p["image"] @ p["text"].T
        G = (softmax(k * raw) - np.eye(n)) / n
        return {"image": k * G @ p["text"], "text": k * G.T @ p["image"], "log_scale": (G * raw).sum()}

    return check_gradients(loss, params, grads)


@mistake("GL153", "GL140", "GL107", useful=["GL148"])
def coupling_without_its_log_determinant(rng):
    n, d = sizes(rng, 2)
    X = rng.standard_normal((n, d))
    params = {"scale": 0.3 * rng.standard_normal(d), "shift": rng.standard_normal(d)}

    def nll(p):
        z = X * np.exp(p["scale"]) + p["shift"]
        return float(0.5 * (z**2).sum(axis=1).mean() - p["scale"].sum())

    def grads(p):
        z = X * np.exp(p["scale"]) + p["shift"]
        return {"scale": (z * X * np.exp(p["scale"])).mean(axis=0), "shift": z.mean(axis=0)}

    return check_gradients(nll, params, grads)


@mistake("GL167", useful=["GL147", "GL151", "GL148", "GL161"])
def planar_flow_without_its_log_determinant(rng):
    n, d = sizes(rng, 2)
    X = rng.standard_normal((n, d))
    params = {"u": 0.3 * rng.standard_normal(d), "w": 0.3 * rng.standard_normal(d), "b": np.array([0.1])}

    def nll(p):
        h = np.tanh(X @ p["w"] + p["b"])
        z = X + np.outer(h, p["u"])
        return float(np.mean(0.5 * (z**2).sum(axis=1) - np.log(np.abs(1 + (1 - h**2) * (p["u"] @ p["w"])))))

    def grads(p):
        h = np.tanh(X @ p["w"] + p["b"])
        z = (X + np.outer(h, p["u"])) / n
        dh = (z @ p["u"]) * (1 - h**2)
        return {"u": h @ z, "w": X.T @ dh, "b": np.array([dh.sum()])}

    return check_gradients(nll, params, grads)


@mistake("GL107", useful=["GL133"])
def divergence_weight_in_the_cost_only(rng):
    k, d = sizes(rng, 2)
    D, x = rng.standard_normal((k, d)), rng.standard_normal(d)
    mu = rng.standard_normal(k)
    return check_gradients(
        lambda m: float(0.5 * np.sum((m @ D - x) ** 2) + 4 * 0.5 * np.sum(m**2)), mu, lambda m: D @ (m @ D - x) + m
    )


@mistake("GL101")
def mixture_density_weights_the_wrong_way_round(rng):
    n, k = sizes(rng, 2)
    y = rng.standard_normal((n, 1))
    params = {
        "logits": rng.standard_normal((n, k)),
        "mu": rng.standard_normal((n, k)),
        "log_sigma": 0.3 * rng.standard_normal((n, k)),
    }

    def parts(p):
        return np.log(softmax(p["logits"])) - 0.5 * ((y - p["mu"]) / np.exp(p["log_sigma"])) ** 2 - p["log_sigma"]

    def grads(p):
        gamma, pi = softmax(parts(p)), softmax(p["logits"])
        u = (y - p["mu"]) / np.exp(p["log_sigma"])
        return {"logits": gamma - pi, "mu": -gamma * u / np.exp(p["log_sigma"]), "log_sigma": gamma * (1 - u**2)}

    return check_gradients(lambda p: -float(logsumexp(parts(p), axis=1).sum()), params, grads)


@mistake("GL167", useful=["GL148"])
def boltzmann_machine_without_its_negative_phase(rng):
    v, h = 4, 3
    data = rng.integers(0, 2, (5, v)).astype(float)
    states = np.array([[i >> j & 1 for j in range(v)] for i in range(2**v)], float)
    params = {"W": 0.5 * rng.standard_normal((v, h)), "vis": rng.standard_normal(v), "hid": rng.standard_normal(h)}

    def minus_free(x, p):
        return x @ p["vis"] + np.log1p(np.exp(x @ p["W"] + p["hid"])).sum(axis=1)

    def nll(p):
        return float(logsumexp(minus_free(states, p)) - minus_free(data, p).mean())

    def grads(p):
        w = softmax(minus_free(states, p))
        q, qd = sigmoid(states @ p["W"] + p["hid"]), sigmoid(data @ p["W"] + p["hid"])
        return {
            "W": states.T @ (w[:, None] * q) - data.T @ qd / len(data),
            "vis": -data.mean(axis=0),
            "hid": w @ q - qd.mean(axis=0),
        }

    return check_gradients(nll, params, grads)


# ---------------------------------------------------------------------------------------- regression and its losses


def regression(rng, cost, slope, penalty=lambda w: 0, decay=lambda w: 0, targets=None):
    """cost(X w, y) and the gradient Xᵀ slope(X w, y), each with what is added for the size of w."""
    m, d = sizes(rng, 2, 3, 9)
    X = rng.standard_normal((m, d))
    y = rng.standard_normal(m) if targets is None else targets(rng, m)

    def total(w):
        return float(np.mean(cost(X @ w, y)) + penalty(w))

    return check_gradients(total, rng.standard_normal(d), lambda w: X.T @ slope(X @ w, y) / m + decay(w))


@mistake(useful=["GL167", "GL147", "GL152"])
def geman_mcclure_with_the_slope_of_cauchy(rng):
    return regression(
        rng, lambda f, y: (f - y) ** 2 / (1 + (f - y) ** 2), lambda f, y: 2 * (f - y) / (1 + (f - y) ** 2)
    )


@mistake()
def quantile_and_its_complement_exchanged(rng):
    return regression(
        rng, lambda f, y: np.maximum(0.8 * (y - f), -0.2 * (y - f)), lambda f, y: np.where(y > f, -0.2, 0.8)
    )


@mistake("GL107", "GL133")
def elastic_net_with_the_whole_square(rng):
    lam, ratio = 0.3, 0.4

    def penalty(w):
        return lam * (ratio * np.abs(w).sum() + 0.5 * (1 - ratio) * (w**2).sum())

    return regression(
        rng,
        lambda f, y: 0.5 * (f - y) ** 2,
        lambda f, y: f - y,
        penalty,
        lambda w: lam * (ratio * np.sign(w) + (1 - ratio) * 2 * w),
    )


@mistake(useful=["GL147"])
def poisson_rate_without_the_exposure(rng):
    exposure = rng.uniform(0.5, 3, 64)

    def counts(rng, m):
        return rng.poisson(2.0, m).astype(float)

    return regression(
        rng,
        lambda f, y: exposure[: len(f)] * np.exp(f) - y * (f + np.log(exposure[: len(f)])),
        lambda f, y: np.exp(f) - y,
        targets=counts,
    )


@mistake(useful=["GL152"])
def residuals_clipped_before_the_product(rng):
    return regression(rng, lambda f, y: 0.5 * (f - y) ** 2, lambda f, y: np.clip(f - y, -0.5, 0.5))


@mistake("GL102")
def intercept_averaged_and_weights_summed(rng):
    n, d, k = sizes(rng, 3)
    X, labels = rng.standard_normal((n, d)), rng.integers(0, k, n)

    def loss(theta):
        z = X @ theta["coef"] + theta["intercept"]
        return float(np.sum(logsumexp(z, axis=1) - z[np.arange(n), labels]))

    def grad(theta):
        p = softmax(X @ theta["coef"] + theta["intercept"])
        p[np.arange(n), labels] -= 1
        return {"coef": X.T @ p, "intercept": p.mean(axis=0)}

    return check_gradients(loss, {"coef": rng.standard_normal((d, k)), "intercept": rng.standard_normal(k)}, grad)


@mistake("GL153", "GL126", useful=["GL151"])
def smoothed_labels_spread_over_one_class_too_few(rng):
    n, k = sizes(rng, 2, 3, 8)
    hot = np.eye(k)[rng.integers(0, k, n)]
    eps = 0.1
    soft = (1 - eps) * hot + eps / k
    other = (1 - eps) * hot + eps / (k - 1) * (1 - hot)
    return check_gradients(
        lambda z: float(np.mean(logsumexp(z, axis=1) - (soft * z).sum(axis=1))),
        rng.standard_normal((n, k)),
        lambda z: (softmax(z) - other) / n,
    )


@mistake("GL127", useful=["GL148", "GL151", "GL119"])
def dispersion_of_a_negative_binomial_for_its_logarithm(rng):
    m, d = sizes(rng, 2)
    X, y = rng.standard_normal((m, d)), rng.integers(0, 6, m)
    params = {"beta": 0.3 * rng.standard_normal(d), "log_r": np.array([0.4])}

    def gammas(r):
        return np.array([np.sum(np.log(r + np.arange(k))) for k in y])

    def nll(p):
        r, mu = np.exp(p["log_r"][0]), np.exp(X @ p["beta"])
        return -float(np.sum(gammas(r) + r * np.log(r / (r + mu)) + y * np.log(mu / (r + mu))))

    def grads(p):
        r, mu = np.exp(p["log_r"][0]), np.exp(X @ p["beta"])
        dr = np.array([np.sum(1 / (r + np.arange(k))) for k in y]) + np.log(r / (r + mu)) + 1 - (r + y) / (r + mu)
        return {"beta": X.T @ (mu * (r + y) / (r + mu) - y), "log_r": np.array([-dr.sum()])}

    return check_gradients(nll, params, grads)


@mistake("GL127", useful=["GL148", "GL151"])
def ordered_cut_points_without_their_exponential(rng):
    m, d, k = 9, 3, 4
    X, y = rng.standard_normal((m, d)), np.arange(m) % k
    params = {"w": rng.standard_normal(d), "first": np.array([-1.0]), "gaps": 0.4 * rng.standard_normal(k - 2)}

    def levels(p):
        cuts = p["first"] + np.concatenate([[0], np.cumsum(np.exp(p["gaps"]))])
        return np.concatenate([[-50], cuts, [50]])

    def nll(p):
        c, f = levels(p), X @ p["w"]
        return -float(np.sum(np.log(sigmoid(c[y + 1] - f) - sigmoid(c[y] - f))))

    def grads(p):
        c, f = levels(p), X @ p["w"]
        up, low = sigmoid(c[y + 1] - f), sigmoid(c[y] - f)
        dup, dlow = -up * (1 - up) / (up - low), low * (1 - low) / (up - low)
        dc = np.zeros(k + 1)
        np.add.at(dc, y + 1, dup)
        np.add.at(dc, y, dlow)
        dc = dc[1:-1]
        return {"w": -X.T @ (dup + dlow), "first": dc.sum(keepdims=True), "gaps": np.cumsum(dc[::-1])[::-1][1:]}

    return check_gradients(nll, params, grads)


@mistake("GL124", useful=["GL148", "GL151"])
def user_offsets_assigned_for_added(rng):
    users, items = np.array([0, 1, 0, 2, 1, 0]), np.array([0, 1, 2, 1, 0, 3])
    r = rng.standard_normal(6)
    params = {
        "bu": rng.standard_normal(3),
        "bi": rng.standard_normal(4),
        "P": rng.standard_normal((3, 2)),
        "Q": rng.standard_normal((4, 2)),
    }

    def error(p):
        return p["bu"][users] + p["bi"][items] + (p["P"][users] * p["Q"][items]).sum(axis=1) - r

    def grads(p):
        e, g = error(p), {name: np.zeros_like(a) for name, a in p.items()}
        for k, (u, i) in enumerate(zip(users, items, strict=True)):
            g["bu"][u] = e[k]
            g["bi"][i] += e[k]
            g["P"][u] += e[k] * p["Q"][i]
            g["Q"][i] += e[k] * p["P"][u]
        return g

    return check_gradients(lambda p: 0.5 * float(np.sum(error(p) ** 2)), params, grads)


@mistake("GL106", useful=["GL148", "GL151"])
def context_offset_takes_that_of_the_word(rng):
    v, d = sizes(rng, 2)
    logs, f = rng.standard_normal((v, v)), rng.uniform(0.2, 1, (v, v))
    params = {
        "word": rng.standard_normal((v, d)),
        "context": rng.standard_normal((v, d)),
        "b": rng.standard_normal(v),
        "b_tilde": rng.standard_normal(v),
    }

    def miss(p):
        return p["word"] @ p["context"].T + p["b"][:, None] + p["b_tilde"] - logs

    def grads(p):
        G = 2 * f * miss(p)
        return {"word": G @ p["context"], "context": G.T @ p["word"], "b": G.sum(axis=1), "b_tilde": G.sum(axis=1)}

    return check_gradients(lambda p: float(np.sum(f * miss(p) ** 2)), params, grads)


@mistake("GL126", "GL168", useful=["GL151", "GL101"])
def loser_of_a_match_moved_with_the_winner(rng):
    games = np.array([[0, 1], [2, 1], [3, 0], [1, 3], [2, 3], [4, 2]])

    def grad(s):
        g = np.zeros_like(s)
        for win, lose in games:
            p = sigmoid(s[lose] - s[win])
            g[win] -= p
            g[lose] -= p
        return g

    def cost(s):
        return float(np.log1p(np.exp(s[games[:, 1]] - s[games[:, 0]])).sum())

    return check_gradients(cost, rng.standard_normal(5), grad)


# --------------------------------------------------------------------------------- kernels, filters, linear algebra


@mistake()
def kernel_ridge_without_the_outer_kernel(rng):
    n = int(rng.integers(4, 9))
    x, y = rng.standard_normal(n), rng.standard_normal(n)
    K = np.exp(-0.5 * (x[:, None] - x) ** 2)
    return check_gradients(
        lambda a: float(0.5 * np.sum((K @ a - y) ** 2) + 0.05 * a @ K @ a),
        rng.standard_normal(n),
        lambda a: K @ a - y + 0.1 * a,
    )


@mistake("GL127", "GL102", useful=["GL148", "GL119"])
def process_noise_variance_for_its_deviation(rng):
    n = int(rng.integers(5, 9))
    x, y = rng.standard_normal(n), rng.standard_normal(n)
    D = (x[:, None] - x) ** 2
    params = {"log_length": np.array([0.1]), "log_height": np.array([-0.2]), "noise": np.array([0.6])}

    def covariance(p):
        S = np.exp(p["log_height"]) * np.exp(-0.5 * D / np.exp(2 * p["log_length"]))
        return S, S + p["noise"] ** 2 * np.eye(n)

    def nll(p):
        C = covariance(p)[1]
        return float(0.5 * y @ np.linalg.solve(C, y) + 0.5 * np.linalg.slogdet(C)[1])

    def grads(p):
        S, C = covariance(p)
        a = np.linalg.solve(C, y)
        G = 0.5 * (np.linalg.inv(C) - np.outer(a, a))
        each = {"log_length": S * D / np.exp(2 * p["log_length"]), "log_height": S, "noise": np.eye(n)}
        return {name: np.array([(G * dC).sum()]) for name, dC in each.items()}

    return check_gradients(nll, params, grads)


@mistake("GL167", useful=["GL148", "GL119"])
def filter_noise_without_the_path_through_the_covariance(rng):
    y = rng.standard_normal(8)
    params = {"log_q": np.array([-0.5]), "log_r": np.array([0.2])}

    def run(p, cut=False):
        q, r = np.exp(p["log_q"][0]), np.exp(p["log_r"][0])
        m, P, dm, dP, total, g = 0.0, 1.0, np.zeros(2), np.zeros(2), 0.0, np.zeros(2)
        for v in y:
            Pp, dPp = P + q, dP + np.array([q, 0])
            S, dS = Pp + r, dPp + np.array([0, r])
            e, de = v - m, -dm
            total += 0.5 * (np.log(S) + e * e / S)
            g += 0.5 * (dS / S + 2 * e * de / S - e * e * dS / S**2)
            K, dK = Pp / S, dPp / S - Pp * dS / S**2
            m, dm = m + K * e, dm + dK * e + K * de
            P, dP = (1 - K) * Pp, (1 - K) * dPp - dK * Pp
            if cut:
                dP = np.zeros(2)
        return float(total), g

    return check_gradients(
        lambda p: run(p)[0], params, lambda p: dict(zip(p, [run(p, True)[1][:1], run(p)[1][1:]], strict=True))
    )


@mistake("GL104")
def unmixing_matrix_inverse_untransposed(rng):
    d = int(rng.integers(3, 5))
    X = rng.standard_normal((10, d))

    def nll(W):
        return float(np.mean(np.log(np.cosh(X @ W.T)).sum(axis=1)) - np.linalg.slogdet(W)[1])

    return check_gradients(
        nll, rng.standard_normal((d, d)) + 2 * np.eye(d), lambda W: np.tanh(X @ W.T).T @ X / 10 - np.linalg.inv(W)
    )


@mistake("GL140", useful=["GL151", "GL112"])
def log_determinant_by_half_of_the_diagonal(rng):
    d = int(rng.integers(3, 6))
    x = rng.standard_normal((12, d))
    L = np.tril(0.3 * rng.standard_normal((d, d)), -1) + np.diag(rng.uniform(0.7, 1.5, d))

    def nll(L):
        return float(0.5 * np.sum((x @ np.tril(L)) ** 2) / 12 - 2 * np.log(np.diag(L)).sum())

    return check_gradients(nll, L, lambda L: np.tril(x.T @ x @ np.tril(L)) / 12 - np.diag(1 / np.diag(L)))


@mistake("GL143", "GL151", useful=["GL118", "GL112", "GL137"])
def roughness_penalty_with_the_inner_rows_only(rng):
    n = int(rng.integers(7, 12))
    y = rng.standard_normal(n)

    def cost(c):
        return float(0.5 * np.sum((c - y) ** 2) + 0.5 * np.sum(np.diff(c, 2) ** 2))

    def grad(c):
        g = c - y
        g[2:-2] += c[:-4] - 4 * c[1:-3] + 6 * c[2:-2] - 4 * c[3:-1] + c[4:]
        return g

    return check_gradients(cost, rng.standard_normal(n), grad)


# --------------------------------------------------------------------------------------------- geometry and physics


@mistake("GL157", "GL127", useful=["GL151", "GL118"])
def components_of_a_field_for_derivatives_by_the_angle(rng):
    n = int(rng.integers(3, 7))
    points = np.column_stack([rng.uniform(1.2, 3, n), rng.uniform(0.3, 2.5, n), rng.uniform(0, 6, n)])

    def energy(x):
        r, t, f = x.T
        return float(np.sum(np.cos(t) * np.sin(f) / r**2))

    def grad(x):
        r, t, f = x.T
        return np.column_stack(
            [-2 * np.cos(t) * np.sin(f) / r**3, -np.sin(t) * np.sin(f) / r**3, np.cos(t) * np.cos(f) / r**2]
        )

    return check_gradients(energy, points, grad)


@mistake("GL154", useful=["GL148"])
def lens_distortion_held_constant(rng):
    n = int(rng.integers(4, 9))
    seen = rng.standard_normal((n, 2))
    params = {"uv": 0.6 * rng.standard_normal((n, 2)), "k1": np.array([0.2]), "focal": np.array([1.3])}

    def project(p):
        r2 = (p["uv"] ** 2).sum(axis=1, keepdims=True)
        return p["focal"] * p["uv"] * (1 + p["k1"] * r2), r2

    def grads(p):
        out, r2 = project(p)
        e = out - seen
        return {
            "uv": e * p["focal"] * (1 + p["k1"] * r2),
            "k1": np.array([np.sum(e * p["focal"] * p["uv"] * r2)]),
            "focal": np.array([np.sum(e * out) / p["focal"][0]]),
        }

    return check_gradients(lambda p: 0.5 * float(np.sum((project(p)[0] - seen) ** 2)), params, grads)


def turned(q, v):
    """v turned by the quaternion q = (w, x, y, z), whatever its length: scaled by its square."""
    w, u = q[0], q[1:]
    return 2 * np.outer(v @ u, u) + (w * w - u @ u) * v + 2 * w * np.cross(u, v)


def turned_gradient(q, v, e):
    w, u = q[0], q[1:]
    dw = 2 * w * np.sum(e * v) + 2 * np.sum(e * np.cross(u, v))
    du = 2 * (e * v).sum() * -u + 2 * ((e @ u) @ v + (v @ u) @ e) + 2 * w * np.cross(v, e).sum(axis=0)
    return np.concatenate([[dw], du])


@mistake("GL141", "GL125", useful=["GL147"])
def quaternion_length_held_constant(rng):
    v, goal = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    q = rng.standard_normal(4)

    def cost(q):
        return 0.5 * float(np.sum((turned(q / np.linalg.norm(q), v) - goal) ** 2))

    def grad(q):
        s = np.linalg.norm(q)
        unit = q / s
        return turned_gradient(unit, v, turned(unit, v) - goal) / s

    return check_gradients(cost, q, grad)


@mistake("GL149", useful=["GL151"])
def torque_in_the_frame_of_the_body(rng):
    a = rng.standard_normal(3)
    angle = rng.uniform(0.4, 1.2)
    c, s = np.cos(angle), np.sin(angle)
    Rz = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    n = int(rng.integers(3, 6))
    return check_gradients(
        lambda x: float(np.sum((x @ Rz.T - a) ** 3)), rng.standard_normal((n, 3)), lambda x: 3 * (x @ Rz.T - a) ** 2
    )


@mistake("GL103", "GL126", useful=["GL151", "GL118"])
def middle_atom_of_an_angle_without_its_force(rng):
    pos = rng.standard_normal((5, 3))
    triples = [(0, 1, 2), (2, 3, 4)]

    def energy(x):
        total = 0.0
        for i, j, k in triples:
            a, b = x[i] - x[j], x[k] - x[j]
            total += (a @ b / np.linalg.norm(a) / np.linalg.norm(b) - 0.3) ** 2
        return float(total)

    def grad(x):
        g = np.zeros_like(x)
        for i, j, k in triples:
            a, b = x[i] - x[j], x[k] - x[j]
            la, lb = np.linalg.norm(a), np.linalg.norm(b)
            cos = a @ b / la / lb
            g[i] += 2 * (cos - 0.3) * (b / la / lb - cos * a / la**2)
            g[k] += 2 * (cos - 0.3) * (a / la / lb - cos * b / lb**2)
        return g

    return check_gradients(energy, pos, grad)


@mistake("GL162", useful=["GL147"])
def pair_force_not_divided_by_the_distance(rng):
    n = int(rng.integers(3, 5))
    x = np.arange(n)[:, None] * 1.2 + 0.1 * rng.standard_normal((n, 3))

    def pairs(x):
        for i in range(n):
            for j in range(i):
                yield i, j, x[i] - x[j], np.linalg.norm(x[i] - x[j])

    def energy(x):
        return float(sum(4 * (r**-12 - r**-6) for *_, r in pairs(x)))

    def grad(x):
        g = np.zeros_like(x)
        for i, j, d, r in pairs(x):
            f = 4 * (-12 * r**-13 + 6 * r**-7) * d
            g[i] += f
            g[j] -= f
        return g

    return check_gradients(energy, x, grad)


@mistake(useful=["GL151", "GL118"])
def periodic_box_forgotten_in_the_force(rng):
    x = np.array([[0.2, 0.5], [3.8, 0.6], [2.0, 2.0], [1.9, 3.0]]) + 0.05 * rng.standard_normal((4, 2))
    box = 4.0

    def energy(x):
        d = x[:, None] - x
        d -= box * np.round(d / box)
        return 0.25 * float(np.sum((d**2).sum(-1) ** 2))

    def grad(x):
        g = np.zeros_like(x)
        for i in range(4):
            for j in range(4):
                d = x[i] - x[j]
                if not {i, j} <= {0, 1}:
                    d = d - box * np.round(d / box)
                g[i] += 2 * (d @ d) * d
        return g

    return check_gradients(energy, x, grad)


@mistake(useful=["GL161"])
def adjoint_meets_the_state_after_the_step(rng):
    d = int(rng.integers(2, 5))
    dt, steps = 0.3, 5
    inputs = {"x0": rng.standard_normal(d), "W": 0.6 * rng.standard_normal((d, d))}

    def path(x0, W):
        out = [x0]
        for _ in range(steps):
            out.append(out[-1] + dt * np.tanh(W @ out[-1]))
        return out

    def backward(R, x0, W):
        xs, lam, dW = path(x0, W), R.copy(), np.zeros_like(W)
        for x in reversed(xs[1:]):
            back = lam * (1 - np.tanh(W @ x) ** 2)
            dW += dt * np.outer(back, x)
            lam = lam + dt * W.T @ back
        return {"x0": lam, "W": dW}

    return check_backward(lambda x0, W: path(x0, W)[-1], backward, inputs)


@mistake("GL157", "GL138", "GL112")
def jacobian_of_polar_coordinates_without_the_radius(rng):
    x = np.array([rng.uniform(1.5, 3), rng.uniform(0.2, 1.2), rng.uniform(0.3, 1)])

    def f(x):
        return np.array([x[0] * np.cos(x[1]), x[0] * np.sin(x[1]), x[2] * x[0]])

    def J(x):
        c, s = np.cos(x[1]), np.sin(x[1])
        return np.array([[c, -x[0] * s, 0], [s, c, 0], [x[2], 0, x[0]]])

    return check_jacobian(f, x, J)


# ----------------------------------------------------------------------------------------------------------- float32


def float32_network(rng, wrong):
    m, d, k = sizes(rng, 3, 3, 7)
    X = rng.standard_normal((m, d)).astype(np.float32)
    y = rng.standard_normal((m, 1)).astype(np.float32)
    shapes = {"fc1_w": (d, k), "fc1_b": (k,), "fc2_w": (k, 1), "fc2_b": (1,)}
    params = {name: rng.standard_normal(s).astype(np.float32) for name, s in shapes.items()}

    def run(p):
        z = X @ p["fc1_w"] + p["fc1_b"]
        return z, np.maximum(z, 0) @ p["fc2_w"] + p["fc2_b"] - y

    def loss(p):
        extra = 0.05 * (p["fc1_w"] ** 2).sum() if wrong == "decay" else 0
        return np.mean(run(p)[1] ** 2) + extra

    def grads(p):
        z, e = run(p)
        dz2 = (1 if wrong == "two" else 2) * e / np.float32(m)
        dz1 = dz2 @ p["fc2_w"].T * (1 if wrong == "mask" else z > 0)
        db1 = dz1.mean(axis=0) if wrong == "bias" else dz1.sum(axis=0)
        return {"fc1_w": X.T @ dz1, "fc1_b": db1, "fc2_w": np.maximum(z, 0).T @ dz2, "fc2_b": dz2.sum(axis=0)}

    return check_gradients(loss, params, grads)


@mistake("GL102")
def float32_without_the_two_of_a_square(rng):
    return float32_network(rng, "two")


@mistake("GL107")
def float32_decay_in_the_cost_only(rng):
    return float32_network(rng, "decay")


@mistake("GL113", useful=["GL147"])
def float32_without_its_relu_mask(rng):
    return float32_network(rng, "mask")


@mistake("GL102", "GL115")
def float32_bias_averaged(rng):
    return float32_network(rng, "bias")


@mistake("GL125", useful=["GL123"])
def float32_layer_norm_with_the_spread_held_constant(rng):
    n, d = sizes(rng, 2, 4, 8)
    x = rng.standard_normal((n, d)).astype(np.float32)

    def backward(R, x):
        return {"x": (R - R.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + np.float32(1e-5))}

    return check_backward(lambda x: standard(x, 1), backward, {"x": x})


@mistake("GL101")
def float32_likelihood_to_be_maximised(rng):
    m, d = sizes(rng, 2)
    X = rng.standard_normal((m, d)).astype(np.float32)
    y = rng.integers(0, 2, m).astype(np.float32)

    def nll(w):
        f = X @ w
        return np.mean(np.log1p(np.exp(f)) - y * f)

    return check_gradients(
        nll, rng.standard_normal(d).astype(np.float32), lambda w: X.T @ (y - sigmoid(X @ w)) / np.float32(m)
    )
