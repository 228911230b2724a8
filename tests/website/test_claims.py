"""What the site says of its own blocks: what the record says, and nothing without one."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from website.pages import claims
from website.verify import record

ROOT = Path(__file__).parents[2]
CLAIM = {
    "found": 14, "run": 13, "skipped": [{"line": 3, "reason": "why"}], "seconds": 1.25, "python": "3.11.7",
    "numpy": "2.4.6", "platform": "Linux x86_64", "commit": "0123456789", "dirty": False, "date": "2026-11-22",
}  # fmt: skip


def page(name: str) -> SimpleNamespace:
    return SimpleNamespace(file=SimpleNamespace(abs_src_path=str(ROOT / name)))


def test_a_page_with_a_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(record, "claim", lambda name, text: asked.append((name, text)) or CLAIM)
    said = "13 blocks of code and output, run with Python 3.11.7, NumPy 2.4.6; 1 not run"
    assert claims.line(page("docs/index.md")) == said
    assert asked == [("docs/index.md", (ROOT / "docs/index.md").read_text(encoding="utf-8"))]


@pytest.mark.parametrize("claim", [None, CLAIM | {"run": 0}])
def test_no_run_no_claim(monkeypatch: pytest.MonkeyPatch, claim: dict | None) -> None:
    monkeypatch.setattr(record, "claim", lambda name, text: claim)
    assert claims.line(page("docs/index.md")) == ""


def test_scripts_claim_nothing() -> None:
    assert claims.line(page("docs/gallery/v_curve.py")) == ""


def test_the_table_has_every_file_and_the_sum() -> None:
    rows = [
        {"page": "docs/learn/the-check.md", "claim": CLAIM},
        {"page": "src/gradlab/steps.py", "claim": CLAIM},
        {"page": "README.md", "claim": None},
    ]
    whole, _, *table = claims.table(rows).splitlines()
    assert whole == (
        "26 of 28 blocks in 2 files ran and agreed, not run: 2; "
        "Python 3.11.7, NumPy 2.4.6, Linux x86_64, 2026-11-22, commit 01234567."
    )
    assert table[2:] == [
        "| [learn/the-check.md](../learn/the-check.md) | 14 | 13 | 1 | 1.2 |",
        "| `src/gradlab/steps.py` | 14 | 13 | 1 | 1.2 |",
        "| `README.md`: changed or failed since, no claim | | | | |",
    ]


def test_no_record_no_table() -> None:
    assert "claims nothing" in claims.table([])
    assert "claims nothing" in claims.table([{"page": "README.md", "claim": None}])


def test_only_the_mark_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "rows", lambda: iter(()))
    assert claims.with_table("as it is") == "as it is"
    assert claims.MARK not in claims.with_table(f"before\n\n{claims.MARK}\n")
