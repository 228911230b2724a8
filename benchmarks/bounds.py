"""Do the bounds hold? The true slope of every entry against the interval that the numeric gradient gives.

    python -m benchmarks.bounds --seeds 3

The costs are the usual ones, the hard ones, and those as other people write them, where the true gradient is known to
the last digits. A bound is broken if the true slope lies outside of it; an entry is open if it has none. Entries of
one cost stand or fall together, so that costs are counted, too.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import gradlab
from benchmarks import abroad, afield, besides, costs, elsewhere, further, hard

FIRST_SEED = 7200  # nothing was tuned on these
SLOW = {"huge_sum", "layer_norm_stack", "long_rnn", "deep_relu", "lorenz"}
MODULES = {"elsewhere": elsewhere, "afield": afield, "further": further, "abroad": abroad, "besides": besides}
INEXACT = {f.__name__ for module in MODULES.values() for f in module.COARSE}  # the bounds are about what is rounded
INEXACT |= {"ill_posed"}  # what the solver makes of such a matrix is the function that the bounds are about
Made = tuple[Callable[[Any], float], Any, Any]


def made(seed: int) -> Iterator[tuple[str, str, Made]]:
    """(collection, kind, (cost, params, right gradient)) for one seed."""
    for kind in costs.KINDS:
        yield "usual", kind, costs.case(kind, seed)
    for kind in hard.SMOOTH.keys() - INEXACT:
        yield "hard", kind, hard.SMOOTH[kind](np.random.default_rng(seed))
    for name, module in MODULES.items():
        for kind in module.KINDS.keys() - SLOW - INEXACT:
            yield name, f"{name}.{kind}", elsewhere.made(module.KINDS[kind], seed)


def counted(cost: Callable[[Any], float], params: Any, right: Any) -> Counter[str]:
    """Entries, how many of them have no bound or a broken one, and evaluations."""
    found = gradlab.numeric_gradient(cost, params)
    parameters = gradlab.Parameters(params)
    values, bounds, truth = (parameters.flatten(part) for part in (found.values, found.bounds, right))
    known = np.isfinite(bounds)
    rounding = 4 * np.finfo(float).eps * np.abs(truth)  # of the true slope itself
    broken = known & (np.abs(values - truth) > bounds + rounding)
    return Counter(
        entries=values.size,
        open=int((~known).sum()),
        broken=int(broken.sum()),
        evaluations=found.evaluations,
        costs=1,
        left=int(broken.any()),
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    options = parser.parse_args()
    sums: dict[str, Counter[str]] = {}
    broken: Counter[str] = Counter()
    with np.errstate(all="ignore"):
        for seed in range(options.first, options.first + options.seeds):
            for collection, kind, case in made(seed):
                found = counted(*case)
                sums.setdefault(collection, Counter()).update(found)
                broken[kind] += found["broken"]
    sums["all"] = sum(sums.values(), Counter[str]())
    for collection, found in sums.items():
        each = found["evaluations"] / found["entries"]
        print(
            f"{collection:10} {found['entries'] - found['open']} bounds, {found['broken']} broken, "
            f"{found['open']} entries open, {each:.1f} evaluations an entry; "
            f"{found['left']} of {found['costs']} costs have a broken one"
        )
    print("broken:", {kind: count for kind, count in broken.items() if count} or "none")


if __name__ == "__main__":
    main()
