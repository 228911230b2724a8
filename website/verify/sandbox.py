"""Where a page runs: in a process of its own, whose end takes with it all that the page has changed."""

import atexit
import builtins
import faulthandler
import gc
import io
import logging
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from website.paths import ROOT
from website.verify import confined

LEFT_OUT = (".git", ".venv*", ".hypothesis", "build", "dist", "node_modules", "__pycache__", "*.egg-info", ".*cache")
LIMIT = 100  # seconds for one block
GRACE = 10  # seconds more, for what does not let itself be interrupted
MOST = 10_000_000  # characters that a block may print: an endless loop that prints fills the memory first
FORKS = sys.platform == "linux"

Answer = Callable[[Any], Any]
_WRITES = (
    "open",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
)


def _caches() -> tuple[Path, ...]:
    """Where everybody may write: the sink, and where matplotlib, which Keras imports, keeps settings and fonts."""
    own = os.environ.get("MPLCONFIGDIR")
    return Path("/dev"), *([Path(own)] if own else [Path.home() / at / "matplotlib" for at in (".cache", ".config")])


class Ended(Exception):
    """The process of a page is no more, or had to be ended."""


class Process:
    """A process that answers questions, one at a time, by what `make(*words)` gives there."""

    def __init__(self, make: Callable[..., Answer], *words: Any) -> None:
        context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
        self._ours, theirs = context.Pipe()
        handle, self._where = tempfile.mkstemp(prefix="gradlab-where-")  # the line of what cannot be interrupted
        os.close(handle)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python 3.12 warns of the threads that pytest-xdist keeps
            self._process = context.Process(
                target=_serve, args=(theirs, self._ours if FORKS else None, self._where, make, words)
            )
            self._process.start()
        theirs.close()

    def ask(self, question: Any, limit: float | None = None) -> Any:
        """The answer; raises Ended, with the reason, if there will be none."""
        limit = limit or LIMIT + GRACE
        try:
            self._ours.send(question)
            if self._ours.poll(limit):
                return self._ours.recv()
        except (EOFError, OSError):
            self._process.join(GRACE)
            raise Ended(f"ended Python, with exit status {self._process.exitcode}") from None
        where = Path(self._where).read_text(encoding="utf-8")
        self.end()
        raise Ended(f"did not end within {limit:.0f} seconds\n{where}")

    def end(self) -> None:
        """Kill the process, whatever it is doing, and remove the file in which it notes the line that runs."""
        self._process.kill()
        self._process.join()
        self._ours.close()
        Path(self._where).unlink(missing_ok=True)


def _serve(
    theirs: Connection, ours: Connection | None, where: str, make: Callable[..., Answer], words: tuple[Any, ...]
) -> None:
    if ours:
        ours.close()  # so that the end of the asking process is seen
    lines = os.open(where, os.O_WRONLY)
    atexit._clear()  # those of pytest are not ours to run
    gc.freeze()  # what was there before the page is no garbage of its: looking through it takes longer than blocks do
    answer = make(*words)
    asked = os.getpid()
    while True:
        try:
            question = theirs.recv()
        except (EOFError, OSError):
            os._exit(0)
        faulthandler.dump_traceback_later(LIMIT + GRACE / 2, file=lines)
        given = answer(question)
        if os.getpid() != asked:
            os.write(2, b"a process that was forked here ran on to the end of the block\n")
            os._exit(1)
        faulthandler.cancel_dump_traceback_later()
        theirs.send(given)


def taken(out: io.StringIO) -> str:
    """What was printed since the last time."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


class _Out(io.StringIO):
    """What is printed, up to a limit."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MOST:
            raise TimeoutError(f"did not end, and printed more than {MOST} characters")
        return super().write(text)


