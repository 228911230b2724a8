"""What a reader does with Run and Edit, and what can go wrong: each once, in a real browser."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.chosen import CHOSEN, sample
from tests.website import sources
from tests.website.live_tab import arrived, comes, edit, ended, go, run, state
from website import named
from website.audit.browser import url, visit
from website.pages import bundle
from website.paths import WEBSITE

ONE = "about/verified/"  # a page with one block
SIX = "learn/one-side-or-two/"  # a page with several
TEN = [address for address in sources.addresses() if address.startswith("learn/") and address != "learn/"][:10]

# What Python compiles at a first check though the build could have done so: see website/pages/compiled.py.
SOURCES = """import numpy, gradlab, sys
print(gradlab.check_gradients(lambda p: (p**2).sum(), numpy.ones(2), 3 * numpy.ones(2)).verdict.name)
files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
print([file for file in files if file.endswith(".py") and ("/python312.zip/" in file or "/numpy/" in file)])
"""


@pytest.fixture
def block(tab: Page) -> Locator:
    """The only block of its page."""
    go(tab, ONE)
    return tab.locator("live-block")


def test_edit_run_and_reset(block: Locator) -> None:
    edit(block, "6 * 7")
    assert run(block) == "42\n"
    assert state(block) == "edited"
    block.get_by_role("button", name="Reset").click()
    expect(block.locator(".cm-editor")).to_have_count(0)
    assert "0.333" in run(block)
    assert state(block) == "same"


def test_what_is_in_the_editor_can_be_copied(chromium: Browser) -> None:
    with visit(chromium, permissions=["clipboard-read"]) as visitor:
        page = visitor.open(ONE)
        block = page.locator("live-block")
        copy = block.get_by_role("button", name="Copy", exact=True)
        edit(block, "if 1:\n    print('µ')")
        for code in ("if 1:\n    print('µ')", "2 * 3\n\n", ""):
            block.evaluate("(block, code) => block.write(code)", code)
            copy.click()
            expect(page.get_by_text("Copied to clipboard")).to_be_visible()
            comes(lambda: str(page.evaluate("navigator.clipboard.readText()")).rstrip(), code.rstrip())
        block.get_by_role("button", name="Reset").click()
        expect(copy).to_be_hidden()


def test_an_endless_loop_is_stopped_and_the_page_lives_on(block: Locator) -> None:
    edit(block, "while True: pass")
    block.get_by_role("button", name="Run", exact=True).click()
    expect(block.locator(".live-note")).to_have_text(re.compile("^Running"), timeout=60_000)
    assert block.page.evaluate("new Promise((done) => setTimeout(() => done(1 + 1), 300))") == 2
    block.get_by_role("button", name="Stop").click()
    expect(block).to_have_attribute("data-state", "stopped")
    assert block.evaluate("block => block.contains(document.activeElement)")
    block.get_by_role("button", name="Reset").click()
    assert "0.333" in run(block)
    edit(block, SOURCES)  # Python has just been started, and has run nothing else
    assert run(block) == "WRONG\n[]\n"


def test_an_endless_loop_does_not_follow_to_the_next_page(block: Locator) -> None:
    edit(block, "while True: pass")
    block.get_by_role("button", name="Run", exact=True).click()
    expect(block.locator(".live-note")).to_have_text(re.compile("^Running"), timeout=60_000)
    go(block.page, SIX)
    first = block.page.locator("live-block").first
    run(first)
    assert state(first) == "same"


def test_endless_output_is_cut(block: Locator) -> None:
    edit(block, 'while True: print("x" * 1000)')
    printed = run(block)
    assert state(block) == "error"
    assert "stopped after 50,000 characters" in printed
    assert len(printed) < 52_000


def test_an_error_shows_the_readers_frames_and_gradlabs(block: Locator) -> None:
    edit(block, "import gradlab\ndef f(x):\n    return int(x) / 0\ngradlab.derivative(f, 1.0)")
    printed = run(block)
    assert state(block) == "error"
    assert "return int(x) / 0" in printed
    assert "gradlab.derivative(f, 1.0)" in printed
    assert "/gradlab/numeric/derivative.py" in printed
    assert "live.py" not in printed
    assert "<module>" in printed
    assert printed.startswith("Line 3: return int(x) / 0\nZeroDivisionError: division by zero\n")
    expect(block.locator(".live-note")).to_have_text("Stopped by an error in line 3")
    assert printed.endswith("ZeroDivisionError: division by zero\n")


def test_run_all_and_run_first_what_stands_above(tab: Page) -> None:
    go(tab, SIX)
    blocks = tab.locator("live-block").all()
    assert len(blocks) > 3
    run(blocks[-2])
    assert [state(block) for block in blocks] == ["same"] * (len(blocks) - 1) + [None]
    tab.get_by_role("button", name="Run all").click()
    ended(blocks[-1])
    assert {state(block) for block in blocks} == {"same"}


def test_what_fails_above_is_said(tab: Page) -> None:
    go(tab, SIX)
    first, second, *_ = tab.locator("live-block").all()
    edit(first, "1 / 0")
    run(second)
    assert state(first) == "error"
    expect(second.locator(".live-note")).to_have_text("A block above ended in an error, so this one was not run")


def test_the_worker_sees_no_page(block: Locator) -> None:
    edit(block, "import js\n[hasattr(js, name) for name in ('document', 'window', 'localStorage')]")
    assert run(block) == "[False, False, False]\n"


def test_what_a_block_defines_is_found_in_main(block: Locator) -> None:
    edit(
        block,
        "import pickle, dataclasses\ndef f(x):\n    return x\n@dataclasses.dataclass\nclass P:\n    x: int\n"
        "print(pickle.loads(pickle.dumps(f)) is f, pickle.loads(pickle.dumps(P(3))), __name__)",
    )
    assert run(block) == "True P(x=3) __main__\n"


def test_keyboard_alone(block: Locator) -> None:
    keys = block.page.keyboard
    block.get_by_role("button", name="Run", exact=True).focus()
    keys.press("Tab")
    expect(block.get_by_role("button", name="Edit")).to_be_focused()
    keys.press("Enter")
    editor = block.locator(".cm-content")
    expect(editor).to_be_focused()
    keys.press("ControlOrMeta+a")
    keys.insert_text("6 * 7")
    keys.press("ControlOrMeta+Enter")
    assert ended(block) == "42\n"
    expect(editor).to_be_focused()
    keys.press("Tab")
    expect(editor).not_to_be_focused()
    keys.press("Shift+Tab")
    expect(editor).to_be_focused()
    keys.press("Escape")
    expect(block.get_by_role("button", name="Run", exact=True)).to_be_focused()
    keys.press("Enter")
    assert ended(block) == "42\n"
    expect(block.get_by_role("button", name="Run", exact=True)).to_be_focused()


def test_ten_pages_and_back_in_one_worker(tab: Page) -> None:
    def runs() -> None:
        run(tab.locator("live-block").first)
        assert state(tab.locator("live-block").first) == "same", tab.url

    way = sample(TEN, 5)
    there = sample(way, 3)  # where a block is run on the way there; on the way back, where not yet
    tab.evaluate("window.stays = true")
    for address in way:
        go(tab, address)
        if address in there:
            runs()
    for address in reversed(way[:-1]):
        tab.evaluate("document.querySelector('article').dataset.old = 'yes'")
        tab.go_back()
        arrived(tab)
        if address not in there or CHOSEN == "all":
            runs()
    assert tab.evaluate("window.stays"), "a page was loaded anew"
    assert len([worker for worker in tab.workers if worker.url.startswith("blob:")]) == 1


REPORT = """import numpy as np, gradlab
report = gradlab.check_gradients(lambda p: float(np.sum(p**3)), np.ones(3), 3 * np.ones(3))
"""


@pytest.mark.parametrize("last", ["report", "print(report)"])
def test_a_report_is_a_table(block: Locator, last: str) -> None:
    go(block.page, SIX)
    block = block.page.locator("live-block").first
    edit(block, REPORT + last)
    assert run(block).count("AGREES: the gradient matches") == (last != "report")
    assert block.locator(".gradlab-report.gradlab-agrees table").count() == 1


SWEEP = """import math
from gradlab.plot import plot_sweep
from gradlab.sweep import sweep
plot_sweep(sweep(math.sin, 1.0))
"""


def test_pictures_are_drawn_without_matplotlib(block: Locator) -> None:
    edit(block, REPORT + "report.plot()")
    run(block)
    assert block.locator(".live-report svg circle").count() == 3
    edit(block, SWEEP)
    run(block)
    assert block.locator(".live-report svg polyline").count() == 4


def test_declared_exceptions_have_a_reason_and_no_buttons(tab: Page) -> None:
    go(tab, "reference/api-adapters/")
    block = tab.locator("[data-local*=pytest]").first
    assert block.locator("xpath=ancestor::live-block").count() == 0
    shown = block.evaluate("block => getComputedStyle(block, '::after').content")
    assert "Runs on your machine only" in shown


def test_code_in_an_address_is_left_alone(scripted: Page) -> None:
    scripted.goto(url(f"{ONE}?code=1%2F0&run=1#code=1%2F0"))
    block = scripted.locator("live-block")
    expect(block.get_by_role("button", name="Run", exact=True)).to_be_visible()
    assert block.evaluate("block => block.code") == "1 / 3"
    assert not [worker for worker in scripted.workers if worker.url.startswith("blob:")]
    for path in bundle.SCRIPTS:  # the playground's links are tried in test_playground.py
        script = path.read_text(encoding="utf-8")
        if path.stem == "blind":  # it takes whole numbers from the address, and nothing else
            assert script.count("link.get(") == 2
            script = script.replace("URLSearchParams(location.search)", "")
            script = script.replace("?seed=${seed}${location.hash}", "")  # stays in the address, and is not read
        assert not re.search(r"location\.(search|hash)|URLSearchParams", script), path


def test_before_the_first_click_a_page_loads_eight_and_a_half_kilobytes(chromium: Browser, site: Path) -> None:
    with visit(chromium) as visitor:
        page = visitor.open(SIX)
        expect(page.locator(".live-run").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        loaded = [path for path in visitor.asked if "assets/live-" in path]
    assert [named.plain(path) for path in loaded] == ["assets/live/live.js"]
    style = (WEBSITE / "style" / "8-live.css").read_bytes()
    shown = (site / SIX / "index.html").read_text(encoding="utf-8")
    bare = re.sub(r"</?live-block[^>]*>", "", shown)
    marked = len(gzip.compress(shown.encode())) - len(gzip.compress(bare.encode()))
    assert shown != bare
    assert len(gzip.compress((site / loaded[0]).read_bytes())) + len(gzip.compress(style)) + marked <= 8.5 * 1024


FILES = ["live/worker.js", "py/pyodide.asm.wasm", "py/pyodide.asm.js", "py/numpy-2.0.2", "live/live.py"]


@pytest.mark.parametrize("file", sample(FILES, 1))
def test_a_blocked_download_is_said_and_can_be_tried_again(chromium: Browser, file: str) -> None:
    with visit(chromium) as visitor:
        page = visitor.open(ONE)
        blocked = re.compile("assets/{}-[0-9a-f]+/{}".format(*map(re.escape, file.split("/"))))
        visitor.context.route(blocked, lambda route: route.abort())
        block = page.locator("live-block")
        run(block)
        assert state(block) == "failed"
        expect(block.locator(".live-note")).to_contain_text("Python could not be loaded")
        visitor.context.unroute(blocked)
        if file in FILES[:2]:
            block.get_by_role("button", name="Retry").click()
            expect(block).not_to_have_attribute("data-state", "failed")
            assert "0.333" in ended(block)
            assert state(block) == "same"


PACKAGES = {"gradlab_check": "gradlab", "numpy": "py"}  # and the folders in which they lie


@pytest.mark.parametrize("package", sample(PACKAGES, 1))
def test_a_package_with_another_hash_is_refused(chromium: Browser, site: Path, package: str) -> None:
    def tampered(route: Route) -> None:
        (wheel,) = site.glob(f"assets/{PACKAGES[package]}-*/{package}-*.whl")
        content = bytearray(wheel.read_bytes())
        content[-1] ^= 1
        route.fulfill(body=bytes(content), content_type="application/octet-stream")

    with visit(chromium) as visitor:
        page = visitor.open(ONE)
        visitor.context.route(re.compile(rf"/assets/.*/{package}-.*\.whl"), tampered)
        block = page.locator("live-block")
        run(block)
        assert state(block) == "failed"


def test_a_blocked_editor_is_said(chromium: Browser) -> None:
    with visit(chromium) as visitor:
        page = visitor.open(ONE)
        visitor.context.route("**/editor.js", lambda route: route.abort())
        page.get_by_role("button", name="Edit").click()
        expect(page.locator(".live-note")).to_contain_text("The editor could not be loaded: try again")
        visitor.context.unroute("**/editor.js")
        page.get_by_role("button", name="Retry").click()
        expect(page.locator(".cm-content")).to_be_focused()
        expect(page.locator(".live-note")).to_have_text("")  # what was said no longer holds


def test_a_download_that_failed_before_anybody_asked_is_begun_afresh(chromium: Browser) -> None:
    """A pointer came near while there was no network: who clicks later does not wait for what will never come."""
    with visit(chromium) as visitor:
        page = visitor.open(ONE)
        blocked = re.compile("assets/live-[0-9a-f]+/worker.js")
        visitor.context.route(blocked, lambda route: route.abort())
        block = page.locator("live-block")
        with visitor.context.expect_event("requestfailed", lambda request: "worker.js" in request.url):
            block.get_by_role("button", name="Run", exact=True).dispatch_event("pointerenter")
        visitor.context.unroute(blocked)
        run(block)
        if state(block) == "failed":  # the failure came after the click
            assert "no answer" not in block.locator(".live-note").inner_text()
            block.get_by_role("button", name="Retry").click()
            expect(block).not_to_have_attribute("data-state", "failed")
            ended(block)
        assert state(block) == "same"


@pytest.mark.parametrize("lines", [1, 300])
def test_run_and_the_output_are_in_the_window_however_long_the_code_is(block: Locator, lines: int) -> None:
    edit(block, "\n".join(f"x{k} = {k}" for k in range(lines)) + f"\nprint(x{lines - 1})")
    block.locator(".cm-content").press("ControlOrMeta+Enter")
    assert ended(block) == f"{lines - 1}\n"
    block.get_by_role("button", name="Run", exact=True).scroll_into_view_if_needed()
    expect(block.get_by_role("button", name="Run", exact=True)).to_be_in_viewport()
    high = block.locator(".cm-editor").evaluate("editor => editor.clientHeight / innerHeight")
    assert high <= 0.76


def test_without_javascript_the_verified_block_stands(unscripted: Page) -> None:
    unscripted.goto(url(ONE))
    assert unscripted.locator("live-block").count() == 1
    assert unscripted.locator("live-block button:visible").count() == 0
    assert "0.333" in unscripted.locator("live-block").inner_text()


def test_opened_as_a_file_no_buttons_are_shown(chromium: Browser, site: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto((site / ONE / "index.html").as_uri())
    page.wait_for_timeout(500)
    assert page.locator("live-block").count() == 1
    assert page.locator(".live-bar").count() == 0
    assert "0.333" in page.locator("live-block").inner_text()
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--gl-paper')"), "no style"
    context.close()


def test_it_fits_a_phone(tab: Page) -> None:
    tab.set_viewport_size({"width": 320, "height": 640})
    go(tab, "playground/")
    box = tab.locator(".live-playground")
    for block in box.locator("live-block").all():
        block.get_by_role("button", name="Edit").click()
    expect(box.locator(".cm-editor")).to_have_count(2)
    run(box.locator("live-block").nth(1))
    assert box.locator(".gradlab-report").count() == 1
    root = "document.documentElement"
    assert tab.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    tab.set_viewport_size({"width": 1280, "height": 900})


def test_edits_survive_navigation(block: Locator) -> None:
    edit(block, "6 * 7")
    go(block.page, SIX)
    go(block.page, ONE)
    assert run(block) == "42\n"
    block.page.reload()  # takes Python with it: the last test in this tab
    expect(block.locator(".cm-content")).to_have_text("6 * 7")
    expect(block.locator(".live-note")).to_have_text(re.compile("^Your version, kept from before"))
