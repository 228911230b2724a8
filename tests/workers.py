"""A cost that another process can import."""

import numpy as np


def tanh_sum(p):
    return float(sum(np.sum(np.tanh(w)) for w in p.values()))
