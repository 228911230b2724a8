"""What a browser loads, looked at without one: style and lint by biome, and what node's own test runner finds.

python -m website.scripts                   fails with what is wrong
python -m website.scripts --write           puts it into the style first
python -m website.scripts --if-installed    nothing, where npm's packages were not fetched yet
"""

import sys
from pathlib import Path

from website import npm
from website.paths import BROWSER, ROOT, WEBSITE

TESTS = ROOT / "tests" / "website" / "scripts"
_WRITTEN = (BROWSER, TESTS, *sorted((WEBSITE / "pages").glob("*.mjs")))


def lint(write: bool = False) -> None:
    """Compare every script with the style of biome.json, or write it in it, and look for what is likely a mistake."""
    biome = npm.packages() / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
    options = ("--write",) if write else ("--error-on-warnings",)
    npm.run("node", BROWSER, str(biome), "check", *options, *map(str, _WRITTEN))


def test() -> None:
    """Run the tests of what needs no page: each takes milliseconds."""
    npm.run("node", ROOT, "--test", *map(str, files()))


def files() -> list[Path]:
    """The files of these tests."""
    return sorted(TESTS.glob("*.test.mjs"))


def main() -> None:
    if "--if-installed" in sys.argv[1:] and not npm.installed():
        print("The scripts are not looked at: npm's packages come with the first `make site` or `make scripts`.")
        return
    lint(write="--write" in sys.argv[1:])
    test()


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(str(error))
