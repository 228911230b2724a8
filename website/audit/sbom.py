"""Bills of materials of other people's work, in the format CycloneDX: what the site ships or is made with.

    python -m website.audit.sbom

One is made by npm, of the browser's scripts, one by cyclonedx-py, of the Python packages that build and test the
site. Their sources are the two locks; no network is needed. Files of others that no registry serves (NumPy for
WebAssembly, fonts) stand in NOTICE.
"""

import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from website import npm
from website.paths import BUILD, ROOT

Bill = dict[str, object]


def scripts() -> Bill:
    """Of the browser's scripts, without what differs from call to call: its number and the time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "gradlab"  # the name that the bill has
        folder.mkdir()
        for path in npm.LOCKS:
            named = json.loads(path.read_text(encoding="utf-8"))
            for part in (named, named.get("packages", {}).get("")):
                if part is not None:  # npm asks for a version; the scripts have that of the package
                    part["version"] = version("gradlab-check")
            (folder / path.name).write_text(json.dumps(named), encoding="utf-8")
        printed = npm.run("npm", folder, "sbom", "--sbom-format=cyclonedx", "--package-lock-only")
    bill: Bill = json.loads(printed)
    bill.pop("serialNumber", None)
    metadata = bill.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("timestamp", None)
    return bill


def packages() -> Bill:
    """Of the Python packages in the lock."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [
        str(tool),
        "requirements",
        "requirements.lock",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    bill: Bill = json.loads(done.stdout)
    return bill


BILLS = {"sbom.cdx.json": scripts, "sbom-python.cdx.json": packages}  # in build/


def main() -> None:
    """Write them."""
    BUILD.mkdir(exist_ok=True)
    for name, made in BILLS.items():
        (BUILD / name).write_text(json.dumps(made(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(BUILD / name)


if __name__ == "__main__":
    main()
