"""Pictures that move: each is mounted, moved by mouse and by keyboard, and its numbers are those of gradlab."""

import cmath
import math
import re
import textwrap
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from gradlab import Parameters, check_gradients, nn, relative_difference
from gradlab.stencils import BACKWARD, CENTRAL, FIVE_POINT, FORWARD, Stencil, complex_step
from gradlab.steps import best_step, roundoff_error, truncation_error
from tests.chosen import sample
from tests.website.live_tab import comes, navigate
from tests.website.test_axe import AXE, SETTLED
from website.audit.browser import LAPTOP, PHONE, Visit, url, visit
from website.figures import big_networks, it_failed, moving, thresholds, vanishing_and_exploding, when_to_run_it
from website.paths import DOCS

FOLLOWS = re.compile(r'data-follows="([\w-]+): ')
FOLLOWED = sorted({name for path in DOCS.rglob("*.md") for name in FOLLOWS.findall(path.read_text("utf-8"))})
PAGES = {
    "error": "learn/what-comparing-proves/",
    "secant": "learn/one-side-or-two/",
    "v-curve": "learn/floating-point/",
    "kink": "learn/kinks/",
    "theta": "learn/many-parameters/",
    "backprop": "learn/backprop-by-hand/",
    "triangle": "learn/the-check/",
    "threshold": "learn/thresholds/",
    "bugs": "learn/it-failed/",
    "training": "learn/when-to-run-it/",
    "bisect": "learn/big-networks/",
    "depth": "learn/vanishing-and-exploding/",
    "digits": "learn/floating-point/",
    "tape": "learn/frameworks/",
    "formulas": "learn/better-formulas/",
    "answers": "learn/build-your-own-checker/",
}


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[Visit]:
    """One reader for the whole module, whose console stays empty and who asks no other host."""
    with visit(chromium, viewport=LAPTOP) as opened:
        yield opened
    assert not opened.elsewhere


@pytest.fixture(scope="module")
def page(visitor: Visit) -> Page:
    return visitor.open()


def picture(page: Page, name: str) -> Locator:
    """The picture on its page, in view and alive."""
    page.goto(url(PAGES[name]))
    return alive(page, name)


def alive(page: Page, name: str) -> Locator:
    found = page.locator(f"moving-picture[name={name}]").first
    page.evaluate("document.fonts.ready")  # until then nothing has its place
    found.scroll_into_view_if_needed()
    found.locator(".moving-says b").first.wait_for()
    return found


def shown(picture: Locator, quantity: str) -> float:
    """A number as the sentence below the picture gives it."""
    return float(picture.locator(f".moving-says b[data-of='{quantity}']").inner_text().replace("−", "-"))


def press(picture: Locator, label: str, key: str, times: int = 1) -> float:
    """Move a slider with the keyboard; its value."""
    slider = picture.get_by_label(label, exact=True)
    slider.focus()
    for _ in range(times):
        picture.page.keyboard.press(key)
    return float(slider.input_value())


def choose(picture: Locator, label: str, name: str) -> None:
    picture.get_by_label(label, exact=True).select_option(name)


def drag(picture: Locator, point: Locator, across: float) -> None:
    """Take a point of the picture with the mouse and pull it so many pixels to the right."""
    box = point.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = picture.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + across / 2, y)
    mouse.move(x + across, y)
    mouse.up()


def test_all_pictures_are_tested() -> None:
    assert set(PAGES) == set(moving.PICTURES.values())


def test_the_error_is_that_of_the_forgetful_formula(page: Page) -> None:
    error = picture(page, "error")
    is_the_forgetful_error(error, 0.8)
    is_the_forgetful_error(error, press(error, "w", "ArrowLeft", 30))
    drag(error, error.locator("circle.gl-wrong").first, -60)
    is_the_forgetful_error(error, float(error.get_by_label("w", exact=True).input_value()))
    for zero in ("w = 0.139…", "w = 0"):
        error.get_by_role("button", name=zero, exact=True).click()
        assert error.locator("[data-of=e]").inner_text() == "0"
        assert shown(error, "formula") == shown(error, "slope")
    few = shown(error, "alike")
    error.get_by_role("button", name="100,000 more").click()
    assert few < shown(error, "alike") < 30, "about 5.7 of 100,000 are expected to agree"
    assert error.locator("[data-of=all]").inner_text() == "200,000"


