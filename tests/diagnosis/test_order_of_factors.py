"""Two blocks that are off by a factor each are named in the order of params, whichever noise makes known better."""

import numpy as np
import pytest

import gradlab


@pytest.mark.parametrize("seed", range(12))
def test_factors_are_named_in_the_order_of_the_blocks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # The slopes of the first are the smaller ones, so its factor is known to fewer digits than the second's.
    A, B = 1e-6 * rng.standard_normal((9, 8)), rng.standard_normal((9, 8))
    params = {"first": rng.standard_normal(8), "second": rng.standard_normal(8), "third": rng.standard_normal(2)}

    def cost(p: dict[str, np.ndarray]) -> float:
        return float(np.sum(np.tanh(A @ p["first"] + B @ p["second"])) + np.sum(np.exp(p["third"])))

    def grads(p: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        slope = 1 - np.tanh(A @ p["first"] + B @ p["second"]) ** 2
        return {"first": 4 * A.T @ slope, "second": 2 * B.T @ slope, "third": np.exp(p["third"])}

    report = gradlab.check_gradients(cost, params, grads)
    said = [finding.block for finding in report.findings if finding.code == "GL102"]
    assert said == ["first", "second"]