class Watch:
    """Notes what a block does unseen: errors in threads and finalisers, output past sys.stdout. Also its time."""

    def __init__(self) -> None:
        self.out = _Out()  # all that is printed passes through it
        self._said: list[str] = []
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._before = set(threading.enumerate())
        sys.stdout.flush()
        sys.stderr.flush()
        for stream in (1, 2):
            os.dup2(self._file.fileno(), stream)
        sys.__stdout__ = sys.__stderr__ = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")  # type: ignore[misc]
        sys.unraisablehook = self._unraisable
        threading.excepthook = self._in_thread
        for handler in list(logging.getLogger().handlers):  # pytest's
            logging.getLogger().removeHandler(handler)
        warnings.resetwarnings()
        warnings.simplefilter("error")
        warnings.showwarning = _show
        self._own: Path | None = None
        self._forks = 0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._in_fork, after_in_parent=self._forked)
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, self._interrupt)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Code that takes too long is interrupted, so that its line is known."""
        self._forks = 0
        if hasattr(signal, "SIGALRM"):
            signal.alarm(LIMIT)
        try:
            yield
        finally:
            if hasattr(signal, "SIGALRM"):
                signal.alarm(0)

    def keep_to(self, folder: Path) -> None:
        """From now on, a file that Python writes elsewhere is complained of: another page could find it."""
        self._own = folder.resolve()
        sys.addaudithook(self._audited)
        if FORKS:
            confined.writes_only([self._own, *_caches()[1:], Path("/dev/shm")], into=[Path("/dev/null")])
            confined.adopt_orphans()

    def _audited(self, event: str, words: tuple[Any, ...]) -> None:
        if event not in _WRITES or not isinstance(words[0], str | bytes | os.PathLike):
            return
        if event == "open" and not (words[2] or 0) & (os.O_WRONLY | os.O_RDWR):
            return
        path = Path(os.fsdecode(words[1] if event == "os.rename" else words[0])).absolute()
        if (
            self._own
            and not any(path.is_relative_to(root) for root in (self._own, *_caches()))
            and "__pycache__" not in path.parts
        ):
            self._said.append(f"wrote {path}, where another page could find it: write into the current folder\n")

    def complaints(self, names: dict[str, Any] | None) -> str:
        """What was noticed since the last time; given the names of a page, also what the end of Python brings."""
        if names is not None:
            self._end(names)
        gc.collect(0)
        if self._forks:
            time.sleep(0.2)  # what a forked process says soon is heard
            self._forks = 0
        if hasattr(signal, "SIGALRM") and signal.getsignal(signal.SIGALRM) != self._interrupt:
            signal.signal(signal.SIGALRM, self._interrupt)
            self._said.append("took the alarm that stops what does not end\n")
        self._said += [f"took the place of {name}: what nobody catches is lost\n" for name in self._taken_hooks()]
        if lost := [stream for stream in (1, 2) if not _same_file(stream, self._file.fileno())]:
            self._said.append(f"closed or replaced descriptor {lost[0]}: what is written to it is lost\n")
        sys.__stdout__.flush()  # type: ignore[union-attr]
        self._file.seek(0)
        past = self._file.read()
        self._file.seek(0)
        self._file.truncate()
        late = taken(self.out)
        said = [*self._said, *([f"written past sys.stdout and sys.stderr:\n{past}"] if past else [])]
        said += [f"printed after the last line of the block:\n{late}"] if late else []
        self._said.clear()
        return "".join(said)

    def _taken_hooks(self) -> Iterator[str]:
        """What code replaced of that which hears what nobody catches; it is put back."""
        if sys.unraisablehook != self._unraisable:
            sys.unraisablehook = self._unraisable
            yield "sys.unraisablehook"
        if threading.excepthook != self._in_thread:
            threading.excepthook = self._in_thread
            yield "threading.excepthook"
        if warnings.showwarning is not _show:
            warnings.showwarning = _show
            yield "warnings.showwarning"
        if logging.root.manager.disable > 0:
            logging.disable(logging.NOTSET)
            yield "logging (it is disabled)"

    def _end(self, names: dict[str, Any]) -> None:
        for thread in set(threading.enumerate()) - self._before:
            thread.join(0.5 if thread.daemon else 5)  # a daemon may go on, but what it raises soon is heard
            if thread.is_alive() and not thread.daemon:
                self._said.append(f"the thread {thread.name} never ends\n")
        atexit._run_exitfuncs()
        self._said += [f"left a process running: {command}\n" for command in _survivors()]
        names.clear()
        vars(builtins).pop("_", None)
        gc.collect()

    def _forked(self) -> None:
        self._forks += 1

    def _in_fork(self) -> None:
        sys.stdout = sys.stderr = sys.__stdout__  # else what it prints is lost with it

    def _interrupt(self, signum: int, frame: FrameType | None) -> None:
        where = "".join(traceback.format_stack(frame, limit=1))
        self._said.append(f"did not end within {LIMIT} seconds:\n{where}")  # said even if the code catches it
        raise TimeoutError(f"did not end within {LIMIT} seconds")

    def _unraisable(self, found: Any) -> None:
        lines = traceback.format_exception(found.exc_type, found.exc_value, found.exc_traceback)
        self._said.append(f"{found.err_msg or 'raised in a finaliser'}: {found.object!r}\n{''.join(lines)}")

    def _in_thread(self, found: threading.ExceptHookArgs) -> None:
        lines = traceback.format_exception(found.exc_type, found.exc_value, found.exc_traceback)
        self._said.append(f"raised in a thread:\n{''.join(lines)}")


def _survivors() -> list[str]:
    """The commands of processes that the page has started and that do not end; now they are ended."""
    if not FORKS:
        return []
    tracker = getattr(resource_tracker._resource_tracker, "_pid", None)
    until = time.monotonic() + 0.5  # what was about to end has ended by then
    while (left := {k: command for k, command in confined.children().items() if k != tracker}) and (
        time.monotonic() < until
    ):
        time.sleep(0.02)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return list(left.values())


def _same_file(one: int, other: int) -> bool:
    try:
        return os.path.samestat(os.fstat(one), os.fstat(other))
    except OSError:  # it is closed
        return False


def _show(message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None) -> None:
    (file or sys.stderr).write(warnings.formatwarning(message, category, filename, lineno, line))


@contextmanager
def folder(whole_project: bool) -> Iterator[Path]:
    """A folder for a page. With `whole_project` it is a copy of the project, otherwise it is empty.

    (README and CONTRIBUTING have shell blocks that speak about the checkout. No .venv: `python` is the one that runs
    the tests.)
    """
    with tempfile.TemporaryDirectory(prefix="gradlab-", ignore_cleanup_errors=True) as name:
        made = Path(name).resolve() / "gradlab"
        if whole_project:
            shutil.copytree(ROOT, made, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            made.mkdir()
        yield made


def enter(module: ModuleType, folder: Path) -> None:
    """Make `module` the `__main__` of this process, and `folder` where it is; nothing is drawn by chance twice."""
    sys.modules["__main__"] = module
    own = folder.parent / "tmp"  # what a page leaves among temporary files, no other page finds
    own.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
    os.environ["KERAS_HOME"] = str(own)  # Keras writes its settings when it is imported
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]  # no code of a page runs otherwise because it is looked at
    sys.path.insert(0, str(folder))
    os.environ["MPLBACKEND"] = "Agg"
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].use("Agg")
    os.chdir(folder)
    random.seed()
    np.random.seed()  # noqa: NPY002 (a page may use it)
