"""Bugs along time and among words: recurrent layers, the memory of an LSTM, embedding, attention."""

import numpy as np

from gradlab import nn
from gradlab.labs.bug import Bug, Hints
from gradlab.labs.setups import layer, within


def rnn_backward(dA, Wax, Waa, ba, X, a0):
    A, a = [a0], a0
    for t in range(X.shape[2]):
        a = np.tanh(Waa @ a + Wax @ X[:, :, t] + ba)
        A.append(a)
    dWax, dWaa, dba = np.zeros_like(Wax), np.zeros_like(Waa), np.zeros_like(ba)
    dX, da = np.zeros_like(X), np.zeros_like(a0)
    for t in reversed(range(X.shape[2])):
        dz = (dA[:, :, t] + da) * (1 - A[t + 1] ** 2)
        dWax += dz @ X[:, :, t].T
        dWaa += dz @ A[t].T
        dba += dz.sum(axis=1, keepdims=True)
        dX[:, :, t] = Wax.T @ dz
        da = Waa.T @ dz
    return dWax, dWaa, dba, dX, da


def memory_backward(da, f, i, g, o, c_before):
    c = f * c_before + i * g
    do = da * np.tanh(c)
    dc = da * o * (1 - np.tanh(c) ** 2)
    df = dc * c_before
    di = dc * g
    dg = dc * i
    return df, di, dg, do, dc * f


def embedding_backward(dA, E):
    words = np.array([2, 0, 2, 4, 2, 1])
    dE = np.zeros_like(E)
    np.add.at(dE, (slice(None), words), dA)
    return dE


def read_backward(dU, E, W, b):
    words = np.array([2, 0, 2, 4, 2, 1])
    A = E[:, words]
    U = np.tanh(W @ A + b)
    dZ = dU * (1 - U**2)
    dW = dZ @ A.T
    db = dZ.sum(axis=1, keepdims=True)
    dA = W.T @ dZ
    dE = embedding_backward(dA, E)
    return dE, dW, db


def attention_backward(dO, Q, K, V):
    S = K.T @ Q / np.sqrt(len(Q))
    P = np.exp(S) / np.exp(S).sum(axis=0)
    dV = dO @ P.T
    dP = V.T @ dO
    dS = P * (dP - (P * dP).sum(axis=0)) / np.sqrt(len(Q))
    return K @ dS, Q @ dS.T, dV


def _draw(**shapes):
    return lambda rng: {name: 0.7 * rng.standard_normal(shape) for name, shape in shapes.items()}


RNN = layer(
    lambda Wax, Waa, ba, X, a0: nn.recurrent.rnn_forward({"Wax": Wax, "Waa": Waa, "ba": ba}, X, a0),
    _draw(Wax=(3, 3), Waa=(3, 3), ba=(3, 1), X=(3, 2, 4), a0=(3, 2)),
)
MEMORY = layer(
    lambda f, i, g, o, c_before: o * np.tanh(f * c_before + i * g),
    _draw(f=(3, 2), i=(3, 2), g=(3, 2), o=(3, 2), c_before=(3, 2)),
)
READ = layer(
    lambda E, W, b: np.tanh(W @ nn.embedding.embedding_forward(np.array([2, 0, 2, 4, 2, 1]), E) + b),
    _draw(E=(3, 5), W=(2, 3), b=(2, 1)),
)
EMBEDDING = within(READ, read_backward, "embedding_backward")
ATTENTION = layer(nn.attention.attention_forward, _draw(Q=(3, 4), K=(3, 5), V=(2, 5)))

