"""What the last `make benchmark` wrote, one JSON file a part."""

import json
from pathlib import Path
from typing import Any


def read(name: str) -> Any:
    """The record of one part of the benchmark."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
