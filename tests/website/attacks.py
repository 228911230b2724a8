"""Wrong pages, one for each way that was thought of to get past the verifier. None may stay green."""


def code(source: str, info: str = "python") -> str:
    """One fenced block."""
    return f"```{info}\n{source}\n```\n"


def prints(source: str, shown: str) -> str:
    """Plain code, and what it is said to print."""
    return code(source) + "\n" + code(shown, 'text title="Output"')


def prompts(*lines: str) -> str:
    """A Python session."""
    return code("\n".join(lines), "pycon")


def shell(*lines: str) -> str:
    """A shell session."""
    return code("\n".join(lines), "console")


NUMBERS = {
    "last digit, up": prints("print(0.1235)", "0.1234"),
    "last digit, down": prints("print(2.4999e-3)", "2.5001e-3"),
    "zero for the smallest": prints("print('5e-324')", "0.0"),
    "zero without a sign": prints("print(-0.0)", "0.0"),
    "True for 1": prompts(">>> 1", "True"),
    "False for 0.0": prompts(">>> 2 < 1", "0.0"),
    "1 for 1.0": prompts(">>> 2 / 2", "1"),
    "an exponent for digits": prints("print(1040)", "1e3"),
    "the imaginary part": prompts(">>> complex(1.5, 2.6)", "(1.5+2.5j)"),
    "in an array": prompts(">>> import numpy as np", ">>> np.array([0.5, 0.25])", "array([0.5 , 0.26])"),
    "in a version": prints("print('1.2.3')", "1.2.4"),
    "in a fraction": prints("print('2/3')", "2/4"),
    "in grouped digits": prints("print(f'{12345:,}')", "12,346"),
    "hexadecimal": prompts(">>> hex(255)", "'0xfe'"),
    "a column less": prints("print('1.5 2.5 3.5')", "1.5 2.5"),
    "digits swapped between numbers": prints("print('0.1 0.2')", "0.2 0.1"),
    "a minus": prints("print('−0.5')", "0.5"),
    "per cent": prints("print('13%')", "12%"),
    "dots for a word": prints("print('not right')", "...right"),
    "dots for a minus": prints("print(-3)", "..."),
    "all of them passed": prints("print('19 of 20 passed')", "20 of 20 passed"),
    "digits of a word": prints("print('agrees to 7 digits')", "agrees to 8 digits"),
    "how many for each": prints("print('about 4 for each child')", "about 5 for each child"),
    "all of them passed, beside a report": prints("print('AGREES 19 of 20 passed')", "AGREES 20 of 20 passed"),
    "a limit of somebody": prints("print('p < 1e-3')", "p < 1e-4"),
}

ENDS = {
    "skip": code("import pytest\n\npytest.skip('later')\nprint(1 / 0)"),
    "xfail": code("import pytest\n\npytest.xfail('known')"),
    "importorskip": code("import pytest\n\npytest.importorskip('surely_not_installed')"),
    "fail of pytest": code("import pytest\n\npytest.fail('no')"),
    "exit of pytest": code("import pytest\n\npytest.exit('no')"),
    "SkipTest": code("import unittest\n\nraise unittest.SkipTest('later')"),
    "quit": code("quit()"),
    "exit with 0": code("import sys\n\nsys.exit(0)"),
    "os._exit": code("import os\n\nos._exit(0)"),
    "killed": code("import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)"),
    "interrupt": code("raise KeyboardInterrupt"),
    "generator exit": code("raise GeneratorExit"),
    "a coroutine in a list": code("async def f():\n    pass\n\n\nkept = [f()]\nkept.clear()"),
    "an asynchronous generator that fails": code(
        "import asyncio\n\n\nasync def f():\n    raise ValueError('no')\n\n\nasync def main():\n"
        "    asyncio.get_running_loop().create_task(f())\n    await asyncio.sleep(0.01)\n\n\nasyncio.run(main())"
    ),
    "a finaliser": code("class A:\n    def __del__(self):\n        1 / 0\n\n\na = A()\ndel a"),
    "a finaliser in a cycle": code("class A:\n    def __del__(self):\n        1 / 0\n\n\na = A()\na.a = a\ndel a"),
    "a finaliser at the end": code("class A:\n    def __del__(self):\n        1 / 0\n\n\na = A()"),
    "weakref callback": code(
        "import weakref\n\n\nclass A:\n    pass\n\n\na = A()\nr = weakref.ref(a, lambda r: 1 / 0)\ndel a"
    ),
    "a thread": code("import threading\n\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()"),
    "a thread that nobody waits for": code("import threading\n\nthreading.Thread(target=lambda: 1 / 0).start()"),
    "a daemon that is late": code(
        "import threading\nimport time\n\n\ndef f():\n    time.sleep(0.1)\n    1 / 0\n\n\n"
        "threading.Thread(target=f, daemon=True).start()"
    ),
    "a timer": code("import threading\n\nthreading.Timer(0.05, lambda: 1 / 0).start()"),
    "a process of its own": code(
        "import os\n\npid = os.fork()\nif pid == 0:\n    os.write(2, b'FAILED')\n    os._exit(1)\nos.waitpid(pid, 0)"
    ),
    "at exit": code("import atexit\n\natexit.register(lambda: print('FAILED'))"),
    "warning": code("import warnings\n\nwarnings.warn('old', DeprecationWarning)"),
    "warning of NumPy": code("import numpy as np\n\nnp.log(np.zeros(1))"),
    "stderr": code("import sys\n\nsys.stderr.write('FAILED')"),
    "past Python": code("import os\n\nos.write(1, b'FAILED')"),
    "past sys.stdout": code("import sys\n\nprint('FAILED', file=sys.__stdout__)"),
    "logging": code("import logging\n\nlogging.getLogger('a').error('FAILED')"),
    "a child's output": code("import subprocess\n\nsubprocess.run(['echo', 'FAILED'])"),
    "sys.stdout replaced": code("import io\nimport sys\n\nsys.stdout = io.StringIO()\nprint('FAILED')"),
    "the hook of the prompt": prompts(
        ">>> import sys", ">>> sys.displayhook = lambda value: print(3)", ">>> 1 + 1", "3"
    ),
    "second line of a message": prompts(
        ">>> raise ValueError('a\\nb is 4')",
        "Traceback (most recent call last):",
        "    ...",
        "ValueError: a",
        "b is 3",
    ),
    "another error": prompts(
        ">>> [][0]", "Traceback (most recent call last):", "    ...", "KeyError: list index out of range"
    ),
    "no error": prompts(">>> 1", "Traceback (most recent call last):", "    ...", "ValueError: no"),
    "failure that is hidden": shell("$ false | true"),
    "failure before the last": shell("$ false; true"),
    "shell that is killed": shell("$ kill -9 $$"),
    "+SKIP": prompts(">>> 1 + 1  # doctest: +SKIP", "3"),
    "+ELLIPSIS": prompts(">>> print('a b c')  # doctest: +ELLIPSIS", "a ... c"),
}

