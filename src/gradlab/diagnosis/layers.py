"""Rules on layers: which blocks agree, from the output down, tells which line of backprop is wrong.

Backprop makes dZL from the loss, then in each layer dWl and dbl from dZl, then dZ(l−1) from dZl. A mistake in
dWl or dbl stays there; a mistake in dZl spoils Wl and bl and everything below, and nothing above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gradlab.diagnosis.case import Case
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Block, Verdict


@dataclass(frozen=True)
class Layers:
    """Blocks named W1, b1, …, WL, bL, by their verdicts. A block that could not be tested is in neither list."""

    depth: int
    wrong: dict[str, list[int]]
    agree: dict[str, list[int]]

    @property
    def top(self) -> int:
        """The highest layer with a wrong block."""
        return max(self.wrong["W"] + self.wrong["b"])

    def below_agrees(self) -> bool:
        """Something under the highest wrong layer agrees: what was handed down is right."""
        return any(layer < self.top for layer in self.agree["W"] + self.agree["b"])


def _layers(case: Case) -> Layers | None:
    """The pattern, or None if the names are others, or nothing with a layer is wrong."""
    wrong: dict[str, list[int]] = {"W": [], "b": []}
    agree: dict[str, list[int]] = {"W": [], "b": []}
    depth = 0
    for block in case.blocks.values():
        name = re.fullmatch(r"([Wb])(\d+)", block.name)
        if name is None:
            return None
        depth = max(depth, int(name[2]))
        if block.verdict in (Verdict.WRONG, Verdict.AGREES):
            (wrong if block.verdict is Verdict.WRONG else agree)[name[1]].append(int(name[2]))
    return Layers(depth, wrong, agree) if wrong["W"] or wrong["b"] else None


def from_the_output(case: Case) -> Iterator[Finding]:
    """GL116 Every block is wrong, from the output layer on."""
    layers = _layers(case)
    if layers and layers.depth > 1 and not layers.agree["W"] and not layers.agree["b"] and layers.wrong["W"]:
        yield _finding(
            case,
            "GL116",
            f"No layer agrees, from the output layer {layers.depth} on. Look first at dZ{layers.depth}, the "
            "derivative of the loss and of the last activation: everything else is made from it.",
        )


def from_a_layer_down(case: Case) -> Iterator[Finding]:
    """GL113 The layers above agree; one layer, and all below it, are wrong: dZ of that layer is."""
    layers = _layers(case)
    if layers is None or layers.top == layers.depth or layers.below_agrees():
        return
    k = layers.top
    if k in layers.agree["W"] + layers.agree["b"] or (k > 1 and k not in layers.wrong["W"] + layers.wrong["b"]):
        return
    above = sorted({*layers.agree["W"], *layers.agree["b"]})
    if not above:  # what lies above could not be tested: dZ may be wrong from the output on
        return
    yield _finding(
        case,
        "GL113",
        f"From the output down, {_which(above)} agree{'s' * (len(above) == 1)}; layer {k} "
        f"{'and all below it are' if k > 1 else 'is'} wrong. "
        f"So dZ{k + 1} is right and dZ{k} is not: look at the derivative of the activation of layer {k}, and at "
        f"W{k + 1}ᵀ · dZ{k + 1}.",
    )


def only_weights(case: Case) -> Iterator[Finding]:
    """GL114 Weights are wrong where the biases, or the layers below, agree."""
    layers = _layers(case)
    if layers and not layers.wrong["b"] and _clear(layers, "W", "b"):
        k, many = layers.top, len(layers.wrong["W"]) > 1
        yield _finding(
            case,
            "GL114",
            f"Weights are wrong in {_which(layers.wrong['W'])}, and no bias is: every dZ is right. Look at what only "
            "weights have, their decay and the cached inputs A."
            if many
            else f"Only W{k} is wrong, so dZ{k} is right. Look at the other factor of dW{k} = dZ{k} · A{k - 1}ᵀ, the "
            f"cached input A{k - 1}, and at the decay.",
        )


def only_biases(case: Case) -> Iterator[Finding]:
    """GL115 Biases are wrong where the weights, or the layers below, agree."""
    layers = _layers(case)
    if layers and not layers.wrong["W"] and _clear(layers, "b", "W"):
        k, many = layers.top, len(layers.wrong["b"]) > 1
        yield _finding(
            case,
            "GL115",
            f"Biases are wrong in {_which(layers.wrong['b'])}, and no weight is: every dZ is right. Look at the sum "
            "over the batch in db, its axis and its 1/m."
            if many
            else f"Only b{k} is wrong, so dZ{k} is right. Look at the sum over the batch in db{k}, its axis and its "
            "1/m.",
        )


def only_one_layer(case: Case) -> Iterator[Finding]:
    """GL117 Weights and bias of one layer are wrong, and the layers below agree."""
    layers = _layers(case)
    if layers and layers.wrong["W"] == layers.wrong["b"] == [layers.top] and layers.below_agrees():
        k = layers.top
        yield _finding(
            case,
            "GL117",
            f"Only layer {k} is wrong, and the layers below it agree: dZ{k} was handed down right. Look at the two "
            f"lines that make dW{k} and db{k}, and at the names under which they are kept.",
        )


def _clear(layers: Layers, kind: str, partner: str) -> bool:
    """Does a partner of every wrong block agree, or at least something below?"""
    partners = all(layer in layers.agree[partner] for layer in layers.wrong[kind])
    return bool(layers.wrong[kind]) and (partners or layers.below_agrees())


def _finding(case: Case, code: str, message: str) -> Finding:
    agree = [block for block in case.tested if block.verdict is Verdict.AGREES]
    seen = f"agree: {_all(agree)}; wrong: {_all(case.wrong)}"
    return case.finding(code, case.wrong, message, seen, 0.0)


def _all(blocks: list[Block]) -> str:
    return ", ".join(block.name for block in blocks) or "none"


def _which(layers: list[int]) -> str:
    if len(layers) == 1:
        return f"layer {layers[0]}"
    return f"layers {', '.join(map(str, layers[:-1]))} and {layers[-1]}"
