"""Who is right on costs that were written before they were tried: every quick checker, correct and spoiled gradients.

    python -m benchmarks.fields --seeds 3

The kinds are those of `elsewhere`, `afield`, `further` and `abroad`, from many fields. They are counted as those of
`benchmarks.verdicts` are, by collection; those whose right gradient is that of a cost without its rounding apart. Of
some no black box can tell the right gradient (an iteration that stops at a tolerance): these have a row of theirs.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import abroad, afield, elsewhere, further
from benchmarks.verdicts import CORRECT, Ruling, judged, summary, versions

RECORD = Path(__file__).parent / "fields.json"
FIRST_SEED = 42000  # none of these was seen while the checker was written
MODULES = {"elsewhere": elsewhere, "afield": afield, "further": further, "abroad": abroad}
KINDS = [(name, kind) for name, module in MODULES.items() for kind in module.KINDS]
AT_KINKS = {f.__name__ for f in afield.AT_KINKS + abroad.AT_KINKS}
WAYS = ("first block, sign flipped", "a block × 1.01", "one entry zero", "one entry + 10 %", "all × 1.0001")
UNTOLD = {f.__name__ for f in afield.STOPPED}
COARSE = {f.__name__ for module in MODULES.values() for f in module.COARSE} - UNTOLD


def asked(task: tuple[int, str, str]) -> tuple[str, str, list[Ruling]]:
    """The collection, the kind and what every quick checker says to one case of it."""
    seed, name, kind = task
    case = elsewhere.made(MODULES[name].KINDS[kind], seed)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return name, kind, list(judged(kind, case, seed, slow=False, kinked=kind in AT_KINKS, ways=WAYS))


def rows_of(found: list[tuple[str, str, list[Ruling]]]) -> Iterator[tuple[str, list[Ruling]]]:
    """What is counted together: a collection, all of them, and apart from these what rounds or stops inside."""
    exact = [(name, rows) for name, kind, rows in found if kind not in COARSE | UNTOLD]
    for name in MODULES:
        yield name, [row for collection, rows in exact if collection == name for row in rows]
    yield "all", [row for _, rows in exact for row in rows]
    yield "digits lost inside", [row for _, kind, rows in found if kind in COARSE for row in rows]
    yield "stopped at a tolerance", [row for _, kind, rows in found if kind in UNTOLD for row in rows]


def main() -> None:
    """Run, print, and write the record that the site shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    tasks = [(FIRST_SEED + i, *kind) for i, kind in product(range(options.seeds), KINDS)]
    with ProcessPoolExecutor(options.processes) as pool:
        found = list(pool.map(asked, tasks, chunksize=4))
    record: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": options.seeds,
        "kinds": {name: len(module.KINDS) for name, module in MODULES.items()},
        "ways": WAYS,
        "versions": versions(),
        **{
            name: {checker: row for checker, row in summary(rows).items() if row["correct"]}
            for name, rows in rows_of(found)
        },
        "named": sorted(
            {
                f"{name}: {kind}: {row.way}: {row.answer}"
                for name, kind, rows in found
                for row in rows
                if mistaken(row)
            }
        ),
    }
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1, ensure_ascii=False))


def mistaken(row: Ruling) -> bool:
    """gradlab's own mistakes, by name."""
    wrong = row.answer is False if row.way == CORRECT else row.told and row.answer is True
    return row.checker == "gradlab" and (wrong or row.raised)


if __name__ == "__main__":
    main()
