"""A roster: names as editors, spreadsheets and learning platforms write them."""

import pytest

from gradlab.labs import roster


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("Ada\nEmmy\n", ["ada", "emmy"]),
        ("\ufeffstudent,mail\nAda L.,a@x\n\n# left\nO'Neil\n", ["ada-l", "o-neil"]),
        ('name\n"Lovelace, Ada"\n', ["lovelace-ada"]),
        ("Студент 1\n学生\n", ["студент-1", "学生"]),
        ("../../etc/passwd\nC:\\x\n", ["etc-passwd", "c-x"]),
        ("Müller, Jörg\n\nMüller, Zoe\n  \n", ["müller-jörg", "müller-zoe"]),
        ("Vorname;Nachname;Matrikel\nJörg;Müller;1\nZoe;Müller;2\n", ["jörg-müller", "zoe-müller"]),
        ("ID number\tFirst name\tLast name\n7\tAda\tLovelace\n8\tEmmy\t\n", ["ada-lovelace", "emmy"]),
        ('id,student\n1,"Lovelace, Ada"\n\n2,Emmy\n3\n', ["lovelace-ada", "emmy"]),
        ("Ada,1\nAda,2\n", ["ada-1", "ada-2"]),
        ("sep=;\nName;Group\nAda;1\nEmmy;2\n", ["ada", "emmy"]),
        ('\ufeff"sep=,"\r\nname,group\r\nAda,1\r\n', ["ada"]),
        ("Sep Lovelace\n", ["sep-lovelace"]),
        ("İpek\nJo\u0308rg\nहिन्दी\n", ["i̇pek", "jörg", "हिन्दी"]),
        ("Con\nnul\nCom1\nConrad\n", ["con-", "nul-", "com1-", "conrad"]),
        ("ä" * 300 + "\n", ["ä" * 40]),
    ],
)
def test_a_roster_makes_folders(text: str, folders: list[str]) -> None:
    assert list(roster.folders(text).values()) == folders


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names nobody"),
        ("\n \n", "names nobody"),
        ("name\n", "names nobody"),
        ("name,id\n,7\n", "names nobody"),
        ("Ada\nAda\n", "'Ada' is on the roster twice"),
        ("Ada\nADA\n", "'Ada' and 'ADA' would share the folder ada"),
        ("J\u00f6rg\nJo\u0308rg\n", "would share the folder jörg"),
        ("???\n", "no letter"),
        ("a" * 200 + "b\n" + "a" * 200 + "c\n", "would share"),
    ],
)
def test_a_roster_that_makes_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        roster.folders(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_roster_is_read_as_editors_and_spreadsheets_write_it(encoding: str) -> None:
    assert roster.decoded("Zoë\r\n".encode(encoding)) == "Zoë\r\n"
    with pytest.raises(ValueError, match="not in UTF-8: save it so"):
        roster.decoded("Zoë".encode("cp1252"))


CANVAS = (
    "Student,ID,SIS User ID,Section,HW (7)\n{}    Points Possible,,,,10\n"
    '"Lovelace, Ada",1,a,A,\n"Noether, Emmy",2,e,A,\n'
)


@pytest.mark.parametrize(
    ("platform", "text", "left"),
    [
        ("Canvas", CANVAS.format(""), ["Points Possible 10"]),
        ("Canvas", CANVAS.format(",,,,Manual Posting\n"), ["Manual Posting", "Points Possible 10"]),
        (
            "Canvas, in another language",
            CANVAS.format("").replace("Points Possible", "Puntos posibles"),
            ["Puntos posibles 10"],
        ),
        ("Moodle", "First name,Last name,ID number\nAda,Lovelace,1\nEmmy,Noether,2\n", []),
        ("Brightspace", "OrgDefinedId,Last Name,First Name,End\n#1,Lovelace,Ada,#\n#2,Noether,Emmy,#\n", []),
        ("Blackboard", '"Last Name"\t"First Name"\t"Username"\nLovelace\tAda\tada\nNoether\tEmmy\te\n', []),
        (
            "Google Classroom",
            "Last name,First name,HW\n,,Date\n,,Points\nLovelace,Ada,\nNoether,Emmy,\n",
            ["Date", "Points"],
        ),
        ("GitHub Classroom", "identifier,name\na,Ada Lovelace\nb,Emmy Noether\nc,\n", ["c"]),
        ("aligned by hand", "    name,group\n    Ada Lovelace,1\nEmmy Noether,2\n", []),
        ("with a comment", "# of May\nid,name\n# she left: 3,Grace\n1,Ada Lovelace\n2,Emmy Noether\n", []),
    ],
)
def test_rows_between_the_students_are_nobody_and_are_said(platform: str, text: str, left: list[str]) -> None:
    names = set(roster.folders(text))
    assert names in (
        {"Ada Lovelace", "Emmy Noether"},
        {"Lovelace, Ada", "Noether, Emmy"},
        {"Lovelace Ada", "Noether Emmy"},
    )
    assert roster.nameless(text) == left


@pytest.mark.parametrize(
    ("text", "graded"),
    [
        ("Ada\n# left\nNoether, Emmy\n", 'name,gradlab\nAda,2\n"Noether, Emmy",0\n'),
        ("id\tname\tHW\n1\tAda\n2\tNoether, Emmy\t\n", "id\tname\tHW\tgradlab\n1\tAda\t\t2\n2\tNoether, Emmy\t\t0\n"),
        ("OrgDefinedId,Name\n#1,Ada\n#2,Grace\n", "OrgDefinedId,Name,gradlab\n#1,Ada,2\n#2,Grace,\n"),
        ("name,HW\n,Points\nAda,\n", "name,HW,gradlab\n,Points,\nAda,,2\n"),
        (CANVAS.format("").replace("Lovelace, Ada", "Ada"), None),
    ],
)
def test_points_stand_beside_the_names_and_nothing_is_lost(text: str, graded: str | None) -> None:
    found = roster.graded(text, {"Ada": 2, "Noether, Emmy": 0}, 3)
    if graded is not None:
        assert found == graded
    else:
        assert [line.rsplit(",", 1)[1] for line in found.splitlines()] == ["gradlab", "3", "2", "0"]
    assert [row.name for row in roster.rows(found)] == [row.name for row in roster.rows(text)]
