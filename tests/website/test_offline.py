"""After a visit, a page can be read and run without a network; with one, nothing comes from the cache."""

from pathlib import Path

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


def kept(page: Page, what: str) -> list[str]:
    """Names of the caches, and all addresses in them, once `what` is among these."""
    for _ in range(100):
        names, addresses = page.evaluate(KEPT)
        if any(address.endswith(what) for address in addresses):
            assert len(names) == 1
            return addresses
        page.wait_for_timeout(100)
    raise AssertionError(f"{what} was not kept: {addresses}")


def test_a_visited_page_runs_without_a_network(chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(url(PAGE))
    before = kept(page, PAGE)
    assert not [address for address in before if "/py/" in address]
    printed = run(page.locator("live-block").first)
    assert printed
    kept(page, "pyodide.asm.wasm")
    assert page.evaluate("fetch('.').then((found) => found.status)") == 200
    context.set_offline(True)
    assert page.evaluate("fetch('../').then(() => 'reached', () => 'out of reach')") == "out of reach"
    page.reload()
    assert run(page.locator("live-block").first) == printed
    assert state(page.locator("live-block").first) == "same"
    context.close()


def test_a_page_is_never_stale_while_there_is_a_network(chromium: Browser, site: Path, tmp_path: Path) -> None:
    for path in site.rglob("*"):  # the same site, but for one page
        if path.is_file() and "/py/" not in path.as_posix():
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
