"""The bug hunt in a reader's browser: each bug is repaired in the editor, and the checker says so."""

import gzip
import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gradlab import labs
from tests.chosen import sample
from tests.website.live_tab import comes, edit, navigate
from tests.website.test_axe import violations
from website import named
from website.audit.browser import LAPTOP, PHONE, url, visit
from website.pages.lab_pages import CLICKS

TOPICS = [topic for topic in labs.TOPICS if topic != "traps"]
KEPT = "JSON.parse(localStorage.getItem('gradlab-labs') ?? '{}')"
SOLVED = "Solved: the checker agrees."
BLIND = "labs/blind/"
MOVING = ("learn/thresholds/", "learn/backprop-by-hand/")  # pages with sliders, buttons and lists
NONE = "about/design/"  # a page without a hunt
PATIENCE = 120_000  # of which Python needs most, once

# Marks all that belongs to the hunt below a heading.
PARTS = """title => {
  for (let part = title.nextElementSibling; part && part.tagName !== "H2"; part = part.nextElementSibling) {
    part.dataset.of = title.id;
  }
}"""


class Hunt:
    """One hunt on its page, as a reader finds it."""

    def __init__(self, page: Page, bug: str) -> None:
        self.title = page.locator(f"h2[data-hunt='{bug}']")
        expect(self.title).to_be_attached()  # the page before may still be there after a step back
        # The lines come a moment after the rest of a page; what is marked before they are there does not reach them.
        expect(page.locator("ol.lab-lines")).to_have_count(page.locator("details.example").count())
        self.title.evaluate(PARTS)
        own = f"[data-of='{self.title.get_attribute('id')}']"
        self.lines = page.locator(f"ol.lab-lines{own}")
        self.told = page.locator(f".lab-told{own}, .lab-told").locator("visible=true")
        repair = page.locator(f"details.example{own}")
        if repair.count():
            # Whoever repairs first says so; behind that the copy waits, which gives the line away.
            repair.evaluate("fold => { fold.open = true; fold.querySelector('p .lab-see')?.click(); }")
            both = repair.locator("live-block")
        else:
            both = page.locator(f"live-block{own}")
        expect(both).to_have_count(2)  # they come later than the lines, on a busy machine
        self.function, self.check = both.all()
        self.said = self.title.page.locator(f"{own} .lab-said, .lab-said{own}")
        self.hints = page.locator(f"details.question{own}")
        self.answer = page.locator(f"details.success{own}")

    def look(self) -> str:
        """Click Check; what the checker says."""
        self.function.get_by_role("button", name="Check").click()
        expect(self.said).to_have_text(re.compile(r"\w"), timeout=PATIENCE)
        return self.said.inner_text()

    def repair(self, code: str) -> str:
        self.function.evaluate("(block, code) => block.write(code)", code)
        return self.look()


def test_a_check_asks_the_function_that_is_there_and_hears_nothing_but_the_report(tab: Page) -> None:
    """What an earlier check left behind is no repair, and what the function prints is no verdict."""
    go(tab, "labs/losses/")
    bug = labs.find("sign-flipped")
    hunt = Hunt(tab, bug.id)
    whole = hunt.look()
    assert re.fullmatch(r"WRONG: the gradient does not match the cost in 8 of 8 blocks: .* and 2 more\.", whole), (
        whole
    )
    lying = bug.source.replace("    m =", "    print('AGREES: the gradient matches')\n    m =")
    assert hunt.repair(lying).startswith("WRONG: ")
    assert hunt.repair(bug.correct_source.replace(bug.name, "other")).startswith("Not yet: stopped by an error")
    printing = bug.correct_source.replace("    m =", "    print('looking')\n    m =")
    assert hunt.repair(printing) == SOLVED


def test_a_hunt_is_solved_where_the_browser_keeps_nothing(chromium: Browser) -> None:
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open("labs/dense/")
        page.evaluate(
            "() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
        )
        hunt = Hunt(page, labs.find("dw-doubled").id)
        hunt.lines.locator("[data-n='3']").click()
        told = page.locator(".lab-end")
        expect(told).to_contain_text("1 of ")
        expect(told).to_contain_text("This browser keeps nothing")
        expect(told.get_by_role("link")).to_have_text("Next: Hunt 1.2")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # at any hour one has another day
def test_a_hunt_is_solved_on_the_readers_own_day(chromium: Browser, zone: str) -> None:
    with visit(chromium, viewport=LAPTOP, timezone_id=zone) as visitor:
        page = visitor.open("labs/dense/")
        bug = labs.find("dw-doubled")
        before = datetime.now(ZoneInfo(zone)).date()
        Hunt(page, bug.id).lines.locator(f"[data-n='{bug.broken[0]}']").click()
        expect(page.locator(".lab-end")).to_contain_text("Found")
        days = {day.isoformat() for day in (before, datetime.now(ZoneInfo(zone)).date())}
        assert page.evaluate(KEPT)[bug.id]["solved"] in days


@pytest.mark.parametrize("clipboard", ["allowed", "denied", "missing"])
def test_a_link_that_cannot_be_copied_says_so(chromium: Browser, clipboard: str) -> None:
    """Browsers ask, and a page that is served without https has no clipboard at all."""
    allowed = {"permissions": ["clipboard-write"]} if clipboard == "allowed" else {}
    with visit(chromium, viewport=LAPTOP, **allowed) as visitor:
        if clipboard == "denied":
            visitor.context.add_init_script(
                "if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject(new Error())"
            )
        if clipboard == "missing":
            visitor.context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page = visitor.open(f"{BLIND}?seed=3")
        bug = labs.choose(labs.BUGS, 1, seed=3)[0]
        on_page(page, 3)
        hunt = Hunt(page, "blind")
        for n in bug.broken:
            hunt.lines.locator(f"button[data-n='{n}']").click()
        page.locator(".lab-end").get_by_role("button", name="Copy it").click()
        told = "Copied" if clipboard == "allowed" else "Copy it by hand"
        expect(page.locator(".lab-end").get_by_role("button", name=told, exact=True)).to_be_visible()
        assert not visitor.complaints


