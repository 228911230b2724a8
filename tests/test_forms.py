"""Params and gradients in the containers that real code has, nested at random."""

import collections
import dataclasses
import random
import types

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradlab import GradlabError, Verdict, check_backward, check_gradients, check_jacobian
from gradlab.adapters import layers

Pair = collections.namedtuple("Pair", "left right")


@dataclasses.dataclass
class Cell:
    gain: object
    shift: object
    name: str = "held fixed"
    count: int = 3


@dataclasses.dataclass(frozen=True)
class Frozen:
    gain: object
    shift: object


class Bunch(dict):
    __getattr__ = dict.__getitem__


def _objects(*parts):
    array = np.empty(len(parts), dtype=object)
    for i, part in enumerate(parts):
        array[i] = part
    return array


# How to make a container of two parts, and how to read it.
MAKERS = {
    "dict": (lambda a, b: {"W": a, "b": b}, lambda t: (t["W"], t["b"])),
    "bunch": (lambda a, b: Bunch(W=a, b=b), lambda t: (t.W, t.b)),
    "list": (lambda a, b: [a, b], lambda t: (t[0], t[1])),
    "tuple": (lambda a, b: (a, b), lambda t: (t[0], t[1])),
    "named tuple": (Pair, lambda t: (t.left, t.right)),
    "dataclass": (Cell, lambda t: (t.gain, t.shift)),
    "frozen dataclass": (Frozen, lambda t: (t.gain, t.shift)),
    "namespace": (lambda a, b: types.SimpleNamespace(W=a, b=b), lambda t: (t.W, t.b)),
}


@st.composite
def trees(draw):
    """A structure as nested (kind, left, right) with shapes at its ends."""
    end = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)
    kinds = st.sampled_from(sorted(MAKERS))
    return draw(st.tuples(kinds, *2 * [st.recursive(end, lambda t: st.tuples(kinds, t, t), max_leaves=4)]))


def _made(form, make_leaf):
    if isinstance(form[0], str):
        kind, left, right = form
        return MAKERS[kind][0](_made(left, make_leaf), _made(right, make_leaf))
    return make_leaf(form)


def _ends(form, tree):
    if isinstance(form[0], str):
        for part, inside in zip(form[1:], MAKERS[form[0]][1](tree), strict=True):
            yield from _ends(part, inside)
    else:
        yield tree


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(trees(), st.integers(0, 2**32 - 1), st.booleans())
def test_any_nesting_of_containers(form, seed, together):
    rng = np.random.default_rng(seed)
    params = _made(form, lambda shape: rng.uniform(0.5, 2.0, shape))
    ends = list(_ends(form, params))
    before = [end.copy() for end in ends]
    spoiled = int(rng.integers(len(ends)))

    def cost(p):
        return float(sum((k + 1) * np.sum(end**3) for k, end in enumerate(_ends(form, p))))

    def grads(p, factor=1.0):
        slopes = [3 * (k + 1) * end**2 * (factor if k == spoiled else 1) for k, end in enumerate(_ends(form, p))]
        remaining = iter(slopes)
        return _made(form, lambda shape: next(remaining))

    for factor, verdict in ((1.0, Verdict.AGREES), (1.01, Verdict.WRONG)):
        if together:
            report = check_gradients(lambda p, f=factor: (cost(p), grads(p, f), "more"), params, grads=True)
        else:
            report = check_gradients(cost, params, lambda p, f=factor: grads(p, f))
        assert report.verdict is verdict
        wrong = [block.verdict is Verdict.WRONG for block in report.blocks.values()]
        assert wrong == [verdict is Verdict.WRONG and k == spoiled for k in range(len(ends))]
    assert all(np.array_equal(a, b) for a, b in zip(ends, before, strict=True))


