"""How often the first finding helps, over the mistakes of `corpus`: `python -m tests.diagnosis.count [SEEDS]`.

Right: it names the mistake. Useful: it names the place, or half of it. Useless: it says nothing that leads anywhere.
Misleading: it names another mistake.
"""

import sys

import numpy as np

from gradlab import Verdict
from tests.diagnosis.corpus import CASES

USELESS = {"nothing", "GL119", "GL121", "GL122"}


def counted(seeds):
    """Names of cases by what their first finding was worth; where a seed shows no mistake, it does not count."""
    found = {"right": [], "useful": [], "useless": [], "misleading": []}
    for name, (right, useful, function) in CASES.items():
        for seed in seeds:
            report = function(np.random.default_rng(seed))
            if report.verdict is Verdict.AGREES:  # an index that happens not to be repeated, for example
                continue
            code = report.findings[0].code if report.findings else "nothing"
            kinds = {"right": right, "useful": useful, "useless": USELESS}
            worth = next((kind for kind, codes in kinds.items() if code in codes), "misleading")
            found[worth].append(f"{name}[{seed}]: {code}")
    return found


if __name__ == "__main__":
    found = counted(range(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
    total = sum(map(len, found.values()))
    for worth, cases in found.items():
        print(f"{worth:10} {len(cases):4} of {total}")
    for worth in ("useful", "useless", "misleading"):
        print(f"{worth}: {', '.join(found[worth]) or 'none'}")
