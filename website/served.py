"""The built site in a real browser, without a server: every request is answered from the folder, or refused."""

import mimetypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

ORIGIN = "http://localhost:8000"  # localhost is a secure context: the clipboard works, as it will over https
SUB_PATH = "/gradlab/"  # not the root: links that only work there are found

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


def find_browser() -> str | None:
    """Path of an installed Chromium or Chrome; GRADLAB_BROWSER names another."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("GRADLAB_BROWSER") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser(path: str, *flags: str) -> Iterator[Browser]:
    """A headless browser that can reach no host, if no other flag lets it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *flags])
        yield opened
        opened.close()


@dataclass
class Visit:
    """One visitor: what the browser asked for, and what it complained about."""

    site: Path
    context: BrowserContext
    bytes: dict[str, int] = field(default_factory=dict)  # size of each file that was loaded
    elsewhere: list[str] = field(default_factory=list)  # requests to other hosts
    complaints: list[str] = field(default_factory=list)  # console errors and warnings, uncaught exceptions

    def open(self, address: str = "") -> Page:
        """A new tab at an address within the site."""
        page = self.context.new_page()
        page.goto(url(address))
        return page

    def answer(self, route: Route) -> None:
        """A request's answer: the file, or the 404 page as a static host gives it."""
        asked = urlsplit(route.request.url)
        if f"{asked.scheme}://{asked.netloc}" != ORIGIN:
            self.elsewhere.append(route.request.url)
            route.abort()
            return
        file = self.site / unquote(asked.path).removeprefix(SUB_PATH)
        file = file / "index.html" if file.is_dir() else file
        found = file.is_file()
        file = file if found else self.site / "404.html"
        self.bytes[asked.path] = file.stat().st_size
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(status=200 if found else 404, body=file.read_bytes(), content_type=kind)

    def hear(self, message: ConsoleMessage) -> None:
        """Remember what the console shows in red or yellow."""
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@contextmanager
def visit(opened: Browser, site: Path, **options: Any) -> Iterator[Visit]:
    """A fresh visitor. Options are Playwright's: viewport, color_scheme, java_script_enabled, ..."""
    context = opened.new_context(**options)
    context.add_init_script("Object.defineProperty(navigator, 'serviceWorker', {})")  # its requests come not by here
    visitor = Visit(site, context)
    context.route("**/*", visitor.answer)
    context.on("console", visitor.hear)
    context.on("weberror", lambda error: visitor.complaints.append(str(error.error)))
    yield visitor
    context.close()


def url(address: str = "") -> str:
    """Full address of a page of the site."""
    return f"{ORIGIN}{SUB_PATH}{address}"


def addresses(site: Path) -> list[str]:
    """Addresses of all pages, the 404 page included."""
    pages = sorted(path.parent.relative_to(site).as_posix() + "/" for path in site.rglob("index.html"))
    return ["" if page == "./" else page for page in pages] + ["404.html"]
