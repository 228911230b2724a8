"""After a visit, a page can be read and run without a network; with one, nothing comes from the cache."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page

from tests.website.live_tab import run, state
from website.audit.browser import url
from website.audit.static_host import serving

PAGE = "learn/one-side-or-two/"
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return [names, requests.flat().map(({ url }) => url).sort()];
}"""


# Whether the network goes away within a minute: the service worker hears of it a moment after the page.
CUT_OFF = """async () => {
  for (let k = 0; k < 300; k++) {
    if (await fetch("../").then(() => false, () => true)) return true;
    await new Promise((done) => setTimeout(done, 200));
  }
  return false;
}"""


def kept(page: Page, what: str, build: str = "") -> list[str]:
    """All addresses in the one cache, once `what` is among these, and the cache is that of the build."""
    late = time.monotonic() + 90
    while time.monotonic() < late:
        names, addresses = page.evaluate(KEPT)
        if any(address.endswith(what) for address in addresses) and names[0].endswith(build):
            assert len(names) == 1 or build
            if len(names) == 1:
                return addresses
        page.wait_for_timeout(100)
    raise AssertionError(f"{what} was not kept: {addresses}")


def test_a_visited_page_runs_without_a_network(chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(url(PAGE))
    before = kept(page, PAGE)
    assert not [address for address in before if "/assets/py-" in address]
    printed = run(page.locator("live-block").first)
    assert printed
    kept(page, "pyodide.asm.wasm")
    assert page.evaluate("fetch('.').then((found) => found.status)") == 200
    context.set_offline(True)
    assert page.evaluate(CUT_OFF), "a page that was not visited can be reached"
    page.reload()
    assert run(page.locator("live-block").first) == printed
    assert state(page.locator("live-block").first) == "same"
    context.close()


OTHER, BUILD = "learn/the-check/", "fedcba9876543210"


class Deployed(SimpleHTTPRequestHandler):
    """A plain server of one folder, whose files may change, and which may fail."""

    folder: ClassVar[Path]
    failing: ClassVar[str] = "nothing"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, directory=str(self.folder))

    def do_GET(self) -> None:
        if self.failing in self.path:
            self.send_error(503)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache" if self.path.endswith(("/", ".js")) else "max-age=1000000")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def deployed(site: Path, tmp_path: Path) -> Iterator[str]:
    """Its address; the site without Python, to be built anew in place."""
    shutil.copytree(site, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("py-*", "*.woff2"))
    Deployed.folder, Deployed.failing = tmp_path, "nothing"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Deployed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def deploy(site: Path) -> None:
    """Another build: pages say so, and what runs blocks has another content, so another name."""
    (live,) = site.glob("assets/live-*")
    other = live.with_name("live-" + "0123456789ab")
    live.rename(other)
    script = other / "live.js"
    script.write_text(script.read_text("utf-8") + "\nwindow.build = 2;", encoding="utf-8")
    for file in (*site.rglob("*.html"), site / "offline.js"):
        text = file.read_text("utf-8").replace(live.name, other.name).replace("</h1>", ", built anew</h1>")
        file.write_text(re.sub(r"\$\{ours\}[0-9a-f]{16}", f"${{ours}}{BUILD}", text), encoding="utf-8")


def visited(page: Page, origin: str) -> None:
    """Two pages are read, and kept."""
    for address in (OTHER, PAGE):
        page.goto(origin + address)
        kept(page, address)


def test_after_a_deploy_all_that_was_visited_is_there_as_it_is_now(
    chromium: Browser, deployed: str, tmp_path: Path
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    visited(page, deployed)
    deploy(tmp_path)
    page.reload()
    kept(page, "assets/live-0123456789ab/live.js", BUILD)  # and the old one is gone
    context.set_offline(True)
    for address in (OTHER, PAGE):
        page.goto(deployed + address)
        assert "built anew" in page.locator("h1").inner_text()
        page.locator(".live-run").first.wait_for()
        assert page.evaluate("window.build") == 2
    context.close()


def test_a_deploy_that_cannot_be_fetched_whole_leaves_the_visit_before_whole(
    chromium: Browser, deployed: str, tmp_path: Path
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    visited(page, deployed)
    deploy(tmp_path)
    Deployed.failing = OTHER
    page.goto(deployed + "about/design/")
    page.wait_for_timeout(3000)
    context.set_offline(True)
    page.goto(deployed + OTHER)
    assert "built anew" not in page.locator("h1").inner_text()
    page.locator(".live-run").first.wait_for()
    assert page.evaluate("window.build") is None
    context.close()


def test_a_page_is_never_stale_while_there_is_a_network(chromium: Browser, site: Path, tmp_path: Path) -> None:
    for path in site.rglob("*"):  # the same site, but for one page
        if path.is_file() and "/assets/py-" not in path.as_posix():
            place = tmp_path / path.relative_to(site)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    with serving(tmp_path) as origin:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(origin + PAGE)
        kept(page, PAGE)
        file = tmp_path / PAGE / "index.html"
        file.write_text(file.read_text(encoding="utf-8").replace("</h1>", " changed</h1>"), encoding="utf-8")
        page.reload()
        assert page.evaluate("navigator.serviceWorker.controller.state") == "activated"
        assert "changed" in page.locator("h1").inner_text()
        context.close()
