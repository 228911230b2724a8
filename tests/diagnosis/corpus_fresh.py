"""Mistakes in the code of courses and small libraries, each in the names, shapes and forms that such code has.

Written before the rules were mended, to see what they say to code that they were not written for; `corpus_second` was
written afterwards. Every case says which codes name its mistake, and which ones lead to its place. Nothing is taken
from anybody's code: these are the kinds of mistakes that are made there, written anew.
"""

import itertools

import numpy as np

from gradlab import check_backward, check_gradients, check_jacobian
from tests.diagnosis.corpus import into, sigmoid, sizes, softmax, standard

CASES = {}
mistake = into(CASES)


def onehot(rng, m, k):
    return np.eye(k)[rng.integers(0, k, m)]


# ---- normalisation -----------------------------------------------------------------------------------------------


def layer_norm(x, gamma, beta):
    return gamma * standard(x, -1) + beta


def layer_norm_backward(R, x, gamma, *, through_mean=True, through_spread=True, count=None, gain=None):
    h, s = standard(x, -1), np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    n = count or x.shape[-1]
    g = R * gamma
    dx = g - (g.sum(-1, keepdims=True) / n if through_mean else 0)
    dx = dx - (h * (g * h).sum(-1, keepdims=True) / n if through_spread else 0)
    axes = tuple(range(x.ndim - 1))
    return {"x": dx / s, "gamma": (R * (x if gain == "x" else h)).sum(axis=axes), "beta": R.sum(axis=axes)}


def norm_case(rng, shape, **wrong):
    n = shape[-1]
    inputs = {
        "x": rng.standard_normal(shape),
        "gamma": 1 + 0.3 * rng.standard_normal(n),
        "beta": rng.standard_normal(n),
    }
    return check_backward(layer_norm, lambda R, x, gamma, beta: layer_norm_backward(R, x, gamma, **wrong), inputs)


@mistake("GL125")
def layer_norm_without_the_path_through_the_spread(rng):
    return norm_case(rng, (2, *sizes(rng, 2, 4, 8)), through_spread=False)


@mistake("GL125")
def layer_norm_without_the_path_through_the_mean(rng):
    return norm_case(rng, tuple(sizes(rng, 2, 4, 8)), through_mean=False)


@mistake("GL125")
def layer_norm_counts_the_batch(rng):
    m, n = sizes(rng, 2, 4, 8)
    return norm_case(rng, (m, n), count=m)


@mistake("GL158", "GL114", useful=["GL148"])
def gain_from_the_raw_input(rng):
    return norm_case(rng, (2, *sizes(rng, 2, 4, 8)), gain="x")


@mistake("GL125")
def group_norm_sums_over_all_channels(rng):
    n, g, c, h = 2, 2, *sizes(rng, 2, 2, 4)
    x = rng.standard_normal((n, g * c, h, 3))

    def grouped(v):
        return v.reshape(n, g, -1)

    def forward(x):
        return standard(grouped(x), 2).reshape(x.shape)

    def backward(R, x):
        H, s = forward(x), np.sqrt(grouped(x).var(axis=2, keepdims=True) + 1e-5)
        inner = R - R.mean(axis=(1, 2, 3), keepdims=True) - H * (R * H).mean(axis=(1, 2, 3), keepdims=True)
        return {"x": (grouped(inner) / s).reshape(x.shape)}

    return check_backward(forward, backward, {"x": x})


@mistake("GL125")
def rms_norm_without_its_second_term(rng):
    d = int(rng.integers(4, 9))
    x, weight = rng.standard_normal((2, 3, d)), 1 + 0.3 * rng.standard_normal(d)

    def rms(x):
        return np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6)

    def backward(dout, x, weight):
        return {"x": dout * weight / rms(x), "weight": (dout * x / rms(x)).sum(axis=(0, 1))}

    return check_backward(lambda x, weight: x / rms(x) * weight, backward, {"x": x, "weight": weight})


@mistake("GL125")
def rms_norm_sums_where_it_should_average(rng):
    m, d = sizes(rng, 2, 4, 9)
    x = rng.standard_normal((m, d))

    def rms(x):
        return np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6)

    def backward(dout, x):
        r = rms(x)
        return {"x": dout / r - x * (dout * x).sum(axis=-1, keepdims=True) / r**3}

    return check_backward(lambda x: x / rms(x), backward, {"x": x})


@mistake("GL125")
def unit_length_without_the_projection(rng):
    v = rng.standard_normal(sizes(rng, 2, 3, 8))

    def length(v):
        return np.linalg.norm(v, axis=1, keepdims=True)

    return check_backward(lambda v: v / length(v), lambda R, v: {"v": R / length(v)}, {"v": v})


@mistake("GL125", useful=["GL123", "GL148", "GL114"])
def weight_norm_without_the_projection(rng):
    m, n, k = sizes(rng, 3, 3, 8)
    inputs = {"x": rng.standard_normal((m, n)), "V": rng.standard_normal((k, n)), "g": rng.uniform(0.5, 2, (k, 1))}

    def forward(x, V, g):
        return x @ (g * V / np.linalg.norm(V, axis=1, keepdims=True)).T

    def backward(R, x, V, g):
        length = np.linalg.norm(V, axis=1, keepdims=True)
        dW = R.T @ x
        return {
            "x": R @ (g * V / length),
            "V": g / length * dW,
            "g": (dW * V / length).sum(axis=1, keepdims=True),
        }

    return check_backward(forward, backward, inputs)


@mistake("GL125")
def batch_norm_spread_of_n_minus_one(rng):
    N, D = sizes(rng, 2, 4, 9)
    x = rng.standard_normal((N, D))

    def backward(dout, x):
        mu, var = x.mean(axis=0), x.var(axis=0) + 1e-5
        dvar = (dout * (x - mu)).sum(axis=0) * -0.5 * var**-1.5
        dmu = -(dout / np.sqrt(var)).sum(axis=0)
        return {"x": dout / np.sqrt(var) + dvar * 2 * (x - mu) / (N - 1) + dmu / N}

    return check_backward(lambda x: standard(x, 0), backward, {"x": x})


# ---- attention and transformers ----------------------------------------------------------------------------------


def attention(x, Wq, Wk, Wv):
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    return softmax(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])) @ v


def attention_backward(R, x, Wq, Wk, Wv, *, scaled=True, coupled=True, turned=True, whole=True):
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    T = lambda a: np.swapaxes(a, -1, -2)  # noqa: E731
    p = softmax(q @ T(k) / np.sqrt(q.shape[-1]))
    dp, dv = R @ T(v), T(p) @ R
    ds = p * (dp - (dp * p).sum(-1, keepdims=True)) if coupled else p * (1 - p) * dp
    ds = ds / np.sqrt(q.shape[-1]) if scaled else ds
    dq, dk = ds @ k, (T(ds) if turned else ds) @ q
    flat = lambda a: a.reshape(-1, a.shape[-1])  # noqa: E731
    dx = dq @ Wq.T + dv @ Wv.T + (dk @ Wk.T if whole else 0)
    return {"x": dx} | {f"W{c}": flat(x).T @ flat(d) for c, d in zip("qkv", (dq, dk, dv), strict=True)}


