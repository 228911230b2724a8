"""Long ways back through time and words: LSTM, GRU, a transformer block, words with negative samples."""

import numpy as np

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.long_networks import draw
from gradlab.labs.setups import layer


def lstm_backward(dA, X, h0, c0, Wf, bf, Wi, bi, Wg, bg, Wo, bo):
    T, n = X.shape[2], len(h0)
    caches, h, c = [], h0, c0
    for t in range(T):
        joined = np.vstack([h, X[:, :, t]])
        f = 1 / (1 + np.exp(-(Wf @ joined + bf)))
        i = 1 / (1 + np.exp(-(Wi @ joined + bi)))
        g = np.tanh(Wg @ joined + bg)
        o = 1 / (1 + np.exp(-(Wo @ joined + bo)))
        before = c
        c = f * before + i * g
        shown = np.tanh(c)
        h = o * shown
        caches.append((joined, f, i, g, o, before, shown))
    dWf, dbf = np.zeros_like(Wf), np.zeros_like(bf)
    dWi, dbi = np.zeros_like(Wi), np.zeros_like(bi)
    dWg, dbg = np.zeros_like(Wg), np.zeros_like(bg)
    dWo, dbo = np.zeros_like(Wo), np.zeros_like(bo)
    dX, dh, dc = np.zeros_like(X), np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(T)):
        joined, f, i, g, o, before, shown = caches[t]
        da = dA[:, :, t] + dh
        dc = dc + da * o * (1 - shown**2)
        dzf = dc * before * f * (1 - f)
        dzi = dc * g * i * (1 - i)
        dzg = dc * i * (1 - g**2)
        dzo = da * shown * o * (1 - o)
        dWf += dzf @ joined.T
        dWi += dzi @ joined.T
        dWg += dzg @ joined.T
        dWo += dzo @ joined.T
        dbf += dzf.sum(axis=1, keepdims=True)
        dbi += dzi.sum(axis=1, keepdims=True)
        dbg += dzg.sum(axis=1, keepdims=True)
        dbo += dzo.sum(axis=1, keepdims=True)
        djoined = Wf.T @ dzf + Wi.T @ dzi + Wg.T @ dzg + Wo.T @ dzo
        dh = djoined[:n]
        dX[:, :, t] = djoined[n:]
        dc = dc * f
    return dX, dh, dc, dWf, dbf, dWi, dbi, dWg, dbg, dWo, dbo


def _lstm(X, h0, c0, Wf, bf, Wi, bi, Wg, bg, Wo, bo):
    states, h, c = [], h0, c0
    for x in np.moveaxis(X, 2, 0):
        f, i, o = (1 / (1 + np.exp(-(W @ np.vstack([h, x]) + b))) for W, b in ((Wf, bf), (Wi, bi), (Wo, bo)))
        c = f * c + i * np.tanh(Wg @ np.vstack([h, x]) + bg)
        h = o * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=2)


def gru_backward(dA, X, h0, Wz, Uz, bz, Wr, Ur, br, Wh, Uh, bh):
    T = X.shape[2]
    caches, h = [], h0
    for t in range(T):
        x, before = X[:, :, t], h
        z = 1 / (1 + np.exp(-(Wz @ x + Uz @ before + bz)))
        r = 1 / (1 + np.exp(-(Wr @ x + Ur @ before + br)))
        reset = r * before
        new = np.tanh(Wh @ x + Uh @ reset + bh)
        h = (1 - z) * before + z * new
        caches.append((x, before, z, r, reset, new))
    dWz, dUz, dbz = np.zeros_like(Wz), np.zeros_like(Uz), np.zeros_like(bz)
    dWr, dUr, dbr = np.zeros_like(Wr), np.zeros_like(Ur), np.zeros_like(br)
    dWh, dUh, dbh = np.zeros_like(Wh), np.zeros_like(Uh), np.zeros_like(bh)
    dX, dh = np.zeros_like(X), np.zeros_like(h0)
    for t in reversed(range(T)):
        x, before, z, r, reset, new = caches[t]
        da = dA[:, :, t] + dh
        dnew = da * z
        du = dnew * (1 - new**2)
        dz = da * (new - before)
        dv = dz * z * (1 - z)
        dreset = Uh.T @ du
        dr = dreset * before
        dw = dr * r * (1 - r)
        dWh += du @ x.T
        dUh += du @ reset.T
        dbh += du.sum(axis=1, keepdims=True)
        dWz += dv @ x.T
        dUz += dv @ before.T
        dbz += dv.sum(axis=1, keepdims=True)
        dWr += dw @ x.T
        dUr += dw @ before.T
        dbr += dw.sum(axis=1, keepdims=True)
        dX[:, :, t] = Wh.T @ du + Wz.T @ dv + Wr.T @ dw
        dh = da * (1 - z)
        dh += dreset * r
        dh += Uz.T @ dv + Ur.T @ dw
    return dX, dh, dWz, dUz, dbz, dWr, dUr, dbr, dWh, dUh, dbh


