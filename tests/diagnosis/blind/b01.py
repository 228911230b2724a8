# LSTM with peephole connections, one sequence, squared error on the last cell output
import numpy as np

rng = np.random.default_rng(11)
T, D, H = 5, 3, 3
X = rng.normal(size=(T, D))
target = rng.normal(size=(T, H))


def sig(a):
    return 1.0 / (1.0 + np.exp(-a))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "W": 0.5 * r.normal(size=(4, H, D)),
        "U": 0.5 * r.normal(size=(4, H, H)),
        "peep": 0.7 * r.normal(size=(3, H)),
        "b": 0.3 * r.normal(size=(4, H)),
    }


def run(p):
    h, c = np.zeros(H), np.zeros(H)
    tape = []
    for t in range(T):
        a = p["W"] @ X[t] + p["U"] @ h + p["b"]
        i = sig(a[0] + p["peep"][0] * c)
        f = sig(a[1] + p["peep"][1] * c)
        g = np.tanh(a[2])
        cn = f * c + i * g
        o = sig(a[3] + p["peep"][2] * cn)
        hn = o * np.tanh(cn)
        tape.append((h, c, i, f, g, o, cn, hn))
        h, c = hn, cn
    return tape


def cost(p):
    return 0.5 * sum(np.sum((s[7] - target[t]) ** 2) for t, s in enumerate(run(p)))


def grads_right(p):
    tape = run(p)
    G = {k: np.zeros_like(v) for k, v in p.items()}
    dh_next, dc_next = np.zeros(H), np.zeros(H)
    for t in reversed(range(T)):
        h, c, i, f, g, o, cn, hn = tape[t]
        dh = dh_next + hn - target[t]
        tc = np.tanh(cn)
        do = dh * tc * o * (1 - o)
        dc = dc_next + dh * o * (1 - tc**2) + do * p["peep"][2]
        di = dc * g * i * (1 - i)
        df = dc * c * f * (1 - f)
        dg = dc * i * (1 - g**2)
        da = np.stack([di, df, dg, do])
        G["W"] += da[:, :, None] * X[t]
        G["U"] += da[:, :, None] * h
        G["b"] += da
        G["peep"] += np.stack([di * c, df * c, do * cn])
        dh_next = np.einsum("kij,ki->j", p["U"], da)
        dc_next = dc * f + di * p["peep"][0] + df * p["peep"][1]
    return G


def grads_wrong(p):
    tape = run(p)
    G = {k: np.zeros_like(v) for k, v in p.items()}
    dh_next, dc_next = np.zeros(H), np.zeros(H)
    for t in reversed(range(T)):
        h, c, i, f, g, o, cn, hn = tape[t]
        dh = dh_next + hn - target[t]
        tc = np.tanh(cn)
        do = dh * tc * o * (1 - o)
        dc = dc_next + dh * o * (1 - tc**2) + do * p["peep"][2]
        di = dc * g * i * (1 - i)
        df = dc * c * f * (1 - f)
        dg = dc * i * (1 - g**2)
        da = np.stack([di, df, dg, do])
        G["W"] += da[:, :, None] * X[t]
        G["U"] += da[:, :, None] * h
        G["b"] += da
        G["peep"] += np.stack([di * c, df * c, do * c])
        dh_next = np.einsum("kij,ki->j", p["U"], da)
        dc_next = dc * f + di * p["peep"][0] + df * p["peep"][1]
    return G


TRUTH = "The output gate's peephole looks at the new cell state, but its weight gradient (row 2 of peep) is accumulated with the previous cell state c instead of cn."
