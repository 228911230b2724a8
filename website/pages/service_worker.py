"""The service worker, by which visited pages can be read and run offline: written when the site is complete."""

import hashlib
import json
from pathlib import Path

from website.paths import BROWSER

_SOURCE = BROWSER / "offline.js"


def write(site: Path, names: dict[str, str]) -> None:
    """Put it into the root of the site, from which it sees all pages, with a fingerprint of all that is shipped.

    It knows the names that carry a digest in this build.
    """
    whole = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file() and path.suffix != ".gz"):
        whole.update(path.relative_to(site).as_posix().encode() + path.read_bytes())
    script = _SOURCE.read_text(encoding="utf-8").replace("BUILD", whole.hexdigest()[:16])
    script = script.replace("NAMES", json.dumps(names))
    (site / _SOURCE.name).write_text(script, encoding="utf-8")
