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
    "zero in another form": prints("print(0.0)", "0e5"),
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
    "a child's output": code("import subprocess\n\nsubprocess.run(['echo', 'FAILED'], check=True)"),
    "sys.stdout replaced": code("import io\nimport sys\n\nsys.stdout = io.StringIO()\nprint('FAILED')"),
    "the hook of the prompt": prompts(
        ">>> import sys", ">>> sys.displayhook = lambda value: print(3)", ">>> 1 + 1", "3"
    ),
    "what hears finalisers, replaced": code(
        "import sys\n\nsys.unraisablehook = lambda found: None\n\n\nclass A:\n    def __del__(self):\n        1 / 0"
        "\n\n\na = A()\ndel a"
    ),
    "what hears threads, replaced": code(
        "import threading\n\nthreading.excepthook = lambda found: None\nt = threading.Thread(target=lambda: 1 / 0)\n"
        "t.start()\nt.join()"
    ),
    "what shows warnings, replaced": code("import warnings\n\nwarnings.showwarning = lambda *words, **more: None"),
    "logging, disabled": code("import logging\n\nlogging.disable(logging.CRITICAL)\nlogging.error('FAILED')"),
    "a comparison that nobody asks": code("import numpy as np\n\nnp.allclose(1, 2)"),
    "a comparison in a try": code("import numpy as np\n\ntry:\n    np.array_equal(1, 2)\nfinally:\n    pass"),
    "all, unasked": code("all([False])"),
    "a command that failed": code("import os\n\nos.system('false')"),
    "a child that failed": code("import subprocess\n\nsubprocess.run(['false'])"),
    "a future that nobody asks": code(
        "from concurrent.futures import ThreadPoolExecutor\n\nwith ThreadPoolExecutor() as pool:"
        "\n    pool.submit(divmod, 1, 0)"
    ),
    "a map that nobody reads": code(
        "from concurrent.futures import ThreadPoolExecutor\n\nwith ThreadPoolExecutor() as pool:\n"
        "    pool.map(divmod, [1], [0])"
    ),
    "exceptions that are returned": code(
        "import asyncio\n\n\nasync def f():\n    raise ValueError('no')\n\n\nasync def main():\n"
        "    await asyncio.gather(f(), return_exceptions=True)\n\n\nasyncio.run(main())"
    ),
    "a function that nobody calls": code("def f(x):\n    return nowhere + x"),
    "a method that nobody calls": code("class Net:\n    def forward(self, x):\n        return torch.relu(x)"),
    "a lambda that nobody calls": code("f = lambda x: nowhere + x"),
    "a test that nobody runs": code("def test_gradient():\n    assert 1 == 2"),
    "a branch that is not taken": code("easy = True\nif not easy:\n    print(nowhere)"),
    "the rest of a with that swallows": code(
        "import contextlib\n\nwith contextlib.suppress(ZeroDivisionError):\n    1 / 0\n    x = nowhere"
    ),
    "a loop without turns": code("for k in range(0):\n    print(nowhere)"),
    "a generator that nobody reads": code("def g():\n    yield nowhere\n\n\nvalues = g()"),
    "a case that does not come": code(
        "x = 1\nmatch x:\n    case 1:\n        y = 2\n    case _:\n        y = nowhere"
    ),
    "a function at a prompt": prompts(">>> def f():", "...     return nowhere"),
    "an except that is not needed": code("try:\n    x = 1\nexcept ValueError:\n    x = nowhere"),
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
        "x = 1\nwhile True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        x = 2"
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

