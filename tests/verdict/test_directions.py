"""Checks along random directions: what they see, what they say, and how they find the wrong entries."""

import json
import tracemalloc

import numpy as np
import pytest

import gradlab
from benchmarks import costs
from gradlab import GradlabError, Verdict, nn
from tests.chosen import sample, sweep


def network(sizes=(30, 20, 10, 3), seed=0, hidden="tanh"):
    rng = np.random.default_rng(seed)
    params = nn.init_params(list(sizes), rng=rng)
    X, Y = rng.standard_normal((sizes[0], 6)), np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], 6)]
    cost = lambda p: nn.cost(p, X, Y, hidden=hidden, loss="softmax")  # noqa: E731
    return cost, params, nn.gradients(params, X, Y, hidden=hidden, loss="softmax")


@pytest.mark.parametrize("kind", costs.KINDS)
def test_right_gradients_are_never_wrong(kind):
    cost, params, right = costs.case(kind, 0)
    report = gradlab.check_gradients(cost, params, right, directions=4)
    assert report.verdict is not Verdict.WRONG
    assert not any(f.code.startswith("GL1") for f in report.findings)


@pytest.mark.parametrize("seed", range(5))
def test_relu_networks_agree_along_directions(seed):
    cost, params, right = network(hidden="relu", seed=seed)
    report = gradlab.check_gradients(cost, params, right, directions=8, rng=seed)
    assert report.ok
    assert all(block.digits >= 6 for block in report.blocks.values())


@pytest.mark.parametrize("seed", range(8))
def test_one_wrong_entry_is_always_seen_and_found(seed):
    cost, params, right = network(seed=seed)
    rng = np.random.default_rng(seed)
    name, at = "W1", (int(rng.integers(20)), int(rng.integers(30)))
    right[name][at] *= 1.1
    report = gradlab.check_gradients(cost, params, right, directions=1, rng=seed)
    block = report.blocks[name]
    assert report.verdict is Verdict.WRONG
    assert (block.worst.index, block.wrong_count, block.complete) == (at, 1, True)
    assert block.worst.analytic == right[name][at]
    assert abs(block.worst.numeric - right[name][at] / 1.1) <= block.worst.bound
    assert [c.index for c in block.located] == [at]
    assert report.findings[0].code == "GL112"
    assert all(b.verdict is Verdict.AGREES for b in report.blocks.values() if b.name != name)


def test_several_wrong_entries_are_all_found():
    cost, params, right = network()
    places = [(0, 3), (7, 7), (19, 29)]
    for at in places:
        right["W1"][at] += 0.01
    block = gradlab.check_gradients(cost, params, right, directions=4).blocks["W1"]
    assert [c.index for c in block.located] == places
    assert block.complete


def test_a_block_wrong_everywhere_shows_some_entries_from_everywhere():
    cost, params, right = network()
    report = gradlab.check_gradients(cost, params, right | {"W1": -right["W1"]}, directions=4)
    block = report.blocks["W1"]
    assert (block.wrong_count, block.complete) == (8, False)
    assert len({c.index[0] for c in block.located}) > 2
    assert report.findings[0].code == "GL101"
    assert "in all 4 directions" in report.findings[0].evidence


def test_the_search_takes_the_logarithm():
    """Bisection of 600 and of 38,400 entries: 6 halvings more, not 64 times as many evaluations."""
    spent = []
    for sizes in ((30, 20, 3), (240, 160, 3)):
        cost, params, right = network(sizes)
        plain = gradlab.check_gradients(cost, params, right, directions=2).evaluations
        right["W1"][5, 5] += 0.01
        spent.append(gradlab.check_gradients(cost, params, right, directions=2).evaluations - plain)
    assert spent[1] < 2.5 * spent[0]


@pytest.mark.slow
def test_decay_and_factors_are_named_along_directions():
    cost, params, right = network()
    lacking = {name: g - 0.01 * params[name] for name, g in right.items()}
    assert gradlab.check_gradients(cost, params, lacking, directions=6).findings[0].code == "GL107"
    halved = {name: g / 2 for name, g in right.items()}
    assert gradlab.check_gradients(cost, params, halved, directions=6).findings[0].code == "GL102"


def test_a_wrong_block_with_few_entries_is_compared_entry_by_entry():
    cost, params, right = network()
    wrong = {**right, "b3": right["b3"] * [[1], [1.01], [1]]}
    report = gradlab.check_gradients(cost, params, wrong, directions=6)
    assert report.blocks["b3"].directions == 0
    assert report.blocks["b3"].numeric.shape == (3, 1)
    assert np.all(np.abs(report.blocks["b3"].numeric - right["b3"]) <= report.blocks["b3"].bound)
    assert [name for name, b in report.blocks.items() if b.verdict is Verdict.WRONG] == ["b3"]
    assert report.blocks["b3"].worst.index == (1, 0)


