"""gradlab.nn: backprop to READ. Dense layers, dropout, batch norm and their gradients, in a few lines each.

This package knows nothing of the checker, and the checker nothing of it: what one gets wrong, the other can
find.
"""

from gradlab.nn import activations, batch_norm, dense, dropout, initialisation, losses, network, training
from gradlab.nn.dropout import dropout_mask, dropout_masks
from gradlab.nn.initialisation import init_params
from gradlab.nn.network import cost, forward, gradients, predict
from gradlab.nn.training import descend, train

__all__ = [
    "activations",
    "batch_norm",
    "cost",
    "dense",
    "descend",
    "dropout",
    "dropout_mask",
    "dropout_masks",
    "forward",
    "gradients",
    "init_params",
    "initialisation",
    "losses",
    "network",
    "predict",
    "train",
    "training",
]
