"""A process that can write nowhere but where it may, whatever writes: Python, C, or a program that it starts.

Linux keeps the promise (Landlock, since 5.13). Elsewhere, only what Python itself writes is noticed, in `sandbox`.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# The numbers are those of <linux/landlock.h>, <linux/prctl.h> and of the system calls, the same on every processor.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _BENEATH = 1, 1
_NO_NEW_PRIVILEGES, _SUBREAPER = 38, 36
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_CHANGES = sum(1 << k for k in range(4, 13))  # remove and make: files, folders, links, sockets, devices
_MOVE = 1 << 13
_SOCKETS_AND_SIGNALS = 0b11  # of other processes than its own


def writes_only(below: Iterable[Path], into: Iterable[Path] = ()) -> bool:
    """From now on, this process and its children change nothing but below these folders, and write into these files.

    Nor, since Linux 6.12, do they send signals to other processes. False where the system has no such promise.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = _call(libc, _CREATE, None, 0, _VERSION) if sys.platform == "linux" else -1
    if version < 1:
        return False
    files = _WRITE_FILE | (_TRUNCATE if version >= 3 else 0)
    everything = files | _CHANGES | (_MOVE if version >= 2 else 0)
    rules = struct.pack("QQQ", everything, 0, _SOCKETS_AND_SIGNALS)[: 24 if version >= 6 else 8]
    handle = _call(libc, _CREATE, rules, len(rules), 0)
    try:
        for path, may in [*((path, everything) for path in below), *((path, files) for path in into)]:
            if path.exists():
                at = os.open(path, os.O_PATH | os.O_CLOEXEC)
                _call(libc, _ADD, handle, _BENEATH, struct.pack("=Qi", may, at), 0)
                os.close(at)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return _call(libc, _RESTRICT, handle, 0) == 0
    finally:
        os.close(handle)


def adopt_orphans() -> None:
    """A process started by one that has ended is then a child of this one, and found by `children`."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def children() -> dict[int, str]:
    """The commands of the processes that this one started, or adopted, and that still run (Linux)."""
    found = {}
    for task in Path("/proc/self/task").glob("*/children"):
        for pid in map(int, task.read_text().split()):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just gone
                about = Path(f"/proc/{pid}")
                name, _, rest = (about / "stat").read_text(errors="replace").rpartition(") ")
                if not rest.startswith("Z"):  # else it has ended, and nobody has asked how
                    words = (about / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                    found[pid] = words or name.partition("(")[2]  # a program that just begins has no words yet
    return found


def _call(libc: ctypes.CDLL, *words: object) -> int:
    answer = int(libc.syscall(*words))
    if answer < 0 and words[-1] != _VERSION:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer
