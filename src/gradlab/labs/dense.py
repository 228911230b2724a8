"""Bugs of a dense layer, Z = W A + b."""

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.pieces import dense_backward
from gradlab.labs.setups import network

TANH = network("dense_backward")
SQUARE = network("dense_backward", sizes=(4, 4, 4, 4), loss="softmax")
RELU = network("dense_backward", hidden="relu", sizes=(4, 6, 6, 1))

BUGS = (
    Bug(
        slug="dw-doubled",
        title="dW has a factor 2",
        level=1,
        correct=dense_backward,
        original="dW = dZ @ A.T",
        mutated="dW = 2 * dZ @ A.T",
        finding="GL102",
        hints=Hints(
            blocks="Every b agrees, layer by layer, and b is made of the same dZ as W.",
            ratio="Divide numeric by analytic, entry by entry. It is the same everywhere.",
            layer="b and W of a layer share dZ. If b is right, dZ is right, so look at what makes dW of it.",
        ),
        why=(
            "A 2 that belongs to a squared cost was written into the layer. With one factor for all of a block, "
            "the relative difference there is |1 − 2| / (1 + 2) = 1/3, whatever the numbers are."
        ),
        setup=TANH,
    ),
    Bug(
        slug="db-times-four",
        title="db has a factor 4",
        level=1,
        correct=dense_backward,
        original="db = dZ.sum(axis=1, keepdims=True)",
        mutated="db = 4 * dZ.sum(axis=1, keepdims=True)",
        finding="GL102",
        hints=Hints(
            blocks="Every W agrees, layer by layer, and W is made of the same dZ as b.",
            ratio='The column "difference" says 0.6 for each b. Which factor r solves |1 − r| / (1 + r) = 0.6?',
            layer="Since W is right, dZ is. Look at how db is made of it.",
        ),
        why=(
            "Andrew Ng's course plants it as 4/m in the place of 1/m. Overall the difference depends on the sizes "
            "of the blocks; in the block itself it is 3/5."
        ),
        setup=TANH,
    ),
    Bug(
        slug="db-averaged",
        title="db is averaged twice",
        level=1,
        correct=dense_backward,
        original="db = dZ.sum(axis=1, keepdims=True)",
        mutated="db = dZ.mean(axis=1, keepdims=True)",
        finding="GL102",
        hints=Hints(
            blocks="Every W agrees, layer by layer, and W is made of the same dZ as b.",
            ratio="Numeric is 6 times analytic. How many examples are there?",
            layer="The cost has divided by m already, and 1/m came down with dZ. What does db do with dZ?",
        ),
        why=(
            "The mean over examples is taken once, in the cost. A factor that equals the number of examples, or "
            "one over it, is nearly always this mistake."
        ),
        setup=TANH,
    ),
    Bug(
        slug="db-of-one-example",
        title="db is not summed over the examples",
        level=2,
        correct=dense_backward,
        original="db = dZ.sum(axis=1, keepdims=True)",
        mutated="db = dZ[:, :1]",
        finding="GL115",
        hints=Hints(
            blocks="Every W agrees, layer by layer, and W is made of the same dZ as b.",
            ratio="Entries are off by different factors, and some even have the wrong sign.",
            layer=(
                "Make the batch smaller. With one example, m = 1, the bug is gone. Which line should add up over "
                "the examples?"
            ),
        ),
        why=(
            "b serves every example, so every example sends something back. With m = 1 the sum has one term and "
            "the bug cannot be seen: check with two examples or more."
        ),
        setup=TANH,
    ),
    Bug(
        slug="transposed-by-accident",
        title="W where Wᵀ belongs, and the shapes fit",
        level=2,
        correct=dense_backward,
        original="dA = W.T @ dZ",
        mutated="dA = W @ dZ",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layers are right, the first ones wrong. The border lies below the lowest layer that is "
                "right."
            ),
            ratio="Wrong entries have no factor in common, and some have the wrong sign.",
            layer=(
                "The last layer is right, so what it hands down, dA, is made of right things, and still wrong. "
                "What is special about the shape of every W here?"
            ),
        ),
        why=(
            "In a square layer W and Wᵀ fit equally well, and NumPy does not complain. Give the layers "
            "different sizes, so that NumPy catches a forgotten .T, and keep one square layer, where only the check "
            "can."
        ),
        setup=SQUARE,
    ),
    Bug(
        slug="db-over-everything",
        title="db is summed over the units too",
        level=2,
        correct=dense_backward,
        original="db = dZ.sum(axis=1, keepdims=True)",
        mutated="db = np.full((len(dZ), 1), dZ.sum())",
        finding="GL115",
        hints=Hints(
            blocks=(
                "Every b is wrong but that of the last layer; every W is right. What has the last layer that the "
                "others lack?"
            ),
            ratio="Look at the analytic side of one b. Are its entries different at all?",
            layer="The last layer has one unit. What is a sum over the units there, in db?",
        ),
        why=(
            "A sum without an axis adds up everything, and broadcasting gives every unit the same number. With "
            "one unit it makes no difference."
        ),
        setup=TANH,
    ),
    Bug(
        slug="last-example-forgotten",
        title="One example is left out of dW",
        level=3,
        correct=dense_backward,
        original="dW = dZ @ A.T",
        mutated="dW = dZ[:, :-1] @ A[:, :-1].T",
        finding="GL114",
        hints=Hints(
            blocks="Every b agrees, layer by layer, and b is made of the same dZ as W.",
            ratio="Most entries are off by little. So nearly everything is right.",
            layer="dW adds up over the examples. What if the sum ends too early? Check with m = 1 and see.",
        ),
        why=(
            "An index that ends one too early. The gradient points about the right way, so training works a "
            "little worse, and nobody would ever look here."
        ),
        setup=RELU,
    ),
)
