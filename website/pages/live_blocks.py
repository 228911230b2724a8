"""Mark the Python blocks of a rendered page, so that the browser can run them and knows what to expect."""

import html
import json
import re
from dataclasses import asdict, dataclass

from website.pages import copy_button
from website.verify import needs, prompts

_BLOCK = re.compile(
    r'<div class="language-(?P<lang>pycon|python)\b[^"]*highlight"(?P<attributes>[^>]*)>.*?</code></pre></div>', re.S
)
_OUTPUT = re.compile(r'\s*<div class="language-text[^"]*highlight"[^>]*>.*?</code></pre></div>', re.S)
LOCAL = {  # documented objects whose examples need what the browser does not have, and what that is
    "gradlab.pytest_plugin": "pytest is not in the browser",
    "gradlab.adapters": "the framework is not in the browser",
}
_ENTRY = re.compile(r'<h\d id="(gradlab[\w.]*)"')


@dataclass(frozen=True)
class Live:
    """One block as the browser sees it."""

    code: str
    want: str  # what it prints, as verified
    session: bool  # run statement by statement, echoing values
    home: str = ""  # the documented object whose module the names come from, on a reference page


def with_runs(content: str, lacking: str = "") -> str:
    """Rendered HTML in which every Python block that was verified stands in a <live-block>.

    Blocks of a page that needs what the browser does not have, say so instead: `lacking` is the page's `needs`.
    """
    parts: list[str] = []
    at = 0
    while shown := _BLOCK.search(content, at):
        output = _OUTPUT.match(content, shown.end()) if shown["lang"] == "python" else None
        end = output.end() if output else shown.end()
        parts.append(content[at : shown.start()])
        entry = _ENTRY.findall(content, 0, shown.start())
        home = entry[-1] if entry else ""
        whole = content[shown.start() : end]
        # On a reference page plain blocks are signatures and sources; the examples have prompts.
        if re.search("data-(skip|local)=", shown["attributes"]) or (home and shown["lang"] == "python"):
            parts.append(whole)
        elif reason := local(home) or _lacking(lacking):
            parts.append(whole.replace("<div ", f'<div data-local="{html.escape(reason)}" ', 1))
        else:
            parts.append(_wrapped(whole, _live(shown, output[0] if output else "", home)))
        at = end
    return "".join([*parts, content[at:]])


def local(name: str) -> str:
    """Why the examples of a documented object do not run in the browser; empty if they do."""
    return next((reason for module, reason in LOCAL.items() if f"{name}.".startswith(f"{module}.")), "")


def _lacking(frameworks: str) -> str:
    names = tuple(name.strip() for name in frameworks.split(",") if name.strip())
    return f"{needs.words(names)} is not in the browser" if names else ""


def _live(shown: re.Match[str], output: str, home: str) -> Live:
    source = copy_button.text_of(shown[0])
    if shown["lang"] == "python":
        return Live(source.rstrip("\n"), copy_button.text_of(output) if output else "", False, home)
    steps = list(prompts.python(source))
    return Live("".join(step.code for step in steps).rstrip("\n"), "".join(step.want for step in steps), True, home)


def _wrapped(block: str, live: Live) -> str:
    data = html.escape(json.dumps(asdict(live), ensure_ascii=False)).replace("\n", "&#10;")
    return f'<live-block data-block="{data}">{block}</live-block>'
