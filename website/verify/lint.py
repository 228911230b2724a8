"""What may not stand on a page, because a reader would believe it and nothing would check it."""

import ast
import html
import io
import re
import shlex
import tokenize
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise

from website.verify import prompts

Problem = tuple[int, str]  # line (of the page, or of the block from 0) and what to do

_RAW = re.compile(r"<(pre|code|samp|xmp|listing|plaintext|textarea)\b", re.I)
INLINE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_DIRECTIVE = re.compile(r"<!-+\s*;?\s*(skip|invisible-code|clear-namespace|doctest)\b", re.I)
_QUOTE = re.compile(r"^ {0,3}(?:> ?)+")
_CONTAINER = re.compile(r"(?:[-*+]|\d+[.)])\s|!!!|\?\?\?|===|///|\[\^[^\]]+\]:|:\s")
# What a reader takes for a value, in a comment: nothing checks it. (An apostrophe within a word, w², are no values.)
_NUMBER_WORD = (
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|million"
    r"|dozen|half|quarter|(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)s?)"
)
_ANSWER_WORD = (
    r"(?:true|false|none|null|yes|no|ok(?:ay)?|nothing|empty|positive|negative|infinite|finite|error|raises|fails|failed"
    r"|passes|passed|crashes|right|wrong|agrees|undecided|untested|correct|incorrect|equal|unequal"
    r"|(?:the )?same(?: as .*)?|matches|identical|unchanged|exact(?:ly)?|vanishes|diverges|converges|doubles|halves"
    r"|tiny|huge|(?:all )?(?:zeros|ones)|(?:much |far )?too (?:large|small|big|little|much|many|few|high|low))"
)
_VALUE = re.compile(
    r"""(?<!\w)[²³¹]|[⁰⁴-⁹⁺⁻∞√∝]|[<>≤≥≪≫≠]|[→⇒↦⟶⟹⇨➔➜≈≃≅≡±]|->|=>|==|(?<!\w)['‘’]|['‘’](?!\w)|["“”`«»„]"""
    r"|\b(?:True|False|None|nan|NaN|inf|infinity|AGREES|WRONG|UNDECIDED|UNTESTED|\w+(?:Error|Exception|Warning))\b"
    r"|(?i:\b(?:is|are|prints?|returns?|gives?|yields?|outputs?|equals?|shows?)(?: now)? "
    rf"(?:an? )?(?:{_NUMBER_WORD}|{_ANSWER_WORD})\s*[.!]?$)"
    r"|^#!"
    r"|(?i:^#+\s*(?:prints?|returns?|gives?|yields?|outputs?|shows?|raises?|equals?|becomes?|evaluates?|results?"
    r"|answers?|shapes?|is|are|was)\b)"
    rf"|(?i:^#+\s*(?:an? )?(?:(?:{_NUMBER_WORD}|and|minus|point|-|\s)+|{_ANSWER_WORD})\s*[.!]*$)"
    r"|^#+\s*[\[({~]"
    r"|(?i:^#+\s*an? (?:list|tuple|dict|set|str|int|float|bool|array)\b)|(?i:\bd?types?\b|\btwice\b|\btimes\b)"
    r"|(?i:\b(?:prints|returns|yields|equals|becomes|outputs|raises|evaluates)\b)"
    rf"|(?i:\b(?:about|roughly|nearly|approximately|almost|around)\s+(?:an? )?{_NUMBER_WORD}\b)"
    rf"|(?i::\s*(?:{_NUMBER_WORD}|{_ANSWER_WORD})\s*[.!]?$)"
)
# Whose failure bash does not tell, or whose output goes elsewhere.
_BACKGROUND = re.compile(
    r"(?<![&>|<])&(?![&>])|\b(?:coproc|nohup|setsid|disown|trap|exec)\b|\bset \+|\bshopt\b|[$<>]\(|`|[<>] ?/dev/"
)
_UNSEEN = re.compile(
    r"\|\||(?:^|[;&|(]\s*)!\s|\b(?:PATH|BASH_ENV|PYTHON[A-Z]+)=|\balias\b|\bpython\S* +-O"
    r"|(?:^|[;&|(]\s*)(?:if|while|until|case)\s|\w+ ?\(\) ?\{",
    re.M,
)
_DOCUMENTED = re.compile(r":::\s*(\S*)")
_LOOKS_LIKE_CODE = re.compile(
    r">>>\s?[^`\s]|\.\.\.\s|(?:In ?|Out)\[ ?\d*\]:|\b[A-Z]:\\\S*>|\boctave:\d+>|\\(?:texttt|verb|tt)\b"
    r"|(?:^[\s>*-]*|`)[$%] [a-z./]"
    r"|[\w.-]+@[\w.-]+:\S*[$#] |\bPS [A-Z]:\\|\((?:Pdb|gdb|lldb)\) |(?:^|`)\w+> |^\s*[❯›»▶]+ ?\w"
    r"|Traceback \(most recent call last\)|^\s*\+[-=+]{3,}\+"
)
_ONLY_CODE = re.compile(r"\s*`[^`]+`\s*\\?")
_ELEMENT = re.compile(r"</?([a-z][\w-]*)(?=[\s/>])", re.I)
# What pages write in HTML; a drawing's own elements are looked at where it is rendered.
_WRITTEN = {"a", "br", "div", "guess-first", "moving-picture", "sub", "sup"}
_WRITTEN |= {"svg", "g", "path", "circle", "line", "rect", "polyline", "polygon", "title"}
_PLUGIN = re.compile(r"\s*///(?!\s*(?:caption\b.*)?$)")
_SAYS_OUTPUT = re.compile(
    r"^[\s>*_#|]*(?:\[\^\w+\]:\s*)?(?:outputs?|results?|it prints|prints|printed|returned|stdout|stderr)\s*[*_]*\s*:",
    re.I,
)
TITLE = re.compile(r"[=≈→⇒]|\b(?:is|are|prints?|gives?|returns?|outputs?|results?|shows?|stdout|answers?)\b", re.I)