def attention_case(rng, **wrong):
    t, d, k = sizes(rng, 3, 3, 7)
    inputs = {"x": rng.standard_normal((2, t, d))} | {f"W{c}": 0.6 * rng.standard_normal((d, k)) for c in "qkv"}
    return check_backward(attention, lambda R, **p: attention_backward(R, **p, **wrong), inputs)


@mistake("GL102", useful=["GL168"])
def attention_scores_not_scaled_on_the_way_back(rng):
    return attention_case(rng, scaled=False)


@mistake(useful=["GL147", "GL161"])
def attention_softmax_by_its_diagonal(rng):
    return attention_case(rng, coupled=False)


@mistake(useful=["GL147", "GL161"])
def attention_keys_take_untransposed_scores(rng):
    return attention_case(rng, turned=False)


@mistake("GL123", "GL131", "GL167", useful=["GL161"])
def attention_input_lacks_the_path_of_the_keys(rng):
    return attention_case(rng, whole=False)


@mistake("GL149", "GL138")
def rotary_embedding_turned_forth_again(rng):
    t, d = 3, 2 * int(rng.integers(1, 3))
    angle = np.outer(np.arange(1, t + 1), 0.7 ** np.arange(d // 2))
    c, s = np.cos(angle), np.sin(angle)

    def rotate(x, s):
        a, b = x[..., : d // 2], x[..., d // 2 :]
        return np.concatenate([a * c - b * s, a * s + b * c], axis=-1)

    return check_backward(
        lambda x: rotate(x, s), lambda dy, x: {"x": rotate(dy, s)}, {"x": rng.standard_normal((t, d))}
    )


@mistake(useful=["GL147"])
def heads_merged_without_moving_axes(rng):
    t, h, k = 4, 2, 3
    d = h * k
    inputs = {"x": rng.standard_normal((t, d)), "Wv": rng.standard_normal((d, d)), "Wo": rng.standard_normal((d, d))}
    mix = softmax(rng.standard_normal((h, t, t)))

    def heads(x, Wv):
        return mix @ (x @ Wv).reshape(t, h, k).transpose(1, 0, 2)

    def forward(x, Wv, Wo):
        return heads(x, Wv).transpose(1, 0, 2).reshape(t, d) @ Wo

    def backward(R, x, Wv, Wo):
        joined = heads(x, Wv).transpose(1, 0, 2).reshape(t, d)
        dheads = (R @ Wo.T).reshape(h, t, k)  # the axes were not moved back
        dv = (mix.transpose(0, 2, 1) @ dheads).transpose(1, 0, 2).reshape(t, d)
        return {"x": dv @ Wv.T, "Wv": x.T @ dv, "Wo": joined.T @ R}

    return check_backward(forward, backward, inputs)


@mistake("GL124")
def token_embedding_without_add_at(rng):
    ids = rng.integers(0, 4, (2, 4))

    def backward(dout, wte):
        d = np.zeros_like(wte)
        d[ids] += dout
        return {"wte": d}

    return check_backward(lambda wte: wte[ids], backward, {"wte": rng.standard_normal((6, 3))})


@mistake("GL124", useful=["GL148"])
def position_embedding_of_one_example(rng):
    ids, (T, C) = rng.integers(0, 5, (3, 4)), (4, int(rng.integers(2, 5)))
    inputs = {"wte": rng.standard_normal((5, C)), "wpe": rng.standard_normal((T, C))}

    def backward(dout, wte, wpe):
        d = np.zeros_like(wte)
        np.add.at(d, ids, dout)
        return {"wte": d, "wpe": dout[0]}

    return check_backward(lambda wte, wpe: wte[ids] + wpe, backward, inputs)


@mistake("GL167", useful=["GL148", "GL114", "GL151"])
def tied_weights_have_the_head_only(rng):
    V, C, ids = 6, int(rng.integers(3, 6)), rng.integers(0, 6, 5)
    y = rng.integers(0, 6, 5)
    params = {"wte": 0.5 * rng.standard_normal((V, C)), "proj": 0.5 * rng.standard_normal((C, C))}

    def run(p):
        h = np.tanh(p["wte"][ids] @ p["proj"])
        return h, softmax(h @ p["wte"].T)

    def cost(p):
        return -float(np.mean(np.log(run(p)[1][np.arange(5), y])))

    def grads(p):
        h, P = run(p)
        d = (P - np.eye(V)[y]) / 5
        dh = d @ p["wte"] * (1 - h**2)
        return {"wte": d.T @ h, "proj": p["wte"][ids].T @ dh}

    return check_gradients(cost, params, grads)


@mistake("GL167", useful=["GL147"])
def swiglu_gate_by_the_sigmoid_alone(rng):
    m, n, k = sizes(rng, 3, 3, 7)
    inputs = {
        "x": rng.standard_normal((m, n)), "w1": rng.standard_normal((n, k)), "w3": rng.standard_normal((n, k)),
    }  # fmt: skip

    def forward(x, w1, w3):
        a = x @ w1
        return a * sigmoid(a) * (x @ w3)

    def backward(R, x, w1, w3):
        a, b = x @ w1, x @ w3
        da, db = R * b * sigmoid(a), R * a * sigmoid(a)
        return {"x": da @ w1.T + db @ w3.T, "w1": x.T @ da, "w3": x.T @ db}

    return check_backward(forward, backward, inputs)


@mistake("GL136")
def gelu_without_the_inner_derivative(rng):
    c = np.sqrt(2 / np.pi)

    def backward(dout, x):
        t = np.tanh(c * (x + 0.044715 * x**3))
        return {"x": dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2))}

    def forward(x):
        return 0.5 * x * (1 + np.tanh(c * (x + 0.044715 * x**3)))

    return check_backward(forward, backward, {"x": rng.standard_normal(sizes(rng, 2))})


@mistake("GL150", useful=["GL123"])
def residual_without_the_skip(rng):
    m, n, _k = sizes(rng, 3)
    inputs = {"x": rng.standard_normal((m, n)), "W": rng.standard_normal((n, n)), "b": rng.standard_normal(n)}

    def backward(dout, x, W, b):
        d = dout * (1 - np.tanh(x @ W + b) ** 2)
        return {"x": d @ W.T, "W": x.T @ d, "b": d.sum(axis=0)}

    return check_backward(lambda x, W, b: x + np.tanh(x @ W + b), backward, inputs)


@mistake("GL150")
def residual_around_an_activation_without_the_skip(rng):
    x = rng.standard_normal((2, *sizes(rng, 2)))

    def forward(x):
        return x + np.sin(np.roll(x, 1, axis=1) * x)

    def backward(dout, x):
        d = dout * np.cos(np.roll(x, 1, axis=1) * x)
        return {"x": d * np.roll(x, 1, axis=1) + np.roll(d * x, -1, axis=1)}

    return check_backward(forward, backward, {"x": x})


# ---- convolution and pooling -------------------------------------------------------------------------------------


def windows(x, k):
    """Patches of k × k, stride 1: (N, C, H, W) to (N, C, k, k, out, out)."""
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3)).transpose(0, 1, 4, 5, 2, 3)


