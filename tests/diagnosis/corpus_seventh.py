"""A seventh corpus, by the hand of the sixth: counted once before any rule had seen it, and then kept as it is."""

import numpy as np

import gradlab
from tests.diagnosis.corpus import sigmoid, softmax
from tests.diagnosis.corpus_sixth import _lstm, into, logsumexp

CASES, CALLS = {}, {}
mistake = into(CASES, CALLS)


@mistake("GL126", "GL167", useful=["GL159"])
def svm_correct_class(seed, wrong):
    """The entry of the correct class is set to 0: minus the number of violated margins is left out."""
    rng = np.random.default_rng(seed)
    N, D, C, reg = 15, 6, 4, 0.05
    X, y, W = rng.normal(size=(N, D)), rng.integers(C, size=N), rng.normal(size=(D, C)) * 0.5

    def svm_loss(W):
        scores = X @ W
        margins = np.maximum(0, scores - scores[np.arange(N), y][:, None] + 1)
        margins[np.arange(N), y] = 0
        loss = margins.sum() / N + reg * np.sum(W * W)
        mask = (margins > 0).astype(float)
        if not wrong:
            mask[np.arange(N), y] = -mask.sum(axis=1)
        return loss, X.T @ mask / N + 2 * reg * W

    return gradlab.check_gradients(svm_loss, W, grads=True)


@mistake(useful=["GL107"])
def softmax_reg_factor2(seed, wrong):
    """The gradient of reg * sum(W**2) is written as reg * W, its 2 is missing; the data term is right."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 5)), rng.integers(3, size=20)
    W = rng.normal(size=(5, 3)) * 0.3
    reg = 0.25

    def loss(W):
        s = X @ W
        return np.mean(logsumexp(s) - s[np.arange(20), y]) + reg * np.sum(W**2)

    def dloss(W):
        P = softmax(X @ W)
        P[np.arange(20), y] -= 1
        dW = X.T @ P / 20
        dW += reg * W if wrong else 2 * reg * W
        return dW

    return gradlab.check_gradients(loss, W, dloss)


@mistake("GL113")
def sigmoid_prime_of_output(seed, wrong):
    """sigmoid'(x) is computed as s(x)(1 - s(x)) from the activation a instead of the input z."""

    class Net:
        def __init__(self, rng):
            self.x, self.y = rng.random((10, 3)), rng.random((10, 2))
            self.weights1, self.bias1 = rng.normal(size=(3, 4)), rng.normal(size=(1, 4))
            self.weights2 = rng.normal(size=(4, 2))

        def feedforward(self, p):
            self.z1 = self.x @ p["weights1"] + p["bias1"]
            self.layer1 = sigmoid(self.z1)
            return self.layer1 @ p["weights2"]

        def cost(self, p):
            return 0.5 * np.sum((self.feedforward(p) - self.y) ** 2)

        def sigmoid_derivative(self, x):
            return sigmoid(x) * (1 - sigmoid(x))

        def backprop(self, p):
            err = self.feedforward(p) - self.y
            d1 = err @ p["weights2"].T * self.sigmoid_derivative(self.layer1 if wrong else self.z1)
            return {"weights2": self.layer1.T @ err, "weights1": self.x.T @ d1, "bias1": d1.sum(0, keepdims=True)}

    net = Net(np.random.default_rng(seed))
    return gradlab.check_gradients(
        net.cost, {k: getattr(net, k) for k in ("weights1", "bias1", "weights2")}, net.backprop
    )


@mistake("GL116")
def output_sigmoid_slope_missing(seed, wrong):
    """The output unit is a sigmoid under a squared error, and its slope o(1-o) is left out."""
    rng = np.random.default_rng(seed)
    imgs, labels = rng.random((9, 6)), np.eye(4)[rng.integers(4, size=9)]
    P = [
        rng.uniform(-0.5, 0.5, (5, 6)),
        rng.uniform(-0.5, 0.5, (5, 1)),
        rng.uniform(-0.5, 0.5, (4, 5)),
        rng.uniform(-0.5, 0.5, (4, 1)),
    ]

    def run(P):
        w_i_h, b_i_h, w_h_o, b_h_o = P
        h = sigmoid(w_i_h @ imgs.T + b_i_h)
        return h, sigmoid(w_h_o @ h + b_h_o)

    def cost(P):
        return np.sum((run(P)[1] - labels.T) ** 2) / 2 / len(imgs)

    def gradient(P):
        h, o = run(P)
        delta_o = (o - labels.T) / len(imgs)
        if not wrong:
            delta_o = delta_o * o * (1 - o)
        delta_h = P[2].T @ delta_o * h * (1 - h)
        return [delta_h @ imgs, delta_h.sum(1, keepdims=True), delta_o @ h.T, delta_o.sum(1, keepdims=True)]

    return gradlab.check_gradients(cost, P, gradient)


