"""What is wrong with the input is said before anything is computed: the argument, the rule, the way out."""

import numpy as np
import pytest

from gradlab import nn

RNG = np.random.default_rng(0)
PARAMS = nn.init_params([4, 5, 3, 1], rng=RNG)
X, Y = RNG.standard_normal((4, 6)), RNG.integers(0, 2, (1, 6))
MASKS = nn.dropout_masks(PARAMS, 6, 0.5, RNG)
SOFT = nn.init_params([4, 3], rng=RNG)


def without(name):
    return {other: array for other, array in PARAMS.items() if other != name}


NETWORK = {
    "no params": (({}, X, Y), {}, ValueError, "params must be a dict of arrays W1, b1, .*init_params"),
    "list of params": ((list(PARAMS.values()), X, Y), {}, ValueError, "params must be a dict of arrays"),
    "missing bias": ((without("b2"), X, Y), {}, ValueError, r"missing \['b2'\], unexpected \[\]"),
    "strange name": ((without("b3") | {"c3": Y}, X, Y), {}, ValueError, r"missing \['b3'\], unexpected \['c3'\]"),
    "a gap": ((without("W2"), X, Y), {}, ValueError, r"missing \['W2'\]"),
    "transposed weights": ((PARAMS | {"W2": PARAMS["W2"].T}, X, Y), {}, ValueError,
                           r"W2 must have shape \(n_2, 5\), got \(5, 3\): is it transposed\?"),
    "flat bias": ((PARAMS | {"b1": np.zeros(5)}, X, Y), {}, ValueError,
                  r"b1 must have shape \(5, 1\), got \(5,\): try b1.reshape\(5, 1\)"),
    "empty weights": ((PARAMS | {"W1": np.zeros((0, 4))}, X, Y), {}, ValueError, "W1 must .*: it is empty"),
    "integer weights": ((PARAMS | {"W1": np.ones((5, 4), int)}, X, Y), {}, TypeError,
                        r"W1 must be .* floating-point numbers, got dtype int64: try np.array\(W1, dtype=float\)"),
    "object weights": ((PARAMS | {"W1": np.full((5, 4), None)}, X, Y), {}, TypeError, "got dtype object"),
    "complex weights": ((PARAMS | {"W1": np.ones((5, 4), complex)}, X, Y), {}, TypeError, "got dtype complex128"),
    "weights in a list": ((PARAMS | {"W1": [[1.0]]}, X, Y), {}, TypeError, "W1 must be .* got list"),
    "transposed X": ((PARAMS, X.T, Y), {}, ValueError, r"X must .* got \(6, 4\): is it transposed\?"),
    "flat X": ((PARAMS, X[:, 0], Y[:, :1]), {}, ValueError, r"X must have shape \(4, m\), .*try X.reshape\(4, -1\)"),
    "no examples": ((PARAMS, X[:, :0], Y[:, :0]), {}, ValueError, "X must have shape .*: it is empty"),
    "X of objects": ((PARAMS, X.astype(object), Y), {}, TypeError, "X must be a NumPy array of real numbers"),
    "X of complex numbers": ((PARAMS, X + 0j, Y), {}, TypeError, "X must be .* real numbers, got dtype complex128"),
    "X in a list": ((PARAMS, X.tolist(), Y), {}, TypeError, "X must be a NumPy array .* got list"),
    "unknown activation": ((PARAMS, X, Y), {"hidden": "gelu"}, ValueError,
                           "hidden must be one of 'relu', 'leaky_relu', 'tanh', 'sigmoid', 'identity', got 'gelu'"),
    "mask missing": ((PARAMS, X, Y), {"masks": {"D1": MASKS["D1"]}}, ValueError,
                     r"masks must be named \['D1', 'D2'\], .* got \['D1'\]: .* mask of ones"),
    "mask too many": ((PARAMS, X, Y), {"masks": MASKS | {"D3": Y}}, ValueError, "one for each hidden layer"),
    "mask of another batch": ((PARAMS, X[:, :3], Y[:, :3]), {"masks": MASKS}, ValueError,
                              r"D1 must have shape \(5, 3\), got \(5, 6\)"),
}  # fmt: skip

