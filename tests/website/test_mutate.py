"""The verifier is verified: every block, mutated in turn, turns its page red.

GRADLAB_SAMPLE=all mutates every example of every page. Otherwise GRADLAB_SAMPLE is the seed of a sample;
pytest shows it in its first lines.
"""

import doctest
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.chosen import CHOSEN, sample, sweep
from tests.website.placements import RIGHT
from website.paths import ROOT
from website.verify import blocks, mutate, needs, prompts, rewrite, sandbox
from website.verify.equality import same

WITH_BLOCKS = [
    page
    for page in rewrite.pages()
    if re.search("^ *```", text := page.read_text(encoding="utf-8"), re.M) and not needs.missing(text)
]
PAGES = sample(WITH_BLOCKS, 1)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_mutated_block_turns_its_page_red(page: Path, record_property: Callable[[str, object], None]) -> None:
    text, rng = page.read_text(encoding="utf-8"), random.Random(f"{CHOSEN} {page.name}")
    mutants = mutate.mutants(text, str(page), rng)
    chosen = mutants if CHOSEN == "all" else rng.sample(mutants, min(8, len(mutants)))
    left = mutate.survivors(text, str(page), chosen)
    record_property("mutants", len(chosen))
    assert not left, [f"{page}:{one.line}: {one.how}" for one in left]


PAGE = """
```pycon
>>> x = 1
>>> x / 3
0.333
>>> x / 0
Traceback (most recent call last):
    ...
ZeroDivisionError: division by zero
```

> ```python title="one.py"
> print("words", x)
> ```
>
> ```text title="Output"
> words 1
> ```

```console
$ cat one.py | wc -l
1
$ true
```

```python
y = 1
```

```{ .console data-skip="it never ends by itself" }
$ make serve
```
"""


def test_every_block_that_runs_is_spoiled_in_every_way() -> None:
    mutants = mutate.mutants(PAGE, "page.md", random.Random(0))
    assert Counter((one.line, one.how) for one in mutants) == {
        (2, "code raises"): 3,
        (2, "code prints something else"): 3,
        (2, "output changed"): 2,
        (2, "output removed"): 2,
        (12, "code raises"): 1,
        (12, "code prints something else"): 1,
        (16, "output changed"): 1,
        (16, "output removed"): 1,
        (16, "output block removed"): 1,
        (20, "command fails"): 2,
        (20, "command prints something else"): 2,
        (20, "output changed"): 2,
        (26, "code raises"): 1,
        (26, "code prints something else"): 1,
    }
    assert all(one.text != PAGE for one in mutants)
    assert mutate.survivors(PAGE, "page.md", mutants) == []


@pytest.mark.parametrize("name", [name for name, (text, kinds) in RIGHT.items() if set(kinds.split()) - {"skip"}])
def test_right_placements_are_really_run(name: str) -> None:
    text = RIGHT[name][0]
    mutants = mutate.mutants(text, "page.md", random.Random(name))
    assert {one.line for one in mutants} == {block.line for block in blocks.find(text)}
    assert mutate.survivors(text, "page.md", mutants) == []


def test_a_page_that_verifies_nothing_is_found_out() -> None:
    """A comparison that accepts everything must show up as mutants that nobody caught."""
    mutants = mutate.mutants(PAGE, "page.md", random.Random(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mutate.Running, "failures", lambda self, index: "")
        assert len(mutate.survivors(PAGE, "page.md", mutants)) == len(mutants)


def test_without_fork_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "FORKS", False)
    mutants = mutate.mutants(PAGE, "page.md", random.Random(0))
    assert mutate.survivors(PAGE, "page.md", mutants) == []


# a bound and its sure digits: off by two, since one is let pass
ONE_OFF = [(0, 7, 6), (2, 7, 6), (1, 9, 6), (1, 5, 6), (1, 7, 8), (1, 7, 4)]


@pytest.mark.parametrize(
    ("output", "changed"),
    [
        ("3.14\n", {"3.13\n", "3.15\n"}),
        ("7\n", {"6\n", "8\n"}),
        ("9\n", {"8\n", "0\n"}),
        ("1.5e-08\n", {"1.4e-08\n", "1.6e-08\n", "1.5e-07\n", "1.5e-09\n"}),
        ("0.30000000000000004\n", {"0.30000000000000003\n", "0.30000000000000005\n"}),
        ("< 1e-7 to 6 digits\n", {f"< {a}e-{b} to {c} digits\n" for a, b, c in ONE_OFF}),
        ("[]\n", {"[]\nmutated\n"}),
        ("", {"mutated\n"}),
    ],
)
def test_changed_output(output: str, changed: set[str]) -> None:
    assert {mutate.changed(output, random.Random(seed)) for seed in range(60)} == changed


def test_a_letter_is_changed_where_there_is_no_number() -> None:
    assert mutate.changed("no\n", random.Random(0)) != "no\n"


def test_every_digit_off_by_one_is_noticed() -> None:
    """Of all outputs of all pages; where one more or less is let pass, `another_digit` takes two."""
    unnoticed = [
        (page.name, output, at, by)
        for page in sweep(rewrite.pages())
        for output in outputs(page.read_text(encoding="utf-8"))
        for at in mutate.last_digits(output)
        for by in (1, -1)
        if same(mutate.another_digit(output, at, by), output)
    ]
    assert not unnoticed


def outputs(text: str) -> Iterator[str]:
    for block in blocks.find(text):
        if block.kind == blocks.OUTPUT:
            yield block.source
        elif block.kind == blocks.PYCON:
            yield from (step.want for step in prompts.python(block.source) if not step.want.startswith("Traceback ("))


def test_spoiled_docstrings_fail(tmp_path: Path) -> None:
    """Every output in a docstring, changed, is found out: all at once, in a copy of the package."""
    missing = [f"{name}*.py" for name in ("torch", "jax", "tensorflow") if not find_spec(name)]
    ignore = shutil.ignore_patterns("__pycache__", *missing)
    shutil.copytree(ROOT / "src" / "gradlab", tmp_path / "gradlab", ignore=ignore)
    mutated = set()
    for module in sorted(tmp_path.rglob("*.py")):
        mutated |= {(module.relative_to(tmp_path).as_posix(), line) for line in mutate_docstrings(module)}
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-q"]
    words = [
        "-p",
        "website.verify.pytest_plugin",
        "--doctest-continue-on-failure",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",
        str(tmp_path / "gradlab"),
    ]
    run = subprocess.run(
        [*command, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        text=True,
        capture_output=True,
    )
    printed = run.stdout.replace(tmp_path.as_posix() + "/", "")
    failed = {(name, int(line)) for name, line in re.findall(r"(\S+\.py):(\d+): DocTestFailure", printed)}
    assert mutated
    assert mutated <= failed, f"not found out: {sorted(mutated - failed)}\n{run.stdout[-3000:]}"


def mutate_docstrings(module: Path) -> list[int]:
    """Change every output in a module's docstrings; lines of the examples, from 1."""
    text = module.read_text(encoding="utf-8")
    lines, mutated, rng = text.splitlines(), [], random.Random(CHOSEN)
    for example in doctest.DocTestParser().get_examples(text):
        want = example.want.split('"""')[0]
        end = next(k for k in range(example.lineno + 1, len(lines)) if not lines[k].lstrip().startswith("..."))
        new = mutate.changed(want, rng).splitlines()
        if want.strip():
            for k, line in enumerate(new[: want.count("\n")]):
                lines[end + k] = " " * example.indent + line
            mutated.append(example.lineno + 1)
    module.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return mutated
