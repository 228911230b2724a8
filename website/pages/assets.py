"""Files of the site that are made while it is built: one style sheet, the wheel, the link picture, llms.txt."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from website.figures.card import card
from website.pages import bundle, formulas, landing, licences, markup
from website.paths import ROOT, WEBSITE

CARD = "assets/card.png"


def made_files(config: MkDocsConfig) -> Iterable[File]:
    """What pages may link to although it is in no folder."""
    yield File.generated(config, "assets/site.css", content=stylesheet())
    yield _generated(config, landing.STYLESHEET, WEBSITE / "style" / "landing.css")
    yield File.generated(config, CARD, content=card())
    yield File.generated(config, licences.FILE, content=licences.texts())
    for path, script in bundle.scripts().items():
        yield _generated(config, f"assets/{path}", script)
    for path, made in formulas.files():
        yield _generated(config, path, made)
    yield _generated(config, markup.SEARCH, bundle.search_worker())
    name, content = wheel()
    yield File.generated(config, f"download/{name}", content=content)
    for path, source in bundle.files(name, content).items():
        yield _generated(config, f"assets/live/{path}", source)


def _generated(config: MkDocsConfig, path: str, source: Path | bytes | str) -> File:
    """A file of the site from a file of ours, or from its content."""
    if isinstance(source, Path):
        return File.generated(config, path, abs_src_path=str(source))
    return File.generated(config, path, content=source)


def stylesheet() -> str:
    """The numbered parts in website/style, in order, as one file: one request."""
    parts = sorted((WEBSITE / "style").glob("[0-9]-*.css"))
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


def wheel() -> tuple[str, bytes]:
    """Name and content of the package's wheel, built from this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (built,) = Path(folder).glob("*.whl")
        return built.name, built.read_bytes()


def write_llms(files: Files, config: MkDocsConfig) -> None:
    """Write llms.txt, and the Markdown of every page beside it, for readers who are programs."""
    site = Path(config.site_dir)
    lines = [f"# {config.site_name}", "", f"> {config.site_description}", ""]
    section = None
    for page in reading_order(files):
        if page.parent is not section:
            section = page.parent
            lines += ["", f"## {(section or page).title}", ""]
        twin = site / markdown_twin(page)
        twin.parent.mkdir(parents=True, exist_ok=True)
        twin.write_text(page.markdown or "", encoding="utf-8")
        lines.append(f"- [{page.title}]({config.site_url}{markdown_twin(page)})")
    (site / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def markdown_twin(page: Page) -> str:
    """Where the Markdown of a page lies beside it: learn/the-check/ -> learn/the-check.md."""
    return ("index" if page.is_homepage else page.url.rstrip("/")) + ".md"


def reading_order(files: Files) -> Iterator[Page]:
    """The pages from the first to the last, as "next" leads through them."""
    page: Page | None = next(file.page for file in files.documentation_pages() if file.page and file.page.is_homepage)
    while page is not None:
        yield page
        page = page.next_page
