"""The picture of the README, taken of the built site in a browser, and dated.

    python -m website.audit.readme_picture

PyPI and the forge show it beside words that change; so the file itself says of which day it is and of which page,
the README says the day, and a test compares the two.
"""

import io
import re
from datetime import UTC, datetime

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from website.audit.browser import browser, needed_browser, url, visit
from website.paths import DOCS, ROOT, SITE

ADDRESS = "learn/one-side-or-two/"
TARGET = DOCS / "assets" / "site.png"
WINDOW = {"width": 1180, "height": 1050}
DAY = re.compile(r"(?<=as it was on )\d{4}-\d\d-\d\d")


def main() -> None:
    """Take it, write the day into it, and into the README."""
    with browser(needed_browser(), SITE) as opened, visit(opened, viewport=WINDOW) as visitor:
        page = visitor.open()
        page.goto(url(ADDRESS))
        page.evaluate("document.fonts.ready")
        title, taken = page.title(), page.screenshot()
    day = datetime.now(UTC).date().isoformat()
    notes = PngInfo()
    notes.add_text("Creation Time", day)
    notes.add_text("Source", ADDRESS)
    notes.add_text("Title", title.partition(" - ")[0])
    Image.open(io.BytesIO(taken)).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
        TARGET, pnginfo=notes, optimize=True
    )
    readme = ROOT / "README.md"
    readme.write_text(DAY.sub(day, readme.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{TARGET}: {title}, {day}")


if __name__ == "__main__":
    main()
