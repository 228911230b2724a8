"""Bugs of L2 and of dropout: what is added to the cost or cut out of the network."""

from gradlab.labs.bug import Bug, Hints
from gradlab.labs.pieces import add_decay, dropout_backward
from gradlab.labs.setups import network

DECAY = network("add_decay", decay=0.7)
TRAINED = network("add_decay", decay=0.7, steps=20)
DROPOUT = network("dropout_backward", keep=0.8, sizes=(4, 6, 5, 1))

BUGS = (
    Bug(
        slug="l2-forgotten",
        title="L2 is in the cost and not in the gradient",
        level=1,
        correct=add_decay,
        original="grad + decay / m * params[name]",
        mutated="grad",
        finding="GL107",
        hints=Hints(
            blocks=(
                "Every b agrees, so the whole way back through the layers is right. What do weights have that "
                "biases have not?"
            ),
            ratio="Subtract: numeric − analytic. It is a multiple of W, the same multiple in every layer.",
            layer="It is what is added to dW once it comes from the layer: a term in W itself.",
        ),
        why=(
            "The cost has a term λ/2m Σ W². Its slope is λ/m W, and only weights pay. Switch the decay off on "
            "both sides and the gradient agrees: then this is the bug."
        ),
        setup=DECAY,
    ),
    Bug(
        slug="l2-doubled",
        title="L2 counts twice in the gradient",
        level=1,
        correct=add_decay,
        original="decay / m",
        mutated="2 * decay / m",
        finding="GL107",
        hints=Hints(
            blocks=(
                "Every b agrees, so the whole way back through the layers is right. What do weights have that "
                "biases have not?"
            ),
            ratio="Numeric − analytic is a multiple of W, the same multiple in every layer.",
            layer=(
                "It is what is added to dW once it comes from the layer. The multiple is λ/m with the sign "
                "reversed: there is too much of it."
            ),
        ),
        why="The cost has λ/2m, with the 2 that cancels; here it was left out on one side only.",
        setup=DECAY,
    ),
    Bug(
        slug="l2-on-gradient",
        title="The gradient decays, not the weight",
        level=2,
        correct=add_decay,
        original="decay / m * params[name]",
        mutated="decay / m * grad",
        finding="GL133",
        hints=Hints(
            blocks=(
                "Every b agrees, so the whole way back through the layers is right. What do weights have that "
                "biases have not?"
            ),
            ratio="First look at analytic over numeric: is it one number? Then at numeric − analytic over W.",
            layer=(
                "It is what is added to dW once it comes from the layer. Two things are mixed: a factor of 1 + "
                "λ/m on the gradient, and a missing λ/m W."
            ),
        ),
        why=(
            "A wrong name in the right formula. Two changes at once, too much and too little, make it look like "
            "neither."
        ),
        setup=DECAY,
    ),
    Bug(
        slug="l2-on-bias",
        title="Biases decay too, which shows after training only",
        level=3,
        correct=add_decay,
        original='if name.startswith("W"):',
        mutated="if name:",
        finding="GL107",
        hints=Hints(
            blocks="Every W agrees, so the whole way back through the layers is right, and the penalty on W as well.",
            ratio="Numeric − analytic is a multiple of b, the same multiple in every layer.",
            layer=(
                "It is where db leaves the layer. Biases start at 0: what would a check before the first step of "
                "training have said?"
            ),
        ),
        why=(
            "At the start every b is 0, and 0 times anything is 0: the check agrees. That is why one checks "
            "again after some training."
        ),
        setup=TRAINED,
    ),
    Bug(
        slug="dropout-scale",
        title="The scale 1/keep is missing on the way back",
        level=1,
        correct=dropout_backward,
        original="dA * D",
        mutated="dA * (D > 0)",
        finding="GL102",
        hints=Hints(
            blocks="The last layer is right; below it, each layer is further off: each step down adds to it.",
            ratio="Numeric is 1.25 times analytic in the layer below the last, 1.25² in the next. What is 1/1.25?",
            layer="It is dropout_backward, which stands between any two layers, so it counts once for each.",
        ),
        why="Inverted dropout multiplies by 1/keep on the way forward, so the slope is 1/keep too.",
        setup=DROPOUT,
    ),
    Bug(
        slug="dropout-forgotten",
        title="No dropout on the way back",
        level=2,
        correct=dropout_backward,
        original="dA * D",
        mutated="dA",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio="Some entries are off by a factor 1.25, others by more.",
            layer="It is dropout_backward. Switch dropout off (keep = 1) and the bug is gone.",
        ),
        why="A unit that was silenced has no influence on the cost, and here it gets blamed.",
        setup=DROPOUT,
    ),
    Bug(
        slug="dropout-redrawn",
        title="The mask is drawn anew on the way back",
        level=2,
        correct=dropout_backward,
        original="dA * D",
        mutated="dA * (np.random.default_rng(1).random(D.shape) < 0.8) / 0.8",
        finding="GL113",
        hints=Hints(
            blocks=(
                "The last layer is right, all below it are wrong: what it hands down is spoiled on the way to the"
                " next."
            ),
            ratio="Some entries are right by chance.",
            layer=(
                "It is dropout_backward. On the way there some units were cut out. Are they the same ones on the "
                "way back?"
            ),
        ),
        why=(
            "Other units are silenced on the way back than on the way forward. If the way forward drew anew as "
            "well, the cost would not be the same twice, and gradlab would say that."
        ),
        setup=DROPOUT,
    ),
)
