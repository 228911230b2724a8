"""Measure, and write the record that the site shows.

python -m benchmarks.frameworks            # every case
python -m benchmarks.frameworks --new      # those that the record does not have, if versions are the same
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.frameworks import checkers
from website.verify import needs

RECORD = Path(__file__).parents[1] / "frameworks.json"


def main(only_new: bool) -> None:
    """Every function, every framework, its own checker and gradlab's."""
    old = json.loads(RECORD.read_text(encoding="utf-8")) if only_new else {}
    if old and old["versions"] != needs.versions():
        sys.exit(f"the record is of {old['versions']}, here are {needs.versions()}: measure every case")
    record: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat(), "versions": needs.versions()}
    for part, frameworks in checkers.PARTS.items():
        record[part] = {}
        for words, framework in frameworks.items():
            began, known = time.process_time(), old.get(part, {}).get(words, {})
            cases = record[part][words] = checkers.answers(framework, known)
            print(f"{words}: {len(cases)} cases, {time.process_time() - began:.0f} s of the processor")
            for name in [name for name in next(iter(cases.values())) if name != "right"]:
                other = [case for case, row in cases.items() if row[name] != row["right"]]
                print(f"{words}: {name}: {len(cases) - len(other)} of {len(cases)}; not {other}", flush=True)
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main("--new" in sys.argv[1:])