@pytest.mark.parametrize(
    ("asked", "seed"), [("3", "3"), ("1e9", "8"), ("abc", "8"), ("-1", "8"), ("1.5", "8"), ("", "8")]
)
def test_a_link_to_a_seed_that_is_not_there_says_so(chromium: Browser, asked: str, seed: str) -> None:
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open(f"{BLIND}?seed={asked}")
        expect(page.get_by_label("Seed")).to_have_value(seed)
        said = "" if asked == seed else "The link asks for a seed that is not there; seeds go from 0 to 999."
        expect(page.locator(".lab-dare")).to_have_text(said)


def test_where_there_is_room_the_report_stands_beside_the_code(chromium: Browser) -> None:
    for width, beside in ((1366, False), (1920, True)):
        with visit(chromium, viewport={"width": width, "height": 1000}) as visitor:
            page = visitor.open("labs/dense/")
            hunt = Hunt(page, labs.find("dw-doubled").id)
            code, report = (part.first.bounding_box() for part in (hunt.lines, page.locator(".lab-report")))
            assert code
            assert report
            assert (report["x"] >= code["x"] + code["width"]) == beside
            assert (report["y"] + 50 < code["y"] + code["height"]) or not beside
            assert report["x"] + report["width"] <= width
            hunt.lines.locator("button").first.click()
            told = hunt.told.first.bounding_box()
            assert told
            assert told["width"] > 0.7 * code["width"]
            # The click has scrolled the page: all of it is measured again.
            parts = (hunt.lines, page.locator(".lab-report").first, hunt.hints.first)
            code, report, hints = (part.bounding_box() for part in parts)
            assert code
            assert report
            assert hints
            assert hints["y"] >= max(part["y"] + part["height"] for part in (code, report)) - 1


def go(page: Page, address: str) -> None:
    """Instant navigation to a page whose hunts can be hunted."""
    navigate(page, address)
    if page.locator("h2[data-hunt]").count():
        page.locator(".lab-said").last.wait_for(state="attached")


@pytest.mark.parametrize("topic", sample(TOPICS, 1))
def test_every_hunt_is_solved_in_the_editor_and_not_before(tab: Page, topic: str) -> None:
    go(tab, f"labs/{topic}/")
    hunts = labs.TOPICS[topic]
    found = tab.locator("h2[data-hunt]").evaluate_all("all => all.map((title) => title.dataset.hunt)")
    assert found == [bug.id for bug in hunts]
    wanted = sample(hunts, 2)
    for bug in wanted:
        hunt = Hunt(tab, bug.id)
        assert hunt.look().startswith("WRONG"), bug.slug
        assert bug.id not in tab.evaluate(KEPT)
        assert hunt.repair(bug.correct_source) == SOLVED, bug.slug
        assert hunt.check.get_attribute("data-state") == "edited"
        expect(hunt.title).to_have_class(re.compile("lab-solved"))
    kept = tab.evaluate(KEPT)
    assert set(kept) == {bug.id for bug in wanted}
    assert all(one["solved"] and one["hints"] == 0 and not one["looked"] for one in kept.values())


@pytest.mark.parametrize("topic", sample(TOPICS, 2))
def test_every_hunt_is_solved_by_a_click_and_every_wrong_click_answered(tab: Page, topic: str) -> None:
    go(tab, f"labs/{topic}/")
    for bug in sample(labs.TOPICS[topic], 2):
        hunt = Hunt(tab, bug.id)
        buttons = hunt.lines.locator("button.lab-line")
        numbers = [int(number or 0) for number in buttons.evaluate_all("all => all.map((one) => one.dataset.n)")]
        assert hunt.lines.locator(".lab-line").all_inner_texts()[0] == bug.listing.splitlines()[0]
        wrong = sample([n for n in numbers if n not in bug.broken], 4)
        for n in wrong:
            hunt.lines.locator(f"button[data-n='{n}']").click()
            expect(hunt.lines.locator("li", has=tab.locator(f"button[data-n='{n}']"))).to_have_class(
                re.compile("lab-out")
            )
            expect(hunt.lines.locator(".lab-told")).to_contain_text(f"Line {n}. ")
        assert bug.id not in tab.evaluate(KEPT)
        for n in bug.broken:
            hunt.lines.locator(f"button[data-n='{n}']").click()
        end = tab.locator(".lab-told.lab-end", has_text=bug.title)
        expect(end).to_be_visible()
        assert bug.why in end.inner_text()
        expect(hunt.title).to_have_class(re.compile("lab-solved"))
        kept = tab.evaluate(KEPT)[bug.id]
        assert kept["solved"]
        assert 0 <= kept["clicks"] <= len(wrong)
    assert not violations(tab)


def test_a_wrong_click_lights_the_row_that_rules_it_out(tab: Page) -> None:
    go(tab, "labs/dense/")
    bug = labs.find("dw-doubled")
    hunt = Hunt(tab, bug.id)
    line = bug.listing.splitlines().index("    db = dZ.sum(axis=1, keepdims=True)") + 1
    hunt.lines.locator(f"button[data-n='{line}']").focus()
    tab.keyboard.press("Enter")
    lit = tab.locator(".lab-lit")
    expect(lit).to_have_count(1)
    assert lit.inner_text().split()[0].startswith("b")
    assert "AGREES" in lit.inner_text()
    tab.mouse.wheel(0, 4000)
    expect(lit).not_to_be_in_viewport()
    hunt.lines.get_by_role("button", name="See the row").click()
    expect(lit).to_be_in_viewport()
    hunt.lines.locator(f"button[data-n='{line}']").focus()
    tab.keyboard.press("ArrowUp")
    expect(hunt.lines.locator(f"button[data-n='{line - 1}']")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator(".lab-end")).to_contain_text(f"1 of {len(labs.BUGS)} hunts are solved")
    expect(tab.locator(".lab-end").get_by_role("link")).to_have_text("Next: Hunt 1.2")
    assert tab.evaluate(KEPT)[bug.id]["clicks"] == 1


