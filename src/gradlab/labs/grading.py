"""Grades a task in a process of its own: whatever the file does, the check runs here, where it cannot be changed.

The file is never imported. It computes its arrays elsewhere; the cost, the numeric gradient and the verdict are made
in this process. So a file that loops, exits, prints, or puts something else in the place of gradlab's functions gets
no other mark than its gradient deserves.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

import gradlab
from gradlab.errors import GradientMismatch
from gradlab.labs import _apart, find
from gradlab.labs.writing import WRITINGS, Writing

PATIENCE = 60.0  # seconds for all that a task computes at all seeds
ROUND_OFF = 1e-12  # of the largest slope; the five layers' own is below 1e-14
MOST = 50_000_000  # characters of one answer; the tasks' are thousands


class Failed(GradientMismatch):
    """A task that gives no gradient to compare: an error of its own, no answer in time, no such function."""


class Apart:
    """The functions of a file, which run in a process of their own.

    Parameters
    ----------
    path
        The file.
    patience
        Seconds until the process is ended.

    Raises
    ------
    Failed
        If the file cannot be loaded, and later, if a function ends in an error or gives no answer in time.
    """

    def __init__(self, path: Path | str, patience: float = PATIENCE) -> None:
        path = Path(path)
        if not path.is_file():
            raise Failed(f"{path.name} is not there")
        package = str(Path(gradlab.__file__).parent)
        command = [sys.executable, "-I", "-B", _apart.__file__, str(path.resolve()), package, str(int(patience) + 1)]
        quiet = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**quiet, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd=path.resolve().parent,
            start_new_session=True,
        )
        self._lines: queue.Queue[bytes] = queue.Queue(maxsize=2)  # who floods us waits
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._left, self._patience = threading.Event(), patience
        self._timer = threading.Timer(patience, self._late)
        self._timer.daemon = True
        self._timer.start()
        try:
            self.names: list[str] = [str(name) for name in self._answer("ready")]
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def function(self, name: str) -> Any:
        """The function of this name, to be called here with arrays, numbers, and tuples and dicts of them."""
        if name not in self.names:
            raise Failed(f"there is no function {name}: it must keep its name")

        def call(*args: Any, **keywords: Any) -> Any:
            asked = {"call": name, "args": _apart.encode(tuple(args)), "keywords": _apart.encode(keywords)}
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps(asked).encode() + b"\n")
                self._process.stdin.flush()
            except OSError:
                raise Failed(self._silence()) from None
            return _apart.decode(self._answer("value"))

        return call

    def end(self) -> None:
        """End the process, and all that it may have started."""
        self._timer.cancel()
        self._kill()
        self._process.wait()
        while self._reader.is_alive():  # it may wait for a place in the queue
            with suppress(queue.Empty):
                self._lines.get(timeout=0.01)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was not yet written need not be
                pipe.close()

    def _kill(self) -> None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _late(self) -> None:
        self._left.set()
        self._kill()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline(MOST):
            self._lines.put(line)
        self._lines.put(b"")

    def _answer(self, wanted: str) -> Any:
        line = self._lines.get()
        if not line.endswith(b"\n"):
            raise Failed(self._silence())
        try:
            told = dict(json.loads(line))
            said = str(told["error"]) if "error" in told else ""
            answer = None if said else told[wanted]
        except Exception:  # noqa: BLE001  # whatever the file has written there
            raise Failed("its answer cannot be read") from None
        if said:
            raise Failed(f"stopped by an error: {said}")
        return answer

    def _silence(self) -> str:
        if self._left.is_set():
            return f"no answer within {self._patience:g} s: does it loop for ever?"
        return "its process ended without an answer"


@contextmanager
def _failures() -> Iterator[None]:
    """Everything that is wrong with an answer is a failure of the task."""
    try:
        yield
    except GradientMismatch:
        raise
    except Exception as error:
        raise Failed(f"its answer is no gradient: {type(error).__name__}: {error}") from error


def repaired(path: Path | str, bug: str, seeds: Iterable[int], *, patience: float = PATIENCE) -> None:
    """Fail unless the function of a file is right in its network, at these seeds.

    Parameters
    ----------
    path
        The task.
    bug
        The id of the bug that was in it.
    seeds
        Of parameters and data.
    patience
        Seconds for all of it.

    Raises
    ------
    GradientMismatch
        With the report, or with what stopped the function.
    """
    planted = find(bug)
    with Apart(path, patience) as apart, _failures():
        function = apart.function(planted.name)
        for seed in seeds:
            gradlab.assert_gradients(*planted.case(seed, function))


def written(path: Path | str, writing: str, seeds: Iterable[int], *, patience: float = PATIENCE) -> None:
    """Fail unless the backward function that a student wrote is right, at these seeds.

    Parameters
    ----------
    path
        The task.
    writing
        A name of `gradlab.labs.WRITINGS`: `"dense"`, `"softmax"` …
    seeds
        Of inputs and upstream gradient.
    patience
        Seconds for all of it.

    Raises
    ------
    GradientMismatch
        With the report, or with what stopped the function.
    """
    wanted = WRITINGS[writing]
    with Apart(path, patience) as apart, _failures():
        function = apart.function(wanted.name)

        def backward(upstream: Any, **inputs: Any) -> Any:
            each = upstream if len(wanted.upstream) > 1 else (upstream,)
            return function(*each, *inputs.values())

        for seed in seeds:
            inputs = wanted.inputs(seed)
            report = gradlab.assert_backward(wanted.forward, backward, inputs, rng=seed)
            if missing := [name for name in inputs if name not in report.blocks]:
                raise Failed(f"no gradient of {', '.join(missing)}: None is not one")
            if _jitters(wanted, backward, inputs, np.random.default_rng(seed)):
                raise Failed("it adds up to 12 digits and no further, as difference quotients do: derive it")


def _jitters(wanted: Writing, backward: Any, inputs: dict[str, Any], rng: np.random.Generator) -> bool:
    """Whether backward(R) + backward(Q) differs from backward(R + Q) by more than round-off.

    A derived backward adds and multiplies, so only its last digits differ; a difference quotient has the noise of the
    cost divided by its step. One with a step so long that it is exact, as in a linear layer, is not found out.
    """
    given = wanted.forward(**inputs)
    outputs = given if len(wanted.upstream) > 1 else (given,)
    asked = [tuple(rng.standard_normal(each.shape) for each in outputs) for _ in range(2)]
    asked.append(tuple(one + other for one, other in zip(*asked, strict=True)))
    got = [backward(each if len(wanted.upstream) > 1 else each[0], **inputs) for each in asked]
    one, other, both = (np.concatenate([np.ravel(each) for each in _parts(value)]) for value in got)
    return bool(np.max(np.abs(one + other - both)) > ROUND_OFF * np.max(np.abs(both)))


def _parts(value: Any) -> list[Any]:
    """The arrays that a backward returns: one, or several in a tuple, a list or a dict."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (tuple, list)) else [value]
