"""When is an output the one that the page shows? The rule of the build, which the reader's browser loads as it is."""

import doctest
import re

NUMBER = doctest.register_optionflag("NUMBER")  # the name that pytest and Sybil give it too
FLAGS = NUMBER | doctest.ELLIPSIS

_TRAILING = re.compile(r"[ \t]+$", re.M)
_PADDING = re.compile(r"\A {2,}")
_COUNT = re.compile(r"\bto (\d+) digits\b|\babout (\d+) for each\b")
_WRONG = re.compile(r"\b([1-9]\d*) of (\d+)\b")
_BOUND = re.compile(r"(?:±|<|below)\s+$")
_NUMBERS = re.compile(r"[+-]?\d*\.\d+(?:e[+-]?\d+)?|[+-]?\d+\.(?:e[+-]?\d+)?|[+-]?\d+e[+-]?\d+", re.I)


class Checker(doctest.OutputChecker):
    """Doctest's comparison, with numbers to the digits written, and more strictly where these are few: `_alike`."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        if optionflags & NUMBER:
            want, got = _as_written(want, got)
        want, got = _TRAILING.sub("", want), _TRAILING.sub("", got)
        return super().check_output(want, got, optionflags & ~NUMBER)


def same(want: str, got: str) -> bool:
    """Is `got` what the page shows: to as many digits as it shows, with `...` for anything?"""
    return Checker().check_output(want, got, FLAGS | doctest.DONT_ACCEPT_BLANKLINE)


def _as_written(want: str, got: str) -> tuple[str, str]:
    """What the page shows, and what came with each number that agrees written as the page writes it."""
    for pattern, alike in ((_NUMBERS, _near), (_COUNT, _one_apart), (_WRONG, _one_fewer)):
        wants, gots = list(pattern.finditer(want)), list(pattern.finditer(got))
        if len(wants) != len(gots):
            continue
        for w, g in reversed(list(zip(wants, gots, strict=True))):
            if alike(w, g):
                after, came = want[w.end() :], got[g.end() :]
                if len(w[0]) != len(g[0]):  # a table pads the shorter one
                    after, came = _PADDING.sub("  ", after), _PADDING.sub("  ", came)
                want, got = want[: w.end()] + after, got[: g.start()] + w[0] + came
    return want, got


def _near(want: re.Match[str], got: re.Match[str]) -> bool:
    """Numbers agree as written; a bound, which is a power of ten after ±, < or "below", to the next one.

    What a check can vouch for hangs on noise, and so on the last bits of the machine.
    """
    if all(_BOUND.search(m.string[: m.start()]) and m[0].startswith("1e") for m in (want, got)):
        return abs(int(want[0][2:]) - int(got[0][2:])) <= 1
    return _alike(want[0], got[0])


def _one_apart(want: re.Match[str], got: re.Match[str]) -> bool:
    """The digits to which something agrees, and what a check spends on what it doubts: bounds in other words."""
    return abs(int(want[want.lastindex or 0]) - int(got[got.lastindex or 0])) <= 1 and want.lastindex == got.lastindex


def _one_fewer(want: re.Match[str], got: re.Match[str]) -> bool:
    """Where all entries of a block are wrong, or all but one, noise may hide one of them."""
    wants, gots = [int(n) for n in want.groups()], [int(n) for n in got.groups()]
    return wants[1] == gots[1] > 9 and min(wants[0], gots[0]) >= wants[1] - 1 and max(wants[0], gots[0]) <= wants[1]


def _alike(want: str, got: str) -> bool:
    """Do two numbers agree to the digits that the page writes, but for one unit of the last?

    A number that ends in its point, as NumPy writes `[0. 1.]`, must be the same: a unit of it is 1. Numbers with
    an exponent must also agree within a factor of two: else 1e-02 would pass for 1e-07, and 0.0 for 1e-08, since
    they differ by less than a unit of their only digit.
    """
    mantissa, _, exponent = want.lower().partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    w, g = float(want), float(got)
    if mantissa.endswith("."):
        return w == g
    if abs(w - g) > unit * (1 + 1e-6):
        return False
    if "e" not in (want + got).lower():
        return True
    return 0.5 <= g / w <= 2 if w and g else w == g
