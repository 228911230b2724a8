"""`python -m website.outputs PAGE ...`: run pages, and rewrite the outputs that no longer match."""

import sys

from website.verify.rewrite import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
