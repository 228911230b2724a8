"""Runs in a process of its own: a student's file, which may do anything, and answers nothing but arrays.

The grader starts this file as a script, without the package: it imports NumPy and nothing of gradlab. One question a
line on the standard input, `{"call": name, "args": …}`; one answer a line. What the file itself prints goes nowhere.

It is a fence and no prison: network, processes, writing, and reading outside of Python's own library end in an error.
Whoever gets over the fence still gains no marks, since numbers are compared in the grader's process.
"""

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

SHUT = (
    "ctypes",
    "socket",
    "subprocess",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "shutil",
    "gc.",
    "sys.settrace",
    "sys.setprofile",
    "winreg",
    "webbrowser",
    "urllib",
    "http",
    "ftplib",
    "smtplib",
)


def encode(value: Any) -> Any:
    """Numbers, arrays, and tuples, lists and dicts of them, as JSON can hold them to the last bit."""
    if isinstance(value, (bool, str)) or value is None:
        return {"plain": value}
    if isinstance(value, (int, float)):
        return {"plain": value}
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"an array of numbers is wanted, got one of dtype {array.dtype}")
        data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
        return {"array": data, "dtype": array.dtype.str, "shape": array.shape}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__: [encode(each) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(each)] for key, each in value.items()]}
    raise TypeError(f"arrays and numbers are wanted, got {type(value).__name__}")


def decode(told: Any) -> Any:
    """What `encode` has encoded."""
    ((kind, inner), *_) = told.items()
    if kind == "plain":
        return inner
    if kind == "array":
        dtype = np.dtype(str(told["dtype"]))
        if dtype.kind not in "biufc":
            raise TypeError(f"an array of numbers is wanted, got one of dtype {dtype}")
        return np.frombuffer(base64.b64decode(inner), dtype).reshape(told["shape"]).copy()
    if kind == "dict":
        return {decode(key): decode(each) for key, each in inner}
    if kind in ("tuple", "list"):
        return (tuple if kind == "tuple" else list)(decode(each) for each in inner)
    raise TypeError(f"unknown kind {kind!r}")


def fence(library: tuple[str, ...], package: str) -> None:
    """Refuse, from here on and for good, what a gradient needs not."""
    shut, real, fd = SHUT, os.path.realpath, int
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(shut):
            raise PermissionError(f"{event} is not allowed in a task")
        if event == "import" and str(args[0]).partition(".")[0] == "gradlab":
            raise PermissionError("gradlab is not there for a task, which needs NumPy alone")
        if event == "object.__setattr__" and args[1] == "__code__":
            raise PermissionError("a task changes no other function")
        if event in ("open", "os.listdir", "os.scandir"):
            path, mode, flags = (*args, None, 0)[:3]
            if isinstance(path, fd):
                return
            where = real(os.fsdecode(path or "."))
            writes = event == "open" and (any(letter in str(mode or "") for letter in "wax+") or flags & writing)
            if writes or where.startswith(package) or not where.startswith(library):
                raise PermissionError(f"a task opens no file, got {where}")

    for name in ("_ctypes", "_posixsubprocess", "_socket", "_ssl", "multiprocessing"):
        sys.modules[name] = None  # type: ignore[assignment]
    sys.addaudithook(hook)


def limit(seconds: int) -> None:
    """Where the system knows limits: no file grows, no core is written, and memory and time end somewhere."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, 4 << 30),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue  # a system that does not know this one


def main(path: str, package: str, seconds: int) -> None:
    """Load the file, and answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    questions = os.fdopen(os.dup(0), encoding="ascii")
    source = Path(path).read_text(encoding="utf-8")
    library = tuple({str(Path(place).resolve()) for place in sys.path if Path(place).is_dir() and place})
    np.linalg.solve(np.eye(2), np.ones(2))  # what NumPy loads late is loaded now
    np.random.default_rng(0).standard_normal(1)
    limit(seconds)
    fence(library, os.path.realpath(package))

    def answer(told: dict[str, Any]) -> None:
        answers.write(json.dumps(told) + "\n")
        answers.flush()

    space: dict[str, Any] = {"np": np, "__name__": "task"}
    try:
        exec(compile(source, Path(path).name, "exec"), space)
        answer({"ready": sorted(name for name, value in space.items() if callable(value))})
        for line in questions:
            asked = json.loads(line)
            with np.errstate(all="ignore"):
                value = space[asked["call"]](*decode(asked["args"]), **decode(asked["keywords"]))
            answer({"value": encode(value)})
    except BaseException as error:  # noqa: BLE001  # sys.exit too: a task that ends has no answer
        try:
            answer({"error": f"{type(error).__name__}: {error}"[:500]})
        finally:
            os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