@mistake(useful=["GL125"])
def layernorm_gamma_in_one_term(seed, wrong):
    """In the two mean terms dout is used where dout * weight belongs; the first term has it."""
    rng = np.random.default_rng(seed)

    def forward(inp, weight, bias):
        m = inp.mean(-1, keepdims=True)
        rstd = 1 / np.sqrt(inp.var(-1, keepdims=True) + 1e-5)
        return weight * (inp - m) * rstd + bias

    def backward(dout, inp, weight, bias):
        rstd = 1 / np.sqrt(inp.var(-1, keepdims=True) + 1e-5)
        norm = (inp - inp.mean(-1, keepdims=True)) * rstd
        dnorm = dout * weight
        g = dout if wrong else dnorm
        dinp = rstd * (dnorm - g.mean(-1, keepdims=True) - norm * (g * norm).mean(-1, keepdims=True))
        return dinp, (dout * norm).sum((0, 1)), dout.sum((0, 1))

    B, T, C = 2, 3, 6
    return gradlab.check_backward(
        forward,
        backward,
        {"inp": rng.normal(size=(B, T, C)), "weight": rng.normal(size=C), "bias": rng.normal(size=C)},
    )


@mistake("GL125")
def rmsnorm_weight_twice(seed, wrong):
    """The term through the root mean square is multiplied by the weight a second time."""
    rng = np.random.default_rng(seed)
    D = 5

    def rms(x, w):
        r = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-6)
        return x * r * w, (x, w, r)

    def rms_bwd(g, ctx):
        x, w, r = ctx
        s = np.sum(g * x * w, axis=-1, keepdims=True)
        second = r**3 * x * s / D
        if wrong:
            second = second * w
        return g * w * r - second, np.sum(g * x * r, axis=0)

    return gradlab.check_backward(
        rms, rms_bwd, {"x": rng.normal(size=(6, D)), "w": 1 + 0.5 * rng.normal(size=D)}, cache=True
    )


@mistake("GL160")
def dropout_mask_forgotten(seed, wrong):
    """Backward divides by 1 - p but does not apply the mask of the forward pass."""
    rng = np.random.default_rng(seed)
    drop = 0.4
    mask = rng.random((9, 6)) >= drop

    def fwd(X, W, b):
        return mask * np.tanh(X @ W + b) / (1 - drop)

    def bwd(dLdy, X, W, b):
        g = dLdy / (1 - drop)
        if not wrong:
            g = g * mask
        g = g * (1 - np.tanh(X @ W + b) ** 2)
        return {"X": g @ W.T, "W": X.T @ g, "b": g.sum(0)}

    return gradlab.check_backward(
        fwd, bwd, {"X": rng.normal(size=(9, 4)), "W": rng.normal(size=(4, 6)) * 0.5, "b": rng.normal(size=6)}
    )


@mistake(useful=["GL148"])
def dropout_fresh_mask(seed, wrong):
    """Backward draws a new dropout mask instead of using the one of the forward pass."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(10, 4)), rng.normal(size=10)
    W1, W2 = rng.normal(size=(4, 8)), rng.normal(size=8)

    class Model:
        def masks(self):
            return np.random.RandomState(seed)

        def loss(self, W1, W2):
            rs = self.masks()
            self.h = np.maximum(X @ W1, 0) * (rs.rand(10, 8) < 0.5) * 2
            self.out = self.h @ W2
            return np.mean((self.out - y) ** 2), rs

        def grads(self, W1, W2):
            _, rs = self.loss(W1, W2)
            if not wrong:
                rs = self.masks()
            dout = 2 * (self.out - y) / 10
            dh = np.outer(dout, W2) * (rs.rand(10, 8) < 0.5) * 2
            dh[X @ W1 <= 0] = 0
            return X.T @ dh, self.h.T @ dout

    m = Model()
    return gradlab.check_gradients(lambda p: m.loss(*p)[0], (W1, W2), lambda p: m.grads(*p))


@mistake("GL132")
def conv_padding_crop(seed, wrong):
    """The gradient of the padded input is cropped at one side only: [:-2p] for [p:-p], shifted by the padding."""
    rng = np.random.default_rng(seed)
    pad = 1

    def forward(x, w):
        xp = np.pad(x, pad)
        return np.array(
            [[np.sum(xp[i : i + 3, j : j + 3] * w) for j in range(x.shape[1])] for i in range(x.shape[0])]
        )

    def backward(dout, x, w):
        xp = np.pad(x, pad)
        dxp, dw = np.zeros_like(xp), np.zeros_like(w)
        for i, j in np.ndindex(*dout.shape):
            dxp[i : i + 3, j : j + 3] += dout[i, j] * w
            dw += dout[i, j] * xp[i : i + 3, j : j + 3]
        return (dxp[: -2 * pad, : -2 * pad] if wrong else dxp[pad:-pad, pad:-pad]), dw

    return gradlab.check_backward(forward, backward, {"x": rng.normal(size=(5, 6)), "w": rng.normal(size=(3, 3))})


@mistake("GL124")
def maxpool_overlap(seed, wrong):
    """Overlapping windows: an entry that wins two windows gets only the last one's gradient (= for +=)."""
    rng = np.random.default_rng(seed)
    H, k, s = 7, 3, 2
    n = (H - k) // s + 1

    def pool(x):
        out = np.empty((x.shape[0], n, n))
        for i in range(n):
            for j in range(n):
                out[:, i, j] = x[:, i * s : i * s + k, j * s : j * s + k].max((1, 2))
        return out

    def unpool(dout, x):
        dx = np.zeros_like(x)
        for c in range(x.shape[0]):
            for i in range(n):
                for j in range(n):
                    w = x[c, i * s : i * s + k, j * s : j * s + k]
                    a, b = np.unravel_index(np.argmax(w), w.shape)
                    if wrong:
                        dx[c, i * s + a, j * s + b] = dout[c, i, j]
                    else:
                        dx[c, i * s + a, j * s + b] += dout[c, i, j]
        return {"x": dx}

    return gradlab.check_backward(pool, unpool, {"x": rng.normal(size=(3, H, H))})


