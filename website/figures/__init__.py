"""Pictures drawn by code, put into the pages as inline SVG.

How to add one
--------------
1. In a page:

       ![What the picture shows, for those who cannot see it.](figure:two-triangles)
       /// caption
       What it tells: one or two sentences.
       ///

2. In `website/figures/<page>.py` (any module of this folder is found):

       from website.figures import style
       from website.figures.registry import figure

       @figure("two-triangles")
       def two_triangles(narrow: bool = False):
           fig, ax = style.canvas(640, 400) if not narrow else style.canvas(340, 360)
           ax.plot(x, y, color=style.ANALYTIC)
           style.axes(ax, x="step", y="error")
           ax.text(1, 2, "label on the line, not in a legend", color=style.ANALYTIC)
           return fig

   A function that takes `narrow` is drawn twice, and phones get the narrow one: its width is then at most 340.

Rules: sizes are CSS pixels, text is 14 of them and stays text. Colours come from `style` by what they mean
(ANALYTIC, NUMERIC, BOUND, WRONG, AGREES, INK, SOFT, PAPER), and follow light and dark. No $...$ (matplotlib cannot
set it in the site's font): write θ, ε, ⁻⁷, or style.power(-7). One line a text, several texts for several lines.
Numbers are computed, with a fixed seed; the same code must give the same bytes. Sentences belong in the caption.
"""
