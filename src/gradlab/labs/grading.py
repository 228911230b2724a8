"""Grades a task in a process of its own: whatever the file does, the check runs here, where it cannot be changed.

The file is never imported. It computes its arrays elsewhere; the cost, the numeric gradient and the verdict are made
in this process. So a file that loops, exits, prints, or puts something else in the place of gradlab's functions gets
no other mark than its gradient deserves.
"""

import copy
import hashlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

import gradlab
from gradlab.errors import GradientMismatch
from gradlab.labs import _apart, find
from gradlab.labs.writing import WRITINGS

PATIENCE = 60.0  # seconds for all that a task computes at all seeds
APART = 2.0**-27  # of each number: so near that no curvature is seen in double precision
ROUND_OFF = 1e-12  # of the largest slope; that of the catalogue's own functions is below 1e-14
TURNED = 1e-6  # of the largest slope: beyond it a comparison, `Y == 1`, has turned over
MOST_CHARACTERS = 50_000_000  # characters of one answer; the tasks' are thousands


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
            raise Failed(f"{path.name} is not there{_instead(path)}")
        command = [sys.executable, "-I", "-B", _apart.__file__, str(path.resolve()), str(int(patience) + 1)]
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
            self.names: list[str] = [str(name) for name in self._answer("ready")["ready"]]
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
            request = {"call": name, "args": _apart.encode(tuple(args)), "keywords": _apart.encode(keywords)}
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
            except OSError:
                raise Failed(self._silence()) from None
            told = self._answer("value", "args", "keywords")
            _put_back(args, _apart.decode(told["args"]))
            _put_back(keywords, _apart.decode(told["keywords"]))
            return _apart.decode(told["value"])

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
        while line := self._process.stdout.readline(MOST_CHARACTERS):
            self._lines.put(line)
        self._lines.put(b"")

    def _answer(self, *wanted: str) -> dict[str, Any]:
        line = self._lines.get()
        if not line.endswith(b"\n"):
            raise Failed(self._silence())
        try:
            told = dict(json.loads(line))
            said = str(told["error"]) if "error" in told else ""
            told = {} if said else {name: told[name] for name in wanted}
        except Exception:  # noqa: BLE001  # whatever the file has written there
            raise Failed("its answer cannot be read") from None
        if said:
            raise Failed(f"stopped by an error: {said}")
        return told

    def _silence(self) -> str:
        if self._left.is_set():
            return f"no answer within {self._patience:g} s: does it loop for ever?"
        return "its process ended without an answer"


def _put_back(given: Any, found: Any) -> None:
    """Change arrays in place, and what is in dicts, to what was found of them after a call."""
    if isinstance(given, np.ndarray):
        if given.shape != found.shape:
            raise Failed("it changes the shape of an array that it was given")
        if not np.array_equal(given, found, equal_nan=True):
            given[...] = found
    elif isinstance(given, dict):
        for name in [name for name in given if name not in found]:
            del given[name]
        for name, value in found.items():
            if name in given and isinstance(value, (np.ndarray, dict)):
                _put_back(given[name], value)
            else:
                given[name] = value
    elif isinstance(given, (tuple, list)):
        for one, other in zip(given, found, strict=True):
            _put_back(one, other)


@contextmanager
def _unchanged(given: Mapping[str, Any]) -> Iterator[None]:
    """Fail if arrays are changed that are the caller's own: weights, inputs."""
    before = {name: np.array(value) for name, value in given.items()}
    yield
    if changed := [name for name in before if not np.array_equal(before[name], given[name], equal_nan=True)]:
        raise Failed(f"it changes {', '.join(changed)}, which it was given: compute with a copy")


