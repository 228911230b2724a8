"""Who evaluates the cost: threads, executors, a client with futures, any map; a cost that cannot be sent is told."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, check_gradients
from tests.workers import tanh_sum


class Client:
    """Futures and gather, as Dask has them."""

    def __init__(self):
        self.tasks = []

    def map(self, function, tasks, pure):
        assert pure is False
        self.tasks.append(len(tasks))
        return [lambda task=task: function(task) for task in tasks]

    def gather(self, futures):
        return [future() for future in futures]

    def nthreads(self):
        return {"tcp://a": 4, "tcp://b": 4}


def blocks(count=4, size=60):
    rng = np.random.default_rng(0)
    params = {f"w{i}": rng.standard_normal(size) for i in range(count)}
    return params, {name: 1 - np.tanh(w) ** 2 for name, w in params.items()}


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("directions", [None, 10])
@pytest.mark.parametrize("kind", ["threads", "executor", "its map", "client", "out of order"])
def test_whoever_evaluates_the_answer_is_the_same(kind, directions):
    params, grads = blocks()
    alone = check_gradients(tanh_sum, params, grads, directions=directions)
    with ThreadPoolExecutor(3) as pool:
        workers = {
            "threads": 3,
            "executor": pool,
            "its map": pool.map,
            "client": Client(),
            "out of order": lambda function, tasks: reversed([function(task) for task in tasks]),
        }[kind]
        report = check_gradients(tanh_sum, params, grads, directions=directions, workers=workers)
    assert report.ok
    for name, block in report.blocks.items():
        assert np.array_equal(block.numeric, alone.blocks[name].numeric)


def test_processes(processes):
    params, grads = blocks()
    for directions in (None, 6):
        assert check_gradients(tanh_sum, params, grads, directions=directions, workers=processes).ok


def test_a_lambda_for_processes_is_an_error_with_the_way_out(processes):
    params, grads = blocks()
    with pytest.raises(GradlabError, match=r"cost cannot be sent to another process .* at the top of a module"):
        check_gradients(lambda p: tanh_sum(p), params, grads, workers=processes)


def test_an_error_of_the_workers_themselves_stays_what_it_is():
    def broken(function, tasks):
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        check_gradients(tanh_sum, *blocks(), workers=broken)


def test_directions_are_handed_out_together_and_all_workers_have_work():
    client = Client()
    params, grads = blocks()
    report = check_gradients(tanh_sum, params, grads, directions=10, workers=client)
    assert report.ok
    assert max(client.tasks) > 5  # of the 8 that work at once
    assert len(client.tasks) < 12  # calls of map: rounds of the climb, not directions times rounds


@pytest.mark.parametrize("workers", [0, -1, "2", 2.5, True, np.ones(2)])
def test_workers_that_cannot_be_meant(workers):
    with pytest.raises(GradlabError, match="workers must be"):
        check_gradients(tanh_sum, *blocks(), workers=workers)


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [1, 7])
@pytest.mark.parametrize("ask", [False, True])
def test_directions_need_little_memory(blocks, ask):
    """Theta, one that is moved, and the gradients; a function that returns them holds two more answers itself."""
    import tracemalloc

    n = 500_000
    theta = np.random.default_rng(0).standard_normal(n)
    theta[::10] = 0
    parts = {f"W{k}": part.copy() for k, part in enumerate(np.array_split(theta, blocks))}

    def slopes(p):
        return {name: 2 * part for name, part in p.items()}

    grads = slopes if ask else slopes(parts)
    tracemalloc.start()
    try:
        report = check_gradients(lambda p: float(sum(w @ w for w in p.values())), parts, grads, directions=4)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.ok
    assert peak < (5.2 if ask else 3.2) * theta.nbytes  # 7 and 11 times, when scale and direction were whole arrays


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_long_direction_is_the_one_that_is_meant(dtype):
    """Its numbers are made a piece at a time, with zeros and small blocks among them; the sum is that of all."""
    rng = np.random.default_rng(1)
    sizes = (3, 70_001, 1, 40_000, 9)
    params = {f"W{k}": rng.standard_normal(size).astype(dtype) for k, size in enumerate(sizes)}
    params["W1"][::3] = 0
    params["W2"][:] = 0

    def cost(p):
        return float(sum((k + 1) * np.sum(np.asarray(w, np.float64) ** 2 + w) for k, w in enumerate(p.values())))

    grads = {name: (k + 1) * (2 * w + 1) for k, (name, w) in enumerate(params.items())}
    report = check_gradients(cost, params, grads, directions=5)
    assert report.ok or dtype == np.float32
    assert not any(block.wrong_count for block in report.blocks.values())
    spoiled = {**grads, "W3": grads["W3"].copy()}
    spoiled["W3"][31_234] += 500.0
    report = check_gradients(cost, params, spoiled, directions=5)
    assert [name for name, block in report.blocks.items() if block.verdict is gradlab.Verdict.WRONG] == ["W3"]
    assert report.blocks["W3"].worst.index == (31_234,)


@pytest.mark.parametrize("mutates", [False, True])
def test_an_exception_of_the_cost_leaves_nothing_moved(mutates):
    theta = np.random.default_rng(2).standard_normal(20_000)
    seen = []

    def cost(t):
        seen.append(t.copy())
        value = float(t @ t)
        if mutates:
            t[0] = 7.0
        if len(seen) % 5 == 4:
            raise ValueError("no value here")
        return value

    check_gradients(cost, theta, 2 * theta, directions=3)
    at_theta = [np.array_equal(t, theta) for t in seen]
    assert at_theta[:2] == [True, True]
    for (
        t
    ) in seen:  # every entry is off by the same share of itself, up or down: nothing is left from an earlier point
        share = np.abs(t / theta - 1)
        assert np.ptp(share) <= max(1e-9, 1.01 * share.max() / 2)
