"""Every fenced block of a page, found and classified, or refused: the one reader of pages that all others share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from website.verify import lint, needs

PYTHON, PYCON, OUTPUT, CONSOLE, SKIP = "python", "pycon", "output", "console", "skip"
SETTINGS = ("title", "description", "hide", "needs")  # of a page, in its front matter
OPTIONS = {"title", "hl_lines", "linenums", "data-skip", "data-exit", "data-local"}
ADVICE = (
    'write ```python for plain code, ```pycon for prompts, ```text title="Output" for what plain code prints, '
    "```console for shell; nothing else is run"
)

_OPEN = re.compile(r"(?P<prefix>[ \t>]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_STRAY = re.compile(r"(?:`{3,}|~{3,})")
_INFO = re.compile(r'(?P<lang>[\w+#.-]*)(?P<options>(?:\s+\w+="[^"]*")*)')
_BRACED = re.compile(r'\{\s*\.(?P<lang>[\w+#-]+)(?P<options>(?:\s+(?:#[\w-]+|[\w-]+="[^"]*"))*)\s*\}')
_OPTION = re.compile(r'([\w-]+)="([^"]*)"')


class Unverified(Exception):
    """Something on a page that nothing would verify. Each line says where, what, and what to do."""


@dataclass(frozen=True)
class CodeBlock:
    """One fenced block; its source line k stands on line `line` + 1 + k of the page."""

    kind: str
    line: int  # of the opening fence, from 1
    end: int  # of the closing fence
    prefix: str  # what stands before each of its lines: indentation, quotes
    fence: str
    source: str  # as the reader sees it
    options: dict[str, str] = field(default_factory=dict)
    missing: str = ""  # what the page needs and this environment lacks

    @property
    def reason(self) -> str:
        """Why it is not run, as the reader sees it; empty for every block that is run."""
        return self.options.get("data-skip", "") or self.missing


def find(text: str, path: str = "page") -> tuple[CodeBlock, ...]:
    """All fenced blocks of a page, in order.

    Raises
    ------
    Unverified
        If anything on the page looks like code and would not be verified; all such places at once.
    """
    problems: list[tuple[int, str]] = []
    lines = text.splitlines()
    blocks = list(_scan(lines, problems))
    inside = {n for b in blocks for n in range(b.line, b.end + 1)}
    prose = ["" if n in inside else line for n, line in enumerate(lines, 1)]
    problems += lint.prose(prose, {b.line: b.prefix for b in blocks})
    for before, block in zip([None, *blocks], blocks, strict=False):
        problems += _misplaced(before, block, lines)
        problems += _unverified(block)
    problems += [
        (1, f"needs {name!r}, which is none of {', '.join(needs.FRAMEWORKS)}")
        for name in needs.of(text)
        if name not in needs.FRAMEWORKS
    ]
    problems += [
        (1, f"needs {name!r}, and no block says {name}")
        for name in needs.of(text)
        if not any(re.search(rf"\b{re.escape(name)}\b", block.source) for block in blocks)
    ]
    head = lines[1 : max(lint.front_matter(lines) - 1, 1)]
    problems += [
        (n, f"of the settings of a page only {', '.join(SETTINGS)} are known")
        for n, line in enumerate(head, 2)
        if line[:1].isalpha() and line.partition(":")[0] not in SETTINGS
    ]
    if problems:
        raise Unverified("\n".join(f"{path}:{line}: {what}" for line, what in sorted(problems)))
    lacking = needs.missing(text)
    return tuple(replace(block, missing=lacking) for block in blocks)


def _scan(lines: list[str], problems: list[tuple[int, str]]) -> Iterator[CodeBlock]:
    """Fences as pymdownx.superfences reads them: closed by the same fence at the same indentation."""
    n = 0
    while n < len(lines):
        opening = _OPEN.match(lines[n])
        n += 1
        if not opening:
            if _STRAY.search(lint.INLINE.sub("", lines[n - 1])):
                problems.append((n, "a fence must stand on a line of its own"))
            continue
        prefix, start = opening["prefix"], n
        closing = prefix + opening["fence"]
        while n < len(lines) and lines[n].rstrip() != closing:
            n += 1
        if n == len(lines):
            problems.append((start, f"this block is never closed by {opening['fence']} at the same indentation"))
            return
        n += 1
        body = lines[start : n - 1]
        for k, line in enumerate(body, start + 1):
            if line.strip(" >") and not line.startswith(prefix):
                problems.append((k, "this line of a block is indented less than its fence"))
        kind, options = _classify(opening["info"].strip(), start, problems)
        source = "".join(line[len(prefix) :] + "\n" for line in body)
        if "\t" in prefix + source:
            problems.append((start, "a tab in a block: Markdown shows it as spaces; write spaces"))
        yield CodeBlock(kind, start, n, prefix, opening["fence"], source, options)


def _classify(info: str, line: int, problems: list[tuple[int, str]]) -> tuple[str, dict[str, str]]:
    """Kind and options of a block from the words after its fence."""
    match = _INFO.fullmatch(info) or _BRACED.fullmatch(info)
    if not match:
        problems.append((line, f"cannot read {info!r}: {ADVICE}"))
        return "", {}
    options = dict(_OPTION.findall(match["options"]))
    if lint.TITLE.search(title := options.get("title", "")) and title != "Output":
        problems.append((line, f"a title that says what comes out is never checked: {title!r}"))
    lang = match["lang"]
    if unknown := sorted(options.keys() - OPTIONS):
        problems.append((line, f"unknown option {unknown[0]!r}: one of {', '.join(sorted(OPTIONS))}"))
    if "data-skip" in options:
        if len(options["data-skip"].split()) < 3:
            problems.append((line, "data-skip must tell the reader why, in words"))
        return SKIP, options
    if lang in (PYTHON, PYCON, CONSOLE):
        if options.get("title", "").strip().lower() == "output":
            problems.append((line, "only a ```text block is an Output"))
        return lang, options
    if lang == "text" and options.get("title") == "Output":
        return OUTPUT, options
    problems.append((line, f"nothing verifies a {info!r} block: {ADVICE}"))
    return "", options


def _misplaced(before: CodeBlock | None, block: CodeBlock, lines: list[str]) -> Iterator[tuple[int, str]]:
    """An output must directly follow the plain code that prints it, in the same container."""
    if block.kind != OUTPUT:
        return
    if before is None or before.kind != PYTHON:
        yield block.line, "an Output block must follow the ```python block that prints it"
    elif any(line.strip(" >") for line in lines[before.end : block.line - 1]) or before.prefix != block.prefix:
        yield block.line, "an Output block must directly follow its ```python block, with nothing in between"


def _unverified(block: CodeBlock) -> Iterator[tuple[int, str]]:
    """What a block of a right kind may not contain."""
    if block.kind in (PYTHON, PYCON, CONSOLE) and not block.source.strip():
        yield block.line, "an empty block verifies nothing"
    for offset, what in lint.CHECKS.get(block.kind, lambda source: ())(block.source):
        yield block.line + 1 + offset, what
