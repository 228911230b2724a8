"""The playground, as a person uses it: code is never lost, travels in links and files, runs when told to."""

import base64
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.chosen import sample
from tests.website import sources
from tests.website.live_tab import edit, go, run, state
from website.audit.browser import LAPTOP, Visit, url, visit
from website.verify.equality import same

PAGE = "playground/"
EXAMPLES = sources.page(sources.DOCS / "playground.md")[1:]


class Playground:
    """The page in one tab, and what it is made of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator(".live-playground")
        self.setting, self.backprop = self.box.locator("live-block").all()
        self.list = self.box.get_by_label("Begin with")
        self.said = self.box.locator(".live-play .live-note")
        self.list.wait_for()

    @property
    def names(self) -> list[str]:
        return self.list.locator("option").all_text_contents()

    @property
    def chosen(self) -> str:
        return str(self.list.evaluate("list => list.selectedOptions[0].textContent"))

    @property
    def code(self) -> list[str]:
        return [str(block.evaluate("block => block.code")) for block in (self.setting, self.backprop)]

    def choose(self, name: str) -> None:
        self.list.select_option(name)
        expect(self.list.locator("option:checked")).to_have_text(name)
        self.page.wait_for_timeout(50)  # both editors are written one after the other

    def button(self, name: str) -> Locator:
        return self.box.get_by_role("button", name=name, exact=True)

    def shows(self, part: Locator, text: str) -> None:
        expect(part.locator(".cm-content")).to_contain_text(text)


def python(page: Page) -> list[str]:
    """Workers in which Python runs, or waits."""
    return [worker.url for worker in page.workers if worker.url.startswith("blob:")]


@pytest.fixture
def playground(tab: Page) -> Playground:
    """In the tab in which Python lives already."""
    go(tab, PAGE)
    return Playground(tab)


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[Visit]:
    """Somebody with a laptop, for tests that open and close tabs, and run nothing."""
    with visit(chromium, viewport=LAPTOP, permissions=["clipboard-read", "clipboard-write"]) as opened:
        yield opened
    assert not opened.elsewhere
    assert not opened.complaints


@pytest.fixture
def fresh(visitor: Visit) -> Iterator[Playground]:
    """A tab of its own, in a browser that has kept nothing."""
    page = visitor.open("about/verified/")
    page.evaluate("localStorage.clear()")
    page.goto(url(PAGE))
    yield Playground(page)
    for tab in visitor.context.pages:
        tab.close()


def test_each_example_gives_what_the_page_shows(playground: Playground) -> None:
    names = playground.names
    assert len(names) == len(EXAMPLES) == 6
    for name, entry in [*zip(names, EXAMPLES, strict=True)][::-1]:
        playground.choose(name)
        playground.shows(playground.backprop, "def backprop")
        got = run(playground.backprop)
        assert playground.code[1] == entry.code
        assert same(entry.want, got), got
        assert playground.backprop.locator(".gradlab-report").count() == 1


def test_what_was_typed_is_a_version_of_ones_own_whatever_is_chosen(fresh: Playground) -> None:
    page_code = fresh.code
    edit(fresh.backprop, "mine = 1")
    edit(fresh.setting, "cost = 2")
    assert fresh.chosen == "Mine"
    for name in sample(fresh.names[:6], 3):
        fresh.choose(name)
        assert fresh.code[0] == page_code[0], "an example without its cost would fail"
    fresh.choose("Mine")
    assert fresh.code == ["cost = 2", "mine = 1"]
    fresh.choose("No 1/m")
    fresh.backprop.locator(".cm-content").press("ControlOrMeta+End")
    fresh.page.keyboard.insert_text("\n# looked at")
    assert fresh.chosen == "Mine 2", "another version, not in the place of the first"
    assert fresh.names[6:] == ["Mine", "Mine 2"]
    fresh.choose("Mine")
    assert fresh.code == ["cost = 2", "mine = 1"]


def test_undo_goes_back_over_a_choice_in_both_parts(fresh: Playground) -> None:
    edit(fresh.setting, "cost = 2")
    edit(fresh.backprop, "mine = 1")
    mine = fresh.code
    fresh.choose("A turned sign")
    wrong = fresh.code
    assert wrong != mine
    fresh.backprop.locator(".cm-content").press("ControlOrMeta+z")
    expect(fresh.list.locator("option:checked")).to_have_text("Mine")
    assert fresh.code == mine
    fresh.backprop.locator(".cm-content").press("ControlOrMeta+y")
    expect(fresh.list.locator("option:checked")).to_have_text("A turned sign")
    assert fresh.code == wrong
    fresh.list.press("ControlOrMeta+z")  # who has just chosen is not in an editor
    expect(fresh.list.locator("option:checked")).to_have_text("Mine")
    assert fresh.code == mine
    assert fresh.names[6:] == ["Mine"]


def test_what_is_typed_and_taken_back_leaves_no_version(fresh: Playground) -> None:
    fresh.backprop.get_by_role("button", name="Edit").click()
    expect(fresh.backprop.locator(".cm-content")).to_be_focused()
    fresh.page.keyboard.insert_text("x")
    assert fresh.names[6:] == ["Mine"]
    fresh.page.keyboard.press("ControlOrMeta+z")
    assert fresh.names[6:] == []
    assert fresh.chosen == fresh.names[0]


def test_a_reload_and_another_tab_begin_with_what_was_there(fresh: Playground, visitor: Visit) -> None:
    edit(fresh.backprop, "mine = 1")
    fresh.page.reload()
    again = Playground(fresh.page)
    again.shows(again.backprop, "mine = 1")
    assert again.chosen == "Mine"
    later = Playground(visitor.open(PAGE))
    later.shows(later.backprop, "mine = 1")
    expect(later.said).to_have_text("Mine, kept from before")
    assert not python(later.page), "nothing was run, or fetched to run it"
    again.choose("No 1/m")
    again.page.reload()
    assert Playground(again.page).chosen == "No 1/m"


def test_two_tabs_do_not_write_over_each_other(fresh: Playground, visitor: Visit) -> None:
    edit(fresh.backprop, "first = 1")
    other = Playground(visitor.open(PAGE))
    other.shows(other.backprop, "first = 1")
    edit(other.backprop, "second = 2")
    edit(fresh.backprop, "third = 3")
    for tab in (fresh, other):
        tab.page.reload()
    last = Playground(visitor.open(PAGE))
    codes = set()
    for name in last.names[6:]:
        last.choose(name)
        codes.add(last.code[1])
    assert {"second = 2", "third = 3"} <= codes
    assert len(last.names) == len(set(last.names)), "two versions of one name"


def test_reset_and_delete_lose_nothing_unasked(fresh: Playground) -> None:
    page_code = fresh.code
    edit(fresh.backprop, "mine = 1")
    fresh.backprop.get_by_role("button", name="Reset").click()
    fresh.shows(fresh.backprop, "def backprop")
    assert fresh.code == page_code
    fresh.choose("Mine")
    assert fresh.code[1] == "mine = 1"
    fresh.button("Delete").click()
    fresh.shows(fresh.backprop, "def backprop")
    assert fresh.names[6:] == []
    fresh.button("Bring it back").click()
    fresh.shows(fresh.backprop, "mine = 1")
    assert fresh.chosen == "Mine"
    fresh.button("Delete").click()
    fresh.shows(fresh.backprop, "def backprop")
    fresh.page.reload()
    assert Playground(fresh.page).names[6:] == []


@pytest.mark.parametrize("kept", ["", "{", "null", "[]", '{"name": 1}', '{"name": "x", "setting": "y"}', '"text"'])
def test_what_cannot_be_read_is_said_and_left_alone(fresh: Playground, kept: str) -> None:
    edit(fresh.backprop, "mine = 1")
    fresh.page.evaluate("kept => localStorage.setItem('gradlab-version:of another build', kept)", kept)
    fresh.page.evaluate("sessionStorage.clear(), localStorage.setItem('gradlab-versions', 'of somebody else')")
    fresh.page.reload()
    again = Playground(fresh.page)
    again.shows(again.backprop, "mine = 1")
    expect(again.said).to_contain_text("1 of your versions cannot be read")
    assert again.names[6:] == ["Mine"]
    assert again.page.evaluate("localStorage.getItem('gradlab-version:of another build')") == kept


@pytest.mark.parametrize("storage", ["throws", "is full"])
def test_a_browser_that_keeps_nothing_says_so(chromium: Browser, storage: str) -> None:
    with visit(chromium, viewport=LAPTOP) as visitor:
        refuse = "() => { throw new DOMException('no', 'QuotaExceededError') }"
        visitor.context.add_init_script(
            f"Object.defineProperty(window, 'localStorage', {{ get: {refuse} }})"
            if storage == "throws"
            else f"Storage.prototype.setItem = {refuse}"
        )
        tab = Playground(visitor.open(PAGE))
        edit(tab.backprop, "mine = 1")
        expect(tab.said).to_contain_text("This browser keeps nothing: save your code as a file")
        tab.choose("No 1/m")
        tab.choose("Mine")
        assert tab.code[1] == "mine = 1", "as long as the page is open"
        assert storage == "throws" or not visitor.complaints  # the theme's own switch of colours needs it


CODES = [
    "print('🙂 ε, “quoted”')",
    "x = 1  # %% backprop",
    "a = '\\t'\n\n\n# %% not a mark\nb = 2",
    "1 < 2 > 3, '</script>&amp;'",
]


@pytest.fixture
def stranger(chromium: Browser) -> Iterator[Visit]:
    """Somebody else, who gets a link or a file."""
    with visit(chromium, viewport=LAPTOP) as opened:
        yield opened
        assert not opened.complaints
        assert not opened.elsewhere


def link(playground: Playground) -> str:
    """What "Copy a link" has copied."""
    playground.button("Copy a link").click()
    expect(playground.said).to_contain_text("Link copied")
    return str(playground.page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("code", CODES)
def test_a_link_carries_the_code_and_runs_nothing(fresh: Playground, stranger: Visit, code: str) -> None:
    edit(fresh.setting, f"above = {code!r}")
    edit(fresh.backprop, code)
    address = link(fresh)
    assert address.startswith(url(PAGE) + "#code=")
    assert len(address) < 2_000
    opened = Playground(stranger.open(address.removeprefix(url())))
    expect(opened.list.locator("option:checked")).to_have_text("From a link")
    assert opened.code == [f"above = {code!r}", code]
    expect(opened.said).to_have_text("This code came with the link. Nothing of it has run")
    assert opened.page.url == url(PAGE), "a reload would open the link again"
    opened.page.wait_for_timeout(300)
    assert not python(opened.page)
    assert not any("code=" in path or "/py-" in path for path in stranger.asked)
    opened.page.reload()
    assert Playground(opened.page).chosen == "From a link"


def test_a_link_puts_nothing_of_the_readers_away(fresh: Playground) -> None:
    edit(fresh.backprop, "theirs = 1")
    address = link(fresh)
    fresh.button("Delete").click()
    fresh.shows(fresh.backprop, "def backprop")
    edit(fresh.backprop, "mine = 1")
    fresh.page.evaluate("hash => { location.hash = hash }", address.split("#")[1])  # pasted on the same page
    expect(fresh.list.locator("option:checked")).to_have_text("From a link")
    assert fresh.code[1] == "theirs = 1"
    assert fresh.names[6:] == ["Mine", "From a link"]
    fresh.choose("Mine")
    assert fresh.code[1] == "mine = 1"


@pytest.mark.parametrize("word", ["", "!", "AAAA", "%F0%9F", "eJxLTEoGAAJNASc", "7dEBDQAAAMKg909tDwcEAAA"])
def test_a_link_that_was_cut_is_said(stranger: Visit, word: str) -> None:
    opened = Playground(stranger.open(f"{PAGE}#code={word}"))
    if word:
        expect(opened.said).to_contain_text("cannot be read")
    assert opened.chosen == opened.names[0]
    assert opened.code[1] == EXAMPLES[0].code


def test_a_link_that_unpacks_to_a_flood_is_refused(stranger: Visit) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    flood = packer.compress(b"x" * 50_000_000) + packer.flush()
    word = base64.urlsafe_b64encode(flood).decode().rstrip("=")
    opened = Playground(stranger.open(f"{PAGE}#code={word}"))
    expect(opened.said).to_contain_text("cannot be read")


def test_what_came_with_a_link_runs_on_run(playground: Playground) -> None:
    address = playground.page.evaluate(
        """async code => {
            const packed = new Blob([code]).stream().pipeThrough(new CompressionStream("deflate-raw"));
            const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
            return btoa(String.fromCharCode(...bytes)).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
        }""",
        "# %% backprop\nprint('theirs')\n",
    )
    playground.page.evaluate("hash => { location.hash = hash }", f"code={address}")
    playground.shows(playground.backprop, "theirs")
    assert state(playground.backprop) == "edited"
    expect(playground.backprop.locator(".live-out")).to_be_hidden()
    assert run(playground.backprop) == "theirs\n"


def saved(playground: Playground, folder: Path) -> Path:
    """The file that "Save with its test" gives."""
    with playground.page.expect_download() as download:
        playground.button("Save with its test").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def pytest_of(file: Path) -> tuple[int, str]:
    """What pytest says of a file, in a folder that knows nothing of this project's own settings."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir=.",
        file.name,
    ]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("k", [0, *sample(range(1, 6), 2)])
