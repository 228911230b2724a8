"""How the methods of a layer are called: outputs that are not returned, arguments beside the upstream gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradlab.adapters.attributes import members
from gradlab.errors import GradlabError

OUTPUTS = ("output", "outputs", "out", "y", "Y", "a", "A", "z", "Z", "result", "loss", "value")
FORWARDS = ("forward", "forward_pass", "forward_propagate", "fprop", "feedforward", "feed_forward", "propagate",
    "apply", "call", "__call__")  # fmt: skip
BACKWARDS = ("backward", "backward_pass", "backward_propagate", "backprop", "bprop", "back_propagate",
    "backpropagate", "feedback", "grad", "gradient", "vjp")  # fmt: skip
RATES = ("lr", "learning_rate", "learningrate", "learningRate", "l_rate", "eta", "alpha", "rate", "step_size")


class Forward:
    """Forward as a function of the layer and its inputs, which are called `names`."""

    def __init__(self, layer: Any, method: str | Callable[..., Any], count: int) -> None:
        self._method = found = _method(layer, method, "forward")
        usual = ["x"] if count == 1 else [f"x{i}" for i in range(count)]
        arguments = [p.name for p in _arguments(found, layer) if p.kind <= p.POSITIONAL_OR_KEYWORD][:count]
        self.names = arguments if len(arguments) == count else usual

    def __call__(self, layer: Any, inputs: Sequence[Any]) -> Any:
        """What it returns, or else leaves in an attribute such as `output`."""
        answer = _called(self._method, layer, *inputs)
        if answer is not None:
            return answer
        left = members(layer)
        name = next((name for name in OUTPUTS if isinstance(left.get(name), np.ndarray | float)), None)
        if name is None:
            raise GradlabError(
                f"forward of {type(layer).__name__} returns nothing and leaves no array in output, out or y: say "
                "what its output is, forward=lambda layer, x: (layer.forward(x), layer.result)[1]"
            )
        return left[name]


class Backward:
    """Backward as a function of the layer, the upstream gradient and the inputs.

    Attributes
    ----------
    rate
        The learning rate of a backward that takes a step itself; else None.
    """

    def __init__(
        self, layer: Any, method: str | Callable[..., Any], names: Sequence[str], rate: float | None
    ) -> None:
        self._method = found = _method(layer, method, "backward")
        self._names, self.rate = list(names), rate
        arguments = _arguments(found, layer)
        needed = [p.name for p in arguments if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD]
        rates = [p.name for p in arguments[1:] if p.name in RATES]
        if rates and (rate is not None or rates[0] in needed):
            self.rate = 1.0 if rate is None else rate
        self._rates = rates[:1] if self.rate is not None else []
        others = [name for name in needed if name not in rates]
        inputs = [name for name in others if name in self._names]
        if len(others) == 1:
            inputs = []  # whatever it is called, it is the upstream gradient
        self._needed, self._ups = needed, [name for name in others if name not in inputs]
        self.alone = not arguments or (bool(inputs) and not self._ups)

    def __call__(self, layer: Any, upstream: Any, inputs: Sequence[Any]) -> Any:
        """What it returns. Several upstream gradients go one by one if it has so many arguments."""
        known = dict(zip(self._names, inputs, strict=True)) | dict.fromkeys(self._rates, self.rate)
        if len(self._ups) == 1:
            known[self._ups[0]] = upstream
        elif self._ups:
            if not isinstance(upstream, tuple | list) or len(upstream) != len(self._ups):
                raise GradlabError(
                    f"backward of {type(layer).__name__} needs {', '.join(self._ups)}: give it what is no upstream "
                    "gradient, backward=lambda layer, upstream: layer.backward(upstream, ...)"
                )
            known |= dict(zip(self._ups, upstream, strict=True))
        arguments = [known[name] for name in self._needed]
        more = {name: self.rate for name in self._rates if name not in self._needed}
        if not (self._ups or self.alone):  # an upstream gradient that may be left out
            arguments.insert(0, upstream)
        return _called(self._method, layer, *arguments, **more)

    def factor(self, upstream: Any) -> float:
        """By what a gradient is multiplied that knows of no upstream gradient: that of a loss, by itself."""
        if not self.alone:
            return 1.0
        if np.size(upstream) != 1:
            raise GradlabError(
                "backward takes no upstream gradient, and forward returns more than one number: only the gradient of "
                "a loss can be had so"
            )
        return float(np.ravel(upstream)[0])


def _method(layer: Any, method: str | Callable[..., Any], default: str) -> str | Callable[..., Any]:
    if callable(method):
        return method
    if method == default:  # else it was named by the caller
        usual = {"forward": FORWARDS, "backward": BACKWARDS}[default]
        method = next((name for name in usual if callable(getattr(layer, name, None))), default)
    if not callable(getattr(layer, method, None)) and isinstance(layer, list | tuple | Mapping):
        raise GradlabError(
            f"layer must be one layer, got a {type(layer).__name__}: check each by itself, with the input that "
            "reaches it, or make an object of them all whose forward and backward go through every one"
        )
    if not callable(getattr(layer, method, None)):
        raise GradlabError(
            f"{type(layer).__name__} has no method {method!r}: name it, {default}='...', or give a function of the "
            "layer. Of a network that returns (loss, grads) check the function of its params: "
            "check_gradients(loss, params, grads=True)"
        )
    return method


def _called(method: str | Callable[..., Any], layer: Any, *arguments: Any, **named: Any) -> Any:
    return method(layer, *arguments, **named) if callable(method) else getattr(layer, method)(*arguments, **named)


def _arguments(method: str | Callable[..., Any], layer: Any) -> list[inspect.Parameter]:
    """Those of the method, without the layer itself. Of a compiled one, which does not tell, one."""
    try:
        found: Mapping[str, inspect.Parameter] = inspect.signature(
            method if callable(method) else getattr(layer, method)
        ).parameters
    except (TypeError, ValueError):
        return [inspect.Parameter("upstream", inspect.Parameter.POSITIONAL_ONLY)]
    return list(found.values())[callable(method) :]
