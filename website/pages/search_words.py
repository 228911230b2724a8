"""The words in which people ask for a section go into the search's index, which is loaded when somebody searches.

In the search's own script every first visit would carry them.
"""

import json
from pathlib import Path

from website.paths import BROWSER

_OF_PAGES = {field: BROWSER / "search" / f"{field}.json" for field in ("known", "asked")}


def write(site: Path) -> None:
    """Add to each section of the index by which other names it is known, and in which words it is asked for."""
    path = site / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    for field, words in _OF_PAGES.items():
        by_location = json.loads(words.read_text(encoding="utf-8"))
        for section in index["docs"]:
            if by_location.get(section["location"]):
                section[field] = by_location[section["location"]]
    path.write_text(json.dumps(index, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")