def test_a_saved_file_is_a_test_that_fails_as_the_check_does(fresh: Playground, tmp_path: Path, k: int) -> None:
    fresh.choose(fresh.names[k])
    file = saved(fresh, tmp_path)
    assert file.name == "test_backprop.py"
    code, said = pytest_of(file)
    assert code == (1 if k else 0), said
    assert "1 failed" in said if k else "1 passed" in said
    assert not k or "GradientMismatch" in said
    # A block of a page is not read, neither for an edit nor for a part of the cost: so it prints what it can.
    alike = (
        "from gradlab.diagnosis import held_paths, one_edit; held_paths.SECONDS = one_edit.SECONDS = 0; "
        f"import runpy; runpy.run_path('{file.name}')"
    )
    printed = subprocess.run([sys.executable, "-c", alike], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert same(EXAMPLES[k].want, printed.stdout), printed.stderr


CHECKS = {
    "alias": ("import gradlab as gl\nf = lambda p: float((p**2).sum())", "print(gl.check_gradients(f, P, 2 * P))", 1),
    "imported alone": ("from gradlab import check_gradients", "check_gradients(lambda p: float(p @ p), P, 2 * P)", 1),
    "over lines, twice": (
        "import gradlab",
        "for k in range(1):\n    pass\n"
        "a = gradlab.check_gradients(\n    lambda p: float(p @ p),  # one )\n    P,\n    2 * P,\n)\n"
        "gradlab.check_gradients(\n    lambda p: 3.0 * p @ p, P, 6 * P\n)",
        2,
    ),
    "forward mode": ("import gradlab", "gradlab.check_jvp(np.sin, lambda x, v: np.cos(x) * v, P)", 1),
    "none": ("import gradlab", "print(P.sum())", 0),
    "in a function": ("import gradlab", "def later(f):\n    return gradlab.check_gradients(f, P, P)", 0),
    "in a string": ("import gradlab", "print('gradlab.check_gradients(f, P, P)')", 0),
}


@pytest.mark.parametrize("kind", CHECKS)
def test_the_test_of_other_peoples_code(fresh: Playground, tmp_path: Path, kind: str) -> None:
    above, below, tests = CHECKS[kind]
    edit(fresh.setting, f"import numpy as np\n{above}\nP = np.array([0.3, -1.2])")
    edit(fresh.backprop, below)
    file = saved(fresh, tmp_path)
    code, said = pytest_of(file)
    assert code == (0 if tests else 5), said
    assert not tests or f"{tests} passed" in said
    expect(fresh.said).to_contain_text("runs the check" if tests else "Saved without a test")
    before = fresh.code
    edit(fresh.setting, "x = 1")
    edit(fresh.backprop, "y = 2")
    fresh.box.locator("input[type=file]").set_input_files(file)
    expect(fresh.said).to_have_text("test_backprop.py is open")
    assert fresh.code == before, "the test is not part of the code"


def test_a_test_that_was_changed_at_home_stays_with_the_code(fresh: Playground, tmp_path: Path) -> None:
    file = saved(fresh, tmp_path)
    text = file.read_text(encoding="utf-8").replace("assert_gradients(cost", "assert_gradients(lambda p: cost(p)")
    file.write_text(text.replace("\n", "\r\n"), encoding="utf-8")
    fresh.box.locator("input[type=file]").set_input_files(file)
    fresh.shows(fresh.backprop, "lambda p: cost(p)")
    assert "\r" not in "".join(fresh.code)


def test_a_click_into_the_code_edits_it(playground: Playground) -> None:
    tab, block = playground.page, playground.setting
    code = block.locator("pre")
    at = code.bounding_box()
    assert at is not None
    tab.mouse.move(at["x"] + 30, at["y"] + 20)
    tab.mouse.down()
    tab.mouse.move(at["x"] + 90, at["y"] + 20)
    tab.mouse.up()
    assert tab.evaluate("getSelection().toString()")
    tab.wait_for_timeout(300)
    assert block.locator(".cm-editor").count() == 0, "a part was selected, to be copied"
    code.click()
    expect(block.locator(".cm-content")).to_be_focused()
