"""Running one block: what each of its examples prints, and how it ends. What it should print is asked elsewhere."""

import __future__

import io
import os
import re
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from website.verify import prompts
from website.verify.blocks import CodeBlock
from website.verify.sandbox import taken

_FEATURES: list[tuple[str, Any]] = [(name, getattr(__future__, name)) for name in __future__.all_feature_names]


@dataclass(frozen=True)
class Ran:
    """One example of a block that has run."""

    printed: str
    error: str = ""  # the traceback of what it raised, or in words what went wrong
    raised: str = ""  # of an exception: type and message, as the last lines of the traceback say it


def plain(block: CodeBlock, namespace: dict[str, Any], path: str, out: io.StringIO) -> list[Ran]:
    """Run a ```python block; what it prints passes through `out`."""
    return [_run("\n" * block.line + block.source, path, "exec", namespace, out)]


def session(block: CodeBlock, namespace: dict[str, Any], path: str, out: io.StringIO) -> list[Ran]:
    """Run a ```pycon block, up to the first example that raises."""
    found: list[Ran] = []
    for step in prompts.python(block.source):
        found.append(_run("\n" * (block.line + step.line) + step.code, path, "single", namespace, out))
        if found[-1].error:
            break
    return found


def _run(source: str, path: str, mode: str, namespace: dict[str, Any], out: io.StringIO) -> Ran:
    """Both streams are one text, as a terminal and the reader's browser show them. Whatever ends the code but its
    last line is an error: an exit, an outcome of pytest's, an interrupt."""
    sys.stdout = sys.stderr = out  # the same object for all blocks: a logger keeps the stream that it was given
    sys.displayhook = sys.__displayhook__
    flags = sum(
        feature.compiler_flag for name, feature in _FEATURES if name in namespace and namespace[name] is feature
    )
    error: BaseException | None = None
    try:
        exec(compile(source, path, mode, flags, dont_inherit=True), namespace)
    except BaseException as raised:  # noqa: BLE001 (its result says so)
        error = raised
    printed = taken(out)
    if error is None and (sys.stdout is not out or sys.stderr is not out):
        return Ran(printed, "left sys.stdout or sys.stderr replaced: what is printed now is shown nowhere\n")
    if error is None:
        return Ran(printed)
    message = traceback.format_exception_only(error)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    chained = f"after {traceback.format_exception_only(before)[-1]}" if before else ""  # a terminal shows it first
    return Ran(
        printed, _trace(error), "".join(message[-1:] if isinstance(error, SyntaxError) else [chained, *message])
    )


def shell(block: CodeBlock, folder: Path) -> list[Ran]:
    """Run a ```console block: each command in `folder`, or where the last `cd` of the block led."""
    found: list[Ran] = []
    steps = list(prompts.shell(block.source))
    for step in steps:
        printed, status, folder = command(step.code, folder)
        right = status == (int(block.options.get("data-exit", "0")) if step is steps[-1] else 0)
        found.append(Ran(printed, "" if right else f"exit status {status}\n{printed}"))
    return found


_MINUTES = re.compile(r"(\bin \d+\.\d+s) \(\d+:\d\d:\d\d\)")  # from a minute on pytest says the time twice


def command(command: str, folder: Path) -> tuple[str, int, Path]:
    """What a command printed (both streams), its exit status, and the folder it ended in."""
    # What the reader's terminal does not have; pytest prints longer summaries where it sees CI or BUILD_NUMBER.
    hidden = ("PYTEST_", "COV_", "MAKE", "MFLAGS", "FORCE_COLOR", "OLDPWD")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden) and k not in ("CI", "BUILD_NUMBER")}
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as notes:
        where = Path(notes) / "pwd"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"trap 'pwd > \"$GRADLAB_PWD\"' EXIT\n{command}"],
            cwd=folder,
            env=kept
            | {
                "PATH": path,
                "HOME": str(folder),
                "NO_COLOR": "1",
                "TERM": "dumb",
                "COLUMNS": "80",
                "GRADLAB_PWD": str(where),
            },
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        ended = Path(where.read_text(encoding="utf-8").strip()) if where.exists() else folder
    return _MINUTES.sub(r"\1", done.stdout), done.returncode, ended


def _trace(error: BaseException) -> str:
    """A traceback without the frame of this module."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)])
