"""While the site is served, what takes long is remembered between two builds. (A build remembers nothing.)"""

import hashlib
from collections.abc import Callable

from mkdocs.config.defaults import MkDocsConfig

from website.paths import ROOT, WEBSITE
from website.verify import record

_MEMORY = ROOT / ".cache" / "serving"

Picture = Callable[[str, str, str], str]


def remember_gallery(config: MkDocsConfig) -> None:
    """Run a script again only if it or the package changed."""
    options = config.plugins["mkdocs-jupyter"].config
    options["cache"] = True
    options["cache_dir"] = str(_MEMORY / f"gallery-{record.package_digest()[:16]}")


def remembered(draw: Picture) -> Picture:
    """Draw a figure again only if it, another figure or the package changed."""
    code = hashlib.sha256(record.package_digest().encode())
    for path in sorted((WEBSITE / "figures").glob("*.py")):
        code.update(path.read_bytes())

    def picture(*words: str) -> str:
        whole = code.copy()
        whole.update("\0".join(words).encode())
        path = _MEMORY / "figures" / f"{whole.hexdigest()}.svg"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draw(*words), encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return picture
