# %% [markdown]
# # It learns though the gradient is wrong
#
# The cost goes down. Does that not prove that the gradient is right?
#
# Six gradients train the same network from the same start. One is right. Five have a slip of the kind that people
# really make. Look at the curves, and try to find the right one.

# %%
import matplotlib.pyplot as plt
import numpy as np

import gradlab
from gradlab import nn

BLUE, VERMILION, GREY = "#0072b2", "#d55e00", "#8c9199"

# %% [markdown]
# ## The task
#
# Two numbers come in. The network says whether they have the same sign. No straight line separates the two classes, so
# the hidden layers have to do something.

# %%
rng = np.random.default_rng(1)
X = rng.standard_normal((2, 100))
Y = X[:1] * X[1:] > 0
start = nn.init_params([2, 6, 4, 1], rng=rng)


def cost(params):
    return nn.cost(params, X, Y, hidden="tanh")


def right(params):
    return nn.gradients(params, X, Y, hidden="tanh")


# %% [markdown]
# ## Five slips
#
# Each takes the right gradient and spoils it as a slip in the code would. The first two stand together in the
# assignment of Andrew Ng's course.


# %%
def doubled(params):
    grads = right(params)
    return grads | {"W2": 2 * grads["W2"]}


def times_four(params):
    grads = right(params)
    return grads | {"b1": 4 * grads["b1"]}


def no_bias(params):
    return right(params) | {"b1": np.zeros_like(params["b1"])}


def holes(params):
    grads = right(params)
    mask = np.arange(grads["W1"].size).reshape(grads["W1"].shape) % 3 > 0
    return grads | {"W1": grads["W1"] * mask}


def summed(params):
    grads = right(params)
    return grads | {"b3": 10 * grads["b3"]}


slips = {
    "W2 doubled": doubled,
    "b1 times four": times_four,
    "b1 forgotten": no_bias,
    "a third of W1 missing": holes,
    "b3 times ten": summed,
}

# %% [markdown]
# ## Training
#
# Three hundred steps of plain gradient descent, each time from the same start.


# %%
def train(gradients, params=start):
    costs = [cost(params)]
    for _ in range(300):
        params = nn.descend(params, gradients(params), rate=0.2)
        costs.append(cost(params))
    return costs


curves = {"right": train(right)} | {name: train(g) for name, g in slips.items()}


def drawn(colours):
    _, ax = plt.subplots(figsize=(8.8, 5.2))
    for name, costs in curves.items():
        ax.semilogy(costs, color=colours.get(name, colours["others"]), linewidth=3 if name in colours else 1)
    ax.set_yticks([0.1, 0.2, 0.5, 1], ["0.1", "0.2", "0.5", "1"])
    ax.minorticks_off()
    ax.set_xlabel("step of training", loc="right")
    ax.set_title("cost", loc="left")
    plt.show()


# %% alt="Six falling curves of the cost over 300 steps, all in grey." caption="Six gradients, one of them right. Which curve is its?"
drawn({"others": GREY})

# %% [markdown]
# Choose one. Then see which it is:

# %% alt="The same six curves. The blue one, with the right gradient, runs among the five vermilion ones." caption="Blue: the right gradient. Vermilion: the five wrong ones."
drawn({"others": VERMILION, "right": BLUE})

# %% [markdown]
# All learn, and the right one is not the fastest:

# %%
for name, costs in curves.items():
    print(f"{name:22} {costs[0]:.2f} -> {costs[-1]:.3f}")

# %% [markdown]
# ## Luck?
#
# One start may be an accident. Here are ten, for the right gradient and for the doubled one.

# %%
lower = 0
for seed in range(10):
    fresh = nn.init_params([2, 6, 4, 1], rng=np.random.default_rng(seed))
    lower += train(doubled, fresh)[-1] < train(right, fresh)[-1]
print(f"the doubled gradient ends lower in {lower} of 10 starts")

# %% [markdown]
# Not luck: the wrong gradient wins again and again. Doubling the gradient of W2 is the same as doubling its learning
# rate, and the rate was on the small side. A training curve measures how well rate, start and gradient go together.
# It does not measure whether the gradient is right.
#
# ## Why a wrong gradient goes downhill
#
# A small step lowers the cost whenever it makes an acute angle with the true downhill direction. That asks for very
# little: half of all directions do. So print the cosine of that angle, 1 for the same direction and 0 for a right
# angle.


# %%
def flat(grads):
    return np.concatenate([grads[name].ravel() for name in start])


truth = flat(right(start))
for name, gradients in slips.items():
    g = flat(gradients(start))
    cosine = g @ truth / np.linalg.norm(g) / np.linalg.norm(truth)
    print(f"{name:22} {cosine:.2f}")

# %% [markdown]
# Every one of them leads downhill, and rather straight. To turn the direction round, a slip has to spoil most of the
# gradient.
#
# ## Ask the cost
#
# The check does not train. It asks the cost, and tells right from wrong at the first point.

# %%
for name, gradients in ({"right": right} | slips).items():
    report = gradlab.check_gradients(cost, start, gradients)
    wrong = [b.name for b in report.blocks.values() if b.verdict.value != "AGREES"]
    print(f"{name:22} {report.verdict.value:7} {' '.join(wrong)}")

# %% [markdown]
# All of them, each with the name of its block. A falling cost shows that the direction is downhill, and no more. [What
# comparing proves](../learn/what-comparing-proves.md) says what an agreement shows.