NUMBERS |= {
    "full-width digit": prints("print('３')", "3"),
    "underscore": prints("print('1_000')", "1000"),
    "float for int": prints("print(1000)", "1000.0"),
    "int for float": prints("print(1e3)", "1000"),
    "plus dropped": prints("print('+0.5')", "0.5"),
    "inf without sign": prints("print(float('-inf'))", "inf"),
    "nan for inf": prints("print(float('inf'))", "nan"),
    "0.0 for nan": prints("print(float('nan'))", "0.0"),
    "infinity for overflowing": prints("print('1e400')", "inf"),
    "end of a range": prints("print('0.5–0.7')", "0.5–0.8"),
    "range with minus": prints("print('0.5 - 0.7')", "0.5 -0.7"),
    "unit of time": prints("print('3 ms')", "3 s"),
    "unit glued": prints("print('3.0MB')", "3.0GB"),
    "per cent dropped": prints("print('50 %')", "50"),
    "per mille": prints("print('0.5 ‰')", "0.5 %"),
    "half too far": prints("print(0.1250001)", "0.12"),
    "half too far the other way": prints("print(0.2500001)", "0.2"),
    "half of a negative": prints("print(-0.1250001)", "-0.12"),
    "half of an exponent": prints("print('2.500001e-9')", "2e-9"),
    "whole for a half": prints("print(2.5)", "2"),
    "great whole number": prints("print(10**40 + 1)", str(10**40)),
    "great float": prints("print('12345678901234567890.0')", "12345678901234567891.0"),
    "digits past a float": prints("print('0.12345678901234567890123')", "0.12345678901234567890124"),
    "power in superscript": prints("print('10⁻⁷')", "10⁻⁸"),
    "power with caret": prints("print('10^-7')", "10^-8"),
    "exponent with a capital": prints("print('1.5E-7')", "1.5E-8"),
    "digit of a name": prints("print('W1')", "W2"),
    "digit of a name with a point": prints("print('layer1.5')", "layer1.6"),
    "date": prints("print('2026-11-29')", "2026-11-28"),
    "time": prints("print('1:30.5')", "1:30.9"),
    "column": prints("print('a  12')", "a12"),
    "blank within": prints("print('1 2')", "12"),
    "line for a blank": prints("print('1\\n2')", "1 2"),
    "columns moved": prints("print('a    1\\nb         2')", "a    1\nb    2"),
    "bound of somebody's own report": prints(
        "print('my check AGREES, error < 1e-3')", "my check AGREES, error < 1e-5"
    ),
    "below of somebody": prints("print('below 1e-3')", "below 1e-4"),
    "NumPy's truth": prompts(">>> import numpy as np", ">>> np.bool_(True)", "True"),
    "NumPy's scalar": prompts(">>> import numpy as np", ">>> np.float64(0.5)", "0.5"),
    "type of an array": prompts(">>> import numpy as np", ">>> np.array([1, 2])", "array([1., 2.])"),
    "precision of an array": prompts(">>> import numpy as np", ">>> np.ones(2, np.float32)", "array([1., 1.])"),
    "text for number": prompts(">>> '3'", "3"),
    "quotes": prompts(">>> 'a'", '"a"'),
    "answer left out": prompts(">>> 1 + 1"),
    "answer left out, then shown": prompts(">>> 1 + 1", ">>> 2 + 2", "4"),
    "comma of a tuple": prompts(">>> (1,)", "(1)"),
    "list for tuple": prompts(">>> (1, 2)", "[1, 2]"),
    "case of a word": prints("print('FAILED')", "failed"),
    "carriage return": prints("print('FAILED\\rfine  ')", "fine"),
    "backspaces": prints("print('FAILED' + chr(8) * 6 + 'fine')", "fine"),
    "colour": prints("print('\\x1b[8mFAILED\\x1b[0mfine')", "fine"),
    "zero-width blank": prints("print('1\\u200b2')", "12"),
    "fine space": prints("print('1\\u202f000')", "1 000"),
    "look-alike letter": prints("print('аgrees')", "agrees"),
    "line at the end": prints("print('a')\nprint()\nprint('FAILED')", "a"),
    "line at the start": prints("print('FAILED')\nprint('a')", "a"),
    "a matrix's row": prompts(
        ">>> import numpy as np", ">>> print(np.array([[1.5, 2.5], [3.5, 4.5]]))", "[[1.5 2.5]", " [3.5 4.6]]"
    ),
    "rows swapped": prompts(
        ">>> import numpy as np", ">>> print(np.array([[1.5, 2.5], [3.5, 4.5]]))", "[[3.5 4.5]", " [1.5 2.5]]"
    ),
    "minus zero for little": prints("print(-0.04)", "-0.0"),
    "octal": prints("print('0o17')", "0o16"),
    "percent with digits": prints("print('12.5%')", "12.6%"),
    "dots for nan": prints("print(f'took {float(\"nan\")} s')", "took ... s"),
    "dots for an exponent": prints("print('error 1e-3 m')", "error ... m"),
    "dots for nothing": prints("print('took  s')", "took ... s"),
    "complex, no j": prints("print(2j)", "2"),
    "dict order": prompts(">>> {'b': 1, 'a': 2}", "{'a': 2, 'b': 1}"),
}

