"""Pictures of a report and of a sweep."""

from gradlab.report.figures import plot_report, plot_sweep

__all__ = ["plot_report", "plot_sweep"]
