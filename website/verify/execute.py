"""Running one block: what each of its examples should give, what it gave, and whether that is the same."""

import doctest
import io
import os
import subprocess
import sys
import tempfile
import traceback
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sybil.evaluators.doctest import DocTest, DocTestRunner

from website.verify import prompts
from website.verify.blocks import Block
from website.verify.equality import FLAGS, Checker, same


@dataclass(frozen=True)
class Result:
    """One example of a block: the lines of the page that show its output, and what it really gave."""

    line: int  # of the example
    output: tuple[int, int]  # first line of its output, and the line after
    code: str
    want: str
    got: str
    ok: bool
    error: str = ""  # an exception that the page does not show

    def __str__(self) -> str:
        head = "".join(f"    {line}\n" for line in self.code.rstrip().splitlines())
        if self.error:
            return f"{head}raised\n{_indent(self.error)}"
        want = _indent(self.want) if self.want else "    nothing\n"
        got = _indent(self.got) if self.got else "    nothing\n"
        return f"{head}expected\n{want}got\n{got}"


class _Runner(DocTestRunner):
    """Doctest's engine, keeping what each example gave instead of printing a report."""

    def __init__(self, block: Block) -> None:
        super().__init__(FLAGS)
        self._checker = Checker()
        self.block, self.results = block, list[Result]()
        self.steps = {step.line: step for step in prompts.python(block.source)}

    def _keep(self, example: doctest.Example, got: str, ok: bool, error: str = "") -> None:
        at, step = self.block.line + 1, self.steps[example.lineno]
        code = ">>> " + example.source.rstrip("\n").replace("\n", "\n... ")
        output = (at + step.answer, at + step.end)
        self.results.append(Result(at + step.line, output, code, example.want, got, ok, error))

    def report_start(self, out: Any, test: Any, example: doctest.Example) -> None:
        pass

    def report_success(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
        self._keep(example, got, True)

    def report_failure(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
        shown = example.exc_msg is not None
        lost = shown and "Traceback (most recent call last)" not in got
        error = f"nothing, though the page shows {example.exc_msg}" if lost else ""
        self._keep(example, _shortened(got) if shown and not lost else got, False, error)

    def report_unexpected_exception(self, out: Any, test: Any, example: doctest.Example, exc_info: Any) -> None:
        if example.want.startswith("Traceback (most recent call last)"):
            self._keep(example, _shortened("".join(traceback.format_exception(*exc_info))), False)
        else:
            self._keep(example, "", False, _trace(exc_info[1]))


def session(block: Block, namespace: dict[str, Any]) -> list[Result]:
    """Run a ```pycon block."""
    examples = doctest.DocTestParser().get_examples(block.source)
    runner = _Runner(block)
    runner.run(DocTest(examples, namespace, "page", None, 0, None), clear_globs=False, out=lambda text: None)
    return runner.results


def plain(block: Block, namespace: dict[str, Any], path: str) -> tuple[str, str]:
    """Run a ```python block: what it printed, and its exception or an empty string."""
    with redirect_stdout(io.StringIO()) as out:
        try:
            code = compile("\n" * block.line + block.source, path, "exec", dont_inherit=True)
            exec(code, namespace)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (its output shows it)
            return out.getvalue(), _trace(error)
    return out.getvalue(), ""


def shell(block: Block, folder: Path) -> list[Result]:
    """Run a ```console block: each command in `folder`, or where the last `cd` of the block led."""
    results: list[Result] = []
    here, at = folder, block.line + 1
    steps = list(prompts.shell(block.source))
    for step in steps:
        got, status, here = command(step.code, here)
        right = status == (int(block.options.get("data-exit", "0")) if step is steps[-1] else 0)
        error = "" if right else f"exit status {status}\n{got}"
        ok = right and same(step.want, got)
        lines = (at + step.answer, at + step.end)
        results.append(Result(at + step.line, lines, "$ " + step.code, step.want, got, ok, error))
    return results


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
            env=kept | {"PATH": path, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80", "GRADLAB_PWD": str(where)},
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        ended = Path(where.read_text(encoding="utf-8").strip()) if where.exists() else folder
    return done.stdout, done.returncode, ended


def _shortened(text: str) -> str:
    """An exception as pages show it: the header, dots for the frames, the message."""
    message = text.rpartition("Traceback (most recent call last):\n")[2].splitlines()
    while message and message[0].startswith(" "):
        message.pop(0)
    return "Traceback (most recent call last):\n    ...\n" + "".join(line + "\n" for line in message)


def _trace(error: BaseException) -> str:
    """A traceback without the frames of this module and of doctest."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f.filename not in (__file__, doctest.__file__)]
    return "".join([*traceback.format_list(ours), *traceback.format_exception_only(error)])


def _indent(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.rstrip("\n").splitlines())
