"""Traps: bugs that the course's number does not show, and right code that it condemns."""

from gradlab.labs.bug import Bug
from gradlab.labs.dense import dense_backward
from gradlab.labs.normalisation import BATCH, batch_norm_backward
from gradlab.labs.scenes import network

MANY = network("dense_backward", sizes=(8, 12, 1), m=1000)
LARGE = network("dense_backward", sizes=(3, 1), loss="squared", scale=1e7)
TRAINED = network("dense_backward", sizes=(4, 5, 1), decay=0.5, steps=500)
BATCH_OF_ONE = network("dense_backward", m=1)

BUGS = (
    Bug(
        "single-precision-inside",
        "float32 in the middle of float64",
        "traps",
        3,
        dense_backward,
        "dW = dZ @ A.T",
        "dW = np.cumsum(dZ[:, None] * A, axis=2, dtype=np.float32)[:, :, -1].astype(float)",
        "GL114",
        (
            "The blocks: every W is wrong, by very little; every b is right.",
            "The ratio: 1.00000. Differences are of the order of 1e-7: which precision is that?",
            "The layer: ask for the dtype of whatever is added up.",
        ),
        "The sum over 1,000 examples was made in float32, which keeps 7 digits, and lost one or two of them on the "
        "way. "
        "Whether the course's number passes is luck.",
        MANY,
    ),
    Bug(
        "hidden-by-the-norm",
        "A small block is wrong beside a large one",
        "traps",
        2,
        dense_backward,
        "db = dZ.sum(axis=1, keepdims=True)",
        "db = dZ[:, 1:].sum(axis=1, keepdims=True)",
        "GL115",
        (
            "The blocks: b is wrong, W is right. And the number for the whole?",
            "The ratio: W's gradient is millions of times that of b. In a norm, b does not count.",
            "The layer: one example is missing in b.",
        ),
        "One number for all blocks is the number of the largest block. The inputs here are not scaled, as prices or "
        "distances are.",
        LARGE,
    ),
    Bug(
        "one-example",
        "A batch of one hides the missing sum",
        "traps",
        3,
        dense_backward,
        "db = dZ.sum(axis=1, keepdims=True)",
        "db = dZ[:, :1]",
        "",
        (
            "The blocks: every block agrees. This gradient is right, here.",
            "The ratio: 1. Look at the shapes instead: how many columns has the batch?",
            "The layer: find a line whose result would be another one with two columns.",
        ),
        "A check says that this gradient is right at this point, for this batch. With one example a sum over "
        "examples is "
        "that example. The lab about dense layers has the same bug with six, and it is found.",
        BATCH_OF_ONE,
        visible=False,
    ),
    Bug(
        "input-overwritten",
        "The gradient is right, and the input is destroyed",
        "traps",
        3,
        batch_norm_backward,
        "N = (Z - Z.mean(axis=1, keepdims=True)) / root",
        "Z -= Z.mean(axis=1, keepdims=True)\n    N = Z / root",
        "",
        (
            "The blocks: read what the report says above them.",
            "The ratio: 1.",
            "The layer: look for an operation that changes an array in place.",
        ),
        "Z −= … changes the caller's array. The gradients that come back are right; the next evaluation, with "
        "another Z, is not what anybody meant. gradlab puts the input back and says so.",
        BATCH,
        visible=False,
    ),
    Bug(
        "condemned",
        "Nothing is wrong, and the course's rule says there is",
        "traps",
        3,
        dense_backward,
        "dW = dZ @ A.T",
        "dW = dZ @ A.T",
        "",
        (
            "The blocks: look at the verdict, then at the course's number with ε = 1e-7.",
            "The ratio: the network was trained, and the gradient is tiny. How large is round-off in the cost, over "
            "2ε?",
            "The layer: none. Do not repair what is right.",
        ),
        "At the end of training the gradient is nearly 0, and the round-off of the cost, divided by 2ε = 2e-7, is "
        "what "
        "it always was. The number measures round-off, not the code.",
        TRAINED,
        visible=False,
    ),
)
