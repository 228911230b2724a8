"""What the site may say of its own blocks: a line on every page, a table on one. No record, no claim."""

from pathlib import Path

from mkdocs.structure.pages import Page

from website import record

MARK = "<!-- the last run's table -->"
_ROOT = Path(__file__).parents[1]


def line(page: Page) -> str:
    """For example "14 blocks, run with Python 3.11.7, NumPy 2.4.6"; empty if there is no such run."""
    source = Path(page.file.abs_src_path or "")
    if source.suffix != ".md":
        return ""
    claim = record.claim(source.relative_to(_ROOT).as_posix(), source.read_text(encoding="utf-8"))
    return record.sentence(claim) if claim and claim["run"] else ""


def with_table(markdown: str) -> str:
    """Markdown in which the mark is replaced by the table of the last run."""
    return markdown.replace(MARK, table()) if MARK in markdown else markdown


def table() -> str:
    """One row for each page and module, or a sentence that says why there is none."""
    rows = [_row(row) for row in record.rows()]
    if not rows:
        return "This copy of the site was built without a run, so it claims nothing. `make test` makes the record."
    head = "| page | blocks | run | not run | seconds | with | on |\n| --- | --: | --: | --: | --: | --- | --- |\n"
    return head + "\n".join(rows)


def _row(row: dict) -> str:
    claim = row["claim"]
    if claim is None:
        return f"| `{row['page']}` | | changed or failed since: no claim | | | | |"
    skipped = len(claim["skipped"])
    versions = f"Python {claim['python']}, NumPy {claim['numpy']}"
    numbers = f"{claim['found']} | {claim['run']} | {skipped} | {claim['seconds']:.1f}"
    return f"| `{row['page']}` | {numbers} | {versions} | {claim['date'][:10]} |"
