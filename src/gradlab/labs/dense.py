"""Bugs of a dense layer, Z = W A + b."""

from gradlab.labs.bug import Bug
from gradlab.labs.scenes import network


def dense_backward(dZ, A, W):
    dA = W.T @ dZ
    dW = dZ @ A.T
    db = dZ.sum(axis=1, keepdims=True)
    return dA, dW, db


SCENE = network("dense_backward")
RELU = network("dense_backward", hidden="relu", sizes=(4, 6, 6, 1))

BUGS = (
    Bug(
        "dw-doubled",
        "dW has a factor 2",
        "dense",
        1,
        dense_backward,
        "dW = dZ @ A.T",
        "dW = 2 * dZ @ A.T",
        "GL102",
        (
            "The blocks: every W is wrong, every b is right.",
            "The ratio: divide numeric by analytic, entry by entry. It is the same everywhere.",
            "The layer: b and W of a layer share dZ. If b is right, dZ is right, so look at what makes dW of it.",
        ),
        "A 2 that belongs to a squared cost was written into the layer. With one factor for all of a block, formula "
        "(2) "
        "says |1 − 2| / (1 + 2) = 1/3 there, whatever the numbers are.",
        SCENE,
    ),
    Bug(
        "db-times-four",
        "db has a factor 4",
        "dense",
        1,
        dense_backward,
        "db = dZ.sum(axis=1, keepdims=True)",
        "db = 4 * dZ.sum(axis=1, keepdims=True)",
        "GL102",
        (
            "The blocks: every b is wrong, every W is right.",
            "The ratio: formula (2) gives 0.6 for each b. Which factor r solves |1 − r| / (1 + r) = 0.6?",
            "The layer: since W is right, dZ is. Only the line for db is left.",
        ),
        "The course plants this one as 4/m in the place of 1/m. Overall the difference depends on the sizes of the "
        "blocks; in the block itself it is 3/5.",
        SCENE,
    ),
    Bug(
        "db-averaged",
        "db is averaged twice",
        "dense",
        1,
        dense_backward,
        "db = dZ.sum(axis=1, keepdims=True)",
        "db = dZ.mean(axis=1, keepdims=True)",
        "GL102",
        (
            "The blocks: every b is wrong, every W is right.",
            "The ratio: numeric is 6 times analytic. How many examples are there?",
            "The layer: the cost has divided by m already, and 1/m came down with dZ.",
        ),
        "The mean over examples is taken once, in the cost. A factor that equals the number of examples, or one over "
        "it, is nearly always this mistake.",
        SCENE,
    ),
    Bug(
        "db-of-one-example",
        "db is not summed over the examples",
        "dense",
        2,
        dense_backward,
        "db = dZ.sum(axis=1, keepdims=True)",
        "db = dZ[:, :1]",
        "GL115",
        (
            "The blocks: every b is wrong, every W is right.",
            "The ratio: there is none; entries are off by different factors, and some even have the wrong sign.",
            "The layer: make the batch smaller. With one example, m = 1, the bug is gone.",
        ),
        "b serves every example, so every example sends something back. With m = 1 the sum has one term and the bug "
        "cannot be seen: check with two examples or more.",
        SCENE,
    ),
    Bug(
        "transposed-by-accident",
        "W where Wᵀ belongs, and the shapes fit",
        "dense",
        2,
        dense_backward,
        "dA = W.T @ dZ",
        "dA = W @ dZ if W.shape[0] == W.shape[1] else W.T @ dZ",
        "GL113",
        (
            "The blocks: the last layers are right, the first ones wrong. Where is the border?",
            "The ratio: there is none.",
            "The layer: a block is wrong if what came down to it was. The first layer that is wrong got it from "
            "above; "
            "what is special about the shape of that W?",
        ),
        "In a square layer W and Wᵀ fit equally well, and NumPy does not complain. A check finds it only if a layer "
        "of "
        "the network is square, so give every layer another size, and one pair of layers the same.",
        SCENE,
    ),
    Bug(
        "db-over-everything",
        "db is summed over the units too",
        "dense",
        2,
        dense_backward,
        "db = dZ.sum(axis=1, keepdims=True)",
        "db = np.full((len(dZ), 1), dZ.sum())",
        "GL115",
        (
            "The blocks: every b is wrong but that of the last layer; every W is right.",
            "The ratio: look at the analytic side of one b. Are its entries different at all?",
            "The layer: the last layer has one unit. What is a sum over the units there?",
        ),
        "A sum without an axis adds up everything, and broadcasting gives every unit the same number. With one unit "
        "it "
        "makes no difference.",
        SCENE,
    ),
    Bug(
        "last-example-forgotten",
        "One example is left out of dW",
        "dense",
        3,
        dense_backward,
        "dW = dZ @ A.T",
        "dW = dZ[:, :-1] @ A[:, :-1].T",
        "GL114",
        (
            "The blocks: every W is wrong, every b is right.",
            "The ratio: there is none, but most entries are off by little. So nearly everything is right.",
            "The layer: dW adds up over the examples. What if the sum ends too early? Check with m = 1 and see.",
        ),
        "An index that ends one too early. The gradient points about the right way, so training works a little "
        "worse, "
        "and nobody would ever look here.",
        RELU,
    ),
)
