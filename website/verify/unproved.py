"""`python -m website.verify.unproved PAGE ...`: results in the prose of a page that nothing on it shows.

A result is a number with a point, an exponent, or a sign of per cent, or a count ("3 of 47"), in a sentence, a table,
a caption or an alternative text. It must stand in a block of its page, in code or output, to the digits that the
sentence gives. In an alternative text it may be what the picture draws: one of its labels, or where one of its lines
begins, ends, or is highest or lowest. Or it is quoted: its sentence, or its row of a table, has a link that says
whose it is; a source elsewhere counts for the whole paragraph. Titles count unless they ask, or quote a reader.
Formulas and `code` are left out: a setting, a call, a literal. Not left out is what a formula or code says that
something is, code that is no Python (it can only have been printed), and code after "gives", "is" or the like. Of
what a sentence sets only symbols are left out, as in "ε = 0.1". A ratio (19:1), a power (2⁻²⁴) and a count in words
("nine of ten") are results too. What stands in a block that never runs proves nothing.
"""

import ast
import html
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from website.verify import blocks, rewrite
from website.verify.document import name_of
from website.verify.equality import same

_LEFT_OUT = re.compile(
    r"\$\$.*?\$\$|\$[^$\n]+\$|(`+)(?!`).*?(?<!`)\1(?!`)|\{:?\s*(?:[.#]?[a-zA-Z][\w-]*(?:=(?:\"[^\"\n]*\"|[^\s}]*))?\s*)+\}|<!--.*?-->|<[^>]*>|\]\([^)\s]*\)",
    re.S,
)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
_RESULT = re.compile(
    r"(?<![a-zA-Z\d.,\-+/])[-+]?(?:\d*\.\d+(?:e[-+]?\d+)?|0,\d+|\d+e[-+]?\d+"
    r"|\d+(?:\.\d+)?(?=\s?(?:[%‰x]|per ?cent\b|pct\b|pp[mb]\b|percentage point|-fold\b| times\b))"
    r"|(?!1/)\d+/[1-9]\d+|(?<!:)\d+:\d+(?![\d:])"
    r"|\d[\d,]*(?= (?:(?:[a-z]+ )?(?:out )?of|in) (?:the |its |all )?\d)|(?:(?<=\d of )|(?<=\d in ))\d[\d,]*)"
    r"(?!(?!(?:ns|µs|ms|s|kB|MB|GB|x)\b)[^\W_]|/|\.\d)"
)
# A power of ten, with or without a factor before it: 3·10⁻⁵, 10^-5.
_POWER = re.compile(r"(?:(?<![\w.])(\d+(?:\.\d+)?) ?[·×] ?)?(?<![\w.])10(?:\s?\^\s?\{?(-?\d+)\}?|([⁻⁰¹²³⁴-⁹]+))")
_BINARY = re.compile(r"(?<![\w.^])2(?:\s?(?:\^|\*\*)\s?\{?(-\d+)\}?|(⁻[⁰¹²³⁴-⁹]+))(?!\s?·)")  # no factor
_WRITTEN_BINARY = re.compile(r"\b2(?:\.0)? ?(?:\*\*|\^) ?(-\d+)")
_RATIO = re.compile(r"(?<![\w.:/])(\d+)(?::| : )(\d+)(?![\w:]|\.\d)")
_SUP = re.compile(r"(?<=\d)<sup>\s*([-−+]?\d+)\s*</sup>")
_MARKED = re.compile(
    r"(?<=\d)[*_]+(?=\.?\d)|(?<=\d\.)[*_]+(?=\d)|(?<=\d)`(\.?\d+)`|(?<=\d\.)`(\d+)`|`(\d+\.?)`(?=\.?\d)"
)
_MIDDLE = re.compile(r"(?<=\d)[·٫](?=\d)")  # a point that stands higher, or a comma in Arabic
_NO_MARK = str.maketrans("<>`$", "‹›’S")  # an entity is no mark-up
_LOW = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SET = re.compile(
    r"(?:(?<![^\W_])\w{1,2}\s*=|Python|NumPy|PyTorch|JAX|TensorFlow|SciPy|autograd|source of|version|GL\d*)\s*$"
)
_CLAIMED = re.compile(
    r"\b(?:is|was|are|gives?|gave|prints?|printed|returns?|says?|shows?|equals?|becomes?|[→=≈])\s*`(-?[\d.]+\d(?:e-?\d+)?)`"
)
_EQUATED = re.compile(r"`[^`\n]*(?:==|\)\s*[=≈→])\s*(-?\d*\.?\d+(?:e-?\d+)?)`")  # code that says what something is
_VALUE = re.compile(r"\$(?:[^$\n]*(?:[)\]}]\s*=|\\approx|\\sim))?\s*(-?\d*\.\d+)\s*\$")  # a formula that says one
_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_MEASURED = re.compile(
    r"(?:relative |largest )?(?:error|err|difference|diff|deviation|residual|slope|loss|cost|accuracy|bound|gap)s?"
    r"\s*[=<>≤≥]"
)
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20,
}  # fmt: skip
_NUMERAL = "|".join(_WORDS)
_COUNT = re.compile(rf"\b({_NUMERAL})( (?:out )?of (?:the |its |all )?)({_NUMERAL})\b", re.I)
_SAID = re.compile(r"\b(?:title|alt|aria-label)=[\"']([^\"'\n]*)[\"']")  # attributes that a reader is shown
_ASKED = re.compile(r"\s*#+\s+(?:Hunt \d|[“\"]|.*\?)")  # titles that ask, or quote a reader
_SHOWN = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?|-?\.\d+")
_QUOTED = re.compile(_SHOWN.pattern.replace("-?", "[-−]?"))
_ENDS = re.compile(  # of a sentence, a row of a table, an item of a list
    r"(?<=[.!?])[\"”’)*_]*\s+(?=[A-Z“\"‘`*\[(0-9])|\n\s*\n|\n(?=\s*(?:\||[-*] |\d+\. |///|#|!!!|\?\?\?|===))"
)
_ROWS = re.compile(r"\n(?=\s*\|)")
_LINK = re.compile(r"\]\(([^)\s]+)")
_SOURCE = re.compile(r"\]\(https?:")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(figure:([\w-]+)\)")


