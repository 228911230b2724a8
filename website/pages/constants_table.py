"""The table of the checker's constants: value, what it does, how it was found, and what half and twice of it do."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.records import read
from benchmarks.tuned import Constant, found, varied
from website.paths import ROOT

MARK, RUN = "<!-- the constants -->", "<!-- the constants' measurement -->"
NAMING, DIAGNOSIS = "<!-- the constants of the findings -->", ROOT / "src/gradlab/diagnosis"
WAYS = {"half": "Half", "twice": "Twice"}
COUNTED = {
    "right, called wrong": "of {right} right gradients called wrong",
    "right, left open": "of {right} right ones left open",
    "spoiled, passed": "of {spoiled} spoiled ones passed",
    "spoiled, left open": "of {spoiled} spoiled ones left open",
    "slopes beyond their bound": "of {slopes} slopes beyond their bound",
}


def with_table(markdown: str) -> str:
    """Markdown in which the marks are replaced by the constants and by what the record was measured with."""
    if MARK in markdown:
        record = read("constants")
        markdown = markdown.replace(MARK, _table(record)).replace(RUN, _run(record)).replace(NAMING, _naming())
    return markdown


def beside_rules(folder: Path = DIAGNOSIS) -> Iterator[tuple[str, str, str, str]]:
    """Module, name, value and comment of every number that stands at the head of a module of rules."""
    for path in sorted(folder.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and _is_number(node.value):
                _, _, comment = lines[node.lineno - 1].partition("#")
                yield path.stem, ast.unparse(node.targets[0]), ast.unparse(node.value), comment.strip()


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _naming() -> str:
    rows = [f"| `{name}`<br>{value} | `{module}` | {comment} |" for module, name, value, comment in beside_rules()]
    return "\n".join(["| constant | module | what it is |", "| --- | --- | --- |", *rows])


def _table(record: dict[str, Any]) -> str:
    rows = [_row(constant, record.get(constant.name)) for constant in found()]
    return "\n".join(["| constant | what it does | at half and at twice of it |", "| --- | --- | --- |", *rows])


def _row(constant: Constant, measured: dict[str, Any] | None) -> str:
    name = f"`{constant.name}`{{ #{constant.name.lower().replace('_', '-')} }}<br>{_value(constant.value)}"
    said = " ".join(constant.paragraphs[:-1]).replace("|x|", "∣x∣").replace("|J|", "∣J∣")
    what = f"{said} *In: {constant.unit}.*"
    if measured is None:
        return f"| {name} | {what} | not measured |"
    changes = [
        f"{title} ({_value(varied(constant)[way])}): {_change(measured[way], measured['as it is'])}"
        for way, title in WAYS.items()
    ]
    return f"| {name} | {what} | {'<br>'.join(changes)} |"


def _change(counts: dict[str, Any], normal: dict[str, Any]) -> str:
    """What is counted otherwise than with the constant as it is."""
    if "refused" in counts:
        return f"refused: {counts['refused'].split(',')[0]}"
    changes = [
        f"{counts[key]} (not {normal[key]}) {words.format(**normal)}"
        for key, words in COUNTED.items()
        if counts[key] != normal[key]
    ]
    more = counts["evaluations"] / normal["evaluations"] - 1
    if abs(more) >= 0.005:
        changes.append(f"{abs(more):.0%} {'more' if more > 0 else 'fewer'} evaluations")
    return "; ".join(changes) or "no change"


def _run(record: dict[str, Any]) -> str:
    """When it was measured, and what came out with all constants as they are, in the last measurement."""
    last = max(record.values(), key=lambda row: row["date"])
    normal, days = last["as it is"], {row["date"] for row in record.values()}
    counts = "; ".join(f"{normal[key]} {words.format(**normal)}" for key, words in COUNTED.items())
    when = f"on {min(days)}" if len(days) == 1 else f"from {min(days)} to {max(days)}"
    changed = [row[way] for row in record.values() for way in WAYS if "refused" not in row[way]]
    alarms, misses = (max(c[key] for c in changed) for key in ("right, called wrong", "spoiled, passed"))
    return (
        f"Measured {when}. With all constants as they are: {counts}; {normal['evaluations']:,} evaluations. "
        f"With any one of them halved or doubled, at most {alarms} right gradients were called wrong, and at most "
        f"{misses} spoiled ones passed."
    )


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(part) for part in value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