@mistake("GL167")
def lstm_dc_assign(seed, wrong):
    """The cell's gradient from the next step is lost: dc is set from dh alone, dc_next is not added."""
    return _lstm(seed, "dc=" if wrong else None)


@mistake()
def lstm_forget_slope(seed, wrong):
    """The forget gate's delta is multiplied by f instead of f(1 - f): the sigmoid's derivative flag is missing."""
    return _lstm(seed, "fgate" if wrong else None)


@mistake("GL102")
def attention_scale_in_dk(seed, wrong):
    """The factor 1/sqrt(d) of the scores is applied on the way to Q but forgotten on the way to K."""
    rng = np.random.default_rng(seed)
    T, d = 5, 4
    scale = 1 / np.sqrt(d)
    causal = np.tril(np.ones((T, T), bool))

    def attention(Q, K, V):
        S = np.where(causal, Q @ K.T * scale, -np.inf)
        return softmax(S) @ V

    def attention_bwd(dO, Q, K, V):
        P = softmax(np.where(causal, Q @ K.T * scale, -np.inf))
        dP = dO @ V.T
        dS = P * (dP - (dP * P).sum(-1, keepdims=True))
        return dS @ K * scale, dS.T @ Q * (1 if wrong else scale), P.T @ dO

    return gradlab.check_backward(attention, attention_bwd, {k: rng.normal(size=(T, d)) for k in "QKV"})


@mistake(useful=["GL147"])
def attention_softmax_axis(seed, wrong):
    """The softmax's backward sums dP * P over the queries (axis 1) instead of over the keys (axis 2)."""
    rng = np.random.default_rng(seed)
    B, T, C = 2, 4, 4

    class SelfAttention:
        def __init__(self):
            self.params = {n: rng.normal(size=(C, C)) * 0.6 for n in ("Wq", "Wk", "Wv")}

        def __call__(self, x, Wq, Wk, Wv):
            self.q, self.k, self.v = x @ Wq, x @ Wk, x @ Wv
            self.att = softmax(self.q @ self.k.transpose(0, 2, 1) / 2.0)
            return self.att @ self.v

        def backward(self, dy, x, Wq, Wk, Wv):
            self(x, Wq, Wk, Wv)
            datt = dy @ self.v.transpose(0, 2, 1)
            ds = self.att * (datt - np.sum(datt * self.att, axis=1 if wrong else 2, keepdims=True)) / 2.0
            dq, dk, dv = ds @ self.k, ds.transpose(0, 2, 1) @ self.q, self.att.transpose(0, 2, 1) @ dy
            dx = dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
            return {
                "x": dx,
                "Wq": np.einsum("btc,btd->cd", x, dq),
                "Wk": np.einsum("btc,btd->cd", x, dk),
                "Wv": np.einsum("btc,btd->cd", x, dv),
            }

    layer = SelfAttention()
    return gradlab.check_backward(layer, layer.backward, {"x": rng.normal(size=(B, T, C)), **layer.params})


