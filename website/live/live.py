"""The Python side of a block in the browser: run it, echo like the prompt, compare with the verified output."""

import ast
import contextlib
import difflib
import importlib
import io
import linecache
import re
import sys
import traceback

import rule

LIMIT = 50_000  # characters of output; an endless print must not fill the page
_FRAMES = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n|\.\.\.\n|\n)*")
_pages: dict = {}
_count = 0


class _Out(io.TextIOBase):
    """Hands on what is printed, until it is too much."""

    def __init__(self, emit):
        self.emit, self.left = emit, LIMIT

    def writable(self):
        return True

    def write(self, text):
        self.left -= len(text)
        if self.left < 0:
            raise RuntimeError(f"stopped after {LIMIT:,} characters of output")
        self.emit(text)
        return len(text)


def run(code, session, home, page, wanted, emit):
    """Run one block in the names of its page. True if it ended as it should: an exception that is shown counts."""
    global _count
    _count += 1
    name = f"<block {_count}>"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    names = _pages.setdefault(f"{page}#{home}", _fresh(home))
    streams, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), [_Out(emit)] * 2
    try:
        statements = ast.parse(code, name).body
        if not session:
            exec(compile(ast.Module(statements, []), name, "exec"), names)
            return True
        for statement in statements:
            try:
                exec(compile(ast.Interactive([statement]), name, "single"), names)
            except Exception as error:
                if "Traceback (most recent call last)" not in wanted:
                    raise
                emit(_trace(error, name))
        return True
    except BaseException as error:
        emit(_trace(error, name))
        return False
    finally:
        sys.stdout, sys.stderr = streams


def report():
    """HTML of the last value, if it is a gradlab report; else nothing."""
    value = getattr(sys.modules.get("builtins"), "_", None)
    return value._repr_html_() if type(value).__module__ == "gradlab.report" and hasattr(value, "_repr_html_") else ""


def _fresh(home):
    """Names to begin with: none on a page, those of its module beside a documented object."""
    names = {"__name__": "__main__"}
    if not home:
        return names
    path = home.split(".")
    for k in range(len(path), 0, -1):  # gradlab.derivative is a function and a module: ask for modules first
        with contextlib.suppress(ImportError):
            value = importlib.import_module(".".join(path[:k]))
            break
    for name in path[k:]:
        value = getattr(value, name)
    module = getattr(value, "__module__", None) or value.__name__
    return {**vars(importlib.import_module(module)), **names}


def _trace(error, name):
    """The traceback with the frames of the reader's block and of gradlab."""
    frames = traceback.extract_tb(error.__traceback__)
    kept = [f for f in frames if f.filename == name or f.filename.startswith("<block") or "/gradlab/" in f.filename]
    head = "Traceback (most recent call last):\n" if kept or not isinstance(error, SyntaxError) else ""
    return head + "".join([*traceback.format_list(kept), *traceback.format_exception_only(error)])


def same(want, got):
    """The build's own rule; of a traceback the last line counts, since pages show no frames."""
    return rule.same(_FRAMES.sub("Traceback:\n", _blank(want)), _FRAMES.sub("Traceback:\n", got))


def difference(want, got):
    """Lines of the verified output and of this one, marked as a diff."""
    lines = difflib.ndiff(_blank(want).splitlines(), got.splitlines())
    return "\n".join(line for line in lines if line[0] != "?")


def _blank(text):
    """Doctest's mark for an empty line, as the empty line that it stands for."""
    return text.replace("<BLANKLINE>", "")
