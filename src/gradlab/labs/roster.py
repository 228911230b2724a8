"""A roster as editors, spreadsheets and learning platforms write it: names, folders, a column of points."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

COLUMN = "gradlab"  # the heading of the points
LONGEST_NAME = 80  # bytes of a folder's name
HEADINGS = (
    "name", "names", "student", "students", "student name", "full name", "first name", "given name", "forename",
    "last name", "surname", "family name", "vorname", "nachname", "nom", "prénom", "nombre", "apellidos", "nome",
    "cognome",
)  # fmt: skip
_SEPARATOR = re.compile(r'\A"?sep=[,;\t]"?[\r\n]+')  # a line for spreadsheets, which is nobody's name


class Student(NamedTuple):
    """A line of a roster below its heading.

    Attributes
    ----------
    name
        "" where nobody is named.
    cells
        All that stands there.
    """

    name: str
    cells: tuple[str, ...]


def rows(text: str) -> list[Student]:
    """The lines of a roster: one name a line, or a table with a heading for each column.

    Cells of a table are separated by commas, semicolons or tabs, as a first line such as `sep=;` may say. The name is
    what stands below "name", or below "first name" and "last name", or another word for them in `HEADINGS`. Without
    such a heading the whole line is a name, whatever commas are in it. A line that begins with # is a comment.

    Examples
    --------
    >>> [row.name for row in rows("Student,ID\\n    Points Possible,\\nAda,7\\n,8\\n")]
    ['', 'Ada', '']
    """
    return _table(text)[1]


def _table(text: str) -> tuple[list[str], list[Student], str]:
    """The heading, empty if there is none; the rows; what separates the cells."""
    table = _SEPARATOR.sub("", text.lstrip("\ufeff"))
    lines = [line for line in table.splitlines() if line.strip()]
    said = [line for line in lines if not line.lstrip().startswith("#")]
    if not said:
        return [], [], ","
    mark = max(",;\t", key=said[0].count)
    heading, *students = csv.reader(said, delimiter=mark)
    columns = [k for k, cell in enumerate(heading) if cell.strip().casefold() in HEADINGS]
    if not columns:
        whole = [next(csv.reader([line], delimiter="\t")) for line in said]
        return [], [Student(" ".join(cell.strip() for cell in cells).strip(), tuple(cells)) for cells in whole], ","
    if not students:  # Brightspace puts # before what stands in its first column
        students = list(csv.reader(lines[lines.index(said[0]) + 1 :], delimiter=mark))
    return heading, [Student(_name(cells, columns), tuple(cells)) for cells in students], mark


def graded(text: str, points: Mapping[str, int], possible: int) -> str:
    """The roster with a column for the points, as the platform that it came from takes it back.

    Parameters
    ----------
    points
        Of each name.
    possible
        How many can be had: Canvas wants to know it in a row of its own.

    Examples
    --------
    >>> print(graded("Student,ID\\n    Points Possible,\\nAda,7\\n", {"Ada": 2}, 3), end="")
    Student,ID,gradlab
        Points Possible,,3
    Ada,7,2
    """
    heading, listed, mark = _table(text)
    width = max([len(heading), *(len(row.cells) for row in listed)])
    table = [[*heading, *[""] * (width - len(heading)), COLUMN]] if heading else [["name", COLUMN]]
    for row in listed:
        cells = [*row.cells, *[""] * (width - len(row.cells))] if heading else [row.name]
        indented = not row.name and any(cell.startswith("  ") for cell in cells)
        table.append([*cells, str(points.get(row.name, "")) if row.name else str(possible) if indented else ""])
    written = io.StringIO()
    csv.writer(written, delimiter=mark, lineterminator="\n").writerows(table)
    return written.getvalue()


def _name(cells: list[str], columns: list[int]) -> str:
    """What stands in these columns; "" for the points that can be had, which Canvas indents and gives no id."""
    at = columns[0]
    if cells[at : at + 1] and cells[at].startswith("  ") and cells[at + 1 : at + 2] == [""]:
        return ""
    return " ".join(filter(None, (cells[k].strip() for k in columns if k < len(cells))))


def folders(text: str) -> dict[str, str]:
    """The folder of each student, by the name on the roster.

    Raises
    ------
    ValueError
        If there is no name, or two have the same folder.

    Examples
    --------
    >>> folders("name,group\\nAda Lovelace,1\\nEmmy Noether,2\\n")
    {'Ada Lovelace': 'ada-lovelace', 'Emmy Noether': 'emmy-noether'}
    >>> folders("Noether, Emmy\\n")
    {'Noether, Emmy': 'noether-emmy'}
    """
    names = [row.name for row in rows(text) if row.name]
    if not names:
        raise ValueError("the roster names nobody: it has one student a line")
    found: dict[str, str] = {}
    for name in names:
        folder = _folder(name)
        if not folder:
            raise ValueError(f"no folder can be named after {name!r}: it has no letter")
        if name in found:
            raise ValueError(f"{name!r} is on the roster twice: add what tells them apart")
        if folder in found.values():
            other = next(one for one, theirs in found.items() if theirs == folder)
            raise ValueError(f"{other!r} and {name!r} would share the folder {folder}: add what tells them apart")
        found[name] = folder
    return found


def nameless(text: str) -> list[str]:
    """The lines of a table that name nobody, as they are to be shown: they get no folder.

    Examples
    --------
    >>> nameless("Student,ID\\n    Points Possible,\\nAda,7\\n,8\\n")
    ['Points Possible', '8']
    """
    return [" ".join(" ".join(row.cells).split()) for row in rows(text) if not row.name]


def decoded(data: bytes) -> str:
    """The text of a roster, as editors and spreadsheets write it: UTF-8, or UTF-16 with its mark.

    Raises
    ------
    ValueError
        If it is neither.
    """
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the roster is not in UTF-8: save it so (in a spreadsheet, as 'CSV UTF-8')") from None


def _folder(name: str) -> str:
    """A name for a folder on any system: letters, their marks, digits and hyphens, not too many."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain)
    folder = "-".join(kept.split()).encode()[:LONGEST_NAME].decode(errors="ignore").rstrip("-")
    return f"{folder}-" if re.fullmatch(r"con|prn|aux|nul|(com|lpt)\d", folder) else folder  # Windows keeps these
