"""Work in a copy of the process: what it does to the caller's arrays and objects is gone with it."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MEMORY = 2**31  # bytes that the copy may take beyond what it has
THREADED = ("jax", "tensorflow", "torch")  # they have threads of their own, for which a copy would wait in vain


def apart(work: Callable[[], Any], seconds: float) -> Any:
    """What the work returns; None if it fails, takes longer, or if no copy can be made here."""
    if sys.platform != "linux" or any(name in sys.modules for name in THREADED):
        return None
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads: the copy has none of them, and is given up if it waits for one
        child = os.fork()
    if child == 0:
        _work(work, write)
    os.close(write)
    try:
        return _read(read, time.monotonic() + seconds)
    finally:
        os.close(read)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work(work: Callable[[], Any], write: int) -> None:
    """In the copy: work without a sound, write the answer, and be gone."""
    try:
        import resource

        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        os.write(write, pickle.dumps(work()))
    finally:
        os._exit(0)


def _read(read: int, until: float) -> Any:
    parts: list[bytes] = []
    while select.select([read], [], [], max(0.0, until - time.monotonic()))[0]:
        if not (part := os.read(read, 1 << 16)):
            return pickle.loads(b"".join(parts)) if parts else None
        parts.append(part)
    return None


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """In the copy: an end for what would not end."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
