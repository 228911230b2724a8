"""The pages of the bug hunt, written from the catalogue of gradlab.labs.

`python -m website.pages.lab_pages` writes them anew after a change of the catalogue, and beside them, for each hunt,
a file with the answer to a click on any line; `… lab_pages dense images` those of these topics only.

What is written is committed, and verified as every page is. A test compares it with the catalogue, outputs aside,
which `make outputs` fills in.
"""

import json
import re
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

import gradlab
from gradlab import labs
from gradlab.labs.hunting import Told, answer
from gradlab.labs.hunting.lines import Code
from website.paths import DOCS
from website.verify import rewrite

FOLDER = DOCS / "labs"
CLICKS = FOLDER / "hunts"
SEED = 1
# At seed 1 another processor calls another number of entries wrong, since float32 sums end in other digits there, or
# it vouches for a residual that is a hundred times larger, as the browser does.
SEEDS = {"single-precision-inside": 2, "mean-over-classes": 2}
OUTPUT = '```text title="Output"\n?\n```\n'
_OUTPUT = re.compile(r'(?ms)^( *)```text title="Output"\n.*?^\1```$')
LEVELS = {1: "the report names it", 2: "the report says where", 3: "read with care", 4: "several bugs at once"}
TITLES = {
    "dense": "Dense layers",
    "activations": "Activations",
    "losses": "Losses and softmax",
    "regularisation": "L2 and dropout",
    "normalisation": "Batch norm and layer norm",
    "images": "Convolution and pooling",
    "sequences": "Time, words, attention",
    "traps": "Traps",
}
INTROS = {
    "dense": """
        A dense layer is Z = W A + b, and three lines lead back: dA, dW and db. How much can go wrong in three lines?
        All layers of a network use the same function, so the pattern of blocks is worth a look.""",
    "activations": """
        One line leads back through an activation: dZ = dA · g′(Z). It stands between any two layers, so a mistake
        there spoils all that lies below. How does a report show that?""",
    "losses": """
        The way back begins at the loss. What is wrong there is wrong everywhere, and that is what gives it away. A
        softmax in the middle of a network is harder: everything moves everything.""",
    "regularisation": """
        L2 adds a term to the cost, dropout cuts units out of the network. Both have to be done on both sides, in the
        same way. How can one tell what one side forgot?""",
    "normalisation": """
        Mean and variance are made of the inputs, so they move when an input moves. Which way was forgotten?""",
    "images": """
        A window moves over an image, and the way back has to visit the same places. Off by one is easy here.""",
    "sequences": """
        The same weights serve at every moment in time, and the same column every time that a word comes. Each time
        adds something to the gradient, and nothing must come too late.""",
    "traps": """
        In this lab the number of the course leads astray, and some of these functions are right. Decide first, then
        open the answer.""",
}
HOW = """
    You see what the check says of a broken copy, and the right code. Which line was broken in the copy? Click it: a
    wrong click shows the line of the report that rules it out. Or repair the copy in the editor, until the checker
    says AGREES. [How to hunt, here or on your own machine](index.md#how)."""
ASK = "This is the right code. In the copy that was checked, **one of these lines was broken. Click it.**"
ASK_SEVERAL = "This is the right code. In the copy that was checked, **{} of these lines were broken. Click them.**"
TRAPPED = """
    Each check runs twice: with the derived bound, and with the step of the course, ε = 1e-7, for its number. Say
    what is wrong, if anything is. [How to hunt, here or on your own machine](index.md#how)."""


def _seed(bug: labs.Bug) -> int:
    """The seed of the network on the page."""
    return SEEDS.get(bug.slug, SEED)


def page(topic: str) -> str:
    """The page of a topic; each Output is empty."""
    number = list(labs.TOPICS).index(topic) + 1
    parts = [
        f"# Lab {number}: {TITLES[topic]}",
        textwrap.dedent(INTROS[topic]).strip(),
        _fence("import numpy as np\n\nimport gradlab\nfrom gradlab import labs\n"),
        textwrap.dedent(TRAPPED if topic == "traps" else HOW).strip(),
    ]
    for bug in labs.TOPICS[topic]:
        parts += _hunt(bug)
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _hunt(bug: labs.Bug) -> list[str]:
    """One hunt: the report, the right code, the hints, the copy to repair, the answer."""
    case = f'*labs.find("{bug.id}").case({_seed(bug)}, {bug.name})'
    check = f"report = gradlab.check_gradients({case})\nprint(report)\n"
    if bug.topic == "traps":
        check += f"course = gradlab.check_gradients({case}, step=1e-7)\n"
        check += 'print(f"\\nWith the step of the course: {course.level}.")\n'
    task = f' data-hunt="{bug.id}"' if bug.detectable else ""
    line = _line(bug) if bug.original != bug.mutated else "There is none to repair."
    hints = zip(("The blocks", "The ratio", "The layer", "The line"), (*bug.hints, line), strict=True)
    folded = [_folded("question", f"Hint {n}: {title}", hint) for n, (title, hint) in enumerate(hints, 1)]
    repair = [_fence(bug.source), _fence(check) + "\n" + OUTPUT]
    parts = [f"## Hunt {number(bug)} {{ #hunt-{bug.id}{task} }}", f"Level {bug.level}: {LEVELS[bug.level]}."]
    if bug.detectable:
        shown = check.replace(f"{_seed(bug)}, {bug.name}", f"{_seed(bug)}")
        ask = ASK if len(bug.broken) == 1 else ASK_SEVERAL.format(len(bug.broken))
        parts += [_fence(shown) + "\n" + OUTPUT, ask, _fence(bug.listing), *folded]
        parts.append(_folded("example", "Repair the copy", "\n\n".join(part.rstrip("\n") for part in repair)))
    else:
        parts += [*repair, *folded]
    return [*parts, _folded("success", "What it is", _answer(bug, case))]