ENDS |= {
    "under main": code("if __name__ == '__main__':\n    print('FAILED')"),
    "under main, raises": code("if __name__ == '__main__':\n    raise ValueError('no')"),
    "doctest's checker replaced": code("import doctest\n\ndoctest.OutputChecker.check_output = lambda *a: True")
    + "\n"
    + prompts(">>> 1 + 1", "3"),
    "the verifier's functions replaced": code(
        "import sys\n\nfor name, module in list(sys.modules.items()):\n"
        "    if name.startswith('website'):\n        for key, value in list(vars(module).items()):\n"
        "            if callable(value) and key in ('same', 'compared', 'compared_output'):\n"
        "                setattr(module, key, lambda *a, **k: True)"
    )
    + "\n"
    + prompts(">>> 1 + 1", "3"),
    "a process that fails": code(
        "import multiprocessing\n\n\ndef f():\n    1 / 0\n\n\n"
        "p = multiprocessing.get_context('fork').Process(target=f)\np.start()\np.join()"
    ),
    "a callback of a loop": code(
        "import asyncio\n\n\nasync def main():\n"
        "    asyncio.get_running_loop().call_soon(lambda: 1 / 0)\n    await asyncio.sleep(0.01)\n\n\n"
        "asyncio.run(main())"
    ),
    "an alarm after the page": code(
        "import signal\n\n\ndef f(*a):\n    print('FAILED')\n\n\nsignal.signal(signal.SIGALRM, f)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.05)"
    ),
    "a user's signal after the page": code(
        "import os\nimport signal\nimport threading\n\n"
        "signal.signal(signal.SIGUSR1, lambda *a: print('FAILED'))\n"
        "threading.Timer(0.02, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()"
    ),
    "a cycle that is not collected": code(
        "import gc\n\ngc.disable()\n\n\nclass A:\n    def __del__(self):\n        1 / 0\n\n\na = A()\na.a = a\ndel a"
    ),
    "a generator that fails to close": code(
        "def f():\n    try:\n        yield 1\n    finally:\n        1 / 0\n\n\ng = f()\nnext(g)\ndel g"
    ),
    "a fork that runs on": code("import os\n\nos.fork()\nx = 1"),
    "another program": code("import os\n\nos.execv('/bin/true', ['true'])"),
    "crash": code("import ctypes\n\nctypes.string_at(0)"),
    "abort": code("import os\n\nos.abort()"),
    "streams closed": code("import os\n\nos.close(1)\nos.close(2)\nos.system('exit 3')"),
    "streams elsewhere": code("import os\n\nos.dup2(os.open('/dev/null', os.O_WRONLY), 2)\nos.write(2, b'FAILED')"),
    "bad escape": code("x = '\\d'"),
    "is of a literal": code("x = 1\ny = x is 1"),
    "file left open": code("def f():\n    return open('a', 'w').write('x')\n\n\nn = f()"),
    "pending": code("import warnings\n\nwarnings.warn('old', PendingDeprecationWarning, stacklevel=2)"),
    "warning at a prompt": prompts(">>> import warnings", ">>> warnings.warn('old')"),
    "warning in a thread": code(
        "import threading\nimport warnings\n\n"
        "t = threading.Thread(target=warnings.warn, args=('old',))\nt.start()\nt.join()"
    ),
    "overflow at a prompt": prompts(">>> import numpy as np", ">>> x = np.exp(np.array([1e3]))"),
    "input": code("x = input()"),
    "partial write at a prompt": prompts(">>> import sys", ">>> n = sys.stdout.write('FAILED')"),
    "print in a comprehension's finaliser": prompts(
        ">>> class A:", "...     def __del__(self):", "...         print('FAILED')", ">>> a = A()"
    ),
    "skip within a function": prompts(">>> import unittest", ">>> raise unittest.SkipTest('x')"),
    "system that fails": code("import os\n\nos.system('echo FAILED >&2')"),
    "shell, other stream": shell("$ echo FAILED >&2"),
    "shell, trap": shell("$ trap 'exit 0' EXIT; false"),
    "shell, pipefail off": shell("$ set +o pipefail; false | true"),
    "shell, exec away": shell("$ exec >/dev/null; echo FAILED; (exit 3) || true"),
    "shell, status in a subshell": shell("$ echo $(false)x", "x"),
    "shell, late": shell("$ (sleep 0.2; echo FAILED; exit 1) & disown", ""),
    "shell, nohup": shell("$ setsid sh -c 'sleep 0.1; echo FAILED >&2' ", ""),
    "shell, other exit": code("$ exit 4", '{ .console data-exit="3" }'),
    "shell, exits where it must not": code("$ true", '{ .console data-exit="3" }'),
    "shell, words for a status": code("$ false", '{ .console data-exit="any" }'),
    "shell, local false": shell("$ export X=$(false)"),
    "shell, heredoc hides": shell("$ python -c 'import sys; sys.exit(0)' || echo", "x"),
    "shell, test that skips": code(
        "import pytest\n\n\ndef test_it():\n    pytest.skip('x')", 'python title="test_it.py"'
    )
    + "\n"
    + shell("$ python -m pytest -q test_it.py >/dev/null"),
    "needs something unknown": "---\nneeds: numppy\n---\n\n" + prompts(">>> 1 + 1", "3"),
    "needs, as a list": "---\nneeds: [numppy]\n---\n\n" + prompts(">>> 1 + 1", "3"),
    "needs with a BOM": "\ufeff---\nneeds: torch\n---\n\n" + prompts(">>> 1 + 1", "3"),
    "needs PyTorch, and hides others": "---\nneeds: torch\n---\n\n" + prompts(">>> 1 + 1", "3"),
    "asynchronous code at the top": code("import asyncio\n\n\nasync def f():\n    return 3\n\n\nx = f()\ny = [x]"),
    "a lazy exception group": code(
        "import asyncio\n\n\nasync def f():\n    1 / 0\n\n\nasync def main():\n"
        "    await asyncio.gather(f(), return_exceptions=False)\n\n\nasyncio.run(main())"
    ),
    "exit code of a process pool": code(
        "import concurrent.futures\n\npool = concurrent.futures.ThreadPoolExecutor()\npool.submit(print, 'FAILED')"
    ),
}

