"""A sixth corpus: mistakes that people make, written without a look at the rules, each with its right form.

These were looked at while rules were made; those of the seventh were counted once before.
"""

import numpy as np

import gradlab
from tests.diagnosis.corpus import sigmoid, softmax

CASES = {}
CALLS = {}  # by name: call(seed, wrong) returns a report, and with wrong=False the gradient is right


def into(cases, calls):
    """The decorator of a corpus of calls: codes that name a mistake, and codes that lead to its place."""

    def mistake(*right, useful=()):
        def add(call):
            calls[call.__name__] = call
            cases[call.__name__] = (right, useful, lambda rng: call(rng.bit_generator.seed_seq.entropy, True))
            return call

        return add

    return mistake


mistake = into(CASES, CALLS)


def logsumexp(z, axis=-1, keepdims=False):
    m = z.max(axis=axis, keepdims=True)
    out = m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis)


def _lstm(seed, kind):
    rng = np.random.default_rng(seed)
    N, T, D, H = 3, 4, 3, 4
    xs, tgt = rng.normal(size=(T, N, D)), rng.normal(size=(T, N, H))
    p = {}
    for g in "fiog":
        p["W" + g] = rng.normal(size=(D + H, H)) * 0.5
        p["b" + g] = rng.normal(size=H) * 0.3

    def run(p):
        h = c = np.zeros((N, H))
        tape = []
        loss = 0.0
        for t in range(T):
            z = np.hstack([xs[t], h])
            f, i, o = (sigmoid(z @ p["W" + k] + p["b" + k]) for k in "fio")
            g = np.tanh(z @ p["Wg"] + p["bg"])
            c_new = f * c + i * g
            h = o * np.tanh(c_new)
            tape.append((z, f, i, o, g, c, c_new))
            c = c_new
            loss += 0.5 * np.sum((h - tgt[t]) ** 2) / N
        return loss, tape

    def grads(p):
        _, tape = run(p)
        out = {k: np.zeros_like(v) for k, v in p.items()}
        dh_next = np.zeros((N, H))
        dc_next = np.zeros((N, H))
        for t in reversed(range(T)):
            z, f, i, o, g, c_old, c = tape[t]
            tc = np.tanh(c)
            dh = (o * tc - tgt[t]) / N + dh_next
            dc = dh * o * (1 - tc**2)
            if kind != "dc=":
                dc = dc + dc_next
            pre = {
                "f": dc * c_old * f * (1 - f),
                "i": dc * g * i * (1 - i),
                "o": dh * tc * o * (1 - o),
                "g": dc * i * (1 - g**2),
            }
            if kind == "fgate":
                pre["f"] = dc * c_old * f
            dz = 0
            for k, d in pre.items():
                out["W" + k] += z.T @ d
                out["b" + k] += (pre["f"] if kind == "paste" and k in "io" else d).sum(0)
                dz = dz + d @ p["W" + k].T
            dh_next = dz[:, D:]
            dc_next = f * dc
        return out

    return gradlab.check_gradients(lambda p: run(p)[0], p, grads)


@mistake("GL159", "GL140")
def ex4_intercept_penalised(seed, wrong):
    """The penalty's gradient also acts on the intercept column of the weights (a 1 where a 0 belongs)."""
    rng = np.random.default_rng(seed)
    m, n, h, k, lam = 12, 4, 5, 3, 1.3
    X = np.c_[np.ones(m), rng.normal(size=(m, n))]
    Y = np.eye(k)[rng.integers(k, size=m)]
    p = {"theta1": rng.normal(size=(h, n + 1)) * 0.4, "theta2": rng.normal(size=(k, h + 1)) * 0.4}

    def nn(p):
        a2 = np.c_[np.ones(m), sigmoid(X @ p["theta1"].T)]
        return a2, sigmoid(a2 @ p["theta2"].T)

    def J(p):
        _, h_ = nn(p)
        reg = lam / (2 * m) * (np.sum(p["theta1"][:, 1:] ** 2) + np.sum(p["theta2"][:, 1:] ** 2))
        return -np.sum(Y * np.log(h_) + (1 - Y) * np.log(1 - h_)) / m + reg

    def grad(p):
        a2, h_ = nn(p)
        d3 = h_ - Y
        d2 = (d3 @ p["theta2"])[:, 1:] * a2[:, 1:] * (1 - a2[:, 1:])
        first = np.ones if wrong else np.zeros
        t1 = np.c_[first((h, 1)), p["theta1"][:, 1:]]
        t2 = np.c_[first((k, 1)), p["theta2"][:, 1:]]
        return {"theta1": d2.T @ X / m + lam * t1 / m, "theta2": d3.T @ a2 / m + lam * t2 / m}

    return gradlab.check_gradients(J, p, grad)


@mistake("GL152")
def squared_hinge_slope(seed, wrong):
    """The loss is the squared hinge, the gradient is that of the plain hinge: 2 * margin is missing."""
    rng = np.random.default_rng(seed)
    X, t = rng.normal(size=(25, 4)), np.where(rng.random(25) < 0.5, -1.0, 1.0)
    params = {"w": rng.normal(size=4) * 0.5, "b": np.array([0.2])}
    C = 0.7

    def primal(p):
        m = np.maximum(0, 1 - t * (X @ p["w"] + p["b"]))
        return 0.5 * p["w"] @ p["w"] + C * np.sum(m**2)

    def slopes(p):
        m = np.maximum(0, 1 - t * (X @ p["w"] + p["b"]))
        coef = -C * t * ((m > 0) if wrong else 2 * m)
        return {"w": p["w"] + X.T @ coef, "b": np.array([coef.sum()])}

    return gradlab.check_gradients(primal, params, slopes)