@pytest.mark.parametrize("bug", sample([bug for bug in labs.BUGS if bug.also], 1), ids=lambda bug: bug.slug)
def test_of_several_bugs_each_that_is_found_is_repaired_and_the_report_is_of_what_is_left(
    tab: Page, site: Path, bug: labs.Bug
) -> None:
    told = json.loads((site / "labs" / "hunts" / f"{bug.id}.json").read_text(encoding="utf-8"))
    go(tab, f"labs/{bug.topic}/")
    hunt = Hunt(tab, bug.id)

    def click(n: str | int) -> Locator:
        hunt.lines.locator(f"button[data-n='{n}']").click()
        return hunt.lines.locator("li").nth(int(n) - 1)

    *first, last = bug.broken
    stages = [told, *(told["after"][",".join(map(str, first[: n + 1]))] for n in range(len(first)))]
    sure = [n for n in stages[0]["lines"] if all(s["lines"][n]["kind"] == "open" for s in stages[:-1])]
    doubtful = next(n for n in sure if stages[-1]["lines"][n]["kind"] in ("agrees", "wrong"))
    expect(click(doubtful)).to_contain_text("It could be, so it is not counted.")
    for n, stage in zip(first, stages[1:], strict=True):
        expect(click(n)).to_contain_text("That is one of them.")
        report = tab.locator(".lab-again")
        assert str(report.locator("code").text_content()).strip() == stage["report"].strip()
        expect(report.locator(".filename")).to_contain_text("repaired")
    line = click(doubtful)
    expect(line).to_contain_text(re.compile(r"\bno\. ", re.I))
    expect(line).not_to_contain_text("It could be")
    hunt.lines.get_by_role("button", name="See the row").click()
    expect(report.locator(".lab-lit")).to_be_in_viewport()
    click(last)
    expect(tab.locator(".lab-end")).to_contain_text("Found, with 1 wrong click.")
    assert not violations(tab)


def test_who_follows_a_link_in_the_middle_of_a_hunt_finds_it_as_it_was(tab: Page) -> None:
    go(tab, "labs/dense/")
    bug = labs.find("dw-doubled")
    wrong = [n for n, line in enumerate(bug.listing.splitlines(), 1) if line.startswith(("    dA =", "    db ="))][:2]
    lines = Hunt(tab, bug.id).lines
    for n in wrong:
        lines.locator(f"button[data-n='{n}']").click()
        expect(lines.locator(".lab-out")).to_have_count(wrong.index(n) + 1)
    tab.locator(".lab-report pre a").first.click()
    expect(tab).to_have_url(re.compile("/reference/findings/"))
    tab.go_back()
    lines = Hunt(tab, bug.id).lines
    expect(lines.locator(".lab-out")).to_have_count(2)
    expect(tab.locator(".lab-told").first).to_contain_text(f"Line {wrong[-1]}.")
    tab.reload()
    lines = Hunt(tab, bug.id).lines
    expect(lines.locator(".lab-out")).to_have_count(2)
    lines.locator(f"button[data-n='{wrong[0] + 1}']").click()
    expect(tab.locator(".lab-end")).to_contain_text("Found, with 2 wrong clicks")
    tab.reload()
    expect(tab.locator("h2.lab-solved")).to_have_count(1)
    lines = Hunt(tab, bug.id).lines
    expect(lines.locator(".lab-found")).to_have_count(1)  # what was found stands there, with its margin
    expect(lines.locator(".lab-mark")).not_to_have_count(0)
    end = tab.locator(".lab-end")
    expect(end).to_contain_text("Found, with 2 wrong clicks")
    end.get_by_role("button", name="Hunt again").click()
    lines = Hunt(tab, bug.id).lines
    expect(lines.locator(".lab-out, .lab-found, .lab-mark")).to_have_count(0)
    expect(lines.locator("button").first).to_be_focused()
    lines.locator(f"button[data-n='{wrong[0] + 1}']").click()
    expect(tab.locator(".lab-end")).to_contain_text("Found, with no wrong clicks")
    assert tab.evaluate(KEPT)[bug.id]["clicks"] == 2, "the first time counts"


def test_found_is_seen_and_each_note_in_the_margin_opens(tab: Page) -> None:
    """With a click and with the keyboard; and the next hunt is the next one that is not solved, in order."""
    go(tab, "labs/long/")
    bug, after = labs.find("dropped-in-place"), labs.find("tiled-for-repeated")
    hunt = Hunt(tab, bug.id)
    told = json.loads((CLICKS / f"{bug.id}.json").read_text(encoding="utf-8"))
    numbers = next(n for n, one in told["lines"].items() if one["kind"] == "numbers" and " not " in one["mark"])
    hunt.lines.locator(f"button[data-n='{numbers}']").click()
    expect(hunt.lines.locator(".lab-told")).to_contain_text("not counted")
    hunt.lines.locator(f"button[data-n='{bug.broken[0]}']").click()
    end = tab.locator(".lab-end")
    expect(end).to_contain_text("Found, with no wrong clicks")
    expect(end).to_be_in_viewport()
    expect(end.get_by_role("link")).to_have_text(f"Next: Hunt {labs.number(after)}")
    for n, one in [*list(told["lines"].items())[::5], (numbers, told["lines"][numbers])]:
        row = hunt.lines.locator("li").nth(int(n) - 1)
        expect(row.locator(".lab-mark")).to_have_text(one["mark"])
        row.locator("button.lab-line").focus()
        tab.keyboard.press("Enter")
        expect(row.locator(".lab-told")).to_contain_text(one["text"].replace("`", ""))
    later = Hunt(tab, labs.find("half-of-the-exponent").id)
    later.lines.locator(f"button[data-n='{labs.find('half-of-the-exponent').broken[0]}']").click()
    expect(tab.locator(".lab-end").last.get_by_role("link")).to_have_text("Next: Hunt 9.4")
    assert not violations(tab)