def prose(lines: list[str], fences: dict[int, str]) -> list[Problem]:
    """Code that hides between the fences: raw HTML, indented code, comments that would skip a block.

    `lines` is the page with the blocks blanked out; `fences` gives the prefix of each block by its first line.
    """
    found: list[Problem] = []
    body = front_matter(lines)
    for n, line in enumerate(lines, 1):
        plain = INLINE.sub("", line)
        if raw := _RAW.search(plain):
            found.append((n, f"raw <{raw[1]}> is never run: use a fenced block, or `backticks` within a line"))
        if "--8<--" in plain:
            found.append((n, "what stands in an included file is not looked into: write it here"))
        if _DIRECTIVE.search(plain):
            found.append((n, 'a comment must not skip or hide a block: give the block data-skip="reason"'))
        if _SAYS_OUTPUT.search(_as_seen(plain).replace("*", "").replace("_", "")):
            found.append((n, 'an output in the prose is never compared: use a ```text title="Output" block'))
        if _LOOKS_LIKE_CODE.search(_as_seen(line)):
            found.append((n, "a session within a line is never run: use a ```pycon block"))
        if n > 1 and all(_ONLY_CODE.fullmatch(other) for other in lines[n - 2 : n]):
            found.append((n, "lines of code in backticks are never run: use a fenced block"))
        if unknown := [name for name in _ELEMENT.findall(plain) if name.lower() not in _WRITTEN]:
            found.append((n, f"raw HTML of other kinds than pages need: <{unknown[0]}>"))
        if _PLUGIN.match(line):
            found.append((n, "of the blocks between /// only captions are looked into"))
        if (name := _DOCUMENTED.match(line)) and name[1].split(".")[0] != "gradlab":
            found.append((n, f"the examples of {name[1] or 'nothing'} are not run: only those of gradlab are"))
    with_fences = [fences[n] + "```" if n in fences else line for n, line in enumerate(lines, 1)]
    unquoted = [_QUOTE.sub("", line).expandtabs(4) for line in with_fences]
    found += [(n, what) for n, what in _indented(unquoted) if n > body]
    return found


