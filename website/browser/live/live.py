"""The Python side of a block in the browser: run it, echo like the prompt, compare with the verified output."""

import ast
import builtins
import contextlib
import difflib
import importlib
import io
import linecache
import re
import sys
import traceback
import types
from collections.abc import Callable
from json import dumps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from website.verify import equality
else:
    import equality  # in the browser it lies beside this file

LIMIT = 50_000  # characters of output; an endless print must not fill the page
_FRAMES = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n|\.\.\.\n|\n)*")
_HEADER = "Traceback (most recent call last)"
_FRAMEWORKS = {  # module -> its name, and the page on which gradlab checks its code
    "torch": ("PyTorch", "howto/pytorch/"),
    "jax": ("JAX", "howto/jax/"),
    "tensorflow": ("TensorFlow", "howto/tensorflow/"),
    "keras": ("Keras", "howto/tensorflow/"),
    "dask": ("Dask", "howto/dask/"),
    "distributed": ("Dask", "howto/dask/"),
}
_ALONE = re.compile(r"can't start new thread|does not support processes|No module named '_multiprocessing'")
_LAST = "__last__"  # what the last statement of a block is about
_pages: dict[tuple[str, str], types.ModuleType] = {}  # by page, and object beside which a block stands
_count = 0


class _Out(io.TextIOBase):
    """Hands on what is printed, until it is too much."""

    def __init__(self, emit: Callable[[str], object]) -> None:
        self.emit, self.left = emit, LIMIT
        self.parts: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.left -= len(text)
        if self.left < 0:
            raise RuntimeError(f"stopped after {LIMIT:,} characters of output")
        if text:  # print(…, end="") writes nothing last, and a line that was ended would look as if it were not
            self.say(text)
        return len(text)

    def say(self, text: str) -> None:
        """Hand on, however long it has become."""
        self.parts.append(text)
        self.emit(text)

    def end_line_anyhow(self) -> None:
        """The same for what is said when too much was written already."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.say("\n")

    def end_line(self) -> None:
        """As at a prompt, what comes next begins a line."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.write("\n")


def warm() -> None:
    """Import what most blocks import, while nobody waits for it."""
    with contextlib.suppress(Exception):  # a block may have put something else in the place of a module
        importlib.import_module("gradlab")


def run(code: str, session: bool, home: str, page: str, fresh: bool, want: str, emit: Callable[[str], object]) -> str:
    """Run one block in the names of its page; the answer, as JSON, says how it went."""
    if fresh:
        _pages.pop((page, home), None)
    if (page, home) not in _pages:
        _pages[page, home] = _fresh(home)
    out = _Out(emit)
    sys.modules["__main__"] = module = _pages[page, home]  # pickle and others look there for what a block defines
    ok, value, error = _run(code, session, vars(module), want, out)
    text = "".join(out.parts)
    equal = same(want, text)
    html = "" if value is None else _shown(value)
    told = bool(html) and text.rstrip("\n") in ("", str(value).rstrip("\n"))
    diff = "" if equal else _difference(want, text)
    said = {"ok": ok, "same": equal, "text": text, "html": html, "told": told, "diff": diff}
    said["valued"] = value is not None  # a prompt would have shown it
    return dumps(said | (_explained(error) if error else {}))


def _run(
    code: str, session: bool, names: dict[str, Any], want: str, out: _Out
) -> tuple[bool, Any, BaseException | None]:
    """Did it end as it should (an exception that is shown counts), what was its last line about, what ended it?"""
    global _count
    _count += 1
    name = f"<block {_count}>"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    last: list[Any] = []

    def note(value: Any) -> Any:
        last.append(value)
        return value

    names[_LAST] = note
    streams, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), [out] * 2
    try:
        statements = _watched(ast.parse(code, name)).body
        for part in [[s] for s in statements] if session else [statements]:
            tree: ast.Interactive | ast.Module = ast.Interactive(part) if session else ast.Module(part, [])
            try:
                exec(compile(tree, name, "single" if session else "exec", dont_inherit=True), names)
            except Exception as error:
                if not session or _HEADER not in want:
                    raise
                out.say(_trace(error, chain=False))
            if session:
                out.end_line()
        return True, last[-1] if last else None, None
    except BaseException as error:  # noqa: BLE001 (whatever a reader's code raises is shown to the reader)
        if isinstance(error, SystemExit) and error.code in (None, 0):  # exit(): it ends here, as it was told to
            return True, None, None
        out.end_line_anyhow()
        out.say(_own_line(error, name) + _trace(error))
        return False, None, error
    finally:
        sys.stdout, sys.stderr = streams
        names.pop(_LAST, None)


def _watched(tree: ast.Module) -> ast.Module:
    """The code, with a note of the value of its last line: of an expression, or of what that line prints."""
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        line = tree.body[-1]
        called = line.value
        if not isinstance(called, ast.Call) or getattr(called.func, "id", "") != "print":
            line.value = _noted(called)
        elif len(called.args) == 1 and not called.keywords:
            called.args = [_noted(called.args[0])]
    return ast.fix_missing_locations(tree)