def _gru(X, h0, Wz, Uz, bz, Wr, Ur, br, Wh, Uh, bh):
    states, h = [], h0
    for x in np.moveaxis(X, 2, 0):
        z, r = (1 / (1 + np.exp(-(W @ x + U @ h + b))) for W, U, b in ((Wz, Uz, bz), (Wr, Ur, br)))
        h = h + z * (np.tanh(Wh @ x + Uh @ (r * h) + bh) - h)
        states.append(h)
    return np.stack(states, axis=2)


def transformer_backward(dO, X, gamma, beta, Wq, Wk, Wv, Wo, W1, b1, W2, b2):
    root = np.sqrt(X.var(axis=0) + 0.01)
    N = (X - X.mean(axis=0)) / root
    U = gamma * N + beta
    Q, K, V = Wq @ U, Wk @ U, Wv @ U
    S = K.T @ Q / np.sqrt(len(Q))
    E = np.exp(S - S.max(axis=0))
    P = E / E.sum(axis=0)
    M = V @ P
    R = X + Wo @ M
    H = np.tanh(W1 @ R + b1)
    dW2 = dO @ H.T
    db2 = dO.sum(axis=1, keepdims=True)
    dH = W2.T @ dO
    dZ = dH * (1 - H**2)
    dW1 = dZ @ R.T
    db1 = dZ.sum(axis=1, keepdims=True)
    dR = dO + W1.T @ dZ
    dWo = dR @ M.T
    dM = Wo.T @ dR
    dV = dM @ P.T
    dP = V.T @ dM
    dS = P * (dP - (P * dP).sum(axis=0))
    dT = dS / np.sqrt(len(Q))
    dQ = K @ dT
    dK = Q @ dT.T
    dWq = dQ @ U.T
    dWk = dK @ U.T
    dWv = dV @ U.T
    dU = Wq.T @ dQ
    dU += Wk.T @ dK
    dU += Wv.T @ dV
    dgamma = (dU * N).sum(axis=1, keepdims=True)
    dbeta = dU.sum(axis=1, keepdims=True)
    dN = gamma * dU
    through_mean = dN.mean(axis=0)
    through_variance = N * (dN * N).mean(axis=0)
    dX = (dN - through_mean - through_variance) / root
    dX += dR
    return dX, dgamma, dbeta, dWq, dWk, dWv, dWo, dW1, db1, dW2, db2


def _transformer(X, gamma, beta, Wq, Wk, Wv, Wo, W1, b1, W2, b2):
    U = gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 0.01) + beta
    S = (Wk @ U).T @ (Wq @ U) / np.sqrt(len(Wq))
    R = X + Wo @ Wv @ U @ (np.exp(S) / np.exp(S).sum(axis=0))
    return R + W2 @ np.tanh(W1 @ R + b1) + b2


def words_backward(dJ, E, W, b, C):
    context = np.array([[0, 2, 3], [1, 1, 4], [5, 0, 2], [3, 4, 1]])
    target = np.array([1, 3, 4, 2])
    noise = np.array([[4, 0], [5, 5], [2, 1], [0, 3]])
    m, width = context.shape
    bag = E[:, context].mean(axis=2)
    H = np.tanh(W @ bag + b)
    score = (C[:, target] * H).sum(axis=0)
    scores = (C[:, noise] * H[:, :, None]).sum(axis=0)
    dscore = dJ * (1 / (1 + np.exp(-score)) - 1) / m
    dscores = dJ / (1 + np.exp(-scores)) / m
    dC = np.zeros_like(C)
    near = dscore * H
    np.add.at(dC, (slice(None), target), near)
    far = dscores * H[:, :, None]
    np.add.at(dC, (slice(None), noise), far)
    dH = dscore * C[:, target]
    dH += (dscores * C[:, noise]).sum(axis=2)
    dZ = dH * (1 - H**2)
    dW = dZ @ bag.T
    db = dZ.sum(axis=1, keepdims=True)
    dbag = W.T @ dZ
    each = dbag / width
    shares = np.repeat(each[:, :, None], width, axis=2)
    dE = np.zeros_like(E)
    np.add.at(dE, (slice(None), context), shares)
    return dE, dW, db, dC


