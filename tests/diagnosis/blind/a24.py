"""Smoothing fit of a sampled curve: data term plus squared-curvature (second difference) penalty."""

import numpy as np

rng = np.random.default_rng(124)
N, LAM, H = 25, 0.4, 0.5
PICK = np.sort(rng.choice(N, 12, replace=False))
VAL = np.sin(0.4 * PICK) + 0.1 * rng.normal(size=12)


def make(seed):
    r = np.random.default_rng(seed)
    return r.normal(size=N)


def cost(f):
    res = f[PICK] - VAL
    data = np.sum(np.sqrt(1 + res**2) - 1)
    curv = (f[2:] - 2 * f[1:-1] + f[:-2]) / H**2
    return float(data + 0.5 * LAM * H * np.sum(curv**2))


def grads_right(f):
    g = np.zeros(N)
    res = f[PICK] - VAL
    g[PICK] += res / np.sqrt(1 + res**2)
    curv = (f[2:] - 2 * f[1:-1] + f[:-2]) / H**2
    s = LAM / H
    for i in range(N):
        acc = 0.0
        if i >= 2:
            acc += curv[i - 2]
        if 1 <= i <= N - 2:
            acc -= 2 * curv[i - 1]
        if i <= N - 3:
            acc += curv[i]
        g[i] += s * acc
    return g


def grads_wrong(f):
    g = np.zeros(N)
    res = f[PICK] - VAL
    g[PICK] += res / np.sqrt(1 + res**2)
    s = LAM / H**3
    for i in range(2, N - 2):
        g[i] += s * (f[i - 2] - 4 * f[i - 1] + 6 * f[i] - 4 * f[i + 1] + f[i + 2])
    return g


TRUTH = (
    "The curvature penalty's gradient is only filled in at interior nodes with the 1,-4,6,-4,1 stencil; the "
    "contributions to the first two and last two nodes are missing."
)
