"""Bugs of activations: dZ = dA · g′(Z)."""

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.pieces import leaky_relu_backward, relu_backward, sigmoid_backward, tanh_backward
from gradlab.labs.setups import network

RELU = network("activation_backward", hidden="relu", sizes=(4, 6, 6, 1))
LEAKY = network("activation_backward", hidden="leaky_relu", sizes=(4, 6, 6, 1))
TANH = network("activation_backward", hidden="tanh")
SIGMOID = network("activation_backward", hidden="sigmoid")

BUGS = (
    Bug(
        slug="mask-from-a",
        title="The mask is A ≥ 0, which is always true",
        level=2,
        correct=relu_backward,
        original="Z > 0",
        mutated="np.maximum(Z, 0) >= 0",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio="Some entries that should be 0 are not.",
            layer=(
                "The last layer has no activation below it on its way back. So the activation's backward is "
                "called first between the last layer and the one before."
            ),
        ),
        why=(
            "A = max(Z, 0) is never negative, so A ≥ 0 lets everything through, as if there were no activation. "
            "Right are Z > 0 and A > 0."
        ),
        setup=RELU,
    ),
    Bug(
        slug="leak-forgotten",
        title="The small slope on the negative side is missing",
        level=2,
        correct=leaky_relu_backward,
        original="np.where(Z > 0, 1, 0.01)",
        mutated="(Z > 0)",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong, but only by little: what it hands down is "
                "nearly right."
            ),
            ratio="How large are the differences, beside the entries? About a hundredth.",
            layer=(
                "The last layer hands dA down to the activation below it. Think of leaky relu as two lines. Which"
                " of them has the wrong slope?"
            ),
        ),
        why=(
            "The backward of relu was used for leaky relu. The slope there is 0.01, so errors are of the order "
            "of a hundredth: training would hardly notice."
        ),
        setup=LEAKY,
    ),
    Bug(
        slug="leak-inverted",
        title="The slopes of the two sides are exchanged",
        level=2,
        correct=leaky_relu_backward,
        original="np.where(Z > 0, 1, 0.01)",
        mutated="np.where(Z > 0, 0.01, 1)",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio="Many entries are off by far. The two slopes are 1 and 0.01.",
            layer=(
                "The backward of the activation knows two sides of the kink. Ask which side each slope is meant for."
            ),
        ),
        why="The arguments of where are: the condition, the value where it holds, the value where it does not.",
        setup=LEAKY,
    ),
    Bug(
        slug="tanh-of-tanh",
        title="tanh′ is taken at A in the place of Z",
        level=2,
        correct=tanh_backward,
        original="1 - A**2",
        mutated="1 - np.tanh(A) ** 2",
        finding="GL113",
        hints=Hints(
            blocks="The last layer is right, all below it are wrong, more and more: each step down adds to it.",
            ratio="Nearly all signs are right, and the differences are small.",
            layer=(
                "Something between two layers is nearly right at each step: a slope, in tanh_backward, at nearly "
                "that place."
            ),
        ),
        why=(
            "The cache holds A = tanh(Z), and the function expected Z. tanh flattens, so its slope at A is "
            "steeper than that at Z; the error multiplies from layer to layer."
        ),
        setup=TANH,
    ),
    Bug(
        slug="tanh-square-forgotten",
        title="1 − A in the place of 1 − A²",
        level=2,
        correct=tanh_backward,
        original="(1 - A**2)",
        mutated="(1 - A)",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio="Wrong entries have no factor in common: each unit and each example is off by a factor of its own.",
            layer="It is the slope in tanh_backward. It must be right for negative inputs too: put Z = −1 into it.",
        ),
        why=(
            "1 − A belongs to the sigmoid, A (1 − A). For small A both 1 − A and 1 − A² are near 1, so with tiny "
            "weights it would nearly pass."
        ),
        setup=TANH,
    ),
    Bug(
        slug="sigmoid-of-a",
        title="sigmoid′ is taken of the activation",
        level=2,
        correct=sigmoid_backward,
        original="return dA * A * (1 - A)",
        mutated="S = 1 / (1 + np.exp(-A))\n    return dA * S * (1 - S)",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio=(
                "Wrong entries have no factor in common, and the ratio strays further from 1 with each layer on "
                "the way down."
            ),
            layer="What was put into the sigmoid of sigmoid_backward has been through a sigmoid before.",
        ),
        why=(
            "σ′ = A (1 − A) holds for A = σ(Z). Here A went through σ once more. Near Z = 0 both slopes are "
            "about 1/4, and that is why the numbers look almost right."
        ),
        setup=SIGMOID,
    ),
    Bug(
        slug="sigmoid-half",
        title="A where A (1 − A) belongs",
        level=2,
        correct=sigmoid_backward,
        original="dA * A * (1 - A)",
        mutated="dA * A",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio="Analytic is mostly too large, the more so the further down the layer is.",
            layer=(
                "It is the slope in sigmoid_backward. 1 − A is about a half for small Z, and something is missing"
                " that is about a half."
            ),
        ),
        why="The product rule for 1 / (1 + E) has two factors, and one was lost.",
        setup=SIGMOID,
    ),
)
