"""The tables of the benchmarks: numbers stand under each other by their right end, words by their left."""

import re

import pytest

from website.pages.benchmark_tables import TABLES, with_tables


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("run", "fields-run")])
def test_words_begin_at_the_left_and_numbers_end_at_the_right(name: str) -> None:
    table = with_tables(f"<!-- benchmark: {name} -->")
    _, rule, *rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    for k, mark in enumerate(rule):
        cells = [row[k] for row in rows]
        words = k == 0 or any(re.search(r"[a-z]{3}", cell) for cell in cells)
        assert mark == ("---" if words else "--:"), f"{name}: {cells[:3]}"
