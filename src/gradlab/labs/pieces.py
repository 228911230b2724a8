"""The functions of a small network's way back: those in which bugs are planted, and those around them.

They need nothing but NumPy, have no annotations and no docstrings: this is what a learner reads and edits.
"""

import numpy as np


def dense_backward(dZ, A, W):
    dA = W.T @ dZ
    dW = dZ @ A.T
    db = dZ.sum(axis=1, keepdims=True)
    return dA, dW, db


def relu_backward(dA, Z):
    return dA * (Z > 0)


def leaky_relu_backward(dA, Z):
    return dA * np.where(Z > 0, 1, 0.01)


def tanh_backward(dA, Z):
    A = np.tanh(Z)
    return dA * (1 - A**2)


def sigmoid_backward(dA, Z):
    A = 1 / (1 + np.exp(-Z))
    return dA * A * (1 - A)


def logistic_backward(Z, Y):
    A = 1 / (1 + np.exp(-Z))
    m = Z.shape[1]
    return (A - Y) / m


def softmax_cost_backward(Z, Y):
    E = np.exp(Z - Z.max(axis=0))
    A = E / E.sum(axis=0)
    m = Z.shape[1]
    return (A - Y) / m


def squared_backward(Z, Y):
    m = Z.shape[1]
    return (Z - Y) / m


def dropout_backward(dA, D):
    return dA * D


def add_decay(grads, params, decay, m):
    total = {}
    for name, grad in grads.items():
        total[name] = grad
        if name.startswith("W"):
            total[name] = grad + decay / m * params[name]
    return total
