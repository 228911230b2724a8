"""What a reader copies: code that runs as it is, without prompts and outputs."""

import doctest
import html
import re

_SHOWN = re.compile(
    r'<div class="language-(?P<lang>[\w+-]+)(?P<classes>[^"]*)"(?P<attributes>[^>]*)>(?P<body>.*?)</code></pre>', re.S
)
_TAG = re.compile(r"<[^>]+>")


def clean(lang: str, source: str) -> str:
    """The code of one block: for ```pycon without prompts and outputs, for ```console the commands alone."""
    if lang == "pycon":
        return _statements(source)
    if lang == "console":
        return _commands(source)
    return source.rstrip("\n")


def _statements(source: str) -> str:
    """Code of a session. A compound statement is followed by an empty line, as an older prompt wants it."""
    examples = doctest.DocTestParser().get_examples(source)
    answers = set[int]()
    for example in examples:
        first = example.lineno + example.source.count("\n")
        answers.update(range(first, first + example.want.count("\n")))
    code: list[str] = []
    for k, line in enumerate(source.splitlines()):
        if k in answers:
            continue
        statement = line.lstrip().startswith(">>>")
        if statement and code and code[-1].startswith(" "):
            code.append("")
        code.append(line.lstrip()[4:].rstrip())
    return "\n".join(code).strip("\n")


def _commands(source: str) -> str:
    """Commands of a shell session: lines after `$ `, and those after `> ` that continue them."""
    commands, continued = list[str](), False
    for line in source.splitlines():
        continued = line.startswith("$ ") or (continued and line.startswith("> "))
        if continued:
            commands.append(line[2:])
    return "\n".join(commands)


def with_copies(content: str) -> str:
    """Rendered HTML in which every block shown with prompts carries what to copy, in `data-copy`.

    Material's copy button takes that attribute instead of the text of the block.
    """
    return _SHOWN.sub(_with_copy, content)


def _with_copy(shown: re.Match[str]) -> str:
    lang = shown["lang"]
    if lang not in ("pycon", "console") or "data-copy" in shown["attributes"]:
        return shown[0]
    copy = html.escape(clean(lang, text_of(shown["body"]))).replace("\n", "&#10;")
    return shown[0].replace("<div ", f'<div data-copy="{copy}" ', 1)


def text_of(body: str) -> str:
    """Text of the code of a highlighted block, from its HTML (line numbers stand before the last <code>)."""
    code = body[body.rindex("<code") :]
    return html.unescape(_TAG.sub("", code))
