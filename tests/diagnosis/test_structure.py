"""One wrong network under many names gives one finding: the structure is read, not the spelling."""

import re

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis.structure import read
from tests.diagnosis import faults

NAMES = [
    "W{n} b{n}", "w{n} b{n}", "W_{n} b_{n}", "w_{n} b_{n}", "fc{n}.weight fc{n}.bias", "{n}.weight {n}.bias",
    "layers.{n}.W layers.{n}.b", "layers[{n}].W layers[{n}].b", "fc{n}_W fc{n}_b", "dense_{n}/kernel dense_{n}/bias",
    "coefs_{n} intercepts_{n}", "theta{n} bias{n}", "net.linear{n}.weight net.linear{n}.bias", "Weight{n} Bias{n}",
    "encoder.{n}.gamma encoder.{n}.beta", "l{n}.w l{n}.b", "kernel{n} offset{n}", "weights_{n} biases_{n}",
    "block{n}/scale block{n}/offset", "params['W{n}'] params['b{n}']", "h{n}.U h{n}.b",
    "layer-{n}-weight layer-{n}-bias",
]  # fmt: skip
SIZES = [[4, 6, 5, 2], [3, 3, 3, 3], [5, 4, 1]]


def renamed(net, pattern, fault, at, shuffle=None, first=2):
    """The report of a network under other names; its params as a dict in another order, if there is a seed."""
    weight, bias = pattern.split()
    new = {f"{k}{n + 1}": (weight if k == "W" else bias).format(n=n + first) for n in range(net.L) for k in "Wb"}
    names = list(net.params)
    if shuffle is not None:
        names = [names[i] for i in np.random.default_rng(shuffle).permutation(len(names))]

    def old(p):
        return {name: p[new[name]] for name in net.params}

    return gradlab.check_gradients(
        lambda p: net.cost(old(p)),
        {new[name]: net.params[name] for name in names},
        lambda p: {new[name]: g for name, g in net.gradients(old(p), fault, at).items()},
    )


@pytest.mark.slow
@pytest.mark.parametrize("pattern", NAMES)
@pytest.mark.parametrize("sizes", SIZES)
def test_a_wrong_slope_is_placed_under_any_name(pattern, sizes):
    report = renamed(faults.Network("tanh", sizes, 3), pattern, "slope: 1 - a", 2, shuffle=len(pattern))
    assert report.findings[0].code == "GL113"


@pytest.mark.slow
@pytest.mark.parametrize("pattern", NAMES)
def test_wrong_weights_are_placed_under_any_name(pattern):
    report = renamed(faults.Network("tanh", [4, 6, 5, 2], 1), pattern, "input: the pre-activation", 2)
    assert report.findings[0].code == "GL114"


@pytest.mark.parametrize("pattern", ["W{n} b{n}", "w_{n} b_{n}", "kernel{n} bias{n}", "fc{n}.weight fc{n}.bias"])
@pytest.mark.parametrize("first", [0, 1, 5])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_finding_names_no_array_that_the_reader_has_not(pattern, first, at):
    net, said = faults.Network("tanh", [4, 6, 5, 2], 1), []
    for fault in ("slope: 1 - a", "input: examples rolled", "dW without 1/m", "db without 1/m", "loss: A only"):
        report = renamed(net, pattern, fault, at, first=first)
        said += [(finding.message, set(report.blocks)) for finding in report.findings]
    assert said
    for message, names in said:
        named = re.findall(r"(?<![\w.])[A-KM-Z]-?\d+", message) + re.findall(r"\bd([A-Ya-z]+[_-]?\d+)", message)
        assert set(named) <= names, message


@pytest.mark.parametrize("form", [list, tuple])
def test_a_list_of_arrays_has_its_order_from_shapes(form):
    net = faults.Network("tanh", [4, 6, 5, 2], 1)
    names = list(net.params)
    report = gradlab.check_gradients(
        lambda p: net.cost(dict(zip(names, p, strict=True))),
        form(net.params.values()),
        lambda p: form(net.gradients(dict(zip(names, p, strict=True)), "slope: 1 - a", 2).values()),
    )
    assert report.findings[0].code == "GL113"
    assert "params[2]" in report.findings[0].message


