"""Tables of the last benchmark, from the records that `make benchmark` wrote. No record, no table."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.mutants import wilson
from benchmarks.records import read

NB = "\u00a0"  # no line ends inside a number


def with_tables(markdown: str) -> str:
    """Markdown in which `<!-- benchmark: name -->` is replaced by the table of that name."""
    for name, table in TABLES.items():
        mark = f"<!-- benchmark: {name} -->"
        if mark in markdown:
            markdown = markdown.replace(mark, table())
    return markdown


def _rows(head: list[str], rows: list[list[str]]) -> str:
    rule = ["--:" if number else "---" for number in map(_numbers, zip(*rows, strict=True))]
    cells = ([cell.replace("|", "\\|") for cell in row] for row in [head, rule, *rows])
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def _numbers(column: Iterable[str]) -> bool:
    """Whether it is read by its right end: nothing in it but numbers, and words between them."""
    return all(re.match(r"\d|–|NaN|$", cell) for cell in column)


def run() -> str:
    """When and with what it was measured."""
    record = read("verdicts")
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    slow = record.get("slow seeds", record["seeds"])
    fewer = f" (JAX, which compiles every cost anew, at {slow})" if slow < record["seeds"] else ""
    return f"Measured on {record['date']} at {record['seeds']} seeds for each kind of cost{fewer}, with {versions}."


def verdicts() -> str:
    """Over all kinds of cost: false alarms, misses, undecided, and what it took."""
    rows = [
        [
            name,
            f"{row['false alarms']}{NB}of{NB}{row['correct']}",
            f"{row['misses']}{NB}of{NB}{row['spoiled']}",
            str(row["undecided"]),
            f"{row['evaluations']:.0f}",
            f"{row['milliseconds']:.1f}",
        ]
        for name, row in read("verdicts")["all"].items()
    ]
    return _rows(["checker", "false alarms", "misses", "undecided", "evaluations", "ms"], rows)


def kinds() -> str:
    """By kind of cost: false alarms and misses of every checker."""
    return _by_kind(read("verdicts")["kinds"])


def hard() -> str:
    """Over the hard kinds: the same, and how many spoiled gradients no values of the cost show to be wrong."""
    return _counted(
        read("verdicts")["all hard"],
        "no black box: called right",
        lambda row: f"{row['untold, right']}{NB}of{NB}{row['untold']}",
    )


def hard_kinds() -> str:
    """By hard kind of cost: false alarms and misses of every checker."""
    return _by_kind(read("verdicts")["hard"])


def untold() -> str:
    """Right gradients that no checker can confirm: how often each called them right, undecided or wrong."""
    record = read("verdicts")["untold"]
    rows = [[_words(kind), *(_three(row) for row in table.values())] for kind, table in record.items()]
    return _rows(["kind of cost", *map(_short, next(iter(record.values())))], rows)


def fields() -> str:
    """Over kinds of cost from many fields: as of the hard kinds, and how often there was an exception instead."""
    return _counted(read("fields")["all"], "exceptions", lambda row: f"{row['raised']}")


def _counted(table: dict[str, Any], last: str, of: Callable[[dict[str, Any]], str]) -> str:
    """A row a checker: what is right and what is spoiled, each with how much stayed undecided, and a last column."""
    rows = [
        [
            name,
            f"{row['false alarms']}{NB}of{NB}{row['correct']}",
            f"{row['undecided, correct']}",
            f"{row['misses']}{NB}of{NB}{row['spoiled']}",
            f"{row['undecided'] - row['undecided, correct']}",
            of(row),
        ]
        for name, row in table.items()
    ]
    return _rows(["checker", "false alarms", "undecided", "misses", "undecided", last], rows)


def field_groups() -> str:
    """By collection, and of what loses digits inside: false alarms and misses of every checker."""
    record = read("fields")
    ranks = ("first", "second", "third", "fourth")
    kinds = {f"{rank} ({n})": record[name] for rank, (name, n) in zip(ranks, record["kinds"].items(), strict=True)}
    return _by_kind(kinds | {name: record[name] for name in ("digits lost inside", "stopped at a tolerance")})


def fields_run() -> str:
    """When and at how many seeds."""
    record = read("fields")
    kinds, seeds = sum(record["kinds"].values()), record["seeds"]
    return f"Measured on {record['date']}: {kinds} kinds at {seeds} seed{'s' if seeds > 1 else ''} each, without JAX."


def mutants() -> str:
    """How many small changes the tests notice, before and after it was seen what survives."""
    record = read("mutants")
    rows = []
    for what in ("before", "after"):
        noticed, survived = sum(record[what]["noticed"].values()), record[what]["survived"]
        alike = sum(name in read("alike") for name in survived)
        low, high = wilson(noticed, tried := noticed + len(survived))
        share = f"{noticed / tried:.0%}, {low:.0%} to {high:.0%}"
        rows.append(
            [f"{what} their survivors were seen", f"{tried}", f"{noticed}", f"{len(survived)}", f"{alike}", share]
        )
    return _rows(["tests", "tried", "noticed", "survived", "come to the same", "noticed, 95 % interval"], rows)


def _three(row: dict[str, Any]) -> str:
    right = row["correct"] - row["false alarms"] - row["undecided, correct"]
    return f"{right}{NB}/{NB}{row['undecided, correct']}{NB}/{NB}{row['false alarms']}"


def _by_kind(record: dict[str, Any]) -> str:
    rows = [
        [_words(kind), *(f"{row['false alarms']}{NB}/{NB}{row['misses']}" for row in table.values())]
        for kind, table in record.items()
    ]
    return _rows(["kind of cost", *map(_short, next(iter(record.values())))], rows)


def _words(name: str) -> str:
    return name.replace("_", " ")


def ways() -> str:
    """By way to spoil: how often each checker called the gradient right."""
    record = read("verdicts")["ways"]
    names = list(next(iter(record.values())))
    rows = []
    for way, table in record.items():
        asked = sum(next(iter(table.values())).values())
        rows.append([f"{way} ({asked})", *(str(row["right"]) for row in table.values())])
    return _rows(["gradient (how many)", *map(_short, names)], rows)


def _short(name: str) -> str:
    """A checker's name where there are many columns: what its function is called stands in the first table."""
    return name.removesuffix(" check_grads").removesuffix(" check_grad").removesuffix(" gradcheck")