def test_the_copy_is_closed_until_the_line_is_found_or_asked_for(tab: Page) -> None:
    go(tab, "labs/dense/")
    expect(tab.locator("ol.lab-lines")).to_have_count(7)
    first, second = tab.locator("details.example").nth(0), tab.locator("details.example").nth(1)
    for fold in (first, second):
        fold.locator(":scope > summary").click()
        expect(fold.locator("live-block").first).to_be_hidden()
    first.get_by_role("button", name="Repair first").click()
    expect(first.locator("live-block").first).to_be_visible()
    expect(first.get_by_role("button", name="Check")).to_be_focused()
    expect(second.locator("live-block").first).to_be_hidden()
    tab.locator("ol.lab-lines").nth(1).locator(f"button[data-n='{labs.BUGS[1].broken[0]}']").click()
    expect(second.locator("live-block").first).to_be_visible()
    expect(second.get_by_role("button", name="Repair first")).to_have_count(0)


@pytest.mark.parametrize("width", [1300, 1366, 390])
def test_the_box_to_repair_in_shows_all_of_its_report(chromium: Browser, width: int) -> None:
    """As wide as the report above it, one row of buttons, no icon over text, and a wheel that moves the page."""
    with visit(chromium, viewport={"width": width, "height": 900}) as visitor:
        page = visitor.open("labs/long/")
        bug = labs.find("two-directions")
        hunt = Hunt(page, bug.id)
        report = hunt.check.locator(".language-text pre")
        expect(hunt.function.locator(".live-bar button").filter(visible=True)).to_have_text(["Check", "Edit"])
        expect(hunt.check.locator(".live-bar button").filter(visible=True)).to_have_count(0)
        if width > 390:
            assert report.evaluate("pre => pre.scrollWidth - pre.clientWidth") <= 0
            assert (
                hunt.check.locator(".highlight pre").first.evaluate("pre => pre.scrollWidth - pre.clientWidth") <= 0
            )
        hunt.function.get_by_role("button", name="Edit").click()
        editor = hunt.function.locator(".cm-editor")
        expect(editor).to_be_visible()
        assert editor.locator(".cm-scroller").evaluate("one => one.scrollHeight - one.clientHeight") <= 1
        expect(editor.locator(".cm-lineNumbers .cm-gutterElement").filter(visible=True).first).to_have_text("1")
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_editor_has_the_numbers_of_the_lines_above(tab: Page) -> None:
    go(tab, "labs/sequences/")
    bug = labs.find("repeated-word")
    hunt = Hunt(tab, bug.id)
    hunt.function.get_by_role("button", name="Edit").click()
    first = bug.listing.splitlines().index(bug.source.splitlines()[0]) + 1
    numbers = hunt.function.locator(".cm-lineNumbers .cm-gutterElement").filter(visible=True)
    expect(numbers).to_have_text([str(first + k) for k in range(len(bug.source.splitlines()))])


def test_a_hunt_is_not_solved_by_another_function_or_another_check(tab: Page) -> None:
    go(tab, "labs/dense/")
    one, two = Hunt(tab, labs.BUGS[0].id), Hunt(tab, labs.BUGS[1].id)
    assert two.repair(labs.BUGS[1].correct_source) == SOLVED
    assert one.look().startswith("WRONG"), "the function of the hunt that was run last was checked"
    one.check.evaluate("(block, code) => block.write(code)", "print('AGREES')")  # its bar has no Edit of its own
    assert one.repair(labs.BUGS[0].source + "# the same\n").startswith("AGREES But the check was edited")
    assert list(tab.evaluate(KEPT)) == [labs.BUGS[1].id]


def test_an_error_is_shown_where_it_is(tab: Page) -> None:
    go(tab, "labs/dense/")
    hunt = Hunt(tab, labs.BUGS[0].id)
    edit(hunt.function, "def dense_backward(dZ, A, W)\n    return")
    hunt.function.locator(".cm-content").press("ControlOrMeta+Enter")
    expect(hunt.said).to_contain_text("Not yet: stopped by an error: SyntaxError", timeout=PATIENCE)
    expect(hunt.function.locator(".live-out")).to_contain_text("line 1")
    for code, told in {
        'raise ValueError("a word (or two) and the rest")': "ValueError: a word (or two) and the rest",
    }.items():
        edit(hunt.function, f"def dense_backward(dZ, A, W):\n    {code}")
        hunt.function.locator(".cm-content").press("ControlOrMeta+Enter")
        expect(hunt.said).to_contain_text(told, timeout=PATIENCE)
    edit(hunt.function, "def dense_backward(dZ, A, W):\n    return W.T @ dZ, dZ @ A.T, dZ.sum()")
    hunt.function.locator(".cm-content").press("ControlOrMeta+Enter")
    expect(hunt.said).to_contain_text(re.compile(r"GradlabError: .*must have shape \(\d+, 1\)"), timeout=PATIENCE)
    edit(hunt.function, labs.BUGS[0].correct_source)
    hunt.function.locator(".cm-content").press("ControlOrMeta+Enter")
    expect(hunt.said).to_have_text(SOLVED, timeout=PATIENCE)


def test_what_a_check_said_is_not_said_of_code_that_was_changed_since(tab: Page) -> None:
    go(tab, "labs/dense/")
    bug = labs.BUGS[0]
    hunt = Hunt(tab, bug.id)
    assert hunt.look().startswith("WRONG")
    hunt.function.evaluate("(block, code) => block.write(code)", bug.correct_source)
    expect(hunt.said).to_have_text(re.compile("^Before your change: WRONG"))
    assert hunt.look() == SOLVED
    hunt.function.get_by_role("button", name="Reset").click()
    expect(hunt.said).to_have_text(f"Before your change: {SOLVED}")
    assert "gl-agrees" not in str(hunt.said.get_attribute("class"))


