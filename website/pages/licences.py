"""The licences of all that the site ships, in one file: what NOTICE says, and the text of each."""

import json

from website import npm
from website.paths import ROOT, WEBSITE

FILE = "licences.txt"


def texts() -> str:
    """NOTICE, then the texts: ours, those of what browsers run, those of fonts and style sheets by their files."""
    found = {"gradlab": (ROOT / "LICENSE").read_text(encoding="utf-8")}
    for path in sorted((WEBSITE / "vendor" / "licences").glob("*.txt")):  # what npm's packages leave out
        found[path.stem] = path.read_text(encoding="utf-8")
    found["Source Serif 4, Source Code Pro"] = (WEBSITE / "theme/assets/fonts/OFL.txt").read_text(encoding="utf-8")
    modules = npm.packages() / "node_modules"
    for name in shipped():
        meta = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))
        found[name] = f"{meta['license']}, {meta.get('author', 'its contributors')} (no text of it in the package)"
        for path in sorted((modules / name).glob("LICEN[CS]E*")):
            found[name] = path.read_text(encoding="utf-8")
    rule = "\n\n" + "=" * 80 + "\n"
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    return rule.join([notice, *(f"{name}\n\n{text.strip()}" for name, text in found.items())]) + "\n"


def shipped() -> list[str]:
    """Packages of npm of which something is shipped: all that are not there to build or test."""
    lock = json.loads(npm.LOCKS[1].read_text(encoding="utf-8"))["packages"]
    names = [path.removeprefix("node_modules/") for path, entry in lock.items() if path and not entry.get("dev")]
    return sorted([*names, "katex"])