def is_the_forgetful_error(error: Locator, w: float) -> None:
    x, y = np.array([0.5, 1.0, 2.0]), np.array([0.2, -0.1, 0.3])
    a = np.tanh(w * x)
    formula, slope = np.mean((a - y) * x), np.mean((a - y) * (1 - a**2) * x)
    assert shown(error, "w") == pytest.approx(w)
    assert shown(error, "formula") == pytest.approx(formula, abs=6e-9)
    assert shown(error, "slope") == pytest.approx(slope, abs=6e-9)
    assert shown(error, "e") == pytest.approx(formula - slope, rel=6e-3)


SLOPES = {"θ³": (lambda t: t**3, lambda t: 3 * t**2), "sin θ": (math.sin, math.cos), "exp θ": (math.exp, math.exp)}


def agrees_with_stencils(secant: Locator, name: str) -> None:
    f, slope = SLOPES[name]
    theta, eps = (float(secant.get_by_label(label, exact=True).input_value()) for label in "θε")
    assert shown(secant, "tangent") == pytest.approx(slope(theta), abs=6e-5)
    for title, stencil in (("one side", FORWARD), ("two sides", CENTRAL)):
        wanted = stencil(f, theta, eps)
        assert shown(secant, f"{title}: slope") == pytest.approx(wanted, abs=6e-5)
        assert shown(secant, f"{title}: error") == pytest.approx(abs(wanted - slope(theta)), rel=6e-3, abs=1e-12)


def test_the_secant_is_that_of_the_stencils(page: Page) -> None:
    secant = picture(page, "secant")
    for name in sample(SLOPES, 1):
        choose(secant, "Function", name)
        agrees_with_stencils(secant, name)
        assert press(secant, "θ", "ArrowLeft", 7) < 1
        agrees_with_stencils(secant, name)
        assert press(secant, "ε", "Home") == 0.01
        agrees_with_stencils(secant, name)
        assert press(secant, "ε", "End") == 0.6
        press(secant, "θ", "End")


def followed(page: Page, name: str) -> list[str]:
    """What captions say now where they follow a picture."""
    return page.locator(f"[data-follows^='{name}: ']").all_inner_texts()


def says_the_same(written: str, picture: Locator, quantity: str) -> None:
    """A caption as it is written, and the picture as it begins, to the digits that the caption has."""
    now = picture.locator(f".moving-says b[data-of='{quantity}']").inner_text()
    try:
        number, told = (Decimal(said.replace("−", "-")) for said in (now, written))
    except InvalidOperation:
        assert written == now
        return
    assert abs(number - told) <= Decimal(10) ** int(told.as_tuple().exponent) / 2, (quantity, written, now)


def test_a_caption_stands_as_written_until_the_reader_moves_something(page: Page) -> None:
    for name in FOLLOWED:
        page.goto(url(PAGES[name]))
        written = followed(page, name)
        moving = alive(page, name)
        for told in page.locator(f"[data-follows^='{name}: ']").all():
            says_the_same(
                told.inner_text(), moving, str(told.get_attribute("data-follows")).removeprefix(f"{name}: ")
            )
        page.set_viewport_size(PHONE)
        page.set_viewport_size(LAPTOP)  # drawn again, and not by the reader
        assert followed(page, name) == written
        move(moving)
        assert followed(page, name) != written


def move(moving: Locator) -> None:
    """Change whatever this picture lets its reader change first: a slider, a choice or a button."""
    slider, select = moving.locator("input[type=range]"), moving.locator("select")
    if slider.count():
        for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):  # one of these leaves the place at which it began
            slider.first.press(key)
    elif select.count():
        select.first.select_option(index=1)
    else:
        moving.get_by_role("button").first.click()


def test_numbers_in_a_caption_follow_what_is_dragged(page: Page) -> None:
    secant = picture(page, "secant")
    choose(secant, "Function", "exp θ")
    theta = press(secant, "θ", "ArrowLeft", 4)
    caption = page.locator("[data-follows='secant: theta']")
    assert float(caption.inner_text()) == pytest.approx(theta)
    for quantity in ("tangent", "one side: slope", "two sides: slope"):
        followed = page.locator(f"[data-follows='secant: {quantity}']")
        assert float(followed.inner_text()) == shown(secant, quantity)
    assert page.locator("[data-follows='secant: f']").inner_text() == "exp θ"


def test_every_number_that_follows_has_a_picture_to_follow(page: Page) -> None:
    for name in FOLLOWED:
        alive = picture(page, name)
        said = alive.locator(".moving-says [data-of]").evaluate_all("all => all.map((one) => one.dataset.of)")
        marked = page.locator(f"[data-follows^='{name}: ']")
        follows = marked.evaluate_all("all => all.map((one) => one.dataset.follows)")
        assert follows
        assert {each.removeprefix(f"{name}: ") for each in follows} <= set(said)


