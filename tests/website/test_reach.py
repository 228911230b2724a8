"""Every line of code on a page has run; what need not run by itself is left in peace."""

import pytest

from tests.website.attacks import code, prints, prompts, shell
from tests.website.test_attacks import refusal
from website.verify.reach import Reach

LATER = code("def f(x):\n    return 2 * x")
RIGHT = {
    "called in a later block": LATER + "\n" + prints("print(f(2))", "4"),
    "called at a prompt": LATER + "\n" + prompts(">>> f(2)", "4"),
    "given to somebody who calls it": prints("print(sorted([2, 1], key=lambda x: -x))", "[2, 1]"),
    "in a thread": code("import threading\n\n\ndef f():\n    x = 1\n\n\nt = threading.Thread(target=f)\n"
    "t.start()\nt.join()"),
    "what refuses": prints(
        "def f(x):\n    if x < 0:\n        raise ValueError(\n            'x is negative'\n        )\n"
        "    return x\n\n\nprint(f(1))", "1"
    ),
    "an abstract method": prints(
        "class A:\n    def f(self):\n        raise NotImplementedError\n\n\nclass B(A):\n    def f(self):\n"
        "        return 1\n\n\n"
        "print(B().f())", "1"
    ),
    "a line on many lines": prints("x = [\n    1,\n    2,\n]\nprint(\n    sum(\n        x\n    )\n)", "3"),
    "decorated, typed, documented": prints(
        "from __future__ import annotations\n\nimport functools\n\n\n@functools.cache\ndef f(\n    x: int,\n"
        ") -> int:\n"
        "    \"\"\"Of x.\"\"\"\n    y: int\n    y = x\n    return y\n\n\nclass C:\n    \"\"\"Empty.\"\"\"\n\n"
        "    a: int\n\n\nprint(f(1))", "1"
    ),
    "all ways out of a loop": prints(
        "for k in range(4):\n    if k == 1:\n        continue\n    elif k == 2:\n        break\n    else:\n"
        "        pass\nelse:\n"
        "    raise ValueError('no end')\nprint(k)", "2"
    ),
    "try, except, finally": prints(
        "def f(x):\n    try:\n        return 1 / x\n    except ZeroDivisionError:\n        return 0.5\n"
        "    finally:\n        global done\n"
        "        done = True\n\n\nprint(f(1), f(0))", "1.0 0.5"
    ),
    "a match": prints(
        "def f(x):\n    match x:\n        case 1:\n            return 'a'\n        case [_, *rest] if rest:\n"
        "            return 'b'\n        case _:\n"
        "            return 'c'\n\n\nprint(f(1), f([1, 2]), f(3))", "a b c"
    ),
    "a generator, a coroutine": prints(
        "import asyncio\n\n\nasync def f():\n    async for x in g():\n        return x\n\n\nasync def g():\n"
        "    yield 1\n\n\n"
        "print(asyncio.run(f()))", "1"
    ),
    "a file that the shell runs": code("def f():\n    print(1)", 'python title="far.py"')
    + "\n" + shell("$ python -c 'import far; far.f()'", "1"),
    "a hunt": '## Hunt { #h data-hunt="h" }\n\n' + LATER,
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_runs_or_need_not_is_left_in_peace(name: str) -> None:
    assert refusal(RIGHT[name]) == ""


def test_the_line_is_named() -> None:
    found = refusal("# A page\n\n" + LATER + "\n" + code("x = 1"))
    assert "page.md:5: no line of the page runs this" in found
    assert "page.md:4:" not in found


def test_what_runs_elsewhere_is_not_counted() -> None:
    reach = Reach("here.py")
    with reach.noted():
        exec(compile("x = 1\ny = 2", "there.py", "exec"), {})
        exec(compile("x = 1", "here.py", "exec"), {})
    assert list(reach.missed("x = 1\ny = 2", 0)) == [2]
