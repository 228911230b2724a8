"""Which lines of a function does a report rule out, and by what? The rule of the hunts that start from a report.

`lines` finds what each line of the right code reaches, `slips` makes small mistakes in it, and `answers` says what
the report tells about each line. Nothing here is written by hand for one bug.
"""

from gradlab.labs.hunting.answers import Answer, Told, answer
from gradlab.labs.hunting.hints import NAMES, hints

__all__ = ["NAMES", "Answer", "Told", "answer", "hints"]
