"""Who evaluates the cost: threads, an executor, a Dask client, or any function like map."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gradlab._arguments import shown
from gradlab.errors import GradlabError

Map = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]


def mapping(workers: Any) -> Map:
    """What they do with a function and many tasks.

    Parameters
    ----------
    workers
        A number of threads; an executor or a pool, with a method `map`; a Dask client, whose `map` gives futures that
        its `gather` awaits; or a function like `map` itself.
    """
    if hasattr(workers, "gather"):
        return lambda function, tasks: workers.gather(workers.map(function, tasks, pure=False))
    if hasattr(workers, "map"):
        return lambda function, tasks: workers.map(function, tasks)
    if callable(workers):
        return lambda function, tasks: workers(function, tasks)

    def threads(function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(function, tasks))

    return threads


def at_once(workers: Any) -> int:
    """How many tasks they do at the same time, as far as they tell: else as many as there are cores."""
    if isinstance(workers, int):
        return int(workers)
    if hasattr(workers, "nthreads"):  # a Dask client: threads by worker
        return max(1, int(sum(workers.nthreads().values())))
    return int(getattr(workers, "_max_workers", None) or os.cpu_count() or 1)


def answers(workers: Any, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterable[Any]:
    """What they answer; a GradlabError where the cost cannot be sent to them."""
    try:
        found = mapping(workers)(function, tasks)
        if not isinstance(found, Iterable):
            raise GradlabError(f"workers must return the answers, as map does, got {shown(found)}")
        yield from found
    except Exception as error:
        refusal = _refusal(function)
        if refusal is not None and _is_about_sending(error, refusal):
            raise GradlabError(
                f"cost cannot be sent to another process ({error}): define it with def at the top of a module, not "
                "as a lambda or inside of a function; or take threads, workers=4; or Dask, which sends any function"
            ) from error
        raise


def _refusal(function: Callable[[Any], Any]) -> Exception | None:
    """Why it cannot be pickled, in the words of this Python; None if it can."""
    try:
        pickle.dumps(function)
    except Exception as error:  # noqa: BLE001 (what cannot be pickled raises whatever it likes)
        return error
    return None


def _is_about_sending(error: Exception, refusal: Exception) -> bool:
    """Python 3.13 says "Can't get local object" and nothing of a pickle."""
    same = type(error) is type(refusal) and str(error) == str(refusal)
    return same or isinstance(error, pickle.PicklingError) or "pickle" in str(error).lower()
