"""The rules that name the likely bug: each one small function with a code, which is a heading of the reference."""
