"""Names that change with the content: what a browser has kept of another build is never taken for this one's."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

Source = Path | bytes | str
DIGITS = 12  # of a digest in a name


def folder(name: str, files: Mapping[str, Source]) -> str:
    """The name with a digest of what is in the folder: paths and contents."""
    whole = hashlib.sha256()
    for path, source in sorted(files.items()):
        content = _content(source)
        whole.update(f"{path} {len(content)}\n".encode() + content)
    return f"{name}-{whole.hexdigest()[:DIGITS]}"


def file(name: str, source: Source) -> str:
    """The name of a file with a digest of its content before its ending."""
    stem, dot, ending = name.partition(".")
    return folder(stem, {name: source}) + dot + ending


def plain(path: str) -> str:
    """A path without the digests in it."""
    return re.sub(rf"-[0-9a-f]{{{DIGITS}}}(?=[/.])", "", path)


def found(site: Path, path: str) -> Path:
    """Where in a built site a file of assets lies that has a digest in its path."""
    ending = f"/assets/{path}"
    (there,) = (one for one in site.glob("assets/**/*") if plain(one.as_posix()).endswith(ending))
    return there


def _content(source: Source) -> bytes:
    if isinstance(source, Path):
        return source.read_bytes()
    return source.encode() if isinstance(source, str) else source
