"""The picture of the first page: a network that reads digits, six slips in its backprop, and gradlab's word on each.

What the page shows of them is made here while the site is built: backprop's lines are run as they are printed, with
and without each slip, and checked. A slip that the check does not find, or calls something else, stops the build.
"""

import base64
import functools
import html
import io
import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import gradlab
from gradlab.report import report as reports

Params = dict[str, NDArray[Any]]

MARK = "<!-- the picture to break -->"
STYLESHEET = "assets/landing.css"
LINES = (  # {name|right|wrong} is a place that can be broken
    "dZ2 = ({sign|A2 - Y|Y - A2}){m| / m|}",
    "dW2 = dZ2 @ A1.T + λ/m * W2",
    "db2 = dZ2.sum(axis=1)",
    "dA1 = {transpose|W2.T|W2} @ dZ2",
    "dZ1 = dA1{relu| * (Z1 > 0)|}",
    "dW1 = {example|dZ1 @ X.T|dZ1[:, 1:] @ X[:, 1:].T}{decay| + λ/m * W1|}",
    "db1 = dZ1.sum(axis=1)",
)
# What the page shows beside the check's own words, for each place: what the picture is.
SEEN = {
    "right": "Two ways that share nothing but the cost itself, and the same to DIGITS digits.",
    "sign": "What is left is the gradient itself, twice. Training would climb.",
    "m": "A sum where the cost has a mean. With a small learning rate it trains all the same.",
    "transpose": "Ten units and ten classes: the shapes fit, and NumPy did not complain.",
    "relu": "The digits at which a unit was off: it had no part in them, and is blamed all the same.",
    "example": "A 5: the one digit of twenty that this line leaves out. The difference is that digit.",
    "decay": "Not round-off, though it looks like it: a hundredth of the weights themselves.",
}
FINDINGS = {"sign": "GL101", "m": "GL102", "decay": "GL107"}  # the others are named by where they are
DOORS = (
    ("Learn", "What comparing proves: from one slope to deep networks.", "learn/"),
    ("Check mine", "Three lines around a backward pass of your own.", "howto/check-my-network/"),
    ("Hunt", "A report, and one broken line. Which one is it?", "labs/"),
)
_PLACE = re.compile(r"\{(\w+)\|([^|}]*)\|([^}]*)\}")
_SIDE, _UNITS = 8, 10
_COLOURS = {"analytic": (0, 114, 178), "numeric": (230, 159, 0), "off": (128, 128, 128), "wrong": (213, 94, 0)}


@functools.cache
def data() -> tuple[NDArray[Any], NDArray[Any]]:
    """Two of each digit, columns are examples. First comes a 5 that turns nine of the ten hidden units on."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped] # three seconds, which tests need not wait

    digits = load_digits()
    each = [np.flatnonzero(digits.target == k)[: 1 if k == 5 else 2] for k in range(10)]
    some = np.concatenate([[1404], *each])
    return digits.data[some].T / 16, np.eye(10)[:, digits.target[some]]


def params() -> Params:
    """Weights with which no unit is off for all digits and no input of a ReLU lies near 0."""
    rng = np.random.default_rng(26)
    return {
        "W1": rng.standard_normal((_UNITS, 64)) * np.sqrt(2 / 64),
        "b1": 0.1 * rng.standard_normal((_UNITS, 1)),
        "W2": rng.standard_normal((10, _UNITS)) * np.sqrt(2 / _UNITS),
        "b2": 0.1 * rng.standard_normal((10, 1)),
    }


DECAY = 0.2


def forward(p: Params) -> dict[str, Any]:
    """What the lines on the page use."""
    X, Y = data()
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.maximum(Z1, 0)
    Z2 = p["W2"] @ A1 + p["b2"]
    E = np.exp(Z2 - Z2.max(axis=0))
    return {**p, "X": X, "Y": Y, "Z1": Z1, "A1": A1, "Z2": Z2, "A2": E / E.sum(axis=0), "m": X.shape[1], "λ": DECAY}


def cost(p: Params) -> float:
    """Mean cross-entropy of a softmax, and L2 on the weights."""
    seen = forward(p)
    m = seen["m"]
    S = seen["Z2"] - seen["Z2"].max(axis=0)
    penalty = DECAY / (2 * m) * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    return float(np.sum(seen["Y"] * (np.log(np.exp(S).sum(axis=0)) - S)) / m + penalty)


def source(broken: str = "right") -> str:
    """The lines as Python, with one place broken."""
    return "\n".join(_PLACE.sub(lambda place: place[3 if place[1] == broken else 2], line) for line in LINES)


def backprop(p: Params, broken: str = "right") -> Params:
    """Run the lines as they stand on the page. (`keepdims` is all that is added: the page has no room for it.)"""
    names = forward(p)
    exec(source(broken).replace("axis=1", "axis=1, keepdims=True"), {}, names)
    return {name: names["d" + name] for name in p}


def check(broken: str = "right") -> reports.Report:
    """gradlab's report of the lines with one place broken."""
    return gradlab.check_gradients(cost, params(), lambda p: backprop(p, broken))


