"""Room 5, how it is said: the report as data, text, HTML and pictures, and the notes on what was noticed."""

from gradlab.report.report import Report

__all__ = ["Report"]
