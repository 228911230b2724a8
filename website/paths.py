"""Where things lie: every folder of the project that more than one module needs, named once."""

from pathlib import Path

WEBSITE = Path(__file__).resolve().parent
ROOT = WEBSITE.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src"
BUILD = ROOT / "build"
SITE = BUILD / "site"  # what `make site` writes
RECORD = BUILD / "verified.json"  # what the last run of the blocks found
BROWSER = WEBSITE / "browser"
