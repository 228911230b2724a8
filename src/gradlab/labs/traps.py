"""Traps: bugs that the course's number does not show, and right code that it condemns."""

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.normalisation import BATCH, batch_norm_backward
from gradlab.labs.pieces import dense_backward
from gradlab.labs.setups import network

MANY = network("dense_backward", sizes=(8, 12, 1), m=1000)
LARGE = network("dense_backward", sizes=(3, 1), loss="squared", scale=1e7)
TRAINED = network("dense_backward", sizes=(4, 5, 1), decay=0.5, steps=500)
BATCH_OF_ONE = network("dense_backward", m=1)

BUGS = (
    Bug(
        slug="single-precision-inside",
        title="float32 in the middle of float64",
        level=3,
        correct=dense_backward,
        original="dW = dZ @ A.T",
        mutated="dW = np.cumsum(dZ[:, None] * A, axis=2, dtype=np.float32)[:, :, -1].astype(float)",
        finding="GL129",
        hints=Hints(
            blocks="Every W is wrong, by very little; every b is right, and it is made of the same dZ.",
            ratio="Numeric over analytic is 1.00000. Differences are of the order of 1e-7: which precision is that?",
            layer="It is where dW is added up. Ask for the dtype of whatever is added up.",
        ),
        why=(
            "The sum over 1,000 examples was made in float32, which keeps 7 digits, and lost one or two of them "
            "on the way. Whether it is below 1e-7 is luck."
        ),
        trap="wrong",
        # At seed 1 another processor calls another number of entries wrong: float32 sums end in other digits there.
        seed=2,
        setup=MANY,
    ),
    Bug(
        slug="hidden-by-the-norm",
        title="A small block is wrong beside a large one",
        level=2,
        correct=dense_backward,
        original="db = dZ.sum(axis=1, keepdims=True)",
        mutated="db = dZ[:, 1:].sum(axis=1, keepdims=True)",
        finding="GL115",
        hints=Hints(
            blocks=(
                "b is wrong, W is right. How large is each beside the other, and what does the number for the "
                "whole say?"
            ),
            ratio="W's gradient is millions of times that of b. In a norm, b does not count.",
            layer="It is where db is added up: one example is missing.",
        ),
        why=(
            "One number for all blocks is the number of the largest block. The inputs here are not scaled, as "
            "prices or distances are."
        ),
        trap="wrong",
        setup=LARGE,
    ),
    Bug(
        slug="one-example",
        title="A batch of one hides the missing sum",
        level=3,
        correct=dense_backward,
        original="db = dZ.sum(axis=1, keepdims=True)",
        mutated="db = dZ[:, :1]",
        finding="",
        hints=Hints(
            blocks="Every block agrees. This gradient is right, here.",
            ratio="Numeric over analytic is 1. Look at the shapes instead: how many columns has the batch?",
            layer="Find a line whose result would be another one with two columns.",
        ),
        why=(
            "A check says that this gradient is right at this point, for this batch. With one example a sum over "
            "examples is that example. The lab about dense layers has the same bug with six, and it is found."
        ),
        trap="open",
        setup=BATCH_OF_ONE,
        detectable=False,
    ),
    Bug(
        slug="input-overwritten",
        title="The gradient is right, and the input is destroyed",
        level=3,
        correct=batch_norm_backward,
        original="N = (Z - Z.mean(axis=1, keepdims=True)) / root",
        mutated="Z -= Z.mean(axis=1, keepdims=True)\n    N = Z / root",
        finding="",
        hints=Hints(
            blocks="Read what the report says below them.",
            ratio="Numeric over analytic is 1: the gradient is right.",
            layer="Look for an operation that changes an array in place.",
        ),
        why=(
            "Z −= … changes the caller's array. The gradients that come back are right; the next evaluation, "
            "with another Z, is not what anybody meant. gradlab puts the input back and says so."
        ),
        trap="right",
        setup=BATCH,
        detectable=False,
    ),
    Bug(
        slug="condemned",
        title="Nothing is wrong, and the rule of 1e-7 says there is",
        level=3,
        correct=dense_backward,
        original="dW = dZ @ A.T",
        mutated="dW = dZ @ A.T",
        finding="",
        hints=Hints(
            blocks="Look at the verdict, then at the relative difference with ε = 1e-7.",
            ratio="The network was trained, and the gradient is tiny. How large is round-off in the cost, over 2ε?",
            layer="There is no such place. Do not repair what is right.",
        ),
        why=(
            "At the end of training the gradient is nearly 0, and the round-off of the cost, divided by 2ε = "
            "2e-7, is what it always was. The number measures round-off, not the code."
        ),
        trap="right",
        setup=TRAINED,
        detectable=False,
    ),
)