def _words(E, W, b, C):
    context, target = [[0, 2, 3], [1, 1, 4], [5, 0, 2], [3, 4, 1]], [1, 3, 4, 2]
    noise = [[4, 0], [5, 5], [2, 1], [0, 3]]
    H = np.tanh(W @ E[:, context].mean(axis=2) + b)
    right = np.log1p(np.exp(-np.einsum("dm,dm->m", C[:, target], H)))
    return np.mean(right + np.log1p(np.exp(np.einsum("dmk,dm->mk", C[:, noise], H))).sum(axis=1))


def bidirectional_backward(dO, X, f0, g0, Wf, Uf, bf, Wg, Ug, bg, Wo):
    T = X.shape[2]
    F, f = [f0], f0
    for t in range(T):
        f = np.tanh(Wf @ X[:, :, t] + Uf @ f + bf)
        F.append(f)
    G, g = [g0], g0
    for t in reversed(range(T)):
        g = np.tanh(Wg @ X[:, :, t] + Ug @ g + bg)
        G.insert(0, g)
    n = len(f0)
    dWf, dUf, dbf = np.zeros_like(Wf), np.zeros_like(Uf), np.zeros_like(bf)
    dWg, dUg, dbg = np.zeros_like(Wg), np.zeros_like(Ug), np.zeros_like(bg)
    dX, dWo = np.zeros_like(X), np.zeros_like(Wo)
    df = np.zeros_like(f0)
    for t in reversed(range(T)):
        dWo += dO[:, :, t] @ np.vstack([F[t + 1], G[t]]).T
        da = Wo[:, :n].T @ dO[:, :, t] + df
        dz = da * (1 - F[t + 1] ** 2)
        dWf += dz @ X[:, :, t].T
        dUf += dz @ F[t].T
        dbf += dz.sum(axis=1, keepdims=True)
        dX[:, :, t] += Wf.T @ dz
        df = Uf.T @ dz
    dg = np.zeros_like(g0)
    for t in range(len(G) - 1):
        da = Wo[:, n:].T @ dO[:, :, t] + dg
        dy = da * (1 - G[t] ** 2)
        dWg += dy @ X[:, :, t].T
        dUg += dy @ G[t + 1].T
        dbg += dy.sum(axis=1, keepdims=True)
        dX[:, :, t] += Wg.T @ dy
        dg = Ug.T @ dy
    return dX, df, dg, dWf, dUf, dbf, dWg, dUg, dbg, dWo


def _bidirectional(X, f0, g0, Wf, Uf, bf, Wg, Ug, bg, Wo):
    there, back, T = [f0], [g0], X.shape[2]
    for t in range(T):
        there.append(np.tanh(Wf @ X[:, :, t] + Uf @ there[-1] + bf))
        back.append(np.tanh(Wg @ X[:, :, T - 1 - t] + Ug @ back[-1] + bg))
    return np.stack([Wo @ np.vstack(both) for both in zip(there[1:], back[:0:-1], strict=True)], axis=2)


def _gates(names, n, x):
    return {f"W{k}": (n, n + x) for k in names} | {f"b{k}": (n, 1) for k in names}


