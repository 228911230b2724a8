"""What a reader copies: code that runs as it is, without prompts and outputs."""

import html
import re

from website.verify import prompts

_SHOWN = re.compile(
    r'<div class="language-(?P<lang>[\w+-]+)(?P<classes>[^"]*)"(?P<attributes>[^>]*)>(?P<body>.*?)</code></pre>', re.S
)
_EMPTY_LINE = html.escape("<BLANKLINE>")
_TAG = re.compile(r"<[^>]+>")


def clean(lang: str, source: str) -> str:
    """The code of one block: for ```pycon without prompts and outputs, for ```console the commands alone."""
    if lang == "pycon":
        return _statements(source)
    if lang == "console":
        return "\n".join(command.code for command in prompts.shell(source))
    return source.rstrip("\n")


def _statements(source: str) -> str:
    """Code of a session. A compound statement is followed by an empty line, as an older prompt wants it."""
    answers = {k for step in prompts.python(source) for k in range(step.answer, step.end)}
    code: list[str] = []
    for k, line in enumerate(source.splitlines()):
        if k in answers:
            continue
        statement = line.lstrip().startswith(">>>")
        if statement and code and code[-1].startswith(" "):
            code.append("")
        code.append(line.lstrip()[4:].rstrip())
    return "\n".join(code).strip("\n")


def with_copies(content: str) -> str:
    """Rendered HTML in which every block shown with prompts carries what to copy, in `data-copy`.

    Material's copy button takes that attribute instead of the text of the block. The mark that doctest needs
    for an empty line of output is shown as what was printed: an empty line.
    """
    return _SHOWN.sub(_with_copy, content)


def _with_copy(shown: re.Match[str]) -> str:
    lang = shown["lang"]
    if lang not in ("pycon", "console") or "data-copy" in shown["attributes"]:
        return shown[0]
    copy = html.escape(clean(lang, text_of(shown["body"]))).replace("\n", "&#10;")
    return shown[0].replace("<div ", f'<div data-copy="{copy}" ', 1).replace(_EMPTY_LINE, "")


def text_of(body: str) -> str:
    """Text of the code of a highlighted block, from its HTML (line numbers stand before the last <code>)."""
    code = body[body.rindex("<code") :]
    return html.unescape(_TAG.sub("", code))