CLAIMS |= {
    "docstring says": code('def f(x):\n    """Return 3 for each x."""\n    return 4'),
    "docstring with a session": code('def f(x):\n    """Add.\n\n    >>> f(1)\n    3\n    """\n    return 4'),
    "docstring with an output": code('def f(x):\n    """Add.\n\n    f(1) -> 3\n    """\n    return 4'),
    "dead code": code("if False:\n    assert 1 + 1 == 3"),
    "dead after return": code("def f():\n    return 4\n    assert 1 + 1 == 3\n\n\nf()"),
    "zero loop": code("while 0:\n    print('FAILED')"),
    "assert a tuple": code("assert (1 + 1 == 3, 'two')"),
    "title: arrow": code("x = 1 + 1", 'python title="→ three"'),
    "title: prints": code("x = 1 + 1", 'python title="Prints hello"'),
    "title: stdout": code("x = 1 + 1", 'python title="stdout"'),
    "title: answer": code("x = 1 + 1", 'python title="The answer"'),
    "title: Ausgabe": code("x = 1 + 1", 'python title="Output of f"'),
    "annotation beside code": code("x = 1 + 1  # (1)!") + "\n1. It is three, `x == 3`.\n",
    "bare lambda": code("x = 1\nlambda: 3"),
    "a list that nothing uses": code("x = 1\n[x, 3]"),
    "a comprehension that nothing uses": code("x = 1\n[3 for _ in 'a']"),
    "a walrus": code("x = 1\n(y := 3) == 4"),
    "conditional that nothing uses": code("x = 1\n3 if x else 4"),
    "annotation without value": code("x = 1\ny: 'is 3'"),
    "annotation of a return": code("def f() -> 'always 3':\n    return 4\n\n\nf()"),
    "comment after a backslash": code("x = 1 + \\\n    1\n#three"),
    "comment, shebang": code("#!three\nx = 2"),
    "comment, colon": code("# x:three\nx = 2"),
    "encoding line": code("# coding: three\nx = 2"),
    "prompt's text answered": prompts(">>> x = 1 + 1  # → x"),
}

