"""Files of the site that are made while it is built: one style sheet, the wheel, the link picture, llms.txt."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from website import named
from website.pages import bundle, formulas, landing, licences, markup
from website.paths import ROOT, WEBSITE

STYLE = "assets/site.css"
MOVING = "assets/moving.css"  # for pages with a picture that moves, or a guess


def made_files() -> tuple[dict[str, named.Source], dict[str, str]]:
    """What pages may link to although it is in no folder: by path; and what their names in the site are.

    Each path in `assets` of which an old and a new version must never meet carries a digest.
    """
    files: dict[str, named.Source] = {licences.FILE: licences.texts()}
    files |= dict(formulas.files())
    name, content = wheel()
    files[f"download/{name}"] = content
    names = {}
    for room, entries in bundle.folders(name, content).items():
        names[f"assets/{room}/"] = there = f"assets/{named.folder(room, entries)}/"
        files |= {there + path: source for path, source in entries.items()}
    single = {STYLE: stylesheet("[0-9]-"), MOVING: stylesheet("moving"), landing.STYLESHEET: stylesheet("landing")}
    single[markup.SEARCH] = bundle.search_worker()
    for path, source in single.items():
        names[path] = named.file(path, source)
        files[names[path]] = source
    return files, names


def renamed(path: str, names: dict[str, str]) -> str:
    """The path in the site of what mkdocs.yml names without a digest."""
    return next((path.replace(old, new, 1) for old, new in names.items() if path.startswith(old)), path)


def generated(config: MkDocsConfig, path: str, source: named.Source) -> File:
    """A file of the site from a file of ours, or from its content."""
    if isinstance(source, Path):
        return File.generated(config, path, abs_src_path=str(source))
    return File.generated(config, path, content=source)


def stylesheet(parts: str) -> Path:
    """The parts in website/style whose names begin so, in order, as one file without blanks and comments."""
    found = sorted((WEBSITE / "style").glob(f"{parts}*.css"))
    return bundle.style("\n".join(part.read_text(encoding="utf-8") for part in found))


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