def unlocked(hints: Locator) -> list[bool]:
    """Which hints a reader may open."""
    return [one.get_attribute("aria-disabled") is None for one in hints.locator(":scope > summary").all()]


def test_hints_come_one_at_a_time_and_count(tab: Page) -> None:
    go(tab, "labs/dense/")
    hunt = Hunt(tab, labs.BUGS[2].id)
    comes(lambda: unlocked(hunt.hints), [True, False, False, False])
    locked = hunt.hints.nth(1).locator(":scope > summary")
    locked.click(force=True)
    locked.press("Enter")
    tab.wait_for_timeout(50)  # a fold says a moment later that it was opened
    assert hunt.hints.nth(1).get_attribute("open") is None
    assert tab.evaluate(KEPT) == {}
    hunt.hints.nth(0).locator(":scope > summary").click()
    expect(hunt.hints.nth(1).locator(":scope > summary")).not_to_have_attribute("aria-disabled", "true")
    comes(lambda: unlocked(hunt.hints), [True, True, False, False])
    hunt.hints.nth(1).locator(":scope > summary").press("Enter")
    expect(hunt.hints.nth(2).locator(":scope > summary")).not_to_have_attribute("aria-disabled", "true")
    comes(
        lambda: tab.evaluate(KEPT)[labs.BUGS[2].id] | {"at": ""},
        {"name": "Hunt 1.3", "at": "", "hints": 2, "looked": False},
    )
    hunt.answer.locator(":scope > summary").click()
    expect(hunt.answer.locator("p").first).to_be_visible()
    assert hunt.repair(labs.BUGS[2].correct_source) == SOLVED
    comes(lambda: unlocked(hunt.hints), [True] * 4)
    hunt.hints.nth(3).locator(":scope > summary").click()  # after it is solved, nothing counts
    go(tab, NONE)
    go(tab, "labs/dense/")
    hunt = Hunt(tab, labs.BUGS[2].id)
    expect(hunt.title).to_have_class(re.compile("lab-solved"))
    kept = tab.evaluate(KEPT)[labs.BUGS[2].id]
    assert kept["solved"]
    assert kept["hints"] == 2
    assert kept["looked"]


def test_progress_that_was_kept_by_number_is_carried_over(tab: Page) -> None:
    """In the order of the first catalogue, whatever was added to ours since."""
    go(tab, NONE)
    one = {
        "name": "Hunt 1.1",
        "at": "/gradlab/labs/dense/#hunt-1",
        "hints": 1,
        "looked": False,
        "solved": "2026-01-02",
    }
    last = one | {"name": "Hunt 7.9", "at": "/gradlab/labs/sequences/#hunt-9", "solved": None}
    since = one | {"name": "Hunt 2.1", "hints": 0}
    blind = one | {"name": "Seed 7", "at": "/gradlab/labs/blind/#hunt"}
    ids = {name: labs.find(name).id for name in ("dw-doubled", "scale-of-scores", "mask-from-a")}
    kept = {"0": one, "46": last, "7": one, ids["mask-from-a"]: since, "seed 7": blind}
    tab.evaluate("kept => localStorage.setItem('gradlab-labs', JSON.stringify(kept))", kept)
    go(tab, "labs/dense/")
    expect(Hunt(tab, ids["dw-doubled"]).title).to_have_class(re.compile("lab-solved"))
    assert tab.evaluate(KEPT) == {
        ids["dw-doubled"]: one | {"at": f"/gradlab/labs/dense/#hunt-{ids['dw-doubled']}"},
        ids["scale-of-scores"]: last | {"at": f"/gradlab/labs/sequences/#hunt-{ids['scale-of-scores']}"},
        ids["mask-from-a"]: since,
        "seed 7": blind,
    }


def test_what_was_found_survives_a_reload(chromium: Browser) -> None:
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open("labs/dense/")
        Hunt(page, labs.BUGS[5].id).hints.first.locator(":scope > summary").click()
        expect(Hunt(page, labs.BUGS[5].id).hints.nth(1).locator(":scope > summary")).not_to_have_attribute(
            "aria-disabled", "true"
        )
        page.reload()
        page.locator(".lab-said").last.wait_for(state="attached")
        hints = Hunt(page, labs.BUGS[5].id).hints
        comes(lambda: unlocked(hints), [True, True, False, False])
        assert not violations(page)
        page.goto(url("labs/"))
        expect(page.locator(".lab-progress tbody tr")).to_have_text("Hunt 1.6not yet1")
        assert not visitor.complaints


