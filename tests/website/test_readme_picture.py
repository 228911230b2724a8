"""The README's picture says of which page and day it is, and the README says the same."""

import re

from PIL import Image

from website.audit import readme_picture
from website.paths import DOCS, ROOT


def test_the_picture_is_of_a_page_that_is_there_and_the_readme_says_the_day() -> None:
    """If not: `make site` and `python -m website.audit.readme_picture`."""
    with Image.open(readme_picture.TARGET) as picture:
        notes = picture.info
    (day,) = readme_picture.DAY.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert notes["Creation Time"] == day
    page = (DOCS / f"{notes['Source'].rstrip('/')}.md").read_text(encoding="utf-8")
    assert re.search(rf"^# {re.escape(notes['Title'])}$", page, re.M)


def test_it_is_small_and_of_the_size_that_the_command_takes() -> None:
    with Image.open(readme_picture.TARGET) as picture:
        assert picture.size == tuple(readme_picture.WINDOW.values())
    assert readme_picture.TARGET.stat().st_size < 100_000
