"""One case in a framework's own form: a function, its inputs, what is asked, and whether its gradient is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """What both checkers are handed, and the truth."""

    name: str
    right: bool
    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    asked: dict[str, Any] = field(default_factory=dict)
