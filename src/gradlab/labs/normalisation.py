"""Bugs of batch norm and layer norm: mean and variance move too."""

import numpy as np

from gradlab.labs.bug import Bug
from gradlab.labs.scenes import layer
from gradlab.nn.batch_norm import batch_norm_forward
from gradlab.nn.layer_norm import layer_norm_forward


def batch_norm_backward(dU, Z, gamma, beta):
    root = np.sqrt(Z.var(axis=1, keepdims=True) + 1e-5)
    N = (Z - Z.mean(axis=1, keepdims=True)) / root
    dgamma = (dU * N).sum(axis=1, keepdims=True)
    dbeta = dU.sum(axis=1, keepdims=True)
    dZ = dU * gamma / root
    through_mean = dZ.mean(axis=1, keepdims=True)
    through_variance = N * (dZ * N).mean(axis=1, keepdims=True)
    return dZ - through_mean - through_variance, dgamma, dbeta


def layer_norm_backward(dU, Z, gamma, beta):
    root = np.sqrt(Z.var(axis=0) + 1e-5)
    N = (Z - Z.mean(axis=0)) / root
    dgamma = (dU * N).sum(axis=1, keepdims=True)
    dbeta = dU.sum(axis=1, keepdims=True)
    dN = gamma * dU
    dZ = (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / root
    return dZ, dgamma, dbeta


def _inputs(rng):
    return {
        "Z": 2 + 3 * rng.standard_normal((4, 6)),
        "gamma": 1 + 0.5 * rng.standard_normal((4, 1)),
        "beta": rng.standard_normal((4, 1)),
    }


BATCH = layer(batch_norm_forward, _inputs)
LAYER = layer(layer_norm_forward, _inputs)

BUGS = (
    Bug(
        "mean-path",
        "The way through the mean is missing",
        "normalisation",
        2,
        batch_norm_backward,
        "dZ - through_mean - through_variance",
        "dZ - through_variance",
        "GL121",
        (
            "The blocks: gamma and beta are right, Z is wrong.",
            "The ratio: there is none. Subtract: numeric − analytic is the same along each row.",
            "The layer: add up numeric along a row. It is 0. Why must it be?",
        ),
        "If all examples move by the same amount, the mean takes it away, so the slopes of a row add up to 0.",
        BATCH,
    ),
    Bug(
        "variance-path",
        "The way through the variance is missing",
        "normalisation",
        2,
        batch_norm_backward,
        "dZ - through_mean - through_variance",
        "dZ - through_mean",
        "GL121",
        (
            "The blocks: gamma and beta are right, Z is wrong.",
            "The ratio: there is none. The rows of analytic add up to 0, as they should.",
            "The layer: stretch a row of Z by 1 %. What can U do? And what does analytic say?",
        ),
        "Stretching a row changes its variance as well, which takes the stretch away. The part of dZ along N must "
        "go.",
        BATCH,
    ),
    Bug(
        "statistics-constant",
        "Mean and variance taken for constants, as in evaluation",
        "normalisation",
        2,
        batch_norm_backward,
        "dZ - through_mean - through_variance",
        "dZ",
        "GL121",
        (
            "The blocks: gamma and beta are right, Z is wrong.",
            "The ratio: there is none.",
            "The layer: for which function would this gradient be right?",
        ),
        "It is the right gradient of another function: batch norm in evaluation, with mean and variance fixed.",
        BATCH,
    ),
    Bug(
        "sample-variance",
        "m − 1 in the place of m",
        "normalisation",
        3,
        batch_norm_backward,
        "Z.var(axis=1, keepdims=True)",
        "Z.var(axis=1, ddof=1, keepdims=True)",
        "GL121",
        (
            "The blocks: gamma and Z are wrong, beta is right.",
            "The ratio: for gamma it is 1.0954. Square it.",
            "The layer: 1.2 is 6/5, and there are 6 examples.",
        ),
        "Statistics has two variances, and libraries differ in which one they take. The forward divides by m.",
        BATCH,
    ),
    Bug(
        "gamma-outside",
        "γ is multiplied in too late",
        "normalisation",
        3,
        layer_norm_backward,
        "dZ = (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / root",
        "dZ = gamma * (dU - dU.mean(axis=0) - N * (dU * N).mean(axis=0)) / root",
        "GL121",
        (
            "The blocks: gamma and beta are right, Z is wrong.",
            "The ratio: there is none. Add up analytic down each column. It should be 0.",
            "The layer: in batch norm γ is the same for all that is averaged. Is it here?",
        ),
        "Copied from batch norm, where the means run along a row with one γ. Here they run down a column, over units "
        "with γ's of their own. With all γ = 1, as at the start of training, nothing would be seen.",
        LAYER,
    ),
)