def test_progress_is_shown_exported_and_reset(tab: Page, tmp_path: Path) -> None:
    go(tab, "labs/activations/")
    Hunt(tab, labs.BUGS[7].id).hints.first.locator(":scope > summary").click()
    assert Hunt(tab, labs.BUGS[7].id).repair(labs.BUGS[7].correct_source) == SOLVED
    Hunt(tab, labs.BUGS[8].id).answer.locator(":scope > summary").click()
    # A fold says a moment later that it was opened.
    kept = comes(lambda: tab.evaluate(KEPT), lambda kept: kept.get(labs.BUGS[8].id, {}).get("looked"))
    go(tab, "labs/")
    box = tab.locator(".lab-progress")
    rows = box.locator("tbody tr")
    expect(rows).to_have_count(2)
    assert rows.nth(0).locator("td").all_inner_texts() == ["Hunt 2.1", kept[labs.BUGS[7].id]["solved"], "", "1"]
    assert rows.nth(1).locator("td").all_inner_texts() == ["Hunt 2.2", "not yet", "", "0, and the answer"]
    expect(box.locator(".lab-count")).to_have_text(f"1 of {len(labs.BUGS)} hunts are solved.")
    with tab.expect_download() as download:
        box.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "gradlab-labs.json"
    download.value.save_as(tmp_path / "kept.json")
    assert json.loads((tmp_path / "kept.json").read_text(encoding="utf-8")) == kept
    tab.once("dialog", lambda dialog: dialog.dismiss())
    box.get_by_role("button", name="Reset").click()
    expect(rows).to_have_count(2)
    tab.once("dialog", lambda dialog: dialog.accept())
    box.get_by_role("button", name="Reset").click()
    expect(rows).to_have_count(0)
    assert "Nothing yet." in box.evaluate("box => getComputedStyle(box, '::before').content")
    assert tab.evaluate(KEPT) == {}
    assert box.locator("table").count() == 0
    (tmp_path / "other.json").write_text('{"a": 1}', encoding="utf-8")
    box.locator("input[type=file]").set_input_files(tmp_path / "other.json")
    expect(box.get_by_role("status")).to_contain_text("holds no progress")
    assert tab.evaluate(KEPT) == {}
    box.locator("input[type=file]").set_input_files(tmp_path / "kept.json")
    expect(rows).to_have_count(2)
    assert tab.evaluate(KEPT) == kept
    assert not violations(tab)


def drawn(tab: Page, seed: int) -> tuple[labs.Bug, Hunt]:
    """Type a seed; the bug that it draws, and its hunt on the page."""
    bug = labs.choose(labs.BUGS, 1, seed=seed)[0]
    tab.get_by_label("Seed").fill(str(seed))
    tab.get_by_label("Seed").press("Enter")
    expect(tab.locator("ol.lab-lines .lab-line code")).to_have_text(shown(bug.listing))
    return bug, Hunt(tab, "blind")


def shown(listing: str) -> list[str]:
    return [line or " " for line in listing.rstrip("\n").split("\n")]


def test_a_blind_hunt_begins_with_the_report_that_its_seed_draws(tab: Page) -> None:
    go(tab, BLIND)
    expect(tab.get_by_label("Seed")).to_have_value("8")
    for seed in (3, 12):
        bug, hunt = drawn(tab, seed)
        assert bug.title not in tab.locator("article").inner_text()
        report = tab.locator("[data-of=hunt] .language-text pre code").first
        expect(report).to_contain_text(re.compile(r"^WRONG: "))
        for name in bug.case(1).params:
            expect(report).to_contain_text(name)
        comes(lambda hunt=hunt: unlocked(hunt.hints), [True, False, False, False])
        hunt.hints.first.locator(":scope > summary").click()
        expect(hunt.hints.first.locator("p")).to_contain_text(bug.hints.blocks)
        wrong = int(hunt.lines.locator("button.lab-line").first.get_attribute("data-n") or 0)
        for n in [*({wrong} - set(bug.broken)), *bug.broken]:
            hunt.lines.locator(f"button[data-n='{n}']").click()
        expect(tab.locator(".lab-end")).to_contain_text(bug.title)
        kept = tab.evaluate(KEPT)[f"seed {seed}"]
        assert (kept["hints"], kept["bug"], bool(kept["solved"])) == (1, bug.title, True)
        expect(tab.locator(".lab-progress tbody tr", has_text=bug.title)).to_be_visible()
        link = tab.locator(".lab-end a").get_attribute("href") or ""
        assert link.endswith(f"{BLIND}?seed={seed}&clicks={kept['clicks']}&hints=1")
    assert not violations(tab)
    go(tab, NONE)
    go(tab, BLIND)
    expect(tab.get_by_label("Seed")).to_have_value("12")
    assert tab.locator(".lab-progress tbody tr").count() == 2
    tab.get_by_label("Seed").fill("12345")
    tab.get_by_label("Seed").press("Enter")
    expect(tab.locator(".lab-dare")).to_have_text("Seeds go from 0 to 999: this is the last.")
    expect(tab.get_by_label("Seed")).to_have_value("999")


def test_a_blind_hunt_is_solved_in_the_editor(tab: Page) -> None:
    go(tab, BLIND)
    bug, hunt = drawn(tab, 5)
    holds(hunt, bug.source.rstrip())
    assert hunt.look().startswith("WRONG")
    assert hunt.repair(bug.correct_source) == SOLVED
    expect(hunt.answer.locator("p").first).to_contain_text(bug.title)
    expect(tab.locator(".lab-progress tbody tr")).to_contain_text("Seed 5")
    hunt.function.get_by_role("button", name="Reset").click()
    holds(hunt, bug.source.rstrip())
    bug, hunt = drawn(tab, 8)  # the page's own
    holds(hunt, bug.source.rstrip())
    assert hunt.look().startswith("WRONG")
    assert hunt.repair(bug.correct_source) == SOLVED


def test_half_a_repair_is_there_when_its_seed_comes_back(tab: Page) -> None:
    """However one comes back: by the seed, by Back, by a reload, from another page."""
    go(tab, BLIND)
    halves = {}
    for seed in (5, 8, 3):  # 8 is the page's own
        bug, hunt = drawn(tab, seed)
        holds(hunt, bug.source.rstrip())
        halves[seed] = bug.source.rstrip() + f"\n    # tried {seed}"
        hunt.function.evaluate("(block, code) => block.write(code)", halves[seed])
    tab.go_back()
    on_page(tab, 8)
    holds(Hunt(tab, "blind"), halves[8])
    for seed in (3, 5, 8, 5):
        holds(drawn(tab, seed)[1], halves[seed])
    tab.reload()
    on_page(tab, 5)
    holds(Hunt(tab, "blind"), halves[5])
    go(tab, NONE)
    go(tab, BLIND)
    bug, hunt = drawn(tab, 3)
    holds(hunt, halves[3])
    expect(hunt.function.locator(".live-note")).to_contain_text("kept from before")
    hunt.function.get_by_role("button", name="Reset").click()
    holds(hunt, bug.source.rstrip())
    holds(drawn(tab, 5)[1], halves[5])
    holds(drawn(tab, 3)[1], bug.source.rstrip())  # what was reset is forgotten
    bug, hunt = drawn(tab, 12)
    holds(hunt, bug.source.rstrip())
    expect(hunt.function.locator(".live-note")).to_be_empty()