def places() -> list[str]:
    """Names of the places, in the order of the lines."""
    return [place[1] for line in LINES for place in _PLACE.finditer(line)]


@functools.cache
def computed() -> dict[str, Any]:
    """All that the page shows: the numeric gradient of W1, and for each place what the check said of it."""
    found = {name: check(name) for name in ("right", *places())}
    right = found["right"].blocks["W1"]
    limit = float(np.quantile(np.abs(right.numeric), 0.985))
    variants = {name: _variant(name, report, limit) for name, report in found.items()}
    _hold(found)
    for name, one in variants.items():  # where backprop's W1 is the right one, once is enough
        if name != "right" and one["analytic"] == variants["right"]["analytic"]:
            del one["analytic"]
    return {"numeric": _packed(right.numeric, limit), "variants": variants}


def _hold(found: dict[str, reports.Report]) -> None:
    """What the page says of the picture is so; ValueError if it is not."""
    for name, report in found.items():
        if report.verdict.value != ("AGREES" if name == "right" else "WRONG"):
            raise ValueError(f"the first page's {name!r} is {report.verdict.value}")
        if name in FINDINGS and report.findings[0].code != FINDINGS[name]:
            raise ValueError(f"the first page's {name!r} is called {report.findings[0].code}, not {FINDINGS[name]}")
    off = found["example"].blocks["W1"].analytic - found["example"].blocks["W1"].numeric
    digit = data()[0][:, 0]
    likeness = [abs(float(np.corrcoef(row, digit)[0, 1])) for row in off if np.abs(row).max() > 1e-6]
    if len(likeness) < 8 or min(likeness) < 0.999:
        raise ValueError("the difference is no longer the digit that was left out")


def _variant(name: str, report: reports.Report, limit: float) -> dict[str, Any]:
    block = report.blocks["W1"]
    off = np.abs(block.analytic - block.numeric)
    scale = float(np.quantile(off, 0.985))
    verdict, said = str(report).split("\n\n")[0].replace("\n", " ").split(": ", 1)
    digits = min((one.digits for one in report.blocks.values() if one.digits), default=0)
    return {
        "verdict": verdict,
        "sentence": said.split(". ")[0].rstrip(".") + ".",
        "finding": _short(report.findings[0].message) if report.findings else "",
        "seen": SEEN[name].replace("DIGITS", str(digits)),
        "blocks": {key: [one.verdict.value, one.wrong_count, one.tested_count] for key, one in report.blocks.items()},
        "analytic": _packed(block.analytic, limit),
        "off": _packed(off, scale),
        "times": float(f"{limit / scale:.2g}"),
    }


def _short(message: str, room: int = 150) -> str:
    """Its first sentences, as many as there is room for."""
    sentences = re.split(r"(?<=[.?]) (?=[A-Z])", message)
    while len(sentences) > 1 and len(" ".join(sentences)) > room:
        sentences.pop()
    return " ".join(sentences)


def _packed(values: NDArray[Any], scale: float) -> str:
    """Signed bytes: value = byte / 127 · scale, cut where it is larger."""
    small = np.clip(np.round(values / scale * 127), -127, 127).astype(np.int8)
    return base64.b64encode(small.tobytes()).decode()


