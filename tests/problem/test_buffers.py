"""Memory that was handed out: seen again while somebody holds it, never kept alive, and how much of it there is."""

import tracemalloc

import numpy as np
import pytest

import gradlab
from gradlab.problem.buffers import same, watched

WAYS = {
    "whole": lambda b: b,
    "column": lambda b: b[:, 1],
    "backwards": lambda b: b[::-1, ::2],
    "transposed": lambda b: b.T,
    "row of a row": lambda b: b[1][1:],
    "one number": lambda b: b[2, 3, ...],
    "in a row": lambda b: b.ravel(order="K"),
}
ORDERS = {
    "C": lambda a: a,
    "F": np.asfortranarray,
    "turned": lambda a: a[::-1, ::-1],
    "float32": lambda a: a.astype(np.float32),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ORDERS)
def test_what_lies_there_now_and_nothing_once_it_is_freed(way, order):
    buffer = ORDERS[order](np.arange(20.0).reshape(4, 5)).copy(order="K")
    handed_out = WAYS[way](buffer)
    see = watched(handed_out)
    buffer *= -3.0
    assert np.array_equal(see(), handed_out)
    assert see().dtype == handed_out.dtype
    del handed_out
    assert see() is not None
    del buffer
    assert see() is None


def test_lists_and_memory_of_others_are_seen_as_long_as_they_are_watched():
    row, raw = [1.0, 2.0], bytearray(np.arange(3.0).tobytes())
    see_row, see_raw = watched(row), watched(np.frombuffer(raw))
    row[0] = 5.0
    raw[:8] = np.float64(9.0).tobytes()
    assert see_row().tolist() == [5.0, 2.0]
    assert see_raw().tolist() == [9.0, 1.0, 2.0]


@pytest.mark.parametrize("n", [0, 1, 8191, 8193, 30_000])
def test_same_looks_at_all_of_it(n):
    one = np.random.default_rng(n).standard_normal(n)
    one[: n // 3] = np.nan
    assert same(one, one.copy())
    if n:
        other = one.copy()
        other[-1] = 7.0
        assert not same(one, other)


def quadratic(kind, params):
    """½ ‖θ‖² with gradients that are made anew, written into the same buffers, or theta itself."""
    buffers = {name: np.empty_like(value) for name, value in params.items()}

    def reused(p):
        for name, value in p.items():
            np.copyto(buffers[name], value)
        return buffers

    return {"anew": lambda p: {name: value * 1.0 for name, value in p.items()}, "reused": reused, "itself": dict}[
        kind
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["anew", "reused", "itself"])
@pytest.mark.parametrize("blocks", [1, 7])
@pytest.mark.parametrize("options", [{"directions": 3}, {"budget": 1000}])
def test_three_copies_of_theta_at_most_with_a_function_of_gradients(kind, blocks, options):
    """One that is moved, one that stays, the gradients; what the function makes anew each time is its own."""
    rng = np.random.default_rng(blocks)
    params = {f"W{i}": rng.uniform(0.5, 1.5, 700_000 // blocks) for i in range(blocks)}

    def cost(p):
        return 0.5 * float(sum(np.dot(value, value) for value in p.values()))

    def peak(n):
        tracemalloc.start()
        try:
            part = {name: value[:n] for name, value in params.items()}
            report = gradlab.check_gradients(cost, part, quadratic(kind, part), **options)
            assert report.ok
            assert any("handed out before" in note for note in report.notes) is (kind == "reused")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = 100_000 // blocks, 700_000 // blocks
    little = peak(few)
    more = (peak(many) - little) / (8 * blocks * (many - few))  # copies of theta, without what any size takes
    assert more < 4.1


def test_an_array_whose_axes_lie_in_another_order():
    buffer = np.zeros((2, 3, 4)).transpose(1, 2, 0).copy(order="K")
    see = watched(buffer[1, ::-2])
    buffer[:] = np.arange(24.0).reshape(3, 4, 2)
    assert np.array_equal(see(), buffer[1, ::-2])
