"""The built site in a real browser, which can reach nothing else."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from website.audit.static_host import serving

ORIGIN = "http://localhost:8000"  # localhost is a secure context: the clipboard works, as it will over https
SUB_PATH = "/gradlab/"  # not the root: links that only work there are found
LAPTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}  # windows of visitors
NO_BROWSER = "no chromium found: install it (apt-get install chromium), or name one in GRADLAB_BROWSER"

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def find_browser() -> str | None:
    """Path of an installed Chromium or Chrome; GRADLAB_BROWSER names another."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("GRADLAB_BROWSER") or next(filter(None, map(shutil.which, names)), None)


def needed_browser() -> str:
    """The same, for commands that can do nothing without one: they end, and say how to get it."""
    return find_browser() or sys.exit(NO_BROWSER)


@contextmanager
def browser(path: str, site: Path, *flags: str) -> Iterator[Browser]:
    """A headless browser that can reach this machine only; a folder is served to it as ORIGIN, under SUB_PATH."""
    with serving(site, SUB_PATH) as address, sync_playwright() as playwright:
        hosts = f"MAP {urlsplit(ORIGIN).netloc} {urlsplit(address).netloc}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        flags = (*_FLAGS, *flags, f"--host-resolver-rules={hosts}")
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


@dataclass
class Visit:
    """One visitor: what the browser asked for, and what it complained about."""

    context: BrowserContext
    asked: set[str] = field(default_factory=set)  # paths of the files, within the site
    elsewhere: list[str] = field(default_factory=list)  # requests to other hosts
    complaints: list[str] = field(default_factory=list)  # console errors and warnings, uncaught exceptions

    def open(self, address: str = "") -> Page:
        """A new tab at an address within the site."""
        page = self.context.new_page()
        page.goto(url(address))
        return page

    def note(self, request: Request) -> None:
        """Remember what is asked for, and of whom."""
        if request.url.startswith(url()):
            self.asked.add(unquote(urlsplit(request.url).path).removeprefix(SUB_PATH))
        elif request.url.startswith("http"):
            self.elsewhere.append(request.url)

    def hear(self, message: ConsoleMessage) -> None:
        """Remember what the console shows in red or yellow."""
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@contextmanager
def visit(opened: Browser, **options: Any) -> Iterator[Visit]:
    """A fresh visitor. Options are Playwright's: viewport, color_scheme, java_script_enabled, ..."""
    context = opened.new_context(**options)
    context.set_default_timeout(60_000)  # a busy machine takes long
    context.add_init_script("Object.defineProperty(navigator, 'serviceWorker', {})")  # it would ask in their stead
    visitor = Visit(context)
    context.on("request", visitor.note)
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
