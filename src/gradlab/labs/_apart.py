"""Runs in a process of its own: a student's file, which may do anything, and answers nothing but arrays.

The grader starts this file as a script, without the package: it imports NumPy and nothing of gradlab. One question a
line on the standard input, `{"call": name, "args": …}`; one answer a line. What the file itself prints goes nowhere.

It is a fence and no prison. What a gradient may need is loaded before the file is. After that no file can be opened,
by Python or by any library under it, where the system knows limits; and of all that Python reports, everything but a
few harmless events ends in an error. Whoever gets over the fence still gains no marks, since numbers are compared in
the grader's process.
"""

import base64
import importlib
import json
import os
import sys
import types
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

# What a task may import: no file is opened later, so they are loaded first.
LIBRARY = (
    "abc", "argparse", "array", "base64", "bisect", "cmath", "collections", "collections.abc", "contextlib", "copy",
    "csv", "dataclasses", "datetime", "decimal", "doctest", "encodings.ascii", "encodings.latin_1", "enum",
    "fractions", "functools", "hashlib", "heapq", "inspect", "io", "itertools", "logging", "math", "numbers",
    "operator", "os", "pathlib", "pprint", "random", "re", "statistics", "string", "struct", "sys", "textwrap",
    "threading", "time", "timeit", "traceback", "types", "typing", "unittest", "warnings", "numpy.char",
    "numpy.fft", "numpy.lib.stride_tricks", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.random",
    "numpy.rec", "numpy.testing", "numpy.typing",
)  # fmt: skip

# What reaches out of the process although Python does not report it: files, other processes, the clock, and modules
# made anew, in which all of these would be back.
MISSED = {
    "posix": ("mkfifo", "mknod", "setpriority", "sched_setaffinity", "sched_setparam", "sched_setscheduler"),
    "time": ("clock_settime", "clock_settime_ns"),
    "_posixsubprocess": ("fork_exec",),
    "_imp": ("create_builtin", "create_dynamic", "init_frozen"),
}


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


def fence() -> None:
    """Refuse, from here on and for good, all that Python reports and a gradient needs not."""

    # It must look up nothing: a name that it read when it is called could be given another meaning before.
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in {
            "array.__new__", "builtins.id", "code.__new__", "compile", "exec", "function.__new__",
            "pickle.find_class", "object.__delattr__", "object.__getattr__", "object.__setattr__", "sys._getframe",
            "sys.excepthook", "sys.unraisablehook", "time.sleep",
        }:  # fmt: skip
            return
        if event == "import":
            raise ImportError(f"{args[0]} is not there for a task, which has NumPy and Python's own library")
        if event == "open":
            raise PermissionError(f"a task opens no file, got {args[0]}")
        raise PermissionError(f"{event} is not allowed in a task")

    missed = [getattr(sys.modules.get(module), name, None) for module, names in MISSED.items() for name in names]
    for module in list(sys.modules.values()):
        for name in [name for name, value in vars(module).items() if any(value is each for each in missed if each)]:
            delattr(module, name)
    sys.addaudithook(hook)


def limit(seconds: int) -> None:
    """Where the system knows limits: no file is opened or grows, and memory and time end somewhere."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, 4 << 30),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue  # a system that does not know this one


def main(path: str, seconds: int) -> None:
    """Load the file, and answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    questions = os.fdopen(os.dup(0), encoding="ascii")
    source = Path(path).read_bytes()  # Python reads its encoding out of it
    for name in LIBRARY:
        with suppress(ModuleNotFoundError):  # numpy.char and numpy.rec are no modules before NumPy 2
            importlib.import_module(name)
    np.linalg.solve(np.eye(2), np.ones(2))  # what NumPy loads late is loaded now
    np.random.default_rng(0).standard_normal(1)
    limit(seconds)
    fence()

    def answer(told: dict[str, Any]) -> None:
        answers.write(json.dumps(told) + "\n")
        answers.flush()

    task = sys.modules["task"] = types.ModuleType("task")
    space = vars(task)
    space["np"] = np
    returned: deque[tuple[Any, Any]] = deque(maxlen=4)
    try:
        exec(compile(source, Path(path).name, "exec"), space)
        answer({"ready": sorted(name for name, value in space.items() if callable(value))})
        for line in questions:
            request = json.loads(line)
            args, keywords = decode(request["args"]), decode(request["keywords"])
            with np.errstate(all="ignore"):
                value = space[request["call"]](*args, **keywords)
            if any(encode(old) != as_it_was for old, as_it_was in returned):
                raise ValueError("it changes what it returned before: an array serves twice")
            returned.append((value, encode(value)))
            # What was changed in place is changed for the caller as well, as it is without a process between them.
            answer({"value": returned[-1][1], "args": encode(args), "keywords": encode(keywords)})
    except BaseException as error:  # noqa: BLE001  # sys.exit too: a task that ends has no answer
        try:
            answer({"error": f"{type(error).__name__}: {error}"[:500]})
        finally:
            os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
