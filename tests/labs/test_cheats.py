"""Files that want a mark without the gradient, and honest files that are unlike the one that was handed out."""

import sys
from pathlib import Path

import numpy as np
import pytest

import gradlab
from gradlab import labs
from gradlab.errors import GradientMismatch
from gradlab.labs import grading
from gradlab.labs.bug import load
from gradlab.labs.writing import WRITINGS
from tests.labs.test_grading import RIGHT

DENSE, RNN, DECAY = (labs.find(slug) for slug in ("dw-doubled", "one-buffer-for-two", "l2-forgotten"))
LOGISTIC, ATTENTION = labs.find("mean-forgotten"), labs.find("scale-of-scores")
HEAD = "def dense_backward(dZ, A, W):\n"
FORMS = HEAD + "    return W.T @ dZ, {}, dZ.sum(axis=1, keepdims=True)\n"


def graded(folder: Path, which: str, source: str | bytes, patience: float = 20) -> None:
    """Grade a task that says this."""
    path = folder / "task_1.py"
    path.write_bytes(source if isinstance(source, bytes) else f"import numpy as np\n\n\n{source}".encode())
    try:
        (grading.written if which in WRITINGS else grading.repaired)(path, which, range(3), patience=patience)
    finally:
        assert [each.name for each in folder.iterdir()] == ["task_1.py"], "a task writes nothing"


