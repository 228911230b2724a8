"""What makes the blocks of a page run in the reader's browser: a wrapper at build time, a worker at run time."""
