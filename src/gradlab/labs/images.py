"""Bugs of convolution and pooling: windows that move."""

import numpy as np

from gradlab.labs.bug import Bug
from gradlab.labs.scenes import layer
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
        "padding-off-by-one",
        "The padding is cut off one pixel too far",
        "images",
        2,
        conv_backward,
        "dpadded[:, pad:-pad, pad:-pad]",
        "dpadded[:, : -2 * pad, : -2 * pad]",
        "GL121",
        (
            "The blocks: W and b are right, A is wrong.",
            "The ratio: there is none. Put analytic and numeric of one image side by side.",
            "The layer: the numbers are there, one pixel further down and to the right.",
        ),
        "What arrives at the zeros around the image is cut off, on both sides. Here it was cut on one side only.",
        CONV,
    ),
    Bug(
        "stride-ignored",
        "dW forgets the stride",
        "images",
        2,
        conv_backward,
        "padded[:, rows, columns], dZ",
        "padded[:, i : i + f, j : j + f], dZ",
        "GL121",
        (
            "The blocks: A and b are right, W is wrong.",
            "The ratio: there is none.",
            "The layer: with stride 1 the bug is gone. So what does not know of the stride?",
        ),
        "The window of the way back must stand where that of the way forward stood: at i times the stride.",
        CONV,
    ),
    Bug(
        "overlap-overwritten",
        "Overlapping windows overwrite each other",
        "images",
        2,
        max_pool_backward,
        "dA[:, *window] += largest",
        "dA[:, *window] = largest",
        "",
        (
            "The blocks: there is one, and it is wrong.",
            "The ratio: many entries are exactly right. Which are not?",
            "The layer: with stride 3, or windows of 2, the bug is gone: those do not overlap.",
        ),
        "A pixel that is in several windows gets something from each: it is added, never set.",
        MAX,
    ),
    Bug(
        "all-but-the-largest",
        "The wrong entries are kept: sign of the comparison",
        "images",
        3,
        max_pool_backward,
        "largest = seen == seen.max(",
        "largest = seen != seen.max(",
        "",
        (
            "The blocks: there is one, and it is wrong.",
            "The ratio: where numeric is 0, analytic is not, and the other way round.",
            "The layer: which pixel moves the largest one of a window?",
        ),
        "The slope is 1 at the largest pixel and 0 at the others. Here it is the reverse.",
        MAX,
    ),
    Bug(
        "mean-not-divided",
        "The mean is not divided",
        "images",
        1,
        average_pool_backward,
        " / size**2",
        "",
        "GL102",
        (
            "The blocks: there is one, and it is wrong.",
            "The ratio: a quarter, everywhere.",
            "The layer: a window has four pixels.",
        ),
        "Each pixel of a window moves the mean by one over the number of pixels.",
        MEAN,
    ),
)