def _problem(rng):
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))

    def cost(W, b):
        return 0.5 * float(np.sum((np.tanh(x @ W + b) - y) ** 2))

    def grads(W, b, factor=1.0):
        a = np.tanh(x @ W + b)
        d = (a - y) * (1 - a**2)
        return x.T @ d, factor * d.sum(axis=0)

    return cost, grads, rng.standard_normal((3, 2)), rng.standard_normal(2)


FORMS = {
    "d in front": lambda dW, db: {"dW": dW, "db": db},
    "d in front, with those of activations": lambda dW, db: {"dW": dW, "db": db, "dZ": db, "dA0": dW},
    "grad behind": lambda dW, db: {"W_grad": dW, "b_grad": db},
    "grad in front": lambda dW, db: {"grad_W": dW, "grad_b": db},
    "g": lambda dW, db: {"gW": dW, "gb": db},
    "dL/d": lambda dW, db: {"dLdW": dW, "dLdb": db},
    "pairs of a generator": lambda dW, db: (pair for pair in (("W", dW), ("b", db))),
    "namespace": lambda dW, db: types.SimpleNamespace(W=dW, b=db),
    "items": lambda dW, db: zip(["dW", "db"], [dW, db], strict=True),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_gradients_of_a_dict_in_other_words(form, factor):
    cost, grads, W, b = _problem(np.random.default_rng(len(form)))
    report = check_gradients(lambda p: cost(**p), {"W": W, "b": b}, lambda p: FORMS[form](*grads(**p, factor=factor)))
    assert list(report.blocks) == ["W", "b"]
    assert report.blocks["W"].verdict is Verdict.AGREES
    assert report.blocks["b"].verdict is (Verdict.AGREES if factor == 1.0 else Verdict.WRONG)
    assert any("dZ, dA0. That was not checked" in note for note in report.notes) is ("activations" in form)


@pytest.mark.parametrize("make", [lambda g: list(g), tuple, iter, lambda g: _objects(*g), lambda g: map(np.copy, g)])
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_gradients_of_a_sequence_in_any_sequence(make, factor):
    cost, grads, W, b = _problem(np.random.default_rng(8))
    for params in ([W, b], (W, b), _objects(W, b), Pair(W, b)):
        report = check_gradients(lambda p: cost(*p), params, lambda p: make(grads(*p, factor=factor)))
        assert [block.verdict for block in report.blocks.values()] == [
            Verdict.AGREES,
            Verdict.AGREES if factor == 1.0 else Verdict.WRONG,
        ]


@pytest.mark.parametrize("behind", [(), ("accuracy",), (np.ones(3), {})])
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_a_cost_with_its_gradients_one_by_one(behind, factor):
    """As in `loss, dW, db = f(W, b)`."""
    cost, grads, W, b = _problem(np.random.default_rng(3))
    report = check_gradients(lambda p: (cost(*p), *grads(*p, factor=factor), *behind), [W, b], grads=True)
    assert report.verdict is (Verdict.AGREES if factor == 1.0 else Verdict.WRONG)
    alone = check_gradients(lambda p: (cost(p[0], b), grads(p[0], b)[0], *behind), [W], grads=True)
    assert alone.ok


def test_what_a_record_holds_beside_its_arrays_stays():
    def cost(cell):
        assert cell.name == "held fixed"
        return float(cell.count * cell.gain @ cell.gain + cell.shift**2)

    params = Cell(np.array([1.0, 2.0]), 0.5)
    assert check_gradients(cost, params, lambda cell: Cell(6 * cell.gain, 2 * cell.shift)).ok
    assert list(check_gradients(cost, params, lambda cell: {"gain": 6 * cell.gain, "shift": 1.0}).blocks) == [
        "gain", "shift",
    ]  # fmt: skip


def test_a_gradient_of_a_record_that_is_missing_is_said():
    params = types.SimpleNamespace(W=np.array([0.5, -1.5]), b=np.array([2.0, 0.7]))
    with pytest.raises(GradlabError, match="missing: b"):
        check_gradients(lambda p: float(p.W @ p.b), params, lambda p: types.SimpleNamespace(W=p.b))
    report = check_gradients(lambda p: float(p.W @ p.b), params, lambda p: types.SimpleNamespace(W=p.b, b=None))
    assert list(report.blocks) == ["W"]
    assert report.notes == ("Not checked, held fixed: b.",)


@pytest.mark.parametrize("prefix", ["d{}", "{}_grad", "grad_{}", "dLd{}"])
def test_backward_may_name_its_gradients_with_a_prefix(prefix):
    rng = np.random.default_rng(4)
    inputs = {"x": rng.standard_normal((4, 3)), "W": rng.standard_normal((3, 2))}

    def backward(upstream, x, W):
        return {prefix.format("x"): upstream @ W.T, prefix.format("W"): 2 * x.T @ upstream}

    report = check_backward(lambda x, W: x @ W, backward, inputs)
    assert [block.verdict for block in report.blocks.values()] == [Verdict.AGREES, Verdict.WRONG]


FORWARDS = ("forward", "__call__", "fprop", "forward_pass", "feedforward", "apply")
BACKWARDS = ("backward", "bprop", "backprop", "backward_pass", "grad", "vjp")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spoil", [1.0, 1.001])
def test_methods_and_attributes_of_any_usual_name(seed, spoil):
    """fprop and bprop, kernel_ and kernel_grad_: drawn anew with every seed."""
    rng = np.random.default_rng(seed)
    ahead, back = FORWARDS[seed % len(FORWARDS)], BACKWARDS[int(rng.integers(len(BACKWARDS)))]
    weight, gradient = [("kernel_", "kernel_grad_"), ("coef_", "grad_coef_"), ("w", "dw")][seed % 3]

    class Dense:
        def __init__(self):
            setattr(self, weight, rng.standard_normal((4, 2)))

    def forward(self, x):
        self.x = x
        return x @ getattr(self, weight)

    def backward(self, upstream):
        setattr(self, gradient, spoil * self.x.T @ upstream)
        return upstream @ getattr(self, weight).T

    setattr(Dense, ahead, forward)
    setattr(Dense, back, backward)
    report = check_backward(*layers.problem(Dense(), rng.standard_normal((5, 4))))
    assert report.ok is (spoil == 1)
    assert list(report.blocks) == ["x", weight]


@dataclasses.dataclass
class Answer:
    value: float
    gradient: np.ndarray
    steps: int = 0


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda value, gradient: (value, gradient, {"steps": 3}),
        lambda value, gradient: [value, gradient],
        lambda value, gradient: {"loss": value, "grads": gradient},
        Answer,
    ],
)
@pytest.mark.parametrize("spoil", [1.0, 2.0])
def test_cost_and_gradient_come_in_any_container(wrapped, spoil):
    theta = np.random.default_rng(3).standard_normal(5)
    report = check_gradients(lambda t: wrapped(float(np.sum(t**3)), spoil * 3 * t**2), theta, grads=True)
    assert report.ok is (spoil == 1)