LOOKS |= {
    "xmp": "<xmp>1 + 1\n3</xmp>\n",
    "listing": "<listing>1 + 1 = 3</listing>\n",
    "plaintext": "<plaintext>1 + 1 = 3\n",
    "noscript": "<noscript><p>1 + 1 = 3</p></noscript>\n",
    "summary": "<details><summary>Output</summary>3</details>\n",
    "raw table": "<table><tr><td>1 + 1</td><td>3</td></tr></table>\n",
    "abbreviation": '<abbr title="1 + 1 = 3">x</abbr>\n',
    "mark": "<mark>1 + 1 = 3</mark>\n",
    "ruby": "<ruby>1 + 1<rt>3</rt></ruby>\n",
    "ins": "<ins>1 + 1 = 3</ins>\n",
    "slot": "<slot>3</slot>\n",
    "canvas": "<canvas>3</canvas>\n",
    "video": "<video src='x.mp4'></video>\n",
    "embed": "<embed src='x.html'>\n",
    "image that fails": "<img src=x onerror=alert(3)>\n",
    "image of data": '<img src="data:image/png;base64,AA" alt="3">\n',
    "in the progress": '<div class="lab-progress">1 + 1 = 3</div>\n',
    "in a moving picture": "<moving-picture>1 + 1 = 3</moving-picture>\n",
    "a second class": '<div class="lab-progress highlight">x</div>\n',
    "playground, wrong": '<div class="live-playground" markdown>\n\n' + prompts(">>> 1 + 1", "3") + "\n</div>\n",
    "inline code with a class": "`1 + 1 = 3`{: .live-output }\n",
    "heading with a class": "## 1 + 1 is 3 {: .filename }\n",
    "data attribute": "1 + 1 is three\n{: data-output='3' }\n",
    "id of a block": "1 + 1 is three\n{: #__code_0 }\n",
    "block html": "/// html | pre\n1 + 1 = 3\n///\n",
    "block html code": "/// html | code\n1 + 1 = 3\n///\n",
    "block details": "/// details | Output\n3\n///\n",
    "block admonition": "/// admonition | Output\n3\n///\n",
    "block tab": "/// tab | Output\n3\n///\n",
    "block define": "/// define\nOutput\n\n- 3\n///\n",
    "snippet in a block": "--8<--\nother.md\n--8<--\n",
    "snippet with semicolon": ';--8<-- "other.md"\n',
    "snippet of a section": '--8<-- "other.md:3:9"\n',
    "snippet indented": '- a\n\n    --8<-- "other.md"\n',
    "code over lines within backticks": "Say ``>>> 1 + 1\n3`` there.\n",
    "code with line breaks": "`a = 1 + 1`\\\n`print(a)`\\\n`3`\n",
    "arrow prompt": "❯ 1 + 1\n\n3\n",
    "guillemets": "»» 1 + 1 is 3\n",
    "broken prompt": ">>\u200b> 1 + 1 is 3\n",
    "fullwidth prompt": "＞＞＞ 1 + 1 is 3\n",
    "julia": "`julia> 1 + 1` gives `3`.\n",
    "In nbsp": "In\u00a0[1]: 1 + 1\n",
    "percent shell": "`% python x.py`\n",
    "user shell": "`me@home:~$ ls`\n",
    "dollar in code": "`$ ls` shows `x.py`.\n",
    "PowerShell": "`PS C:\\> dir` shows x.py.\n",
    "pdb": "(Pdb) p x\n3\n",
    "image named by a session": "![>>> 1 + 1 is 3](x.png)\n",
    "image title": '![x](figure:a "Output: 3")\n',
    "Result bold": code("x = 3") + "\n**Result:** 3\n",
    "Result quote": code("x = 3") + "\n> Result: 3\n",
    "It prints": code("x = 3") + "\nIt prints:\n\n> hello\n",
    "Printed": code("x = 3") + "\nPrinted: hello\n",
    "stdout tab": '=== "stdout"\n\n    hello\n',
    "Result tab": '=== "Result"\n\n    hello\n',
    "prints box": '!!! quote "It prints"\n\n    hello\n',
    "Console box": '!!! example "Console"\n\n    hello\n',
    "Outputs": "Outputs: three\n",
    "output with markup": "*Out*put: three\n",
    "output soft hyphen": "Out\u00adput: three\n",
    "traceback in prose": "Traceback (most recent call last): ValueError: no\n",
    "mermaid raw": '<pre class="mermaid">graph LR</pre>\n',
    "critic": "{++ >>> 1 + 1 ++}\n",
    "mark with ==": "==>>> 1 + 1==\n",
    "footnote block": "Word[^1].\n\n[^1]: >>> 1 + 1 is 3\n",
    "reference to a script": "[x][y]\n\n[y]: javascript:alert(3)\n",
    "vbscript": "[x](vbscript:x)\n",
    "file link": "[x](file:///etc/passwd)\n",
    "ascii table": "+-------+---+\n| 1 + 1 | 3 |\n+-------+---+\n",
    "template of the page": "---\ntemplate: evil.html\n---\n\n# x\n",
    "title with a session": '---\ntitle: ">>> 1 + 1 is 3"\n---\n\n# x\n',
}

ENDLESS |= {
    "stops itself": code("import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGSTOP)"),
}