def conv(x, w, b):
    p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return np.einsum("ncijhw,fcij->nfhw", windows(p, w.shape[2]), w) + b[:, None, None]


def conv_backward(dout, x, w, b, *, add=True, padded=True, bias=None, turned=True):
    k, (_n, _c, _h, _v) = w.shape[2], x.shape
    p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    dp = np.zeros_like(p)
    used = w if turned else w[:, :, ::-1, ::-1]
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            patch = np.einsum("nf,fcij->ncij", dout[:, :, i, j], used)
            if add:
                dp[:, :, i : i + k, j : j + k] += patch
            else:
                dp[:, :, i : i + k, j : j + k] = patch
    seen = p if padded else np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2)))
    dw = np.einsum("ncijhw,nfhw->fcij", windows(seen, k), dout)
    db = dout.sum(axis=(0, 2, 3)) if bias is None else bias(dout)
    return {"x": dp[:, :, 1:-1, 1:-1], "w": dw, "b": db}


def conv_case(rng, **wrong):
    c, f, h, v = 2, 3, *sizes(rng, 2, 4, 6)
    inputs = {
        "x": rng.standard_normal((2, c, h, v)),
        "w": rng.standard_normal((f, c, 3, 3)),
        "b": rng.standard_normal(f),
    }
    return check_backward(conv, lambda R, **p: conv_backward(R, **p, **wrong), inputs)


@mistake("GL124", useful=["GL123"])
def col2im_overwrites(rng):
    return conv_case(rng, add=False)


@mistake("GL114", useful=["GL148", "GL132"])
def conv_weights_see_another_padding(rng):
    return conv_case(rng, padded=False)


@mistake("GL102")
def conv_bias_averages_over_the_image(rng):
    return conv_case(rng, bias=lambda d: d.sum(axis=0).mean(axis=(1, 2)))


@mistake("GL158", "GL115", useful=["GL148"])
def conv_bias_of_the_first_row(rng):
    return conv_case(rng, bias=lambda d: d[:, :, 0].sum(axis=(0, 2)))


@mistake("GL132", useful=["GL123"])
def conv_input_with_the_kernel_turned(rng):
    return conv_case(rng, turned=False)


@mistake("GL102")
def average_pool_not_divided(rng):
    n, c = sizes(rng, 2, 2, 4)

    def forward(x):
        return x.reshape(n, c, 3, 2, 3, 2).mean(axis=(3, 5))

    return check_backward(
        forward, lambda R, x: {"x": R.repeat(2, axis=2).repeat(2, axis=3)}, {"x": rng.standard_normal((n, c, 6, 6))}
    )


@mistake("GL102")
def global_pool_not_divided(rng):
    x = rng.standard_normal((2, 3, *sizes(rng, 2)))
    return check_backward(
        lambda x: x.mean(axis=(2, 3)),
        lambda R, x: {"x": np.broadcast_to(R[:, :, None, None], x.shape).copy()},
        {"x": x},
    )


@mistake("GL124", "GL105")
def max_pool_puts_it_in_the_corner(rng):
    n, c = sizes(rng, 2, 2, 4)

    def tiles(x):
        return x.reshape(n, c, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, 2, 2, 4)

    def backward(R, x):
        d = np.zeros_like(x)
        d[:, :, ::2, ::2] = R
        return {"x": d}

    return check_backward(lambda x: tiles(x).max(axis=-1), backward, {"x": rng.standard_normal((n, c, 4, 4))})


@mistake("GL124")
def up_sampling_takes_the_first_of_four(rng):
    x = rng.standard_normal((2, 2, *sizes(rng, 2, 2, 4)))
    return check_backward(
        lambda x: x.repeat(2, axis=2).repeat(2, axis=3), lambda R, x: {"x": R[..., ::2, ::2]}, {"x": x}
    )


@mistake("GL105", "GL124")
def flattened_in_another_order(rng):
    x = rng.standard_normal((2, *sizes(rng, 2, 2, 5)))
    return check_backward(
        lambda x: x.transpose(0, 2, 1).reshape(2, -1), lambda R, x: {"x": R.reshape(x.shape)}, {"x": x}
    )


@mistake("GL106", "GL124")
def concatenated_parts_swapped(rng):
    m, n = sizes(rng, 2)
    inputs = {"left": rng.standard_normal((m, n)), "right": rng.standard_normal((m, n))}
    return check_backward(
        lambda left, right: np.concatenate([left, right], axis=1),
        lambda R, left, right: {"left": R[:, n:], "right": R[:, :n]},
        inputs,
    )


# ---- recurrent ---------------------------------------------------------------------------------------------------


def lstm_step(x, prev_h, prev_c, Wx, Wh, b):
    a = x @ Wx + prev_h @ Wh + b
    H = prev_h.shape[1]
    i, f, o = (sigmoid(a[:, k * H : (k + 1) * H]) for k in range(3))
    g = np.tanh(a[:, 3 * H :])
    c = f * prev_c + i * g
    return i, f, o, g, c


def lstm_step_backward(dh, x, prev_h, prev_c, Wx, Wh, b, *, g_slope=None, forget=True, order="ifog"):
    i, f, o, g, c = lstm_step(x, prev_h, prev_c, Wx, Wh, b)
    dc = dh * o * (1 - np.tanh(c) ** 2)
    parts = {
        "i": dc * g * i * (1 - i),
        "f": dc * prev_c * f * (1 - f),
        "o": dh * np.tanh(c) * o * (1 - o),
        "g": dc * i * (g * (1 - g) if g_slope == "sigmoid" else 1 - g**2),
    }
    da = np.concatenate([parts[k] for k in order], axis=1)
    return {
        "x": da @ Wx.T, "prev_h": da @ Wh.T, "prev_c": dc * f if forget else dc,
        "Wx": x.T @ da, "Wh": prev_h.T @ da, "b": da.sum(axis=0),
    }  # fmt: skip


def lstm_case(rng, **wrong):
    N, D, H = sizes(rng, 3, 2, 6)
    shapes = {"x": (N, D), "prev_h": (N, H), "prev_c": (N, H), "Wx": (D, 4 * H), "Wh": (H, 4 * H), "b": (4 * H,)}

    def forward(**p):
        _i, _f, o, _g, c = lstm_step(**p)
        return o * np.tanh(c)

    inputs = {name: 0.7 * rng.standard_normal(shape) for name, shape in shapes.items()}
    return check_backward(forward, lambda R, **p: lstm_step_backward(R, **p, **wrong), inputs)


@mistake("GL151")
def lstm_candidate_derived_as_a_sigmoid(rng):
    return lstm_case(rng, g_slope="sigmoid")


@mistake("GL138", useful=["GL148", "GL123"])
def lstm_cell_handed_back_without_forgetting(rng):
    return lstm_case(rng, forget=False)


@mistake("GL105")
def lstm_gates_in_another_order(rng):
    return lstm_case(rng, order="fiog")


