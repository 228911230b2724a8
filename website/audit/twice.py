"""`make twice`: the site built here, and again from a copy elsewhere: equal byte for byte, or what differs.

The second is built by ProperDocs, which carries MkDocs on: so its builds are the same, too.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from website.paths import ROOT
from website.verify.sandbox import LEFT_OUT

RECORD = "build/verified.json"  # what the site says of its own blocks: of one run, for both


def main() -> int:
    """Print which files are not the same. Exit status 1 if there are any."""
    with tempfile.TemporaryDirectory(prefix="another folder ") as name:
        there = Path(name) / "with blanks"
        shutil.copytree(ROOT, there, ignore=shutil.ignore_patterns(*LEFT_OUT))
        if (ROOT / RECORD).exists():
            (there / "build").mkdir()
            shutil.copy(ROOT / RECORD, there / RECORD)
        one, other = Path(name) / "one", Path(name) / "other"
        with ThreadPoolExecutor() as both:
            builds = [
                both.submit(_build, "mkdocs", ROOT, one, 0o022, TZ="UTC", LANG="C.UTF-8"),
                both.submit(
                    _build, "properdocs", there, other, 0o077, TZ="Pacific/Kiritimati", LANG="C", PYTHONHASHSEED="7"
                ),
            ]
        for build in builds:
            build.result()
        found = sorted(_differing(one, other))
        count = sum(path.is_file() for path in one.rglob("*"))
    print("\n".join([*found, f"{len(found)} of {count} files differ"]))
    return int(not count or bool(found))


def _build(program: str, root: Path, site: Path, umask: int, **surroundings: str) -> None:
    path = os.pathsep.join([str(root / "src"), str(root)])
    options = ["--strict", "--quiet", "-f", "mkdocs.yml", "--site-dir", str(site)]
    command = [sys.executable, "-m", program, "build", *options]
    subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": path} | surroundings, umask=umask, check=True)


def _differing(one: Path, other: Path) -> Iterator[str]:
    """Files that only one of them has, or whose bytes or rights are others."""
    names = [
        {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} for root in (one, other)
    ]
    yield from names[0] ^ names[1]
    for name in names[0] & names[1]:
        pair = one / name, other / name
        if not filecmp.cmp(*pair, shallow=False) or pair[0].stat().st_mode != pair[1].stat().st_mode:
            yield name


if __name__ == "__main__":
    sys.exit(main())