CLAIMS |= {
    f"comment {comment}": code(f"x = f = 1 + 1  # {comment}")
    for comment in (
        "matches",
        "correct",
        "vanishes",
        "unchanged",
        "identical",
        "a list of str",
        "dtype is double",
        "too large",
        "twice that",
        "exact",
        "√2",
        "ten times smaller",
        "zeros",
        "all ones",
        "５",
        "▶ a",
        "⟹ b",
        "≈ a",
        "≠ b",
        "a < b",
        "x > y",
        "diverges",
        "doubles",
        "tiny",
        "half",
        "a thousand",
    )
}

ENDS |= {"shell, process substitution": shell("$ cat <(false)")}
CLAIMS |= {
    "else after True": code("if True:\n    x = 1\nelse:\n    assert False"),
    "if not True": code("if not True:\n    print('FAILED')"),
    "if of numbers": code("x = 1\nif 1 > 2:\n    print('FAILED')"),
}
LOOKS |= {
    "Octave": "octave:1> 1 + 1\n",
    "an empty cell": "In [ ]: 1 + 1\n",
    "a drive": "`C:\\> dir`\n",
    "Returned": "Returned: 3\n",
    "the other stream": "Stderr: 3\n",
}

# Numbers in what is said around blocks, which nothing computes.
PROSE = {
    "mkdocstrings' heading": '::: gradlab.relative_difference\n    options:\n      heading: "gives 0.031"\n',
    "± in a sentence": "The slope is 0.5 ± 0.03 here.\n",
    "per cent of a word": "It holds in 97 percent of runs.\n",
    "pct": "It holds in 97 pct of runs.\n",
    "per cent with a fine space": "It holds in 97\u202f% of runs.\n",
    "full-width per cent": "It holds in 97％ of runs.\n",
    "per cent sign by entity": "It holds in 97&percnt; of runs.\n",
    "point by entity": "The error is 0&period;031.\n",
    "digit by entity": "The error is &#48;.&#x30;31.\n",
    "comment within a number": "The error is 0.<!-- -->031.\n",
    "bold within a number": "The error is 0.**031**.\n",
    "code span within a number": "The error is 0.`031`.\n",
    "zero-width within a number": "The error is 0.\u200b031.\n",
    "decimal comma": "The error is 0,031.\n",
    "Arabic digits": "The error is ٠٫٠٣١.\n",
    "mathematical digits": "The error is 𝟎.𝟎𝟑𝟏.\n",
    "full-width digits": "The error is ０．０３１.\n",
    "middle point": "The error is 0·031.\n",
    "power in superscripts": "The error is 3·10⁻⁸.\n",
    "power in sup": "The error is 10<sup>-8</sup>.\n",
    "times": "It is 1.7× as fast.\n",
    "fold": "It is 3.5-fold faster.\n",
    "time": "It takes 3.2 ms.\n",
    "count": "It found 19 of 20 bugs.\n",
    "count with a slash": "It found 19/20 bugs.\n",
    "count in words and digits": "It found 19 out of 20 bugs.\n",
    "in a table": "| x | y |\n| --- | --- |\n| error | 0.031 |\n",
    "in a caption": "![A curve](figure:v-curve)\n\n/// caption\nError 0.031.\n///\n",
    "in a link's title": '[x](page.md "error 0.031")\n',
    "in an admonition's title": '!!! note "The error is 0.031"\n\n    Word.\n',
    "in a tab's title": '=== "0.031"\n\n    Word.\n',
    "in a footnote": "Word[^1].\n\n[^1]: The error is 0.031.\n",
    "in an abbreviation": "The error is small.\n\n*[error]: 0.031 in all runs\n",
    "in a description": "---\ndescription: The error is 0.031.\n---\n\n# x\n",
    "in the page's title": "---\ntitle: The error is 0.031\n---\n\n# x\n",
    "in a heading with mark-up": "## The *error* is 0.0**31**\n",
    "in a term": "Error 0.031\n:   Word.\n",
    "linked to itself": "The error is [0.031](#here).\n",
    "linked to nothing": "The error is [0.031](page.md).\n",
    "another number's digits": prints("print('10.0315')", "10.0315") + "\nThe error is 0.0315.\n",
    "sign turned": prints("print(-1 / 4)", "-0.25") + "\nThe difference is +0.25, and 0.25 it is.\n",
    "exponent turned": prints("print(3.5e-8)", "3.5e-08") + "\nThe error is 3.5e-18.\n",
}

