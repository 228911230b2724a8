"""A block that is right passes; one that is wrong fails, with its page, its line, what was expected and what came."""

import os
import textwrap

import pytest

from website.paths import ROOT
from website.verify import sandbox
from website.verify.document import Page
from website.verify.equality import same as equal


def outcomes(text: str, path: str = "page.md") -> list[str]:
    """One word or message for each block of a page."""
    page = Page.of(textwrap.dedent(text), path)
    with page.running() as running:
        return [
            f"skipped: {block.reason}" if block.reason else running.failures(index) or "passed"
            for index, block in enumerate(page.blocks)
        ]


def test_blocks_share_one_namespace_from_top_to_bottom() -> None:
    text = """
        ```python
        x = 2
        ```

        !!! note

            ```pycon
            >>> x += 1
            >>> x
            3
            ```

        ```python
        print(x)
        ```

        ```text title="Output"
        3
        ```
        """
    assert outcomes(text) == ["passed"] * 4


def test_wrong_output_of_a_session() -> None:
    [message] = outcomes("Words.\n\n```pycon\n>>> x = 1\n>>> x + 1\n3\n>>> x\n2\n```\n")
    assert message.count(">>>") == 2
    assert "page.md:5:\n    >>> x + 1\nexpected\n    3\ngot\n    2\n" in message
    assert "page.md:7:\n    >>> x\nexpected\n    2\ngot\n    1\n" in message


def test_exception_in_a_session_that_the_page_does_not_show() -> None:
    [message] = outcomes("```pycon\n>>> 1 / 0\n```\n")
    assert "page.md:2:" in message
    assert "ZeroDivisionError: division by zero" in message


def test_exception_that_the_page_shows() -> None:
    shown = (
        "```pycon\n>>> {}\nTraceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n```\n"
    )
    assert outcomes(shown.format("1 / 0")) == ["passed"]
    [other] = outcomes(shown.format("[][0]"))
    assert "expected\n    Traceback" in other
    assert (
        "got\n    Traceback (most recent call last):\n        ...\n    IndexError: list index out of range" in other
    )
    [none] = outcomes(shown.format("1 / 1"))
    assert "nothing, though the page shows ZeroDivisionError" in none


def test_message_of_several_lines() -> None:
    text = "```pycon\n>>> raise ValueError('a\\nb {}')\n{}    ...\nValueError: a\nb 1\n```\n"
    text = text.replace("{}    ", "Traceback (most recent call last):\n    ")
    assert outcomes(text.format(1)) == ["passed"]
    assert outcomes(text.format(2)) != ["passed"]


def test_exception_in_plain_code_has_the_line_of_the_page() -> None:
    [message] = outcomes("Words.\n\n```python\nx = 1\nx / 0\n```\n", "docs/some page.md")
    assert "docs/some page.md:3:" in message
    assert 'some page.md", line 5' in message


def test_plain_code_that_ends_python_fails() -> None:
    assert "SystemExit" in outcomes("```python\nimport sys\nsys.exit(0)\n```\n")[0]
    assert "SystemExit" in outcomes("```pycon\n>>> raise SystemExit\n```\n")[0]


