"""Rules that ask a layer for one output at a time: what they name at many seeds, and what they must not name."""

import numpy as np
import pytest

from gradlab import check_backward
from tests.chosen import sweep

SEEDS = sweep(range(12))


def first(report):
    return report.findings[0].code, report.findings[0].message.replace("\n", " ")


def sizes(rng, n):
    return [int(k) for k in rng.permutation([3, 4, 5, 6, 7])[:n]]


def windows(rng):
    length, width, stride = int(rng.integers(7, 12)), 3, int(rng.integers(1, 3))
    return [slice(i, i + width) for i in range(0, length - width + 1, stride)], length, width


@pytest.mark.parametrize("seed", SEEDS)
def test_windows_that_overlap_and_are_assigned(seed):
    rng = np.random.default_rng(seed)
    cuts, length, width = windows(rng)
    m, k = sizes(rng, 2)

    def backward(R, x, kernel):
        dx = np.zeros_like(x)
        for i, cut in enumerate(cuts):
            dx[:, cut] = R[:, i] @ kernel.T
        return {"x": dx, "kernel": sum(x[:, cut].T @ R[:, i] for i, cut in enumerate(cuts))}

    inputs = {"x": rng.standard_normal((m, length)), "kernel": rng.standard_normal((width, k))}
    report = check_backward(
        lambda x, kernel: np.stack([x[:, cut] @ kernel for cut in cuts], axis=1), backward, inputs
    )
    code, said = first(report)
    assert code == "GL124"
    assert "Add up with +=" in said or "Add up (+=" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_channels_grouped_otherwise_on_the_way_back(seed):
    rng = np.random.default_rng(seed)
    n, groups, size, width = 2, 2, int(rng.integers(3, 5)), 3

    def forward(x):
        g = x.reshape(n, groups, size, width)
        return (g - g.mean(axis=(2, 3), keepdims=True)).reshape(x.shape)

    def backward(R, x):
        g = R.reshape(n, size, groups, width)
        return {"x": (g - g.mean(axis=(1, 3), keepdims=True)).reshape(R.shape)}

    code, said = first(check_backward(forward, backward, {"x": rng.standard_normal((n, groups * size, width))}))
    assert code == "GL132"
    assert "from outputs that do not use it" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_weight_reshaped_where_it_should_be_transposed(seed):
    rng = np.random.default_rng(seed)
    m, d, k = sizes(rng, 3)
    inputs = {"x": rng.standard_normal((m, d)), "W": rng.standard_normal((d, k))}
    report = check_backward(lambda x, W: x @ W, lambda R, x, W: {"x": R @ W.reshape(k, d), "W": x.T @ R}, inputs)
    code, said = first(report)
    assert code == "GL132"
    assert "the right numbers in the wrong places" in said


SLOPES = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z)),
    "softplus": (lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(z))),
    "swish": (lambda z: z / (1 + np.exp(-z)), lambda z: 1 / (1 + np.exp(-z))),
}


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("seed", range(6))
def test_a_wrong_slope_at_the_output_is_told_where_everything_is_wrong(name, seed):
    function, slope = SLOPES[name]
    rng = np.random.default_rng(seed)
    m, d, k = sizes(rng, 3)

    def backward(R, x, W, b):
        dZ = R * slope(x @ W + b)
        return {"x": dZ @ W.T, "W": x.T @ dZ, "b": dZ.sum(axis=0)}

    inputs = {"x": rng.standard_normal((m, d)), "W": rng.standard_normal((d, k)), "b": rng.standard_normal(k)}
    code, said = first(check_backward(lambda x, W, b: function(x @ W + b), backward, inputs))
    assert code == "GL160"
    assert "the derivative of the last activation" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_outputs_that_are_divided_by_their_sum(seed):
    rng = np.random.default_rng(seed)
    m, d, k = sizes(rng, 3)

    def forward(x, W):
        e = np.exp(x @ W)
        return 2 * e / e.sum(axis=1, keepdims=True)

    def backward(R, x, W):
        dZ = R * forward(x, W)
        return {"x": dZ @ W.T, "W": x.T @ dZ}

    inputs = {"x": rng.standard_normal((m, d)), "W": rng.standard_normal((d, k))}
    code, said = first(check_backward(forward, backward, inputs))
    assert code == "GL160"
    assert "takes outputs together" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mistake_further_down_is_not_called_the_first_step_back(seed):
    """The hidden slope is wrong, and what is above it has no parameters: all blocks are wrong."""
    rng = np.random.default_rng(seed)
    m, d, k = sizes(rng, 3)
    inputs = {"x": rng.standard_normal((m, d)), "W": rng.standard_normal((d, k)), "b": rng.standard_normal(k)}
    V = rng.standard_normal((k, 2))

    def backward(R, x, W, b):
        h = np.tanh(x @ W + b)
        dZ = ((R * (1 - np.tanh(h @ V) ** 2)) @ V.T) * (1 - h)
        return {"x": dZ @ W.T, "W": x.T @ dZ, "b": dZ.sum(axis=0)}

    report = check_backward(lambda x, W, b: np.tanh(np.tanh(x @ W + b) @ V), backward, inputs)
    assert "GL160" not in {finding.code for finding in report.findings}


@pytest.mark.parametrize("seed", SEEDS)
def test_of_several_outputs_the_one_whose_way_back_is_wrong(seed):
    rng = np.random.default_rng(seed)
    m, d = sizes(rng, 2)
    inputs = {"h": rng.standard_normal((m, d)), "c": rng.standard_normal((m, d))}

    def forward(h, c):
        kept = 0.5 * c + np.sin(h)
        return np.tanh(kept) * h, kept

    def backward(up, h, c):
        dh, dc = up
        kept = 0.5 * c + np.sin(h)
        down = dh * h * (1 - np.tanh(kept) ** 2) + dc * 0.9
        return {"h": dh * np.tanh(kept) + down * np.cos(h), "c": 0.5 * down}

    code, said = first(check_backward(forward, backward, inputs))
    assert code == "GL138"
    assert "comes in through output[1] is wrong, through output[0] it is right" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_matrix_on_one_axis_that_is_not_transposed(seed):
    rng = np.random.default_rng(seed)
    n, d, k = sizes(rng, 3)
    A, W = rng.standard_normal((n, n)), rng.standard_normal((d, k))
    report = check_backward(lambda x: A @ x @ W, lambda R, x: {"x": A @ R @ W.T}, {"x": rng.standard_normal((n, d))})
    code, said = first(report)
    assert code in {"GL138", "GL131"}
    assert "transposed" in said or "transpose" in said