@dataclass(frozen=True)
class Drawing:
    """What a picture shows: the numbers of its labels, and the first, last, lowest and highest value of its lines."""

    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()

    def shows(self, number: str) -> bool:
        """In a label, to the digits given; or a value of a line, a power of ten within a factor of two."""
        if any(_shows(number, label) for label in self.labels):
            return True
        if "/" in number or ":" in number:
            return False
        wanted = abs(float(number))
        if re.fullmatch(r"-?1e-?\d+", number):
            return any(value and abs(math.log10(abs(value) / wanted)) < 0.35 for value in self.values)
        return any(_shows(number, f"{value:.12g}") for value in self.values)


Look = Callable[[str], Drawing]
Follow = Callable[[str], list[str]]  # the numbers where a link within the site leads


def unproved(
    text: str, look: Look = lambda name: Drawing(), follow: Follow = lambda name: []
) -> Iterator[tuple[int, str]]:
    """Line and number of each result that nothing on the page shows, and that is quoted from nowhere."""
    found = blocks.find(text)
    inside = {n for block in found for n in range(block.line, block.end + 1)}
    sources = [block.source for block in found if block.kind != blocks.SKIP]
    shown = {number for source in sources for number in _SHOWN.findall(source)}
    shown |= {f"{2.0 ** int(power):.12g}" for source in sources for power in _WRITTEN_BINARY.findall(source)}
    titles = {block.line: block.options.get("title", "") for block in found}
    lines = enumerate(text.splitlines(), 1)
    prose = "\n".join(titles.get(n, "") if n in inside else line for n, line in lines)
    prose = _FRONT.sub(lambda head: re.sub(r"^(?!title:|description:).*$", "", head[0], flags=re.M), prose)
    drawn = {alt: look(name) for alt, name in _PICTURE.findall(prose)}
    for line, unit, paragraph in _units(prose):
        if _ASKED.match(unit) or _SOURCE.search(paragraph):
            continue
        quoted = [there for name in _LINK.findall(_PICTURE.sub("", unit)) for there in follow(name)]
        pictures = [drawing for alt, drawing in drawn.items() if alt in paragraph]
        plain = _as_read(unit)
        for number in _RESULT.finditer(plain):
            if _SET.search(plain[: number.start()]) or any(_shows(number[0], other) for other in shown):
                continue
            if any(_shows(number[0], there) or (len(there) > 4 and _shows(there, number[0])) for there in quoted):
                continue
            if not any(picture.shows(number[0]) for picture in pictures):
                yield line + plain[: number.start()].count("\n"), number[0]


def _as_read(unit: str) -> str:
    """A sentence as a reader takes it in: no mark-up within a number, no signs that only look otherwise."""
    seen = re.sub(r"&#?\w+;", lambda entity: html.unescape(entity[0]).translate(_NO_MARK), unit)
    seen = re.sub(r"\[(\d+)\](?![(\[:])", r"\1", seen)
    seen = "".join(_digit(sign) for sign in seen if unicodedata.category(sign) != "Cf")
    seen = _PICTURE.sub(lambda picture: picture[0].replace("`", ""), seen)  # alternative texts know no code
    plain = re.sub("[−‐‑]", "-", _MARKED.sub(lambda part: "".join(filter(None, part.groups())), seen))
    plain = _CLAIMED.sub(lambda claim: claim[0].replace("`", " "), _SUP.sub(r"^\1", plain))
    plain = _SPAN.sub(_printed, _VALUE.sub(r" \1 ", plain))
    plain = _LEFT_OUT.sub(_as_many_lines, _EQUATED.sub(lambda claim: f" {claim[1]}", plain))
    plain = re.sub(r"(?<=\d)[ED](?=[-+]?\d)|(?<=\d)d(?=[-+]\d)", "e", plain)
    plain = _MIDDLE.sub(".", _POWER.sub(_with_exponent, _BINARY.sub(_of_two, plain)))
    plain = _COUNT.sub(lambda count: f"{_number(count[1])}{count[2]}{_number(count[3])}", plain)
    return re.sub(r"(?<=\d)-(?=\d*\.\d)", " - ", _RATIO.sub(r"\1:\2", plain))  # from 0.1-0.5