def test_what_plain_code_prints_must_be_shown() -> None:
    code = "```python\nprint(1)\n```\n"
    assert "prints, but no" in outcomes(code)[0]
    assert outcomes(code + '```text title="Output"\n1\n```\n') == ["passed", "passed"]
    wrong = outcomes(code + '```text title="Output"\n2\n```\n')
    assert wrong[0] == "passed"
    assert "expected\n    2\ngot\n    1\n" in wrong[1]
    nothing = outcomes('```python\nx = 1\n```\n```text title="Output"\n1\n```\n')
    assert "prints nothing" in nothing[1]


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("3.03\n", "3.0301\n", True),
        ("3.03\n", "3.05\n", False),
        ("1.5e-08\n", "1.49e-08\n", True),
        ("1.2e-10\n", "1.4e-10\n", False),
        ("0.1\n", "0.2\n", False),
        ("0.0\n", "0.04\n", False),
        ("0.0\n", "-0.0\n", False),
        ("1e-7\n", "2e-7\n", False),
        ("0.35\n", "0.345\n", True),
        ("0.35\n", "0.3449\n", False),
        ("1\n", "True\n", False),
        ("False\n", "0\n", False),
        ("1e400\n", "1e400\n", True),
        ("3.11.7\n", "3.11.74\n", False),
        ("It does ...agree\n", "It does NOT agree\n", False),
        ("a ... b\n", "a ... b\n", True),
        ("took ... s\n", "took 0.25 s\n", True),
        ("a\n", "a", True),
        ("1e-08\n", "0.0\n", False),
        ("0.0\n", "1e-08\n", False),
        ("0e+00\n", "0.0\n", True),
        ("0e5\n", "0.0\n", False),
        ("1e-02\n", "1e-07\n", False),
        ("1e-00\n", "1e-05\n", False),
        ("9e-11\n", "1e-10\n", False),
        ("1e-10\n", "9e-11\n", True),
        ("-1e-10\n", "1e-10\n", False),
        ("0.24\n", "0.25\n", False),
        ("0.24\n", "0.26\n", False),
        ("[0. 1.]\n", "[0. 1.]\n", True),
        ("[0. 1.]\n", "[1. 1.]\n", False),
        ("[0. 1.]\n", "[0. 0.]\n", False),
        ("2.50e+03 1\n", "2501.0 1\n", True),
        ("2.50e+03 1\n", "2520.0 1\n", False),
        ("< 1e-4  to 9 digits\n", "< 1e-9  to 9 digits\n", False),
        ("W1  AGREES  < 1e-10  to 10 digits\n", "W1  AGREES  < 1e-9  to 9 digits\n", True),
        ("< 1e-10  to 10 digits\n", "< 1e-9  to 9 digits\n", False),
        ("W1  AGREES  < 1e-10      to 10 digits\n", "W1  AGREES  < 1e-9       to 9 digits\n", True),
        ("< 1e-10      to 10 digits\n", "< 1e-9       to 9 digits\n", False),
        ("W1  AGREES  < 1e-9       to 9 digits\n", "W1  AGREES  < 1e-10      to 10 digits\n", True),
        ("< 1e-9       to 9 digits\n", "< 1e-10      to 10 digits\n", False),
        ("< 1e-9   to 9 digits\n", "< 1e-9  to 9 digits\n", False),
        ("< 1e-10  to 10 digits\n", "< 1e-8  to 10 digits\n", False),
        ("< 1e-10  to 10 digits\n", "< 1e-10  to 8 digits\n", False),
        (
            "Evaluations of the cost: about 19 for each entry\n",
            "Evaluations of the cost: about 20 for each entry\n",
            True,
        ),
        ("about 19 for each entry\n", "about 20 for each entry\n", False),
        ("about 19 for each entry\n", "about 21 for each entry\n", False),
        ("about 19\n", "about 20\n", False),
        ("W1  WRONG  35 of 36\n", "W1  WRONG  36 of 36\n", True),
        ("35 of 36\n", "36 of 36\n", False),
        ("W1  WRONG  20 of 20\n", "W1  WRONG  19 of 20\n", True),
        ("20 of 20\n", "19 of 20\n", False),
        ("20 of 20\n", "18 of 20\n", False),
        ("18 of 20\n", "19 of 20\n", False),
        ("20 of 20\n", "21 of 20\n", False),
        ("20 of 20\n", "20 of 21\n", False),
        ("3 of 3\n", "2 of 3\n", False),
        ("0 of 20\n", "1 of 20\n", False),
        ("0.13 ± 1e-09\n", "0.13 ± 1e-10\n", True),
        ("0.13 ± 1e-09\n", "0.13 ± 1e-11\n", False),
        ("0.13 ± 1e-09\n", "0.13 ± 3e-09\n", False),
        ("error 1e-09\n", "error 1e-10\n", False),
        ("in ... s, 1.5\n", "in 0.25 s, 1.5\n", True),
        ("3\n", "4\n", False),
        ("a ... c\n", "a b c\n", False),
        ("a\n\nb\n", "a\n\nb\n", True),
        ("a\nb\n", "a\n\nb\n", False),
        ("a  \n", "a\n", True),
        ("nan\n", "nan\n", True),
        ("1.0 nan\n", "1.0 2.0\n", False),
        ("-1.0\n", "1.0\n", False),
        ("1.0\n", "", False),
        ("<BLANKLINE>\n", "\n", False),
    ],
)
def test_comparison_to_the_digits_shown(want: str, got: str, same: bool) -> None:
    assert equal(want, got) is same