def derivatives() -> str:
    """One variable: relative error and evaluations, and a mark where the stated error does not cover the true one."""
    record = read("derivatives")
    rows = [[case, *(_derivative(r) for r in row.values())] for case, row in record.items()]
    return _rows(["function", *next(iter(record.values()))], rows)


def _derivative(r: dict[str, Any]) -> str:
    error = f"{r['error']:.0e}" if r["error"] == r["error"] else "NaN"
    return f"{error}{NB + '✗' if r['honest'] is False else ''}{NB}({r['evaluations']})"


def speed() -> str:
    """Seconds as a multiple of 2n bare evaluations of the cost."""
    record = read("speed")
    names = [name for name in record[0] if name != "n"]
    rows = [[f"n = {row['n']:,}", *(f"{row[name]:.2f}" if name in row else "–" for name in names)] for row in record]
    return _rows(["entries", *names], rows)


def frameworks() -> str:
    """The same functions in all frameworks: how often a framework's own checker and gradlab were wrong, and where."""
    return _beside("answers")


def framework_kinds() -> str:
    """Functions in each framework's own forms: how often its own checker and gradlab were wrong, and where."""
    return _beside("kinds")


def scale() -> str:
    """Processor time of checks as a number of bare evaluations, by the number of entries."""
    record = read("scale")["evaluations"]
    sizes = list(next(row for row in record.values() if len(row) == max(map(len, record.values()))))
    rows = [[name, *(f"{row[n]:,.0f}" if n in row else "–" for n in sizes)] for name, row in record.items()]
    return _rows(["check", *(f"n = {int(n):,}" for n in sizes)], rows)


def _beside(part: str) -> str:
    record = read("frameworks")
    rows = []
    for framework, cases in record[part].items():
        right = sum(row["right"] for row in cases.values())
        for checker in [name for name in next(iter(cases.values())) if name != "right"]:
            alarms = [name for name, row in cases.items() if row["right"] and row[checker] in (False, "raised")]
            misses = [name for name, row in cases.items() if not row["right"] and row[checker] is True]
            open_ = [name for name, row in cases.items() if row[checker] is None]
            title = f"{framework} {record['versions'][framework]}: {checker}"
            counts = [f"{len(alarms)}{NB}of{NB}{right}", f"{len(misses)}{NB}of{NB}{len(cases) - right}"]
            rows.append([title, *counts, str(len(open_)), "; ".join(alarms + misses + open_) or "none"])
    return _rows(["checker", "right ones refused", "wrong ones passed", "no answer", "which"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "run": run,
    "verdicts": verdicts,
    "kinds": kinds,
    "hard": hard,
    "hard-kinds": hard_kinds,
    "untold": untold,
    "fields": fields,
    "field-groups": field_groups,
    "fields-run": fields_run,
    "mutants": mutants,
    "ways": ways,
    "derivatives": derivatives,
    "speed": speed,
    "frameworks": frameworks,
    "framework-kinds": framework_kinds,
    "scale": scale,
}
