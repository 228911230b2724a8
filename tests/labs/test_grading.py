"""Grading: right code passes, wrong code fails, and no file passes, hangs or spoils anything by other means."""

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

import gradlab
from gradlab import labs
from gradlab.errors import GradientMismatch
from gradlab.labs import grading
from gradlab.labs.writing import WRITINGS

RIGHT = {
    "dense": """
def dense_backward(dZ, A, W, b):
    return W.T @ dZ, dZ @ A.T, dZ.sum(axis=1, keepdims=True)
""",
    "softmax": """
def softmax_backward(dA, Z):
    A = np.exp(Z) / np.exp(Z).sum(axis=0)
    return A * (dA - (A * dA).sum(axis=0))
""",
    "batch-norm": """
def batch_norm_backward(dU, Z, gamma, beta):
    root = np.sqrt(Z.var(axis=1, keepdims=True) + 1e-3)
    N = (Z - Z.mean(axis=1, keepdims=True)) / root
    dN = dU * gamma
    each = dN - dN.mean(axis=1, keepdims=True) - N * (dN * N).mean(axis=1, keepdims=True)
    return each / root, (dU * N).sum(axis=1, keepdims=True), dU.sum(axis=1, keepdims=True)
""",
    "conv": """
def conv_backward(dZ, X, F, c):
    dX, dF = np.zeros_like(X), np.zeros_like(F)
    h, w = F.shape[2:]
    for i in range(dZ.shape[2]):
        for j in range(dZ.shape[3]):
            dX[:, :, i : i + h, j : j + w] += np.tensordot(dZ[:, :, i, j], F, axes=(1, 0))
            dF += np.tensordot(dZ[:, :, i, j], X[:, :, i : i + h, j : j + w], axes=(0, 0))
    return dX, dF, dZ.sum(axis=(0, 2, 3))
""",
    "lstm-step": """
def lstm_step_backward(dh, dmemory, x, h, c, W, b):
    n, joined = len(h), np.vstack([h, x])
    gates = W @ joined + b
    f, i, o = (1 / (1 + np.exp(-gates[k * n : (k + 1) * n])) for k in range(3))
    g = np.tanh(gates[3 * n :])
    shown = np.tanh(f * c + i * g)
    dc = dmemory + dh * o * (1 - shown**2)
    d = np.vstack([dc * c * f * (1 - f), dc * g * i * (1 - i), dh * shown * o * (1 - o), dc * i * (1 - g**2)])
    back = W.T @ d
    return back[n:], back[:n], dc * f, d @ joined.T, d.sum(axis=1, keepdims=True)
""",
}
SLIPS = [("+=", "-="), ("dh * o", "o"), ("axis=1", "axis=0"), (" + 1e-3", ""), ("(A * dA)", "A"), ("W.T @ dZ", "W.T")]
BUG = labs.find("dw-doubled")


def task(folder: Path, source: str) -> Path:
    path = folder / "task_1.py"
    path.write_text(f"import numpy as np\n\n\n{source}", encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITINGS)
def test_a_backward_that_is_written_rightly_passes_and_no_other(tmp_path: Path, name: str) -> None:
    grading.written(task(tmp_path, RIGHT[name]), name, range(3))
    with pytest.raises(GradientMismatch, match="stopped by an error: NotImplementedError: write it"):
        grading.written(task(tmp_path, WRITINGS[name].source), name, (1,))
    for old, new in SLIPS:
        if old in RIGHT[name]:
            with pytest.raises(GradientMismatch):
                grading.written(task(tmp_path, RIGHT[name].replace(old, new)), name, (1,))
    first = WRITINGS[name].upstream[0]
    left_out = f"{RIGHT[name]}\nright = {WRITINGS[name].name}\ndef {WRITINGS[name].name}({first}, *rest):\n"
    with pytest.raises(GradientMismatch):  # None holds an input fixed in a check: here it is no gradient
        grading.written(
            task(tmp_path, f"{left_out}    return (None,) * {len(WRITINGS[name].variables)}\n"), name, (1,)
        )


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["dw-doubled", "l2-forgotten", "one-buffer-for-two", "two-in-a-norm-net"])
def test_a_repaired_function_passes_and_the_handed_out_one_does_not(tmp_path: Path, slug: str) -> None:
    bug = labs.find(slug)
    with pytest.raises(GradientMismatch, match="WRONG"):
        grading.repaired(task(tmp_path, bug.source), bug.id, range(3))
    grading.repaired(task(tmp_path, bug.correct_source), bug.id, range(3))


