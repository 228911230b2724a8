"""Test files that passed, and of which nothing has changed that they meet: `make test` does not run them again.

What a file meets is read off its text: the package, what it imports from `tests`, and what lies in its folder and is
no test. If it speaks of anything else in the checkout, such as the site, then it meets all of that, and browsers; a
file that asks git always runs. pytest-testmon looks at the lines that run instead. It does not follow them into a
fork, another program or a browser, and knows nothing of files that are only read: our tests do all of these.
"""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from website.paths import ROOT
from website.verify import inputs

KEY = "gradlab/passed"  # in pytest's own cache: `pytest --cache-clear` forgets it
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome", "firefox-esr", "firefox", "nginx")
VARIABLES = ("GRADLAB_", "PYTEST_ADDOPTS", "SITE_URL", "CI", "LANG", "LC_", "TZ")  # that tests may hang on
_PACKAGE = ("src", "pyproject.toml", "conftest.py", "website/__init__.py", "website/paths.py", "website/verify")
_FURTHER = re.compile(
    r"\b(?:docs|website|mkdocs|benchmarks|README|CONTRIBUTING|CHANGELOG|LICENSE|NOTICE|Makefile|cwd|getcwd|__file__)\b"
)
_IMPORTS = re.compile(r"^\s*(?:from|import)\s+(?:tests\b|\.)", re.M)  # a quick look, before it is parsed
_ALL_TESTS = re.compile(r"""["']tests["'/]""")
_GIT = re.compile(r"""["']git["' ]""")


class Inputs:
    """What each test file hangs on, of a checkout as it was at one moment."""

    def __init__(self, root: Path = ROOT, circumstances: Sequence[str] = ()) -> None:
        self.root = root
        self.files = inputs.digests(root)
        self.circumstances = circumstances or [*inputs.python(), *inputs.variables(*VARIABLES)]
        self._read: dict[str, set[str]] = {}

    def key(self, name: str) -> str | None:
        """A digest of all that the result of a file hangs on; None where that cannot be known."""
        if name not in self.files:
            return None
        met = self._imported(name)
        text = "\n".join(self._text(other) for other in sorted(met))
        if _GIT.search(text):
            return None
        if not inputs.of_tests(name):
            return inputs.digest_of(self.files, inputs.below(*_PACKAGE), name, *self.circumstances)
        package, beside = inputs.below(*_PACKAGE), inputs.below(*self._folders(name))
        further, all_tests = _FURTHER.search(text), _ALL_TESTS.search(text)

        def wanted(other: str) -> bool:
            if not inputs.of_tests(other):
                return bool(further) or package(other)
            is_test = PurePosixPath(other).match("test_*.py")
            return other in met or bool(all_tests) or (not is_test and (beside(other) or not other.endswith(".py")))

        return inputs.digest_of(self.files, wanted, name, *self.circumstances, *(self._programs if further else ()))

    @cached_property
    def _programs(self) -> list[str]:
        """The browsers and servers that there are, with their versions."""
        named = [os.environ.get("GRADLAB_BROWSER"), os.environ.get("GRADLAB_FIREFOX")]
        return [version(path) for path in filter(None, [*named, *map(shutil.which, PROGRAMS)])]

    def _folders(self, name: str) -> tuple[str, ...]:
        """The folder of a test file; at the top of all tests none, for what lies there is imported by name."""
        folder = PurePosixPath(name).parent.as_posix()
        return () if folder == "tests" else (folder,)

    def _text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def _imported(self, name: str) -> set[str]:
        """The file, the conftest.py of its folders, and what these import of `tests`, and so on."""
        conftests = (f"{folder.as_posix()}/conftest.py" for folder in PurePosixPath(name).parents)
        found: set[str] = set()
        todo = [name, *(path for path in conftests if path in self.files)]  # that of the root: in _PACKAGE
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self._imports(one)
        return found

    def _imports(self, name: str) -> set[str]:
        if name not in self._read:
            text = self._text(name)
            paths = _imports(ast.parse(text), name) if _IMPORTS.search(text) else ()
            self._read[name] = {path for path in paths if path in self.files and inputs.of_tests(path)}
        return self._read[name]


def _imports(tree: ast.AST, name: str) -> Iterator[str]:
    """Paths that an import may stand for, whether they are there or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            up = PurePosixPath(name).parts[: -node.level] if node.level else ()
            module = ".".join([*up, *([node.module] if node.module else [])])
            modules = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for module in modules:
            yield f"{module.replace('.', '/')}.py"
            yield f"{module.replace('.', '/')}/__init__.py"


def version(path: str) -> str:
    """What a program says that it is, and when its file was written."""
    file = Path(path).resolve()
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    return f"{path} {said} {file.stat().st_mtime_ns if file.exists() else 'not there'}"
