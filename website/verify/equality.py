"""When is an output the one that the page shows? The rule of the build, which the reader's browser loads as it is."""

import doctest
import re
from collections.abc import Callable
from fractions import Fraction

NUMBER = doctest.register_optionflag("NUMBER")  # the name that pytest and Sybil give it too

_TRAILING = re.compile(r"[ \t]+$", re.M)
_PADDING = re.compile(r"\A {2,}")
_DOTS = re.compile(r"\.{3}")
_EXPONENT = r"e[+-]?\d{1,4}(?![\w.])"
_NUMBERS = re.compile(
    rf"(?<![\d.])[+-]?(?:\d+\.\d*|\.\d+)(?:{_EXPONENT})?(?!\d*\.\d)|(?<![\w.])[+-]?\d+{_EXPONENT}", re.I
)
# What a check can vouch for depends on noise, and so on a machine's last bits. In the words of gradlab's reports, and
# nowhere else:
_REPORT = re.compile(
    r"\b(?:AGREES|WRONG|UNDECIDED|UNTESTED)\b"
    r"|^(?:E +)?(?:GL\d{3}|Evaluations of the cost:|Relative difference, formula)"
    r"|\b(?:residual|coincidence) below\b|\bmost at \w|\bvery small, and that of\b",
    re.M,
)
_BOUND = re.compile(r"(?:±|<|below)\s+$")  # the next power of ten, after these
_ERROR = re.compile(r"±\s+$")  # an error is a bound wherever it stands
_COUNT = re.compile(r"\bto (\d+) digits\b|\babout (\d+) for each\b")  # sure digits; evaluations for an entry
_WRONG_LINE = re.compile(r"\b(?:WRONG|wrong)\b")
_WRONG = re.compile(r"\b([1-9]\d*) of (\d+)\b")  # of entries that are all wrong, noise may hide one


class Checker(doctest.OutputChecker):
    """Doctest's comparison of docstrings, by the same rule."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        if not optionflags & doctest.DONT_ACCEPT_BLANKLINE:
            want = re.sub(rf"^{re.escape(doctest.BLANKLINE_MARKER)}\s*?$", "", want, flags=re.M)
        return same(want, got)


def same(want: str, got: str) -> bool:
    """Is `got` what the page shows: numbers to the digits shown, `...` for digits and points or for itself?"""
    want, got = _as_written(want, got)
    want, got = (_TRAILING.sub("", text) for text in (want, got))
    if got and not got.endswith("\n"):
        got += "\n"  # no page can show that a line was not ended
    return want == got or re.fullmatch(_dotted(want), got) is not None


def _dotted(want: str) -> str:
    """A pattern in which `...` is at least one digit or point; after digits, none may be left to write."""
    pieces = _DOTS.split(want)
    dots = [r"[\d.]*" if before[-1:].isdigit() else r"[\d.]+" for before in pieces[:-1]]
    return "".join(re.escape(piece) + dot for piece, dot in zip(pieces, [*dots, ""], strict=True))


def _as_written(want: str, got: str) -> tuple[str, str]:
    """What the page shows, and what came with each number that agrees written as the page writes it."""
    report = _REPORT.search(want) is not None
    rules: list[tuple[re.Pattern[str], Callable[[re.Match[str], re.Match[str]], bool]]] = [
        (_NUMBERS, _near if report else _near_elsewhere)
    ]
    if report:
        rules += [(_COUNT, _one_apart), (_WRONG, _one_fewer)]
    for pattern, alike in rules:
        wants, gots = list(pattern.finditer(want)), list(pattern.finditer(got))
        if len(wants) != len(gots):
            continue
        for w, g in reversed(list(zip(wants, gots, strict=True))):
            if w[0] != g[0] and alike(w, g):
                after, came = want[w.end() :], got[g.end() :]
                if len(w[0]) != len(g[0]):  # a table pads the shorter one
                    after, came = _PADDING.sub("  ", after), _PADDING.sub("  ", came)
                want, got = want[: w.end()] + after, got[: g.start()] + w[0] + came
    return want, got


def _near_elsewhere(want: re.Match[str], got: re.Match[str]) -> bool:
    """The same outside of reports, where no "below" is a bound of gradlab's."""
    return _near(want, got, _ERROR)


def _near(want: re.Match[str], got: re.Match[str], bound: re.Pattern[str] = _BOUND) -> bool:
    """Numbers agree to the digits shown; a bound that is a power of ten, to the next one."""
    if all(bound.search(m.string[: m.start()]) and m[0].startswith("1e") for m in (want, got)):
        return abs(int(want[0][2:]) - int(got[0][2:])) <= 1
    return _alike(want[0], got[0])


def _one_apart(want: re.Match[str], got: re.Match[str]) -> bool:
    """The digits to which something agrees, and what a check spends on what it doubts: bounds in other words."""
    return abs(int(want[want.lastindex or 0]) - int(got[got.lastindex or 0])) <= 1 and want.lastindex == got.lastindex


def _one_fewer(want: re.Match[str], got: re.Match[str]) -> bool:
    """Where all entries of a block are wrong, or all but one, noise may hide one of them."""
    if not all(_WRONG_LINE.search(_line_of(match)) for match in (want, got)):
        return False
    wants, gots = [int(n) for n in want.groups()], [int(n) for n in got.groups()]
    return wants[1] == gots[1] > 9 and min(wants[0], gots[0]) >= wants[1] - 1 and max(wants[0], gots[0]) <= wants[1]


def _line_of(match: re.Match[str]) -> str:
    text = match.string
    return text[text.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0]


def _alike(want: str, got: str) -> bool:
    """Do two numbers agree to the digits that the page writes: within half a unit of the last?

    A correctly rounded number is never farther off. Zero is shown for zero only, with its sign. A number that ends in
    its point, as NumPy writes `[0. 1.]`, must be the same.
    """
    mantissa, _, exponent = want.lower().partition("e")
    w, g = Fraction(_whole(want)), Fraction(_whole(got))
    if not w or not g or mantissa.endswith("."):
        same_power = int(exponent or 0) == int(got.lower().partition("e")[2] or 0)  # 0e5 is no zero that is printed
        return w == g and same_power and (want[0] == "-") == (got[0] == "-")
    if (want[0] == "+") != (got[0] == "+"):
        return False
    unit = Fraction(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(w - g) <= unit / 2


def _whole(number: str) -> str:
    """A number as Fraction reads it: digits before and after the point."""
    mantissa, mark, exponent = number.lower().partition("e")
    return (mantissa + "0" if mantissa.endswith(".") else mantissa) + mark + exponent
