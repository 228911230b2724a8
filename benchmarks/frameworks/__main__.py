"""Measure, and write the record that the site shows."""

import json
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.frameworks import checkers
from website.verify import needs

RECORD = Path(__file__).parents[1] / "frameworks.json"


def main() -> None:
    """Every function, every framework, its own checker and gradlab's."""
    measured = {
        words: checkers.answers(framework)
        for words, framework in (
            ("PyTorch", checkers.pytorch),
            ("JAX", checkers.jax),
            ("TensorFlow", checkers.tensorflow),
        )
    }
    record = {"date": datetime.now(UTC).date().isoformat(), "versions": needs.versions(), "answers": measured}
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for framework, cases in measured.items():
        names = [name for name in next(iter(cases.values())) if name != "right"]
        for name in names:
            wrong_calls = [case for case, row in cases.items() if row[name] != row["right"]]
            print(f"{framework}: {name}: {len(cases) - len(wrong_calls)} of {len(cases)}; not {wrong_calls}")


main()
