"""Bugs where the cost ends and the way back begins: losses, and the softmax in the middle of a network."""

import numpy as np

from gradlab.labs.bug import Bug
from gradlab.labs.scenes import layer, network
from gradlab.nn.losses import softmax


def logistic_backward(Z, Y):
    A = 1 / (1 + np.exp(-Z))
    m = Z.shape[1]
    return (A - Y) / m


def softmax_cost_backward(Z, Y):
    E = np.exp(Z - Z.max(axis=0))
    A = E / E.sum(axis=0)
    m = Z.shape[1]
    return (A - Y) / m


def softmax_backward(dP, S):
    E = np.exp(S - S.max(axis=0))
    P = E / E.sum(axis=0)
    return P * (dP - (P * dP).sum(axis=0))


LOGISTIC = network("loss_backward")
SOFTMAX = network("loss_backward", loss="softmax", sizes=(4, 5, 3))
SHARES = layer(lambda S: softmax(S), lambda rng: {"S": rng.standard_normal((4, 5))})

BUGS = (
    Bug(
        "sign-flipped",
        "Y − A in the place of A − Y",
        "losses",
        1,
        logistic_backward,
        "(A - Y)",
        "(Y - A)",
        "GL101",
        (
            "The blocks: all of them are wrong.",
            "The ratio: −1, everywhere.",
            "The layer: what all blocks share is where the way back begins, the loss.",
        ),
        "With the sign flipped, descent climbs. Formula (2) gives 1 for it, the same as for a gradient of zeros.",
        LOGISTIC,
    ),
    Bug(
        "mean-forgotten",
        "1/m is missing",
        "losses",
        1,
        logistic_backward,
        "(A - Y) / m",
        "A - Y",
        "GL102",
        (
            "The blocks: all of them are wrong.",
            "The ratio: 1/6 everywhere, and there are 6 examples.",
            "The layer: the loss. The cost is a mean, so where does the division go in its derivative?",
        ),
        "The cost is a mean over examples, the gradient a sum. Training still works with a smaller learning rate, "
        "which "
        "then has to change with the size of the batch.",
        LOGISTIC,
    ),
    Bug(
        "mean-over-classes",
        "Divided by the number of classes as well",
        "losses",
        1,
        softmax_cost_backward,
        "(A - Y) / m",
        "(A - Y) / m / len(Z)",
        "GL102",
        (
            "The blocks: all of them are wrong.",
            "The ratio: 3 everywhere, and there are 3 classes.",
            "The layer: the loss. What does a mean over a whole matrix divide by?",
        ),
        "mean() of a matrix divides by all its entries, m times the number of classes. The cost divides by m.",
        SOFTMAX,
    ),
    Bug(
        "slope-of-sigmoid-twice",
        "The slope of the sigmoid is multiplied in once too often",
        "losses",
        2,
        logistic_backward,
        "(A - Y) / m",
        "(A - Y) * A * (1 - A) / m",
        "GL116",
        (
            "The blocks: all of them are wrong.",
            "The ratio: about 4 nearly everywhere, but not quite, so it is not one factor.",
            "The layer: b of the last layer comes from dZ of the loss alone. So that is wrong. What is about 1/4?",
        ),
        "A − Y holds the slope of the sigmoid already: it cancels against the derivative of the logarithm. "
        "Multiplied in again, it is the gradient of another cost, the squared distance of A and Y.",
        LOGISTIC,
    ),
    Bug(
        "softmax-diagonal",
        "Only the diagonal of the softmax's derivative",
        "losses",
        2,
        softmax_backward,
        "P * (dP - (P * dP).sum(axis=0))",
        "P * (1 - P) * dP",
        "GL121",
        (
            "The blocks: there is one, and it is wrong.",
            "The ratio: there is none. Add up numeric down each column: what comes out, and why must it?",
            "The layer: each column of P adds up to 1, so a shift of a column of S moves nothing.",
        ),
        "P (1 − P) is how each share moves with its own S. But every S moves every share, and what they take from "
        "each other is missing.",
        SHARES,
    ),
    Bug(
        "softmax-sum-missing",
        "The sum over the column is missing",
        "losses",
        2,
        softmax_backward,
        "(dP - (P * dP).sum(axis=0))",
        "dP",
        "GL121",
        (
            "The blocks: there is one, and it is wrong.",
            "The ratio: there is none. Divide numeric − analytic by P: in each column it is one number.",
            "The layer: what is subtracted from dP is one number for each column.",
        ),
        "If all of dP were the same, nothing could move, since shares add up to 1. So what dP has in common, weighed "
        "by P, has to go.",
        SHARES,
    ),
    Bug(
        "softmax-wrong-axis",
        "The sum runs along the rows",
        "losses",
        3,
        softmax_backward,
        "(P * dP).sum(axis=0)",
        "(P * dP).sum(axis=1, keepdims=True)",
        "GL121",
        (
            "The blocks: there is one, and it is wrong.",
            "The ratio: there is none. Add up analytic down each column. It should be 0, and is not.",
            "The layer: which axis adds up to 1?",
        ),
        "Columns are examples here, and in many other programs rows are. keepdims makes either axis fit.",
        SHARES,
    ),
)