@mistake("GL168", useful=["GL148"])
def word2vec_negatives_sign(seed, wrong):
    """In the centre vector's gradient the negative samples enter with the wrong sign; outside vectors are right."""
    rng = np.random.default_rng(seed)
    d, K = 5, 4
    o, neg = 0, [2, 5, 3, 1]
    theta = {"centerWordVec": rng.normal(size=d), "outsideVectors": rng.normal(size=(6, d))}

    def negSamplingLossAndGradient(p):
        v, U = p["centerWordVec"], p["outsideVectors"]
        s_o = sigmoid(U[o] @ v)
        s_k = sigmoid(-U[neg] @ v)
        loss = -np.log(s_o) - np.log(s_k).sum()
        g_v = (s_o - 1) * U[o] + (1 if not wrong else -1) * ((1 - s_k)[:, None] * U[neg]).sum(0)
        g_U = np.zeros_like(U)
        g_U[o] = (s_o - 1) * v
        for k in range(K):
            g_U[neg[k]] += (1 - s_k[k]) * v
        return loss, {"centerWordVec": g_v, "outsideVectors": g_U}

    return gradlab.check_gradients(negSamplingLossAndGradient, theta, grads=True)


@mistake(useful=["GL148"])
def crf_transition_off_by_one(seed, wrong):
    """The transition marginals pair alpha[t] with beta[t] instead of beta[t+1]."""
    rng = np.random.default_rng(seed)
    T, K = 5, 3
    y = rng.integers(K, size=T)
    p = {"emit": rng.normal(size=(T, K)), "trans": rng.normal(size=(K, K))}

    def alphas(p):
        a = [p["emit"][0]]
        for t in range(1, T):
            a.append(p["emit"][t] + logsumexp(a[-1][:, None] + p["trans"], axis=0))
        return np.array(a)

    def nll(p):
        score = p["emit"][np.arange(T), y].sum() + p["trans"][y[:-1], y[1:]].sum()
        return logsumexp(alphas(p)[-1]) - score

    def grad(p):
        a = alphas(p)
        b = np.zeros((T, K))
        for t in range(T - 2, -1, -1):
            b[t] = logsumexp(p["trans"] + (p["emit"][t + 1] + b[t + 1])[None], axis=1)
        Z = logsumexp(a[-1])
        ge = np.exp(a + b - Z)
        ge[np.arange(T), y] -= 1
        gt = np.zeros((K, K))
        for t in range(T - 1):
            later = b[t] if wrong else b[t + 1]
            gt += np.exp(a[t][:, None] + p["trans"] + (p["emit"][t + 1] + later)[None] - Z)
            gt[y[t], y[t + 1]] -= 1
        return {"emit": ge, "trans": gt}

    return gradlab.check_gradients(nll, p, grad)


@mistake("GL124", "GL126")
def logsoftmax_missing_sum(seed, wrong):
    """The softmax is subtracted once instead of times the sum of the upstream gradient."""
    rng = np.random.default_rng(seed)

    def fwd(scores):
        return scores - logsumexp(scores, axis=1, keepdims=True)

    def bwd(gy, scores):
        p = softmax(scores, axis=1)
        return gy - p * (gy.sum(axis=1, keepdims=True) if not wrong else gy)

    return gradlab.check_backward(fwd, bwd, {"scores": rng.normal(size=(5, 4))})


@mistake("GL159", "GL153")
def label_smoothing_hard_targets(seed, wrong):
    """The loss has smoothed labels, the gradient is still softmax minus the hard one-hot labels."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(16, 4)), rng.integers(5, size=16)
    eps = 0.1
    onehot = np.eye(5)[y]
    smooth = (1 - eps) * onehot + eps / 5
    params = {"W": rng.normal(size=(4, 5)) * 0.6, "b": rng.normal(size=5) * 0.3}

    def loss(p):
        z = X @ p["W"] + p["b"]
        return -np.mean(np.sum(smooth * (z - logsumexp(z, keepdims=True)), axis=1))

    def grad(p):
        d = (softmax(X @ p["W"] + p["b"]) - (onehot if wrong else smooth)) / 16
        return {"dW": X.T @ d, "db": d.sum(0)}

    return gradlab.check_gradients(loss, params, grad)


@mistake("GL147")
def gan_generator_other_loss(seed, wrong):
    """The generator's loss is -log D(G(z)), its gradient is that of log(1 - D(G(z)))."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(10, 2))
    D_W, D_b = rng.normal(size=3), 0.3
    G = {"G_W": rng.normal(size=(2, 3)), "G_b": rng.normal(size=3)}

    def generator_loss(p):
        fake = np.tanh(z @ p["G_W"] + p["G_b"])
        return -np.mean(np.log(sigmoid(fake @ D_W + D_b)))

    def generator_grads(p):
        fake = np.tanh(z @ p["G_W"] + p["G_b"])
        D = sigmoid(fake @ D_W + D_b)
        dlogit = (-D if wrong else D - 1) / len(z)
        dz = np.outer(dlogit, D_W) * (1 - fake**2)
        return {"G_W": z.T @ dz, "G_b": dz.sum(0)}

    return gradlab.check_gradients(generator_loss, G, generator_grads)


