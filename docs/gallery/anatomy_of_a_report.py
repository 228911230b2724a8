# %% [markdown]
# # The anatomy of a report
#
# A report says WRONG, or AGREES to nine digits. What stands behind each of these words?
#
# We take one report apart, from the whole to a single entry and back. The network is a small one, 4-5-3-1 with ReLU,
# and somebody has doubled the gradient of W2.

# %%
import matplotlib.pyplot as plt
import numpy as np

import gradlab
from gradlab import Verdict, nn

BLUE, ORANGE, GREY, VERMILION = "#0072b2", "#e69f00", "#8c9199", "#d55e00"

rng = np.random.default_rng(3)
X, Y = rng.standard_normal((4, 10)), rng.integers(2, size=(1, 10))
params = nn.init_params([4, 5, 3, 1], rng=rng)


def cost(p):
    return nn.cost(p, X, Y)


def backprop(p):
    grads = nn.gradients(p, X, Y)
    return grads | {"W2": 2 * grads["W2"]}


report = gradlab.check_gradients(cost, params, backprop)
print(report)

# %% [markdown]
# ## The whole, as a picture
#
# `report.plot()` draws all of it. On the left is every entry by both its numbers; where they agree, it lies on the
# diagonal. On the right is a map for each block.

# %% alt="Left: dots of analytic against numeric slopes. Green ones lie on the diagonal, vermilion ones beside it. Right: six maps. W2 is vermilion with three grey entries, b2 is pale, the others are green." caption="The vermilion dots, W2, lie beside the diagonal: their numeric slopes are half of the analytic ones. Away from zero both axes are logarithmic, and there the same distance from the diagonal means the same factor."
report.plot()

# %% [markdown]
# ## One entry
#
# Everything starts here. `worst` is the entry that is furthest outside its bound.

# %%
worst = report.blocks["W2"].worst
print(f"W2{list(worst.index)}: backprop says {worst.analytic:.6f},")
print(f"the cost says {worst.numeric:.6f}, and is off by {worst.bound:.0e} at most")

# %% [markdown]
# Where does the bound come from? From many steps. Here the same central difference is taken at 40 steps, for the
# wrong entry and for one of W1 that is right.


# %%
def slope(name, index, step):
    J = []
    for h in (step, -step):
        moved = params[name].copy()
        moved[index] += h
        J.append(cost(params | {name: moved}))
    return (J[0] - J[1]) / (2 * step)


tried = np.logspace(-11, -1.5, 40)
grads = backprop(params)
entries = {("W2", worst.index): VERMILION, ("W1", (0, 1)): BLUE}
apart = {(name, index): [abs(grads[name][index] - slope(name, index, h)) for h in tried] for name, index in entries}

# %% [markdown]
# On the same axes, the noise of the cost as it was measured, over the step. No difference below that line means
# anything.

# %% alt="Difference between analytic and numeric against the step on logarithmic axes. The entry of W2 is a level line near 0.1. The entry of W1 falls to 1e-11 and follows the grey band of noise to the left." caption="As the step shrinks, the difference of the right entry falls until it reaches the noise. That of the wrong entry stays where it is, whatever the step."
fig, ax = plt.subplots(figsize=(8.8, 5.2))
band = 4 * report.noise / tried
ax.fill_between(tried, 1e-14, band, color=GREY, alpha=0.3, linewidth=0)
for (name, index), differences in apart.items():
    colour = entries[name, index]
    ax.loglog(tried, differences, ".-", color=colour, linewidth=1)
    place = (1e-11, 0.15) if name == "W2" else (2e-5, 3e-7)
    ax.text(*place, f"{name}{list(index)}", color=colour)
ax.text(2e-11, 1e-10, "4 × noise / step", color="#5b6067")
ax.set_ylim(1e-14, 1)
ax.set_xlabel("step", loc="right")
ax.set_title("|analytic − numeric|", loc="left")
plt.show()

# %% [markdown]
# That is the whole method. The bound is the noise divided by the step, plus the error of the formula, at the step where
# their sum is least. An entry AGREES if its two numbers differ by less than the bound, and is WRONG if they differ by
# more than twice the bound. Nothing in it has to be chosen for a network.
#
# ## One block
#
# A block keeps its arrays, so you can ask it anything. The ratio of numeric to analytic names the bug:

# %%
W2 = report.blocks["W2"]
known = W2.verdicts == Verdict.WRONG
ratio = np.full(W2.shape, np.nan)
ratio[known] = W2.numeric[known] / W2.analytic[known]
print(ratio.round(4))

# %% [markdown]
# The ratio is one half wherever there is anything to see. It is `nan` where both sides are zero. A weight leads from
# a unit of layer 1 to a unit of layer 2, and it moves the cost only in those examples for which both units are on.
# Count these examples:

# %%
cache = nn.forward(params, X)
on1, on2 = cache["Z1"] > 0, cache["Z2"] > 0
print(on2.astype(int) @ on1.T)

# %% [markdown]
# The zeros are in the same places. With more examples they go away.

# %% [markdown]
# ## A kink
#
# b2 has a large difference and is accepted. Let us look at the cost while b2[0] moves.

# %% alt="The cost against b2[0] near zero: two straight pieces that meet in a corner at zero, each with its tangent slope. The slope that backprop chose is one of them." caption="At zero the cost has a corner. Backprop gives the slope of one side, the numeric slope is the mean of both."
shifts = np.linspace(-0.01, 0.01, 81)


def shifted(t):
    return cost(params | {"b2": params["b2"] + [[t], [0], [0]]})


J = np.array([shifted(t) for t in shifts])
fig, ax = plt.subplots(figsize=(8.8, 4.4))
ax.plot(shifts, J, color="#1f2328")
for values, colour, label in (
    (report.blocks["b2"].analytic, BLUE, "backprop"),
    (report.blocks["b2"].numeric, ORANGE, "numeric"),
):
    ax.plot(shifts, J[40] + values[0, 0] * shifts, color=colour, linewidth=1)
    ax.text(0.0102, J[40] + values[0, 0] * 0.01, label, color=colour)
ax.set_xlim(-0.01, 0.013)
ax.set_yticks([])
ax.set_xlabel("b2[0]", loc="right")
ax.set_title("cost", loc="left")
plt.show()

# %%
ahead, behind = ((shifted(h) - shifted(0)) / h for h in (1e-6, -1e-6))
print(f"slope behind {behind:.5f}, slope ahead {ahead:.5f}")
print(f"backprop     {grads['b2'][0, 0]:.5f}")

# %% [markdown]
# One example sits exactly at the corner, since all biases start at zero. Any slope between those of both sides is a
# fair answer, so the report accepts it and says so below the table.
#
# ## And back to the whole
#
# Entries make a block, and blocks make the report. In a block the worst entry decides, in the order WRONG, UNDECIDED,
# AGREES. Entries that could not be tested are left out, unless there is nothing else: then the block is UNTESTED. In
# the report the worst block decides, and UNTESTED is worse than AGREES.

# %%
for name, block in report.blocks.items():
    counts = {v.value: n for v, n in block.counts.items() if n}
    print(name, block.verdict.value, counts)
print("together:", report.verdict.value)

# %% [markdown]
# For a program, `report.to_dict()` has the same as plain numbers and strings. [Read a
# report](../howto/read-a-report.md) explains the text line by line, and [A bound for each
# entry](../learn/a-bound-for-each-entry.md) has the arithmetic behind the bound.