def char_rnn(rng, form=dict, **wrong):
    V, H, T = 5, int(rng.integers(3, 6)), 4
    ids, targets = rng.integers(0, V, T), rng.integers(0, V, T)
    params = {
        "Wxh": 0.5 * rng.standard_normal((H, V)), "Whh": 0.5 * rng.standard_normal((H, H)),
        "Why": 0.5 * rng.standard_normal((V, H)), "bh": 0.3 * rng.standard_normal((H, 1)),
        "by": 0.3 * rng.standard_normal((V, 1)),
    }  # fmt: skip

    def states(p):
        hs, ps = [np.zeros((H, 1))], []
        for t in range(T):
            hs.append(np.tanh(p["Wxh"][:, [ids[t]]] + p["Whh"] @ hs[-1] + p["bh"]))
            ps.append(softmax(p["Why"] @ hs[-1] + p["by"], axis=0))
        return hs, ps

    def loss(p):
        return -float(sum(np.log(P[k, 0]) for P, k in zip(states(p)[1], targets, strict=True)))

    def back(p):
        hs, ps = states(p)
        d = {name: np.zeros_like(v) for name, v in p.items()}
        dhnext = np.zeros((H, 1))
        for t in reversed(range(T)):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            d["Why"] += dy @ hs[t + 1].T
            d["by"] += dy
            dh = p["Why"].T @ dy + (dhnext if wrong.get("carry", True) else 0)
            draw = (1 - hs[t + 1] ** 2) * dh
            d["bh"] += draw
            d["Wxh"][:, [ids[t]]] += draw
            if wrong.get("overwrite"):
                d["Whh"] = draw @ hs[t].T
            else:
                d["Whh"] += draw @ hs[t + (1 if wrong.get("late") else 0)].T
            dhnext = (p["Whh"] if wrong.get("untransposed") else p["Whh"].T) @ draw
        return {name: np.clip(g, -0.2, 0.2) for name, g in d.items()} if wrong.get("clip") else d

    return check_gradients(loss, params, back)


@mistake("GL113", "GL161", "GL167")
def char_rnn_without_what_comes_from_later(rng):
    return char_rnn(rng, carry=False)


@mistake("GL113", "GL161")
def char_rnn_with_whh_untransposed(rng):
    return char_rnn(rng, untransposed=True)


@mistake("GL114", "GL148")
def char_rnn_whh_meets_the_state_after(rng):
    return char_rnn(rng, late=True)


@mistake("GL114", "GL148", useful=["GL103"])
def char_rnn_whh_of_the_first_step_only(rng):
    return char_rnn(rng, overwrite=True)


@mistake("GL109")
def char_rnn_clipped_in_place(rng):
    return char_rnn(rng, clip=True)


@mistake("GL123", "GL161", "GL167", useful=["GL148"])
def gru_state_lacks_the_reset_path(rng):
    N, D, H = sizes(rng, 3, 2, 6)
    shapes = {"x": (N, D), "h": (N, H)} | dict.fromkeys(("Wz", "Wr", "Wn"), (D + H, H))
    inputs = {k: 0.7 * rng.standard_normal(s) for k, s in shapes.items()}

    def gates(x, h, Wz, Wr, Wn):
        xh = np.hstack([x, h])
        z, r = sigmoid(xh @ Wz), sigmoid(xh @ Wr)
        xr = np.hstack([x, r * h])
        return xh, z, r, xr, np.tanh(xr @ Wn)

    def forward(**p):
        _, z, _, _, n = gates(**p)
        return (1 - z) * n + z * p["h"]

    def backward(R, **p):
        xh, z, r, xr, n = gates(**p)
        h = p["h"]
        da = R * (1 - z) * (1 - n**2)
        dxr = da @ p["Wn"].T
        dz = R * (h - n) * z * (1 - z)
        dr = dxr[:, D:] * h * r * (1 - r)
        dxh = dz @ p["Wz"].T + dr @ p["Wr"].T
        return {
            "x": dxh[:, :D] + dxr[:, :D], "h": R * z + dxh[:, D:],  # without dxr · r
            "Wz": xh.T @ dz, "Wr": xh.T @ dr, "Wn": xr.T @ da,
        }  # fmt: skip

    return check_backward(forward, backward, inputs)


# ---- losses ------------------------------------------------------------------------------------------------------


@mistake("GL102")
def cross_entropy_not_averaged(rng):
    m, k = sizes(rng, 2)
    y = rng.integers(0, k, m)

    def grads(scores):
        d = softmax(scores)
        d[np.arange(m), y] -= 1
        return d

    return check_gradients(
        lambda s: -float(np.mean(np.log(softmax(s)[np.arange(m), y]))), rng.standard_normal((m, k)), grads
    )


@mistake("GL153", useful=["GL140"])
def cross_entropy_subtracts_one_after_averaging(rng):
    m, k = sizes(rng, 2)
    y = rng.integers(0, k, m)

    def grads(scores):
        d = softmax(scores) / m
        d[np.arange(m), y] -= 1
        return d

    return check_gradients(
        lambda s: -float(np.mean(np.log(softmax(s)[np.arange(m), y]))), rng.standard_normal((m, k)), grads
    )


@mistake("GL102")
def masked_loss_divided_by_all_steps(rng):
    N, T, V = 2, 5, int(rng.integers(3, 6))
    y, mask = rng.integers(0, V, (N, T)), np.ones((N, T))
    mask[0, 3:] = mask[1, 4:] = 0

    def cost(x):
        p = np.take_along_axis(softmax(x), y[..., None], axis=2)[..., 0]
        return -float(np.sum(mask * np.log(p)) / mask.sum())

    return check_gradients(
        cost, rng.standard_normal((N, T, V)), lambda x: (softmax(x) - np.eye(V)[y]) * mask[..., None] / (N * T)
    )


@mistake("GL102")
def temperature_forgotten(rng):
    m, k = sizes(rng, 2)
    y = onehot(rng, m, k)
    return check_gradients(
        lambda p: -float(np.sum(y * np.log(softmax(p["logits"] / 0.7)))),
        {"logits": rng.standard_normal((m, k))},
        lambda p: {"logits": softmax(p["logits"] / 0.7) - y},
    )


@mistake("GL153")
def label_smoothing_only_in_the_cost(rng):
    m, k = sizes(rng, 2)
    y = onehot(rng, m, k)
    soft = 0.9 * y + 0.1 / k

    return check_gradients(
        lambda z: -float(np.mean(np.sum(soft * np.log(softmax(z)), axis=1))),
        rng.standard_normal((m, k)),
        lambda z: (softmax(z) - y) / m,
    )


@mistake(useful=["GL147"])
def logistic_regression_with_the_slope_twice(rng):
    m, n = sizes(rng, 2, 5, 9)
    X, y = rng.standard_normal((m, n)), rng.integers(0, 2, m)

    def grads(theta):
        p = sigmoid(X @ theta)
        return X.T @ ((p - y) * p * (1 - p)) / m

    return check_gradients(
        lambda t: -float(np.mean(y * np.log(sigmoid(X @ t)) + (1 - y) * np.log(1 - sigmoid(X @ t)))),
        rng.standard_normal(n),
        grads,
    )