def test_the_secant_follows_the_mouse(page: Page) -> None:
    secant = picture(page, "secant")
    drag(secant, secant.locator("circle.gl-analytic").first, -40)
    theta = float(secant.get_by_label("θ", exact=True).input_value())
    assert 0 < theta < 0.8
    drag(secant, secant.locator("circle.gl-soft").nth(1), -20)
    assert 0.1 < float(secant.get_by_label("ε", exact=True).input_value()) < 0.4
    agrees_with_stencils(secant, "θ³")


def taylor(t: float) -> float:
    return ((t / 6 + 0.5) * t + 1) * t + 1


CURVES = {
    "1 + θ + θ²/2 + θ³/6": (
        taylor,
        lambda t: 1 + t + t * t / 2,
        {2: lambda t: 1 + t, 3: np.ones_like, 5: np.zeros_like},
    ),
    "sin θ": (math.sin, math.cos, {2: math.sin, 3: math.cos, 5: math.cos}),
    "exp θ": (math.exp, math.exp, {2: math.exp, 3: math.exp, 5: math.exp}),
}
STENCILS = {"two sides": CENTRAL, "one side": FORWARD, "four points": FIVE_POINT}


def test_the_v_curve_is_computed_in_its_precision(page: Page) -> None:
    curve = picture(page, "v-curve")
    theta = press(curve, "θ", "ArrowRight", 3)
    for precision in (np.float64, np.float32):
        choose(curve, "Numbers", precision.__name__)
        for name, key in sample(zip(CURVES, ("PageUp", "PageUp", "Home"), strict=True), 1):
            choose(curve, "Function", name)
            step = page.evaluate("exponent => 10 ** exponent", press(curve, "ε", key))
            for label, stencil in STENCILS.items():
                choose(curve, "Formula", label)
                agrees_with_gradlab(curve, stencil, CURVES[name], precision(theta), step)
        press(curve, "ε", "PageUp", 4)


def agrees_with_gradlab(curve: Locator, stencil: Stencil, known: Any, at: Any, step: float) -> None:
    """Slope, budget and best step; slope to the last bit where nothing but + × / is computed."""
    f, slope, sizes = known
    x, precision = float(at), type(at)
    with np.errstate(invalid="ignore", divide="ignore"):
        wanted = float(stencil(lambda t: precision(f(t)), at, step))
    noise, size = float(np.finfo(precision).eps) / 2 * abs(f(x)), abs(sizes[stencil.order + 1](x))
    if not math.isfinite(wanted):
        assert "θ + ε is θ" in curve.locator(".moving-says").inner_text()
    else:
        rounding = roundoff_error(stencil, step, noise)
        last_bits = 0 if f is taylor else 2 * rounding  # of the browser's sine and exponential
        written = 5e-13 if precision is np.float64 else 5e-8
        assert shown(curve, "slope") == pytest.approx(wanted, rel=0, abs=last_bits + written)
        assert shown(curve, "error") == pytest.approx(abs(wanted - slope(x)), rel=6e-3, abs=last_bits + 1e-15)
        assert shown(curve, "truncation") == pytest.approx(truncation_error(stencil, step, size), rel=6e-3)
        assert shown(curve, "rounding") == pytest.approx(rounding, rel=6e-3)
    if size:
        assert shown(curve, "best") == pytest.approx(best_step(stencil, noise=noise, derivative=size).step, rel=6e-3)
    else:
        assert "largest step" in curve.locator(".moving-says").inner_text()


def test_the_four_formulas_are_those_of_gradlab(page: Page) -> None:
    four = picture(page, "formulas")
    points = 0.5 + np.arange(60) / 59
    for key in ("PageUp", "PageUp", "Home"):
        step = page.evaluate("exponent => 10 ** exponent", press(four, "ε", key))
        for name, stencil in (("one side", FORWARD), ("two sides", CENTRAL), ("four points", FIVE_POINT)):
            error = np.median([abs(stencil(math.sin, x, step) - math.cos(x)) for x in points])
            noise = 3 * roundoff_error(stencil, step, 2.0**-53)  # of the browser's sine, and of the last bits
            assert shown(four, name) == pytest.approx(error, rel=6e-3, abs=noise), (name, step)
        exact = np.median([abs(complex_step(cmath.sin, x, step) - math.cos(x)) for x in points])
        assert shown(four, "complex step") == pytest.approx(exact, rel=6e-3, abs=2.0**-52), step


def test_the_line_through_the_formulas_is_taken_anywhere(page: Page) -> None:
    four = picture(page, "formulas")
    slider, dots = four.get_by_label("ε", exact=True), four.locator(".moving-live svg circle")
    for k in range(dots.count()):
        before = float(slider.input_value())
        drag(four, dots.nth(k), -40)
        assert float(slider.input_value()) < before, k


