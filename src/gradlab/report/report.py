"""The answer of a check: a result that says itself as text, as HTML, as a picture."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from gradlab.errors import GradlabError
from gradlab.report import figures, headline, html, text
from gradlab.report.result import Result


class Report(Result):
    """What a gradient check found.

    Attributes
    ----------
    blocks
        One `Block` for each named parameter array.
    findings
        The likely bug first.
    evaluations, seconds
        What the check cost.
    cost, noise
        The cost at params, and the standard deviation of its noise as measured.
    dtype
        The dtype of params.
    notes
        What was noticed on the way: float32, changed inputs, buffers that are used again, randomness.
    allow_untested
        Blocks of which it is meant that nothing can be tested.
    together, aside
        Whether the entries accepted at kinks also fit the cost along joint directions; None if there are less than
        two. If not, and grads is a function: the verdict at params moved by 1e-4 of their scale, where no ties are.
    """

    def __str__(self) -> str:
        return text.text(self)

    def __repr__(self) -> str:
        """One line: the verdict and where. All of it is `print(report)`."""
        return f"<Report {headline.headline(self).rstrip('.')}>"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the report to a file: as JSON if its name ends in .json, as a page for a browser if in .html.

        Raises
        ------
        GradlabError
            If the name ends otherwise.
        """
        path = Path(path)
        kinds = {
            ".json": lambda: json.dumps(self.to_dict(), indent=1),
            ".html": lambda: html.document(self, path.stem),
        }
        if path.suffix not in kinds:
            raise GradlabError(f"path must end in .json or .html, got {path.name!r}")
        path.write_text(kinds[path.suffix]() + "\n", encoding="utf-8")
        return path

    def show(self) -> None:
        """Print, with the verdicts in colour where the terminal has colours."""
        plain = sys.stdout.isatty() is False or "NO_COLOR" in os.environ
        print(str(self) if plain else text.coloured(str(self)))

    def _repr_html_(self) -> str:
        return html.page(self)

    def plot(self) -> Any:
        """A matplotlib figure: analytic against numeric with bounds, and the error of every block as a map.

        Without matplotlib, a plain SVG: every entry by its two numbers, in the colour of its verdict.
        """
        return figures.plot_report(self)
