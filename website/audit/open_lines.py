"""How many right lines each hunt's report rules out, and by what: `python -m website.audit.open_lines`.

Of hunts with several bugs once more when one bug is left, as a hunter sees it who has repaired the others.
"""

import json
from collections import Counter
from collections.abc import Iterator

from gradlab import labs
from website.paths import DOCS

HUNTS = DOCS / "labs" / "hunts"  # what each says to a click
KINDS = {"agrees": "a row agrees", "wrong": "a wrong row", "numbers": "a number, not counted", "open": "open"}


def counted() -> Iterator[tuple[str, Counter[str]]]:
    """The level of each hunt, and how many lines are answered in which way; with " at last" when one bug is left."""
    for bug in labs.BUGS:
        told = json.loads((HUNTS / f"{bug.id}.json").read_text(encoding="utf-8"))
        if "lines" not in told:
            continue
        yield f"{bug.level}", Counter(line["kind"] for line in told["lines"].values())
        for found, stage in told.get("after", {}).items():
            if len(found.split(",")) == len(told["broken"]) - 1:
                yield f"{bug.level} at last", Counter(line["kind"] for line in stage["lines"].values())


def main() -> None:
    """Print the table."""
    print("level     reports  lines  " + "  ".join(KINDS.values()) + "  open in the worst")
    hunts = sorted(counted(), key=lambda hunt: hunt[0])
    for level in dict.fromkeys(level for level, _ in hunts):
        found = [kinds for each, kinds in hunts if each == level]
        whole = sum(found, Counter())
        cells = "  ".join(f"{whole[kind]:>{len(name)}}" for kind, name in KINDS.items())
        print(f"{level:10}{len(found):7}{whole.total():7}  {cells}{max(kinds['open'] for kinds in found):19}")


if __name__ == "__main__":
    main()