def _noted(value: ast.expr) -> ast.expr:
    called = ast.copy_location(ast.Name(_LAST, ast.Load()), value)
    return value if isinstance(value, ast.Starred) else ast.copy_location(ast.Call(called, [value], []), value)


def _shown(value: Any) -> str:
    """HTML of a report of gradlab's, or its picture; nothing for anything else."""
    if not type(value).__module__.startswith("gradlab."):  # whose HTML escapes what it shows
        return ""
    show = getattr(value, "_repr_html_", None) or getattr(value, "_repr_svg_", None)
    return str(show()) if show else ""


def _fresh(home: str) -> types.ModuleType:
    """A module with the names to begin with: none on a page, those of its module beside a documented object."""
    names = types.ModuleType("__main__")
    if not home:
        return names
    path = home.split(".")
    for k in range(len(path), 0, -1):  # gradlab.derivative is a function and a module: ask for modules first
        with contextlib.suppress(ImportError):
            value: Any = importlib.import_module(".".join(path[:k]))
            break
    for name in path[k:]:
        value = getattr(value, name)
    module = getattr(value, "__module__", None) or value.__name__
    vars(names).update(vars(importlib.import_module(module)) | {"__name__": "__main__"})
    return names


def _trace(error: BaseException, chain: bool = True) -> str:
    """The traceback with the frames of the reader's blocks and of gradlab, after that of what led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    kept = [f for f in frames if f.filename.startswith("<block") or "/gradlab/" in f.filename]
    head = f"{_HEADER}:\n" if kept or not isinstance(error, SyntaxError) else ""
    own = head + "".join([*traceback.format_list(kept), *traceback.format_exception_only(error)])
    led = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{_trace(led)}\nThat led to:\n\n{own}" if led and chain else own


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of readers' blocks, the outermost first."""
    return [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<block")]


def _own_line(error: BaseException, name: str) -> str:
    """The line of a reader's code in which it went wrong, and why; nothing where the traceback begins with it."""
    frames = _frames(error)
    if not frames or isinstance(error, SyntaxError):
        return ""
    last = frames[-1]
    place = f"Line {last.lineno}" + ("" if last.filename == name else " of a block above")
    return f"{place}: {(last.line or '').strip()}\n{''.join(traceback.format_exception_only(error))}\n"


def _in_words(error: BaseException) -> str:
    """What a traceback ends with, without the module of the error and the place that Python puts behind a slip."""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return type(error).__name__ + (f": {said}" if said else "")


def _explained(error: BaseException) -> dict[str, Any]:
    """Where an error came from, and what can be done where this browser is the reason."""
    frames = _frames(error)
    told: dict[str, Any] = {"error": _in_words(error), "function": ""}
    if isinstance(error, SyntaxError):
        told["line"] = error.lineno
        if (error.text or "").lstrip()[:1] in ("!", "%"):
            told["hint"] = {"text": "Lines that begin with ! or % are for notebooks: leave them out."}
    elif frames:
        told |= {"line": frames[-1].lineno, "function": frames[-1].name.replace("<module>", "")}
    if _ALONE.search(str(error)):
        text = "A browser gives Python one thread and no other process: leave them out, or run this on your machine."
        told["hint"] = {"text": text}
    elif isinstance(error, ModuleNotFoundError):
        told["hint"] = _without(error.name or "")
    return told


class _NoKeyboard(io.TextIOBase):
    """Says so to who reads from it; `help()` and others only ask whether somebody sits there."""

    def readable(self) -> bool:
        return True

    def readline(self, *_: object) -> str:  # type: ignore[override]
        raise EOFError("Python has no keyboard here: write the value into the code, instead of input()")

    read = readline


sys.stdin = _NoKeyboard()
builtins.input = sys.stdin.readline


def _without(module: str) -> dict[str, Any]:
    """What can be done about a module that no browser gets here."""
    name = module.split(".")[0]
    if name in _FRAMEWORKS:
        framework, page = _FRAMEWORKS[name]
        text = f"{framework} does not run in a browser. On your machine gradlab checks its code:"
        return {"text": text, "page": {"name": f"how to, with {framework}", "at": page}}
    if name == "matplotlib":
        return {"text": "matplotlib is not here, and not needed: end a block with report.plot(), and it is drawn."}
    return {"text": f"Here are Python's own library, NumPy and gradlab. What needs {name} runs on your machine."}


def same(want: str, got: str) -> bool:
    """The build's own rule; of a traceback the last line counts, since pages show no frames."""
    return equality.same(_FRAMES.sub("Traceback:\n", _blank(want)), _FRAMES.sub("Traceback:\n", got))


def _difference(want: str, got: str) -> str:
    """Lines of the verified output and of this one, marked as a diff."""
    lines = difflib.ndiff(_blank(want).splitlines(), got.splitlines())
    return "\n".join(line for line in lines if line[0] != "?")


def _blank(text: str) -> str:
    """Doctest's mark for an empty line, as the empty line that it stands for."""
    return text.replace("<BLANKLINE>", "")
