"""A finding: the likely bug by name, with the numbers that speak for it. What the rules make and the report shows."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "reference/findings.md"  # every code is a heading there


@dataclass(frozen=True)
class Finding:
    """A likely cause, with the numbers that speak for it.

    Attributes
    ----------
    code
        `"GL101"`, …: a heading of the reference page on findings.
    block
        The block it is about; None if there are several, or if it is about the check as a whole.
    message
        What, where, and what to look at in the code.
    evidence
        The numbers.
    blocks
        All blocks that it is about, in the order of params.
    sure
        How sure it is, in digits: with 3, a coincidence that looks the same has a chance of 1 in 1,000.
    """

    code: str
    block: str | None
    message: str
    evidence: str
    blocks: tuple[str, ...] = ()
    sure: float = 0.0

    @property
    def page(self) -> str:
        """Where the code is explained, within the site."""
        return f"{PAGE}#{self.code.lower()}"
