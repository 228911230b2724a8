"""The blind lab's reports: what the pages of the labs print, where it is run, put into the hunts' data.

So no report is kept twice, and none is shown that no page has verified.
"""

import json
import re
import textwrap
from pathlib import Path

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
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