@mistake(useful=["GL113"])
def relu_mask_of_upstream(seed, wrong):
    """ReLU's backward zeroes where the upstream gradient is negative instead of where the hidden input was."""
    rng = np.random.default_rng(seed)
    N, D, H, C = 14, 5, 7, 3
    X, y = rng.normal(size=(N, D)), rng.integers(C, size=N)
    params = {
        "W1": rng.normal(size=(D, H)) * 0.5,
        "b1": rng.normal(size=H) * 0.3,
        "W2": rng.normal(size=(H, C)) * 0.5,
        "b2": rng.normal(size=C) * 0.1,
    }

    def loss(p):
        h = np.maximum(0, X @ p["W1"] + p["b1"])
        s = h @ p["W2"] + p["b2"]
        return np.mean(logsumexp(s) - s[range(N), y])

    def grads(p):
        z = X @ p["W1"] + p["b1"]
        h = np.maximum(0, z)
        ds = softmax(h @ p["W2"] + p["b2"])
        ds[range(N), y] -= 1
        ds /= N
        dh = ds @ p["W2"].T
        if wrong:
            dh[dh <= 0] = 0
        else:
            dh[z <= 0] = 0
        return {"W2": h.T @ ds, "b2": ds.sum(0), "W1": X.T @ dh, "b1": dh.sum(0)}

    return gradlab.check_gradients(loss, params, grads)


@mistake(useful=["GL113"])
def weights_updated_too_early(seed, wrong):
    """The gradient is pulled through the upper layer's weights after these have been stepped already."""
    rng = np.random.default_rng(seed)
    X, T = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    lr = 0.05
    start = [[rng.normal(size=(3, 4)), rng.normal(size=4)], [rng.normal(size=(4, 2)), rng.normal(size=2)]]

    def forward(layers):
        h = np.tanh(X @ layers[0][0] + layers[0][1])
        return h, h @ layers[1][0] + layers[1][1]

    def mse(layers):
        return np.mean((forward(layers)[1] - T) ** 2)

    def train_step_grads(layers):
        layers = [[w.copy(), b.copy()] for w, b in layers]
        h, out = forward(layers)
        grad = 2 * (out - T) / T.size
        kept = []
        for i in (1, 0):
            inp = h if i else X
            if i == 0:
                grad = grad * (1 - h**2)
            gw, gb = inp.T @ grad, grad.sum(0)
            kept.insert(0, [gw, gb])
            old = layers[i][0].copy()
            layers[i][0] -= lr * gw
            layers[i][1] -= lr * gb
            grad = grad @ (layers[i][0] if wrong else old).T
        return kept

    return gradlab.check_gradients(mse, start, train_step_grads)


@mistake("GL125")
def batchnorm_dmean_no_1_n(seed, wrong):
    """The gradient through the mean is added without its division by N."""
    rng = np.random.default_rng(seed)

    def batchnorm_forward(x, gamma, beta):
        mu = x.mean(axis=0)
        xmu = x - mu
        var = np.mean(xmu**2, axis=0)
        ivar = 1 / np.sqrt(var + 1e-5)
        xhat = xmu * ivar
        return gamma * xhat + beta, (xhat, gamma, xmu, ivar)

    def batchnorm_backward(dout, cache):
        xhat, gamma, xmu, ivar = cache
        N = dout.shape[0]
        dxhat = dout * gamma
        dvar = np.sum(dxhat * xmu, axis=0) * -0.5 * ivar**3
        dxmu = dxhat * ivar + 2 * xmu * dvar / N
        dmu = -dxmu.sum(axis=0)
        return dxmu + (dmu if wrong else dmu / N), np.sum(dout * xhat, axis=0), dout.sum(axis=0)

    inputs = {"x": 2 * rng.normal(size=(7, 4)) + 1, "gamma": rng.normal(size=4), "beta": rng.normal(size=4)}
    return gradlab.check_backward(batchnorm_forward, batchnorm_backward, inputs, cache=True)


@mistake("GL138")
def prenorm_residual_add_order(seed, wrong):
    """The gradient of the residual output is added before the norm's backward instead of after it."""
    rng = np.random.default_rng(seed)

    def prenorm(x, residual):
        s = residual + x
        return s / np.sqrt(np.mean(s * s, -1, keepdims=True) + 1e-6), s

    def prenorm_bwd(dout, dres, x, residual):
        s = residual + x
        r = 1 / np.sqrt(np.mean(s * s, -1, keepdims=True) + 1e-6)

        def norm_bwd(g):
            return r * g - s * r**3 * np.mean(g * s, -1, keepdims=True)

        d = norm_bwd(dres + dout) if wrong else dres + norm_bwd(dout)
        return {"x": d, "residual": d}

    return gradlab.check_backward(
        prenorm, prenorm_bwd, {"x": rng.normal(size=(4, 5)), "residual": rng.normal(size=(4, 5))}
    )


