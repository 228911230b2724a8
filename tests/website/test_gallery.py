"""Gallery: what a script printed and drew becomes Markdown; what cannot be shown fails the build."""

import base64
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from mkdocs.exceptions import PluginError

from website.pages.gallery import as_markdown

SVG = base64.b64encode(b'<svg viewBox="0 0 1 1"></svg>').decode()
PRINTED = '<div class="jp-OutputArea-output"><pre>3.0001\n</pre></div>'
DRAWN = f'<div class="jp-OutputArea-output"><img src="data:image/svg+xml;base64,{SVG}"></div>'
STDERR = '<div class="jp-OutputArea-output" data-mime-type="application/vnd.jupyter.stderr"><pre>Oh</pre></div>'
STRANGE = '<div class="jp-OutputArea-output" data-mime-type="text/html"><b>?</b></div>'


def shown(tmp_path: Path, output: str, mark: str = "") -> tuple[str, dict[str, str]]:
    """Markdown of a script with one cell of prose and one of code that gave this output."""
    script = tmp_path / "script.py"
    script.write_text(f"# %% [markdown]\n# # Title\n# Some *prose*.\n\n# %%{mark}\nx = 1\n", encoding="utf-8")
    file = SimpleNamespace(abs_src_path=str(script), src_uri="gallery/script.py")
    figures: dict[str, str] = {}
    return as_markdown(f'<div class="jp-CodeCell">{output}</div>', file, figures), figures


def test_prose_code_output(tmp_path: Path) -> None:
    text, figures = shown(tmp_path, PRINTED)
    prose, code, output = text.split("\n\n")
    assert prose == "# Title\nSome *prose*."
    assert code == "````python\nx = 1\n````"
    assert output == '````text title="Output"\n3.0001\n````'
    assert not figures


def test_a_figure_with_its_text_and_caption(tmp_path: Path) -> None:
    text, figures = shown(tmp_path, DRAWN, ' alt="A line." caption="It rises."')
    assert text.endswith("![A line.](figure:script-2-0)\n/// caption\nIt rises.\n///")
    assert figures == {"script-2-0": '<svg viewBox="0 0 1 1"></svg>'}


def test_a_figure_without_text_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"gallery/script\.py, cell 2: the figure has no alt text"):
        shown(tmp_path, DRAWN)


def test_stderr_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"cell 2 wrote to stderr: Oh"):
        shown(tmp_path, STDERR)


def test_what_cannot_be_shown_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"cannot show an output of the kind 'text/html'"):
        shown(tmp_path, STRANGE)


def test_gallery_pages_are_pages_like_others(site: Path) -> None:
    scripts = sorted((Path(__file__).parents[2] / "docs" / "gallery").glob("*.py"))
    assert len(scripts) >= 4
    for script in scripts:
        page = BeautifulSoup((site / "gallery" / script.stem / "index.html").read_text("utf-8"), "html.parser")
        assert page.select(".highlight > .filename"), f"{script.name}: no output"
        assert not page.select(".jp-Cell, .jp-OutputArea"), f"{script.name}: Jupyter's markup"