def blocks(**shapes):
    """Blocks of these shapes, from a check of nothing in particular."""
    params = {name.replace("_", "."): np.ones(shape) for name, shape in shapes.items()}
    report = gradlab.check_gradients(lambda p: sum(float(np.sum(v**2)) for v in p.values()), params, lambda p: {
        name: 2 * v for name, v in p.items()
    })  # fmt: skip
    return list(report.blocks.values())


def test_square_layers_without_numbers_have_no_order():
    seen = read(blocks(Wq=(4, 4), Wk=(4, 4), Wv=(4, 4)))
    assert seen is None or not seen.ordered


def test_recurrent_weights_and_their_bias_are_one_layer():
    seen = read(blocks(W_xh=(3, 5), W_hh=(5, 5), b_h=(5,), W_hy=(5, 2), b_y=(2,)))
    assert [[block.name for block in layer.blocks] for layer in seen.layers] == [
        ["W.xh", "W.hh", "b.h"],
        ["W.hy", "b.y"],
    ]
    assert seen.ordered


CHAINS = [
    {"fc1.weight": (7, 5), "fc1.bias": (7,), "ln.weight": (7,), "ln.bias": (7,), "fc2.weight": (3, 7), "fc2.bias": 3},
    {"hid.W": (5, 7), "hid.b": (1, 7), "norm.gamma": (1, 7), "norm.beta": (1, 7), "out.W": (7, 3), "out.b": (1, 3)},
    {"conv.weight": (8, 3, 2, 2), "conv.bias": (8,), "bn.scale": (8,), "bn.offset": (8,), "head.weight": (4, 32)},
    {"stem/kernel": (3, 3, 2, 6), "stem/bias": (6,), "rms/scale": (6,), "top/kernel": (54, 4), "top/bias": (4,)},
    {"a.w": (6, 4), "a.b": (6,), "norm.scale": (6,), "z.w": (6, 6), "z.b": (6,), "o.w": (2, 6), "o.b": (2,)},
]  # fmt: skip


@pytest.mark.parametrize("shapes", CHAINS, ids=lambda shapes: next(iter(shapes)))
@pytest.mark.parametrize("down", [False, True])
def test_gains_and_kernels_have_their_place_in_the_order(shapes, down):
    seen = read(blocks(**(dict(reversed(shapes.items())) if down else shapes)))
    assert seen.ordered
    found = [re.split("[./]", layer.blocks[0].name)[0] for layer in seen.layers]
    assert found == list(dict.fromkeys(re.split("[./]", name)[0] for name in shapes))


def normalised(slip):
    """Two layers with a normalisation between them; `slip` leaves something out of the backward pass."""
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((6, 5)), rng.standard_normal((6, 3))
    shapes = CHAINS[0]
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}

    def forward(p):
        z = x @ p["fc1.weight"].T + p["fc1.bias"]
        s = 1 / np.sqrt(z.var(1, keepdims=True) + 1e-5)
        n = (z - z.mean(1, keepdims=True)) * s
        a = np.tanh(n * p["ln.weight"] + p["ln.bias"])
        return s, n, a, a @ p["fc2.weight"].T + p["fc2.bias"] - y

    def grads(p):
        s, n, a, d = forward(p)
        dh = d @ p["fc2.weight"] * (1 - a if slip == "slope" else 1 - a**2)
        dn = dh * p["ln.weight"]
        spread = 0 if slip == "spread" else n * (dn * n).mean(1, keepdims=True)
        dz = s * (dn - dn.mean(1, keepdims=True) - spread)
        return {
            "fc1.weight": dz.T @ x, "fc1.bias": dz.sum(0), "ln.weight": (dh * n).sum(0), "ln.bias": dh.sum(0),
            "fc2.weight": d.T @ a, "fc2.bias": d.sum(0),
        }  # fmt: skip

    return gradlab.check_gradients(lambda p: 0.5 * float(np.sum(forward(p)[-1] ** 2)), params, grads)


@pytest.mark.held
def test_a_slip_around_a_normalisation_is_placed_above_or_below_it():
    assert normalised(None).ok
    way, below = normalised("spread").findings[:2]
    above = normalised("slope").findings[0]
    assert (way.code, below.code, above.code) == ("GL167", "GL113", "GL113")
    assert 'What flows through "z.var(1, keepdims=True)' in way.message.replace("1 / np.sqrt(", "")
    assert "if it is a normalisation, through its mean and its spread" in below.message.replace("\n", " ")
    assert "dZ of fc2.weight is right and dZ of ln.weight is not" in above.message.replace("\n", " ")


