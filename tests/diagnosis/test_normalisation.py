"""GL125 says which of the two terms of a normalisation is missing, by the name that the reader's block has."""

import numpy as np
import pytest

import gradlab

SAID = {
    "mean": "the same for all entries: the mean of R is missing",
    "variance": "a multiple of N alone: N times the mean of R·N is missing",
    "both": "a sum of multiples of 1 and {}",
}


@pytest.mark.parametrize("missing", SAID)
@pytest.mark.parametrize(("shape", "axis", "name"), [((4, 6), 1, "Z"), ((5, 3), 0, "H"), ((3, 4, 5), 2, "X")])
def test_the_missing_term_is_said(missing: str, shape: tuple[int, ...], axis: int, name: str) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        R = rng.standard_normal(shape)

        def normalised(Z, axis=axis):
            return (Z - Z.mean(axis=axis, keepdims=True)) / np.sqrt(Z.var(axis=axis, keepdims=True) + 1e-5)

        def cost(p, R=R, normalised=normalised):
            return float((R * normalised(p[name])).sum())

        def grads(p, R=R, normalised=normalised):
            Z = p[name]
            N, G = normalised(Z), R
            if missing == "variance":
                G = G - R.mean(axis=axis, keepdims=True)
            if missing == "mean":
                G = G - N * (R * N).mean(axis=axis, keepdims=True)
            return {name: G / np.sqrt(Z.var(axis=axis, keepdims=True) + 1e-5)}

        params = {name: 2 + 3 * rng.standard_normal(shape)}
        report = gradlab.check_gradients(cost, params, grads, edits=False)
        found = next(one for one in report.findings if one.code == "GL125")
        assert SAID[missing].format(name) in found.evidence
        assert f"N the normalised {name}" in found.message