def test_the_step_follows_the_mouse(page: Page) -> None:
    curve = picture(page, "v-curve")
    drag(curve, curve.locator("circle.gl-numeric").last, 60)
    exponent = float(curve.get_by_label("ε", exact=True).input_value())
    assert -6.5 < exponent < -4
    assert shown(curve, "error") == pytest.approx(abs(CENTRAL(taylor, 0.0, 10.0**exponent) - 1), rel=6e-3)


def test_the_kink_is_judged_as_gradlab_judges_it(page: Page) -> None:
    kink = picture(page, "kink")
    for key, times in sample((("Home", 1), ("ArrowRight", 16), ("ArrowRight", 4), ("ArrowRight", 7), ("End", 1)), 3):
        place = press(kink, "Kink, in ε", key, times)
        for slope in ("1", "0", "0.5"):
            choose(kink, "Backprop says", slope)
            agrees_with_the_check(kink, place, float(slope))


def agrees_with_the_check(kink: Locator, place: float, slope: float) -> None:
    """What the picture says of ReLU with its kink so many steps away from the point."""
    eps = 1e-4

    def relu(x: float) -> float:
        return max(x - place * eps, 0.0)

    for side, stencil in (("numeric", CENTRAL), ("behind", BACKWARD), ("ahead", FORWARD)):
        assert shown(kink, side) == pytest.approx(stencil(relu, 0.0, eps), abs=6e-3), side
    theta, analytic = np.array([0.0]), np.array([slope])
    course = check_gradients(lambda t: relu(float(t[0])), theta, analytic, step=eps)
    assert shown(kink, "difference") == pytest.approx(course.relative_difference, rel=6e-3, abs=1e-9)
    assert kink.locator("[data-of=level]").inner_text() == course.level
    report = check_gradients(lambda t: relu(float(t[0])), theta, analytic)
    assert kink.locator("[data-of=verdict]").inner_text() == report.verdict.name


def test_the_kink_follows_the_mouse(page: Page) -> None:
    kink = picture(page, "kink")
    before = shown(kink, "numeric")
    drag(kink, kink.locator("svg circle").nth(3), 30)
    assert shown(kink, "numeric") < before
    agrees_with_the_check(kink, float(kink.get_by_label("Kink, in ε", exact=True).input_value()), 1.0)


def test_theta_is_laid_out_as_parameters_are(page: Page) -> None:
    theta = picture(page, "theta")
    network = Parameters(nn.init_params([3, 4, 2], "zeros"))
    press(theta, "Entry of θ", "Home")
    for i in range(0, network.size, 5):
        is_marked(theta, network, i)
        press(theta, "Entry of θ", "ArrowRight", 5)
    for where, i in (("array", 17), ("theta", 3), ("dtheta", 25), ("array", 13)):
        box = theta.locator(f"[data-entry={where}-{i}]").bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(theta.locator(f"rect.chosen[data-entry={where}-{i}]")).to_have_count(1)
        is_marked(theta, network, i)


def is_marked(theta: Locator, network: Parameters, i: int) -> None:
    """The entry is named in words, and marked in its array, in θ and in dθ."""
    name, (row, column) = network.where(i)
    assert theta.locator("[data-of=place]").inner_text() == f"{name}[{row}, {column}]"
    marked = theta.locator("rect.chosen").evaluate_all("all => all.map((one) => one.dataset.entry).sort()")
    assert marked == [f"array-{i}", f"dtheta-{i}", f"theta-{i}"]


def test_backprop_gives_the_networks_numbers(page: Page) -> None:
    backprop = picture(page, "backprop")
    assert backprop.locator("[data-of=now]").inner_text() == "dW1", "it opens with all numbers in their places"
    found, (params, X, Y) = arrays(backprop), network(backprop)
    wanted = {name: value for name, value in nn.forward(params, X, hidden="tanh").items() if name in found}
    assert {"Z1", "A1", "Z2"} <= set(wanted)
    wanted["A2"] = 1 / (1 + np.exp(-wanted["Z2"]))
    wanted["J"] = np.array([[nn.cost(params, X, Y, hidden="tanh")]])
    for name, value in nn.gradients(params, X, Y, hidden="tanh").items():
        wanted["d" + name] = value
        wanted["numeric-" + name] = value
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=5.1e-4, err_msg=name)
    np.testing.assert_allclose(found["dZ2"].sum(), wanted["db2"].sum(), atol=2e-3)