# Code that is not what it looks like, shapes of blocks, what is said in odd places.
FIFTH = {
    "in tags": "---\ntags: [error 0.031]\n---\n\n# x\n",
    "in a label": '[x](page.md){ aria-label="error 0.031" }\n',
    "in a tooltip": 'Word.\n{ data-tooltip="error 0.031" }\n',
    "meter": '<meter value="0.97">97</meter>\n',
    "time element": '<time datetime="0.031">0.031</time>\n',
    "JSON-LD": '<script type="application/ld+json">{"description": "error 0.031"}</script>\n',
    "raw svg text": '<svg viewBox="0 0 9 9"><text>0.031</text></svg>\n',
    "mermaid": "```mermaid\ngraph LR\n  A -->|error 0.031| B\n```\n",
    "strike": "<del>0.031</del>\n",
    "one-line function that fails": code("def f(): return 1 / 0"),
    "one-line method that fails": code("class A:\n    def f(self): return 1 / 0\n\n\na = A()"),
    "one-line if": code("x = 1\nif x > 2: print('FAILED')"),
    "one-line loop over nothing": code("x = []\nfor _ in x: assert 1 + 1 == 3"),
    "a generator nobody reads": code("x = 'ab'\ny = (1 / 0 for _ in x)"),
    "an assert that suppress swallows": code(
        "from contextlib import suppress\n\nwith suppress(AssertionError):\n    assert 1 + 1 == 3"
    ),
    "an assert that except swallows": code("try:\n    assert 1 + 1 == 3\nexcept AssertionError:\n    pass"),
    "a test under skip": code("import pytest\n\n\n@pytest.mark.skip\ndef test_x(): assert 1 + 1 == 3"),
    "a bare string": code("x = 1 + 1\n'x is three'"),
    "docstring of a class": code('class A:\n    """Its sum is 3."""\n\n    x = 1 + 1\n\n\na = A()'),
    "reads the page's own output": code(
        "import gc\n\nprint(next(o for o in gc.get_objects() if type(o).__name__ == 'Block').output)"
    )
    + "\n"
    + code("2", 'text title="Output"'),
    "reach, disarmed": code("import sys\n\nsys.settrace(None)\n\n\ndef f():\n    return 1 / 0"),
    "reach, disarmed in a thread": code(
        "import threading\n\nthreading.settrace(None)\n\n\ndef f():\n    return 1 / 0\n\n\nf.x = 1"
    ),
    "code object given away": code("def f():\n    assert 1 + 1 == 3\n\n\nf.__code__ = (lambda: None).__code__\nf()"),
    "unseeded, one digit": prompts(">>> import numpy as np", ">>> print(np.random.default_rng().random() + 5)", "5."),
    "a hash": prints("print(hash('a') != 0)", "False"),
    "left behind in /tmp": code("from pathlib import Path\n\nn = Path('/tmp/gradlab-left').write_text('3')"),
    "left behind in the home": code(
        "from pathlib import Path\n\nn = Path('~/gradlab-left').expanduser().write_text('3')"
    ),
    "note of an error": prompts(
        ">>> e = ValueError('no')",
        ">>> e.add_note('FAILED')",
        ">>> raise e",
        "Traceback (most recent call last):",
        "    ...",
        "ValueError: no",
    ),
    "cause of an error": prompts(
        ">>> raise ValueError('no') from TypeError('FAILED')",
        "Traceback (most recent call last):",
        "    ...",
        "ValueError: no",
    ),
    "second line of an error": prompts(
        ">>> raise ValueError('no\\nFAILED')",
        "Traceback (most recent call last):",
        "    ...",
        "ValueError: no",
        "fine",
    ),
    "short name of an error": prompts(
        ">>> import decimal",
        ">>> raise decimal.Overflow('no')",
        "Traceback (most recent call last):",
        "    ...",
        "Overflow: no",
    ),
    "in a list in details": "- a\n\n    ??? note\n\n        ```pycon\n        >>> 1 + 1\n        3\n        ```\n",
    "in a quote": "> ```pycon\n> >>> 1 + 1\n> 3\n> ```\n",
    "in a definition": "Word\n:   ```pycon\n    >>> 1 + 1\n    3\n    ```\n",
    "hidden by style": code(">>> x = 3", '{ .pycon style="display:none" }') + prompts(">>> x", "3"),
    "hidden by attribute": code(">>> x = 3", '{ .pycon hidden="" }') + prompts(">>> x", "3"),
    "text block titled Result": code("x = 1 + 1") + "\n" + code("3", 'text title="Result"'),
    "text without a title": code("x = 1 + 1") + "\n" + code("3", "text"),
    "shell function": shell("$ python() { echo 3; }", "$ python -c 'print(1 + 1)'", "3"),
    "shell alias by PATH": shell(
        "$ mkdir b; printf '#!/bin/sh\\necho 3\\n' > b/python; chmod +x b/python; PATH=b:$PATH; python -c 'print(2)'",
        "3",
    ),
    "shell, wrong number": shell("$ python -c 'print(0.2)'", "0.1"),
    "shell, true after semicolon": shell("$ false; true"),
    "shell, or true": shell("$ python -c 'raise SystemExit(3)' || true"),
}

