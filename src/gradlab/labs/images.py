"""Bugs of convolution and pooling: windows that move."""

import numpy as np

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.setups import layer
from gradlab.nn.conv import conv_forward
from gradlab.nn.pooling import average_pool_forward, max_pool_forward


def conv_backward(dZ, A, W, b):
    stride, pad, f = 2, 1, len(W)
    padded = np.pad(A, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            rows = slice(i * stride, i * stride + f)
            columns = slice(j * stride, j * stride + f)
            dW += np.einsum("mrsc,mn->rscn", padded[:, rows, columns], dZ[:, i, j])
            dpadded[:, rows, columns] += np.einsum("rscn,mn->mrsc", W, dZ[:, i, j])
    dA = dpadded[:, pad:-pad, pad:-pad]
    return dA, dW, dZ.sum(axis=(0, 1, 2), keepdims=True)


def max_pool_backward(dP, A):
    size, stride = 3, 2
    dA = np.zeros_like(A)
    for i in range(dP.shape[1]):
        for j in range(dP.shape[2]):
            window = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
            seen = A[:, *window]
            largest = seen == seen.max(axis=(1, 2), keepdims=True)
            dA[:, *window] += largest * dP[:, i : i + 1, j : j + 1]
    return dA


def average_pool_backward(dP, A):
    size, stride = 2, 2
    dA = np.zeros_like(A)
    for i in range(dP.shape[1]):
        for j in range(dP.shape[2]):
            window = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
            dA[:, *window] += dP[:, i : i + 1, j : j + 1] / size**2
    return dA


def _images(rng):
    return {
        "A": rng.standard_normal((2, 5, 5, 2)),
        "W": rng.standard_normal((3, 3, 2, 2)),
        "b": rng.standard_normal((1, 1, 1, 2)),
    }


CONV = layer(lambda A, W, b: conv_forward(A, W, b, stride=2, pad=1), _images)
MAX = layer(lambda A: max_pool_forward(A, size=3, stride=2), lambda rng: {"A": rng.standard_normal((2, 5, 5, 2))})
MEAN = layer(average_pool_forward, lambda rng: {"A": rng.standard_normal((2, 4, 4, 1))})

BUGS = (
    Bug(
        slug="padding-off-by-one",
        title="The padding is cut off one pixel too far",
        level=2,
        correct=conv_backward,
        original="dpadded[:, pad:-pad, pad:-pad]",
        mutated="dpadded[:, : -2 * pad, : -2 * pad]",
        finding="GL148",
        hints=Hints(
            blocks="W and b agree, so dZ is right. Only A is left.",
            ratio=(
                "Put analytic and numeric of one image side by side: the same numbers, but for a row and a "
                "column, at other places."
            ),
            layer=(
                "It is after the loop, in dpadded or what becomes of it. The numbers are there, one pixel further"
                " down and to the right."
            ),
        ),
        why=(
            "What arrives at the zeros around the image is cut off, on both sides. Here it was cut on one side only."
        ),
        setup=CONV,
    ),
    Bug(
        slug="stride-ignored",
        title="dW forgets the stride",
        level=2,
        correct=conv_backward,
        original="padded[:, rows, columns], dZ",
        mutated="padded[:, i : i + f, j : j + f], dZ",
        finding="GL114",
        hints=Hints(
            blocks="A and b agree, so dZ is right. Only W is left.",
            ratio="Wrong entries have no factor in common: other pixels were multiplied.",
            layer="With stride 1 the bug is gone. So what, on the way to dW, does not know of the stride?",
        ),
        why="The window of the way back must stand where that of the way forward stood: at i times the stride.",
        setup=CONV,
    ),
    Bug(
        slug="overlap-overwritten",
        title="Overlapping windows overwrite each other",
        level=2,
        correct=max_pool_backward,
        original="dA[:, *window] += largest",
        mutated="dA[:, *window] = largest",
        finding="",
        hints=Hints(
            blocks=(
                "There is one block, and part of it is right. Compare the entries that are wrong with those that "
                "are not."
            ),
            ratio="Many entries are exactly right. The wrong ones are pixels of several windows.",
            layer=(
                "It is where dA gets what a window sends back. With stride 3, or windows of 2, the bug is gone: "
                "those do not overlap."
            ),
        ),
        why="A pixel that is in several windows gets something from each: it is added, never set.",
        setup=MAX,
    ),
    Bug(
        slug="all-but-the-largest",
        title="The wrong entries are kept: sign of the comparison",
        level=3,
        correct=max_pool_backward,
        original="largest = seen == seen.max(",
        mutated="largest = seen != seen.max(",
        finding="",
        hints=Hints(
            blocks="There is one block, and no entry is right. So it is wrong in every window.",
            ratio="Where numeric is 0, analytic is not, and the other way round.",
            layer=(
                "It is where a window is compared with its largest pixel. Which pixel moves the largest one of a "
                "window?"
            ),
        ),
        why="The slope is 1 at the largest pixel and 0 at the others. Here it is the reverse.",
        setup=MAX,
    ),
    Bug(
        slug="mean-not-divided",
        title="The mean is not divided",
        level=1,
        correct=average_pool_backward,
        original=" / size**2",
        mutated="",
        finding="GL102",
        hints=Hints(
            blocks="There is one block, and all of it is wrong: it is wrong in every window, alike.",
            ratio="Numeric is a quarter of analytic, everywhere.",
            layer="It is where a window gets its share. A window has four pixels.",
        ),
        why="Each pixel of a window moves the mean by one over the number of pixels.",
        setup=MEAN,
    ),
)