@mistake("GL107", useful=["GL112"])
def decay_of_the_intercept(rng):
    m, n, lam = 8, int(rng.integers(4, 8)), 1.5
    X = np.c_[np.ones(m), rng.standard_normal((m, n - 1))]
    y = rng.integers(0, 2, m)

    def cost(t):
        p = sigmoid(X @ t)
        return -float(np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))) + lam / (2 * m) * float(np.sum(t[1:] ** 2))

    return check_gradients(cost, rng.standard_normal(n), lambda t: X.T @ (sigmoid(X @ t) - y) / m + lam / m * t)


def unrolled(rng, *, bias_decay=False, slope_of_a=False):
    """A course's network: Theta1 and Theta2 with the bias in column 0, unrolled into one vector."""
    m, n, h, k, lam = 7, 3, 4, 3, 0.8
    X, Y = rng.standard_normal((m, n)), onehot(rng, m, k)
    ones = np.ones((m, 1))

    def parts(t):
        return t[: h * (n + 1)].reshape(h, n + 1), t[h * (n + 1) :].reshape(k, h + 1)

    def layers(t):
        T1, T2 = parts(t)
        a1 = np.hstack([ones, X])
        a2 = np.hstack([ones, sigmoid(a1 @ T1.T)])
        return T1, T2, a1, a2, sigmoid(a2 @ T2.T)

    def cost(t):
        T1, T2, _, _, h = layers(t)
        J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
        return float(J + lam / (2 * m) * (np.sum(T1[:, 1:] ** 2) + np.sum(T2[:, 1:] ** 2)))

    def grads(t):
        T1, T2, a1, a2, out = layers(t)
        d3 = out - Y
        s = a2[:, 1:]
        s = sigmoid(s) * (1 - sigmoid(s)) if slope_of_a else s * (1 - s)
        d2 = d3 @ T2[:, 1:] * s
        R1, R2 = T1.copy(), T2.copy()
        if not bias_decay:
            R1[:, 0] = R2[:, 0] = 0
        return np.r_[((d2.T @ a1 + lam * R1) / m).ravel(), ((d3.T @ a2 + lam * R2) / m).ravel()]

    return check_gradients(cost, 0.5 * rng.standard_normal(h * (n + 1) + k * (h + 1)), grads)


@mistake("GL107")
def unrolled_network_decays_its_biases(rng):
    return unrolled(rng, bias_decay=True)


@mistake("GL143")
def unrolled_network_with_the_slope_of_a(rng):
    return unrolled(rng, slope_of_a=True)


def hinge(rng, *, count=True, decay=2.0):
    N, D, C, reg = 8, int(rng.integers(3, 6)), 4, 0.3
    X, y = rng.standard_normal((N, D)), rng.integers(0, C, N)
    rows = np.arange(N)

    def margins(W):
        s = X @ W
        m = np.maximum(0, s - s[rows, y][:, None] + 1)
        m[rows, y] = 0
        return m

    def grads(W):
        b = (margins(W) > 0) * 1.0
        b[rows, y] = -b.sum(axis=1) if count else -1
        return X.T @ b / N + decay * reg * W

    return check_gradients(
        lambda W: float(np.sum(margins(W)) / N + reg * np.sum(W**2)), rng.standard_normal((D, C)), grads
    )


@mistake("GL126", useful=["GL159", "GL151"])
def svm_counts_the_right_class_once(rng):
    return hinge(rng, count=False)


@mistake("GL107")
def svm_decay_by_half(rng):
    return hinge(rng, decay=1.0)


@mistake("GL102")
def squared_hinge_without_its_two(rng):
    m, n = sizes(rng, 2, 5, 9)
    X, y = rng.standard_normal((m, n)), rng.choice([-1.0, 1.0], m)
    return check_gradients(
        lambda w: float(np.mean(np.maximum(0, 1 - y * (X @ w)) ** 2)),
        rng.standard_normal(n),
        lambda w: -X.T @ (y * np.maximum(0, 1 - y * (X @ w))) / m,
    )


@mistake("GL136")
def focal_loss_without_the_second_factor(rng):
    y = rng.integers(0, 2, 6)

    def cost(z):
        p = sigmoid(z)
        pt = np.where(y == 1, p, 1 - p)
        return float(np.sum(-((1 - pt) ** 2) * np.log(pt)))

    def grads(z):
        p = sigmoid(z)
        pt, sign = np.where(y == 1, p, 1 - p), np.where(y == 1, 1, -1)
        return -((1 - pt) ** 2) / pt * pt * (1 - pt) * sign

    return check_gradients(cost, rng.standard_normal(6), grads)


@mistake("GL136")
def huber_without_its_limit(rng):
    x = 2 * rng.standard_normal(7) + 0.01
    x[0], x[1] = 3.0, 0.2

    def cost(r):
        return float(np.sum(np.where(np.abs(r) < 1, r**2 / 2, np.abs(r) - 0.5)))

    return check_gradients(cost, x, lambda r: r)


@mistake("GL101")
def triplet_negative_with_the_wrong_sign(rng):
    m, d = sizes(rng, 2)
    params = {k: rng.standard_normal((m, d)) for k in ("anchor", "positive", "negative")}

    def cost(p):
        near = np.sum((p["anchor"] - p["positive"]) ** 2, axis=1)
        far = np.sum((p["anchor"] - p["negative"]) ** 2, axis=1)
        return float(np.mean(np.maximum(0, near - far + 50)))

    def grads(p):
        a, q, n = p["anchor"], p["positive"], p["negative"]
        return {"anchor": 2 * (n - q) / m, "positive": 2 * (q - a) / m, "negative": 2 * (n - a) / m}

    return check_gradients(cost, params, grads)


@mistake("GL167", useful=["GL137"])
def contrastive_loss_by_rows_only(rng):
    m, d = sizes(rng, 2)

    def cost(z):
        s = z @ z.T / 0.5
        np.fill_diagonal(s, -50.0)
        return -float(np.mean(np.log(softmax(s)[np.arange(m), np.arange(m) - 1])))

    def grads(z):
        s = z @ z.T / 0.5
        np.fill_diagonal(s, -50.0)
        d = softmax(s)
        d[np.arange(m), np.arange(m) - 1] -= 1
        return d @ z / 0.5 / m  # and dᵀ @ z, for every z is a key too

    return check_gradients(cost, 0.5 * rng.standard_normal((m, d)), grads)


@mistake("GL126")
def softmax_over_the_wrong_axis(rng):
    n = int(rng.integers(3, 6))
    Y = onehot(rng, n, n)
    return check_gradients(
        lambda z: -float(np.sum(Y * np.log(softmax(z, axis=1)))),
        rng.standard_normal((n, n)),
        lambda z: softmax(z, axis=0) - Y,
    )


@mistake("GL129")
def log_with_an_epsilon(rng):
    m, k = sizes(rng, 2)
    Y = onehot(rng, m, k)
    return check_backward(
        lambda probs: -np.sum(Y * np.log(probs + 1e-5), axis=1),
        lambda R, probs: {"probs": -R[:, None] * Y / probs},
        {"probs": softmax(rng.standard_normal((m, k)))},
    )


# ---- probabilistic models ----------------------------------------------------------------------------------------