def test_backprop_goes_line_by_line(page: Page) -> None:
    backprop = picture(page, "backprop")
    assert press(backprop, "Line", "Home") == 0
    assert set(arrays(backprop)) == {"X", "Y", "W1", "b1", "W2", "b2", "Z1"}
    backprop.get_by_role("button", name="Next").click()
    assert backprop.locator("[data-of=now]").inner_text() == "A1"
    backprop.get_by_role("button", name="Back").click()
    assert backprop.locator("[data-of=now]").inner_text() == "Z1"


def test_a_touched_entry_says_what_it_is_made_of(page: Page) -> None:
    backprop = picture(page, "backprop")
    params, X, Y = network(backprop)
    grads = nn.gradients(params, X, Y, hidden="tanh")
    for name in ("W1", "b1", "W2", "b2"):
        for i, j in np.ndindex(grads[name].shape):
            backprop.locator(f"svg [data-of=d{name}-{i}-{j}]").click()
            assert backprop.locator("[data-of=entry]").inner_text() == f"d{name}[{i}, {j}]"
            for shown_as in ("value", "measured"):
                assert shown(backprop, shown_as) == pytest.approx(grads[name][i, j], abs=6e-6)
    backprop.locator("svg [data-of=dW1-0-1]").click()
    said = backprop.locator(".moving-says").inner_text().replace("−", "-")
    made = re.search(r"= \((-?[\d.]+)\) × ([\d.]+) \+ ([\d.]+) × ([\d.]+) = ", said)
    assert made
    a, b, c, d = map(float, made.groups())
    assert a * b + c * d == pytest.approx(grads["W1"][0, 1], abs=2e-3), "the products that are named"


BREAKS = {
    "dZ2: no / m": {"dZ2", "db2", "dW2", "dA1", "dZ1", "db1", "dW1"},
    "dW2: Z1 for A1": {"dW2"},
    "dZ1: no slope": {"dZ1", "db1", "dW1"},
    "dW1: X not turned": {"dW1"},
    "db1: mean, not sum": {"db1"},
}


def test_a_broken_line_spoils_what_depends_on_it(page: Page) -> None:
    backprop = picture(page, "backprop")
    for line, spoilt in BREAKS.items():
        choose(backprop, "Broken", line)
        assert set(backprop.locator("[data-of=wrong]").inner_text().split(", ")) == spoilt
        red = "all => all.map((one) => one.dataset.of.split('-')[0])"
        assert set(backprop.locator("svg .gl-wrong[data-of]").evaluate_all(red)) == spoilt
    choose(backprop, "Broken", "no line")
    assert backprop.locator(".gl-wrong").count() == 0


def network(backprop: Locator) -> tuple[dict[str, Any], Any, Any]:
    """Parameters, inputs and labels that the picture shows."""
    found = arrays(backprop)
    return {name: found[name] for name in ("W1", "b1", "W2", "b2")}, found["X"], found["Y"]


def arrays(backprop: Locator) -> dict[str, Any]:
    """All arrays that the picture shows, by name."""
    texts = "all => all.map((one) => [one.dataset.of, one.textContent])"
    entries: dict[str, dict[tuple[int, int], float]] = {}
    for key, words in backprop.locator("svg [data-of]").evaluate_all(texts):
        name, i, j = key.rsplit("-", 2)
        entries.setdefault(name, {})[int(i), int(j)] = float(words.replace("−", "-"))
    found = {}
    for name, values in entries.items():
        found[name] = np.empty(np.max(list(values), axis=0) + 1)
        for at, value in values.items():
            found[name][at] = value
    return found


def test_the_triangle_is_that_of_formula_2(page: Page) -> None:
    triangle = picture(page, "triangle")
    for keys in (("ArrowRight", "ArrowLeft"), ("Home", "End"), ("End", "Home")):
        ratio = press(triangle, "Length of approx", keys[0], 3)
        turn = math.radians(press(triangle, "Angle", keys[1], 3))
        approx = ratio * np.array([math.cos(turn), math.sin(turn)])
        wanted = relative_difference(np.array([1.0, 0.0]), approx)
        assert shown(triangle, "difference") == pytest.approx(wanted, rel=6e-3)
    drag(triangle, triangle.locator("circle.gl-numeric"), 30)
    assert triangle.locator("[data-of=level]").inner_text() == "worried"


