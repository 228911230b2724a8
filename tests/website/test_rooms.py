"""The floor plan that `make rooms` prints: true of the code, and able to show a circle."""

from collections import Counter
from pathlib import Path

import grimp
import pytest

from website.audit import rooms
from website.paths import PACKAGE


@pytest.mark.parametrize("name", ["gradlab", "website"])
def test_there_is_no_circle_between_rooms(name: str) -> None:
    found = rooms.arrows(grimp.build_graph(name, cache_dir=None))
    assert len(found) > 10
    assert rooms.circles(found) == []


def test_a_circle_is_seen() -> None:
    assert rooms.circles(Counter([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])) == [
        ("a", "a"), ("a", "b"), ("a", "c"), ("b", "b"), ("b", "c"), ("c", "c")
    ]  # fmt: skip


def test_arguments_are_counted_but_for_self_and_keywords(tmp_path: Path) -> None:
    text = "class A:\n    def f(self, a, b, c, d, e): ...\n    def g(self, a, b, c, d, e, f): ...\n"
    (tmp_path / "a.py").write_text(text + "def h(a, b, c, d, e, *, f): ...\ndef i(a, b, c, d, e, f): ...\n")
    assert list(rooms.functions(tmp_path)) == [("a.py:3 g", 6), ("a.py:5 i", 6)]


def test_every_module_of_the_package_has_its_room() -> None:
    modules = {rooms.room(module) for module in grimp.build_graph("gradlab", cache_dir=None).modules}
    assert {
        f"gradlab.{path.name}" for path in (PACKAGE / "gradlab").iterdir() if (path / "__init__.py").exists()
    } <= modules