PROSE |= {
    "ppm": "It is off by 12 ppm.\n",
    "engineering": "The error is 3.1E−5.\n",
    "Fortran exponent": "The error is 3.1d-5.\n",
    "power in braces": "The error is 10^{-5}.\n",
    "19 bugs of 20": "It found 19 bugs of 20.\n",
    "nineteen in brackets": "It found [19] of [20] bugs.\n",
    "percentage points": "It is 3.5 percentage points better.\n",
    "a minus of another kind": "The slope is ﹣0.031.\n",
    "in a reference's title": '[x][y]\n\n[y]: page.md "error 0.031"\n',
    "quoted by a link to a heading of its own": "## Here { #here }\n\nThe error is [0.031](page.md#here).\n",
    "quoted by a mail": "The error is [0.031](mailto:a@example.org).\n",
    "in a heading's anchor text": "## Error { #e title='0.031' }\n",
}
FIFTH |= {
    "a decorator that swallows": code(
        "def quiet(f):\n    def g():\n        try:\n            f()\n"
        "        except Exception:\n            return None\n    return g\n\n\n"
        "@quiet\ndef t():\n    assert 1 + 1 == 3\n\n\nt()"
    ),
    "a finally that returns": code(
        "def f():\n    try:\n        assert 1 + 1 == 3\n    finally:\n        return 2\n\n\nx = f()"
    ),
    "an exit that says true": code(
        "class Q:\n    def __enter__(self):\n        return self\n\n"
        "    def __exit__(self, *a):\n        return True\n\n\nwith Q():\n    assert 1 + 1 == 3"
    ),
    "a handler that logs at no level": code(
        "import logging\n\ntry:\n    assert 1 + 1 == 3\nexcept AssertionError:\n    logging.debug('no')"
    ),
    "a handler that prints nothing": code("try:\n    assert 1 + 1 == 3\nexcept AssertionError:\n    x = None"),
    "assert of a text": code("x = 2\nassert 'x is 3'"),
    "assert under optimisation": shell("$ python -O -c 'assert 1 + 1 == 3'"),
    "if debug": code("if not __debug__:\n    assert 1 + 1 == 3"),
    "a match nobody takes": code(
        "x = 1\nmatch x:\n    case 1:\n        y = 1\n    case 2:\n        assert 1 + 1 == 3"
    ),
    "shell, if": shell("$ if false; then echo a; fi"),
    "shell, while": shell("$ while false; do echo a; done"),
    "unittest that fails, not asked": code(
        "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n"
        "        self.assertEqual(1 + 1, 3)\n\n\n"
        "r = unittest.TextTestRunner(stream=open('a', 'w')).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))"
    ),
}

PROSE |= {
    "an error that is set": "The error = 0.031 at the end.\n",
    "after the word step": "It stops at step 0.031.\n",
    "± in code": "The slope is `0.5 ± 0.03` here.\n",
    "error in code": "Its last line is `error 0.031`.\n",
    "limit in code": "The line says `error < 3e-9`.\n",
    "array in code": "The gradient is `[0.5, 0.031]`.\n",
    "ratio": "They were faster 19:1.\n",
    "power of two": "The error is 2^-24.\n",
    "value in a formula": "The slope is $f'(x) = 0.031$.\n",
    "about, in a formula": "The slope is $\\approx 0.031$.\n",
    "range with a hyphen": "It is 0.1-0.777 there.\n",
    "count in words": "It found nineteen of the twenty.\n",
    "only in code that is skipped": code("print(0.031)", '{ .python data-skip="it needs a graphics card" }')
    + "\nThe error is 0.031.\n",
    "title of a block": code("x = 1", 'python title="at 0.031"'),
    "title of raw HTML": '<div title="the error = 0.031">Word</div>\n',
    "code in an alternative text": "![It ends at `0.031`](figure:v-curve)\n",
}