COST = {
    "flat Y": ((PARAMS, X, Y[0]), {}, ValueError, r"Y must have shape \(1, 6\), got \(6,\): try Y.reshape\(1, 6\)"),
    "transposed Y": ((PARAMS, X, Y.T), {}, ValueError, r"Y must .* got \(6, 1\): is it transposed\?"),
    "Y too short": ((PARAMS, X, Y[:, :5]), {}, ValueError, r"Y must have shape \(1, 6\), got \(1, 5\)"),
    "labels of -1 and 1": ((PARAMS, X, 2 * Y - 1), {}, ValueError, r"Y must lie in 0 ... 1 .* got -1 ... 1"),
    "Y of NaN": ((PARAMS, X, Y * np.nan), {}, ValueError, "Y must lie in 0 ... 1"),
    "Y of words": ((PARAMS, X, Y.astype(str)), {}, TypeError, "Y must be .* real numbers, got dtype <U"),
    "softmax, two right classes": ((SOFT, X, np.ones((3, 6))), {"loss": "softmax"}, ValueError,
                                   r"each column of Y must add up to 1.*np.eye\(classes\)\[:, labels\]"),
    "unknown loss": ((PARAMS, X, Y), {"loss": "hinge"}, ValueError,
                     "loss must be one of 'logistic', 'softmax', 'squared', got 'hinge'"),
    "negative decay": ((PARAMS, X, Y), {"decay": -0.1}, ValueError, "decay must be a finite number >= 0, got -0.1"),
    "decay that is no number": ((PARAMS, X, Y), {"decay": np.nan}, ValueError, "decay must be a finite number"),
}  # fmt: skip

PLAN = {
    "half a step": ({"steps": 1.5}, ValueError, "steps must be a whole number >= 0, got 1.5"),
    "negative steps": ({"steps": -1}, ValueError, "steps must be a whole number >= 0, got -1"),
    "negative rate": ({"rate": -1.0}, ValueError, "rate must be a finite number >= 0, got -1.0"),
    "batch too large": (
        {"batch": 7, "rng": RNG},
        ValueError,
        "batch must be from 1 to the number of examples, 6, got 7",
    ),
    "empty batch": ({"batch": 0, "rng": RNG}, ValueError, "batch must be from 1"),
    "batch without rng": ({"batch": 3}, TypeError, "batch draws random numbers: pass rng="),
    "dropout without rng": ({"keep": 0.5}, TypeError, "keep draws random numbers: pass rng="),
    "keep 0": ({"keep": 0.0, "rng": RNG}, ValueError, "keep is .* 0 < keep <= 1, got 0.0"),
}

SIZES = {
    "no sizes": (([],), ValueError, r"sizes must be two or more whole numbers >= 1, .* got \[\]"),
    "one size": (([3],), ValueError, "sizes must be two or more"),
    "an empty layer": (([3, 0, 1],), ValueError, r"sizes must be .* got \[3, 0, 1\]"),
    "half a unit": (([3, 2.5],), ValueError, "sizes must be two or more whole numbers"),
    "unknown method": (([3, 1], "magic", RNG), ValueError, "method must be .*'he', 'xavier', 'zeros', got 'magic'"),
    "no rng": (([3, 1],), TypeError, r"method 'he' draws .*: pass rng=np.random.default_rng\(seed\), got None"),
    "a seed for rng": (([3, 1], "xavier", 7), TypeError, "method 'xavier' draws random numbers: .* got 7"),
}  # fmt: skip


@pytest.mark.parametrize("function", [nn.cost, nn.gradients, lambda p, x, _y, **options: nn.forward(p, x, **options)])
@pytest.mark.parametrize("case", NETWORK)
def test_network(case, function):
    arguments, options, kind, message = NETWORK[case]
    with pytest.raises(kind, match=message):
        function(*arguments, **options)


@pytest.mark.parametrize("function", [nn.cost, nn.gradients])
@pytest.mark.parametrize("case", COST)
def test_cost(case, function):
    arguments, options, kind, message = COST[case]
    with pytest.raises(kind, match=message):
        function(*arguments, **options)


@pytest.mark.parametrize("case", [name for name in NETWORK if "mask" not in name])
def test_training_refuses_the_same_before_its_first_step(case):
    arguments, options, kind, message = NETWORK[case]
    with pytest.raises(kind, match=message):
        nn.train(*arguments, **options, steps=0, rate=0.1)


@pytest.mark.parametrize("case", PLAN)
def test_plan_of_training(case):
    options, kind, message = PLAN[case]
    with pytest.raises(kind, match=message):
        nn.train(PARAMS, X, Y, **{"steps": 2, "rate": 0.1} | options)


@pytest.mark.parametrize("case", SIZES)
def test_initialisation(case):
    arguments, kind, message = SIZES[case]
    with pytest.raises(kind, match=message):
        nn.init_params(*arguments)


@pytest.mark.parametrize("keep", [0.0, -0.5, 1.1, np.nan])
def test_keep(keep):
    with pytest.raises(ValueError, match="keep is the probability that a unit stays"):
        nn.dropout_mask((2, 2), keep, RNG)


def test_a_mask_needs_a_generator():
    with pytest.raises(TypeError, match="dropout_mask draws random numbers"):
        nn.dropout_mask((2, 2), 0.5, None)


def test_a_vector_is_no_last_layer():
    with pytest.raises(ValueError, match=r"Z must have shape \(n, m\), got \(3,\)"):
        nn.losses.softmax_cost(np.zeros(3), np.zeros(3))