def vae(rng, mu=lambda p: p["mu"], logvar=None):
    m, d = sizes(rng, 2)
    noise, target = rng.standard_normal((m, d)), rng.standard_normal((m, d))
    params = {"mu": rng.standard_normal((m, d)), "logvar": 0.5 * rng.standard_normal((m, d))}

    def sample(p):
        return p["mu"] + np.exp(0.5 * p["logvar"]) * noise

    def cost(p):
        kl = -0.5 * np.sum(1 + p["logvar"] - p["mu"] ** 2 - np.exp(p["logvar"]))
        return float(0.5 * np.sum((np.tanh(sample(p)) - target) ** 2) + kl)

    def grads(p):
        z = np.tanh(sample(p))
        dz = (z - target) * (1 - z**2)
        return {"mu": dz + mu(p), "logvar": logvar(p, dz, noise)}

    return check_gradients(cost, params, grads)


@mistake("GL168", useful=["GL148"])
def vae_spread_without_a_half_in_the_divergence(rng):
    return vae(rng, logvar=lambda p, dz, e: dz * e * 0.5 * np.exp(0.5 * p["logvar"]) + np.exp(p["logvar"]) - 1)


@mistake("GL168", useful=["GL148"])
def vae_spread_of_the_sample_without_a_half(rng):
    return vae(rng, logvar=lambda p, dz, e: dz * e * np.exp(0.5 * p["logvar"]) + 0.5 * (np.exp(p["logvar"]) - 1))


@mistake("GL107")
def vae_mean_without_its_divergence(rng):
    return vae(
        rng,
        mu=lambda p: 0,
        logvar=lambda p, dz, e: dz * e * 0.5 * np.exp(0.5 * p["logvar"]) + 0.5 * (np.exp(p["logvar"]) - 1),
    )


def mixture(rng, *, responsible=True, log_weights=True):
    m, d, k = 9, 2, 3
    X = rng.standard_normal((m, d))
    params = {
        "alpha": rng.standard_normal(k),
        "mu": rng.standard_normal((k, d)),
        "log_sigma": 0.3 * rng.standard_normal(k),
    }

    def joint(p):
        s2 = np.exp(2 * p["log_sigma"])
        square = np.sum((X[:, None] - p["mu"]) ** 2, axis=2)
        return np.log(softmax(p["alpha"])) - square / (2 * s2) - d * p["log_sigma"]

    def grads(p):
        r = softmax(joint(p))
        w = softmax(p["alpha"])
        s2 = np.exp(2 * p["log_sigma"])
        off = X[:, None] - p["mu"]
        by = r if responsible else np.ones_like(r)
        return {
            "alpha": -(r.sum(axis=0) - m * w) if log_weights else -r.sum(axis=0) / w,
            "mu": -np.sum(by[..., None] * off, axis=0) / s2[:, None],
            "log_sigma": -np.sum(r * (np.sum(off**2, axis=2) / s2 - d), axis=0),
        }

    return check_gradients(lambda p: -float(np.sum(np.log(np.sum(np.exp(joint(p)), axis=1)))), params, grads)


@mistake(useful=["GL148"])
def mixture_means_without_responsibilities(rng):
    return mixture(rng, responsible=False)


@mistake("GL126", useful=["GL148"])
def mixture_weights_taken_for_free(rng):
    return mixture(rng, log_weights=False)


@mistake("GL127")
def gaussian_spread_for_its_logarithm(rng):
    X, y = rng.standard_normal((8, 3)), rng.standard_normal(8)
    params = {"w": rng.standard_normal(3), "log_sigma": np.array([0.4])}

    def cost(p):
        return float(np.sum(0.5 * (y - X @ p["w"]) ** 2 / np.exp(2 * p["log_sigma"]) + p["log_sigma"]))

    def grads(p):
        r, s = y - X @ p["w"], np.exp(p["log_sigma"])
        return {"w": -X.T @ r / s**2, "log_sigma": -np.sum(r**2) / s**3 + 8 / s}

    return check_gradients(cost, params, grads)


@mistake("GL127")
def kernel_parameters_on_a_log_scale(rng):
    X, y = rng.standard_normal((6, 2)), rng.standard_normal(6)
    square = (X[:, None] - X[None]) ** 2

    def kernel(t):
        return np.exp(t[0]) * np.exp(-0.5 * square @ np.exp(-2 * t[1:3])) + np.exp(t[3]) * np.eye(6)

    def cost(t):
        K = kernel(t)
        return float(0.5 * y @ np.linalg.solve(K, y) + 0.5 * np.linalg.slogdet(K)[1])

    def grads(t):
        K = kernel(t)
        inner = np.linalg.inv(K) - np.outer(np.linalg.solve(K, y), np.linalg.solve(K, y))
        signal = K - np.exp(t[3]) * np.eye(6)
        dK = [signal / np.exp(t[0])]  # with respect to the variance, the lengths and the noise themselves
        dK += [signal * square[..., k] * np.exp(-3 * t[1 + k]) for k in range(2)] + [np.eye(6)]
        return np.array([0.5 * np.sum(inner * d) for d in dK])

    return check_gradients(cost, 0.4 * rng.standard_normal(4), grads)


@mistake("GL159", "GL148", "GL153")
def chain_field_without_the_observed_transitions(rng):
    T, K = 5, 3
    y = rng.integers(0, K, T)
    params = {"unary": rng.standard_normal((T, K)), "trans": rng.standard_normal((K, K))}

    def beliefs(p):
        u, a = np.exp(p["unary"]), np.exp(p["trans"])
        f, g = [u[0]], [np.ones(K)]
        for t in range(1, T):
            f.append(u[t] * (f[-1] @ a))
            g.append(a @ (u[T - t] * g[-1]))
        return u, a, f, g[::-1]

    def cost(p):
        _, _, f, _ = beliefs(p)
        score = p["unary"][np.arange(T), y].sum() + p["trans"][y[:-1], y[1:]].sum()
        return float(np.log(f[-1].sum()) - score)

    def grads(p):
        u, a, f, g = beliefs(p)
        Z = f[-1].sum()
        pairs = sum(np.outer(f[t], u[t + 1] * g[t + 1]) * a for t in range(T - 1)) / Z
        return {"unary": np.stack(f) * np.stack(g) / Z - np.eye(K)[y], "trans": pairs}

    return check_gradients(cost, params, grads)


def factorised(rng, **wrong):
    n, m, k, lam = 5, 4, 3, 0.2
    seen, R = rng.random((n, m)) < 0.7, rng.standard_normal((n, m))
    params = {"P": rng.standard_normal((n, k)), "Q": rng.standard_normal((m, k)), "bu": rng.standard_normal(n)}

    def error(p):
        return (p["P"] @ p["Q"].T + p["bu"][:, None] - R) * seen

    def cost(p):
        return float(0.5 * np.sum(error(p) ** 2) + lam / 2 * (np.sum(p["P"] ** 2) + np.sum(p["Q"] ** 2)))

    def grads(p):
        e = error(p)
        full = p["P"] @ p["Q"].T + p["bu"][:, None] - R
        return {
            "P": e @ p["Q"] + lam * p["P"],
            "Q": (full if wrong.get("unmasked") else e).T @ p["P"] + lam * p["Q"],
            "bu": e.sum(axis=1) + (lam * p["bu"] if wrong.get("decayed") else 0),
        }

    return check_gradients(cost, params, grads)


