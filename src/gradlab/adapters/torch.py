"""PyTorch: a module and its loss as cost, params and grads in float64."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]


def problem(
    module: torch.nn.Module, loss: Callable[[torch.nn.Module], torch.Tensor]
) -> tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]:
    """What `check_gradients` asks for, from a module and a function that computes its loss.

    The module is copied and turned to float64: yours stays as it is, in training or evaluation mode as you left it.

    Parameters
    ----------
    module
        Its parameters that require a gradient are checked, under the names of `named_parameters`.
    loss
        A function of the module that returns one number. The data it uses must be float64: `X.double()`.

    Returns
    -------
    cost, params, grads
        For `gradlab.check_gradients(*problem(module, loss))`.
    """
    double = copy.deepcopy(module).double()
    tensors = {name: tensor for name, tensor in double.named_parameters() if tensor.requires_grad}
    params = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}

    def load(values: Mapping[str, Any]) -> None:
        with torch.no_grad():
            for name, tensor in tensors.items():
                tensor.copy_(torch.as_tensor(np.array(values[name])))

    def cost(values: Mapping[str, Any]) -> float:
        load(values)
        with torch.no_grad():
            return float(loss(double))

    def grads(values: Mapping[str, Any]) -> Arrays:
        load(values)
        double.zero_grad(set_to_none=True)
        loss(double).backward()
        return {
            name: np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.cpu().numpy().copy()
            for name, tensor in tensors.items()
        }

    return cost, params, grads
