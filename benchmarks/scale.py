"""What a check along ten directions costs as the number of parameters grows: `python -m benchmarks.scale`."""

import time
import tracemalloc

import numpy as np

import gradlab

DIRECTIONS = 10


def cost(theta):
    return float(np.sum(np.tanh(theta)))


def row(n):
    """Evaluations, seconds beside those of bare evaluations, and peak memory beside theta."""
    theta = np.random.default_rng(0).standard_normal(n)
    slope = 1 - np.tanh(theta) ** 2
    began = time.perf_counter()
    for _ in range(5):
        cost(theta)
    bare = (time.perf_counter() - began) / 5
    began = time.perf_counter()
    report = gradlab.check_gradients(cost, theta, slope, directions=DIRECTIONS)
    seconds = time.perf_counter() - began
    tracemalloc.start()
    gradlab.check_gradients(cost, theta, slope, directions=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    overhead = (seconds - bare * report.evaluations) / report.evaluations / n * 1e9
    return (
        report.verdict.value,
        report.evaluations,
        seconds,
        seconds / (bare * report.evaluations),
        overhead,
        peak / theta.nbytes,
    )


def main(sizes=(10**3, 10**4, 10**5, 10**6, 10**7)):
    print(f"{'n':>10} {'verdict':8} evaluations  seconds  of bare  ns an entry  memory of theta")
    for n in sizes:
        verdict, evaluations, seconds, ratio, overhead, memory = row(n)
        print(f"{n:10,} {verdict:8} {evaluations:11} {seconds:8.2f} {ratio:8.1f} {overhead:12.1f} {memory:16.1f}")


if __name__ == "__main__":
    main()