def test_the_map_of_answers_is_that_of_the_pages_own_verdict(page: Page) -> None:
    text = (DOCS / "learn" / "build-your-own-checker.md").read_text(encoding="utf-8")
    written = re.search(r"^ {4}def verdict\(.*?(?=^ {4}```)", text, re.MULTILINE | re.DOTALL)
    assert written
    names: dict[str, Any] = {}
    exec(textwrap.dedent(written[0]), names)
    answers, said = picture(page, "answers"), set()
    for keys, times in (("Home", 1), ("ArrowRight", 10), ("End", 1), ("ArrowLeft", 22)):
        far = 10 ** press(answers, "How far apart", keys, times)
        for steps in (0, 35, 35, 25, 12):  # from a sure bound to one that is larger than the slope
            bound = 10 ** press(answers, "Bound, of the slope", "ArrowRight" if steps else "Home", steps or 1)
            shown_answer = answers.locator("[data-of=answer]").inner_text()
            assert shown_answer == names["verdict"](1.0, 1.0 - far * bound, bound), (far, bound)
            said.add(shown_answer)
    assert said == {"WRONG", "AGREES", "UNTESTED", "UNDECIDED"}
    drag(answers, answers.locator("circle.gl-numeric"), -60)


def test_a_threshold_counts_its_mistakes(page: Page) -> None:
    threshold = picture(page, "threshold")
    right, wrong = thresholds.measured()
    for k, (title, usual, _) in enumerate(thresholds.MEASURES):
        choose(threshold, "Measure", title)
        assert shown(threshold, "line") == pytest.approx(usual, rel=6e-3)
        for keys in ("ArrowRight", "ArrowLeft"):
            line = 10 ** press(threshold, "Line", keys, 7)
            assert shown(threshold, "alarms") == np.sum(right[:, k] > line)
            assert shown(threshold, "misses") == np.sum(wrong[:, k] <= line)


def test_each_bug_spoils_its_blocks(page: Page) -> None:
    bugs = picture(page, "bugs")
    for bug, blocks in it_failed.spoilt().items():
        choose(bugs, "Bug", bug)
        wrong = ", ".join(name for name, difference in blocks.items() if difference > 1e-7)
        assert bugs.locator("[data-of=wrong]").inner_text() == (wrong or "none")


def test_a_training_is_checked_at_any_step(page: Page) -> None:
    training, run = picture(page, "training"), when_to_run_it.run()
    for key, times in (("Home", 1), ("ArrowRight", 20), ("End", 1)):
        k = int(press(training, "After", key, times))
        for name in ("size", "right", "wrong"):
            assert shown(training, name) == pytest.approx(run[name][k], rel=6e-3), name


def test_bisection_finds_the_entry(page: Page) -> None:
    bisect = picture(page, "bisect")
    bisect.get_by_role("button", name="Ask one half").click()
    assert shown(bisect, "passes") == 2 + 2 * 3  # theta as a whole, and three halves
    bisect.get_by_role("button", name="To the end").click()
    network = Parameters(nn.init_params(big_networks.SIZES, "zeros"))
    name, index = network.where(big_networks.ENTRY)
    assert bisect.locator("[data-of=entry]").inner_text() == f"{name}[{', '.join(map(str, index))}]"
    assert shown(bisect, "asked") <= math.ceil(math.log2(network.size))
    assert shown(bisect, "left") == 1
    assert shown(bisect, "passes") == 34, "the page says so of its own search"
    bisect.get_by_role("button", name="Hide it elsewhere").click()
    assert shown(bisect, "asked") == 0


def test_what_is_left_of_a_gradient_in_each_layer(page: Page) -> None:
    depth, layers = picture(page, "depth"), vanishing_and_exploding.layers()
    for key in ("Home", "End"):
        layer = int(press(depth, "Layer", key)) - 1
        for name in ("size", "bound"):
            assert shown(depth, name) == pytest.approx(layers[name][layer], rel=6e-3)
        assert shown(depth, "digits") == max(
            0, math.floor(math.log10(layers["size"][layer] / layers["bound"][layer]))
        )


def test_a_guess_is_answered_and_kept(page: Page) -> None:
    page.goto(url("learn/the-check/"))
    page.evaluate("localStorage.clear()")
    guess = page.locator("guess-first").first
    guess.scroll_into_view_if_needed()
    field = guess.get_by_label("Your guess")
    for typed, answer in (("many", "A number"), ("0.5", "it is 0.3333"), ("1/3", "That is it")):
        field.fill(typed)
        field.press("Enter")
        expect(guess.locator(".guess-says")).to_contain_text(answer)
    page.reload()
    guess.scroll_into_view_if_needed()
    guess.locator(".guess-says", has_text="That is it").wait_for()
    page.goto(url("learn/what-comparing-proves/"))
    choices = page.locator("guess-first", has_text="How many such places")
    choices.scroll_into_view_if_needed()
    choices.get_by_role("button", name="one", exact=True).click()
    expect(choices.locator(".guess-says")).to_have_text("No: two.")
    choices.get_by_role("button", name="two", exact=True).click()
    expect(choices.locator(".guess-says")).to_have_text("Yes: two.")


