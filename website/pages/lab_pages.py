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
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import gradlab
from gradlab import labs
from gradlab.labs.hunting import NAMES, Answer, Told, answer, hints
from gradlab.labs.hunting.lines import Code
from website.paths import DOCS
from website.verify import rewrite

FOLDER = DOCS / "labs"
CLICKS = FOLDER / "hunts"
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
    "long": "Long ways back",
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
        In this lab the number that courses teach leads astray, and some of these functions are right. Decide first,
        then open the answer.""",
    "long": """
        Real backward passes have thirty lines and more, and what goes wrong in one line shows in many blocks. Reading
        the code from the top does not help much here. The report does: which rows agree, and which lines do they
        clear? In the last level several lines are broken at once.""",
}
HOW = """
    You see what the check says of a broken copy, and the right code. Which line was broken in the copy? Click it: if
    a row of the report rules the line out, the row lights up and the click counts as wrong. Or repair the copy in the
    editor, until the checker says AGREES. [How to hunt, here or on your own machine](index.md#how)."""
ASK = "This is the right code. In the copy that was checked, **one of these lines was broken. Click it.**"
ASK_SEVERAL = "This is the right code. In the copy that was checked, **{} of these lines were broken. Click them.**"
TRAPPED = """
    Deep-learning courses check a gradient with one step, ε = 1e-7, and one number: the relative difference of all of
    it, called ["great" below 1e-7 and "worried" from 1e-3](../learn/thresholds.md). You see a function and that
    number. Is the gradient right, or wrong, or can nobody tell from that? Say it first. Then read what a check with a
    derived bound says, and why."""
ASK_TRAP = "**Is this gradient right, wrong, or can it not be told here?**"
REPAIR_FIRST = """
    This is the copy that was checked. Beside the right code it gives the line away, so click first; or repair it
    without looking there."""
BLIND_SEED = 8
BLIND = """
    # Blind lab

    What do you find when nobody tells you where to look?

    In the other labs the topic says half of it. Here a seed draws one bug of all that a check can see. The same seed
    draws the same bug, so you can pass a hunt on: the link holds the seed, and how many clicks and hints you took.
    """
BLIND_FIRST = """
    import numpy as np

    import gradlab
    from gradlab import labs

    seed = {}
    bug = labs.choose(labs.BUGS, 1, seed=seed)[0]
    """
BLIND_END = """
    ## What you found { #found }

    The table is kept in this browser only, and never sent anywhere. Without JavaScript there is the one hunt of seed
    {}, and on your own machine [each hunt is a file](index.md#files).

    <div class="lab-progress" data-of="seeds"></div>
    """
DRAWS = 1000  # so many seeds has the blind lab


def page(topic: str) -> str:
    """The page of a topic; each Output is empty."""
    parts = [
        f"# Lab {list(labs.TOPICS).index(topic) + 1}: {TITLES[topic]}",
        textwrap.dedent(INTROS[topic]).strip(),
        _fence("import numpy as np\n\nimport gradlab\nfrom gradlab import labs\n"),
        textwrap.dedent(TRAPPED if topic == "traps" else HOW).strip(),
    ]
    for bug in labs.TOPICS[topic]:
        name = f"Hunt {labs.number(bug)}"
        if bug.trap:  # the level would tell of a trap that it is wrong
            parts.append(f'## {name} {{ #hunt-{bug.id} data-trap="{bug.id}" }}')
        else:
            label = f'data-toc-label="{name}, level {bug.level}"'
            parts.append(f'## {name} {{ #hunt-{bug.id} data-hunt="{bug.id}" {label} }}')
            parts.append(f"Level {bug.level}: {LEVELS[bug.level]}.")
        parts += _trap(bug) if bug.trap else _hunt(bug, f'labs.find("{bug.id}").case({bug.seed})')
    return _joined(parts)


def blind() -> str:
    """The page of the blind lab, with the hunt of one seed; each Output is empty."""
    bug = labs.choose(labs.BUGS, 1, seed=BLIND_SEED)[0]
    parts = [
        textwrap.dedent(BLIND).strip(),
        _fence(textwrap.dedent(BLIND_FIRST).lstrip().format(BLIND_SEED)),
        '## The hunt { #hunt data-hunt="blind" }',
        *_hunt(bug, "bug.case(bug.seed)"),
        textwrap.dedent(BLIND_END).strip().replace("{}", str(BLIND_SEED)),
    ]
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _hunt(bug: labs.Bug, case: str) -> list[str]:
    """One hunt: the report, the right code, the hints, the copy to repair, the answer."""
    ask = ASK if len(bug.broken) == 1 else ASK_SEVERAL.format(len(bug.broken))
    repaired = case[:-1] + (", globals()[bug.name])" if case.startswith("bug") else f", {bug.name})")
    repair = _joined([textwrap.dedent(REPAIR_FIRST).strip(), _fence(bug.source), _printed(_check(repaired))])
    return [
        _printed(_check(case)),
        ask,
        _fence(bug.listing),
        *_hints(bug),
        _folded("example", "Repair the copy", repair),
        _folded("success", "What it is", _answer(bug, repaired)),
    ]


def _trap(bug: labs.Bug) -> list[str]:
    """One trap: the function, the number of the course, the question, what the check says, the hints, the answer."""
    course = f'case = labs.find("{bug.id}").case({bug.seed}, {bug.name})\n'
    course += "course = gradlab.check_gradients(*case, step=1e-7)\n"
    course += "order = np.ceil(np.log10(course.relative_difference))\n"
    course += 'print(f"below 1e{order:03.0f}: {course.level}")\n'  # the number itself is round-off in some of them
    return [
        _fence(bug.source),
        _printed(course),
        ASK_TRAP,
        _folded("abstract", "What a check with a derived bound says", _printed(_check("case"))),
        *_hints(bug),
        _folded("success", "What it is", _answer(bug, f'labs.find("{bug.id}").case({bug.seed}, {bug.name})')),
    ]


def _check(case: str) -> str:
    given = "" if case == "case" else f"case = {case}\n"  # in a line of its own: with a long name it would be cut
    return f"{given}report = gradlab.check_gradients(*case)\nprint(report)\n"


def _printed(code: str) -> str:
    """A block that prints something."""
    return _fence(code) + "\n" + OUTPUT


def _hints(bug: labs.Bug) -> list[str]:
    path = CLICKS / f"{bug.id}.json"  # of a bug that was just added, there is none before `main` has written it
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    four = _four(bug, {int(n): Answer(one["kind"]) for n, one in told.get("lines", {}).items()})
    titled = zip((*NAMES, "The line"), four, strict=True)
    return [_folded("question", f"Hint {n}: {title}", hint) for n, (title, hint) in enumerate(titled, 1)]


def _four(bug: labs.Bug, found: Mapping[int, Answer]) -> tuple[str, ...]:
    """The hints, the last of which is the broken line, or the lines; `found` are the answers to the right lines."""
    three = hints(bug, {**found, **dict.fromkeys(bug.broken, Answer("broken"))} if found else {})
    if bug.original == bug.mutated:
        return (*three, "No line is broken here.")
    return (*three, " and ".join(f"`{text.splitlines()[0]}`" for text in copied(bug).values()))


def copied(bug: labs.Bug) -> dict[int, str]:
    """What stands in the copy in the place of each broken line, by the number of the line in the listing."""
    shift = bug.listing[: bug.listing.index(bug.correct_source)].count("\n")
    copy = bug.source.splitlines()
    grown = len(copy) - len(bug.correct_source.splitlines())
    return {n: "\n".join(copy[n - shift - 1 : n - shift + grown]).strip() for n in bug.broken}


def clicks(bug: labs.Bug) -> dict[str, Any]:
    """What a hunt says to a click on each line, for the browser, and what the blind lab shows of it.

    Its report is added when the site is built, from the page that prints it; those of what is left are made then.
    """
    if bug.trap and not bug.detectable:
        return {"verdict": bug.trap, "title": bug.title, "why": bug.why}
    code = Code(bug.listing, bug.setup.gradients(bug.name, bug.seed))
    lines = _answers(bug, code, _report(bug))
    return {
        **({"verdict": bug.trap} if bug.trap else {}),
        "title": bug.title,
        "why": bug.why,
        "broken": {str(n): text for n, text in copied(bug).items()},
        "lines": lines,
        **({"after": after} if (after := _stages(bug, code)) else {}),
        "listing": bug.listing.rstrip("\n"),
        "copy": bug.source.rstrip("\n"),
        "correct": bug.correct_source.rstrip("\n"),
        "hints": _four(bug, {int(n): Answer(one["kind"]) for n, one in lines.items()}),
    }


def _report(bug: labs.Bug) -> gradlab.Report:
    return gradlab.check_gradients(*bug.case(bug.seed))


def _answers(bug: labs.Bug, code: Code, report: gradlab.Report) -> dict[str, dict[str, Any]]:
    """What a reader is told who clicks on a line that is right, by the line's number; the report says why."""
    found = answer(code, bug.broken, Told.of(report), code.run(bug.buggy_listing))
    others = {n: one for n, one in found.items() if one.kind != "broken"}
    return {str(n): {key: value for key, value in vars(one).items() if value} for n, one in others.items()}


def _stages(bug: labs.Bug, code: Code) -> dict[str, dict[str, Any]]:
    """What is said to clicks once some of several bugs are repaired, by the report of what is left."""
    return {numbers(found): {"lines": _answers(left, code, _report(left))} for found, left in bug.stages.items()}


def numbers(lines: Iterable[int]) -> str:
    """Lines that were found, as the data of a hunt names them."""
    return ",".join(map(str, lines))


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
    proof = f"case = {case}\nprint(gradlab.check_gradients(*case).verdict.value)\n"
    return _joined([f"**{bug.title}.** {bug.why}", finding, _fence(bug.correct_source), _printed(proof)])


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


def written() -> dict[str, str]:
    """Every page that is made from the catalogue, by its name; each Output is empty."""
    return {f"{topic}.md": page(topic) for topic in labs.TOPICS} | {"blind.md": blind()}


def main(topics: Sequence[str] = ()) -> None:
    """Write the pages and the answers that differ from the catalogue; run the pages for their outputs.

    The answers of a topic take a minute: of those given only, or of all.
    """
    CLICKS.mkdir(exist_ok=True)
    for bug in labs.BUGS if not topics else [bug for bug in labs.BUGS if bug.topic in topics]:
        path = CLICKS / f"{bug.id}.json"
        path.write_text(json.dumps(clicks(bug), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, told in (("index", order()), ("draws", draws())):
        (CLICKS / f"{name}.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    for name, after in written().items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if without_outputs(before) != after:
            path.write_text(_with_outputs(after, before), encoding="utf-8")
            rewrite.main([str(path)])


def order() -> list[str]:
    """The ids of all hunts, as the labs have them."""
    return [bug.id for bug in labs.BUGS]


def draws() -> list[str]:
    """The id that each seed of the blind lab draws."""
    return [labs.choose(labs.BUGS, 1, seed=seed)[0].id for seed in range(DRAWS)]


if __name__ == "__main__":
    main(sys.argv[1:])
