"""Measure, and write the record that the site shows."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.frameworks import checkers
from website.verify import needs

RECORD = Path(__file__).parents[1] / "frameworks.json"


def main() -> None:
    """Every function, every framework, its own checker and gradlab's."""
    record: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat(), "versions": needs.versions()}
    for part, frameworks in checkers.PARTS.items():
        record[part] = {words: checkers.answers(framework) for words, framework in frameworks.items()}
        for words, cases in record[part].items():
            for name in [name for name in next(iter(cases.values())) if name != "right"]:
                other = [case for case, row in cases.items() if row[name] != row["right"]]
                print(f"{words}: {name}: {len(cases) - len(other)} of {len(cases)}; not {other}")
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
