"""Which tests run a line, how long each takes, and whether some of them fail with a change of the package.

The tests are collected once. Each change is then made in a fork of that process: nothing is imported again.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import os
import pickle
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

QUICK = ("-q", "-s", "-p", "no:cacheprovider", "-m", "not slow and not browser")
LONGEST = 1800  # seconds on the clock, for what waits and does not calculate


@dataclass
class Runs:
    """Of every test the seconds that it took, and of every (module, line) the tests that ran it."""

    seconds: dict[str, float] = field(default_factory=dict)
    ran: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def of(self, module: str, lines: range) -> set[str]:
        """Tests that run one of these lines; if none does so by itself (a constant, an import), all of the module."""
        mine = set().union(*(self.ran.get((module, line), set()) for line in lines))
        return mine or set().union(*(tests for (name, _), tests in self.ran.items() if name == module))


class Tests:
    """A plugin of pytest: in place of its own loop over the tests it does what it is given, with those collected."""

    def __init__(self, work: Callable[[Tests], None]) -> None:
        self.work, self.items = work, dict[str, Any]()
        self.now: Callable[[str], object] = lambda owner: None
        self.failed, self.seconds, self.began = "", dict[str, float](), 0.0

    def pytest_runtestloop(self, session: Any) -> bool:
        """Instead of all tests, one after the other."""
        self.items = {item.nodeid: item for item in session.items}
        self.work(self)
        return True

    def run(self, names: Sequence[str]) -> str:
        """Run these until one fails, and say which."""
        items = [self.items[name] for name in names]
        for item, following in zip(items, [*items[1:], None], strict=True):
            self.now(item.nodeid.partition("::")[0])  # what is set up may serve every test of the file
            self.began = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.seconds[item.nodeid] = time.process_time() - self.began  # others work on the same machine
            if self.failed:
                break
        return self.failed

    def pytest_runtest_call(self, item: Any) -> None:
        """What runs from here on is this test's."""
        self.now(item.nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Setting up and taking down count too."""
        if report.failed:
            self.failed = self.failed or report.nodeid

    def measured(self, modules: dict[str, str]) -> Runs:
        """Run all once, in a fork, and see what each runs of these modules: files, with the name to give them."""
        if not (found := forked(lambda: self._covered(modules), None)):
            sys.exit("the tests did not end without any change")
        return Runs(*found)

    def _covered(self, modules: dict[str, str]) -> tuple[Any, Any]:
        import coverage

        seen = coverage.Coverage(data_file=None, include=list(modules), config_file=False)
        self.now = seen.switch_context
        seen.start()
        failed = self.run(list(self.items))
        seen.stop()
        if failed:
            raise RuntimeError(f"without any change this fails: {failed}")
        ran, data = {}, seen.get_data()
        for file, module in modules.items():
            for line, contexts in data.contexts_by_lineno(file).items():
                ran[module, line] = {test for owner in contexts if owner for test in _tests(owner, self.items)}
        return self.seconds, ran

    def fails(self, names: Sequence[str], change: Callable[[], None], seconds: int) -> str | None:
        """The first of these tests that fails with the change, "in time" if they take longer, or nothing."""

        def run() -> str:
            try:
                change()
            except Exception as error:  # noqa: BLE001 - whatever an import may raise
                return f"{type(error).__name__} when it is imported"
            return self.run(names)

        return {None: "in time", "": None}.get(found := forked(run, seconds), found)


def _tests(owner: str, every: Iterable[str]) -> list[str]:
    """The test itself, or all tests of a file."""
    return [owner] if "::" in owner else [test for test in every if test.startswith(f"{owner}::")]


def collected(tests: Sequence[str], work: Callable[[Tests], None]) -> None:
    """Collect these tests, and do something with them."""
    import pytest

    if code := pytest.main([*QUICK, *tests], plugins=[Tests(work)]):
        sys.exit(int(code))


def forked(run: Callable[[], Any], seconds: int | None) -> Any:
    """What run returns in a process of its own; None if it takes more of the processor's seconds."""
    gc.freeze()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _in_the_child(run, writing, seconds)
    os.close(writing)
    answer = b""
    while select.select([reading], [], [], LONGEST)[0] and (part := os.read(reading, 1 << 16)):
        answer += part
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else None


def _in_the_child(run: Callable[[], Any], writing: int, seconds: int | None) -> None:
    try:
        os.setpgid(0, 0)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):
            os.dup2(nothing, standard)
        answer = pickle.dumps(run())
        with os.fdopen(writing, "wb") as stream:
            stream.write(answer)
    except BaseException:  # noqa: BLE001 - a fork must not go on with what its parent does
        traceback.print_exc()
    finally:
        os._exit(0)


def become(module: ModuleType, source: str) -> None:
    """Make a module that is imported already, and what others have imported from it, what this source says."""
    other = ModuleType(module.__name__)
    other.__dict__.update({name: vars(module)[name] for name in ("__package__", "__file__", "__spec__")})
    sys.modules[module.__name__] = other  # a dataclass looks its module up
    try:
        exec(compile(source, module.__file__ or "", "exec"), other.__dict__)
    finally:
        sys.modules[module.__name__] = module
    for name, new in list(vars(other).items()):
        old = vars(module).get(name)
        if name.startswith("__") or old is None or old is new:
            continue
        if _code_of(old) is not None:
            _take(old, new)
        elif isinstance(old, type) and old.__module__ == module.__name__:
            for part, what in list(vars(new).items()):
                _take(vars(old).get(part), what)
        elif not isinstance(new, type | ModuleType):
            for known in list(sys.modules.values()):
                if getattr(known, "__dict__", {}).get(name) is old:
                    setattr(known, name, new)


def _code_of(thing: Any) -> CodeType | None:
    return getattr(_function(thing), "__code__", None)


def _function(thing: Any) -> Any:
    """The function inside of a property, a method of a class, or of what is kept from call to call."""
    for inside in ("fget", "func", "__func__", "__wrapped__"):
        thing = getattr(thing, inside, None) or thing
    return thing if isinstance(thing, FunctionType) else None


def _take(old: Any, new: Any) -> None:
    """The old function does what the new one does."""
    mine, other = _function(old), _function(new)
    if mine is not None and other is not None:
        mine.__code__, mine.__defaults__, mine.__kwdefaults__ = (
            other.__code__,
            other.__defaults__,
            other.__kwdefaults__,
        )


def lines_of(tree: ast.AST, line: int) -> range:
    """The lines of the smallest statement around this one; of an if, a loop or a function its first line alone."""
    found = range(line, line + 1)
    size = float("inf")
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if body else (node.end_lineno or node.lineno)
        if node.lineno <= line <= last and last - node.lineno < size:
            found, size = range(node.lineno, last + 1), last - node.lineno
    return found