def _as_seen(line: str) -> str:
    """A line without what makes look-alikes: entities, signs that are not seen, other widths of letters."""
    seen = "".join(sign for sign in html.unescape(line) if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", seen.replace("…", ""))


def front_matter(lines: list[str]) -> int:
    """Number of lines of the YAML head of a page."""
    if lines[:1] == ["---"] and "---" in lines[1:]:
        return lines.index("---", 1) + 1
    return 0


def _indented(lines: list[str]) -> Iterator[Problem]:
    """Indented code blocks: four spaces deeper than what contains them. (The rendered page is compared too.)"""
    for n, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        alone = n == 0 or not lines[n - 1].strip() or lines[n - 1].lstrip().startswith(("#", "```"))
        if depth < 4 or not line.strip() or not alone or line.lstrip().startswith("<"):
            continue
        parent = next((p for p in reversed(lines[:n]) if p.strip() and len(p) - len(p.lstrip()) < depth), "")
        if parent.lstrip().startswith("<"):
            continue
        base = len(parent) - len(parent.lstrip())
        allowed = base + (4 if _CONTAINER.match(parent.lstrip()) else 0)
        if depth - allowed >= 4:
            yield n + 1, "indented code is never run: use a fenced block at the indentation of the text"


_SHORTENED = re.compile(r"Traceback \(most recent call last\):\n(?:    \.\.\.\n)?\w")


def python(source: str) -> Iterator[Problem]:
    """Plain code: no prompts, no values in comments."""
    for k, line in enumerate(source.splitlines()):
        if re.match(r"\s*(>>>|In \[\d*\]:)", line):
            yield k, "a prompt in a ```python block: use ```pycon"
            return
    yield from claims(source, 0)


def pycon(source: str) -> Iterator[Problem]:
    """Prompts: every line must belong to an example that runs, or to its output."""
    try:
        steps = list(prompts.python(source))
    except ValueError as error:
        yield 0, f"not a doctest: {error}"
        return
    for step in steps:
        yield from claims(step.code, step.line, session=True)
        yield from ((step.answer + k, what) for k, what in output(step.want))
        if step.want.startswith("Traceback (") and step is not steps[-1]:
            yield step.line, "an example that raises must end its block, since a copy of the block stops there"
        if step.want.startswith("Traceback (") and not _SHORTENED.match(step.want):
            yield step.answer + 1, "the frames of a traceback are not compared: show them as `    ...`"
    seen = {k for step in steps for k in range(step.line, step.end)}
    for k, line in enumerate(source.splitlines()):
        if k not in seen and line.strip() and not re.fullmatch(r"\s*(>>>|\.\.\.)(\s+#.*)?\s*", line):
            yield k, f"neither prompt nor compared output: {line.strip()!r} (<BLANKLINE> for an empty line)"
    if not steps:
        yield 0, "nothing would run here: a ```pycon block needs >>> prompts"


def console(source: str) -> Iterator[Problem]:
    """Shell: commands after `$ `, continued after `> `; nothing in the background, no values in comments."""
    if not source.startswith("$ "):
        if source.strip():
            yield 0, "a ```console block starts with `$ ` and a command"
        return
    for step in prompts.shell(source):
        yield from ((step.answer + k, what) for k, what in output(step.want))
        if _BACKGROUND.search(step.code):
            yield (
                step.line,
                "what fails or is printed in the background, after `set +e`, in $() would not be seen",
            )
        if _UNSEEN.search(step.code):
            yield (
                step.line,
                "a command that may not run, that is another than it is called, or whose failure `||` or `!` hides",
            )
        try:
            if shlex.split(step.code) != shlex.split(step.code, comments=True):
                yield step.line, "a comment in a command is never checked: say it in words above the block"
        except ValueError:
            pass  # quotes that a here-document leaves open: bash reads them


def output(source: str) -> Iterator[Problem]:
    """What is printed: something must be compared, to the end."""
    if source.strip() and not source.replace(".", "").strip():
        yield 0, "an output of dots alone accepts anything"
    elif source.rstrip().endswith("\n..."):
        yield source.rstrip().count("\n"), "an output that ends in a line of dots accepts anything after it"


def claims(code: str, offset: int, session: bool = False) -> Iterator[Problem]:
    """Values claimed in comments, or in texts that nothing uses. Code that is no Python is left to the run."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
        tree = ast.parse(code)
    except (SyntaxError, tokenize.TokenError):
        return
    if "doctest:" in code:
        yield offset, 'no doctest directives: what is shown must be what runs (or data-skip="reason")'
    for token in tokens:
        if token.type == tokenize.COMMENT and (_VALUE.search(token.string) or _counts(token.string)):
            what = f"a value in a comment is never checked: {token.string!r}: print it, or say it in words"
            yield token.start[0] - 1 + offset, what
    yield from ((line - 1 + offset, what) for line, what in _hiding(tree))
    documented = {id(node.body[0]) for node in ast.walk(tree) if isinstance(node, _DOCUMENTABLE) and node.body}
    tried = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Try | ast.With) for inner in node.body}
    for node in ast.walk(tree):
        if (annotation := _annotation(node)) and _is_no_type(annotation):
            yield annotation.lineno - 1 + offset, "an annotation that is no type is never checked"
        yield from ((line - 1 + offset, "this is never run") for line in _dead(node))
        if not session and isinstance(node, ast.Expr) and (what := _unasked(node.value)):
            yield node.lineno - 1 + offset, what
        if session or not isinstance(node, ast.Expr) or id(node) in tried:
            continue
        text = node.value.value if isinstance(node.value, ast.Constant) else None
        if isinstance(text, str) and id(node) in documented and not _PROMPT.search(text):
            if _counts(text) or _RESULT.search(text):
                yield node.lineno - 1 + offset, "a value in a docstring is never checked: print it"
            continue
        if isinstance(node.value, _UNUSED) and text is not ...:
            yield node.lineno - 1 + offset, "a value that nothing uses is never checked: print it, or assert it"


def _hiding(tree: ast.AST) -> Iterator[Problem]:
    """Lines behind which something may fail, or never run, and nobody sees it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and all(_is_nothing(line) for line in node.body):
            yield node.lineno, "what fails here is never noticed: say what is done then, or leave the try out"
        if isinstance(node, ast.With | ast.AsyncWith):
            calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
            if any(ast.unparse(call.func).split(".")[-1] == "suppress" for call in calls):
                yield node.lineno, "what fails under suppress is never noticed: leave it out"
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.JoinedStr | ast.Lambda):
            yield node.lineno, "what is always true asserts nothing"
        if not isinstance(node, ast.stmt | ast.ExceptHandler):
            continue
        for name in ("body", "orelse", "finalbody"):
            lines = getattr(node, name, None)
            if isinstance(lines, list) and lines and lines[0].lineno == node.lineno and not _is_nothing(lines[0]):
                yield node.lineno, "a body on the line of its head: whether it runs is only seen on a line of its own"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if any(name.split(".")[0] in ("website", "tests") for name in names):
                yield node.lineno, "what verifies the site is not the reader's to import"


