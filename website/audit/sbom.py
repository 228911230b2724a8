"""A bill of materials of other people's scripts that the site ships or is made with: CycloneDX, made by npm itself.

    python -m website.audit.sbom

The lock of the browser's scripts is its source; no network is needed. Files of others that no registry serves (NumPy
for WebAssembly, fonts) stand in NOTICE.
"""

import json
import tempfile
from importlib.metadata import version
from pathlib import Path

from website import npm
from website.paths import BUILD

TARGET = BUILD / "sbom.cdx.json"


def made() -> dict[str, object]:
    """The bill, without what differs from call to call: its number and the time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "gradlab"  # the name that the bill has
        folder.mkdir()
        for path in npm.LOCKS:
            named = json.loads(path.read_text(encoding="utf-8"))
            for part in (named, named.get("packages", {}).get("")):
                if part is not None:
                    part["version"] = version(
                        "gradlab-check"
                    )  # npm asks for one; the scripts have that of the package
            (folder / path.name).write_text(json.dumps(named), encoding="utf-8")
        printed = npm.run("npm", folder, "sbom", "--sbom-format=cyclonedx", "--package-lock-only")
    bill: dict[str, object] = json.loads(printed)
    bill.pop("serialNumber", None)
    metadata = bill.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("timestamp", None)
    return bill


def main() -> None:
    """Write it."""
    BUILD.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(made(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(TARGET)


if __name__ == "__main__":
    main()
