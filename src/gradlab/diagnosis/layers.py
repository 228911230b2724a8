"""Rules on layers: which blocks agree, from the output down, tells which line of backprop is wrong.

Backprop makes dZL from the loss, then in each layer dWl and dbl from dZl, then dZ(l−1) from dZl. A mistake in
dWl or dbl stays there; a mistake in dZl spoils Wl and bl and everything below, and nothing above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradlab.diagnosis.case import Case, in_words
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import BIAS, WEIGHT, LayerBlocks, is_input, is_matrix
from gradlab.verdict.blocks import Block, Verdict

AGREE_SHOW = "as far as what agrees shows"
BIAS_SHOWS = "as far as a bias shows: it sees the sum over the examples, not their order"
WEIGHT_SHOWS = "as far as a weight shows: where its inputs have mean 0, it does not see a shift"


@dataclass(frozen=True)
class Pattern:
    """Places of layers, from 0 at the input, by what is wrong in them. What could not be tested is in no list."""

    layers: tuple[LayerBlocks, ...]
    ordered: bool
    wrong: dict[str, list[int]]
    agree: dict[str, list[int]]
    input_agrees: bool = False

    @property
    def top(self) -> int:
        """The highest layer with a wrong block."""
        return max(self.wrong[WEIGHT] + self.wrong[BIAS])

    def below_agrees(self) -> bool:
        """Something under the highest wrong layer agrees, or the input itself: what was handed down is right."""
        below = any(layer < self.top for layer in self.agree[WEIGHT] + self.agree[BIAS])
        return self.input_agrees or (self.ordered and below)


def _pattern(case: Case) -> Pattern | None:
    """The pattern, or None if there are no layers to be seen, or nothing in one is wrong."""
    structure = case.structure
    if structure is None:
        return None
    wrong: dict[str, list[int]] = {WEIGHT: [], BIAS: []}
    agree: dict[str, list[int]] = {WEIGHT: [], BIAS: []}
    for place, layer in enumerate(structure.layers):
        for kind, blocks in ((WEIGHT, layer.weights), (BIAS, layer.biases)):
            for verdict, found in ((Verdict.WRONG, wrong), (Verdict.AGREES, agree)):
                if any(block.verdict is verdict for block in blocks):
                    found[kind].append(place)
    if not wrong[WEIGHT] and not wrong[BIAS]:
        return None
    inputs = [block for block in case.tested if case.layer and is_input(block.name)]
    right = bool(inputs) and all(block.verdict is Verdict.AGREES for block in inputs)
    return Pattern(structure.layers, structure.ordered, wrong, agree, right)


def from_the_output(case: Case) -> Iterator[Finding]:
    """GL116 Every block is wrong, from the output layer on."""
    seen = _pattern(case)
    if (
        seen
        and seen.ordered
        and len(seen.layers) > 1
        and not seen.agree[WEIGHT]
        and not seen.agree[BIAS]
        and seen.wrong[WEIGHT]
    ):
        last = seen.layers[-1]
        number = f" {last.number}" if last.number is not None else f", that of {last.blocks[0].name},"
        yield _finding(
            case,
            "GL116",
            f"No layer agrees, from the output layer{number} on. Look first at {last.upstream}, the "
            "derivative of the loss and of the last activation: everything else is made from it.",
        )


def from_a_layer_down(case: Case) -> Iterator[Finding]:
    """GL113 The layers above agree; one layer, and all below it, are wrong: dZ of that layer is."""
    seen = _pattern(case)
    if seen is None or not seen.ordered or seen.top == len(seen.layers) - 1 or seen.below_agrees():
        return
    k = seen.top
    agree, wrong = ({*found[WEIGHT], *found[BIAS]} for found in (seen.agree, seen.wrong))
    if k in agree or not agree or (k > 0 and k not in wrong):
        return
    here, above = seen.layers[k], seen.layers[k + 1]
    if here.number is not None and above.number is not None:
        down = f"{above.blocks[0].name}, transposed, times {above.upstream}"
    elif all(not is_matrix(w) for w in above.weights):
        down = f"what {above.title} hands down: if it is a normalisation, through its mean and its spread, too"
    else:
        down = f"{above.blocks[0].name}, transposed, times {above.upstream}"
    again = [w.name for w in here.weights if _is_recurrent(w)]
    if again:
        down += f". If {again[0]} feeds the layer's output back to it: at what comes from later steps through it"
    yield _finding(
        case,
        "GL113",
        f"From the output down, {_which(seen, sorted(agree))} agree{'s' * (len(agree) == 1)}; {here.title} "
        f"{'and all below it are' if k > 0 else 'is'} wrong. So {above.upstream} is right and {here.upstream} is "
        "not (dZ: the slope with respect to what goes into a layer's activation, whatever your code calls it). "
        f"Look at the derivative of the activation of {here.title}, and at {down}.",
    )


def _is_recurrent(weight: Block) -> bool:
    """Does its name say that it feeds the units of a layer to themselves: Whh, weight_hh_l0, U of a square shape?"""
    square = len(weight.shape) == 2 and weight.shape[0] == weight.shape[1]
    letters = re.search(r"(?:^|[^a-z])[WUwu]_?([a-z])\1(?![a-z])|hh|recurrent", weight.name)
    return bool(letters) and (square or "hh" in weight.name or "recurrent" in weight.name)


def only_weights(case: Case) -> Iterator[Finding]:
    """GL114 Weights are wrong where the biases, or the layers below, agree."""
    seen = _pattern(case)
    if seen and not seen.wrong[BIAS] and _clear(seen, WEIGHT, BIAS):
        layer, many = seen.layers[seen.top], len(seen.wrong[WEIGHT]) > 1
        bad = [block for block in layer.weights if block.verdict is Verdict.WRONG]
        name = case.name(bad)
        # A bias sums over the examples, and would not show that they stand in another order than those of A.
        shown = AGREE_SHOW if seen.below_agrees() else BIAS_SHOWS
        if many:
            message = (
                f"Weights are wrong in {_which(seen, seen.wrong[WEIGHT])}, and no bias is: every dZ is right, "
                f"{shown}. Look at what only weights have, their decay and the inputs that the layers have kept."
            )
        elif layer.number is not None:
            message = (
                f"Only {name} is wrong, so {layer.upstream} is right, {shown}. Look at the other factor of "
                f"{_slope(bad[0])}, the input that {layer.title} has kept, and at the decay. "
                "If it is used in more than one place, at the sum of what comes from each."
            )
        else:
            are, its = ("are", "this") if len(bad) > 1 else ("is", "its")
            message = (
                f"Only {name} {are} wrong in {its} layer, so what is handed down to it is right, {shown}. Look at "
                "the other factor of the gradient, the input that the layer has kept, and at the decay. If it is "
                "used in more than one place (tied weights, time steps), the sum of what comes from each."
            )
        yield _finding(case, "GL114", message)


def only_biases(case: Case) -> Iterator[Finding]:
    """GL115 Biases are wrong where the weights, or the layers below, agree."""
    seen = _pattern(case)
    if seen and not seen.wrong[WEIGHT] and _clear(seen, BIAS, WEIGHT):
        layer, many = seen.layers[seen.top], len(seen.wrong[BIAS]) > 1
        bad = [block for block in layer.biases if block.verdict is Verdict.WRONG]
        name = _slope(bad[0])
        # A weight multiplies dZ by the inputs: what is at a right angle to all of them, it does not show.
        shown = AGREE_SHOW if seen.below_agrees() else WEIGHT_SHOWS
        yield _finding(
            case,
            "GL115",
            f"Biases are wrong in {_which(seen, seen.wrong[BIAS])}, and no weight is: every dZ is right, {shown}. "
            "Look at the sum over the batch in db, its axis and its 1/m."
            if many
            else f"Only {case.name(bad)} is wrong, so {layer.upstream} is right, {shown}. Look at the sum over the "
            f"batch in {name}, its axis and its 1/m.",
        )


def only_one_layer(case: Case) -> Iterator[Finding]:
    """GL117 Weights and bias of one layer are wrong, and the layers below agree."""
    seen = _pattern(case)
    if seen and seen.wrong[WEIGHT] == seen.wrong[BIAS] == [seen.top] and seen.below_agrees():
        layer = seen.layers[seen.top]
        lines = in_words([_slope(block) for block in layer.blocks])
        yield _finding(
            case,
            "GL117",
            f"Only {layer.title} is wrong, and the layers below it agree: {layer.upstream} was handed down right. "
            f"Look at the two lines that make {lines}, and at the names under which they are kept.",
        )


def _slope(block: Block) -> str:
    """How to speak of its gradient: `dW2` if the name is as short as in a course, else `the gradient of kernel2`."""
    return f"d{block.name}" if len(block.name) == 2 else f"the gradient of {block.name}"


def _clear(seen: Pattern, kind: str, partner: str) -> bool:
    """Does the partner of each wrong block of this kind (its W or b) agree, or at least a layer below?"""
    partners = all(layer in seen.agree[partner] for layer in seen.wrong[kind])
    return bool(seen.wrong[kind]) and (partners or seen.below_agrees())


def _finding(case: Case, code: str, message: str) -> Finding:
    agree = [block for block in case.tested if block.verdict is Verdict.AGREES]
    seen = f"agree: {_all(agree)}; wrong: {_all(case.wrong)}"
    return case.finding(code, case.wrong, message, seen, 0.0)


def _all(blocks: Sequence[Block]) -> str:
    return ", ".join(block.name for block in blocks) or "none"


def _which(seen: Pattern, places: list[int]) -> str:
    layers = [seen.layers[place] for place in places]
    if len(layers) == 1:
        return layers[0].title
    if all(layer.number is not None for layer in layers):
        names = [str(layer.number) for layer in layers]
        return f"layers {in_words(names)}"
    names = [layer.blocks[0].name for layer in layers]
    return f"the layers of {in_words(names)}"