LSTM = layer(
    _lstm,
    draw(
        X=(2, 2, 4),
        h0=(3, 2),
        c0=(3, 2),
        Wf=(3, 5),
        bf=(3, 1),
        Wi=(3, 5),
        bi=(3, 1),
        Wg=(3, 5),
        bg=(3, 1),
        Wo=(3, 5),
        bo=(3, 1),
    ),
)
GRU = layer(
    _gru,
    draw(
        X=(2, 2, 4),
        h0=(3, 2),
        Wz=(3, 2),
        Uz=(3, 3),
        bz=(3, 1),
        Wr=(3, 2),
        Ur=(3, 3),
        br=(3, 1),
        Wh=(3, 2),
        Uh=(3, 3),
        bh=(3, 1),
    ),
)
TRANSFORMER = layer(
    _transformer,
    draw(
        X=(4, 5),
        gamma=(4, 1),
        beta=(4, 1),
        Wq=(3, 4),
        Wk=(3, 4),
        Wv=(3, 4),
        Wo=(4, 3),
        W1=(6, 4),
        b1=(6, 1),
        W2=(4, 6),
        b2=(4, 1),
    ),
)
WORDS = layer(_words, draw(E=(3, 6), W=(4, 3), b=(4, 1), C=(4, 6)))
BIDIRECTIONAL = layer(
    _bidirectional,
    draw(
        X=(3, 2, 4),
        f0=(2, 2),
        g0=(3, 2),
        Wf=(2, 3),
        Uf=(2, 2),
        bf=(2, 1),
        Wg=(3, 3),
        Ug=(3, 3),
        bg=(3, 1),
        Wo=(2, 5),
    ),
)