@mistake("GL126")
def reinforce_entropy_bonus(seed, wrong):
    """The entropy bonus enters as -beta * p * log p for -beta * p * (log p + H)."""
    rng = np.random.default_rng(seed)
    n, S, A = 20, 4, 3
    states, actions = rng.normal(size=(n, S)), rng.integers(A, size=n)
    rewards = rng.normal(size=n)
    returns = np.zeros(n)
    run = 0
    for t in reversed(range(n)):
        run = rewards[t] + 0.9 * run
        returns[t] = run
    adv = (returns - returns.mean()) / returns.std()
    beta = 0.2
    theta = rng.normal(size=(S, A)) * 0.7

    def policy_loss(theta):
        logp = states @ theta
        logp = logp - logsumexp(logp, keepdims=True)
        H = -np.sum(np.exp(logp) * logp, axis=1)
        return -np.mean(logp[np.arange(n), actions] * adv) - beta * H.mean()

    def policy_grad(theta):
        p = softmax(states @ theta)
        H = -np.sum(p * np.log(p), axis=1, keepdims=True)
        d = adv[:, None] * (p - np.eye(A)[actions])
        d += beta * p * (np.log(p) + (0 if wrong else H))
        return states.T @ d / n

    return gradlab.check_gradients(policy_loss, theta, policy_grad)


@mistake("GL168", useful=["GL137"])
def infonce_temperature_one_side(seed, wrong):
    """The symmetric loss has two halves; the temperature is forgotten for columns."""
    rng = np.random.default_rng(seed)
    n, d, tau = 5, 3, 0.4
    p = {"img": rng.normal(size=(n, d)) * 0.6, "txt": rng.normal(size=(n, d)) * 0.6}

    def loss(p):
        s = p["img"] @ p["txt"].T / tau
        diag = np.arange(n)
        return 0.5 * np.mean(logsumexp(s, axis=1) - s[diag, diag]) + 0.5 * np.mean(
            logsumexp(s, axis=0) - s[diag, diag]
        )

    def grad(p):
        s = p["img"] @ p["txt"].T / tau
        rows = (softmax(s, axis=1) - np.eye(n)) / (2 * n * tau)
        cols = (softmax(s, axis=0) - np.eye(n)) / (2 * n * (1 if wrong else tau))
        G = rows + cols
        return {"img": G @ p["txt"], "txt": G.T @ p["img"]}

    return gradlab.check_gradients(loss, p, grad)


@mistake("GL160")
def l2_normalise_projection(seed, wrong):
    """x / |x| is differentiated as if |x| were constant: the part along x is not taken out."""
    rng = np.random.default_rng(seed)

    def embed(x, W):
        z = x @ W
        return z / np.linalg.norm(z, axis=1, keepdims=True)

    def embed_grad(dout, x, W):
        z = x @ W
        nz = np.linalg.norm(z, axis=1, keepdims=True)
        u = z / nz
        dz = dout / nz
        if not wrong:
            dz = dz - u * np.sum(u * dz, axis=1, keepdims=True)
        return dz @ W.T, x.T @ dz

    return gradlab.check_backward(embed, embed_grad, {"x": rng.normal(size=(5, 4)), "W": rng.normal(size=(4, 3))})


@mistake(useful=["GL152"])
def gradient_buffer_of_integers(seed, wrong):
    """The buffer is made like the integer labels, so what is written into it is truncated to whole numbers."""
    rng = np.random.default_rng(seed)
    N, C = 9, 3
    X = rng.normal(size=(N, 4))
    Y = np.zeros((N, C), dtype=int)
    Y[np.arange(N), rng.integers(C, size=N)] = 1
    W = rng.normal(size=(4, C)) * 2

    def loss(W):
        z = X @ W
        return np.sum(0.5 * (np.maximum(z, 0) - 3 * Y) ** 2)

    def grad(W):
        z = X @ W
        d = np.zeros_like(Y) if wrong else np.zeros_like(z)
        on = z > 0
        d[on] = (z - 3 * Y)[on]
        return X.T @ d

    return gradlab.check_gradients(loss, W, grad)