def test_warnings_are_errors_unless_the_page_chose_otherwise() -> None:
    warn = "import warnings\nwarnings.warn('look', UserWarning, stacklevel=1)\n"
    assert "UserWarning: look" in outcomes(f"```python\n{warn}```\n")[0]
    chosen = "```python\nimport warnings\nwarnings.simplefilter('ignore')\n```\n"
    assert outcomes(chosen + f"```python\n{warn}```\n") == ["passed", "passed"]
    assert "UserWarning: look" in outcomes(f"```python\n{warn}```\n")[0]


def test_nothing_leaks_from_a_page() -> None:
    patched = """
        ```python title="left_behind.py"
        import os
        import numpy as np
        import gradlab
        np.sqrt = lambda x: 3.0
        gradlab.relative_difference = lambda a, b: 0.0
        np.set_printoptions(precision=1)
        os.environ["LEFT"] = "1"
        os.chdir("/")
        ```

        ```python
        import left_behind
        ```
        """
    asked = """
        ```pycon
        >>> import os, sys
        >>> import numpy as np
        >>> import gradlab
        >>> print(np.sqrt(4.0), gradlab.relative_difference(1.0, 2.0), np.array([1 / 3]))
        2.0 0.333 [0.33333333]
        >>> "LEFT" in os.environ, "left_behind" in sys.modules
        (False, False)
        ```
        """
    assert outcomes(patched) == ["passed", "passed"]
    assert outcomes(asked) == ["passed"]
    assert "LEFT" not in os.environ