def tanh_tower(down):
    """Elementwise layers p1 … p5 without structure, the derivative of the third wrong; listed up or down."""
    rng = np.random.default_rng(2)
    x, names = rng.standard_normal(6), ["gate", "mix", "turn", "fold", "out"]

    def outputs(p):
        a = [x]
        for name in names:
            a.append(np.tanh(p[name] * a[-1] + 0.3 * a[-1] ** 2))
        return a

    def grads(p):
        a, made = outputs(p), {}
        d = np.ones(6)
        for k in reversed(range(5)):
            d = d * (1 - a[k + 1] ** (1 if names[k] == "turn" else 2))
            made[names[k]] = d * a[k]
            d = d * (p[names[k]] + 0.6 * a[k])
        return {name: made[name] for name in p}

    params = {name: rng.standard_normal(6) for name in (reversed(names) if down else names)}
    return gradlab.check_gradients(lambda p: float(outputs(p)[-1].sum()), params, grads)


@pytest.mark.parametrize(("down", "way"), [(False, "input to output"), (True, "output to input")])
def test_the_order_of_params_says_where_a_chain_breaks(down, way):
    finding = tanh_tower(down).findings[0]
    assert (finding.code, set(finding.blocks)) == ("GL147", {"gate", "mix", "turn"})
    assert f"listed from {way}, what comes down to fold is right" in finding.message
    assert "from there to turn is not" in finding.message


@pytest.mark.parametrize(("wrong", "also"), [("p1", True), ("p2", False), ("p3", True)])
def test_one_wrong_block_at_an_end_may_lie_on_the_way_down(wrong, also):
    rng = np.random.default_rng(6)
    params = {name: rng.standard_normal(5) for name in ("p1", "p2", "p3")}
    other = rng.standard_normal(5)
    report = gradlab.check_gradients(
        lambda p: float(np.sum(np.sin(p["p1"]) * p["p2"] ** 2 * p["p3"])),
        params,
        lambda p: (
            {
                "p1": np.cos(p["p1"]) * p["p2"] ** 2 * p["p3"],
                "p2": 2 * np.sin(p["p1"]) * p["p2"] * p["p3"],
                "p3": np.sin(p["p1"]) * p["p2"] ** 2,
            }
            | {wrong: other}
        ),
    )
    assert report.findings[0].code == "GL148"
    assert ("on the way down from p2" in report.findings[0].message) == also


def test_side_by_side_is_no_chain():
    """Two of three matrices of one shape: the border between them says nothing."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 4))
    params = {name: rng.standard_normal((4, 3)) for name in ("Wq", "Wk", "Wv")}

    def cost(p):
        q, k, v = (np.tanh(x @ p[name]) for name in params)
        return float(np.sum((q @ k.T) @ v))

    def grads(p):
        q, k, v = (np.tanh(x @ p[name]) for name in params)
        s = np.ones((5, 3)) @ v.T
        d = {"Wq": s @ k * (1 - q), "Wk": s.T @ q * (1 - k), "Wv": (q @ k.T).T @ np.ones((5, 3)) * (1 - v**2)}
        return {name: x.T @ d[name] for name in p}

    report = gradlab.check_gradients(cost, params, grads)
    assert {name for name, block in report.blocks.items() if block.wrong_count} == {"Wq", "Wk"}
    assert not any("listed from" in finding.message for finding in report.findings)


def test_one_vector_has_no_layers():
    assert read(blocks(theta=(7,))) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_vector_beside_one_matrix_may_be_anything(seed):
    """The weights of one output fit the hidden units as a bias does: that they agree clears nothing below them."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((10, 4)), rng.standard_normal(10)
    params = [rng.standard_normal((4, 7)), rng.standard_normal(7)]

    def grads(p):
        h = np.tanh(X @ p[0])
        d = h @ p[1] - y
        return [X.T @ (np.outer(d, p[1]) * (1 - h)), h.T @ d]

    report = gradlab.check_gradients(lambda p: 0.5 * np.sum((np.tanh(X @ p[0]) @ p[1] - y) ** 2), params, grads)
    assert report.findings[0].code == "GL148"
    assert "handed down to it is right" not in report.findings[0].message.replace("\n", " ")
    assert "on the way down from params[1]" in report.findings[0].message.replace("\n", " ")


