"""Bugs of batch norm and layer norm: mean and variance move too."""

import numpy as np

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.setups import layer
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


def picture_norm_backward(dU, Z, gamma, beta):
    batch, height, width, _ = Z.shape
    every = (0, 1, 2)
    n = batch * height * width
    root = np.sqrt(Z.var(axis=every) + 1e-5)
    N = (Z - Z.mean(axis=every)) / root
    dgamma = (dU * N).sum(axis=every)
    dbeta = dU.sum(axis=every)
    dN = dU * gamma
    through_mean = dN.sum(axis=every) / n
    through_variance = N * (dN * N).sum(axis=every) / n
    return (dN - through_mean - through_variance) / root, dgamma, dbeta


def gated_norm_backward(dU, W, X):
    Z = W @ X
    centred = Z - Z.mean(axis=0)
    root = np.sqrt((centred**2).mean(axis=0) + 1e-5)
    N = centred / root
    gate = np.tanh(Z)
    dgate = dU * N
    dN = dU * gate
    dZ = (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / root
    dZ += dgate * (1 - gate**2)
    return dZ @ X.T, W.T @ dZ


def _inputs(rng):
    return {
        "Z": 2 + 3 * rng.standard_normal((4, 6)),
        "gamma": 1 + 0.5 * rng.standard_normal((4, 1)),
        "beta": rng.standard_normal((4, 1)),
    }


BATCH = layer(batch_norm_forward, _inputs)
LAYER = layer(layer_norm_forward, _inputs)


def _pictures(rng):
    return {
        "Z": 2 + 3 * rng.standard_normal((3, 2, 2, 2)),
        "gamma": 1 + 0.5 * rng.standard_normal(2),
        "beta": rng.standard_normal(2),
    }


def picture_norm_forward(Z, gamma, beta):
    every = (0, 1, 2)
    return gamma * (Z - Z.mean(axis=every)) / np.sqrt(Z.var(axis=every) + 1e-5) + beta


def gated_norm_forward(W, X):
    Z = W @ X
    return np.tanh(Z) * (Z - Z.mean(axis=0)) / np.sqrt(Z.var(axis=0) + 1e-5)


PICTURES = layer(picture_norm_forward, _pictures)
GATED = layer(
    gated_norm_forward,
    lambda rng: {"W": 0.7 * rng.standard_normal((4, 3)), "X": rng.standard_normal((3, 5))},
)

BUGS = (
    Bug(
        slug="mean-path",
        title="The way through the mean is missing",
        level=2,
        correct=batch_norm_backward,
        original="dZ - through_mean - through_variance",
        mutated="dZ - through_variance",
        finding="GL125",
        hints=Hints(
            blocks="Gamma and beta agree, and both are made of dU and N. So what is wrong comes after N.",
            ratio="Subtract: numeric − analytic is the same along each row.",
            layer=(
                "dZ leads back in three ways: straight, through the mean, through the variance. Add up numeric "
                "along a row. It is 0. Why must it be?"
            ),
        ),
        why="If all examples move by the same amount, the mean takes it away, so the slopes of a row add up to 0.",
        setup=BATCH,
    ),
    Bug(
        slug="variance-path",
        title="The way through the variance is missing",
        level=2,
        correct=batch_norm_backward,
        original="dZ - through_mean - through_variance",
        mutated="dZ - through_mean",
        finding="GL125",
        hints=Hints(
            blocks="Gamma and beta agree, and both are made of dU and N. So what is wrong comes after N.",
            ratio="The rows of analytic add up to 0, as they should.",
            layer=(
                "dZ leads back in three ways: straight, through the mean, through the variance. Stretch a row of "
                "Z by 1 %. What can the output do? And what does analytic say?"
            ),
        ),
        why=(
            "Stretching a row changes its variance as well, which takes the stretch away. The part of dZ along N "
            "must go."
        ),
        setup=BATCH,
    ),
    Bug(
        slug="statistics-constant",
        title="Mean and variance taken for constants, as in evaluation",
        level=2,
        correct=batch_norm_backward,
        original="dZ - through_mean - through_variance",
        mutated="dZ",
        finding="GL125",
        hints=Hints(
            blocks="Gamma and beta agree, and both are made of dU and N. So what is wrong comes after N.",
            ratio=(
                "The rows of numeric add up to 0, and with each entry times N they do nearly. Those of analytic "
                "do neither."
            ),
            layer=(
                "dZ leads back in three ways: straight, through the mean, through the variance. For which "
                "function would this gradient be right?"
            ),
        ),
        why="It is the right gradient of another function: batch norm in evaluation, with mean and variance fixed.",
        setup=BATCH,
    ),
    Bug(
        slug="sample-variance",
        title="m − 1 in the place of m",
        level=3,
        correct=batch_norm_backward,
        original="Z.var(axis=1, keepdims=True)",
        mutated="Z.var(axis=1, ddof=1, keepdims=True)",
        finding="GL114",
        hints=Hints(
            blocks="Beta agrees, and is made of dU alone. Gamma and Z need N.",
            ratio="Numeric over analytic of gamma, squared, is a simple fraction: 6/5.",
            layer="It is in how N is made of Z. There are 6 examples, and the fraction has 5 in it.",
        ),
        why="Statistics has two variances, and libraries differ in which one they take. The forward divides by m.",
        setup=BATCH,
    ),
    Bug(
        slug="gamma-outside",
        title="γ is multiplied in too late",
        level=3,
        correct=layer_norm_backward,
        original="dZ = (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / root",
        mutated="dZ = gamma * (dU - dU.mean(axis=0) - N * (dU * N).mean(axis=0)) / root",
        finding="GL126",
        hints=Hints(
            blocks="Gamma and beta agree, and both are made of dU and N. So what is wrong comes after N.",
            ratio="Add up analytic down each column. It should be 0.",
            layer=(
                "It is where gamma meets the means of dZ. In batch norm γ is the same for all that is averaged. "
                "Is it here?"
            ),
        ),
        why=(
            "Copied from batch norm, where the means run along a row with one γ. Here they run down a column, "
            "over units with γ's of their own. With all γ = 1, as at the start of training, nothing would be "
            "seen."
        ),
        setup=LAYER,
    ),
    Bug(
        slug="pictures-counted-for-pixels",
        title="The number of pictures, where that of all their pixels belongs",
        level=2,
        correct=picture_norm_backward,
        original="n = batch * height * width",
        mutated="n = batch",
        finding="GL125",
        hints=Hints(
            blocks="Gamma and beta agree, and both are made of dU and N. So what is wrong comes after N.",
            ratio="Subtract: numeric − analytic of one channel lies on a straight line in N.",
            layer=(
                "With pictures of one pixel the bug is gone. What are through_mean and through_variance a mean over?"
            ),
        ),
        why=(
            "Batch norm of pictures takes mean and variance over the batch and over all places, so a sum over them "
            "becomes a mean by N · H · W. In a dense layer the batch was all that there was."
        ),
        setup=PICTURES,
    ),
    Bug(
        slug="centred-in-place",
        title="The mean is subtracted in place, and Z is needed once more",
        level=3,
        correct=gated_norm_backward,
        original="centred = Z - Z.mean(axis=0)",
        mutated="centred = Z\n    centred -= Z.mean(axis=0)",
        finding="GL147",
        hints=Hints(
            blocks="W and X are both wrong, and both are made of dZ.",
            ratio="Wrong entries have no factor in common. With columns of Z whose mean is 0 the bug would be gone.",
            layer="Two things are made of Z. Print Z in the line that uses it last, and compare with W @ X.",
        ),
        why=(
            "An assignment gives an array a second name and copies nothing. What -= writes, Z has too, and the gate, "
            "which needs Z as it was, gets it without its mean."
        ),
        setup=GATED,
    ),
)
