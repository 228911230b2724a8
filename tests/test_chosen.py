"""CI looks at every page; a sample comes to every page in time, and its seed gives it again."""

import pytest

from tests import chosen
from website.paths import ROOT

PAGES = [f"{number}/" for number in range(30)]


def test_ci_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "all")
    assert chosen.sample(PAGES, 6) == chosen.first(PAGES, 6) == PAGES
    assert "GRADLAB_SAMPLE=all exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_a_seed_gives_its_sample_again_and_seeds_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for seed in range(100):
        monkeypatch.setattr(chosen, "CHOSEN", str(seed))
        some = chosen.sample(PAGES, 6)
        assert some == chosen.sample(PAGES, 6)
        assert len(set(some)) == 6
        assert some == [page for page in PAGES if page in some]
        seen |= set(some)
    assert seen == set(PAGES)


def test_few_pages_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "1")
    assert chosen.sample(PAGES[:4], 6) == PAGES[:4]


def test_what_needs_what_stands_before_begins_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CHOSEN", "1")
    assert chosen.first(PAGES, 6) == PAGES[:6]
    assert chosen.first(PAGES[:4], 6) == PAGES[:4]