def holds(hunt: Hunt, code: str) -> None:
    """Wait until the editor of a hunt holds this; what is written into it comes a moment after the lines."""
    comes(lambda: str(hunt.function.evaluate("block => block.code")), code)


def test_a_link_brings_a_hunt_and_a_challenge(chromium: Browser) -> None:
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open(f"{BLIND}?seed=40&clicks=1&hints=0")
        bug = labs.choose(labs.BUGS, 1, seed=40)[0]
        expect(page.get_by_label("Seed")).to_have_value("40")
        expect(page.locator(".lab-dare")).to_have_text(
            "Somebody found this one with 1 wrong click and no hints. Can you?"
        )
        expect(page.locator("ol.lab-lines .lab-line code")).to_have_text(shown(bug.listing))
        page.get_by_role("button", name="Draw another").click()
        expect(page.locator(".lab-dare")).to_be_empty()
        page.reload()
        seed = int(page.get_by_label("Seed").input_value())
        bug = labs.choose(labs.BUGS, 1, seed=seed)[0]
        expect(page.locator("ol.lab-lines .lab-line code")).to_have_text(shown(bug.listing))
        page.get_by_role("link", name="For teachers").first.click()
        page.locator("h1", has_text="For teachers").wait_for()
        page.go_back()
        expect(page.get_by_label("Seed")).to_have_value(str(seed))
        expect(page.locator("ol.lab-lines .lab-line code")).to_have_text(shown(bug.listing))
        for strange in ("seed=x", "seed=-1&clicks=<b>&hints=2", "seed=99999"):
            page.goto(url(f"{BLIND}?{strange}"))
            expect(page.locator("ol.lab-lines")).to_be_visible()
            expect(page.locator(".lab-dare")).to_have_text(
                "The link asks for a seed that is not there; seeds go from 0 to 999."
            )
        page.goto(url(f"{BLIND}?seed=4&clicks=-1&hints=1"))
        expect(page.locator("ol.lab-lines")).to_be_visible()
        expect(page.locator(".lab-dare")).to_be_empty()
        assert not visitor.complaints


def test_back_brings_the_seed_before_and_forward_the_next(chromium: Browser) -> None:
    """Each seed is a place that was visited: on this page, from another one, and after a reload."""
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open("labs/")
        go(page, BLIND)
        drawn(page, 3)
        page.get_by_role("button", name="Draw another").click()
        expect(page.get_by_label("Seed")).not_to_have_value("3")
        third = int(page.get_by_label("Seed").input_value())
        navigate(page, NONE)
        page.go_back()
        on_page(page, third)
        page.go_back()
        on_page(page, 3)
        page.reload()
        on_page(page, 3)
        page.go_back()
        on_page(page, 8)  # the page's own, though its address had none
        page.go_forward()
        page.go_forward()
        on_page(page, third)
        page.evaluate("history.go(-2), history.forward()")  # faster than a hunt is loaded
        page.wait_for_url(re.compile(r"seed=3$"))
        on_page(page, 3)
        page.go_back()
        on_page(page, 8)
        page.go_back()
        page.wait_for_url(url("labs/"))
        go(page, BLIND)
        on_page(page, 8)  # the last that was looked at
        assert not visitor.complaints


def on_page(page: Page, seed: int) -> None:
    """The address, the field and the hunt are of this seed."""
    expect(page.get_by_label("Seed")).to_have_value(str(seed))
    bug = labs.choose(labs.BUGS, 1, seed=seed)[0]
    expect(page.locator("ol.lab-lines .lab-line code")).to_have_text(shown(bug.listing))
    assert page.url == url(f"{BLIND}?seed={seed}")


def test_who_gives_up_is_told_the_name(tab: Page) -> None:
    go(tab, BLIND)
    tab.get_by_role("button", name="Draw another").click()
    expect(tab.get_by_label("Seed")).not_to_have_value("8")
    seed = tab.get_by_label("Seed").input_value()
    bug = labs.choose(labs.BUGS, 1, seed=int(seed))[0]
    expect(tab.locator("ol.lab-lines .lab-line code")).to_have_text(shown(bug.listing))
    hunt = Hunt(tab, "blind")
    hunt.answer.locator(":scope > summary").click()
    row = tab.locator(".lab-progress tbody tr")
    expect(row).to_contain_text(bug.title, timeout=PATIENCE)
    assert row.locator("td").all_inner_texts() == [f"Seed {seed}: {bug.title}", "not yet", "", "0, and the answer"]


WORDS = {"right": "Right", "wrong": "Wrong", "open": "Cannot be told here"}


def test_a_trap_asks_first_and_tells_then(tab: Page) -> None:
    go(tab, "labs/traps/")
    for bug in labs.TOPICS["traps"]:
        title = tab.locator(f"h2[data-trap='{bug.id}']")
        title.evaluate(PARTS)
        own = f"[data-of='hunt-{bug.id}']"
        fold = tab.locator(f"details.abstract{own}")
        group = tab.locator(f"h2[data-trap='{bug.id}'] ~ .lab-words").first
        group.wait_for()
        assert bug.title not in title.locator("xpath=..").inner_text()
        assert fold.get_attribute("open") is None
        group.get_by_role("button", name=WORDS[bug.trap], exact=True).press("Enter")
        said = fold.locator("xpath=preceding-sibling::p[1]")
        expect(said).to_contain_text(f"Yes. The gradient is {bug.trap}." if bug.trap != "open" else "Yes. It cannot")
        expect(said).to_contain_text(bug.title)
        expect(fold).to_have_attribute("open", "")
        expect(title).to_have_class(re.compile("lab-solved"))
        assert tab.evaluate(KEPT)[bug.id]["clicks"] == 0
    assert not violations(tab)