@mistake(useful=["GL159"])
def column_minus_row(seed, wrong):
    """y has shape (N,), the prediction (N, 1): in the gradient the residual broadcasts to N x N and is averaged."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(13, 3)), rng.normal(size=13)
    par = {"w": rng.normal(size=(3, 1)), "b": rng.normal(size=(1,))}

    def mse(p):
        return np.mean((X @ p["w"] + p["b"] - y[:, None]) ** 2)

    def dmse(p):
        pred = X @ p["w"] + p["b"]
        r = pred - (y if wrong else y[:, None])
        r = r.mean(axis=1, keepdims=True)
        return {"w": 2 * X.T @ r / 13, "b": np.array([2 * r.mean()])}

    return gradlab.check_gradients(mse, par, dmse)


@mistake(useful=["GL112"])
def logistic_growth_midpoint(seed, wrong):
    """The derivative by the rate r takes t instead of t - t0."""
    rng = np.random.default_rng(seed)
    t = np.arange(12.0)
    N = 50 / (1 + np.exp(-0.8 * (t - 5))) + rng.normal(size=12)

    def sse(theta):
        K, r, t0 = theta
        return np.mean((K / (1 + np.exp(-r * (t - t0))) - N) ** 2)

    def grad(theta):
        K, r, t0 = theta
        s = 1 / (1 + np.exp(-r * (t - t0)))
        res = 2 * (K * s - N) / len(t)
        return np.array([res @ s, res @ (K * s * (1 - s) * (t if wrong else t - t0)), res @ (-K * s * (1 - s) * r)])

    return gradlab.check_gradients(sse, np.array([45.0, 0.6, 4.5]) + rng.random(3), grad)


@mistake("GL127")
def gp_log_lengthscale(seed, wrong):
    """The optimiser's parameters are logarithms, one derivative is by the scale itself."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0, 5, 9))
    y = np.sin(x) + 0.1 * rng.normal(size=9)
    d2 = (x[:, None] - x) ** 2

    def build(theta):
        s2, ell, n2 = np.exp(theta)
        K = s2 * np.exp(-0.5 * d2 / ell**2)
        return s2, ell, n2, K, K + n2 * np.eye(9)

    def nlml(theta):
        *_, Ky = build(theta)
        L = np.linalg.cholesky(Ky)
        a = np.linalg.solve(L, y)
        return 0.5 * a @ a + np.log(np.diag(L)).sum() + 4.5 * np.log(2 * np.pi)

    def dnlml(theta):
        _s2, ell, n2, K, Ky = build(theta)
        inv = np.linalg.inv(Ky)
        alpha = inv @ y
        dl = K * d2 / ell**3
        if not wrong:
            dl = dl * ell
        return np.array([0.5 * np.sum((inv - np.outer(alpha, alpha)) * D) for D in (K, dl, n2 * np.eye(9))])

    return gradlab.check_gradients(nlml, np.log([1.3, 1.7, 0.15]) + 0.2 * rng.normal(size=3), dnlml)


@mistake("GL167")
def kalman_gain_held_fixed(seed, wrong):
    """In the sensitivity of the filtered variance the gain's own derivative is left out."""
    rng = np.random.default_rng(seed)
    y = np.cumsum(rng.normal(size=25)) + rng.normal(size=25)

    def filt(theta, deriv=False):
        q, r = np.exp(theta)
        m, P, ll = 0.0, 10.0, 0.0
        dm, dP, g = np.zeros(2), np.zeros(2), np.zeros(2)
        dq, dr = np.array([q, 0.0]), np.array([0.0, r])
        for obs in y:
            P, dP = P + q, dP + dq
            S, dS = P + r, dP + dr
            v, dv = obs - m, -dm
            ll += 0.5 * (np.log(2 * np.pi * S) + v**2 / S)
            g = g + 0.5 * (dS / S + 2 * v * dv / S - v**2 * dS / S**2)
            K, dK = P / S, dP / S - P * dS / S**2
            m, dm = m + K * v, dm + dK * v + K * dv
            P, dP = (1 - K) * P, (1 - K) * dP - (0 if wrong else 1) * dK * P
        return (ll, g) if deriv else ll

    return gradlab.check_gradients(
        filt, np.array([-0.2, 0.3]) + 0.2 * rng.normal(size=2), lambda th: filt(th, True)[1]
    )


