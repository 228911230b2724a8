"""A check that an exception of the cost, or Ctrl-C, ends: what is known by then is reported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gradlab.problem.cost import Cost


@contextmanager
def until_stopped(cost: Cost) -> Iterator[None]:
    """What an exception of the cost, or Ctrl-C, ends here is kept for a report of what is known so far."""
    try:
        with cost.lasting():
            yield
    except Exception:
        if cost.stopped is not None:  # too little is known for a report
            raise cost.stopped from None
        raise


def with_report(error: BaseException, report: Any) -> BaseException:
    """The exception that ended the check, and in its `report` what was known by then."""
    error.report = report  # type: ignore[attr-defined]
    error.add_note("gradlab: the check was not finished; what it knows so far is in this exception's .report")
    return error
