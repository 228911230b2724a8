"""What the site may say of its own blocks: a line on every page, a table on one. No record, no claim."""

from pathlib import Path
from typing import Any

from mkdocs.structure.pages import Page

from website.paths import ROOT
from website.verify import record

MARK = "<!-- the last run's table -->"


def line(page: Page) -> str:
    """How many blocks ran, and with which Python and NumPy: `record.sentence`; empty if there is no such run."""
    source = Path(page.file.abs_src_path or "")
    if source.suffix != ".md":
        return ""
    claim = record.claim(source.relative_to(ROOT).as_posix(), source.read_text(encoding="utf-8"))
    return record.sentence(claim) if claim and claim["run"] else ""


def with_table(markdown: str) -> str:
    """Markdown in which the mark is replaced by what the last run found."""
    return markdown.replace(MARK, table(list(record.rows()))) if MARK in markdown else markdown


def table(rows: list[dict[str, Any]]) -> str:
    """The whole, what it was run with, and one row for each page and module; or why nothing is claimed."""
    claims = [row["claim"] for row in rows if row["claim"]]
    if not claims:
        return "This copy of the site was built without a run, so it claims nothing. `make test` makes the record."
    found, run, skipped = (sum(_number(claim[key]) for claim in claims) for key in ("found", "run", "skipped"))
    whole = f"{run} of {found} blocks in {len(claims)} files ran and agreed, not run: {skipped}; {_with(claims)}."
    head = "| file | blocks | run | not run | seconds |\n| --- | --: | --: | --: | --: |"
    return "\n".join([whole, "", head, *map(_row, rows)])


def _with(claims: list[dict[str, Any]]) -> str:
    """Versions, machine, commit and day of the runs; usually all pages have the same."""
    runs = {
        f"Python {claim['python']}, NumPy {claim['numpy']}{record.frameworks(claim)}, {claim['platform']}, "
        f"{claim['date'][:10]}, commit {claim['commit'][:8] or 'unknown'}{' with changes' if claim['dirty'] else ''}"
        for claim in claims
    }
    return "; ".join(sorted(runs))


def _row(row: dict[str, Any]) -> str:
    claim = row["claim"]
    if claim is None:
        return f"| {_file(row['page'])}: changed or failed since, no claim | | | | |"
    numbers = " | ".join(str(_number(claim[key])) for key in ("found", "run", "skipped"))
    return f"| {_file(row['page'])} | {numbers} | {claim['seconds']:.1f} |"


def _file(name: str) -> str:
    """Name of a file; a page is a link to it. (The table stands on a page in docs/about.)"""
    page = name.removeprefix("docs/")
    return f"[{page}](../{page})" if name.startswith("docs/") else f"`{name}`"


def _number(count: int | list[Any]) -> int:
    return count if isinstance(count, int) else len(count)