@pytest.mark.parametrize(
    "form",
    [
        lambda g: (g, np.array([0.5, -1.0, 2.0])),
        lambda g: ({"dw": g}, {"w": np.array([0.5, -1.0, 2.0])}),
        lambda g: ([g], [np.array([0.5, -1.0, 2.0])]),
    ],
    ids=["array", "dict", "list"],
)
@pytest.mark.parametrize("number", [float, np.float64, np.array, lambda c: np.array([c])])
def test_cost_and_gradient_the_wrong_way_round(form, number):
    def both(p):
        (w,) = [p] if isinstance(p, np.ndarray) else p.values() if isinstance(p, dict) else p
        return form(3 * w**2)[0], number(np.sum(w**3))

    params = form(None)[1]
    with pytest.raises(GradlabError, match=r"it returns \(grads, cost\).*f\(\*p\)\[::-1\]"):
        check_gradients(both, params, grads=True)
    assert check_gradients(lambda *p: both(*p)[::-1], params, grads=True).ok


@pytest.mark.parametrize("params", [(np.array([1.0, 2.0]), 0.5), [np.eye(2), np.ones(2)]])
def test_names_for_the_gradients_of_params_without_names_are_told(params):
    named = {f"d{k}": np.asarray(value) for k, value in enumerate(params)}
    with pytest.raises(GradlabError, match=r"got the names d0, d1: give params names too"):
        check_gradients(lambda p: sum(float(np.sum(value)) for value in p), params, named)