@mistake("GL167", useful=["GL161"])
def tangential_distortion_4x(seed, wrong):
    """d/dt of r2 + 2 x^2 is written as dr2 + 2 x dx instead of dr2 + 4 x dx (likewise in y)."""
    rng = np.random.default_rng(seed)
    P = rng.uniform(-1, 1, (12, 3)) + np.array([0, 0, 4])
    uv = rng.uniform(-1, 1, (12, 2)) * 200
    f, k1 = 500.0, -0.2
    p = {"tvec": rng.normal(size=3) * 0.2, "dist": np.array([0.02, -0.03])}

    def project(p):
        X = P + p["tvec"]
        x, y = X[:, 0] / X[:, 2], X[:, 1] / X[:, 2]
        r2 = x * x + y * y
        p1, p2 = p["dist"]
        xd = x * (1 + k1 * r2) + p1 * 2 * x * y + p2 * (r2 + 2 * x * x)
        yd = y * (1 + k1 * r2) + p1 * (r2 + 2 * y * y) + p2 * 2 * x * y
        return X, x, y, r2, f * np.c_[xd, yd]

    def reproj(p):
        return 0.5 * np.mean(np.sum((project(p)[-1] - uv) ** 2, axis=1))

    def dreproj(p):
        X, x, y, r2, proj = project(p)
        e = (proj - uv) * f / len(P)
        p1, p2 = p["dist"]
        gt = np.zeros(3)
        Z = X[:, 2]
        z0 = np.zeros_like(Z)
        fac = 2 if wrong else 4
        for j, (dx, dy) in enumerate([(1 / Z, z0), (z0, 1 / Z), (-x / Z, -y / Z)]):
            dr2 = 2 * x * dx + 2 * y * dy
            da1 = 2 * (x * dy + y * dx)
            dxd = dx * (1 + k1 * r2) + x * k1 * dr2 + p1 * da1 + p2 * (dr2 + fac * x * dx)
            dyd = dy * (1 + k1 * r2) + y * k1 * dr2 + p1 * (dr2 + fac * y * dy) + p2 * da1
            gt[j] = e[:, 0] @ dxd + e[:, 1] @ dyd
        gd = np.array(
            [e[:, 0] @ (2 * x * y) + e[:, 1] @ (r2 + 2 * y * y), e[:, 0] @ (r2 + 2 * x * x) + e[:, 1] @ (2 * x * y)]
        )
        return {"tvec": gt, "dist": gd}

    return gradlab.check_gradients(reproj, p, dreproj)


@mistake(useful=["GL161"])
def ode_adjoint_later_state(seed, wrong):
    """The adjoint step uses the state after the step, x[k+1], where the Jacobian belongs to x[k]."""
    rng = np.random.default_rng(seed)
    h, n = 0.05, 40
    data = rng.uniform(0.5, 1.5, (n + 1, 2))
    p = {"rates": np.array([1.1, 0.8, 0.9, 0.7]) + 0.1 * rng.normal(size=4), "x0": np.array([1.2, 0.6])}

    def f(x, k):
        return np.array([k[0] * x[0] - k[1] * x[0] * x[1], -k[2] * x[1] + k[3] * x[0] * x[1]])

    def solve(p):
        xs = [p["x0"]]
        for _ in range(n):
            xs.append(xs[-1] + h * f(xs[-1], p["rates"]))
        return np.array(xs)

    def misfit(p):
        return 0.5 * h * np.sum((solve(p) - data) ** 2)

    def adjoint(p):
        xs, k = solve(p), p["rates"]
        lam = h * (xs[n] - data[n])
        g = np.zeros(4)
        for i in range(n - 1, -1, -1):
            x = xs[i + 1] if wrong else xs[i]
            g += h * np.array([lam[0] * x[0], -lam[0] * x[0] * x[1], -lam[1] * x[1], lam[1] * x[0] * x[1]])
            A = np.array([[k[0] - k[1] * x[1], -k[1] * x[0]], [k[3] * x[1], -k[2] + k[3] * x[0]]])
            lam = lam + h * A.T @ lam + h * (xs[i] - data[i])
        return {"rates": g, "x0": lam}

    return gradlab.check_gradients(misfit, p, adjoint)


@mistake()
def cox_risk_set_excludes_self(seed, wrong):
    """In the gradient the risk set begins after the event's own subject (a strict > for >=)."""
    rng = np.random.default_rng(seed)
    n = 14
    X = rng.normal(size=(n, 3))
    time, event = rng.exponential(size=n), rng.random(n) < 0.7
    o = np.argsort(time)
    X, event = X[o], event[o]
    event[-1] = False
    at_risk = np.triu(np.ones((n, n)))

    def npl(beta):
        eta = X @ beta
        return -np.sum(event * (eta - np.log(at_risk @ np.exp(eta)))) / n

    def score(beta):
        w = np.exp(X @ beta)
        R = np.triu(np.ones((n, n)), 1) if wrong else at_risk
        denom = R @ w
        denom[denom == 0] = 1
        return -np.sum((X - (R @ (w[:, None] * X)) / denom[:, None])[event], axis=0) / n

    return gradlab.check_gradients(npl, rng.normal(size=3) * 0.6, score)