def _printed(span: re.Match[str]) -> str:
    """Code that tells a result: what is no Python, a list of numbers, what is measured and how much it is."""
    code = span[2].strip()
    try:
        values = ast.parse(code, mode="eval").body
    except SyntaxError:
        return f" {code} " if _MEASURED.match(code) or not _parses(code) else span[0]
    listed = isinstance(values, ast.List | ast.Tuple) and len(values.elts) > 1
    return f" {code} " if listed or _MEASURED.match(code) else span[0]


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _number(word: str) -> int:
    return _WORDS[word.lower()]


def _of_two(power: re.Match[str]) -> str:
    """The value of a power of two in twelve digits, as blocks print it: 5.96046447754e-08 for 2⁻²⁴."""
    return f"{2.0 ** int((power[1] or power[2]).translate(_LOW)):.12g}"


def _digit(sign: str) -> str:
    """A digit of another script, a point or a per cent of another width, as it is written here."""
    if unicodedata.category(sign) == "Nd":
        return str(unicodedata.decimal(sign))
    return unicodedata.normalize("NFKC", sign) if sign in "．％" else sign


def _with_exponent(power: re.Match[str]) -> str:
    """2·10⁻⁸ as the blocks write it, 2e-8."""
    return f"{power[1] or 1}e{(power[2] or power[3]).translate(_LOW)}"


def _as_many_lines(found: re.Match[str]) -> str:
    return "".join(f" {said} " for said in _SAID.findall(found[0])) + "\n" * found[0].count("\n")


def _shows(number: str, shown: str) -> bool:
    """Is it what a block shows, as it is, rounded, or as a share of a hundred? A sentence may give a size alone."""
    if number.startswith("-" if shown[0] != "-" else "+"):
        return False
    number = number.lstrip("+-").replace(",", "")
    if "/" in number or ":" in number:  # a share, by its value
        above, below = map(int, re.split("[/:]", number))
        return same(shown.lstrip("-") + "\n", f"{above / below:.15f}\n")
    shown = shown.lstrip("-").replace(",", "")
    ways = (shown, f"{100 * float(shown):.10g}", f"{100 * (1 - float(shown)):.10g}")
    return any(way == number or same(number + "\n", way + "\n") for way in ways)


def _units(prose: str) -> Iterator[tuple[int, str, str]]:
    """Each sentence, row and item: its first line, itself, and the paragraph in which it stands."""
    start = 0
    for paragraph in re.split(r"(\n\s*\n)", prose):
        begin = 0
        ends = _ROWS if paragraph.lstrip().startswith("|") else _ENDS
        for end in [*ends.finditer(paragraph), None]:
            unit = paragraph[begin : end.start() if end else None]
            if unit.strip():
                yield prose[: start + begin].count("\n") + 1, unit, paragraph
            begin = end.end() if end else begin
        start += len(paragraph)


def linked(page: Path) -> Follow:
    """Follows the links of a page to others; those to itself prove nothing."""

    def follow(name: str) -> list[str]:
        target = (page.parent / name.partition("#")[0]).resolve()
        if target == page.resolve() or target.suffix not in (".md", ".py") or not target.is_file():
            return []
        return [shown.replace("−", "-") for shown in _QUOTED.findall(target.read_text(encoding="utf-8"))]

    return follow


def drawing(name: str) -> Drawing:
    """What the picture of that name shows, from the objects that it is drawn with."""
    from matplotlib import pyplot
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    from website.figures.registry import catalogue

    draw = catalogue().get(name)
    if draw is None:
        return Drawing()
    figure = draw()
    ticks = {id(part) for axis in figure.findobj(Axis) for part in axis.findobj(Text)}
    words = " ".join(text.get_text() for text in figure.findobj(Text) if id(text) not in ticks)
    values: list[float] = []
    for axes in figure.axes:
        for line in axes.get_lines():
            y = [float(value) for value in np.asarray(line.get_ydata(), dtype=float) if np.isfinite(value)]
            values += [y[0], y[-1], min(y), max(y)] if y else []
    pyplot.close(figure)
    return Drawing(tuple(_SHOWN.findall(words.replace("−", "-"))), tuple(values))


def main(names: list[str]) -> int:
    """Print them, by page; of all pages, if none is named. Exit status 1 if there are any."""
    count = 0
    for path in [Path(name).resolve() for name in names] or rewrite.pages():
        for line, number in unproved(path.read_text(encoding="utf-8"), drawing, linked(path)):
            print(f"{name_of(str(path))}:{line}: {number}")
            count += 1
    print(f"{count} numbers in prose that nothing on their page shows", file=sys.stderr)
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