def test_a_wrong_word_on_a_trap_counts_and_is_answered(tab: Page) -> None:
    go(tab, "labs/traps/")
    bug = labs.find("condemned")
    fold = tab.locator(f"h2[data-trap='{bug.id}'] ~ details.abstract").first
    group = tab.locator(f"h2[data-trap='{bug.id}'] ~ .lab-words").first
    group.get_by_role("button", name="Wrong", exact=True).click()
    expect(fold.locator("xpath=preceding-sibling::p[1]")).to_contain_text("No. The gradient is right.")
    group.get_by_role("button", name="Right", exact=True).click()
    kept = tab.evaluate(KEPT)[bug.id]
    assert kept["looked"]
    assert "solved" not in kept


def test_before_the_first_click_a_lab_loads_two_kilobytes_more(chromium: Browser, site: Path) -> None:
    def loaded() -> list[str]:
        page.wait_for_load_state("networkidle")
        return sorted(Path(path).name for path in visitor.asked if "/live-" in path)

    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open("learn/the-check/")
        assert loaded() == ["live.js"]
        page.goto(url("labs/dense/"))
        page.locator(".lab-said").last.wait_for(state="attached")
        assert loaded() == ["labs.js", "lines.js", "live.js"]
    assert len(gzip.compress(named.found(site, "live/labs.js").read_bytes())) < 2_200


def test_without_javascript_hints_are_folded_and_all_there(unscripted: Page) -> None:
    for address, hunts in (("labs/dense/", 7), (BLIND, 1)):
        unscripted.goto(url(address))
        hints = unscripted.locator("details.question")
        assert hints.count() == 4 * hunts
        assert all(hint.is_visible() for hint in hints.all())
        hints.last.locator(":scope > summary").click()
        assert hints.last.locator("p, .highlight").last.is_visible()
        assert unscripted.locator("summary[aria-disabled]").count() == 0


def test_a_phone_shows_all_of_it(chromium: Browser) -> None:
    with visit(chromium, viewport=PHONE, color_scheme="dark") as visitor:
        page = visitor.open()
        for address in ("labs/dense/", BLIND, "labs/"):
            page.goto(url(address))
            expect(page.locator(".lab-said, .lab-progress").last).to_be_attached()
            assert page.evaluate("document.documentElement.scrollWidth") == 320, address
        assert not visitor.complaints


# What a finger aims at, and is smaller than 44 pixels. A piece of a line of code is as high as its line.
AIMED = "article :is(button, summary, select, input), .md-header__button.md-icon"
SMALL = """aimed => [...document.querySelectorAll(aimed)]
  .filter((one) => one.checkVisibility() && !one.closest(".hero-place"))
  .map((one) => [one.textContent.trim() || one.className || one.type, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && (height < 43.9 || width < 24))
  .map(([name, { width, height }]) => `${name}: ${width} × ${height}`)"""


def test_a_finger_hits_what_it_aims_at(chromium: Browser) -> None:
    with visit(chromium, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as visitor:
        page = visitor.open()
        for address in ("", "labs/dense/", "labs/traps/", BLIND, "labs/decoder/", "playground/", *MOVING):
            page.goto(url(address))
            ready = ".lab-lines, .lab-word, .decoder, .live-play, moving-picture[data-live], guess-first button"
            ready += ", .hero-place"
            page.evaluate("document.querySelector('moving-picture, guess-first')?.scrollIntoView()")
            expect(page.locator(ready).first).to_be_visible()
            assert page.evaluate(SMALL, AIMED) == [], address
        page.locator("label.md-header__button[for=__search]").click()
        page.locator(".md-search__input").fill("kink")
        for icon in page.locator(".md-search__form .md-icon").filter(visible=True).all():  # it grows when it comes
            comes(lambda icon=icon: min(icon.bounding_box()[side] for side in ("width", "height")) >= 44, True)


def test_on_a_phone_the_notes_of_a_hunt_leave_the_code_its_width(chromium: Browser) -> None:
    with visit(chromium, viewport={"width": 390, "height": 844}) as visitor:
        page = visitor.open("labs/dense/")
        hunt = Hunt(page, labs.find("dw-doubled").id)
        width = "codes => Math.min(...codes.map((code) => code.getBoundingClientRect().width))"
        before = hunt.lines.locator("code").evaluate_all(width)
        hunt.lines.locator(f"[data-n='{labs.find('dw-doubled').broken[0]}']").click()
        expect(page.locator(".lab-end")).to_be_visible()
        assert hunt.lines.locator("button > .lab-mark").count() > 10
        assert hunt.lines.locator("button > code").evaluate_all(width) >= 0.95 * before
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_the_words_of_a_hunts_report_wrap_and_are_the_same(chromium: Browser) -> None:
    with visit(chromium, viewport={"width": 390, "height": 844}) as visitor:
        page = visitor.open()
        for address in ("labs/dense/", "labs/normalisation/", BLIND):
            page.goto(url(address))
            Hunt(page, page.locator("h2[data-hunt]").first.get_attribute("data-hunt") or "")
            # The second stands in the box to repair in, below its check.
            for block in (page.locator("live-block.lab-report").last, page.locator("live-block.lab-check").first):
                report = block.locator(".language-text pre code")
                wide = "words => words.filter((one) => one.getBoundingClientRect().right > innerWidth).length"
                assert report.locator(".lab-prose").evaluate_all(wide) == 0
                sizes = "words => new Set(words.map((one) => getComputedStyle(one).fontSize)).size"
                assert report.locator(":scope > span").evaluate_all(sizes) == 1
                assert report.locator(".lab-fold").count() > 3
                verified = json.loads(str(block.get_attribute("data-block")))["want"]
                assert str(report.text_content()).rstrip() == verified.rstrip()