@mistake("GL132")
def groupnorm_reshape_order(seed, wrong):
    """Backward groups channels as (C//G, G) where forward had (G, C//G): the means are of other channels."""
    rng = np.random.default_rng(seed)
    N, C, H, W, G = 2, 6, 2, 3, 2

    def fwd(x):
        g = x.reshape(N, G, C // G, H, W)
        mu = g.mean((2, 3, 4), keepdims=True)
        return ((g - mu) / np.sqrt(g.var((2, 3, 4), keepdims=True) + 1e-5)).reshape(x.shape)

    def bwd(dout, x):
        g = x.reshape(N, G, C // G, H, W)
        istd = 1 / np.sqrt(g.var((2, 3, 4), keepdims=True) + 1e-5)
        xh = (g - g.mean((2, 3, 4), keepdims=True)) * istd
        if wrong:
            shape, ax = (N, C // G, G, H, W), (1, 3, 4)
            d, xh = dout.reshape(shape), xh.reshape(N, C, H, W).reshape(shape)
            istd = istd[:, :, 0][:, None]
        else:
            d, ax = dout.reshape(g.shape), (2, 3, 4)
        dx = istd * (d - d.mean(ax, keepdims=True) - xh * (d * xh).mean(ax, keepdims=True))
        return dx.reshape(x.shape)

    return gradlab.check_backward(fwd, lambda d, x: (bwd(d, x),), {"x": rng.normal(size=(N, C, H, W)) + 0.5})


@mistake("GL124", useful=["GL123"])
def conv_naive_assign(seed, wrong):
    """Where windows overlap, dx is assigned (=) instead of accumulated (+=)."""
    rng = np.random.default_rng(seed)
    N, C, H, F, K, S = 2, 2, 5, 3, 3, 2

    def conv_forward(x, w, b):
        out = np.zeros((N, F, 2, 2))
        for i in range(2):
            for j in range(2):
                win = x[:, :, i * S : i * S + K, j * S : j * S + K]
                out[:, :, i, j] = np.tensordot(win, w, ((1, 2, 3), (1, 2, 3))) + b
        return out, (x, w, b)

    def conv_backward(dout, cache):
        x, w, _b = cache
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i in range(2):
            for j in range(2):
                win = np.s_[:, :, i * S : i * S + K, j * S : j * S + K]
                g = np.tensordot(dout[:, :, i, j], w, (1, 0))
                if wrong:
                    dx[win] = g
                else:
                    dx[win] += g
                dw += np.tensordot(dout[:, :, i, j], x[win], (0, 0))
        return dx, dw, dout.sum((0, 2, 3))

    return gradlab.check_backward(
        conv_forward,
        conv_backward,
        {"x": rng.normal(size=(N, C, H, H)), "w": rng.normal(size=(F, C, K, K)), "b": rng.normal(size=F)},
        cache=True,
    )


@mistake("GL132", useful=["GL123"])
def im2col_weight_reshape(seed, wrong):
    """W of shape (F, C·k·k) is turned by reshape(-1, F) instead of .T: right shape, scrambled numbers."""
    rng = np.random.default_rng(seed)
    C, k, F, H = 2, 3, 4, 5
    rows = np.arange(H - k + 1)

    def im2col(x):
        return np.stack([x[:, i : i + k, j : j + k].ravel() for i in rows for j in rows])

    class Conv2D:
        def forward(self, x, kernel, bias):
            self.cols = im2col(x)
            self.kernel = kernel
            return self.cols @ kernel.reshape(F, -1).T + bias

        def backward(self, dout, x, kernel, bias):
            cols = im2col(x)
            Wm = kernel.reshape(F, -1)
            dcols = dout @ (Wm.reshape(-1, F).T if wrong else Wm)
            dx = np.zeros_like(x)
            n = 0
            for i in rows:
                for j in rows:
                    dx[:, i : i + k, j : j + k] += dcols[n].reshape(C, k, k)
                    n += 1
            return {"x": dx, "kernel": (dout.T @ cols).reshape(kernel.shape), "bias": dout.sum(0)}

    layer = Conv2D()
    return gradlab.check_backward(
        layer.forward,
        layer.backward,
        {"x": rng.normal(size=(C, H, H)), "kernel": rng.normal(size=(F, C, k, k)), "bias": rng.normal(size=F)},
    )


@mistake("GL161", "GL167", useful=["GL113"])
def rnn_no_dhnext(seed, wrong):
    """The gradient that comes from the next time step, dhnext, is not added to dh."""
    rng = np.random.default_rng(seed)
    V, H, T = 5, 6, 5
    inputs, targets = rng.integers(V, size=T), rng.integers(V, size=T)
    par = {
        "Wxh": rng.normal(size=(H, V)) * 0.5,
        "Whh": rng.normal(size=(H, H)) * 0.5,
        "Why": rng.normal(size=(V, H)) * 0.5,
        "bh": rng.normal(size=(H, 1)) * 0.2,
        "by": rng.normal(size=(V, 1)) * 0.2,
    }

    def lossFun(p):
        xs, hs, ps = {}, {-1: np.zeros((H, 1))}, {}
        loss = 0
        for t in range(T):
            xs[t] = np.zeros((V, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(p["Wxh"] @ xs[t] + p["Whh"] @ hs[t - 1] + p["bh"])
            ps[t] = softmax(p["Why"] @ hs[t] + p["by"], axis=0)
            loss += -np.log(ps[t][targets[t], 0])
        g = {k: np.zeros_like(v) for k, v in p.items()}
        dhnext = np.zeros((H, 1))
        for t in reversed(range(T)):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            g["Why"] += dy @ hs[t].T
            g["by"] += dy
            dh = p["Why"].T @ dy
            if not wrong:
                dh += dhnext
            draw = (1 - hs[t] ** 2) * dh
            g["bh"] += draw
            g["Wxh"] += draw @ xs[t].T
            g["Whh"] += draw @ hs[t - 1].T
            dhnext = p["Whh"].T @ draw
        return loss, g

    return gradlab.check_gradients(lossFun, par, grads=True)


@mistake("GL114")
def rnn_whh_time_index(seed, wrong):
    """The recurrent weight's gradient takes the state of the same step, h[t], where h[t-1] belongs."""
    rng = np.random.default_rng(seed)
    N, T, D, H = 4, 4, 3, 5
    x, target = rng.normal(size=(N, T, D)), rng.normal(size=(N, H))
    p0 = {
        "W_xh": rng.normal(size=(D, H)) * 0.6,
        "W_hh": rng.normal(size=(H, H)) * 0.4,
        "b_h": rng.normal(size=H) * 0.3,
    }

    def unroll(p):
        h = [np.zeros((N, H))]
        for t in range(T):
            h.append(np.tanh(x[:, t] @ p["W_xh"] + h[-1] @ p["W_hh"] + p["b_h"]))
        return h

    def loss(p):
        return 0.5 * np.mean(np.sum((unroll(p)[-1] - target) ** 2, axis=1))

    def bptt(p):
        h = unroll(p)
        dh = (h[-1] - target) / N
        out = {k: np.zeros_like(v) for k, v in p.items()}
        for t in range(T - 1, -1, -1):
            da = dh * (1 - h[t + 1] ** 2)
            out["W_xh"] += x[:, t].T @ da
            out["W_hh"] += h[t + 1 if wrong else t].T @ da
            out["b_h"] += da.sum(0)
            dh = da @ p["W_hh"].T
        return out

    return gradlab.check_gradients(loss, p0, bptt)


@mistake("GL106")
def lstm_bias_copy_paste(seed, wrong):
    """Copy and paste: the biases of input and output gate get the forget gate's delta."""
    return _lstm(seed, "paste" if wrong else None)


@mistake("GL161")
def gru_reset_path(seed, wrong):
    """The path from the candidate through r * h_prev back to h_prev is left out of dh_prev."""
    rng = np.random.default_rng(seed)
    T, D, H = 4, 3, 4
    X = rng.normal(size=(T, D))
    goal = rng.normal(size=H)
    p = {k: rng.normal(size=(H, D + H)) * 0.6 for k in ("Wz", "Wr", "Wh")}
    p["h0"] = rng.normal(size=H)

    def steps(p):
        h, tape = p["h0"], []
        for x in X:
            xh = np.r_[x, h]
            z, r = sigmoid(p["Wz"] @ xh), sigmoid(p["Wr"] @ xh)
            xr = np.r_[x, r * h]
            hh = np.tanh(p["Wh"] @ xr)
            tape.append((xh, xr, z, r, hh, h))
            h = (1 - z) * h + z * hh
        return h, tape

    def cost(p):
        return 0.5 * np.sum((steps(p)[0] - goal) ** 2)

    def grad(p):
        h, tape = steps(p)
        dh = h - goal
        g = {k: np.zeros_like(v) for k, v in p.items()}
        for xh, xr, z, r, hh, hp in tape[::-1]:
            dhh = dh * z * (1 - hh**2)
            dz = dh * (hh - hp) * z * (1 - z)
            dxr = p["Wh"].T @ dhh
            dr = dxr[D:] * hp * r * (1 - r)
            g["Wh"] += np.outer(dhh, xr)
            g["Wz"] += np.outer(dz, xh)
            g["Wr"] += np.outer(dr, xh)
            dh = dh * (1 - z) + (p["Wz"].T @ dz)[D:] + (p["Wr"].T @ dr)[D:]
            if not wrong:
                dh = dh + dxr[D:] * r
        g["h0"] = dh
        return g

    return gradlab.check_gradients(cost, p, grad)


@mistake("GL105")
def heads_merged_in_wrong_order(seed, wrong):
    """On the way back the heads are split by reshape(h, T, d) without the transpose that the forward pass has."""
    rng = np.random.default_rng(seed)
    h, T, d = 2, 3, 4

    def merge_and_project(heads, Wo):
        return heads.transpose(1, 0, 2).reshape(T, h * d) @ Wo

    def back(dout, heads, Wo):
        cat = heads.transpose(1, 0, 2).reshape(T, h * d)
        dcat = dout @ Wo.T
        dheads = dcat.reshape(h, T, d) if wrong else dcat.reshape(T, h, d).transpose(1, 0, 2)
        return dheads, cat.T @ dout

    return gradlab.check_backward(
        merge_and_project, back, {"heads": rng.normal(size=(h, T, d)), "Wo": rng.normal(size=(h * d, 5))}
    )


@mistake("GL151", useful=["GL148"])
def embedding_duplicates(seed, wrong):
    """dE[idx] += g counts a word once that occurs twice; np.add.at is needed."""
    rng = np.random.default_rng(seed)
    V, D, N = 6, 3, 7
    idx = np.array([1, 4, 1, 0, 3, 4, 4])
    tgt = rng.normal(size=(N, 2))
    params = {"E": rng.normal(size=(V, D)), "U": rng.normal(size=(D, 2))}

    def loss(p):
        return np.mean((np.tanh(p["E"][idx]) @ p["U"] - tgt) ** 2)

    def grads(p):
        e = np.tanh(p["E"][idx])
        dy = 2 * (e @ p["U"] - tgt) / tgt.size
        de = dy @ p["U"].T * (1 - e**2)
        dE = np.zeros_like(p["E"])
        if wrong:
            dE[idx] += de
        else:
            np.add.at(dE, idx, de)
        return {"E": dE, "U": e.T @ dy}

    return gradlab.check_gradients(loss, params, grads)


@mistake("GL167", useful=["GL148"])
def tied_weights_encoder_forgotten(seed, wrong):
    """W is used by encoder and decoder, and only the decoder's part is in its gradient."""
    rng = np.random.default_rng(seed)
    X = rng.random((9, 6))
    noisy = X * (rng.random(X.shape) > 0.3)
    W, bh, bv = rng.normal(size=(6, 4)) * 0.5, rng.normal(size=4) * 0.2, rng.normal(size=6) * 0.2

    def reconstruct(W, bh, bv):
        h = sigmoid(noisy @ W + bh)
        return h, sigmoid(h @ W.T + bv)

    def xent(p):
        _, r = reconstruct(*p)
        return -np.mean(np.sum(X * np.log(r) + (1 - X) * np.log(1 - r), axis=1))

    def xent_grad(p):
        h, r = reconstruct(*p)
        dr = (r - X) / len(X)
        dh = dr @ p[0] * h * (1 - h)
        gW = dr.T @ h
        if not wrong:
            gW = gW + noisy.T @ dh
        return [gW, dh.sum(0), dr.sum(0)]

    return gradlab.check_gradients(xent, [W, bh, bv], xent_grad)


@mistake("GL160")
def softmax_diagonal_only(seed, wrong):
    """The softmax's backward has only the diagonal s(1 - s) of its Jacobian, not the terms between classes."""
    rng = np.random.default_rng(seed)

    class Softmax:
        def forward(self, x):
            self.s = softmax(x)
            return self.s

        def backward(self, dout):
            if wrong:
                return dout * self.s * (1 - self.s)
            return self.s * (dout - np.sum(dout * self.s, axis=1, keepdims=True))

    class Linear:
        def forward(self, x, W, b):
            self.x, self.W = x, W
            return x @ W + b

        def backward(self, dout):
            return dout @ self.W.T, self.x.T @ dout, dout.sum(0)

    lin, act = Linear(), Softmax()

    def fwd(x, W, b):
        return act.forward(lin.forward(x, W, b))

    def bwd(dout, x, W, b):
        fwd(x, W, b)
        return lin.backward(act.backward(dout))

    return gradlab.check_backward(
        fwd, bwd, {"x": rng.normal(size=(6, 3)), "W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}
    )


@mistake("GL102")
def padded_tokens_counted(seed, wrong):
    """The loss is a mean over real tokens, the gradient divides by all positions, padding included."""
    rng = np.random.default_rng(seed)
    N, T, V, D, C = 4, 6, 7, 3, 4
    lengths = np.array([6, 3, 4, 2])
    tok, tag = rng.integers(V, size=(N, T)), rng.integers(C, size=(N, T))
    mask = (np.arange(T) < lengths[:, None]).astype(float)
    params = {"E": rng.normal(size=(V, D)), "W": rng.normal(size=(D, C))}

    def forward(p):
        z = p["E"][tok] @ p["W"]
        return z - logsumexp(z, keepdims=True)

    def loss(p):
        lp = np.take_along_axis(forward(p), tag[..., None], 2)[..., 0]
        return -(lp * mask).sum() / mask.sum()

    def grad(p):
        d = np.exp(forward(p)) - np.eye(C)[tag]
        d *= mask[..., None]
        d /= mask.size if wrong else mask.sum()
        dE = np.zeros_like(p["E"])
        np.add.at(dE, tok, d @ p["W"].T)
        return {"E": dE, "W": np.einsum("ntd,ntc->dc", p["E"][tok], d)}

    return gradlab.check_gradients(loss, params, grad)


@mistake("GL140", "GL168", useful=["GL148"])
def gaussian_nll_constant(seed, wrong):
    """The derivative by log sigma^2 has the constant 0.25 where 0.5 belongs."""
    rng = np.random.default_rng(seed)
    X, z = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    p = {
        "Wmu": rng.normal(size=(2, 3)),
        "bmu": rng.normal(size=3),
        "Wlv": rng.normal(size=(2, 3)) * 0.3,
        "blv": rng.normal(size=3) * 0.2,
    }

    def heads(p):
        return z @ p["Wmu"] + p["bmu"], z @ p["Wlv"] + p["blv"]

    def nll(p):
        mu, lv = heads(p)
        return np.sum(0.5 * (np.log(2 * np.pi) + lv) + 0.5 * (X - mu) ** 2 * np.exp(-lv)) / len(X)

    def back(p):
        mu, lv = heads(p)
        dmu = (mu - X) * np.exp(-lv) / len(X)
        dlv = ((0.25 if wrong else 0.5) - 0.5 * (X - mu) ** 2 * np.exp(-lv)) / len(X)
        return {"Wmu": z.T @ dmu, "bmu": dmu.sum(0), "Wlv": z.T @ dlv, "blv": dlv.sum(0)}

    return gradlab.check_gradients(nll, p, back)


@mistake("GL160")
def gelu_inner_3(seed, wrong):
    """The derivative of the inner cubic lacks its 3: 0.044715 x^2 for 3 * 0.044715 x^2."""
    rng = np.random.default_rng(seed)
    c = np.sqrt(2 / np.pi)

    def mlp(x, w, b):
        h = x @ w + b
        return 0.5 * h * (1 + np.tanh(c * (h + 0.044715 * h**3)))

    def mlp_backward(dout, x, w, b):
        h = x @ w + b
        t = np.tanh(c * (h + 0.044715 * h**3))
        inner = c * (1 + (1 if wrong else 3) * 0.044715 * h**2)
        dh = dout * (0.5 * (1 + t) + 0.5 * h * (1 - t**2) * inner)
        return dh @ w.T, x.T @ dh, dh.sum(0)

    return gradlab.check_backward(
        mlp, mlp_backward, {"x": rng.normal(size=(6, 3)), "w": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}
    )


@mistake()
def triplet_inactive_counted(seed, wrong):
    """The mask of active triplets is applied for anchor and positive, but not for the negative."""
    rng = np.random.default_rng(seed)
    n = 10
    A, P, N = (rng.normal(size=(n, 4)) for _ in range(3))
    W = rng.normal(size=(4, 3)) * 0.6
    margin = 0.5

    def violation(W):
        a, p, q = A @ W, P @ W, N @ W
        return a, p, q, np.sum((a - p) ** 2, 1) - np.sum((a - q) ** 2, 1) + margin

    def loss(W):
        return np.maximum(0, violation(W)[3]).mean()

    def grad(W):
        a, p, q, v = violation(W)
        act = (v > 0)[:, None] / n
        da = 2 * (q - p) * act
        dp = -2 * (a - p) * act
        dq = 2 * (a - q) * (1 / n if wrong else act)
        return A.T @ da + P.T @ dp + N.T @ dq

    return gradlab.check_gradients(loss, W, grad)


@mistake("GL107")
def decay_only_in_gradient(seed, wrong):
    """Weight decay of the optimiser is added in the gradient function although the cost has no penalty."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
    net = {
        "dense1": {"kernel": rng.normal(size=(3, 5)), "bias": rng.normal(size=5)},
        "dense2": {"kernel": rng.normal(size=(5, 1)), "bias": rng.normal(size=1)},
    }

    def loss(p):
        h = np.tanh(X @ p["dense1"]["kernel"] + p["dense1"]["bias"])
        return np.mean((h @ p["dense2"]["kernel"] + p["dense2"]["bias"] - y) ** 2)

    def grads(p, weight_decay=1e-2):
        h = np.tanh(X @ p["dense1"]["kernel"] + p["dense1"]["bias"])
        d2 = 2 * (h @ p["dense2"]["kernel"] + p["dense2"]["bias"] - y) / 12
        d1 = d2 @ p["dense2"]["kernel"].T * (1 - h**2)
        g = {"dense1": {"kernel": X.T @ d1, "bias": d1.sum(0)}, "dense2": {"kernel": h.T @ d2, "bias": d2.sum(0)}}
        if wrong:
            for k in g:
                g[k]["kernel"] = g[k]["kernel"] + weight_decay * p[k]["kernel"]
        return g

    return gradlab.check_gradients(loss, net, grads)


@mistake(useful=["GL126"])
def probs_changed_in_place(seed, wrong):
    """dscores is the same array as probs; probs[y] -= 1 changes what the second term reads later."""
    rng = np.random.default_rng(seed)
    N = 11
    X, y = rng.normal(size=(N, 4)), rng.integers(3, size=N)
    W = rng.normal(size=(4, 3)) * 0.6
    lam = 0.3

    def loss(W):
        p = softmax(X @ W)
        return -np.mean(np.log(p[np.arange(N), y])) + lam * np.mean(np.sum(p**2, axis=1))

    def grad(W):
        probs = softmax(X @ W)
        dscores = probs if wrong else probs.copy()
        dscores[np.arange(N), y] -= 1
        dW = X.T @ dscores / N
        dpen = 2 * lam * probs * (probs - np.sum(probs**2, axis=1, keepdims=True))
        return dW + X.T @ dpen / N

    return gradlab.check_gradients(loss, W, grad)


@mistake(useful=["GL103"])
def shared_layer_stale_cache(seed, wrong):
    """One layer object is used for both branches; backward of the first branch reads the cache of the second."""
    rng = np.random.default_rng(seed)
    X1, X2 = rng.normal(size=(8, 4)), rng.normal(size=(8, 4))
    same = np.where(rng.random(8) < 0.5, 1.0, 0.0)

    class Tower:
        def __init__(self):
            self.stack = []

        def forward(self, x, p):
            out = np.tanh(x @ p["W"] + p["b"])
            self.x, self.out = x, out
            self.stack.append((x, out))
            return out

        def backward(self, d, which):
            x, out = (self.x, self.out) if wrong else self.stack[which]
            dz = d * (1 - out**2)
            return {"W": x.T @ dz, "b": dz.sum(0)}

    def run(p):
        t = Tower()
        e1, e2 = t.forward(X1, p), t.forward(X2, p)
        dist = np.sum((e1 - e2) ** 2, axis=1)
        return t, e1, e2, dist

    def loss(p):
        dist = run(p)[3]
        return np.mean(same * dist + (1 - same) * np.exp(-dist))

    def grads(p):
        t, e1, e2, dist = run(p)
        c = (same - (1 - same) * np.exp(-dist))[:, None] * 2 / 8
        g1, g2 = t.backward(c * (e1 - e2), 0), t.backward(-c * (e1 - e2), 1)
        return {k: g1[k] + g2[k] for k in g1}

    return gradlab.check_gradients(loss, {"W": rng.normal(size=(4, 3)) * 0.5, "b": rng.normal(size=3) * 0.2}, grads)


@mistake("GL127")
def gaussian_peak_width_power(seed, wrong):
    """The derivative by the width has sigma**2 in the denominator where sigma**3 belongs."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-3, 4, 30)
    y = 2 * np.exp(-((x - 0.7) ** 2) / (2 * 0.8**2)) + 0.1 + 0.05 * rng.normal(size=30)

    def fun(q):
        A, mu, s, c = q
        return 0.5 * np.sum((A * np.exp(-((x - mu) ** 2) / (2 * s**2)) + c - y) ** 2)

    def jac(q):
        A, mu, s, c = q
        e = np.exp(-((x - mu) ** 2) / (2 * s**2))
        r = A * e + c - y
        J = np.array([e, A * e * (x - mu) / s**2, A * e * (x - mu) ** 2 / s ** (2 if wrong else 3), np.ones_like(x)])
        return J @ r

    return gradlab.check_gradients(fun, np.array([1.7, 0.5, 1.2, 0.0]) + 0.1 * rng.random(4), jac)


@mistake("GL102")
def cauchy_loss_scale(seed, wrong):
    """Residuals are scaled by c in the loss; the gradient lacks that inner 1/c."""
    rng = np.random.default_rng(seed)
    A, y = rng.normal(size=(30, 3)), 3 * rng.standard_t(2, size=30)
    c = 2.385

    def rho(p):
        u = (A @ p["beta"] + p["offset"] - y) / c
        return np.sum(0.5 * c**2 * np.log1p(u**2))

    def psi(p):
        u = (A @ p["beta"] + p["offset"] - y) / c
        w = c**2 * u / (1 + u**2)
        if not wrong:
            w = w / c
        return {"beta": A.T @ w, "offset": np.array([w.sum()])}

    return gradlab.check_gradients(rho, {"beta": rng.normal(size=3), "offset": np.array([0.4])}, psi)


@mistake("GL102")
def gp_inducing_half_kernel(seed, wrong):
    """x_i moves row i and column i of the symmetric kernel matrix, and only the row is counted."""
    rng = np.random.default_rng(seed)
    n = 6
    Y = rng.normal(size=(n, 3))
    p = {"X": rng.normal(size=(n, 2)), "log_noise": np.array([-1.0])}

    def kernel(p):
        d = p["X"][:, None] - p["X"][None]
        K = np.exp(-0.5 * np.sum(d**2, -1))
        return d, K, K + np.exp(p["log_noise"][0]) * np.eye(n)

    def objective(p):
        _, _, Ky = kernel(p)
        return 1.5 * np.linalg.slogdet(Ky)[1] + 0.5 * np.sum(Y * np.linalg.solve(Ky, Y)) + 0.5 * np.sum(p["X"] ** 2)

    def gradient(p):
        d, K, Ky = kernel(p)
        inv = np.linalg.inv(Ky)
        G = 1.5 * inv - 0.5 * inv @ Y @ Y.T @ inv
        gX = -np.einsum("ij,ijk->ik", G * K, d) * (1 if wrong else 2)
        return {"X": gX + p["X"], "log_noise": np.array([np.exp(p["log_noise"][0]) * np.trace(G)])}

    return gradlab.check_gradients(objective, p, gradient)


@mistake()
def arm_joint_angle_not_summed(seed, wrong):
    """The Jacobian's columns use the joint's own angle instead of the sum of the angles up to each link."""
    rng = np.random.default_rng(seed)
    L = np.array([1.0, 0.8, 0.5, 0.3])
    goal = np.array([0.9, 1.1])

    def fk(q):
        a = np.cumsum(q)
        return np.array([L @ np.cos(a), L @ np.sin(a)])

    def cost(q):
        return 0.5 * np.sum((fk(q) - goal) ** 2) + 0.05 * q @ q

    def grad(q):
        a = q if wrong else np.cumsum(q)
        J = np.array([[-(L * np.sin(a))[j:].sum(), (L * np.cos(a))[j:].sum()] for j in range(4)])
        return J @ (fk(q) - goal) + 0.1 * q

    return gradlab.check_gradients(cost, rng.uniform(-0.8, 0.8, 4), grad)


@mistake("GL127")
def negbin_lnalpha_chain(seed, wrong):
    """The dispersion is given as its logarithm; the score by alpha is not multiplied by alpha."""
    rng = np.random.default_rng(seed)
    n = 25
    X = np.c_[np.ones(n), rng.normal(size=n)]
    y = rng.poisson(3, size=n)

    def unpack(th):
        return np.exp(X @ th[:-1]), np.exp(th[-1])

    def negloglike(th):
        mu, a = unpack(th)
        ll = 0.0
        for m, k in zip(mu, y, strict=False):
            j = np.arange(k)
            ll += np.log1p(a * j).sum() + k * np.log(m) - (k + 1 / a) * np.log1p(a * m)
        return -ll / n

    def negscore(th):
        mu, a = unpack(th)
        gb = X.T @ ((y - mu) / (1 + a * mu))
        ga = sum((np.arange(k) / (1 + a * np.arange(k))).sum() for k in y)
        ga += np.sum(np.log1p(a * mu) / a**2 - (y + 1 / a) * mu / (1 + a * mu))
        return -np.r_[gb, ga if wrong else ga * a] / n

    return gradlab.check_gradients(negloglike, np.array([0.9, 0.2, -0.7]) + 0.1 * rng.normal(size=3), negscore)


@mistake("GL140")
def gmm_weights_softmax(seed, wrong):
    """The normalisation of the softmax is forgotten: the responsibilities alone, without minus N times the weight."""
    rng = np.random.default_rng(seed)
    X = np.r_[rng.normal(size=(12, 2)) - 1.5, rng.normal(size=(8, 2)) + 1.5]
    K = 3
    p = {"logits": rng.normal(size=K), "mu": rng.normal(size=(K, 2)), "logsig": 0.2 * rng.normal(size=K)}

    def logjoint(p):
        d = X[:, None] - p["mu"]
        return d, p["logits"] - logsumexp(p["logits"]) - np.sum(d**2, -1) * 0.5 * np.exp(-2 * p["logsig"]) - 2 * p[
            "logsig"
        ] - np.log(2 * np.pi)

    def nll(p):
        return -logsumexp(logjoint(p)[1]).sum()

    def grad(p):
        d, lj = logjoint(p)
        r = softmax(lj)
        prec = np.exp(-2 * p["logsig"])
        return {
            "logits": -(r.sum(0) - (0 if wrong else len(X) * softmax(p["logits"]))),
            "mu": -np.einsum("nk,nkd->kd", r, d) * prec[:, None],
            "logsig": -np.sum(r * (np.sum(d**2, -1) * prec - 2), axis=0),
        }

    return gradlab.check_gradients(nll, p, grad)


@mistake(useful=["GL148"])
def svdpp_implicit_not_normalised(seed, wrong):
    """The implicit factors enter the prediction over sqrt(count) of the user; their gradient lacks that division."""
    rng = np.random.default_rng(seed)
    U, items, k = 5, 6, 3
    mask = rng.random((U, items)) < 0.6
    mask[:, 0] = True
    R = rng.integers(1, 6, (U, items)).astype(float)
    norm = 1 / np.sqrt(mask.sum(1))
    p = {
        "P": rng.normal(size=(U, k)) * 0.5,
        "Q": rng.normal(size=(items, k)) * 0.5,
        "Yimp": rng.normal(size=(items, k)) * 0.3,
        "bu": 0.1 * rng.normal(size=U),
    }
    lam = 0.02

    def err(p):
        user = p["P"] + norm[:, None] * (mask @ p["Yimp"])
        return user, mask * (3 + p["bu"][:, None] + user @ p["Q"].T - R)

    def loss(p):
        return 0.5 * np.sum(err(p)[1] ** 2) + 0.5 * lam * sum(np.sum(a**2) for a in p.values())

    def grad(p):
        user, e = err(p)
        du = e @ p["Q"]
        g = {
            "P": du,
            "Q": e.T @ user,
            "Yimp": mask.T.astype(float) @ (du if wrong else norm[:, None] * du),
            "bu": e.sum(1),
        }
        return {n: g[n] + lam * p[n] for n in p}

    return gradlab.check_gradients(loss, p, grad)


@mistake("GL168", useful=["GL137"])
def voxel_tv_axis_weight(seed, wrong):
    """Differences along the first axis get the weight of the last axis, wz for wx."""
    rng = np.random.default_rng(seed)
    w = {0: 0.5, 1: 1.0, 2: 2.0}
    eps = 1e-2

    def tv(grid):
        return sum(w[a] * np.sum(np.sqrt(np.diff(grid, axis=a) ** 2 + eps)) for a in range(3))

    def tv_grad(grid):
        g = np.zeros_like(grid)
        for a in range(3):
            d = np.diff(grid, axis=a)
            s = w[2 if wrong and a == 0 else a] * d / np.sqrt(d**2 + eps)
            up, lo = [slice(None)] * 3, [slice(None)] * 3
            up[a], lo[a] = slice(1, None), slice(None, -1)
            g[tuple(up)] += s
            g[tuple(lo)] -= s
        return g

    return gradlab.check_gradients(tv, rng.normal(size=(3, 4, 3)), tv_grad)


@mistake("GL127")
def simp_penal_exponent(seed, wrong):
    """The sensitivity has rho**p where p * rho**(p-1) belongs."""
    rng = np.random.default_rng(seed)
    n, penal, Emin = 6, 3, 1e-2
    F = rng.random(n)

    def K_of(rho):
        E = Emin + rho**penal * (1 - Emin)
        return np.diag(E + np.r_[E[1:], 0]) - np.diag(E[1:], 1) - np.diag(E[1:], -1)

    def compliance(rho):
        return F @ np.linalg.solve(K_of(rho), F)

    def sensitivity(rho):
        u = np.linalg.solve(K_of(rho), F)
        stretch = np.diff(np.r_[0, u])
        dE = (rho**penal if wrong else penal * rho ** (penal - 1)) * (1 - Emin)
        return -dE * stretch**2

    return gradlab.check_gradients(compliance, rng.uniform(0.4, 0.9, n), sensitivity, bounds=(1e-3, 1))


@mistake("GL167", useful=["GL112"])
def hawkes_compensator_beta(seed, wrong):
    """The compensator's derivative by the decay beta is left out."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 10, 15))
    T = 10.0

    def parts(th):
        mu, alpha, beta = th
        dt = t[:, None] - t
        low = np.tril(np.ones_like(dt), -1) > 0
        E = np.where(low, np.exp(-beta * np.where(low, dt, 0)), 0)
        return dt, E, mu + alpha * beta * E.sum(1)

    def nll(th):
        mu, alpha, beta = th
        return -np.log(parts(th)[2]).sum() + mu * T + alpha * np.sum(1 - np.exp(-beta * (T - t)))

    def dnll(th):
        _mu, alpha, beta = th
        dt, E, lam = parts(th)
        g = np.array(
            [
                -np.sum(1 / lam) + T,
                -np.sum(beta * E.sum(1) / lam) + np.sum(1 - np.exp(-beta * (T - t))),
                -np.sum(alpha * (E.sum(1) - beta * (E * dt).sum(1)) / lam),
            ]
        )
        if not wrong:
            g[2] += alpha * np.sum((T - t) * np.exp(-beta * (T - t)))
        return g

    return gradlab.check_gradients(nll, np.array([0.8, 0.4, 1.5]) + 0.05 * rng.random(3), dnll)


@mistake("GL162", "GL168")
def switching_function_sign(seed, wrong):
    """In the product rule of s(r) U(r) the term with s'(r) has the wrong sign."""
    rng = np.random.default_rng(seed)
    on, cut = 1.3, 2.6
    grid = np.array([[i, j, k] for i in range(2) for j in range(2) for k in range(2)], float) * 1.25
    x0 = grid + 0.1 * rng.normal(size=grid.shape)

    def pieces(x):
        d = x[:, None] - x[None]
        iu = np.triu_indices(len(x), 1)
        d = d[iu]
        r = np.linalg.norm(d, axis=1)
        U, dU = 4 * (r**-12 - r**-6), 4 * (-12 * r**-13 + 6 * r**-7)
        q = np.clip((cut**2 - r**2) / (cut**2 - on**2), 0, 1)
        inside = (r > on) & (r < cut)
        S, dS = q * q * (3 - 2 * q), np.where(inside, 6 * q * (1 - q) * -2 * r / (cut**2 - on**2), 0)
        return iu, d, r, U, dU, S, dS

    def energy(x):
        _, _, _, U, _, S, _ = pieces(x)
        return np.sum(S * U)

    def minus_force(x):
        iu, d, r, U, dU, S, dS = pieces(x)
        g = ((S * dU + (-1 if wrong else 1) * dS * U) / r)[:, None] * d
        out = np.zeros_like(x)
        np.add.at(out, iu[0], g)
        np.add.at(out, iu[1], -g)
        return out

    return gradlab.check_gradients(energy, x0, minus_force)


@mistake("GL162")
def tsne_weight_not_kernel(seed, wrong):
    """The pairwise weight (1 + d^2)^-1 is missing in the gradient (the distances themselves carry it only in Q)."""
    rng = np.random.default_rng(seed)
    n = 7
    S = rng.random((n, n))
    Pm = S + S.T
    np.fill_diagonal(Pm, 0)
    Pm /= Pm.sum()
    off = ~np.eye(n, dtype=bool)

    def affinities(Y):
        d2 = np.sum((Y[:, None] - Y) ** 2, -1)
        W = 1 / (1 + d2)
        np.fill_diagonal(W, 0)
        return W, W / W.sum()

    def kl(Y):
        _, Qm = affinities(Y)
        return np.sum(Pm[off] * np.log(Pm[off] / Qm[off]))

    def grad(Y):
        W, Qm = affinities(Y)
        A = (Pm - Qm) * (1 if wrong else W)
        return 4 * (np.diag(A.sum(1)) - A) @ Y

    return gradlab.check_gradients(kl, rng.normal(size=(n, 2)), grad)
