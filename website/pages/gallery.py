"""Gallery: percent scripts, run by mkdocs-jupyter, shown like every other page (its own page weighs 600 KB)."""

import base64
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jupytext
from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from website.figures import style

# The kernel gives figures as SVG, in the look of all figures, and leaves no history behind.
_KERNEL = """
c = get_config()
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"metadata": {"Date": None, "Creator": None}}
c.InlineBackend.rc = {}
c.PNGFormatter.enabled = False  # report.plot() can be both; SVG follows light and dark
c.HistoryManager.enabled = False
c.IPKernelApp.matplotlib = "inline"  # from the start: the first figure may be one that pyplot has not made
c.IPKernelApp.log_level = 40  # it warns that it talks over TCP: on this machine only
"""


def prepare_kernel() -> None:
    """Tell the kernels that mkdocs-jupyter will start how figures look: by the environment, the only way there is."""
    folder = Path(tempfile.gettempdir()) / f"gradlab-kernel-{os.getuid() if hasattr(os, 'getuid') else 0}"
    profile = folder / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(_KERNEL, encoding="utf-8")
    (folder / "matplotlibrc").write_text(_matplotlibrc(), encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder)
    os.environ["MATPLOTLIBRC"] = str(folder / "matplotlibrc")


def is_script(page: Page) -> bool:
    """Is this page a percent script?"""
    return page.file.src_uri.endswith(".py")


def show(executed: str, page: Page, config: MkDocsConfig, files: Files) -> tuple[str, dict[str, str]]:
    """The page of a script that was run, and its figures by name.

    Parameters
    ----------
    executed : str
        What mkdocs-jupyter made of it: the only place where the outputs are.
    page : mkdocs.structure.pages.Page
        The page; MkDocs renders it again, from Markdown.

    Raises
    ------
    mkdocs.exceptions.PluginError
        If a figure has no alt text, or a cell wrote to stderr or gave something that cannot be shown.
    """
    figures: dict[str, str] = {}
    page.markdown = as_markdown(executed, page.file, figures)
    Page.render(page, config, files)  # mkdocs-jupyter has put a `render` of its own on this page
    return page.content or "", figures


def as_markdown(executed: str, file: Any, figures: dict[str, str]) -> str:
    """The script as Markdown: prose, code, outputs."""
    soup = BeautifulSoup(executed, "html.parser")
    ran = iter([cell for cell in soup.select(".jp-CodeCell") if not cell.find_parent(class_="jp-CodeCell")])
    parts = list[str]()
    for number, cell in enumerate(jupytext.read(file.abs_src_path).cells, start=1):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"````python\n{cell.source}\n````")
        for k, output in enumerate(_joined(next(ran).select(".jp-OutputArea-output"))):
            where = f"{file.src_uri}, cell {number}"
            parts.append(_output(output, cell.metadata, where, f"{Path(file.src_uri).stem}-{number}-{k}", figures))
    return "\n\n".join(parts)


def _joined(outputs: Iterable[Tag]) -> list[Tag]:
    """The outputs of a cell; its text is one of them, though the kernel sends it in pieces when it is slow."""
    whole = list[Tag]()
    for output in outputs:
        printed = output.find("pre") if _kind(output) == "text/plain" else None
        before = whole[-1].find("pre") if whole and _kind(whole[-1]) == "text/plain" else None
        if printed and before:
            before.append(printed.get_text())
        else:
            whole.append(output)
    return whole


def _kind(output: Tag) -> str:
    return str(output.get("data-mime-type", ""))


def _output(output: Tag, metadata: dict[str, str], where: str, name: str, figures: dict[str, str]) -> str:
    """One output of a cell as Markdown."""
    kind = _kind(output)
    if "stderr" in kind:
        raise PluginError(f"{where} wrote to stderr: {output.get_text().strip()[:200]}")
    if image := output.find("img"):
        if not metadata.get("alt"):
            raise PluginError(f'{where}: the figure has no alt text: write  # %% alt="what it shows"')
        figures[name] = base64.b64decode(str(image["src"]).partition(";base64,")[2]).decode()
        caption = f"\n/// caption\n{metadata['caption']}\n///" if metadata.get("caption") else ""
        return f"![{metadata['alt']}](figure:{name}){caption}"
    if text := output.find("pre"):
        return f'````text title="Output"\n{text.get_text().rstrip()}\n````'
    raise PluginError(f"{where}: this site cannot show an output of the kind {kind!r}")


def _matplotlibrc() -> str:
    """The look of all figures, in the file format that a kernel reads (where # would begin a comment)."""
    values = {key: ", ".join(value) if isinstance(value, list) else value for key, value in style.RC.items()}
    return "".join(f"{key}: {value}\n" for key, value in values.items()).replace("#", "")
