"""What only a release knows: that the tag is the version, and where the repository lies.

    python .ci/release.py v0.2.0 https://github.com/owner/name

Checks the tag against pyproject.toml, CITATION.cff and CHANGELOG.md (an empty tag checks nothing: a dry run), and
writes absolute addresses into README.md and pyproject.toml, which PyPI shows. The change is not committed.
"""

import re
import sys
import tomllib
from pathlib import Path

_RELATIVE = re.compile(r"(!?)(\[[^\]]*\]\()(?!https?:|#)([^)]+\))")


def problems(root: Path, tag: str) -> list[str]:
    """What does not belong to this tag."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    found = [] if tag == f"v{version}" else [f"the tag is {tag}, the version in pyproject.toml {version}"]
    if f"\nversion: {version}\n" not in (root / "CITATION.cff").read_text(encoding="utf-8"):
        found.append(f"CITATION.cff has another version than {version}")
    if not re.search(rf"^## {re.escape(version)} ", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.M):
        found.append(f"CHANGELOG.md has no section for {version}")
    return found


def write_addresses(root: Path, repository: str, ref: str) -> None:
    """Absolute addresses, where PyPI would look for relative ones in vain."""
    readme, project = root / "README.md", root / "pyproject.toml"
    pictures = repository.replace("github.com", "raw.githubusercontent.com")

    def absolute(link: re.Match[str]) -> str:
        base = f"{pictures}/{ref}" if link[1] else f"{repository}/blob/{ref}"
        return f"{link[1]}{link[2]}{base}/{link[3]}"

    readme.write_text(_RELATIVE.sub(absolute, readme.read_text(encoding="utf-8")), encoding="utf-8")
    urls = f'[project.urls]\nSource = "{repository}"\nIssues = "{repository}/issues"\n'
    urls += f'Changelog = "{repository}/blob/{ref}/CHANGELOG.md"\n\n'
    before = "[project.optional-dependencies]"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace(before, urls + before), encoding="utf-8")


def main(tag: str, repository: str) -> int:
    """Exit status."""
    root = Path(__file__).parents[1]
    if tag and (found := problems(root, tag)):
        print(*found, sep="\n", file=sys.stderr)
        return 1
    write_addresses(root, repository, tag or "main")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
