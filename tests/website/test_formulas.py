"""Formulas: right ones become HTML, wrong ones fail the build, pages without any cost nothing."""

import pytest
from mkdocs.exceptions import PluginError

from website import npm
from website.pages.formulas import Typesetter, typeset

make = Typesetter()


def inline(tex: str) -> str:
    return rf'<p>a <span class="arithmatex">\({tex}\)</span> b</p>'


def test_inline_and_display() -> None:
    page = inline(r"\theta") + r'<div class="arithmatex">\[ a &lt; b \]</div>'
    done, found = typeset(page, "page.md", make)
    assert found == 2
    assert "arithmatex" not in done
    assert done.count('class="katex"') == 2
    assert done.count('class="katex-display"') == 1
    assert "<mi>θ</mi>" in done  # for screen readers


def test_no_line_begins_with_a_full_stop() -> None:
    done, _ = typeset(r'so <span class="arithmatex">\(x\)</span>. And', "page.md", make)
    assert 'so <span class="gl-together"><span class="katex">' in done
    assert done.endswith("</span>.</span> And")


def test_meanings_have_their_colours() -> None:
    for role in ("analytic", "numeric", "wrong", "agrees"):
        done, _ = typeset(inline(rf"\{role}{{g}}"), "page.md", make)
        assert f"gl-{role}" in done


@pytest.mark.parametrize("tex", [r"\frac{a", r"\unknown", r"\href{https://example.org}{a}", "caf\u00e9", r"a_b_c"])
def test_bad_tex_fails_the_build(tex: str) -> None:
    with pytest.raises(PluginError, match=r"page\.md: KaTeX refuses"):
        typeset(inline(tex), "page.md", make)


def test_a_page_without_formulas_calls_no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(npm, "run")
    assert typeset("<p>nothing</p>", "page.md", Typesetter()) == ("<p>nothing</p>", 0)


def test_the_formulas_of_all_pages_are_set_by_one_call_of_node(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    run = npm.run
    monkeypatch.setattr(npm, "run", lambda *words, given: calls.append(given) or run(*words, given=given))
    typesetter, pages = Typesetter(), [inline("x"), inline("y") + inline("x"), inline("z")]
    typesetter.prepare(pages)
    done = [typeset(page, "page.md", typesetter) for page in pages]
    assert [found for _, found in done] == [1, 2, 1]
    assert calls == ['[["x", false], ["y", false], ["z", false]]']