@mistake(useful=["GL148", "GL151"])
def factors_see_the_missing_ratings(rng):
    return factorised(rng, unmasked=True)


@mistake("GL107")
def factors_decay_their_biases(rng):
    return factorised(rng, decayed=True)


# ---- Jacobians ---------------------------------------------------------------------------------------------------


def arm(q):
    """The hand of an arm with three joints: place and direction."""
    total = np.cumsum(q)
    return np.array([np.sum(np.cos(total)), np.sum(np.sin(total)), total[-1]])


def arm_jacobian(q):
    total = np.cumsum(q)
    return np.array([
        [-np.sum(np.sin(total[j:])) for j in range(3)], [np.sum(np.cos(total[j:])) for j in range(3)], [1.0] * 3
    ])  # fmt: skip


@mistake("GL108", useful=["GL118"])
def jacobian_with_a_row_of_the_wrong_sign(rng):
    def wrong(q):
        J = arm_jacobian(q)
        J[0] *= -1
        return J

    return check_jacobian(arm, rng.standard_normal(3), wrong)


@mistake(useful=["GL118"])
def jacobian_with_one_joint_alone(rng):
    def wrong(q):
        J = arm_jacobian(q)
        J[0] = -np.sin(np.cumsum(q))
        return J

    return check_jacobian(arm, rng.standard_normal(3), wrong)


@mistake("GL105", useful=["GL118", "GL151"])
def jacobian_with_two_rows_swapped(rng):
    return check_jacobian(arm, rng.standard_normal(3), lambda q: arm_jacobian(q)[[1, 0, 2]])


@mistake("GL104")
def jacobian_of_a_square_system_transposed(rng):
    A = rng.standard_normal((4, 4))
    return check_jacobian(lambda x: A @ np.sin(x), rng.standard_normal(4), lambda x: (A * np.cos(x)).T)


@mistake("GL103", "GL126")
def jacobian_of_a_softmax_by_its_diagonal(rng):
    k = int(rng.integers(3, 6))
    return check_jacobian(softmax, rng.standard_normal(k), lambda z: np.diag(softmax(z) * (1 - softmax(z))))


@mistake("GL112")
def jacobian_of_residuals_with_one_entry_off(rng):
    t = np.linspace(0.5, 2, 5)

    def wrong(p):
        J = np.stack([np.exp(-p[1] * t), -p[0] * t * np.exp(-p[1] * t), np.ones(5)], axis=1)
        J[4, 1] = p[0] * t[4]
        return J

    return check_jacobian(lambda p: p[0] * np.exp(-p[1] * t) + p[2], rng.uniform(0.5, 2, 3), wrong)


@mistake("GL103")
def hessian_without_its_cross_terms(rng):
    n = int(rng.integers(3, 6))

    def gradient(x):
        return np.cos(x) * np.sum(x) + np.sum(np.sin(x))

    def wrong(x):
        return np.diag(-np.sin(x) * np.sum(x) + 2 * np.cos(x))

    return check_jacobian(gradient, rng.standard_normal(n), wrong)


# ---- networks in other people's structures -------------------------------------------------------------------------


def mlp(
    rng, form, *, slope=lambda z, a: 1 - a**2, bias=lambda d: d.sum(axis=0), down=lambda d, W: d @ W.T, used=None
):
    """Three tanh layers and a least squares loss, wrong in one place of the second; `form` makes params of a list."""
    n = [4, 5, 6, 2]
    X, Y = rng.standard_normal((8, 4)), rng.standard_normal((8, 2))
    layers = [(0.5 * rng.standard_normal((a, b)), 0.2 * rng.standard_normal(b)) for a, b in itertools.pairwise(n)]
    build, read = form

    def run(layers):
        A = [X]
        for k, (W, b) in enumerate(layers):
            z = A[-1] @ W + b
            A.append(np.tanh(z) if k < 2 else z)
        return A

    def cost(p):
        return 0.5 * float(np.sum((run(read(p))[-1] - Y) ** 2))

    def grads(p):
        layers = read(p)
        A = run(layers)
        d, found = A[-1] - Y, [None] * 3
        for k in (2, 1, 0):
            if k < 2:
                d = d * (slope(None, A[k + 1]) if k == 1 else 1 - A[k + 1] ** 2)
            kept = used(A, k) if used and k == 1 else A[k]
            found[k] = (kept.T @ d, bias(d) if k == 1 else d.sum(axis=0))
            d = (down if k == 2 else (lambda d, W: d @ W.T))(d, layers[k][0])
        return build(found)

    return check_gradients(cost, build(layers), grads)


NESTED = (
    lambda ls: {name: {"W": W, "b": b} for name, (W, b) in zip(("enc", "mid", "dec"), ls, strict=True)},
    lambda p: [(p[k]["W"], p[k]["b"]) for k in ("enc", "mid", "dec")],
)
TORCH = (
    lambda ls: {
        f"layers.{2 * i}.{n}": v for i, layer in enumerate(ls) for n, v in zip(("weight", "bias"), layer, strict=True)
    },
    lambda p: [(p[f"layers.{2 * i}.weight"], p[f"layers.{2 * i}.bias"]) for i in range(3)],
)
PAIRS = (lambda ls: [list(layer) for layer in ls], lambda p: [tuple(layer) for layer in p])
FLAT = (lambda ls: [v for layer in ls for v in layer], lambda p: [(p[2 * i], p[2 * i + 1]) for i in range(3)])
SKLEARN = (
    lambda ls: {"coefs_": [W for W, _ in ls], "intercepts_": [b for _, b in ls]},
    lambda p: list(zip(p["coefs_"], p["intercepts_"], strict=True)),
)


@mistake("GL113")
def nested_dicts_with_the_slope_off(rng):
    return mlp(rng, NESTED, slope=lambda z, a: 1 - a)


@mistake("GL113")
def torch_names_with_a_relu_mask_on_tanh(rng):
    return mlp(rng, TORCH, slope=lambda z, a: a > 0)


@mistake("GL102")
def pairs_with_a_bias_averaged(rng):
    return mlp(rng, PAIRS, bias=lambda d: d.mean(axis=0))


@mistake("GL114", "GL148")
def flat_list_with_the_cache_of_the_wrong_layer(rng):
    return mlp(rng, FLAT, used=lambda A, k: np.arctanh(A[k]))


@mistake("GL113")
def sklearn_names_without_the_slope(rng):
    return mlp(rng, SKLEARN, slope=lambda z, a: 1.0)


@mistake("GL115", "GL148")
def nested_dicts_with_a_bias_of_one_example(rng):
    return mlp(rng, NESTED, bias=lambda d: d[-1])


@mistake("GL101")
def dropout_free_policy_gradient_with_the_wrong_sign(rng):
    m, n, k = 6, 4, 3
    X, a, G = rng.standard_normal((m, n)), rng.integers(0, 3, 6), rng.standard_normal(m)

    def cost(theta):
        return -float(np.sum(G * np.log(softmax(X @ theta)[np.arange(m), a])))

    return check_gradients(
        cost, rng.standard_normal((n, k)), lambda theta: X.T @ (G[:, None] * (np.eye(k)[a] - softmax(X @ theta)))
    )


