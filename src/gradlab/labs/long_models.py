"""A long way back without a network: the likelihood of a Gaussian process."""

import numpy as np

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.setups import layer


def gp_backward(dJ, X, y, w, log_length, log_signal, log_noise):
    n = len(y)
    residual = y - X @ w
    length = np.exp(log_length)
    signal = np.exp(2 * log_signal)
    noise = np.exp(2 * log_noise)
    scaled = X / length
    difference = scaled[:, None, :] - scaled[None, :, :]
    square = difference**2
    kernel = signal * np.exp(-square.sum(axis=2) / 2)
    K = kernel + noise * np.eye(n)
    inverse = np.linalg.inv(K)
    alpha = inverse @ residual
    dresidual = dJ * alpha
    fit = -dJ * alpha @ alpha.T / 2
    volume = dJ * inverse / 2
    dK = fit + volume
    dnoise = np.trace(dK)
    dlog_noise = 2 * noise * dnoise
    dkernel = dK * kernel
    dlog_signal = 2 * dkernel.sum(keepdims=True)[0]
    dsquare = -dkernel[:, :, None] / 2
    ddifference = 2 * dsquare * difference
    dscaled = ddifference.sum(axis=1) - ddifference.sum(axis=0)
    dlength = -(dscaled * X).sum(axis=0) / length**2
    dlog_length = dlength * length
    dX = dscaled / length
    dX -= dresidual @ w.T
    dw = -X.T @ dresidual
    dy = dresidual
    return dX, dy, dw, dlog_length, dlog_signal, dlog_noise


def _gp(X, y, w, log_length, log_signal, log_noise):
    apart = (X[:, None] - X[None]) / np.exp(log_length)
    K = np.exp(2 * log_signal - np.sum(apart**2, axis=2) / 2) + np.exp(2 * log_noise) * np.eye(len(X))
    residual = y - X @ w
    return 0.5 * np.sum(residual * np.linalg.solve(K, residual)) + 0.5 * np.linalg.slogdet(K)[1]


def _points(rng):
    return {
        "X": rng.standard_normal((7, 2)),
        "y": rng.standard_normal((7, 1)),
        "w": rng.standard_normal((2, 1)),
        "log_length": 0.3 * rng.standard_normal(2),
        "log_signal": 0.3 * rng.standard_normal(1),
        "log_noise": -0.5 + 0.3 * rng.standard_normal(1),
    }


GP = layer(_gp, _points)

BUGS = (
    Bug(
        slug="volume-forgotten",
        title="The determinant is forgotten",
        level=3,
        correct=gp_backward,
        original="dK = fit + volume",
        mutated="dK = fit",
        finding="GL137",
        hints=Hints(
            blocks="y and w are right, so alpha is. All that goes through the kernel is wrong.",
            ratio="The gradient of log_noise has the wrong sign or size, and no two blocks have a factor in common.",
            layer=(
                "What lies between alpha and all of the kernel's parameters is dK. How many terms has the "
                "likelihood, and how many has dK?"
            ),
        ),
        why=(
            "The negative log likelihood has two terms: how well the data fit, and log det K. The gradient of the "
            "second is K⁻¹; without it the noise only grows."
        ),
        setup=GP,
    ),
    Bug(
        slug="slope-of-length",
        title="The slope for the length, where the one for its logarithm belongs",
        level=1,
        correct=gp_backward,
        original="dlog_length = dlength * length",
        mutated="dlog_length = dlength",
        finding="GL127",
        hints=Hints(
            blocks="X agrees, so dscaled is right. Only log_length is left.",
            ratio="Two entries, two factors. Compare each with exp of its own parameter.",
            layer="X is right, so dscaled is. Two lines are left: those that make dlog_length of it.",
        ),
        why="length = exp(log_length), so the slope for the logarithm is length times the slope for the length.",
        setup=GP,
    ),
)