def clicks(bug: labs.Bug) -> dict[str, Any]:
    """What a hunt says to a click on each line, for the browser."""
    told = Told.of(gradlab.check_gradients(*bug.case(_seed(bug))))
    code = Code(bug.listing, bug.setup.gradients(bug.name, _seed(bug)))
    found = answer(code, bug.broken, told, code.run(bug.buggy_listing))
    others = {n: one for n, one in found.items() if one.kind != "broken"}
    lines = {str(n): {key: value for key, value in vars(one).items() if value} for n, one in others.items()}
    shift = bug.listing[: bug.listing.index(bug.correct_source)].count("\n")
    copy = bug.source.splitlines()
    grown = len(copy) - len(bug.correct_source.splitlines())
    broken = {str(n): "\n".join(copy[n - shift - 1 : n - shift + grown]).strip() for n in bug.broken}
    return {"broken": broken, "title": bug.title, "why": bug.why, "lines": lines}


def number(bug: labs.Bug) -> str:
    """Of a hunt, as on its page: 3.2 is the second of lab 3."""
    return f"{list(labs.TOPICS).index(bug.topic) + 1}.{labs.TOPICS[bug.topic].index(bug) + 1}"


def _answer(bug: labs.Bug, case: str) -> str:
    """The explanation, and the right function, which agrees."""
    finding = (
        f"The report's first finding is [{bug.finding}](../reference/findings.md#{bug.finding.lower()})."
        if bug.finding
        else "No finding fires, since the gradient agrees here."
        if not bug.detectable
        else "There is no rule for this one: the report can say no more than which entries are wrong."
    )
    if bug.original == bug.mutated:
        return f"**{bug.title}.** {bug.why}\n\n{finding}"
    proof = f"print(gradlab.check_gradients({case}).verdict.value)\n"
    fixed = f"{_fence(bug.correct_source)}\n\n{_fence(proof)}\n{OUTPUT}"
    return f"**{bug.title}.** {bug.why}\n\n{finding}\n\n{fixed}"


def _line(bug: labs.Bug) -> str:
    """The line of the function that is wrong, as code."""
    n = bug.correct_source[: bug.correct_source.index(bug.original)].count("\n")
    return f"`{bug.source.splitlines()[n].strip()}`"


def _folded(kind: str, title: str, text: str) -> str:
    return f'??? {kind} "{title}"\n\n' + textwrap.indent(text, "    ")


def _fence(text: str, language: str = "python") -> str:
    return f"```{language}\n{text}```\n"


def without_outputs(text: str) -> str:
    """A page with its outputs emptied, as `page` makes it."""
    return _OUTPUT.sub(r'\1```text title="Output"\n\1?\n\1```', text)


def _with_outputs(text: str, before: str) -> str:
    """The page with the outputs that it had: those that still match stay as they were written."""
    had = [found[0] for found in _OUTPUT.finditer(before)]
    if len(had) != len(_OUTPUT.findall(text)):
        return text
    return _OUTPUT.sub(lambda _: had.pop(0), text)


def main(topics: Sequence[str] = ()) -> None:
    """Write the pages and the answers that differ from the catalogue; run the pages for their outputs.

    The answers of a topic take a minute: of those given only, or of all.
    """
    CLICKS.mkdir(exist_ok=True)
    hunts = [bug for bug in labs.BUGS if bug.detectable]
    for bug in hunts if not topics else [bug for bug in hunts if bug.topic in topics]:
        path = CLICKS / f"{bug.id}.json"
        path.write_text(json.dumps(clicks(bug), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    order = json.dumps([bug.id for bug in hunts], indent=1) + "\n"
    (CLICKS / "index.json").write_text(order, encoding="utf-8")
    for topic in labs.TOPICS:
        path = FOLDER / f"{topic}.md"
        before, after = path.read_text(encoding="utf-8") if path.exists() else "", page(topic)
        if without_outputs(before) != after:
            path.write_text(_with_outputs(after, before), encoding="utf-8")
            rewrite.main([str(path)])


if __name__ == "__main__":
    main(sys.argv[1:])