# ---- other layers ------------------------------------------------------------------------------------------------


@mistake("GL102")
def dropout_not_divided_by_keep(rng):
    x = rng.standard_normal(sizes(rng, 2))
    mask = (rng.random(x.shape) < 0.8) / 0.8
    return check_backward(lambda x: x * mask, lambda dout, x: {"x": dout * (mask > 0)}, {"x": x})


@mistake("GL203")
def dropout_drawn_anew(rng):
    x = rng.standard_normal((6, 7))
    mask = rng.random(x.shape) < 0.5
    draws = np.random.default_rng(0)
    return check_backward(lambda x: x * mask, lambda dout, x: {"x": dout * (draws.random(x.shape) < 0.5)}, {"x": x})


@mistake("GL135")
def relu_masked_by_the_upstream(rng):
    x = rng.standard_normal(sizes(rng, 2))
    return check_backward(lambda x: np.maximum(x, 0), lambda dout, x: {"x": dout * (dout > 0)}, {"x": x})


@mistake("GL136", useful=["GL103"])
def leaky_relu_without_its_leak(rng):
    x = rng.standard_normal(sizes(rng, 2))
    return check_backward(lambda x: np.where(x > 0, x, 0.1 * x), lambda dout, x: {"x": dout * (x > 0)}, {"x": x})


@mistake("GL158", useful=["GL148"])
def prelu_slope_counts_the_wrong_side(rng):
    m, n = sizes(rng, 2)
    inputs = {"x": rng.standard_normal((m, n)), "alpha": np.full(n, 0.25)}

    def backward(R, x, alpha):
        return {"x": R * np.where(x > 0, 1, alpha), "alpha": (R * x * (x > 0)).sum(axis=0)}

    return check_backward(lambda x, alpha: np.where(x > 0, x, alpha * x), backward, inputs)


@mistake("GL131", "GL138", useful=["GL123"])
def graph_layer_with_the_matrix_untransposed(rng):
    n, d = sizes(rng, 2, 3, 7)
    A = rng.random((n, n)) * (rng.random((n, n)) < 0.7)
    A /= A.sum(axis=1, keepdims=True) + 0.1
    inputs = {"X": rng.standard_normal((n, d)), "W": rng.standard_normal((d, 3))}
    return check_backward(lambda X, W: A @ X @ W, lambda R, X, W: {"X": A @ R @ W.T, "W": (A @ X).T @ R}, inputs)


@mistake("GL104")
def square_product_transposed(rng):
    n = int(rng.integers(3, 6))
    inputs = {"x": rng.standard_normal((n, n)), "W": rng.standard_normal((n, n))}
    return check_backward(lambda x, W: x @ W, lambda R, x, W: {"x": R @ W.T, "W": R.T @ x}, inputs)


@mistake("GL102")
def euler_steps_without_dt(rng):
    W, x0 = 0.5 * rng.standard_normal((3, 3)), rng.standard_normal(3)

    def path(W):
        xs = [x0]
        for _ in range(5):
            xs.append(xs[-1] + 0.1 * np.tanh(W @ xs[-1]))
        return xs

    def grads(W):
        xs = path(W)
        lam, g = xs[-1], np.zeros_like(W)
        for x in reversed(xs[:-1]):
            s = (1 - np.tanh(W @ x) ** 2) * lam
            g += np.outer(s, x)
            lam = lam + 0.1 * W.T @ s
        return g

    return check_gradients(lambda W: 0.5 * float(np.sum(path(W)[-1] ** 2)), W, grads)


@mistake("GL107")
def lasso_without_its_signs(rng):
    X, y = rng.standard_normal((9, 5)), rng.standard_normal(9)
    return check_gradients(
        lambda w: 0.5 * float(np.mean((X @ w - y) ** 2)) + 0.1 * float(np.sum(np.abs(w))),
        rng.standard_normal(5),
        lambda w: X.T @ (X @ w - y) / 9,
    )


@mistake("GL148", "GL167", useful=["GL119"])
def scalar_engine_keeps_the_last_use(rng):
    """A number that is used twice, in an engine of scalars: grad = for grad +=."""
    params = {k: float(v) for k, v in zip("abc", rng.standard_normal(3), strict=True)}

    def cost(p):
        d = p["a"] * p["b"] + p["c"]
        return float(np.tanh(d * p["a"]))

    def grads(p):
        d = p["a"] * p["b"] + p["c"]
        s = 1 - np.tanh(d * p["a"]) ** 2
        return {"a": s * p["a"] * p["b"], "b": s * p["a"] * p["a"], "c": s * p["a"]}

    return check_gradients(cost, params, grads)


@mistake("GL108", "GL124", useful=["GL148"])
def negative_samples_drawn_twice(rng):
    V, d = 6, int(rng.integers(3, 5))
    centre, out = 2, np.array([1, 4, 4, 3, 4])
    sign = np.array([1, -1, -1, -1, -1])
    params = {"W_in": rng.standard_normal((V, d)), "W_out": rng.standard_normal((V, d))}

    def cost(p):
        return -float(np.sum(np.log(sigmoid(sign * (p["W_out"][out] @ p["W_in"][centre])))))

    def grads(p):
        e = -sign * sigmoid(-sign * (p["W_out"][out] @ p["W_in"][centre]))
        d_in, d_out = np.zeros_like(p["W_in"]), np.zeros_like(p["W_out"])
        d_in[centre] = e @ p["W_out"][out]
        d_out[out] += e[:, None] * p["W_in"][centre]
        return {"W_in": d_in, "W_out": d_out}

    return check_gradients(cost, params, grads)


@mistake("GL132", useful=["GL148"])
def time_and_batch_mixed_by_a_reshape(rng):
    T, B, n, k = 3, 2, *sizes(rng, 2, 3, 6)
    inputs = {"x": rng.standard_normal((T, B, n)), "W": rng.standard_normal((n, k)), "b": rng.standard_normal(k)}

    def backward(R, x, W, b):
        return {"x": R @ W.T, "W": x.reshape(n, -1) @ R.reshape(-1, k), "b": R.sum(axis=(0, 1))}

    return check_backward(lambda x, W, b: x @ W + b, backward, inputs)


@mistake("GL107", "GL133")
def ridge_with_the_count_in_one_term_only(rng):
    X, y = rng.standard_normal((9, 5)), rng.standard_normal(9)
    return check_gradients(
        lambda w: (0.5 * float(np.sum((X @ w - y) ** 2)) + 0.4 * float(w @ w)) / 9,
        rng.standard_normal(5),
        lambda w: X.T @ (X @ w - y) / 9 + 0.8 * w,
    )


@mistake("GL152")
def poisson_rate_without_its_exponential(rng):
    X, y = 0.5 * rng.standard_normal((9, 4)), rng.poisson(2.0, 9)
    return check_gradients(
        lambda w: float(np.sum(np.exp(X @ w) - y * (X @ w))), rng.standard_normal(4), lambda w: X.T @ (X @ w - y)
    )