@pytest.mark.parametrize("spoil", [1.0, 1.01])
def test_output_and_jacobian_of_one_function(spoil):
    A = np.random.default_rng(5).standard_normal((4, 3))
    report = check_jacobian(lambda x: (np.tanh(A @ x), spoil * (1 - np.tanh(A @ x) ** 2)[:, None] * A), A[0], True)
    assert report.ok is (spoil == 1)
    with pytest.raises(GradlabError, match="jacobian=True says"):
        check_jacobian(lambda x: A @ x, A[0], True)


def test_a_layer_handed_to_the_wrong_check_is_sent_to_the_right_one():
    with pytest.raises(GradlabError, match="check_backward"):
        check_gradients(np.tanh, lambda u, x: u * (1 - np.tanh(x) ** 2), {"x": np.ones(3)})


@pytest.mark.parametrize("kept", [{"b": None}, {"activation": "tanh", "bias": True}, {"f": np.tanh, "k": int}])
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_what_can_be_no_parameter_is_handed_on_as_it_is(kept, factor):
    """None in place of a bias, the name of an activation, a function: also inside, and in lists that begin at 1."""
    rng = np.random.default_rng(5)
    params = {"layers": [None, {"W": rng.standard_normal((2, 3)), **kept}], **kept, "s": 0.5}
    x = rng.standard_normal(3)

    def cost(p):
        inside = {name: value for name, value in p["layers"][1].items() if name != "W"}
        assert inside == kept
        assert p["layers"][0] is None
        return float(p["s"] * np.sum(np.tanh(p["layers"][1]["W"] @ x)))

    def grads(p):
        a = np.tanh(p["layers"][1]["W"] @ x)
        return {"layers": [None, {"W": factor * p["s"] * np.outer(1 - a**2, x)}], "s": a.sum()}

    for slopes in (grads, lambda p: {"layers": [None, {"dW": grads(p)["layers"][1]["W"]}], "s": grads(p)["s"]}):
        report = check_gradients(cost, params, slopes)
        assert list(report.blocks) == ["layers[1].W", "s"]
        assert report.ok is (factor == 1)
    with pytest.raises(GradlabError, match=r"unknown: layers\[0\]"):
        check_gradients(cost, params, lambda p: {**grads(p), "layers": [1.0, grads(p)["layers"][1]]})


def test_params_that_hold_settings_alone_are_no_params():
    with pytest.raises(GradlabError, match="at least one number, got none: 'W' is None, 'act' is 'tanh'"):
        check_gradients(lambda p: 1.0, {"W": None, "act": "tanh"}, {})


def test_a_whole_number_among_params_names_those_that_can_be_checked():
    params = {"W": np.array([1.0, -2.0]), "step": 3, "momentum": np.zeros(2)}

    def cost(p):
        assert p["step"] == 3
        assert type(p["step"]) is int
        return float(p["W"] @ p["W"])

    def grads(p):
        return {"W": 2 * p["W"]}

    with pytest.raises(GradlabError, match=r"'step' must be floats, got int64.*only=\['W', 'momentum'\]"):
        check_gradients(cost, params, grads)
    floats = {name: params[name] for name in ("W", "momentum")}
    with pytest.raises(GradlabError, match=r"missing: momentum.*only=\['W'\]"):
        check_gradients(lambda p: cost({**params, **p}), floats, grads)
    assert check_gradients(cost, params, grads, only=["W"]).ok


