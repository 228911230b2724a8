"""docs/ is what is written; website/ makes it a site, and proves what stands in it. README.md shows the rooms."""
