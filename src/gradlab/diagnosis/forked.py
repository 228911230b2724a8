"""Work in a copy of the process: what it does to the caller's arrays and objects is gone with it.

It can do no more: what is open (files, sockets, pipes) is closed in the copy, files are opened for reading only, and
whatever else would be seen outside of it is refused. Where memory is shared with others, no copy is made.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MEMORY = 2**31  # bytes that the copy may take beyond what it has
THREADED = ("jax", "tensorflow", "torch")  # they have threads of their own, for which a copy would wait in vain
# How the names of audit events begin that are seen outside, and those of them that only look.
OUTSIDE = ("os.", "shutil.", "socket.", "subprocess.", "ctypes.", "mmap.", "sqlite3.", "pty.", "signal.")
HARMLESS = {"os.listdir", "os.scandir", "os.walk", "os.fwalk"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def in_a_fork(work: Callable[[], Any], seconds: float) -> Any:
    """What the work returns; None if it fails, takes longer, or if no copy can be made here."""
    if sys.platform != "linux" or any(name in sys.modules for name in THREADED) or _shares_memory():
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


def _shares_memory() -> bool:
    """Is there memory that a copy would write to for all, such as an array that is a file's?"""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.split(maxsplit=2)[1].startswith("rw-s") for line in maps)


def _work(work: Callable[[], Any], write: int) -> None:
    """In the copy: work without a sound, write the answer, and be gone."""
    try:
        import resource

        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        for opened in {int(path.name) for path in Path("/proc/self/fd").iterdir()} - {0, 1, 2, write}:
            with suppress(OSError):  # the one that lists them
                os.close(opened)
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        sys.addaudithook(_refuse)
        os.write(write, pickle.dumps(work()))
    finally:
        os._exit(0)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    """In the copy: an exception for what would be seen outside of it."""
    writes = event == "open" and (args[2] or 0) & WRITES
    if writes or (event.startswith(OUTSIDE) and event not in HARMLESS):
        raise PermissionError(event)


def _read(read: int, until: float) -> Any:
    parts: list[bytes] = []
    while select.select([read], [], [], max(0.0, until - time.monotonic()))[0]:
        if not (part := os.read(read, 1 << 16)):
            return pickle.loads(b"".join(parts)) if parts else None
        parts.append(part)
    return None


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """In the copy: an end for what would not end. The seconds are the processor's own: others may keep it busy."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