@mistake(useful=["GL152"])
def directed_laplacian_not_symmetrised(seed, wrong):
    """The gradient of f' L f is taken as 2 L f although L is not symmetric: (L + L') f belongs there."""
    rng = np.random.default_rng(seed)
    n = 8
    W = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    np.fill_diagonal(W, 0)
    Lap = np.diag(W.sum(1)) - W
    seen = np.array([1, 0, 1, 1, 0, 0, 1, 0], float)
    y = rng.normal(size=n)

    def energy(f):
        return 0.5 * np.sum(seen * (f - y) ** 2) + 0.7 * f @ Lap @ f

    def denergy(f):
        return seen * (f - y) + 0.7 * (2 * Lap @ f if wrong else (Lap + Lap.T) @ f)

    return gradlab.check_gradients(energy, rng.normal(size=n), denergy)


@mistake()
def phase_retrieval_no_conj(seed, wrong):
    """The adjoint of the measurement matrix is taken as the transpose, without the conjugate."""
    rng = np.random.default_rng(seed)
    m, n = 20, 4
    A = (rng.normal(size=(m, n)) + 1j * rng.normal(size=(m, n))) / np.sqrt(2)
    intensity = np.abs(A @ (rng.normal(size=n) + 1j * rng.normal(size=n))) ** 2
    x0 = rng.normal(size=n) + 1j * rng.normal(size=n)

    def f(x):
        return np.sum((np.abs(A @ x) ** 2 - intensity) ** 2) / (4 * m)

    def df(x):
        z = A @ x
        back = A.T if wrong else A.conj().T
        return back @ ((np.abs(z) ** 2 - intensity) * z) / m

    return gradlab.check_gradients(f, x0, df, convention="torch")


@mistake()
def sharpe_risk_part(seed, wrong):
    """In the quotient rule mu is missing in the second term: Sigma w / sd**3 for (w'mu) Sigma w / sd**3."""
    rng = np.random.default_rng(seed)
    k = 5
    B = rng.normal(size=(k, 2 * k)) * 0.15
    Sigma, mu = B @ B.T, 0.05 + 0.1 * rng.random(k)

    def neg_sharpe(a):
        w = softmax(a)
        return -(w @ mu) / np.sqrt(w @ Sigma @ w)

    def grad(a):
        w = softmax(a)
        sd = np.sqrt(w @ Sigma @ w)
        ret = 1.0 if wrong else w @ mu
        gw = -(mu / sd - ret * (Sigma @ w) / sd**3)
        return w * (gw - w @ gw)

    return gradlab.check_gradients(neg_sharpe, rng.normal(size=k), grad)


@mistake(useful=["GL136"])
def torsion_sixth_term(seed, wrong):
    """The sixth cosine's slope takes force constant and sign of the fifth term."""
    rng = np.random.default_rng(seed)
    n = 5
    k, s = rng.uniform(0.5, 3, (n, 6)), np.where(rng.random((n, 6)) < 0.5, -1.0, 1.0)
    m = np.arange(1, 7)

    def energy(phi):
        return np.sum(k * (1 + s * np.cos(m * phi[:, None])))

    def slope(phi):
        kk, ss = k.copy(), s.copy()
        if wrong:
            kk[:, 5], ss[:, 5] = k[:, 4], s[:, 4]
        return -np.sum(kk * ss * m * np.sin(m * phi[:, None]), axis=1)

    return gradlab.check_gradients(energy, rng.uniform(-3, 3, n), slope)


@mistake(useful=["GL102"])
def quaternion_normalisation_sqrt(seed, wrong):
    """The derivative through q/|q| divides by q'q where |q| belongs: the norm enters with a wrong power."""
    rng = np.random.default_rng(seed)
    P, Q = rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    start = {"q": 1.6 * rng.normal(size=4), "t": rng.normal(size=3)}

    def rot(u):
        w, x, y, z = u
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )

    def icp(p):
        u = p["q"] / np.linalg.norm(p["q"])
        return 0.5 * np.mean(np.sum((P @ rot(u).T + p["t"] - Q) ** 2, 1))

    def dicp(p):
        nq = np.linalg.norm(p["q"])
        u = w, x, y, z = p["q"] / nq
        E = (P @ rot(u).T + p["t"] - Q) / len(P)
        G = E.T @ P
        D = 2 * np.array(
            [
                [[0, -z, y], [z, 0, -x], [-y, x, 0]],
                [[0, y, z], [y, -2 * x, -w], [z, w, -2 * x]],
                [[-2 * y, x, w], [x, 0, z], [-w, z, -2 * y]],
                [[-2 * z, -w, x], [w, -2 * z, y], [x, y, 0]],
            ]
        )
        gu = np.tensordot(D, G, ((1, 2), (0, 1)))
        gq = (gu - u * (u @ gu)) / (nq**2 if wrong else nq)
        return {"q": gq, "t": E.sum(0)}

    return gradlab.check_gradients(icp, start, dicp)
