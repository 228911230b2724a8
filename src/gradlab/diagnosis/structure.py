"""Which blocks make a layer, and which layer feeds which: read from names as people write them, and from shapes."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gradlab.verdict.blocks import Block

WEIGHT, BIAS = "W", "b"
SPOKEN = {
    WEIGHT: r"weights?|kernel|coefs?|theta|gamma|scale|w",
    BIAS: r"bias(?:es)?|intercepts?|beta|offset|b",
}
GREEK = re.compile(r"(?:theta|gamma|scale|beta|offset)_?\d*", re.IGNORECASE)  # of a layer, or of any model
LETTERS = {
    WEIGHT: r"(?:[UV]|[WwUV](?=[a-z]))([a-z]{0,3})",
    BIAS: r"[Bb]([a-z]{1,3})",
}  # Wxh, bf: the letters say which units
INPUT = re.compile(
    r"[xX]\w*|[aAzZhqkv]|[hc]0|prev_?\w+|\w+?_?prev|inputs?|data|images?|logits|scores|quer(?:y|ies)|keys?|values?|"
    r"src|tgt|memory|hidden|cell|state|emb\w*|feat\w*|tokens?|left|right|probs?|preds?"
)


@dataclass(frozen=True)
class LayerBlocks:
    """The weights and biases of one layer.

    Attributes
    ----------
    number
        What its names call it, where they do.
    fed_by
        In names such as W_hy: the letters of the units that it takes in.
    """

    key: str
    weights: tuple[Block, ...] = ()
    biases: tuple[Block, ...] = ()
    number: int | None = None
    fed_by: frozenset[str] = frozenset()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Weights first."""
        return (*self.weights, *self.biases)

    @property
    def title(self) -> str:
        """How to speak of it: `layer 2`, `the layer of fc1.weight`."""
        return f"layer {self.number}" if self.number is not None else f"the layer of {self.blocks[0].name}"

    @property
    def upstream(self) -> str:
        """The gradient that its weights and biases are made from: `dZ2`, `dZ of fc1.weight`."""
        return f"dZ{self.number}" if self.number is not None else f"dZ of {self.blocks[0].name}"


@dataclass(frozen=True)
class Structure:
    """Layers, from the input to the output if `ordered`; in the order of params if not."""

    layers: tuple[LayerBlocks, ...]
    ordered: bool


def is_input(name: str) -> bool:
    """Does this name an input of a layer, not one of its parameters?"""
    return INPUT.fullmatch(name) is not None


def read(blocks: Sequence[Block]) -> Structure | None:
    """The layers of these blocks; None where neither names nor shapes tell.

    Names come first: `W1`, `w_1`, `fc1.weight`, `dense/kernel`, `coefs_0`, `W_xh`. Then order and shapes: a matrix
    opens a layer, and the vector behind it that fits one of its axes is its bias. The order of layers is that of the
    numbers in their names, or that in which the output of each fits the input of the next.
    """
    layers = _from_names(blocks) or _from_shapes(blocks)
    if not layers:
        return None
    order = _by_number(layers) or _by_letters(layers) or (_chain(layers) if len(layers) > 1 else layers)
    return Structure(tuple(order or layers), bool(order))


def _from_names(blocks: Sequence[Block]) -> list[LayerBlocks]:
    """Blocks under one key are one layer. Blocks without a kind may stand beside them."""
    found = [(parsed, block) for block in blocks if (parsed := _parse(block)) is not None]
    if not any(map(is_matrix, blocks)):  # no layer that takes in several units: these are two regressions, or a curve
        found = [(parsed, block) for parsed, block in found if not GREEK.search(block.name)]
    if len(found) < 2 or sum(kind == WEIGHT for (_, kind), _ in found) == 0:
        return []
    made = _made_letter([parsed for parsed, _ in found])
    layers: dict[str, LayerBlocks] = {}
    for (units, kind), block in found:
        key = made(units)
        layer = layers.get(key, LayerBlocks(key))
        if kind == WEIGHT:
            fed_by = layer.fed_by | (set(units) - {key} if key != units else set())
            layers[key] = replace(layer, weights=(*layer.weights, block), fed_by=fed_by)
        else:
            layers[key] = replace(layer, biases=(*layer.biases, block))
    found_layers = list(layers.values())
    weights = [layer for layer in found_layers if layer.weights]
    if len(weights) == 1 and len(found_layers) == 2:  # one weight and one bias are one layer, whatever their names
        one, other = found_layers
        found_layers = [LayerBlocks(weights[0].key, one.weights + other.weights, one.biases + other.biases)]
    return [_numbered(layer) for layer in found_layers]