def _unpacked(packed: str) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(packed), np.int8).reshape(_UNITS, _SIDE, _SIDE) / 127


def picture(packed: str, colour: str) -> str:
    """Ten tiles as a small PNG for light and dark: positive in the colour, negative in grey, 0 transparent."""
    wide = _UNITS * (_SIDE + 1) - 1
    rgba = np.zeros((_SIDE, wide, 4), np.uint8)
    for k, tile in enumerate(_unpacked(packed)):
        place = rgba[:, k * (_SIDE + 1) : k * (_SIDE + 1) + _SIDE]
        place[..., :3] = np.where(tile[..., None] > 0, _COLOURS[colour], (128, 128, 128))
        place[..., 3] = np.round(255 * np.abs(tile))
    file = io.BytesIO()
    Image.fromarray(rgba).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def with_landing(page_html: str, href: str) -> str:
    """The page in which the mark is replaced by the picture to break, with its style after the site's own."""
    styled = page_html.replace("</head>", f'<link rel="stylesheet" href="{href}"></head>', 1)
    return styled.replace(MARK, section())


def section() -> str:
    """The picture as HTML that says all of it without JavaScript, with the data from which a script makes it move."""
    found = computed()
    right, example = found["variants"]["right"], found["variants"]["example"]
    rows = [
        ("analytic", "backprop says (analytic)", "a slope for each weight of ten units", right["analytic"],
         "analytic", "Ten small pictures, like worn digits"),
        ("numeric", "the cost says (numeric)", "each weight moved a little, up and down", found["numeric"], "numeric",
         "The same ten pictures"),
        ("off", "the difference", f"× {right['times']:,.0f}: round-off, no shape", right["off"], "off",
         "Grain without any shape"),
    ]  # fmt: skip
    drawn = "".join(
        f'<div class="hero-name hero-{row}"><b>{name}</b><span>{note}</span></div>'
        f'<div class="hero-row" data-row="{row}"><img alt="{alt}" src="{picture(packed, colour)}"></div>'
        for row, name, note, packed, colour, alt in rows
    )
    still = (
        f'<div class="hero-still"><div class="hero-name hero-off"><b>the difference, if line 6 leaves out a digit</b>'
        f'<span>× {example["times"]:g}</span></div><div class="hero-row"><img alt="The same digit, a 5, in nine of '
        f'ten pictures" src="{picture(example["off"], "wrong")}"></div></div>'
    )
    blocks = "".join(f"<li>{name} ✓</li>" for name in right["blocks"])
    code = "\n".join(map(_marked, LINES))
    data_ = html.escape(json.dumps(found, ensure_ascii=False, separators=(",", ":")), quote=True)
    word = (
        f"<p><strong>{right['verdict']}</strong>: {html.escape(right['sentence'])}</p>"
        f'<p class="hero-seen">{html.escape(right["seen"])}</p>'
    )
    doors = "".join(f'<a href="{to}"><strong>{name}</strong> {told}</a>' for name, told, to in DOORS)
    parts = (
        f'<moving-picture name="break-it" class="hero" data-found="{data_}">'
        f'<div class="hero-left"><p class="hero-head"><b>Break it: touch a line, or a pixel.</b></p>'
        f'<div class="hero-code">{code}</div>'
        f'<ul class="hero-blocks" aria-label="What the check says of each block">{blocks}</ul></div>'
        f'<div class="hero-right">{drawn}{still}<div class="hero-word" aria-live="polite">{word}</div></div>'
        f'</moving-picture><nav class="hero-doors" aria-label="Where to begin">{doors}</nav>'
    )
    return "".join(parts)


def _marked(line: str) -> str:
    """A line as HTML, its places as spans that the script makes into buttons."""
    parts, at = [], 0
    for place in _PLACE.finditer(line):
        name, right, wrong = place.groups()
        parts.append(html.escape(line[at : place.start()]))
        told = f'data-name="{name}" data-right="{html.escape(right)}" data-wrong="{html.escape(wrong)}"'
        parts.append(f'<span class="hero-place" {told}>{html.escape(right)}</span>')
        at = place.end()
    return f'<span class="hero-line">{"".join(parts)}{html.escape(line[at:])}</span>'
