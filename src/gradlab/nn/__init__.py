"""gradlab.nn: backprop to READ. Each kind of layer, its forward and its backward, in a few lines.

This package knows nothing of the checker, and the checker nothing of it: what one gets wrong, the other can
find.
"""

from gradlab.nn import (
    activations,
    attention,
    batch_norm,
    conv,
    dense,
    dropout,
    embedding,
    initialisation,
    layer_norm,
    losses,
    lstm,
    network,
    pooling,
    recurrent,
    training,
)
from gradlab.nn.dropout import dropout_mask, dropout_masks
from gradlab.nn.initialisation import init_params
from gradlab.nn.network import cost, forward, gradients, predict
from gradlab.nn.training import descend, train

__all__ = [
    "activations",
    "attention",
    "batch_norm",
    "conv",
    "cost",
    "dense",
    "descend",
    "dropout",
    "dropout_mask",
    "dropout_masks",
    "embedding",
    "forward",
    "gradients",
    "init_params",
    "initialisation",
    "layer_norm",
    "losses",
    "lstm",
    "network",
    "pooling",
    "predict",
    "recurrent",
    "train",
    "training",
]