def _parse(block: Block) -> tuple[str, str] | None:
    """Key of the layer and kind of the block, from its name."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", block.name) if part]
    for i in reversed(range(len(parts))):
        for kind, words in SPOKEN.items():
            plain = re.fullmatch(rf"(?:{words})(\d*)", parts[i], flags=re.IGNORECASE)
            units = None if plain else re.fullmatch(LETTERS[kind], parts[i])
            if (plain or units) and not (kind == BIAS and is_matrix(block)):
                rest = (plain or units)[1]  # type: ignore[index]
                return ".".join([*parts[:i], *([rest] if rest else []), *parts[i + 1 :]]), kind
    return None


def kind_of(block: Block) -> str:
    """Weight or bias, as its name says; empty for any other name."""
    parsed = _parse(block)
    return parsed[1] if parsed else ""


def is_matrix(block: Block) -> bool:
    """Has it more than one axis along which there is more than one entry?"""
    return sum(n > 1 for n in block.shape) > 1


def _made_letter(parsed: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    """For keys of two letters, as in W_xh, W_hh, b_h: the letter of the units that are made, the one with a bias."""
    biases = {key for key, kind in parsed if kind == BIAS and re.fullmatch("[a-z]", key)}
    pairs = [key for key, kind in parsed if kind == WEIGHT and re.fullmatch("[a-z]{2}", key)]
    votes = Counter(-1 if key[1] in biases else 0 for key in pairs if (key[0] in biases) != (key[1] in biases))
    if not votes:
        return lambda key: key
    place = votes.most_common(1)[0][0]
    return lambda key: key[place] if re.fullmatch("[a-z]{2}", key) else key


def _numbered(layer: LayerBlocks) -> LayerBlocks:
    """With the number that its names show, if that is all they show: W1, b_1."""
    plain = all(re.fullmatch(r"[A-Za-z]+_?\d+", block.name) for block in layer.blocks)
    return replace(layer, number=int(layer.key)) if plain and layer.key.isdigit() else layer


def _by_letters(layers: list[LayerBlocks]) -> list[LayerBlocks]:
    """In the order in which each takes in what another makes, as W_hy what W_xh makes; if that is a chain."""
    made = {layer.key: layer for layer in layers}
    below = {layer.key: [key for key in layer.fed_by if key in made] for layer in layers}
    if len(layers) < 2 or sum(not keys for keys in below.values()) != 1 or any(len(k) > 1 for k in below.values()):
        return []
    order = [next(layer for layer in layers if not below[layer.key])]
    while above := [layer for layer in layers if below[layer.key] == [order[-1].key] and layer not in order]:
        if len(above) > 1:
            return []
        order.append(above[0])
    return order if len(order) == len(layers) else []


def _by_number(layers: list[LayerBlocks]) -> list[LayerBlocks]:
    """Sorted by the numbers in their keys, if all have some and no two the same."""
    numbers = [tuple(int(n) for n in re.findall(r"\d+", layer.key)) for layer in layers]
    bare = re.sub(r"\d+", "", layers[0].key).strip(".")
    same = all(re.sub(r"\d+", "", layer.key).strip(".") == bare for layer in layers)
    # `dense`, `dense_1`: the first of a family goes without; but `w` beside W1 is any other weight
    without = sum(not n for n in numbers)
    if not same or len(set(numbers)) < len(layers) or without > bool(bare):
        return []
    found = [layer for _, layer in sorted(zip(numbers, layers, strict=True), key=lambda pair: pair[0])]
    return [] if any(map(_side_by_side, found, found[1:])) else found


def _side_by_side(one: LayerBlocks, other: LayerBlocks) -> bool:
    """Two branches, such as w1 and w3 of a gated unit: of one shape, so that no output of the one fits the other."""
    shapes = [[w.shape for w in layer.weights] for layer in (one, other)]
    if any(len(s) != 1 or len(s[0]) != 2 for s in shapes):
        return False
    (a,), (b,) = shapes
    return a == b and a[0] != a[1]


def _from_shapes(blocks: Sequence[Block]) -> list[LayerBlocks]:
    """A matrix opens a layer; a vector that fits one of its axes is its bias.

    One matrix and one vector are not enough: the vector may as well be the weights of one output, or another factor.
    """
    weights = [block for block in blocks if is_matrix(block)]
    others = [block for block in blocks if not is_matrix(block)]
    if not weights or len(blocks) == 2 > len(weights):
        return []
    if len(others) == len(weights) and all(map(_fits, weights, others)):  # side by side, or first all matrices
        sides = dict(zip((w.name for w in weights), others, strict=True))
    else:
        sides = {w.name: b for w, b in itertools.pairwise(blocks) if is_matrix(w) and _fits(w, b)}
    if len(weights) + len(sides) < len(blocks):  # something that is neither: no structure to be sure of
        return []
    return [LayerBlocks(w.name, (w,), tuple(b for b in [sides.get(w.name)] if b)) for w in weights]


def _fits(weight: Block, bias: Block) -> bool:
    return not is_matrix(bias) and max(bias.shape, default=1) in weight.shape


def _chain(layers: list[LayerBlocks]) -> list[LayerBlocks]:
    """In the order in which the output of each is an input of the next; nothing if that is not clear."""
    orders = {
        name: order
        for name, order in {"up": layers, "down": layers[::-1]}.items()
        for rows in (True, False)
        if _feeds(order, rows)
    }
    if len(orders) == 2:
        return []
    return next(iter(orders.values()), [])


def _feeds(order: list[LayerBlocks], rows: bool) -> bool:
    """Does what a layer makes fit the next, with examples as rows (x @ W) or as columns (W @ x)?

    A gain and a shift, as of a normalisation, make as much as they take in. An image may be flattened on the way.
    """
    matrices = [_out_and_in(w.shape, rows) for layer in order for w in _matrices(layer)]
    if all(out == into for out, into in matrices):
        return False  # square ones fit any way round
    made: int | None = None  # by the layer before
    image = False
    for layer in order:
        shapes = [_out_and_in(w.shape, rows) for w in _matrices(layer)]
        outs, ins = {out for out, _ in shapes}, {into for _, into in shapes}
        if not shapes:
            outs = ins = {max(w.shape, default=1) for w in layer.blocks}
        kernel = any(len(w.shape) > 2 for w in _matrices(layer))
        flattened = image and not kernel and made is not None and any(into % made == 0 for into in ins)
        fits = made is None or made in ins or flattened
        biases = all(max(bias.shape, default=1) in outs for bias in layer.biases)
        if len(outs) != 1 or not fits or not biases:
            return False
        (made,) = outs
        image = kernel or (image and not shapes)
    return True


def _matrices(layer: LayerBlocks) -> list[Block]:
    """Its weights with an axis of outputs and one of inputs: matrices, and kernels of convolutions."""
    return [w for w in layer.weights if len(w.shape) >= 2 and is_matrix(w)]


def _out_and_in(shape: tuple[int, ...], rows: bool) -> tuple[int, int]:
    """Units that a weight makes, and takes in: (in, out) or (out, in); for kernels (…, in, out) or (out, in, …)."""
    return (shape[-1], shape[-2]) if rows else (shape[0], shape[1])


def by_name(structure: Structure) -> Mapping[str, LayerBlocks]:
    """The layer that each block is in."""
    return {block.name: layer for layer in structure.layers for block in layer.blocks}