GUESSES = sorted(
    f"learn/{path.stem}/"
    for path in (DOCS / "learn").glob("*.md")
    if "<guess-first" in path.read_text(encoding="utf-8") and path.stem != "index"
)
HIGH = "all => all.map((one) => Math.round(10 * one.getBoundingClientRect().height) / 10)"


@pytest.mark.parametrize(
    "screen",
    [{"viewport": LAPTOP}, {"viewport": PHONE}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}],
    ids=["laptop", "narrow", "phone"],
)
def test_a_guess_that_comes_late_pushes_nothing_away(chromium: Browser, screen: dict[str, Any]) -> None:
    """Or Run is somewhere else between the pressing of a button and its release, and the click is lost."""
    late: list[Route] = []
    with visit(chromium, **screen) as reader:
        for address in sample(GUESSES, 3):
            late.clear()
            reader.context.route("**/guess.js", lambda route: late.append(route))
            tab = reader.open(address)
            tab.evaluate("document.fonts.ready")
            tab.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
            guesses = tab.locator("guess-first")
            assert guesses.count() > 0
            before = guesses.evaluate_all(HIGH)
            guesses.first.scroll_into_view_if_needed()
            comes(lambda tab=tab: tab.wait_for_timeout(20) or len(late), lambda asked: asked > 0)
            for route in late:
                route.continue_()
            reader.context.unroute("**/guess.js")
            for guess in guesses.all():
                guess.scroll_into_view_if_needed()
                guess.locator(".guess-form:not(.guess-later)").wait_for()
            assert guesses.evaluate_all(HIGH) == before, address
            tab.close()


def test_the_digits_are_those_of_python(page: Page) -> None:
    digits = picture(page, "digits")
    press(digits, "ε", "Home")
    for exponent in range(-15, 0):
        eps = float(f"1e{exponent}")
        plus, minus = taylor(0.7 + eps), taylor(0.7 - eps)
        texts = [f"{value:.16f}" for value in (plus, minus)]
        same = next((k for k, (a, b) in enumerate(zip(*texts, strict=True)) if a != b), 18)
        assert shown(digits, "same") == same - (same > 1)
        assert shown(digits, "slope") == pytest.approx((plus - minus) / (2 * eps), abs=1e-10)
        assert shown(digits, "error") == pytest.approx(abs((plus - minus) / (2 * eps) - 1.945), rel=6e-3, abs=1e-13)
        if same < 18:
            error = abs(Fraction(plus) - Fraction(minus) - exact_difference(exponent))
            sure = sum(error < Fraction(1, 2 * 10**place) for place in range(max(1, same - 1), 17)) + (same == 0)
            assert abs(shown(digits, "right") - sure) <= 1
            assert shown(digits, "right") <= shown(digits, "left")
        press(digits, "ε", "ArrowRight")


def exact_difference(exponent: int) -> Fraction:
    """f(0.7 + ε) − f(0.7 − ε) without any rounding."""
    eps = Fraction(10) ** exponent
    return 2 * eps * Fraction("1.945") + eps**3 / 3


def test_the_tape_is_read_back_as_it_was_written(page: Page) -> None:
    tape = picture(page, "tape")
    assert shown(tape, "x") == pytest.approx(0.5 + math.cos(1.2), abs=6e-5)
    for key in ("Home", "End"):
        x, y = press(tape, "x", key), press(tape, "y", "ArrowLeft", 3)
        for name, slope in (("x", y + math.cos(x)), ("y", x)):
            assert shown(tape, name) == pytest.approx(slope, abs=6e-5)
            assert shown(tape, f"numeric {name}") == pytest.approx(slope, abs=6e-5)
    press(tape, "Step", "Home")
    values = {"x": x, "y": y, "×": x * y, "sin": math.sin(x), "+": x * y + math.sin(x)}
    for name, value in values.items():
        assert tape.locator("[data-of=now]").inner_text() == name
        assert shown(tape, "value") == pytest.approx(value, abs=6e-5)
        tape.get_by_role("button", name="Next").click()
    assert tape.locator("[data-of=now]").inner_text() == "+"


def test_pictures_come_and_go_with_their_pages(page: Page, visitor: Visit) -> None:
    page.goto(url("about/design/"))
    page.evaluate("window.stays = true; window.left = []")
    for name in [*PAGES, "secant"]:
        navigate(page, PAGES[name])
        found = alive(page, name)
        found.evaluate("picture => window.left.push([picture, picture.stay.signal])")
        assert found.locator(".moving-live").count() == 1
    navigate(page, "about/design/")
    assert page.evaluate("window.stays"), "the page was loaded anew"
    gone = "([picture, signal]) => signal.aborted && !picture.querySelector('.moving-live')"
    assert page.evaluate(f"window.left.every({gone})")
    assert not visitor.complaints