BUGS = (
    Bug(
        slug="memory-kept-too-late",
        title="The memory is kept after it was changed",
        level=3,
        correct=lstm_backward,
        original="caches.append((joined, f, i, g, o, before, shown))",
        mutated="caches.append((joined, f, i, g, o, c, shown))",
        finding="GL147",
        hints=Hints(
            blocks="All are wrong. Some by much less than others.",
            ratio="Check with T = 1: then Wi, Wg and Wo are right, and Wf is not.",
            layer=(
                "With T = 1 only the forget gate is wrong. Its slope needs `before`: what was put away for it on "
                "the way there?"
            ),
        ),
        why=(
            "The forget gate is multiplied by the memory before this moment, and the cache holds the one after "
            "it. What a wrong forget gate hands down spoils all that is earlier, so the whole report is red."
        ),
        setup=LSTM,
    ),
    Bug(
        slug="reset-not-passed",
        title="The reset gate is left out on the way to the state before",
        level=3,
        correct=gru_backward,
        original="dh += dreset * r",
        mutated="dh += dreset",
        finding="GL128",
        hints=Hints(
            blocks="All are wrong, but 4 of the 16 entries of X are right. Which ones?",
            ratio="Check with T = 1: then h0 alone is wrong.",
            layer="The lines that go from one moment to the one before are left: those that make dh.",
        ),
        why=(
            "reset = r · before is a product: the state before gets r times what comes down. With T = 1 the bug "
            "shows in h0 alone, which is how one would find it."
        ),
        setup=GRU,
    ),
    Bug(
        slug="state-for-reset",
        title="The state before, where the reset state went in",
        level=2,
        correct=gru_backward,
        original="dUh += du @ reset.T",
        mutated="dUh += du @ before.T",
        finding="GL114",
        hints=Hints(
            blocks="Uh is wrong, all others are right: so all that comes down is.",
            ratio="Wrong entries have no factor in common: du was multiplied by something else.",
            layer="Wh and bh are right, so du is. What was Uh multiplied by on the way there?",
        ),
        why="Uz and Ur are multiplied by the state, Uh by what the reset gate left of it.",
        setup=GRU,
    ),
    Bug(
        slug="square-of-scores",
        title="The scores are not transposed on the way to the keys",
        level=3,
        correct=transformer_backward,
        original="dK = Q @ dT.T",
        mutated="dK = Q @ dT",
        finding="GL161",
        hints=Hints(
            blocks="Wk is wrong, Wq and Wv are right. Below them gamma, beta and X are wrong.",
            ratio="Wrong entries of Wk have no factor in common, and some have the wrong sign.",
            layer=(
                "Wq is right, so dT is. It is on the way from dT to the keys. Queries and keys are as many here, "
                "so shapes tell nothing."
            ),
        ),
        why=(
            "S = Kᵀ Q has a row for each key and a column for each query. In self-attention both are 5, and a "
            "missing .T fits. Layer norm and the residual below it add what is right, so X is wrong by little."
        ),
        setup=TRANSFORMER,
    ),
    Bug(
        slug="same-noise-twice",
        title="A word that was drawn twice as noise counts once",
        level=2,
        correct=words_backward,
        original="np.add.at(dC, (slice(None), noise), far)",
        mutated="dC[:, noise] += far",
        finding="GL151",
        hints=Hints(
            blocks="E, W and b agree, so what comes down from the scores is right. Only C is left.",
            ratio="Some columns of C are right to the last digit. Which ones?",
            layer="Two lines add to dC, one for target and one for noise. In one of them a word comes twice.",
        ),
        why=(
            "With an index that repeats, += adds once only. Word 5 was drawn twice for one place, word 0 for two "
            "places."
        ),
        setup=WORDS,
    ),
    Bug(
        slug="backwards-twice",
        title="The layer that reads from right to left is led back from right to left",
        level=3,
        correct=bidirectional_backward,
        original="for t in range(len(G) - 1):",
        mutated="for t in reversed(range(len(G) - 1)):",
        finding="GL161",
        hints=Hints(
            blocks="All of one direction is wrong, all of the other is right; Wo is right.",
            ratio="Check with T = 1: then all is right. So it is between the moments.",
            layer=(
                "G is right, or Wo would not be. What comes down to g comes from Wo and from the other moments: "
                "in which order?"
            ),
        ),
        why=(
            "The way back goes through time against the direction of the layer. This layer reads from the end, so "
            "its way back begins at the start."
        ),
        setup=BIDIRECTIONAL,
    ),
    Bug(
        slug="two-in-an-lstm",
        title="The slope of one gate is half there, and the sum over time of another is lost",
        level=4,
        correct=lstm_backward,
        original="dzi = dc * g * i * (1 - i)",
        mutated="dzi = dc * g * (1 - i)",
        also=(("dWo += dzo @ joined.T", "dWo = dzo @ joined.T"),),
        finding="GL147",
        hints=Hints(
            blocks=(
                "All are wrong, and no row clears a line. But check with T = 1: then only Wi and bi are, and what"
                " is below them."
            ),
            ratio="With T = 1, bi has no single factor: entries that are nearly 1 are nearly right.",
            layer=(
                "One mistake is in the gate i, and goes down to all that is earlier. The other is in a line that "
                "makes one block alone."
            ),
        ),
        why=(
            "The slope of a sigmoid is i (1 − i); without the i it is too large, and whatever came earlier gets "
            "it. Behind it hides dWo, which keeps its last summand only: one finds it when the first is repaired."
        ),
        setup=LSTM,
    ),
    Bug(
        slug="three-in-a-transformer",
        title="A residual is forgotten, and two factors are taken for others",
        level=4,
        correct=transformer_backward,
        original="dR = dO + W1.T @ dZ",
        mutated="dR = W1.T @ dZ",
        also=(("dWv = dV @ U.T", "dWv = dV @ N.T"), ("dU += Wk.T @ dK", "dU += Wk.T @ dQ")),
        finding="GL147",
        hints=Hints(
            blocks="W1, b1, W2 and b2 agree, everything below them is wrong.",
            ratio="Three mistakes lie over each other, so look for no factor before the first is repaired.",
            layer=(
                "The first is above attention, since Wo is wrong too: in what is made of dZ. Repair it and check "
                "again: two are left."
            ),
        ),
        why=(
            "What goes around a block has to come back around it: dO was left out. Below it dWv was made with the "
            "input before gamma and beta, and dQ took the place of dK. Several bugs are found from the output "
            "down: each repair makes more rows green, and those tell of the next."
        ),
        setup=TRANSFORMER,
    ),
    Bug(
        slug="two-directions",
        title="A state one moment off in each direction",
        level=4,
        correct=bidirectional_backward,
        original="(1 - F[t + 1] ** 2)",
        mutated="(1 - F[t] ** 2)",
        also=(("dUg += dy @ G[t + 1].T", "dUg += dy @ G[t].T"),),
        finding="GL147",
        hints=Hints(
            blocks="All of the direction f is wrong, f0 too. Of the other, Ug alone is; Wo is right, so F and G are.",
            ratio="Check with T = 1: both are still wrong, so it is within a moment, not between two.",
            layer=(
                "F has f0 in front of it, G has g0 behind it. For each moment t, which of F[t], F[t + 1], G[t] "
                "and G[t + 1] is made at t, and which went into it?"
            ),
        ),
        why=(
            "F has f0 in front, G has g0 at its end. The state at moment t is F[t + 1] and G[t], the one that "
            "went into it F[t] and G[t + 1]."
        ),
        seed=3,  # not 1, where the digits that are printed depend on the processor
        setup=BIDIRECTIONAL,
    ),
)
