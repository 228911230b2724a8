"""Reports for the hunts' data: of each copy what its page prints; of a copy with some bugs repaired, a fresh one.

So none is kept twice, and none is older than the site.
"""

import json
import re
import textwrap
from pathlib import Path

import gradlab
from gradlab import labs
from website.pages.lab_pages import numbers
from website.paths import DOCS

_HUNTS = "labs/hunts"
_TITLE = re.compile(r"(?m)^## Hunt .*#hunt-(\w+) ")
_OUTPUT = re.compile(r'(?ms)^( *)```text title="Output"\n(.*?)^\1```$')


def reports(docs: Path = DOCS) -> dict[str, str]:
    """The report of each hunt, by its id: the first that its part of a page prints."""
    found = {}
    for page in sorted((docs / "labs").glob("*.md")):
        _, *parts = _TITLE.split(page.read_text(encoding="utf-8"))
        for hunt, text in zip(parts[::2], parts[1::2], strict=True):
            printed = (textwrap.dedent(output[2]).rstrip("\n") for output in _OUTPUT.finditer(text))
            if report := next((each for each in printed if each.startswith("WRONG: ")), ""):
                found[hunt] = report
    return found


def write(site: Path) -> None:
    """Put them into the data of the built site."""
    for hunt, report in reports().items():
        path = site / _HUNTS / f"{hunt}.json"
        told = json.loads(path.read_text(encoding="utf-8")) | {"report": report}
        for found, left in labs.find(hunt).stages.items():
            told["after"][numbers(found)]["report"] = str(gradlab.check_gradients(*left.case(left.seed)))
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