@pytest.mark.parametrize("affix", ["dL/d{}", "partial {}", "<{}>", "loss_by_{}_now", "{{{}}}"])
@pytest.mark.parametrize("names", [("W", "b"), ("Wx", "bias"), ("kernel", "k")])
@pytest.mark.parametrize("factor", [1.0, 0.99])
def test_gradients_that_all_have_the_same_before_and_behind_the_name(affix, names, factor):
    cost, grads, W, b = _problem(np.random.default_rng(len(affix)))
    params = dict(zip(names, (W, b), strict=True))
    written = [affix.format(name) for name in names]
    report = check_gradients(
        lambda p: cost(*p.values()),
        params,
        lambda p: dict(zip(reversed(written), reversed(grads(*p.values(), factor=factor)), strict=True)),
    )
    assert list(report.blocks) == list(names)
    assert report.ok is (factor == 1)
    with pytest.raises(GradlabError, match="missing"):  # two ways of writing are no one way
        check_gradients(lambda p: cost(*p.values()), params, {written[0]: W, f"other {names[1]}": b})


@pytest.mark.parametrize("factor", [1.0, 1.01])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_recurrent_layer_takes_and_returns_lists(factor, count):
    class Cell:
        def __init__(self):
            rng = np.random.default_rng(count)
            self.W, self.U = rng.standard_normal((3, 4)) / 2, rng.standard_normal((4, 4)) / 2

        def forward(self, xs):
            self.xs, self.hs = xs, [np.zeros((2, 4))]
            for x in xs:
                self.hs.append(np.tanh(x @ self.W + self.hs[-1] @ self.U))
            return self.hs[1:]

        def backward(self, dhs):
            self.dW, self.dU = np.zeros_like(self.W), np.zeros_like(self.U)
            dxs, after = [], 0.0
            for t in reversed(range(len(dhs))):
                d = (dhs[t] + after) * (1 - self.hs[t + 1] ** 2)
                self.dW += self.xs[t].T @ d
                self.dU += self.hs[t].T @ d
                dxs.insert(0, factor * d @ self.W.T)
                after = d @ self.U.T
            return dxs

    xs = [np.random.default_rng(t).standard_normal((2, 3)) for t in range(count)]
    report = check_backward(*layers.problem(Cell(), xs))
    assert report.ok is (factor == 1)
    assert sum(name.startswith("xs[") for name in report.blocks) == count


@pytest.mark.parametrize("draw", ["numpy", "python"])
@pytest.mark.parametrize("again", [False, True])
def test_a_layer_that_draws_from_the_global_generator(draw, again):
    """Its mask is the same one in every call; one that backward draws again is another, and wrong."""

    class Dropout:
        def mask_of(self, shape):
            if draw == "numpy":
                return np.random.rand(*shape) < 0.5  # noqa: NPY002 (what real code does)
            return np.array([[random.random() < 0.5 for _ in range(shape[1])] for _ in range(shape[0])])

        def forward(self, x):
            self.mask = self.mask_of(x.shape)
            return x * self.mask

        def backward(self, dout):
            return dout * (self.mask_of(dout.shape) if again else self.mask)

    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    before = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    report = check_backward(*layers.problem(Dropout(), np.random.default_rng(0).standard_normal((4, 5))))
    assert report.verdict is (Verdict.WRONG if again else Verdict.AGREES)
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before  # noqa: NPY002


PARTICLES = np.zeros(3, dtype=[("x", float), ("y", float)])
MATRIX = np.ones((2, 1)).view(np.matrix)
SPARSE = type("csr_matrix", (), {"toarray": lambda self: np.ones((4, 2))})

