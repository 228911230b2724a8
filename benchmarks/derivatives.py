"""One variable: gradlab.derivative beside the packages that also choose a step and estimate their error.

    python -m benchmarks.derivatives

For each function: the relative error, whether the error estimate covers the error, and the evaluations.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

import gradlab

RECORD = Path(__file__).parent / "derivatives.json"
Function = Callable[[float], float]


def noisy_sine(x: float) -> float:
    """Noise that depends on every bit of x, as round-off does: a fast wave would have a slope of its own."""
    return float(np.sin(x) + 1e-6 * np.random.default_rng(np.float64(x).view(np.uint64)).standard_normal())


CASES: dict[str, tuple[Function, float, float]] = {
    "sin at 1": (np.sin, 1.0, np.cos(1.0)),
    "exp at 2": (np.exp, 2.0, np.exp(2.0)),
    "x³ at 1": (lambda x: x**3, 1.0, 3.0),
    "tanh at 0.5": (np.tanh, 0.5, 1 - np.tanh(0.5) ** 2),
    "sqrt at 2": (np.sqrt, 2.0, 0.5 / np.sqrt(2.0)),
    "sigmoid at 20": (lambda x: 1 / (1 + np.exp(-x)), 20.0, np.exp(-20.0) / (1 + np.exp(-20.0)) ** 2),
    "sin(1000x) at 0.3": (lambda x: np.sin(1000 * x), 0.3, 1000 * np.cos(300.0)),
    "sin at 1e4": (np.sin, 1e4, np.cos(1e4)),
    "log at 1e-6": (np.log, 1e-6, 1e6),
    "exp(−1/x²) at 0.1": (lambda x: np.exp(-1 / x**2), 0.1, 2000 * np.exp(-100.0)),
    "1e8 + x² at 1": (lambda x: 1e8 + x * x, 1.0, 2.0),
    "x² at 1e-8": (lambda x: x * x, 1e-8, 2e-8),
    "x² at 1e8": (lambda x: x * x, 1e8, 2e8),
    "|x| at 1e-5": (np.abs, 1e-5, 1.0),
    "relu at 1e-7": (lambda x: np.maximum(x, 0.0), 1e-7, 1.0),
    "relu(x − 1) at 1 + 1e-6": (lambda x: np.maximum(x - 1, 0.0), 1 + 1e-6, 1.0),
    "sin + noise of 1e-6": (noisy_sine, 1.0, np.cos(1.0)),
    "sin in float32": (lambda x: np.float64(np.float32(np.sin(x))), 1.0, np.cos(1.0)),
}


def with_gradlab(f: Function, x: float) -> tuple[float, float]:
    found = gradlab.derivative(f, x)
    return found.value, found.error


def with_numdifftools(f: Function, x: float) -> tuple[float, float]:
    import numdifftools

    found = numdifftools.Derivative(np.vectorize(f), full_output=True)(x)
    return float(found.estimate), float(found.error_estimate)


def with_jacobi(f: Function, x: float) -> tuple[float, float]:
    import jacobi

    value, error = jacobi.jacobi(f, x)
    return float(np.ravel(value)[0]), float(np.ravel(error)[0])


def with_scipy(f: Function, x: float) -> tuple[float, float]:
    from scipy.differentiate import derivative

    found = derivative(np.vectorize(f), x)
    return float(found.df), float(found.error)


def with_statsmodels(f: Function, x: float) -> tuple[float, float]:
    """It gives no error estimate."""
    from statsmodels.tools.numdiff import approx_fprime

    return float(np.ravel(approx_fprime(np.array([x]), lambda t: f(t[0]), centered=True))[0]), np.nan


TOOLS = {
    "gradlab": with_gradlab,
    "numdifftools": with_numdifftools,
    "jacobi": with_jacobi,
    "scipy.differentiate": with_scipy,
    "statsmodels": with_statsmodels,
}


def measure(tool: Callable[..., tuple[float, float]], f: Function, x: float, exact: float) -> dict:
    """Relative error, whether the stated error covers it, and how often f was asked."""
    calls = 0

    def counted(t: float) -> float:
        nonlocal calls
        calls += np.size(t)
        return f(t)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value, stated = tool(counted, x)
    off = abs(value - exact)
    last_bits = 1e-14 * abs(exact)  # nobody is blamed for these
    honest = None if np.isnan(stated) else bool(not off > stated + last_bits)
    return {"error": float(off / abs(exact)), "honest": honest, "evaluations": calls}


def main() -> None:
    """Measure, print and record."""
    table = {case: {name: measure(tool, *CASES[case]) for name, tool in TOOLS.items()} for case in CASES}
    for case, row in table.items():
        print(f"\n{case}")
        for name, r in row.items():
            covered = {True: "covered", False: "NOT COVERED", None: "no estimate"}[r["honest"]]
            print(f"  {name:<20} relative error {r['error']:8.1e}  {covered:<12} evaluations {r['evaluations']:>4}")
    RECORD.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