BUGS = (
    Bug(
        slug="time-not-added-up",
        title="The gradient of the last moment only",
        level=2,
        correct=rnn_backward,
        original="dWax += dz",
        mutated="dWax = dz",
        finding="GL114",
        hints=Hints(
            blocks="Waa and ba agree, and are made of the same dz as Wax.",
            ratio="Check with one moment in time, T = 1: the bug is gone.",
            layer="Waa and ba are made in the same loop, and are right. Compare the lines of dWax and dWaa.",
        ),
        why="The same weights serve at every time, so every time adds something.",
        setup=RNN,
    ),
    Bug(
        slug="past-cut-off",
        title="What flows back from the next moment is dropped",
        level=2,
        correct=rnn_backward,
        original="(dA[:, :, t] + da)",
        mutated="dA[:, :, t]",
        finding="GL128",
        hints=Hints(
            blocks="All are wrong, but 6 of the 24 entries of X are right. Which ones?",
            ratio="dX is right at the last moment in time and wrong before.",
            layer="A state moves the cost in two ways: da is made of two things. Which of them is missing?",
        ),
        why=(
            "A state is seen by the layer above and by the next moment. Cut off on purpose, this is called "
            "truncation, and then the cost must hold the past constant as well."
        ),
        setup=RNN,
    ),
    Bug(
        slug="one-moment-too-late",
        title="The state after in the place of the state before",
        level=3,
        correct=rnn_backward,
        original="dWaa += dz @ A[t].T",
        mutated="dWaa += dz @ A[t + 1].T",
        finding="GL114",
        hints=Hints(
            blocks="Wax and ba agree, and are made of the same dz as Waa.",
            ratio="Wrong entries have no factor in common: dz was multiplied by something else.",
            layer="It is the line that makes dWaa. Write down what A[0] and A[1] are.",
        ),
        why=(
            "Waa is multiplied by the state before. In the list A, a0 comes first, so A[t] is the state before "
            "moment t."
        ),
        setup=RNN,
    ),
    Bug(
        slug="averaged-over-time",
        title="Averaged over the moments in time",
        level=1,
        correct=rnn_backward,
        original="return dWax, dWaa, dba, dX, da",
        mutated="T = X.shape[2]\n    return dWax / T, dWaa / T, dba / T, dX, da",
        finding="GL102",
        hints=Hints(
            blocks="X and a0 agree, so dz is right at every moment. Wax, Waa and ba are what is added up over them.",
            ratio="Numeric is 4 times analytic in all of them, and there are 4 moments in time.",
            layer="It happens after the loop, to dWax, dWaa and dba alike.",
        ),
        why=(
            "The cost adds up over time, the gradient was averaged. All signs match. The relative difference is 3/5; "
            "the more moments, the nearer to 1."
        ),
        setup=RNN,
    ),
    Bug(
        slug="one-buffer-for-two",
        title="Two gradients share one array",
        level=3,
        correct=rnn_backward,
        original="dWax, dWaa, dba = np.zeros_like(Wax), np.zeros_like(Waa), np.zeros_like(ba)",
        mutated="dWax = dWaa = np.zeros_like(Waa)\n    dba = np.zeros_like(ba)",
        finding="GL114",
        hints=Hints(
            blocks="All others agree, so dz is right. What have Wax and Waa in common that ba has not?",
            ratio="Look at analytic alone: the two blocks are the same, number for number.",
            layer="It was wrong before the loop began, where dWax and dWaa are made.",
        ),
        why="A = B = zeros() makes one array with two names. Whatever is added to one is added to the other.",
        setup=RNN,
    ),
    Bug(
        slug="clipped",
        title="The gradient is clipped before it is checked",
        level=1,
        correct=rnn_backward,
        original="return dWax, dWaa, dba, dX, da",
        mutated="return np.clip(dWax, -1, 1), np.clip(dWaa, -1, 1), dba, dX, da",
        finding="GL109",
        hints=Hints(
            blocks="X, a0 and ba agree, so dz is right. Some entries of Wax and Waa are right as well.",
            ratio="The wrong entries of analytic are all 1 or −1.",
            layer="It happens after the loop, to dWax and dWaa.",
        ),
        why="A clipped gradient is no longer that of the cost. Check before clipping.",
        setup=RNN,
    ),
    Bug(
        slug="gates-exchanged",
        title="Forget gate and input gate are exchanged",
        level=1,
        correct=memory_backward,
        original="df = dc * c_before\n    di = dc * g",
        mutated="df = dc * g\n    di = dc * c_before",
        finding="GL106",
        hints=Hints(
            blocks="g, o and c_before agree, so dc is right. Only f and i are left.",
            ratio="Look across: analytic f beside numeric i. They are the same.",
            layer=(
                "It is where f and i get what comes from dc. c = f c_before + i g: in a product, each factor gets"
                " the other one."
            ),
        ),
        why="Two lines with each other's right-hand side.",
        setup=MEMORY,
    ),
    Bug(
        slug="repeated-word",
        title="A word that comes twice counts once",
        level=2,
        correct=embedding_backward,
        original="np.add.at(dE, (slice(None), words), dA)",
        mutated="dE[:, words] += dA",
        finding="GL118",
        hints=Hints(
            blocks="W and b agree, so dZ is right. Only E is left.",
            ratio="Most columns are exactly right. The wrong one belongs to a word that comes twice.",
            layer="It is where dE gets the columns of the words. Count how often each word comes.",
        ),
        why=(
            "With an index that repeats, += adds once only: NumPy computes the right-hand side first, and writes "
            "the last one. np.add.at adds every time."
        ),
        setup=EMBEDDING,
    ),
    Bug(
        slug="scale-of-scores",
        title="1/√d is missing on the way back",
        level=1,
        correct=attention_backward,
        original="(P * dP).sum(axis=0)) / np.sqrt(len(Q))",
        mutated="(P * dP).sum(axis=0))",
        finding="GL102",
        hints=Hints(
            blocks="V agrees, so the weights are right. Q and K go through the scores.",
            ratio="Numeric over analytic is 0.5774 in both. Square it.",
            layer="It is on the way through the scores, dS, which V does not take.",
        ),
        why="The scores are divided by √d, so their slopes are too. 1/√3 is 0.5774.",
        setup=ATTENTION,
    ),
    Bug(
        slug="state-weight-not-transposed",
        title="Waa where Waaᵀ belongs, and the shapes fit",
        level=2,
        correct=rnn_backward,
        original="da = Waa.T @ dz",
        mutated="da = Waa @ dz",
        finding="GL128",
        hints=Hints(
            blocks="All are wrong, but 6 of the 24 entries of X are right. Which ones?",
            ratio="dX is right at the last moment in time and wrong before.",
            layer=(
                "What comes from the next moment, da, is there, and is not what it should be. Which matrix "
                "led forward?"
            ),
        ),
        why=(
            "Waa is square, since it leads from a state to a state, so NumPy multiplies either way. On the way back "
            "a matrix is always transposed."
        ),
        setup=RNN,
    ),
)