SENT_TO_THE_WAY_OUT = {
    "column": (np.ones(3), lambda p: np.ones((3, 1)), r"\.reshape\(\(3,\)\)"),
    "sparse": (np.ones((4, 2)), lambda p: (np.array([0, 2]), np.ones((2, 2))), r"np\.add\.at\(G, rows, values\)"),
    "sparse matrix": (np.ones((4, 2)), lambda p: SPARSE(), r"sparse csr_matrix: \.toarray\(\)"),
    "list for a dict": ({"W": np.ones(2), "b": 1.0}, lambda p: [1, 2], r"dict\(zip\(\['W', 'b'\], grads\(p\)\)\)"),
    "structured": (PARTICLES, lambda p: p, r"fields x, y.*\n.*import structured_to_unstructured"),
    "matrix": (MATRIX, lambda p: p, r"lambda p: cost\(np\.matrix\(p\)\)"),
    "list of whole numbers": ([1, 2], lambda p: p, r"np\.array\(\.\.\., dtype=float\)"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SENT_TO_THE_WAY_OUT)
def test_what_is_not_taken_ends_in_lines_to_copy(kind):
    params, grads, says = SENT_TO_THE_WAY_OUT[kind]
    with pytest.raises(GradlabError, match=says):
        check_gradients(lambda p: 1.0, params, grads)


def test_the_lines_for_a_structured_array_work():
    p = PARTICLES.copy()
    p["x"], p["y"] = [0.5, -1.0, 2.0], [1.0, 0.3, -0.7]

    def cost(p):
        return float(np.sum(p["x"] ** 2 * p["y"]))

    def grads(p):
        found = np.zeros_like(p)
        found["x"], found["y"] = 2 * p["x"] * p["y"], p["x"] ** 2
        return found

    with pytest.raises(GradlabError) as raised:
        check_gradients(cost, p, grads)
    lines = [line.strip() for line in str(raised.value).splitlines()[1:]]
    known = {"check_gradients": check_gradients, "p": p, "cost": cost, "grads": grads}
    exec("\n".join(lines[:-1]), known)
    assert eval(lines[-1], known).ok


def test_a_cost_that_does_not_read_its_params_is_sent_to_put_them_there():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((5, 3))
    net = types.SimpleNamespace(W=rng.standard_normal((3, 2)), b=np.zeros(2))

    def loss():
        net.a = np.tanh(x @ net.W + net.b)
        return 0.5 * float(np.sum(net.a**2))

    def grads():
        d = net.a * (1 - net.a**2)
        return {"W": x.T @ d, "b": d.sum(axis=0)}

    params = {"W": net.W, "b": net.b}
    report = check_gradients(lambda _: loss(), params, lambda _: grads())
    assert report.verdict is Verdict.WRONG
    assert [finding.code for finding in report.findings] == ["GL110"]
    assert "Put params there first" in report.findings[0].message
    moved = check_gradients(
        lambda p: (net.__dict__.update(p), loss())[1], params, lambda p: (net.__dict__.update(p), loss(), grads())[2]
    )
    assert moved.ok


@pytest.mark.parametrize("form", ["dict", "list", "array"])
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_the_way_out_works_where_layers_share_the_arrays_of_params(form, factor):
    """It is run as it stands in the message."""
    rng = np.random.default_rng(3)
    arrays = {"W": rng.standard_normal((3, 2)), "b": rng.standard_normal(2)}
    arrays = {"W": arrays["W"]} if form == "array" else arrays
    x, shared = rng.standard_normal((4, 3)), types.SimpleNamespace(**arrays)
    params = theta = {"dict": arrays, "list": list(arrays.values()), "array": arrays["W"]}[form]

    def out():
        return np.tanh(x @ shared.W + getattr(shared, "b", 0.0))

    def loss():
        return float(np.sum(out() ** 2))

    def grads():
        d = factor * 2 * out() * (1 - out() ** 2)
        both = {"W": x.T @ d, "b": d.sum(axis=0)}
        return {"dict": both, "list": list(both.values()), "array": both["W"]}[form]

    before = {name: value.copy() for name, value in arrays.items()}
    report = check_gradients(lambda p: loss(), params, lambda p: grads())
    (finding,) = report.findings
    assert finding.code == "GL110"
    code = finding.message.split("Where they are arrays: ")[1].split(", and so for grads")[0]
    there = {"np": np, "params": params, "theta": theta, "loss": loss}
    cost, told = eval(code, there), eval(code, there | {"loss": grads})
    assert check_gradients(cost, params, told).ok is (factor == 1)
    assert all(np.allclose(value, before[name], rtol=1e-2, atol=1e-2) for name, value in arrays.items())


@dataclasses.dataclass
class WithRate:
    w: np.ndarray
    b: float
    rate: float = 0.1
    decay: float = 0.0


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_a_setting_of_a_record_that_is_a_float_is_told_from_a_parameter(factor):
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((6, 2)), rng.standard_normal(6)

    def cost(p):
        return float(np.mean((X @ p.w + p.b - y) ** 2))

    def grads(p):
        r = 2 * (X @ p.w + p.b - y) / 6
        return WithRate(factor * X.T @ r, r.sum())

    params = WithRate(rng.standard_normal(2), 0.3)
    report = check_gradients(cost, params, grads)
    assert report.blocks["rate"].verdict is Verdict.WRONG
    said = next(finding for finding in report.findings if "rate" in finding.blocks)
    assert said.code == "GL110"
    assert "only=['w', 'b', 'decay']" in said.message
    assert check_gradients(cost, params, grads, only=["w", "b"]).ok is (factor == 1)
    with pytest.raises(GradlabError, match=r"missing: rate, decay.*only=\['w', 'b'\]"):
        check_gradients(cost, params, lambda p: {"w": grads(p).w, "b": grads(p).b})


@pytest.mark.parametrize("aux", [{"accuracy": 1.0}, None, (1, 2)])
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_value_and_grad_with_more_beside_the_value(aux, factor):
    """As JAX's has_aux=True: ((cost, aux), grads)."""
    X = np.random.default_rng(6).standard_normal((5, 3))
    for params in ({"w": X[0]}, [X[0]]):

        def both(p):
            (w,) = p.values() if isinstance(p, dict) else p
            grad = factor * 2 * X.T @ (X @ w)
            return (float(np.sum((X @ w) ** 2)), aux), {"w": grad} if isinstance(p, dict) else [grad]

        assert check_gradients(both, params, grads=True).ok is (factor == 1)


class Plain:
    def __init__(self, W, b):
        self.W, self.b, self.name, self.sizes, self.history = W, b, "net", [3, 4], []

    def loss(self, *more):
        self.history.append(len(more))
        return _problem(np.random.default_rng(9))[0](self.W, self.b)

    def slopes(self, *more):
        return _problem(np.random.default_rng(9))[1](self.W, self.b)


class Slotted:
    __slots__ = ("W", "b", "history", "name", "sizes")
    __init__, loss, slopes = Plain.__init__, Plain.loss, Plain.slopes


class Below(Slotted):
    __slots__ = ("more",)


def _wrong(grads, factor):
    return grads[0], factor * grads[1]


RETURNS = {
    "an object": lambda kind, W, b: kind(W, b),
    "a dict": lambda kind, W, b: {"b": b, "W": W},
    "other names": lambda kind, W, b: {"dW": W, "db": b},
    "a namespace": lambda kind, W, b: types.SimpleNamespace(W=W, b=b),
}


@pytest.mark.parametrize("kind", [Plain, Slotted, Below])
@pytest.mark.parametrize("returns", RETURNS.values(), ids=RETURNS)
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_an_object_that_holds_the_params(kind, returns, factor):
    cost, grads, W, b = _problem(np.random.default_rng(9))
    given = kind(W, b)
    report = check_gradients(
        lambda p: cost(p.W, p.b), given, lambda p: returns(kind, *_wrong(grads(p.W, p.b), factor))
    )
    assert list(report.blocks) == ["W", "b"]
    assert report.ok is (factor == 1)
    assert given.W is W
    assert given.b is b


@pytest.mark.parametrize("kind", [Plain, Slotted, Below])
@pytest.mark.parametrize("args", [(), (1, None)])
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_methods_of_the_object_are_asked_on_a_copy(kind, args, factor):
    _, _, W, b = _problem(np.random.default_rng(9))

    class Given(kind):
        def gradient(self, *more):
            return dict(zip("Wb", _wrong(self.slopes(*more), factor), strict=True))

    given, before = Given(W, b), W.copy()
    assert check_gradients(given.loss, given, given.gradient, args=args).ok is (factor == 1)
    np.testing.assert_array_equal(given.W, before)


@pytest.mark.parametrize("factor", [1.0, 1.01])
@pytest.mark.parametrize("deep", [1, 2, 3])
def test_objects_inside_of_objects_have_paths(factor, deep):
    cost, grads, W, b = _problem(np.random.default_rng(9))

    class Holder:
        def __init__(self, inner):
            self.layers, self.count = [inner], 2

    def held(W, b):
        found = Plain(W, b)
        for _ in range(deep):
            found = Holder(found)
        return found

    def inner(holder):
        for _ in range(deep):
            holder = holder.layers[0]
        return holder.W, holder.b

    report = check_gradients(lambda p: cost(*inner(p)), held(W, b), lambda p: held(*_wrong(grads(*inner(p)), factor)))
    path = ".".join(["layers[0]"] * deep)
    assert list(report.blocks) == [f"{path}.W", f"{path}.b"]
    assert report.ok is (factor == 1)


@pytest.mark.parametrize("names", [("coef_", "intercept_", "alpha"), ("w", "c", "rate"), ("kernel", "bias", "eps")])
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_numbers_beside_the_arrays_are_parameters_if_they_have_a_gradient(names, factor):
    """A rate has none: it is held fixed, and the report says so."""
    array, number, setting = names
    X = np.random.default_rng(2).standard_normal((7, 3))

    class Model:
        pass

    given = Model()
    vars(given).update({array: X[0].copy(), number: 0.3, setting: 0.1, "n_iter_": 5})

    def residual(p):
        return X @ getattr(p, array) + getattr(p, number)

    def cost(p):
        return getattr(p, setting) * float(np.sum(residual(p) ** 2))

    def grads(p):
        r = 2 * getattr(p, setting) * residual(p)
        return {array: X.T @ r, number: factor * r.sum()}

    report = check_gradients(cost, given, grads)
    assert list(report.blocks) == [array, number]
    assert report.ok is (factor == 1)
    assert f"Not checked, held fixed: {setting}." in report.notes
    with pytest.raises(GradlabError, match="missing"):  # an array without a gradient is no setting
        check_gradients(cost, given, lambda p: {number: grads(p)[number]})


def test_objects_that_are_no_holders_of_params_are_refused():
    class Empty:
        name = "no arrays"

    class Number:
        def __init__(self):
            self.data, self.grad = np.ones(2), np.zeros(2)

    for refused in (Empty(), Number(), np.random.default_rng(0)):
        with pytest.raises(GradlabError, match=r"must be real floats|must be floats"):
            check_gradients(lambda p: 0.0, refused, lambda p: p)


def test_pairs_of_gradients_and_params_are_told():
    cost, grads, W, b = _problem(np.random.default_rng(9))
    with pytest.raises(GradlabError, match=r"lambda p: \[grad for grad, _ in grads\(p\)\]"):
        check_gradients(lambda p: cost(*p), [W, b], lambda p: list(zip(grads(*p), p, strict=True)))
