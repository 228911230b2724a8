"""Lighthouse's scores of each kind of page, printed by `make lighthouse`. Nothing of it is shipped."""