ENDLESS = {
    "loop": code("x = 1\nwhile True:\n    pass"),
    "sleep": code("x = 1\nimport time\n\ntime.sleep(1000)"),
    "a loop in C": code("x = 1\nsum(iter(int, 1))"),
    "the alarm is off": code("x = 1\nimport signal\n\nsignal.alarm(0)\nwhile True:\n    pass"),
    "the alarm is caught": code(
        "x = 1\nimport time\n\ntry:\n    time.sleep(1000)\nexcept Exception:\n    print('done')"
    ),
    "the alarm is caught again and again": code(
        "x = 1\nwhile True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "prompt": prompts(">>> x = 1", ">>> while True: pass"),
    "shell": shell("$ sleep 1000"),
    "thread": code("x = 1\nimport threading\n\nthreading.Thread(target=threading.Event().wait).start()"),
}

CLAIMS = {
    f"comment {comment}": code(f"x = f = 1 + 1  # {comment}")
    for comment in (
        "→ a", "⇨ b", "-> c", "=> d", "3", "three", "Three.", "is three", "prints three", "equals zero", "'ac'",
        "“ac”", "‘ac’", "`ac`",
        "⅔", "⅛", "③", "Ⅲ", "x²: ⁴", "true", "False", "none", "NaN", "inf", "∞", "AGREES", "wrong",
        "ValueError", "raises", "fails", "prints hello", "returns a list", "gives a dict", "shape (n, m)", "yes",
        "No!", "agrees", "undecided", "positive", "negative", "empty", "[a, b]", "{a}", "½", "0x1f", "50 %",
        "nothing", "output: hello", "✅", "✔", "x equals y", "now: yes", "x becomes negative",
        "about a third", "~ pi", "result: hello", "a third", "one half", "a dozen", "same as above", "ok", "error",
    )
}  # fmt: skip

CLAIMS |= {
    "comment on a line of its own": code("x = 1 / 3\n# x is now 0.4"),
    "comment at a prompt": prompts(">>> x = 1 + 1  # three"),
    "comment in a continued prompt": prompts(">>> for k in range(2):", "...     x = k  # 7", "..."),
    "comment in a shell": shell("$ true  # 3"),
    "a text that nothing uses": code("x = 1 + 1\n'x is 3'"),
    "a formatted text that nothing uses": code("x = 1 + 1\nf'{x} is 3'"),
    "a number that nothing uses": code("x = 1 + 1\n3"),
    "a tuple that nothing uses": code("x = 1 + 1\n'x', 3"),
    "a comparison that nothing uses": code("x = 1 + 1\nx == 3"),
    "a truth that nothing uses": code("x = 1 + 1\nx == 3 and x is not None"),
    "a negation that nothing uses": code("x = 3\nnot x"),
    "an annotation": code("x: 'now 3' = 1 + 1"),
    "title of a block": code("x = 1 + 1", 'python title="x is 3"'),
    "title like an output": code("x = 3", 'python title="Output "'),
    "title of a result": code("x = 3", 'python title="Result"'),
}

LOOKS = {
    "output as a class": "3\n{: .live-output }\n",
    "block as a class": "1 + 1 is 3\n{: .highlight }\n",
    "language as a class": "1 + 1 is 3\n{: .language-pycon }\n",
    "name of a file as a class": "1 + 1 is 3\n{: .filename }\n",
    "hidden on wide windows": '<div class="gl-narrow" markdown>\n\n' + code("x = 3") + "\n</div>\n",
    "hidden by a class of the theme": '<div class="md-hidden" markdown>\n\n' + code("x = 3") + "\n</div>\n",
    "hidden by ARIA": '<div aria-hidden="true" markdown>\n\n' + code("x = 3") + "\n</div>\n",
    "hidden in a template": "<template>\n\n" + code("x = 3") + "\n</template>\n",
    "dialog": "<dialog open>1 + 1 is 3</dialog>\n",
    "keys": "<kbd>1 + 1<br>3</kbd>\n",
    "samp": "<samp>3</samp>\n",
    "tt": "<tt>1 + 1 = 3</tt>\n",
    "output": "<output>3</output>\n",
    "variable": "<var>x = 3</var>\n",
    "data": "<data value='3'>three</data>\n",
    "font": '<font face="monospace">1 + 1 = 3</font>\n',
    "centred": "<center>1 + 1 = 3</center>\n",
    "upper case": "<PRE>1 + 1\n3</PRE>\n",
    "XML": "<x-code>1 + 1 = 3</x-code>\n",
    "MathML": "<math><mtext>1 + 1 = 3</mtext></math>\n",
    "picture of text": '<svg><foreignObject><div>1 + 1 = 3</div></foreignObject></svg>\n',
    "a session in entities": "&gt;&gt;&gt; 1 + 1 is 3\n",
    "a session in numbers of characters": "&#62;&#62;&#62; 1 + 1 is 3\n",
    "a session without a blank": "`>>>f(1)` is 3\n",
    "a cell of a notebook": "In [1]: 1 + 1\n",
    "an output of a notebook": "Out[1]: 3\n",
    "a session in a heading": "## >>> 1 + 1 is 3\n",
    "a session in a title": '!!! note ">>> 1 + 1"\n\n    3\n',
    "a box that is called an output": '!!! quote "Output"\n\n    3\n',
    "a closed box that is called an output": '??? note "Output"\n\n    3\n',
    "a box that is called the output of something": '??? success "The output of the block"\n\n    3\n',
    "a term that is called an output": "Output\n:   3\n",
    "a heading that is called an output": "## Output\n\n3\n",
    "a footnote that is an output": "Word[^1].\n\n[^1]: Output: 3\n",
    "a shell in a quotation": "> $ echo 3\n> 3\n",
    "a tab that is called an output": '=== "Output"\n\n    3\n',
    "a caption that is an output": code("print(3)") + "\n/// caption\nOutput: 3\n///\n",
    "bold that is an output": code("x = 3") + "\n**Output:** 3\n",
    "a block quote that is an output": code("x = 3") + "\n> Output: 3\n",
    "a table that is an output": code("x = 3") + "\n| Output |\n| --- |\n| 3 |\n",
    "indented": "Words.\n\n    1 + 1 = 3\n",
    "indented by a tab": "Words.\n\n\t1 + 1 = 3\n",
    "tildes": "~~~text\n1 + 1 = 3\n~~~\n",
    "no language": "```\n1 + 1 = 3\n```\n",
    "another language": "```py\nprint(3)\n```\n",
    "plain text": code("1 + 1 = 3", "text"),
    "an output of nothing": code("3", 'text title="Output"'),
    "a comment around a block": "<!--\n" + code("x = 3") + "-->\n\n" + prompts(">>> x", "3"),
    "an included file": '--8<-- "other.md"\n',
    "a link that runs": "[x](javascript:alert(3))\n",
    "a link to data": "[x](data:text/html,3)\n",
    "a handler": '<a href="#" onclick="alert(3)">x</a>\n',
    "a base": '<base href="https://example.org/">\n',
    "a sheet from elsewhere": '<link rel="stylesheet" href="x.css">\n',
    "meta": '<meta http-equiv="refresh" content="0;url=x">\n',
    "object": '<object data="x.html"></object>\n',
    "a box with an id of the theme": '<div id="__search">3</div>\n',
    "an input": '<input type="text" value="3">\n',
    "text area": "<textarea>3</textarea>\n",
    "a module that is not ours": "::: numpy.linalg\n",
}  # fmt: skip
