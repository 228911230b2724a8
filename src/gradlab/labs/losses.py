"""Bugs where the cost ends and the way back begins: losses, and the softmax in the middle of a network."""

import numpy as np

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.pieces import logistic_backward, softmax_cost_backward
from gradlab.labs.setups import layer, network, within
from gradlab.nn.losses import softmax


def softmax_backward(dP, S):
    E = np.exp(S - S.max(axis=0))
    P = E / E.sum(axis=0)
    return P * (dP - (P * dP).sum(axis=0))


def mixture_backward(dO, W, V, X):
    S = W @ X
    P = np.exp(S) / np.exp(S).sum(axis=0)
    dV = dO @ P.T
    dP = V.T @ dO
    dS = softmax_backward(dP, S)
    dW = dS @ X.T
    dX = W.T @ dS
    return dW, dV, dX


LOGISTIC = network("loss_backward")
SOFTMAX = network("loss_backward", loss="softmax", sizes=(4, 5, 3))
MIXTURE = layer(
    lambda W, V, X: V @ softmax(W @ X),
    lambda rng: {name: rng.standard_normal(shape) for name, shape in {"W": (4, 3), "V": (2, 4), "X": (3, 5)}.items()},
)
SHARES = within(MIXTURE, mixture_backward, "softmax_backward")

BUGS = (
    Bug(
        slug="sign-flipped",
        title="Y − A in the place of A − Y",
        level=1,
        correct=logistic_backward,
        original="(A - Y)",
        mutated="(Y - A)",
        finding="GL101",
        hints=Hints(
            blocks="No row agrees, so what is wrong lies where all of them begin.",
            ratio="Numeric is analytic with the other sign, everywhere.",
            layer="What all blocks share is where the way back begins, the loss: logistic_backward.",
        ),
        why=("With the sign flipped, descent climbs. The relative difference is 1, as for a gradient of zeros."),
        setup=LOGISTIC,
    ),
    Bug(
        slug="mean-forgotten",
        title="1/m is missing",
        level=1,
        correct=logistic_backward,
        original="(A - Y) / m",
        mutated="A - Y",
        finding="GL102",
        hints=Hints(
            blocks="No row agrees, so what is wrong lies where all of them begin.",
            ratio="Numeric is 1/6 of analytic everywhere, and there are 6 examples.",
            layer="The loss. The cost is a mean, so where does the division go in its derivative?",
        ),
        why=(
            "The cost is a mean over examples, the gradient a sum. Training still works with a smaller learning "
            "rate, which then has to change with the size of the batch."
        ),
        setup=LOGISTIC,
    ),
    Bug(
        slug="mean-over-classes",
        title="Divided by the number of classes as well",
        level=1,
        correct=softmax_cost_backward,
        original="(A - Y) / m",
        mutated="(A - Y) / Y.size",
        finding="GL102",
        hints=Hints(
            blocks="No row agrees, so what is wrong lies where all of them begin.",
            ratio="Numeric is 3 times analytic everywhere, and there are 3 classes.",
            layer="The loss. What does a mean over a whole matrix divide by?",
        ),
        why="mean() of a matrix divides by all its entries, m times the number of classes. The cost divides by m.",
        # At seed 1 another machine, the browser for one, vouches for a residual a hundred times larger.
        seed=2,
        setup=SOFTMAX,
    ),
    Bug(
        slug="slope-of-sigmoid-twice",
        title="The slope of the sigmoid is multiplied in once too often",
        level=2,
        correct=logistic_backward,
        original="(A - Y) / m",
        mutated="(A - Y) * A * (1 - A) / m",
        finding="GL116",
        hints=Hints(
            blocks="No row agrees, so what is wrong lies where all of them begin.",
            ratio="Numeric is about 4 times analytic nearly everywhere, but not quite, so it is not one factor.",
            layer=(
                "The b of the last layer comes from dZ of the loss alone. It is wrong, so logistic_backward is. "
                "What is about 1/4?"
            ),
        ),
        why=(
            "A − Y holds the slope of the sigmoid already: it cancels against the derivative of the logarithm. "
            "Multiplied in again, it is the gradient of another cost, the squared distance of A and Y."
        ),
        setup=LOGISTIC,
    ),
    Bug(
        slug="softmax-diagonal",
        title="Only the diagonal of the softmax's derivative",
        level=2,
        correct=softmax_backward,
        original="P * (dP - (P * dP).sum(axis=0))",
        mutated="P * (1 - P) * dP",
        finding="GL126",
        hints=Hints(
            blocks="V is right, so what comes down to the softmax is made of right things. W and X lie below it.",
            ratio="Add up numeric of W down each column: it comes out as 0. Why must it?",
            layer=(
                "It is in softmax_backward. Each column of P adds up to 1, so a shift of a column of S moves nothing."
            ),
        ),
        why=(
            "P (1 − P) is how each share moves with its own S. But every S moves every share, and what they take "
            "from each other is missing."
        ),
        setup=SHARES,
    ),
    Bug(
        slug="softmax-sum-missing",
        title="The sum over the column is missing",
        level=2,
        correct=softmax_backward,
        original="(dP - (P * dP).sum(axis=0))",
        mutated="dP",
        finding="GL126",
        hints=Hints(
            blocks="V is right, so what comes down to the softmax is made of right things. W and X lie below it.",
            ratio="Add up analytic of W down each column. It should be 0, and is not.",
            layer="It is in softmax_backward. What is subtracted from dP there is one number for each column.",
        ),
        why=(
            "If all of dP were the same, nothing could move, since shares add up to 1. So what dP has in common, "
            "weighed by P, has to go."
        ),
        setup=SHARES,
    ),
    Bug(
        slug="softmax-wrong-axis",
        title="The sum runs along the rows",
        level=3,
        correct=softmax_backward,
        original="(P * dP).sum(axis=0)",
        mutated="(P * dP).sum(axis=1, keepdims=True)",
        finding="GL126",
        hints=Hints(
            blocks="V is right, so what comes down to the softmax is made of right things. W and X lie below it.",
            ratio="Add up analytic of W down each column. It should be 0, and is not.",
            layer="It is in softmax_backward. Which axis of P adds up to 1?",
        ),
        why="Columns are examples here, and in many other programs rows are. keepdims makes either axis fit.",
        setup=SHARES,
    ),
)
