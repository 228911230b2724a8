"""The reader of pages judges every placement and spelling right, or refuses it loudly. None is silent."""

import pytest

from tests.website.placements import RIGHT, WRONG
from website.verify import blocks
from website.verify.blocks import Unverified


@pytest.mark.parametrize("name", RIGHT)
def test_right(name: str) -> None:
    text, kinds = RIGHT[name]
    assert " ".join(block.kind for block in blocks.find(text)) == kinds


@pytest.mark.parametrize("name", WRONG)
def test_wrong_is_refused(name: str) -> None:
    text, message = WRONG[name]
    with pytest.raises(Unverified, match=message) as caught:
        blocks.find(text, "docs/page.md")
    assert all(line.startswith("docs/page.md:") for line in str(caught.value).splitlines())