def _with_its_own(seeds: Iterable[int], path: Path | str) -> list[int]:
    """These seeds, and one made of the file, which no file knows: it changes with what the file holds."""
    return [*seeds, int.from_bytes(hashlib.sha256(Path(path).read_bytes()).digest()[:4])]


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
        Of parameters and data. One more is made of the file itself, which so cannot hold the answers.
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
        # Other sizes too: a size that is written out as a number fits only once.
        for more, seed in enumerate(_with_its_own(seeds, path)):
            calls = Calls(function)
            cost, params, grads = planted.case(seed, calls, more)

            def sparing(params: Any, grads: Any = grads) -> Any:
                with _unchanged(params):
                    return grads(params)

            gradlab.assert_gradients(cost, params, sparing, edits=False)
            calls.fail_if_measured()


def written(path: Path | str, writing: str, seeds: Iterable[int], *, patience: float = PATIENCE) -> None:
    """Fail unless the backward function that a student wrote is right, at these seeds.

    Parameters
    ----------
    path
        The task.
    writing
        A name of `gradlab.labs.WRITINGS`: `"dense"`, `"softmax"` …
    seeds
        Of inputs and upstream gradient. One more is made of the file itself.
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

        for turn, seed in enumerate(_with_its_own(seeds, path)):
            calls = Calls(function)

            def backward(upstream: Any, *, calls: Calls = calls, **inputs: Any) -> Any:
                each = upstream if len(wanted.upstream) > 1 else (upstream,)
                with _unchanged(inputs):
                    return calls(*each, *inputs.values())

            inputs = wanted.inputs(seed, turn)
            report = gradlab.assert_backward(wanted.forward, backward, inputs, rng=seed, edits=False)
            if missing := [name for name in inputs if name not in report.blocks]:
                raise Failed(f"no gradient of {', '.join(missing)}: None is not one")
            calls.fail_if_measured()


class Calls:
    """A function that keeps what it was last called with.

    Parameters
    ----------
    function
        What a student wrote.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._last: tuple[Any, Any] = ((), {})

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        self._last = copy.deepcopy((args, keywords))
        return self.function(*args, **keywords)

    def fail_if_measured(self) -> None:
        """Fail if the function jitters, as difference quotients do.

        Three answers at points that are a straight line, 7e-9 of each number apart, are a straight line to round-off
        if they were derived. A difference quotient has the noise of the cost divided by its step. One that is exact
        is not found out: a long step in a linear layer, a step along the imaginary axis, a polynomial of high degree.

        Raises
        ------
        Failed
            If they are further from it than round-off, and not so far that a comparison must have turned over.
        """
        below, here, above = (self._flat(self.function, by) for by in (1 - APART, 1.0, 1 + APART))
        off = np.max(np.abs(above - 2 * here + below), initial=0.0) / np.max(np.abs(here), initial=1e-300)
        if ROUND_OFF < off < TURNED:
            raise Failed("it is known to 12 digits and no further, as difference quotients are: derive it")

    def _flat(self, function: Callable[..., Any], by: float) -> Any:
        args, keywords = _scaled(self._last, by)
        return np.concatenate([np.ravel(each) for each in _arrays(function(*args, **keywords))])


def _scaled(value: Any, by: float) -> Any:
    """The same, with all arrays of real numbers in it multiplied."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value * by
    if isinstance(value, dict):
        return {name: _scaled(each, by) for name, each in value.items()}
    return type(value)(_scaled(each, by) for each in value) if isinstance(value, (tuple, list)) else value


def _arrays(value: Any) -> list[Any]:
    """The arrays that a function returns: one, or several in tuples, lists and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    return [array for each in value for array in _arrays(each)] if isinstance(value, (tuple, list)) else [value]


def _instead(path: Path) -> str:
    """Files with a name like that of a task that is missing: platforms rename what is handed in."""
    like = re.compile(re.escape(path.stem).replace("_", r"[\W_]*") + r"(?!\d)", re.IGNORECASE)
    alike = [one.name for one in sorted(path.parent.glob("*")) if like.search(one.name)]
    return f"; is it {' or '.join(alike[:3])}?" if alike else ""
