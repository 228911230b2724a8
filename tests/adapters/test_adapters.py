"""Adapters: what a framework computes agrees with finite differences of what it computes; theirs stays theirs."""

import numpy as np
import pytest

import gradlab

X = np.random.default_rng(0).standard_normal((7, 4))
Y = np.random.default_rng(1).standard_normal((7, 1))


def test_torch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the adapter is tested where it is")
    from gradlab.adapters.torch import problem

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    x, y = torch.tensor(X), torch.tensor(Y)
    cost, params, grads = problem(net, lambda module: ((module(x) - y) ** 2).mean())
    report = gradlab.check_gradients(cost, params, grads)
    assert report.ok
    assert report.dtype == np.float64
    assert list(report.blocks) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert report.blocks["0.weight"].digits >= 7
    assert net[0].weight.dtype == torch.float32
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    wrong = {name: 1.001 * g for name, g in grads(params).items()}
    assert gradlab.check_gradients(cost, params, wrong).verdict is gradlab.Verdict.WRONG


def test_torch_catches_a_wrong_custom_backward():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the adapter is tested where it is")
    from gradlab.adapters.torch import problem

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a)
            return a**2

        @staticmethod
        def backward(ctx, upstream):
            return upstream * ctx.saved_tensors[0]  # the 2 is missing

    net, x = torch.nn.Linear(4, 1), torch.tensor(X)
    report = gradlab.check_gradients(*problem(net, lambda module: Square.apply(module(x)).sum()))
    assert report.verdict is gradlab.Verdict.WRONG


def test_jax():
    jax = pytest.importorskip("jax", reason="JAX is not installed: the adapter is tested where it is")
    from gradlab.adapters.jax import problem

    tree = {"hidden": [{"W": np.full((3, 4), 0.3), "b": np.zeros(3)}], "out": np.ones((3, 1))}

    def function(t):
        hidden = jax.numpy.tanh(X @ t["hidden"][0]["W"].T + t["hidden"][0]["b"])
        return jax.numpy.mean((hidden @ t["out"] - Y) ** 2)

    cost, params, grads = problem(function, tree)
    report = gradlab.check_gradients(cost, params, grads)
    assert report.ok
    assert min(block.digits for block in report.blocks.values()) >= 7
    assert jax.numpy.zeros(1).dtype == np.float32  # float64 only inside
    wrong = {name: 1.001 * g for name, g in grads(params).items()}
    assert gradlab.check_gradients(cost, params, wrong).verdict is gradlab.Verdict.WRONG


def test_tensorflow():
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed: the adapter is tested where it is")
    from gradlab.adapters.tensorflow import problem

    def function(p):
        hidden = tf.tanh(tf.linalg.matmul(X, p["W"], transpose_b=True) + p["b"])
        return tf.reduce_mean((tf.reduce_sum(hidden, axis=1, keepdims=True) - Y) ** 2)

    cost, params, grads = problem(function, {"W": np.full((3, 4), 0.3), "b": np.zeros(3), "unused": np.zeros(2)})
    report = gradlab.check_gradients(cost, params, grads)
    assert report.ok
    assert report.blocks["unused"].verdict is gradlab.Verdict.UNTESTED
    wrong = {name: 1.001 * g for name, g in grads(params).items()}
    assert gradlab.check_gradients(cost, params, wrong).verdict is gradlab.Verdict.WRONG
