"""What a module and its loss change as they run: buffers, and PyTorch's random numbers. Put back after each call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch


class State:
    """A module's buffers and the random numbers of the CPU, as they are now: each call begins with them.

    So a mask of dropout is the same in every call, and a layer that remembers, such as batch norm its running
    averages, does not make another function of each evaluation.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self._start = torch.get_rng_state()
        self._drawn: bool | None = None  # not known before the first call
        self._buffers = [
            Buffer(part, name, tensor, tensor.detach().clone(), tensor._version)  # noqa: SLF001 (has no public name)
            for part in module.modules()
            for name, tensor in part.named_buffers(recurse=False, remove_duplicate=False)
        ]

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """A call inside begins as the first one did, and leaves nothing behind, neither here nor in the caller's."""
        before = None if self._drawn is False else torch.get_rng_state()
        if before is not None:
            torch.set_rng_state(self._start)
        try:
            yield
        finally:
            if before is not None:
                if self._drawn is None:
                    self._drawn = not torch.equal(torch.get_rng_state(), self._start)
                torch.set_rng_state(before)
            for buffer in self._buffers:
                buffer.put_back()


@dataclass
class Buffer:
    """One of a module's buffers, and what it was; its version tells whether it was written to."""

    module: torch.nn.Module
    name: str
    tensor: torch.Tensor
    value: torch.Tensor
    version: int

    def put_back(self) -> None:
        """As it was, in place and under its name."""
        if self.tensor._version != self.version:  # noqa: SLF001
            with torch.no_grad():
                self.tensor.detach_().copy_(self.value)
            self.version = self.tensor._version  # noqa: SLF001
        if not isinstance(self.module, torch.jit.ScriptModule):  # makes new Python objects each time
            setattr(self.module, self.name, self.tensor)
