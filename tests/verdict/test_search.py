"""The search for wrong entries in a part that is wrong, on answers that are known beforehand."""

import numpy as np
import pytest

from gradlab.verdict.bisection import _bisect
from gradlab.verdict.suspects import _halves


def search(bad, block=slice(0, 64), most=50, seed=0):
    asked = []

    def wrong(start, stop):
        asked.append((start, stop))
        assert block.start <= start < stop <= block.stop
        return any(start <= entry < stop for entry in bad)

    return *_bisect(wrong, block, most, np.random.default_rng(seed)), asked


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("size", [1, 2, 3, 17, 64, 100])
def test_all_wrong_entries_are_found(seed, size):
    rng = np.random.default_rng([seed, size])
    block = slice(5, 5 + size)
    bad = 5 + rng.permutation(size)[: rng.integers(1, min(size, 12) + 1)]
    found, complete, asked = search(bad, block, seed=seed)
    assert found == sorted(bad)
    assert complete
    assert len(asked) <= len(bad) * (2 * np.log2(size) + 4) + 2


@pytest.mark.parametrize("most", [1, 3, 10])
def test_no_more_than_were_asked_for(most):
    found, complete, _ = search(range(40), most=most)
    assert len(found) == len(set(found)) == most
    assert not complete
    assert search(range(40), slice(0, 40), most=50)[1]


@pytest.mark.parametrize("seed", range(5))
def test_found_entries_come_from_everywhere(seed):
    found, _, _ = search(range(1024), slice(0, 1024), most=10, seed=seed)
    assert max(found) - min(found) > 400


def test_a_part_that_is_wrong_and_has_no_wrong_entry_ends_the_search():
    """As where each entry is wrong by less than its own bound."""
    asked = []

    def wrong(start, stop):
        asked.append((start, stop))
        return stop - start > 1

    found, _ = _bisect(wrong, slice(0, 256), 50, np.random.default_rng(0))
    assert found == []
    assert len(asked) < 60


@pytest.mark.parametrize("n", range(1, 12))
def test_halves_are_of_equal_length_and_lose_nothing(n):
    names = [f"b{k}" for k in range(n)]
    parts = _halves([names])
    assert [name for part in parts for name in part] == names
    assert all(parts)
    assert max(map(len, parts)) - min(map(len, parts)) <= (1 if n > 1 else 0)
    assert len(parts) == min(n, 2)
