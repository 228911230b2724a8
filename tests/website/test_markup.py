"""Last touches to pages: what they change, and what they leave alone."""

import pytest

from website.pages import markup

WHOLE = '<span class="gl-whole">{}</span>'


@pytest.mark.parametrize("number", ["1e-7", "1.19e-07", "784-128-10", "2026-11-26"])
def test_a_number_is_not_broken_at_its_hyphen(number: str) -> None:
    assert markup.with_whole_numbers(f"<p>at {number}.</p>") == f"<p>at {WHOLE.format(number)}.</p>"


@pytest.mark.parametrize(
    "content",
    [
        "<pre><code>1e-7</code></pre>",
        "<svg><text>1e-7</text></svg>",
        '<a href="#at-1e-7">there</a>',
        r'<span class="arithmatex">\(1-2\theta\)</span>',
        r'<div class="arithmatex">\[10e-7\]</div>',
        "<p>float64, 1e7 and two-sided</p>",
    ],
)
def test_everything_else_stays_as_it_is(content: str) -> None:
    assert markup.with_whole_numbers(content) == content


def test_only_spans_in_ink_go() -> None:
    code = '<span class="k">def</span> <span class="nf">f</span><span class="p">(</span><span class="s2">"x"</span>'
    assert markup.without_spans_in_ink(code) == '<span class="k">def</span> f(<span class="s2">"x"</span>'