# What comes back is no gradient, or one that is not to be compared. `encode` and `json` are the child's own.
FORGED = f"import sys, json\n_main = sys.modules['__main__']\n{{}}\n{DENSE.source}"
ANSWERS = {
    "None for the wrong blocks of a layer": (
        RNN,
        RNN.correct_source.replace("return dWax, dWaa,", "return None, None,"),
    ),
    "None for the wrong blocks of a network": (
        DECAY,
        "def add_decay(grads, *rest):\n    return {k: None if k[0] == 'W' else v for k, v in grads.items()}\n",
    ),
    "left out": (DECAY, "def add_decay(grads, *rest):\n    return {k: v for k, v in grads.items() if k[0] == 'b'}\n"),
    "nothing": (DECAY, "def add_decay(grads, *rest):\n    return {}\n"),
    "other names": (DECAY, "def add_decay(grads, *rest):\n    return {k.lower(): v for k, v in grads.items()}\n"),
    "None in a network": (DENSE, FORMS.format("None")),
    "masked": (DENSE, FORMS.format("np.ma.masked_equal(np.zeros(W.shape), 0)")),
    "infinite": (DENSE, FORMS.format("np.full(W.shape, np.inf)")),
    "not a number": (DENSE, FORMS.format("np.full(W.shape, np.nan)")),
    "too large for a float": (DENSE, FORMS.format("10**400")),
    "objects": (DENSE, FORMS.format("np.full(W.shape, object())")),
    "of a class that is equal to all": (
        DENSE,
        "class Equal(np.ndarray):\n    def __eq__(self, other):\n        return np.True_\n"
        "    def __sub__(self, other):\n        return np.zeros(self.shape)\n"
        + FORMS.format("(2 * dZ @ A.T).view(Equal)"),
    ),
    "a forged dtype": (
        DENSE,
        FORGED.format("_main.encode = lambda v: {'array': 'AAAA', 'dtype': '|O', 'shape': [1]}"),
    ),
    "a forged shape": (
        DENSE,
        FORGED.format("_main.encode = lambda v: {'array': '', 'dtype': '<f8', 'shape': [0, 10**9]}"),
    ),
    "forged depth": (DENSE, FORGED.format("json.dumps = lambda told: '{\"list\": [' * 30000 + ']}' * 30000")),
    "two answers at once": (
        DENSE,
        FORGED.format("_dumps = json.dumps\njson.dumps = lambda t: _dumps(t) + '\\n' + _dumps(t)"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", ANSWERS)
def test_what_is_no_gradient_of_every_block_fails(tmp_path: Path, what: str) -> None:
    bug, source = ANSWERS[what]
    with pytest.raises(GradientMismatch):
        graded(tmp_path, bug.id, source)


@pytest.mark.parametrize("bug", [RNN, DECAY], ids=lambda bug: bug.slug)
def test_a_hunt_takes_no_none_for_a_gradient(bug: labs.Bug) -> None:
    """On the site and in the terminal, where the same case is checked without a process between."""

    def cut(*args, **keywords):
        grads = bug.correct(*args, **keywords)
        return dict.fromkeys(grads) if isinstance(grads, dict) else (None, *grads[1:])

    with pytest.raises(ValueError, match="None is not one"):
        gradlab.check_gradients(*bug.case(1, cut))


# Each reads the catalogue with `_read`, in which the answer stands in plain words.
CATALOGUE = str(Path(gradlab.__file__).parent / "labs" / "pieces.py")
READ = {
    "by its name": "text = open(path).read()",
    "with a builtin replaced": """
import builtins
builtins.isinstance = lambda *a: True
text = open(path).read()
""",
    "with a function of os replaced": """
import os
os.fsdecode = lambda p: os.__file__
text = open(path).read()
""",
    "with a helper of paths replaced": """
import os, posixpath
posixpath._joinrealpath = lambda *a: (os.__file__, True)
text = open(path).read()
""",
    "by a library in C": """
import readline
readline.read_history_file(path)
text = "".join(f"{readline.get_history_item(k)}\\n" for k in range(1, readline.get_current_history_length() + 1))
""",
    "in another interpreter": """
import os, _xxsubinterpreters as s
r, w = os.pipe()
s.run_string(s.create(), f'import os\\nos.write({w}, open({path!r}, "rb").read())')
text = os.read(r, 1 << 16).decode()
""",
    "in another language": """
import tkinter
text = tkinter.Tcl().eval("read [open {%s}]" % path)
""",
    "by a loader": """
from importlib.machinery import SourceFileLoader
text = SourceFileLoader("x", path).get_data(path).decode()
""",
    "by NumPy": "text = np.fromfile(path, np.uint8).tobytes().decode()",
    "as lines": """
import linecache
text = "".join(linecache.getlines(path))
""",
    "out of the memory of its parent": """
import os
text = open(f"/proc/{os.getppid()}/mem", "rb").read().decode()
""",
    "by its source": """
import inspect, gradlab.labs.pieces
text = inspect.getsource(gradlab.labs.pieces)
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("how", READ)
def test_the_catalogue_cannot_be_read(tmp_path: Path, how: str) -> None:
    learn = "exec(text[text.index('def dense_backward') :].split('\\n\\n\\n')[0])\n"
    with pytest.raises(GradientMismatch):
        graded(tmp_path, DENSE.id, f"path = {CATALOGUE!r}\n{READ[how]}\n{learn}")


def test_the_answer_stands_in_the_catalogue() -> None:
    """Else the test above would show nothing."""
    assert DENSE.correct_source.strip() in Path(CATALOGUE).read_text(encoding="utf-8")


MEASURED = """
def out(Q, K, V):
    S = K.T @ Q / np.sqrt(len(Q))
    return V @ (np.exp(S) / np.exp(S).sum(axis=0))


def attention_backward(dO, Q, K, V):
    grads, given = [], (Q, K, V)
    for k in range(3):
        grads.append(np.zeros_like(given[k]))
        for place in np.ndindex(given[k].shape):
            up, down = [x.copy() for x in given], [x.copy() for x in given]
            up[k][place] += 1e-5
            down[k][place] -= 1e-5
            grads[-1][place] = np.sum(dO * (out(*up) - out(*down))) / 2e-5
    return tuple(grads)
"""
NUMBERED = {  # right at one size
    "batch-norm": RIGHT["batch-norm"].replace("dN.mean(axis=1, keepdims=True)", "dN.sum(axis=1, keepdims=True) / 4"),
    "conv": RIGHT["conv"].replace("range(dZ.shape[2])", "range(3)"),
    "lstm-step": RIGHT["lstm-step"].replace("len(h)", "4"),
    LOGISTIC.id: LOGISTIC.correct_source.replace("Z.shape[1]", "6"),
}
SPOILING = {
    "dense": RIGHT["dense"].replace("    return", "    back =") + "    W *= 0\n    return back\n",
    "softmax": RIGHT["softmax"].replace("    A =", "    Z -= Z.max()\n    A ="),
    DENSE.id: DENSE.correct_source.replace("    return", "    W += 1\n    return"),
}
BUFFER = DENSE.correct_source.replace(
    "dW = dZ @ A.T", "dW = BUFFER[: W.size].reshape(W.shape)\n    dW[...] = dZ @ A.T"
)


@pytest.mark.slow
def test_a_repair_that_measures_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(GradientMismatch, match="difference quotients"):
        graded(tmp_path, ATTENTION.id, MEASURED)


@pytest.mark.slow
@pytest.mark.parametrize("which", NUMBERED)
def test_a_size_that_is_written_out_fails(tmp_path: Path, which: str) -> None:
    assert NUMBERED[which] not in (RIGHT.get(which), LOGISTIC.correct_source)
    with pytest.raises(GradientMismatch):
        graded(tmp_path, which, NUMBERED[which])


@pytest.mark.slow
@pytest.mark.parametrize("which", SPOILING)
def test_what_the_caller_owns_must_not_be_changed(tmp_path: Path, which: str) -> None:
    with pytest.raises(GradientMismatch, match=r"it changes .*, which it was given"):
        graded(tmp_path, which, SPOILING[which])


@pytest.mark.slow
def test_an_array_that_serves_two_calls_fails(tmp_path: Path) -> None:
    with pytest.raises(GradientMismatch, match="an array serves twice"):
        graded(tmp_path, DENSE.id, f"BUFFER = np.zeros(99)\n\n\n{BUFFER}")


def table(which: str) -> str:
    """A file that holds the right answers at the seeds of `graded`, and knows no others."""
    rows: list[tuple[float, list[object]]] = []

    def kept(*args):
        found = right(*args)
        several = found if isinstance(found, tuple) else (found,)
        rows.append((float(np.sum(args[0])), [each.tolist() for each in several]))
        return found

    if which in WRITINGS:
        wanted = WRITINGS[which]
        right, name = load(RIGHT[which], wanted.name), wanted.name
        for turn in range(3):

            def backward(upstream, **inputs):
                return kept(*(upstream if len(wanted.upstream) > 1 else (upstream,)), *inputs.values())

            gradlab.assert_backward(wanted.forward, backward, wanted.inputs(turn, turn), rng=turn)
    else:
        right, name = DENSE.correct, DENSE.name
        for more in range(3):
            _, params, grads = DENSE.case(more, kept, more)
            grads(params)
    return f"""KEPT = {rows!r}


def {name}(*args):
    _, found = min(KEPT, key=lambda row: abs(row[0] - np.sum(args[0])))
    found = [np.array(each) for each in found]
    return tuple(found) if len(found) > 1 else found[0]
"""


@pytest.mark.slow
@pytest.mark.parametrize("which", [*WRITINGS, DENSE.id])
def test_answers_that_are_kept_for_the_seeds_are_no_gradient(
    tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seed of the file finds it out; without that, so does the check, which asks once more beside the inputs."""
    kept = table(which)
    with pytest.raises(GradientMismatch):
        graded(tmp_path, which, kept)
    monkeypatch.setattr(grading, "_with_its_own", lambda seeds, _: list(seeds))
    with pytest.raises(GradientMismatch):
        graded(tmp_path, which, kept)


HARM = {
    "a file emptied by a library in C": "import readline\nreadline.write_history_file('task_1.py')\n",
    "a file made without being opened": "import os\nos.mkfifo('new')\n",
    "another process": "import os\nos.posix_spawn('/bin/true', ['true'], {})\n",
    "limits raised": "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))\n",
    "a package of somebody": "import mkdocs\n",
    "the grader slowed down": "import os\nos.setpriority(os.PRIO_PROCESS, os.getppid(), 19)\n",
    "the grader moved to one core": "import os\nos.sched_setaffinity(os.getppid(), {0})\n",
    "the clock set": "import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)\n",
    "a fork that nobody hears of": "import subprocess\nsubprocess._fork_exec()\n",
    "the same by its first name": "import sys\nsys.modules['_posixsubprocess'].fork_exec()\n",
    "functions that were taken away, made anew": (
        "import _imp\nfrom importlib.machinery import ModuleSpec\n"
        "_imp.create_builtin(ModuleSpec('posix', None)).mkfifo('new')\n"
    ),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="names of functions that Windows has not")
@pytest.mark.parametrize("what", HARM)
def test_what_a_gradient_needs_not_ends_in_an_error(tmp_path: Path, what: str) -> None:
    with pytest.raises(GradientMismatch, match="stopped by an error"):
        graded(tmp_path, DENSE.id, HARM[what] + DENSE.correct_source)
    assert (tmp_path / "task_1.py").stat().st_size


CLASSES = """from __future__ import annotations
from dataclasses import dataclass
import numpy as np


@dataclass
class Pair:
    one: np.ndarray


"""
HONEST = {  # the right gradient, in the ways of other editors and other people
    "with the mark of an editor": (DENSE, b"\xef\xbb\xbfimport numpy as np\n" + DENSE.correct_source.encode()),
    "lines of Windows": (DENSE, b"import numpy as np\r\n" + DENSE.correct_source.replace("\n", "\r\n").encode()),
    "another encoding that is said": (
        DENSE,
        b"# coding: latin-1\n# J\xf6rg\nimport numpy as np\n" + DENSE.correct_source.encode(),
    ),
    "classes": (DENSE, (CLASSES + DENSE.correct_source).encode()),
    "libraries that may be there": (
        DENSE,
        "try:\n    import numba\nexcept ImportError:\n    pass\nimport warnings\nwarnings.warn('slow')\n"
        + DENSE.correct_source,
    ),
    "a test of its own": (DENSE, f"{DENSE.correct_source}\n\nif __name__ == '__main__':\n    import scipy\n"),
    "a dict changed in place": (
        DECAY,
        "def add_decay(grads, params, decay, m):\n    for name in grads:\n        if name[0] == 'W':\n"
        "            grads[name] += decay / m * params[name]\n    return grads\n",
    ),
    "the upstream used as scratch": (
        DENSE,
        HEAD + "    back = W.T @ dZ, dZ @ A.T, dZ.sum(axis=1, keepdims=True)\n    dZ *= 0\n    return back\n",
    ),
    "the upstream used as scratch in a layer": (
        ATTENTION,
        ATTENTION.correct_source.replace("\n    return", "\n    dO *= 0\n    return"),
    ),
    "a comparison with the answers": (
        LOGISTIC,
        LOGISTIC.correct_source.replace("A - Y", "np.where(Y == 1, A - 1, A)"),
    ),
    "NumPy's other modules": (
        DENSE,
        f"from numpy.linalg import norm\nfrom numpy.testing import assert_allclose\nnp.fft.fft(np.ones(4))\n"
        f"np.random.default_rng().normal()\nassert_allclose(norm([3, 4]), 5)\n{DENSE.correct_source}",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", HONEST)
def test_the_right_gradient_passes_however_it_is_written(tmp_path: Path, what: str) -> None:
    bug, source = HONEST[what]
    graded(tmp_path, bug.id, source)


@pytest.mark.slow
@pytest.mark.parametrize("bug", [bug for bug in labs.BUGS if bug.detectable], ids=lambda bug: bug.slug)
def test_the_catalogue_itself_passes_with_more_examples_and_is_not_measured(bug: labs.Bug) -> None:
    calls = grading.Calls(bug.correct)
    gradlab.assert_gradients(*bug.case(50, calls, 2))
    calls.fail_if_measured()
    assert gradlab.check_gradients(*bug.case(50, more=2)).verdict.name == "WRONG"


@pytest.mark.parametrize("name", WRITINGS)
def test_in_three_turns_each_size_is_three_numbers(name: str) -> None:
    turns = [[value.shape for value in WRITINGS[name].inputs(7, turn).values()] for turn in range(3)]
    for three in zip(*turns, strict=True):
        for sizes in zip(*three, strict=True):
            assert len(set(sizes)) == 3 or set(sizes) == {1}
