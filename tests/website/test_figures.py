"""Figures: drawn alike each time, in the colours and the font of the page, never without a text."""

import io
import re
from pathlib import Path

import pytest
from mkdocs.exceptions import PluginError

from tests.chosen import sample
from website.figures import style, svg
from website.figures.embed import embed
from website.figures.registry import catalogue, figure, has_narrow

FIGURES = catalogue()


LABEL = re.compile(r'aria-label="[^"]*"')


@pytest.fixture(scope="module")
def shown(site: Path) -> str:
    """All pages of the site that show a figure, without the texts of the figures."""
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("index.html")]
    return LABEL.sub("", "".join(page for page in pages if 'class="gl-figure"' in page))


@pytest.mark.parametrize("name", sample(FIGURES, 6))
def test_a_figure_belongs_to_its_page(name: str, shown: str) -> None:
    drawn = svg.inline(FIGURES[name], "what it shows", f"{name}-1")
    assert LABEL.sub("", drawn) in shown, "on no page, or drawn differently by another process"
    assert "<text" in drawn
    assert "font-family" not in drawn
    assert "<style" not in drawn, "it would hold for the whole page"
    assert not [colour for colour in style.ROLES if colour in drawn.lower()]
    assert all(made.startswith(f"{name}-1-") for made in re.findall(r'\bid="([^"]+)"', drawn))
    widths = [int(width) for width in re.findall(r'<svg [^>]*width="(\d+)"', drawn)]
    assert widths
    assert widths[0] <= 760
    assert all(width <= 344 for width in widths[1:])
    assert len(widths) == 1 + has_narrow(FIGURES[name])
    assert drawn.count('aria-label="what it shows"') == len(widths)


def image(name: str, alt: str = "a picture") -> str:
    return f'<p><img alt="{alt}" src="figure:{name}" /></p>'


def test_two_of_a_kind_have_their_own_ids() -> None:
    page = embed(image("two-triangles") * 2, "page.md", {})
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 0


def test_an_unknown_figure_fails_the_build() -> None:
    with pytest.raises(PluginError, match=r"page\.md: there is no figure 'nothing'"):
        embed(image("nothing"), "page.md", {})


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_figure_without_text_fails_the_build(alt: str) -> None:
    with pytest.raises(PluginError, match=r"page\.md: the figure 'two-routes' has no alt text"):
        embed(image("two-routes", alt), "page.md", {})


def test_a_text_keeps_its_quotes() -> None:
    page = embed(image("two-routes", "says &quot;a &lt; b&quot;"), "page.md", {})
    assert 'aria-label="says &quot;a &lt; b&quot;"' in page


def test_numbers_in_a_text_keep_their_digits() -> None:
    with style.used():
        fig, ax = style.drawing(200, 100)
        ax.text(10.123456, 20, "0.0012 of it")
        written = io.StringIO()
        fig.savefig(written, format="svg")
    drawn = svg.belonging(written.getvalue(), "a number", "key")
    assert ">0.0012 of it<" in drawn
    assert not re.search(r"\d\.\d{3}", re.sub(r">[^<]*<", "><", drawn)), "coordinates are cut"


def test_figures_drawn_elsewhere_are_put_in() -> None:
    ready = {
        "there": f'<?xml version="1.0"?>\n<svg viewBox="0 0 10 5"><path id="a" style="fill: {style.WRONG}"/></svg>'
    }
    page = embed(image("there"), "page.md", ready)
    assert 'id="there-1-a"' in page
    assert "var(--gl-wrong)" in page


def test_marks_do_not_change_what_is_marked() -> None:
    def draw() -> None: ...

    assert figure("name")(draw) is draw