def test_modules_are_loaded_where_they_are_used(chromium: Browser) -> None:
    with visit(chromium, viewport=LAPTOP) as reader:
        reader.open("about/design/").wait_for_load_state("networkidle")
        loaded = [path.split("/")[-1] for path in reader.asked if "/moving-" in path]
        assert loaded == ["loader.js"]


def test_pictures_fit_a_phone(page: Page, visitor: Visit) -> None:
    for name in sample(PAGES, 2):
        page.set_viewport_size(PHONE)
        found = picture(page, name)
        if name == "backprop":
            press(found, "Line", "End")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name
        comes(lambda found=found: found.evaluate(STICKING_OUT), [])
        assert found.evaluate(GROWTH) == 0, f"{name} pushes the page down"
        page.set_viewport_size(LAPTOP)
        comes(lambda found=found: found.evaluate(STICKING_OUT), [])  # it is drawn anew
        assert found.evaluate(GROWTH) == 0, f"{name} pushes the page down"
    assert not visitor.complaints


# By how many pixels a picture is taller than before it came to life.
GROWTH = """picture => {
  const live = picture.querySelector(".moving-live"), tall = picture.clientHeight;
  live.style.display = "none";
  const before = picture.clientHeight;
  live.style.display = "";
  return tall - before;
}"""
# Words that stick out of the drawing, or of the picture with its sliders.
STICKING_OUT = """picture => {
  const all = (which) => [...picture.querySelectorAll(".moving-live " + which)];
  const outside = (parts, frame) => parts.filter((part) => {
    const own = part.getBoundingClientRect(), box = frame.getBoundingClientRect();
    const across = own.left < box.left - 2 || own.right > box.right + 2;
    return across || own.top < box.top - 8 || own.bottom > box.bottom + 2;
  }).map((part) => part.textContent);
  return [...outside(all("text"), all("svg")[0]), ...outside(all(":is(label, output, select)"), picture)];
}"""


def test_the_static_picture_stands_without_javascript(unscripted: Page, site: Path) -> None:
    for name, address in PAGES.items():
        html = (site / address / "index.html").read_text(encoding="utf-8")
        assert re.search(rf'<moving-picture name="{name}"[^>]*><div class="gl-figure"[^>]*><svg ', html), name
    unscripted.set_viewport_size(LAPTOP)
    unscripted.goto(url("learn/one-side-or-two/"))
    found = unscripted.locator("moving-picture")
    assert found.locator(".gl-figure svg.gl-wide").is_visible()
    assert found.locator(".moving-live").count() == 0
    assert not unscripted.locator(".moving-how").first.is_visible()


def test_how_to_move_a_picture_is_said_when_it_can_be_moved(page: Page) -> None:
    for name in sample(PAGES, 2):
        how = picture(page, name).locator("+ .moving-how")
        assert how.inner_text() == moving.HOW[name]
        assert how.evaluate("said => getComputedStyle(said).visibility") == "visible"
    page.set_viewport_size({"width": 1000, "height": 240})  # so that the picture is not yet in view
    page.goto(url(PAGES["kink"]))
    assert page.locator(".moving-how").evaluate("said => getComputedStyle(said).visibility") == "hidden"


def test_the_keyboard_is_seen_in_a_picture(page: Page) -> None:
    for name in sample(PAGES, 2):
        controls = picture(page, name).locator(".moving-controls :is(input, select, button)")
        assert controls.count() > 0
        controls.first.focus()
        for _ in range(controls.count()):
            where, style, width = page.evaluate(FOCUS)
            assert where, name
            assert style != "none", name
            assert width > 0, name
            page.keyboard.press("Tab")
        assert not page.evaluate(FOCUS)[0], f"{name} holds the keyboard"


# Is the focus within a picture; and how it is shown.
FOCUS = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  return [Boolean(here.closest("moving-picture")), style.outlineStyle, parseFloat(style.outlineWidth)];
}"""


@pytest.mark.parametrize("scheme", sample(["light", "dark"], 1))
def test_axe_finds_nothing_in_a_picture_that_moves(page: Page, scheme: Any) -> None:
    check = "axe.run('article').then((found) => [found.passes.length, found.violations])"
    page.emulate_media(color_scheme=scheme)
    for name in sample(PAGES, 1):
        found = picture(page, name)
        if name == "backprop":
            press(found, "Line", "End")
        page.evaluate(SETTLED)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        passed, violations = page.evaluate(check)
        assert passed > 10
        assert not violations, name
