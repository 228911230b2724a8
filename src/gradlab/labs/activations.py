"""Bugs of activations: dZ = dA · g′(Z)."""

import numpy as np

from gradlab.labs.bug import Bug
from gradlab.labs.scenes import network


def relu_backward(dA, Z):
    return dA * (Z > 0)


def leaky_relu_backward(dA, Z):
    return dA * np.where(Z > 0, 1, 0.01)


def tanh_backward(dA, Z):
    A = np.tanh(Z)
    return dA * (1 - A**2)


def sigmoid_backward(dA, Z):
    A = 1 / (1 + np.exp(-Z))
    return dA * A * (1 - A)


RELU = network("activation_backward", hidden="relu", sizes=(4, 6, 6, 1))
LEAKY = network("activation_backward", hidden="leaky_relu", sizes=(4, 6, 6, 1))
TANH = network("activation_backward", hidden="tanh")
SIGMOID = network("activation_backward", hidden="sigmoid")

BUGS = (
    Bug(
        "mask-from-a",
        "The mask is A ≥ 0, which is always true",
        "activations",
        2,
        relu_backward,
        "Z > 0",
        "np.maximum(Z, 0) >= 0",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none. Some entries that should be 0 are not.",
            "The layer: the last layer has no activation below it on its way back. So the activation's backward is "
            "called first between the last layer and the one before.",
        ),
        "A = max(Z, 0) is never negative, so A ≥ 0 lets everything through, as if there were no activation. Right "
        "are Z > 0 and A > 0.",
        RELU,
    ),
    Bug(
        "leak-forgotten",
        "The small slope on the negative side is missing",
        "activations",
        2,
        leaky_relu_backward,
        "np.where(Z > 0, 1, 0.01)",
        "(Z > 0)",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong, but only by little.",
            "The ratio: there is none. How large are the differences, beside the entries?",
            "The layer: think of leaky relu as two lines. Which of them has the wrong slope?",
        ),
        "The backward of relu was used for leaky relu. The slope there is 0.01, so errors are of the order of a "
        "hundredth: training would hardly notice.",
        LEAKY,
    ),
    Bug(
        "leak-inverted",
        "The slopes of the two sides are exchanged",
        "activations",
        2,
        leaky_relu_backward,
        "np.where(Z > 0, 1, 0.01)",
        "np.where(Z > 0, 0.01, 1)",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none, and many entries are off by far.",
            "The layer: ask which side of the kink each line is meant for.",
        ),
        "The arguments of where are: the condition, the value where it holds, the value where it does not.",
        LEAKY,
    ),
    Bug(
        "tanh-of-tanh",
        "tanh′ is taken at A in the place of Z",
        "activations",
        2,
        tanh_backward,
        "A = np.tanh(Z)",
        "A = np.tanh(np.tanh(Z))",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong, more and more.",
            "The ratio: there is none. But nearly all signs are right, and the differences are small.",
            "The layer: something between two layers is nearly right at each step: a slope at nearly that place.",
        ),
        "The cache holds A = tanh(Z), and the function expected Z. tanh flattens, so its slope at A is steeper than "
        "that at Z; the error multiplies from layer to layer.",
        TANH,
    ),
    Bug(
        "tanh-square-forgotten",
        "1 − A in the place of 1 − A²",
        "activations",
        2,
        tanh_backward,
        "(1 - A**2)",
        "(1 - A)",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none.",
            "The layer: the derivative of an activation must be right for negative inputs too. Put Z = −1 into it.",
        ),
        "1 − A belongs to the sigmoid, A (1 − A). For small A both 1 − A and 1 − A² are near 1, so with tiny weights "
        "it would nearly pass.",
        TANH,
    ),
    Bug(
        "sigmoid-of-a",
        "sigmoid′ is taken of the activation",
        "activations",
        2,
        sigmoid_backward,
        "A = 1 / (1 + np.exp(-Z))",
        "A = 1 / (1 + np.exp(-1 / (1 + np.exp(-Z))))",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none, and it strays further from 1 with each layer on the way down.",
            "The layer: what was put into the sigmoid here has been through a sigmoid before.",
        ),
        "σ′ = A (1 − A) holds for A = σ(Z). Here A went through σ once more. Near Z = 0 both slopes are about 1/4, "
        "and "
        "that is why the numbers look almost right.",
        SIGMOID,
    ),
    Bug(
        "sigmoid-half",
        "A where A (1 − A) belongs",
        "activations",
        2,
        sigmoid_backward,
        "dA * A * (1 - A)",
        "dA * A",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none. But analytic is mostly too large, the more so the further down the layer is.",
            "The layer: 1 − A is about a half for small Z. Something is missing that is about a half.",
        ),
        "The product rule for 1 / (1 + E) has two factors, and one was lost.",
        SIGMOID,
    ),
)
