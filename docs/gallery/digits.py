# %% [markdown]
# # Checking a digits classifier
#
# Does the check hold for a network that learns something real?
#
# Here is one that reads handwritten digits: 64 pixels, 32 hidden units, 10 classes, 2,410 parameters. We check its
# gradient before training and after, and look at the gradient itself. The data are the digits of 8 × 8 pixels
# that come with scikit-learn; they stem from the UCI repository (Alpaydin and Kaynak 1998).

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import gradlab
from gradlab import nn

# %% [markdown]
# ## The data
#
# Columns are examples, as everywhere on this site. The pixels run from 0 to 16; we scale them to between 0 and 1.
# One digit in four is held back.

# %%
digits = load_digits()
X = digits.data.T / 16
Y = np.eye(10)[:, digits.target]

rng = np.random.default_rng(1)
order = rng.permutation(X.shape[1])
held_back, used = order[:450], order[450:]
print(f"X {X.shape}, Y {Y.shape}")
print(f"{len(used)} to learn from, {len(held_back)} held back")

# %% alt="Two rows of ten small grey pictures of handwritten digits, 0 to 9, each 8 by 8 pixels." caption="One of each, twice."
fig, axes = plt.subplots(2, 10, figsize=(8.8, 2))
for k, ax in enumerate(axes.flat):
    example = np.flatnonzero(digits.target == k % 10)[k // 10]
    ax.imshow(-X[:, example].reshape(8, 8), cmap="gray")
    ax.axis("off")
plt.show()

# %% [markdown]
# ## Check before training
#
# The check needs no more than a small batch: the code is the same for 20 examples as for 1,347. The biases get
# small random values too, so that no ReLU sits exactly on its kink.

# %%
params = nn.init_params([64, 32, 10], rng=rng)
for name in ("b1", "b2"):
    params[name] = 0.1 * rng.standard_normal(params[name].shape)
batch = used[:20]


def cost(p):
    return nn.cost(p, X[:, batch], Y[:, batch], loss="softmax")


def gradients(p):
    return nn.gradients(p, X[:, batch], Y[:, batch], loss="softmax")


before = gradlab.check_gradients(cost, params, gradients)
print(before)

# %% [markdown]
# The entries that were not tested are no defect of the check. Some pixels are white in all 20 pictures, so their
# weights move nothing. Some units are off for all 20, so nothing that leads into them or out of them does. And some
# pixels and units are never on in the *same* picture. A weight counts only if its pixel and its unit are on together
# at least once:

# %%
ink = X[:, batch] > 0
on = nn.forward(params, X[:, batch])["A1"] > 0
together = on.astype(int) @ ink.T  # in how many pictures unit and pixel are both on
off = ~on.any(axis=1)
print(f"{(~ink.any(axis=1)).sum()} white pixels, {off.sum()} units that are off")
print(f"W1 {(together == 0).sum()}, b1 {off.sum()}, W2 {10 * off.sum()}")
assert (together == 0).sum() == (before.blocks["W1"].verdicts == gradlab.Verdict.UNTESTED).sum()

# %% [markdown]
# ## Train
#
# Plain gradient descent in batches of 32 digits.

# %%
trained, costs = nn.train(
    params,
    X[:, used],
    Y[:, used],
    loss="softmax",
    steps=1500,
    rate=0.3,
    batch=32,
    rng=rng,
)


def accuracy(p, some):
    says = nn.predict(p, X[:, some], loss="softmax").argmax(axis=0)
    return np.mean(says == digits.target[some])


for name, p in (("before", params), ("after", trained)):
    print(f"{name:6} {accuracy(p, used):.1%} of the digits used,", end=" ")
    print(f"{accuracy(p, held_back):.1%} of those held back")

assert accuracy(trained, held_back) >= 0.95

# %% [markdown]
# ## Check after training
#
# The weights have grown, other units are on, and the gradient has shrunk: at the bottom of a valley there is little
# slope. A bug that hid near the start may show here, so the check is worth its second.

# %%
after = gradlab.check_gradients(cost, trained, gradients)
print(after.verdict.value)
for name, block in after.blocks.items():
    then = np.linalg.norm(before.blocks[name].analytic)
    now = np.linalg.norm(block.analytic)
    print(f"{name} {block.verdict.value}, length {then:.2g} -> {now:.2g}")

# %% [markdown]
# ## What the gradient looks like
#
# Each hidden unit has 64 weights, one for each pixel, and so it has 64 slopes. Laid out as 8 × 8 they are a
# picture: where the unit should look more, and where less. Here are the ten units with the largest gradients,
# before training.

# %% alt="Three rows of ten small pictures. The first two rows, backprop and numeric, show the same blobs of blue and red. The third row, their difference on a scale many million times finer, is noise without any shape." caption="Blue: more of this pixel lowers the cost. Red: less of it does. The third row has a scale of its own."
W1 = before.blocks["W1"]
units = np.argsort(-np.linalg.norm(W1.analytic, axis=1))[:10]
rows = {
    "backprop": W1.analytic,
    "numeric": W1.numeric,
    "difference": W1.analytic - W1.numeric,
}
fig, axes = plt.subplots(3, 10, figsize=(8.8, 3.4))
for (name, values), line in zip(rows.items(), axes):
    limit = np.quantile(np.abs(values[units]), 0.98)
    for unit, ax in zip(units, line):
        slopes = values[unit].reshape(8, 8)
        ax.imshow(-slopes, cmap="RdBu", vmin=-limit, vmax=limit)
        ax.axis("off")
    line[0].set_title(f"{name}, most up to {limit:.0e}", loc="left")
plt.show()

# %% [markdown]
# The first two rows are the same picture. One comes from the chain rule, the other from 4,096 runs of the forward
# pass, and neither knew of the other. The third row is what is left. It has no shape, only grain: round-off. A
# wrong gradient would show a ghost of the digits there. For example, let backprop forget the slope of the ReLU:


# %%
def forgetful(p):
    x, y = X[:, batch], Y[:, batch]
    cache = nn.forward(p, x)
    dZ2 = nn.losses.softmax_backward(cache["Z2"], y)
    dZ1 = p["W2"].T @ dZ2
    return gradients(p) | {"W1": dZ1 @ x.T, "b1": dZ1.sum(axis=1, keepdims=True)}


wrong = gradlab.check_gradients(cost, params, forgetful)
print(wrong)

# %% [markdown]
# The same ten units, and what this gradient is off by:

# %% alt="One row of ten pictures of the difference between the forgetful gradient and the numeric one. They show shapes like parts of digits." caption="The difference of the forgetful gradient, on the scale of the gradient itself."
W1 = wrong.blocks["W1"]
off = W1.analytic - W1.numeric
fig, axes = plt.subplots(1, 10, figsize=(8.8, 1.1))
for unit, ax in zip(units, axes):
    ax.imshow(-off[unit].reshape(8, 8), cmap="RdBu", vmin=-0.1, vmax=0.1)
    ax.axis("off")
plt.show()

# %% [markdown]
# The layer below the ReLU is wrong and the one above it is right, as the table says. That pattern alone points at
# the activation between them; [It failed](../learn/it-failed.md) makes a method of it.
#
# Checking all 2,410 parameters took little more than two evaluations of the cost for each. For networks that are a
# thousand times larger see [Big networks](../learn/big-networks.md).
