"""The pytest side of what passed before: which files are left out, what is written down, what is said about it."""

import os
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest

from website.verify.passed import KEY, Inputs


def pytest_configure(config: pytest.Config) -> None:
    """The process in charge decides for all, so that every worker collects the same."""
    if hasattr(config, "workerinput"):
        left_out = LeftOut(config.workerinput.get(KEY, ()), config.rootpath)
        config.pluginmanager.register(left_out, "gradlab-left-out")
    elif config.pluginmanager.hasplugin("cacheprovider") and not config.option.collectonly:
        config.pluginmanager.register(Memory(config), "gradlab-passed")


class LeftOut:
    """Files that are not collected, unless they are named."""

    def __init__(self, names: Iterable[str], root: Path) -> None:
        self.names, self.root = set(names), root

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """True for a file that is left out; None leaves it to others."""
        if not collection_path.is_relative_to(self.root):
            return None
        return True if collection_path.relative_to(self.root).as_posix() in self.names else None


class Memory(LeftOut):
    """Which files pass in this call, and whether that may be remembered."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        few = os.environ.get("GRADLAB_TESTS") == "few" and _whole(config)
        self.before = Inputs(config.rootpath) if few else None
        super().__init__(
            (name for name, key in self._known().items() if self.before and key == self.before.key(name)),
            config.rootpath,
        )
        self.asked: dict[str, set[str]] = {}
        self.passed: dict[str, set[str]] = {}
        self.not_passed: set[str] = set()

    def _known(self) -> dict[str, str]:
        """The files that passed, each with the digest of what it then hung on."""
        return dict(self.config.cache.get(KEY, {})) if self.config.cache else {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        """Tell a worker of pytest-xdist."""
        vars(node)["workerinput"][KEY] = sorted(self.names)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Collection[str]) -> None:
        """What a worker found to run."""
        for name in ids:
            self.asked.setdefault(name.partition("::")[0], set()).add(name)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What there is to run."""
        self.pytest_xdist_node_collection_finished([item.nodeid for item in session.items])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read has not passed, nor one that is skipped as a whole."""
        if report.outcome != "passed":
            self.not_passed.add(report.nodeid.partition("::")[0])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Only what passed from the set-up to its end, at the first try, has passed: nothing skipped has."""
        file = report.nodeid.partition("::")[0]
        if report.outcome != "passed":
            self.not_passed.add(file)
        elif report.when == "teardown":
            self.passed.setdefault(file, set()).add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Remember what passed, and forget what did not, also where this call says nothing else of its file."""
        if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.names:
            session.exitstatus = pytest.ExitCode.OK
        known = self._known()
        if self.before:
            after = Inputs(self.root, self.before.circumstances)
            for file, asked in self.asked.items():
                key = self.before.key(file)
                if key is not None and key == after.key(file) and self.passed.get(file) == asked:
                    known[file] = key
                else:
                    known.pop(file, None)
        for file in self.not_passed:
            known.pop(file, None)
        if self.config.cache:
            self.config.cache.set(KEY, {file: known[file] for file in sorted(known) if (self.root / file).exists()})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """How many files did not run, and how to run them."""
        if self.names:
            terminalreporter.write_line(
                f"test files that passed before, and of which nothing has changed since: {len(self.names)} "
                "(pytest --cache-clear forgets them, GRADLAB_TESTS=every runs all)"
            )


def _whole(config: pytest.Config) -> bool:
    """Does this call run every test of the files that it is asked for, as strictly as the project says?"""
    option, words = config.option, config.invocation_params.args
    narrowed = option.keyword or option.markexpr or option.deselect or getattr(option, "lf", False)
    loosened = any(str(word).startswith(("-W", "--pythonwarnings", "-o", "--override-ini")) for word in words)
    drawn = os.environ.get("GRADLAB_SAMPLE") == "any"  # each call takes others
    return not (narrowed or loosened or drawn or any("::" in word for word in config.args))