LEAVES = {
    "skip": ("import pytest\npytest.skip('later')", "Skipped: later"),
    "skip of unittest": ("import unittest\nraise unittest.SkipTest('later')", "SkipTest: later"),
    "missing package": ("import pytest\npytest.importorskip('nothing_of_this_name')", "could not import"),
    "expected failure": ("import pytest\npytest.xfail('later')", "later"),
    "end of pytest": ("import pytest\npytest.exit('done')", "done"),
    "exit": ("exit()", "SystemExit"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "end of the process": ("import os\nos._exit(0)", "ended Python, with exit status 0"),
    "coroutine": ("async def f():\n    print(1 / 0)\n\n\nf()", "was never awaited"),
    "coroutine that is kept": ("async def f():\n    print(1 / 0)\n\n\nx = f()", "was never awaited"),
    "finaliser": ("class A:\n    def __del__(self):\n        1 / 0\n\n\nA()", "ZeroDivisionError"),
    "finaliser at the end": ("class A:\n    def __del__(self):\n        1 / 0\n\n\nx = A()", "ZeroDivisionError"),
    "at exit": ("import atexit\natexit.register(lambda: 1 / 0)", "ZeroDivisionError"),
    "printed at exit": ("import atexit\natexit.register(print, 'FAILED')", "FAILED"),
    "thread": ("import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()", "ZeroDivision"),
    "late thread": ("import threading\nthreading.Timer(0.5, print, ['FAILED']).start()", "FAILED"),
    "stderr": ("import sys\nprint('FAILED', file=sys.stderr)", "FAILED"),
    "true stderr": ("import sys\nprint('FAILED', file=sys.__stderr__)", "FAILED"),
    "descriptor": ("import os\nos.write(1, b'FAILED')", "FAILED"),
    "child": ("import subprocess\nsubprocess.run(['echo', 'FAILED'], check=True)", "FAILED"),
    "logging": ("import logging\nlogging.warning('FAILED')", "FAILED"),
    "warning that is let through": (
        "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('FAILED')",
        "FAILED",
    ),
    "stream replaced": ("import io, sys\nsys.stdout = io.StringIO()\nprint('FAILED')", "replaced"),
}


@pytest.mark.parametrize("way", LEAVES)
def test_no_way_out_of_a_block_is_green(way: str) -> None:
    code, said = LEAVES[way]
    assert said in "".join(outcomes(f"```python\n{code}\n```\n"))
    session = "".join(f"{'... ' if line.startswith(' ') else '>>> '}{line}\n" for line in code.split("\n") if line)
    assert outcomes(f"```pycon\n{session}```\n") != ["passed"]


def test_what_an_exception_prints_before_it_is_shown() -> None:
    raised = "Traceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n"
    text = f"```pycon\n>>> print('WRONG') or 1 / 0\n{raised}```\n"
    assert "WRONG" in outcomes(text)[0]


def test_a_block_that_does_not_end_is_stopped_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LIMIT", 1)
    [first, after] = outcomes("```python\nx = 1\nwhile True:\n    pass\n```\n\n```pycon\n>>> x\n1\n```\n")
    assert 'page.md", line' in first
    assert "did not end within 1 seconds" in first
    assert after == "passed"
    stubborn = (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        x = 2"
    )
    monkeypatch.setattr(sandbox, "GRACE", 1)
    [message] = outcomes(f"```python\n{stubborn}\n```\n")
    assert "page.md:1:" in message
    assert "did not end within 2 seconds" in message


def test_a_page_is_main_so_that_its_functions_can_be_sent_to_other_processes() -> None:
    session = ">>> import pickle\n>>> def f():\n...     return 3\n>>> pickle.loads(pickle.dumps(f))()\n3\n"
    assert outcomes(f"```pycon\n{session}```\n") == ["passed"]


def test_a_block_in_the_middle_runs_what_stands_above_it_first() -> None:
    text = "```python\nx = [1]\n```\n\n```python\nx.append(2)\n```\n\n```pycon\n>>> x\n[1, 2]\n```\n"
    with Page.of(text, "page.md").running() as running:
        assert running.failures(2) == running.failures(0) == ""
        assert list(running.done) == [0, 1, 2]


def test_commands_run_as_in_a_terminal_though_ci_runs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert outcomes('```console\n$ echo "${CI-unset}"\nunset\n```\n') == ["passed"]


def test_visible_skip() -> None:
    text = '```{ .console data-skip="it never ends by itself" }\n$ make serve\n```\n'
    assert outcomes(text) == ["skipped: it never ends by itself"]


def test_shell() -> None:
    text = '```console\n$ echo a; echo b >&2\na\nb\n$ python -c "print(1 + 1)"\n{}\n```\n'
    assert outcomes(text.format(2)) == ["passed"]
    assert "page.md:5:\n    $ python" in outcomes(text.format(3))[0]


def test_shell_stays_in_its_folder_from_block_to_block_and_keeps_its_files() -> None:
    text = "```console\n$ mkdir a && cd a\n$ touch b\n$ ls\nb\n```\n\n```console\n$ ls\na\n```\n"
    assert outcomes(text) == ["passed", "passed"]


def test_shell_status() -> None:
    assert "exit status 3" in outcomes("```console\n$ exit 3\n```\n")[0]
    assert "exit status 1" in outcomes("```console\n$ false | cat\n```\n")[0]
    assert outcomes('```{ .console data-exit="3" }\n$ exit 3\n```\n') == ["passed"]
    assert "exit status 0" in outcomes('```{ .console data-exit="3" }\n$ true\n```\n')[0]
    assert "exit status 3" in outcomes('```{ .console data-exit="3" }\n$ exit 3\n$ exit 3\n```\n')[0]


def test_a_block_with_a_file_name_is_a_file_for_the_shell() -> None:
    text = """
        ```python title="test_one.py"
        def test_one():
            assert 1 + 1 == 2
        ```

        ```console
        $ pytest -q test_one.py
        .                                                                        [100%]
        1 passed in ...s
        ```
        """
    assert outcomes(text) == ["passed", "passed"]


@pytest.mark.parametrize("took", ["0.03s", "59.99s", "70.80s (0:01:10)", "3671.05s (1:01:11)"])
def test_how_long_a_test_run_took_is_no_difference(took: str) -> None:
    assert outcomes(f"```console\n$ echo '1 passed in {took}'\n1 passed in ...s\n```\n") == ["passed"]
    assert outcomes(f"```console\n$ echo '2 passed in {took}'\n1 passed in ...s\n```\n") != ["passed"]


def test_the_front_page_runs_in_a_copy_of_the_project() -> None:
    text = "```console\n$ ls pyproject.toml\npyproject.toml\n$ touch new.txt\n```\n"
    root = ROOT
    assert outcomes(text, str(root / "README.md")) == ["passed"]
    assert not (root / "new.txt").exists()
    assert "exit status 2" in outcomes(text, str(root / "docs" / "index.md"))[0]