def many_blocks(blocks=150, size=50, seed=0):
    rng = np.random.default_rng(seed)
    params = {f"w{i}": rng.standard_normal(size) for i in range(blocks)}
    right = {name: 1 - np.tanh(w) ** 2 for name, w in params.items()}
    return lambda p: float(np.sum(np.tanh(np.concatenate(list(p.values()))))), params, right


@pytest.mark.parametrize("seed", sweep(range(5)))
def test_many_right_blocks_take_no_more_than_one_evaluation_each(seed):
    report = gradlab.check_gradients(*many_blocks(seed=seed), directions=10)
    assert report.ok
    assert report.evaluations <= 150
    assert all(block.directions == 10 for block in report.blocks.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_one_wrong_entry_of_many_blocks_is_found(seed):
    cost, params, right = many_blocks(seed=seed)
    rng = np.random.default_rng(seed)
    name, i = f"w{rng.integers(150)}", int(rng.integers(50))
    wrong = {key: grad.copy() for key, grad in right.items()}
    wrong[name][i] *= 1 + 1e-4
    report = gradlab.check_gradients(cost, params, wrong, directions=10)
    assert [key for key, block in report.blocks.items() if block.verdict is not Verdict.AGREES] == [name]
    assert report.blocks[name].worst.index == (i,)
    assert report.evaluations < 2000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_two_mistakes_that_are_opposite_are_seen(seed):
    """In a single direction they cancel half of the time, in ten with a chance of 1e-3."""
    cost, params, right = many_blocks(seed=seed)
    off = np.zeros(50)
    off[7] = 0.1 / abs(params["w3"][7])
    other = np.zeros(50)
    other[9] = 0.1 / abs(params["w90"][9])
    wrong = {**right, "w3": right["w3"] + off, "w90": right["w90"] - other}
    report = gradlab.check_gradients(cost, params, wrong, directions=10)
    assert [key for key, b in report.blocks.items() if b.verdict is Verdict.WRONG] == ["w3", "w90"]


@pytest.mark.parametrize("weak", [1e-3, 1e-6, 1e-9])
def test_a_block_that_drowns_in_the_sum_gets_directions_without_the_others(weak):
    rng = np.random.default_rng(3)
    params = {name: rng.standard_normal(200) for name in ("strong", "weak")}

    def cost(p):
        return float(np.sum(np.sinh(p["strong"])) + weak * np.sum(np.sin(p["weak"])))

    right = {"strong": np.cosh(params["strong"]), "weak": weak * np.cos(params["weak"])}
    report = gradlab.check_gradients(cost, params, right, directions=8)
    assert report.ok
    wrong = {**right, "weak": right["weak"].copy()}
    wrong["weak"][5] *= 1.5
    report = gradlab.check_gradients(cost, params, wrong, directions=8)
    assert report.blocks["strong"].verdict is Verdict.AGREES
    assert report.blocks["weak"].verdict is (Verdict.WRONG)
    assert report.blocks["weak"].worst.index == (5,)
    assert "Least would be seen in strong" in " ".join(report.notes)


def test_what_the_fields_hold():
    cost, params, right = network()
    block = gradlab.check_gradients(cost, params, right, directions=6).blocks["W1"]
    assert (block.shape, block.directions, block.size, block.wrong_count) == ((20, 30), 6, 6, 0)
    for field in ("analytic", "numeric", "bound", "verdicts", "reason", "theta"):
        assert getattr(block, field).shape == (6,)
    assert block.worst.index == ()


def test_the_report_says_what_can_be_missed_and_is_json():
    cost, params, right = network()
    report = gradlab.check_gradients(cost, params, right, directions=10)
    assert "Compared along 10 random directions, not entry by entry" in " ".join(str(report).split())
    assert "chance of at most 0.001" in " ".join(str(report).split())
    assert json.loads(json.dumps(report.to_dict()))["blocks"]["W1"]["directions"] == 10


def test_kinks_that_cancel_on_a_line_are_not_called_wrong():
    """Along (1, −1) the cost |x| − |y| is |t| − |t|; the gradient (1, −1), a right one, has the slope 2."""
    for seed in range(8):
        report = gradlab.check_gradients(
            lambda t: float(abs(t[0]) - abs(t[1])), np.zeros(3), np.array([1.0, -1.0, 0.0]), directions=1, rng=seed
        )
        assert report.verdict is not Verdict.WRONG
        assert [f.code for f in report.findings] in ([], ["GL205"])


def test_mistakes_that_cancel_in_a_half_are_found_by_other_signs():
    """Two entries that are off alike: every other test of a part that holds both sees nothing."""
    theta = np.full(64, 0.5)
    for seed in range(10):
        wrong = 2 * theta
        wrong[[2, 9]] += 0.1
        report = gradlab.check_gradients(lambda t: float(t @ t), theta, wrong, directions=6, rng=seed)
        assert report.verdict is Verdict.WRONG
        assert {c.index[0] for c in report.blocks["theta"].located} <= {2, 9}


@pytest.mark.slow
def test_mistakes_that_cancel_are_missed_as_rarely_as_promised():
    """+e and −e in two entries of equal scale: one direction misses them in half of the cases, two in a quarter."""
    theta = np.full(3, 0.5)
    wrong = 2 * theta + np.array([0.1, 0, -0.1])
    seeds = sample(range(200), 64)
    reports = [gradlab.check_gradients(lambda t: float(t @ t), theta, wrong, directions=2, rng=i) for i in seeds]
    missed, n = sum(report.ok for report in reports), len(seeds)
    assert abs(missed - n / 4) <= 4 * np.sqrt(n * 3 / 16)  # 4 standard deviations: of 200, from 26 to 74


def test_a_random_cost_is_still_undecided():
    rng = np.random.default_rng(0)
    report = gradlab.check_gradients(lambda t: float(t @ t) + rng.random(), np.ones(9), 2 * np.ones(9), directions=2)
    assert report.verdict is Verdict.UNDECIDED


def test_not_finite_gradients_are_wrong_along_directions():
    cost, params, right = network()
    right["W2"][1, 1] = np.nan
    report = gradlab.check_gradients(cost, params, right, directions=3)
    assert report.blocks["W2"].verdict is Verdict.WRONG
    assert report.findings[0].code == "GL111"


def test_arguments_are_checked():
    theta = np.ones(3)
    for bad in (0, -1, 1.5):
        with pytest.raises(GradlabError, match="directions must be a whole number"):
            gradlab.check_gradients(lambda t: float(t @ t), theta, 2 * theta, directions=bad)
    with pytest.raises(GradlabError, match="leave out step"):
        gradlab.check_gradients(lambda t: float(t @ t), theta, 2 * theta, directions=2, step=1e-5)


@pytest.mark.slow
def test_a_million_parameters_in_little_memory():
    """No list of a million objects, no matrix: a few dozen vectors at most."""
    n = 1_000_000
    theta = np.random.default_rng(0).standard_normal(n)
    wrong = 2 * theta
    wrong[654_321] *= 1.1
    tracemalloc.start()
    report = gradlab.check_gradients(lambda t: float(t @ t), theta, wrong, directions=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.blocks["theta"].worst.index == (654_321,)
    assert report.evaluations < 500
    assert most < 40 * 8 * n


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n", [3_000, 30_000])
def test_a_mistake_that_no_single_entry_shows_is_not_looked_for_in_all_of_them(seed, n):
    """In float32 one per cent is less than the noise of one entry, and far more than that of their sum."""
    theta = np.random.default_rng(seed).standard_normal(n).astype(np.float32)
    slope = 1 - np.tanh(theta) ** 2
    report = gradlab.check_gradients(
        lambda t: float(np.sum(np.tanh(t))), theta, slope * np.float32(1.01), directions=10
    )
    assert not report.ok
    assert report.evaluations < 3000


def spoiled_in(grads, names, kind, rng):
    """The gradients, wrong in these blocks: everywhere, or in one entry."""
    wrong = {name: grad.copy() for name, grad in grads.items()}
    for name in names:
        wrong[name][slice(None) if kind == "everywhere" else int(rng.integers(len(wrong[name])))] *= 1.5
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["everywhere", "one entry"])
@pytest.mark.parametrize("count", [1, 3, 8, 9, 75, 150])
def test_of_many_blocks_the_wrong_ones_are_named_in_about_ten_evaluations_a_block(count, kind):
    cost, params, right = many_blocks(size=256, seed=count)
    rng = np.random.default_rng(count)
    names = sorted(rng.choice(list(params), count, replace=False))
    report = gradlab.check_gradients(cost, params, spoiled_in(right, names, kind, rng), directions=10)
    assert sorted(name for name, b in report.blocks.items() if b.verdict is Verdict.WRONG) == names
    assert all(b.directions == 10 for name, b in report.blocks.items() if name not in names)
    assert report.evaluations <= (16 if 3 < count < 10 else 12) * len(params)
    located = [c for b in report.blocks.values() for c in b.located]
    assert all(abs(c.analytic / c.numeric - 1.5) < 1e-6 for c in located)
    searched = sum(len(report.blocks[name].located) > 0 for name in names)
    assert searched == (count if count <= 8 else 3)
    said = " ".join(report.notes)
    assert "chance of at most 0.001" in said
    assert ("not searched for wrong entries" in said) == (count > 8)


@pytest.mark.parametrize("blocks", [12, 24])
def test_the_worst_of_many_wrong_blocks_are_searched(blocks):
    cost, params, right = many_blocks(blocks, size=40, seed=blocks)
    wrong = {name: grad * (1.2 + 0.1 * (name in ("w2", "w5", "w7"))) for name, grad in right.items()}
    report = gradlab.check_gradients(cost, params, wrong, directions=4)
    assert {name for name, b in report.blocks.items() if b.located} == {"w2", "w5", "w7"}
    assert {b.verdict for b in report.blocks.values()} == {Verdict.WRONG}
    text = str(report)
    assert f"{blocks - 3} of the wrong blocks were compared along one direction" in " ".join(text.split())
    alone = gradlab.check_gradients(cost, params, wrong, directions=4, only=["w3"])
    assert alone.blocks["w3"].located


@pytest.mark.parametrize("blocks", [3, 12, 30])
@pytest.mark.parametrize("spoiled", [0, 1, 10])
def test_kinks_that_cancel_in_many_blocks_are_not_called_wrong(blocks, spoiled):
    """|x| − |y| has slope 0 along every line, and the gradient (1, −1) is right: no sum tells these two apart."""
    rng = np.random.default_rng(blocks)
    params = {f"k{i}": np.zeros(2) for i in range(blocks)} | {
        f"w{i}": rng.standard_normal(30) for i in range(spoiled)
    }

    def cost(p):
        return float(sum(abs(v[0]) - abs(v[1]) if k[0] == "k" else np.sum(np.sin(v)) for k, v in p.items()))

    grads = {k: np.array([1.0, -1.0]) if k[0] == "k" else 2 * np.cos(v) for k, v in params.items()}
    report = gradlab.check_gradients(cost, params, grads, directions=1)
    wrong = {name for name, b in report.blocks.items() if b.verdict is Verdict.WRONG}
    assert wrong <= {f"w{i}" for i in range(spoiled)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("depth", [6, 12])
def test_right_blocks_of_relu_networks_beside_wrong_ones_are_not_accused(seed, dtype, depth):
    rng = np.random.default_rng(seed)
    sizes = [12] * depth + [4]
    params = {k: v.astype(dtype) for k, v in nn.init_params(sizes, rng=rng).items()}
    X, Y = rng.standard_normal((12, 9)).astype(dtype), np.eye(4, dtype=dtype)[:, rng.integers(0, 4, 9)]
    right = nn.gradients(params, X, Y, hidden="relu", loss="softmax")
    names = list(rng.choice(list(params), len(params) // 2, replace=False))
    wrong = {k: (g * 1.5 if k in names else g).astype(dtype) for k, g in right.items()}
    report = gradlab.check_gradients(
        lambda p: nn.cost(p, X, Y, hidden="relu", loss="softmax"), params, wrong, directions=4, rng=seed, edits=False
    )
    accused = {name for name, b in report.blocks.items() if b.verdict is Verdict.WRONG}
    assert accused <= set(names)
    assert report.verdict is Verdict.WRONG
    missed = [report.blocks[name] for name in set(names) - accused]
    open_yet = {Verdict.UNDECIDED} if dtype is np.float64 else {Verdict.UNDECIDED, Verdict.UNTESTED}  # in much noise
    assert all(b.verdict in open_yet for b in missed)
    assert dtype is np.float32 or all(b.reasons == {"kink": 4} for b in missed)  # units at 0, behind biases of 0


@pytest.mark.slow
@pytest.mark.parametrize("digits", [4, 6, 8])
def test_a_rounded_cost_of_many_blocks_is_not_called_wrong(digits):
    cost, params, right = many_blocks(40, size=30)
    report = gradlab.check_gradients(lambda p: round(cost(p), digits), params, right, directions=4)
    assert report.verdict is not Verdict.WRONG


@pytest.mark.slow
def test_not_finite_gradients_of_many_blocks_are_all_named():
    cost, params, right = many_blocks()
    right = {name: np.where(np.arange(50) == 7, np.nan, grad) for name, grad in right.items()}
    report = gradlab.check_gradients(cost, params, right, directions=10)
    assert {b.verdict for b in report.blocks.values()} == {Verdict.WRONG}
    assert report.findings[0].code == "GL111"
    assert report.evaluations <= 15 * len(params)