DIFFERENCES = """
def _moved(forward, upstream, inputs, name, place, by):
    inputs = {key: value.copy() for key, value in inputs.items()}
    inputs[name][place] += by
    out = forward(**inputs)
    return sum(np.sum(R * each) for R, each in zip(upstream, out if isinstance(out, tuple) else (out,)))


def BACKWARD(*args):
    upstream, inputs = args[:N], dict(zip(NAMES, args[N:]))
    grads = []
    for name, value in inputs.items():
        grad = np.zeros_like(value)
        for place in np.ndindex(value.shape):
            up, down = (_moved(FORWARD, upstream, inputs, name, place, by) for by in (1e-6, -1e-6))
            grad[place] = (up - down) / 2e-6
        grads.append(grad)
    return tuple(grads)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITINGS)
def test_a_difference_quotient_is_no_backward(tmp_path: Path, name: str) -> None:
    wanted = WRITINGS[name]
    own = wanted.source.partition("\n\n\n")[0] + "\n\n" + DIFFERENCES
    own = own.replace("NAMES", str(list(wanted.variables))).replace("N]", f"{len(wanted.upstream)}]")
    own = own.replace("args[N:", f"args[{len(wanted.upstream)}:").replace("FORWARD", wanted.forward.__name__)
    with pytest.raises(GradientMismatch, match=r"difference quotients|WRONG"):
        grading.written(task(tmp_path, own.replace("BACKWARD", wanted.name)), name, (1,))


PATCHED = """
import gradlab
gradlab.assert_gradients = gradlab.check_gradients = lambda *args, **options: None
"""
BEHAVED = {  # what a file does beside its function, and what is said of it
    "loops when it is loaded": ("while True:\n    pass\n", "no answer within"),
    "loops for ever in C": ("sum(iter(int, 1))\n", "no answer within"),
    "exits": ("import sys\nsys.exit(0)\n", "stopped by an error: SystemExit"),
    "exits at once": ("import os\nos._exit(0)\n", "ended without an answer"),
    "raises what is no Exception": ("raise KeyboardInterrupt\n", "stopped by an error: KeyboardInterrupt"),
    "does not compile": ("def f(:\n", "stopped by an error: SyntaxError"),
    "overwrites the check": (PATCHED, "gradlab is not there"),
    "reads the catalogue": ("from gradlab import labs\n", "gradlab is not there"),
    "reads the catalogue by another way": (
        "import importlib\nimportlib.import_module('gradlab.labs.pieces')\n",
        "stopped by an error",
    ),
    "reads a file of the package": (f"open({str(Path(gradlab.__file__).parent / 'check.py')!r})\n", "opens no file"),
    "reads a file beside it": ("open('answers.txt').read()\n", "opens no file"),
    "writes over the marks": ("open('marks.csv', 'w').write('ada,100')\n", "opens no file"),
    "asks another process": ("import subprocess\nsubprocess.run(['true'])\n", "stopped by an error"),
    "asks the shell": ("import os\nos.system('true')\n", "os.system is not allowed"),
    "answers in another's name": (
        'import os\nfor fd in range(3, 9):\n    try:\n        os.write(fd, b\'{"value": {"plain": 0}}\\n\')\n'
        "    except OSError:\n        pass\n",
        "its answer cannot be read",
    ),
    "answers rubbish": ("import json\njson.dumps = lambda told: '[[' * 10000\n", "its answer cannot be read"),
    "floods": (
        "import json\njson.dumps = lambda told: 'x' * 200_000_000\n",
        "ended without an answer|no answer within",
    ),
    "crashes": (
        "import numpy as np\nnp.lib.stride_tricks.as_strided(np.ones(1), (1 << 40,))[::4096].sum()\n",
        "ended without an answer",
    ),
    "recurses": ("def f():\n    f()\nf()\n", "stopped by an error: RecursionError"),
    "takes all memory": ("x = bytearray(1 << 36)\n", "stopped by an error: MemoryError"),
}


@pytest.mark.slow
@pytest.mark.parametrize("does", BEHAVED)
def test_a_file_that_misbehaves_fails_soon_and_says_how(tmp_path: Path, does: str) -> None:
    """With the right function in it: what is done beside it must neither help nor harm the grader."""
    (tmp_path / "answers.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "marks.csv").write_text("ada,0", encoding="utf-8")
    code, said = BEHAVED[does]
    began = time.monotonic()
    with pytest.raises(GradientMismatch, match=said):
        grading.repaired(task(tmp_path, code + BUG.source), BUG.id, range(3), patience=5)
    assert time.monotonic() - began < 30
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.txt", "marks.csv", "task_1.py"]
    assert (tmp_path / "marks.csv").read_text(encoding="utf-8") == "ada,0"
    again = task(tmp_path, BUG.correct_source)
    grading.repaired(again, BUG.id, range(3))


@pytest.mark.slow
def test_a_file_gets_through_to_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        calls: list[object] = []

        def wait() -> None:
            with suppress(TimeoutError):
                calls.append(server.accept())

        waiting = threading.Thread(target=wait)
        waiting.start()
        port = server.getsockname()[1]
        call = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)\n"
        with pytest.raises(GradientMismatch, match="stopped by an error"):
            grading.repaired(task(tmp_path, call + BUG.correct_source), BUG.id, (1,))
        waiting.join()
    assert not calls


@pytest.mark.slow
@pytest.mark.parametrize(
    "returned",
    [
        "None",
        "0.0",
        "'right'",
        "dZ",
        "(dZ, dZ)",
        "object()",
        "[1, [2, 3]]",
        "{'dW': dZ}",
        "(np.nan * W.T @ dZ, W, dZ)",
    ],
)
def test_what_is_no_gradient_fails(tmp_path: Path, returned: str) -> None:
    with pytest.raises(GradientMismatch):
        grading.repaired(task(tmp_path, f"def dense_backward(dZ, A, W):\n    return {returned}\n"), BUG.id, (1,))


@pytest.mark.slow
def test_a_loop_inside_the_function_is_ended(tmp_path: Path) -> None:
    looping = "def dense_backward(dZ, A, W):\n    while True:\n        pass\n"
    with pytest.raises(GradientMismatch, match="no answer within 2 s: does it loop for ever"):
        grading.repaired(task(tmp_path, looping), BUG.id, (1,), patience=2)


def test_a_file_that_is_not_there_or_has_another_function_fails(tmp_path: Path) -> None:
    with pytest.raises(GradientMismatch, match=r"task_9\.py is not there"):
        grading.repaired(tmp_path / "task_9.py", BUG.id, (1,))
    with pytest.raises(GradientMismatch, match="no function dense_backward: it must keep its name"):
        grading.repaired(task(tmp_path, "def other():\n    pass\n"), BUG.id, (1,))


def test_helpers_and_the_library_may_be_used(tmp_path: Path) -> None:
    helped = "import math\nfrom functools import reduce\nimport random\nimport statistics\n\n\n"
    helped += "def half(x):\n    print('looking')\n    return x / math.sqrt(4)\n\n\n"
    helped += BUG.correct_source.replace("dZ @ A.T", "2 * half(dZ @ A.T)")
    grading.repaired(task(tmp_path, helped), BUG.id, range(3))


@pytest.mark.parametrize(
    "name", ["task_1 (1).py", "task_1-2.py", "Task_1.PY", "task1.py", "ada_77_task_1.py", "task_1.py.txt"]
)
def test_a_task_under_another_name_is_pointed_at(tmp_path: Path, name: str) -> None:
    for other in ("task_2.py", "task_10.py", "notes.txt", name):
        (tmp_path / other).write_text(RIGHT["dense"], encoding="utf-8")
    with pytest.raises(GradientMismatch) as error:
        grading.written(tmp_path / "task_1.py", "dense", (1,))
    assert str(error.value).strip() == f"task_1.py is not there; is it {name}?"
    with pytest.raises(GradientMismatch) as error:
        grading.written(tmp_path / "task_3.py", "dense", (1,))
    assert str(error.value).strip() == "task_3.py is not there"
