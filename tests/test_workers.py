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


def test_directions_need_little_memory():
    import tracemalloc

    n = 500_000
    theta = np.random.default_rng(0).standard_normal(n)
    slope = np.cos(theta)
    tracemalloc.start()
    try:
        report = gradlab.check_gradients(lambda t: float(np.sin(t).sum()), theta, slope, directions=4)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.ok
    assert peak < 8 * theta.nbytes  # 17 times, when every point was made in advance
