"""How often the first finding helps: `python -m tests.diagnosis.count [SEEDS]`, over each of the eight corpora.

Right: it names the mistake. Useful: it names the place, or half of it. Useless: it says nothing that leads anywhere.
Misleading: it names another mistake.
"""

import sys

import numpy as np

from gradlab import Verdict
from tests.diagnosis import (
    corpus,
    corpus_fifth,
    corpus_fourth,
    corpus_fresh,
    corpus_second,
    corpus_seventh,
    corpus_sixth,
    corpus_third,
)

CORPORA = {
    "own": corpus.CASES,
    "fresh": corpus_fresh.CASES,
    "second": corpus_second.CASES,
    "third": corpus_third.CASES,
    "fourth": corpus_fourth.CASES,
    "fifth": corpus_fifth.CASES,
    "sixth": corpus_sixth.CASES,
    "seventh": corpus_seventh.CASES,
}
USELESS = {"nothing", "GL119", "GL121", "GL122", "GL147"}  # unless the case says that it leads somewhere


def counted(cases, seeds):
    """Names of cases by what their first finding was worth; where a seed shows no mistake, it does not count."""
    found = {"right": [], "useful": [], "useless": [], "misleading": []}
    for name, (right, useful, function) in cases.items():
        for seed in seeds:
            report = function(np.random.default_rng(seed))
            if report.verdict is Verdict.AGREES:  # an index that happens not to be repeated, for example
                continue
            code = report.findings[0].code if report.findings else "nothing"
            kinds = {"right": right, "useful": useful, "useless": USELESS}
            worth = next((kind for kind, codes in kinds.items() if code in codes), "misleading")
            found[worth].append(f"{name}[{seed}]: {code}")
    return found


def shares(found):
    """Rightly named, and named or placed, as shares of all."""
    total = sum(map(len, found.values()))
    return len(found["right"]) / total, (len(found["right"]) + len(found["useful"])) / total


if __name__ == "__main__":
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    for title, cases in CORPORA.items():
        found = counted(cases, seeds)
        total = sum(map(len, found.values()))
        counts = ", ".join(f"{len(names)} {worth}" for worth, names in found.items())
        print(f"{title}: {len(cases)} kinds, {total} reports: {counts}")
        for worth in ("useless", "misleading"):
            for name in found[worth]:
                print(f"  {worth}: {name}")
