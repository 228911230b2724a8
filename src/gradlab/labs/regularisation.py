"""Bugs of L2 and of dropout: what is added to the cost or cut out of the network."""

from gradlab.labs.bug import Bug
from gradlab.labs.scenes import network


def add_decay(grads, params, decay, m):
    total = {}
    for name, grad in grads.items():
        total[name] = grad
        if name.startswith("W"):
            total[name] = grad + decay / m * params[name]
    return total


def dropout_backward(dA, D):
    return dA * D


DECAY = network("add_decay", decay=0.7)
TRAINED = network("add_decay", decay=0.7, steps=50)
DROPOUT = network("dropout_backward", keep=0.8, sizes=(4, 6, 5, 1))

BUGS = (
    Bug(
        "l2-forgotten",
        "L2 is in the cost and not in the gradient",
        "regularisation",
        1,
        add_decay,
        "grad + decay / m * params[name]",
        "grad",
        "GL107",
        (
            "The blocks: every W is wrong, every b is right.",
            "The ratio: there is none. Subtract: numeric − analytic. What does it look like?",
            "The layer: the difference is a multiple of W itself.",
        ),
        "The cost has a term λ/2m Σ W². Its slope is λ/m W, and only weights pay. Switch the decay off on both sides "
        "and the gradient agrees: then this is the bug.",
        DECAY,
    ),
    Bug(
        "l2-doubled",
        "L2 counts twice in the gradient",
        "regularisation",
        1,
        add_decay,
        "decay / m",
        "2 * decay / m",
        "GL107",
        (
            "The blocks: every W is wrong, every b is right.",
            "The ratio: there is none, but numeric − analytic is a multiple of W.",
            "The layer: the multiple is λ/m with the sign reversed: there is too much of it.",
        ),
        "The cost has λ/2m, with the 2 that cancels; here it was left out on one side only.",
        DECAY,
    ),
    Bug(
        "l2-on-gradient",
        "The gradient decays, not the weight",
        "regularisation",
        2,
        add_decay,
        "decay / m * params[name]",
        "decay / m * grad",
        "GL114",
        (
            "The blocks: every W is wrong, every b is right.",
            "The ratio: first look at analytic over numeric: is it one number? Then at numeric − analytic over W.",
            "The layer: two things are mixed here: a factor of 1 + λ/m on the gradient, and a missing λ/m W.",
        ),
        "A wrong name in the right formula. Two changes at once, too much and too little, make it look like neither.",
        DECAY,
    ),
    Bug(
        "l2-on-bias",
        "Biases decay too, which shows after training only",
        "regularisation",
        3,
        add_decay,
        'if name.startswith("W"):',
        "if name:",
        "GL107",
        (
            "The blocks: every b is wrong, every W is right.",
            "The ratio: there is none, but numeric − analytic is a multiple of b.",
            "The layer: biases start at 0. What would a check before the first step of training have said?",
        ),
        "At the start every b is 0, and 0 times anything is 0: the check agrees. That is why one checks again "
        "after some training.",
        TRAINED,
    ),
    Bug(
        "dropout-scale",
        "The scale 1/keep is missing on the way back",
        "regularisation",
        1,
        dropout_backward,
        "dA * D",
        "dA * (D > 0)",
        "GL102",
        (
            "The blocks: the last layer is right; below it, each layer is further off.",
            "The ratio: 1.25 in the layer below the last, 1.25² in the next. What is 1/1.25?",
            "The layer: dropout stands between any two layers, so it counts once for each.",
        ),
        "Inverted dropout multiplies by 1/keep on the way forward, so the slope is 1/keep too.",
        DROPOUT,
    ),
    Bug(
        "dropout-forgotten",
        "No dropout on the way back",
        "regularisation",
        2,
        dropout_backward,
        "dA * D",
        "dA",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none. Some entries are off by 1.25, others by more.",
            "The layer: switch dropout off (keep = 1) and the bug is gone.",
        ),
        "A unit that was silenced has no influence on the cost, and here it gets blamed.",
        DROPOUT,
    ),
    Bug(
        "dropout-redrawn",
        "The mask is drawn anew on the way back",
        "regularisation",
        2,
        dropout_backward,
        "dA * D",
        "dA * np.random.default_rng(1).permuted(D, axis=1)",
        "GL113",
        (
            "The blocks: the last layer is right, all below it are wrong.",
            "The ratio: there is none. Some entries are right by chance.",
            "The layer: with keep = 1 the bug is gone. With a mask that is all ones it is, too.",
        ),
        "Other units are silenced on the way back than on the way forward. If the way forward drew anew as well, the "
        "cost would not be the same twice, and gradlab would say that.",
        DROPOUT,
    ),
)