@pytest.mark.parametrize("wrong", [0, 1])
@pytest.mark.parametrize(
    "names", [("beta", "gamma"), ("theta", "beta"), ("scale", "offset"), ("gamma", "b"), ("theta_1", "beta_1")]
)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_parameters_of_a_statistical_model_are_no_layer(names, wrong, size):
    """Two regressions in one cost: what is right in one says nothing of the other."""
    rng = np.random.default_rng(size)
    X, y = rng.normal(size=(9, size)), rng.normal(size=9)
    params = {name: rng.normal(size=size) for name in names}
    one, other = names

    def cost(p):
        return float(np.sum(np.cosh(X @ p[one] - y)) + np.sum(np.sin(X @ p[other]) * y))

    def grads(p):
        right = {one: X.T @ np.sinh(X @ p[one] - y), other: X.T @ (np.cos(X @ p[other]) * y)}
        name = names[wrong]
        return right | {name: right[name] * np.linspace(1.2, 3, size)}

    report = gradlab.check_gradients(cost, params, grads)
    assert report.verdict is gradlab.Verdict.WRONG
    assert not {"GL113", "GL114", "GL115", "GL116", "GL117", "GL118"} & {f.code for f in report.findings}


def findings_of_a_slip(rng, names, X, Y, slip):
    """Of two layers, with examples in columns, whose dZ1 and dZ2 are put into dW and db as `slip` returns them."""
    shapes = ((4, 3), (4, 1), (2, 4), (2, 1))
    params = {name: rng.standard_normal(shape) for name, shape in zip(names, shapes, strict=True)}

    def forward(p):
        W1, b1, W2, b2 = (p[name] for name in names)
        A1 = np.tanh(W1 @ X + b1)
        return A1, W2 @ A1 + b2

    def grads(p):
        A1, out = forward(p)
        dZ1, dZ2 = slip(p[names[2]].T @ (out - Y) * (1 - A1**2), out - Y)
        made = (dZ1 @ X.T, dZ1.sum(1, keepdims=True), dZ2 @ A1.T, dZ2.sum(1, keepdims=True))
        return dict(zip(names, made, strict=True))

    report = gradlab.check_gradients(lambda p: 0.5 * np.sum((forward(p)[1] - Y) ** 2), params, grads)
    return [(finding.code, finding.message.replace("\n", " ")) for finding in report.findings]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("names", [("W1", "b1", "W2", "b2"), ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")])
@pytest.mark.parametrize("layer", [1, 2])
def test_a_bias_does_not_show_the_order_of_the_examples(seed, names, layer):
    """dZ with its examples in another order leaves db right; where a layer below agrees, dZ is right."""
    rng = np.random.default_rng(seed)
    X, Y, order = rng.standard_normal((3, 6)), rng.standard_normal((2, 6)), rng.permutation(6)

    def slip(dZ1, dZ2):
        return (dZ1[:, order], dZ2) if layer == 1 else (dZ1, dZ2[:, order])

    (said,) = (message for code, message in findings_of_a_slip(rng, names, X, Y, slip) if code == "GL114")
    assert ("not their order" in said) == (layer == 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("names", [("W1", "b1", "W2", "b2"), ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")])
@pytest.mark.parametrize(("hidden_from", "code"), [("weight", "GL115"), ("bias", "GL114")])
def test_a_wrong_dz_that_one_block_does_not_show_is_not_called_right(seed, names, hidden_from, code):
    """A shift of dZ is at a right angle to centred inputs; what sums to 0 over the examples no bias shows."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(6, 12))
    X, Y, off = rng.standard_normal((3, m)), rng.standard_normal((2, m)), rng.standard_normal((4, m))
    X -= X.mean(1, keepdims=True)
    off = off[:, :1] if hidden_from == "weight" else off - off.mean(1, keepdims=True)
    found = findings_of_a_slip(rng, names, X, Y, lambda dZ1, dZ2: (dZ1 + off, dZ2))
    said = [message for told, message in found if told in {"GL114", "GL115"}]
    assert code in {told for told, _ in found}
    assert all("is right, as far as a " in message for message in said)