def _is_nothing(line: ast.stmt) -> bool:
    constant = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    return constant or isinstance(line, ast.Pass | ast.Continue)


def _unasked(value: ast.expr) -> str:
    """Why it matters that nothing uses what a call gives; empty if it does not, or is no call."""
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(call, ast.Call):
        return ""
    name = str(getattr(call.func, "attr", getattr(call.func, "id", "")))
    given = {word.arg for word in call.keywords}
    if _TRUTH.match(name):
        return f"what {name} says is never checked: print it, or assert it"
    if name in _STATUS or (ast.unparse(call.func) == "subprocess.run" and "check" not in given):
        return f"that {name} failed is never noticed: subprocess.run(..., check=True)"
    if name in _LATER or "return_exceptions" in given:
        return f"what fails in {name} is never noticed: ask for its result"
    return ""


def _counts(comment: str) -> bool:
    """Is there a digit, a fraction, a check mark or the like in it, other than the ² of a w²?"""
    before = " "
    for sign in comment:
        if unicodedata.category(sign) in ("Nd", "Nl", "No", "So") and not (sign in "¹²³" and before.isalpha()):
            return True
        before = sign
    return False


def _annotation(node: ast.AST) -> ast.expr | None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.returns
    return node.annotation if isinstance(node, ast.AnnAssign | ast.arg) else None


def _dead(node: ast.AST) -> Iterator[int]:
    """Lines that no run reaches: under a condition that names nothing, after the end of a function or of a turn."""
    if isinstance(node, ast.If | ast.While):
        for_ever = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        if not for_ever and not any(isinstance(part, ast.Name) for part in ast.walk(node.test)):
            yield node.lineno
    for name in ("body", "orelse", "finalbody"):
        lines = getattr(node, name, None)
        for before, after in pairwise(lines) if isinstance(lines, list) else ():
            if isinstance(before, ast.Return | ast.Raise | ast.Break | ast.Continue):
                yield after.lineno


def _is_no_type(annotation: ast.expr) -> bool:
    """A number, or a text that is no expression of names."""
    if not isinstance(annotation, ast.Constant) or annotation.value is None:
        return False
    try:
        named = ast.parse(str(annotation.value), mode="eval").body
    except SyntaxError:
        return True
    return not isinstance(named, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp)


_UNUSED = (
    ast.BoolOp, ast.Compare, ast.Constant, ast.Dict, ast.DictComp, ast.GeneratorExp, ast.IfExp,
    ast.JoinedStr, ast.Lambda, ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Tuple, ast.UnaryOp,
)  # fmt: skip
# A call whose name says that its answer is true or false.
_TRUTH = re.compile(r"(?:all|any|allclose|isclose|array_equal|array_equiv|is[a-z_]\w*|has\w*|startswith|endswith)$")
_STATUS = ("system", "popen", "Popen", "call")  # whose failure is a number
_LATER = ("submit", "map", "apply_async", "map_async", "create_task", "ensure_future")  # whose failure is kept
_DOCUMENTABLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_RESULT = re.compile(
    r"[→⇒]|->|=>|==|\b(?:AGREES|WRONG|UNDECIDED|UNTESTED)\b"
)  # in a docstring; names are quoted there
_PROMPT = re.compile(r"^\s*>>>", re.M)


CHECKS: dict[str, Callable[[str], Iterator[Problem]]] = {
    "python": python,
    "pycon": pycon,
    "console": console,
    "output": output,
}
