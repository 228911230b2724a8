# %% [markdown]
# # The V curve
#
# How does the error of a numeric derivative depend on the step, and where is it least?
#
# This script measures it: for one function, for two precisions, and for all slopes of a network. It needs NumPy,
# matplotlib and gradlab. The colours are those of this site.

# %%
import matplotlib.pyplot as plt
import numpy as np

from gradlab import nn, steps
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD
from gradlab.sweep import sweep, sweep_gradients

BLUE, ORANGE, GREEN, GREY = "#0072b2", "#e69f00", "#009e73", "#8c9199"

# %% [markdown]
# ## One function
#
# The sine at 1 has the slope cos 1, so we know the truth. `sweep` applies three formulas at 63 steps, four in each
# decade, and keeps what each is off by.

# %%
found = sweep(np.sin, 1.0, exact=np.cos, stencils=[FORWARD, CENTRAL, FIVE_POINT])
print(f"{len(found.steps)} steps, from {found.steps[0]:.0f} to {found.steps[-1]:.1e}")

# %% [markdown]
# On logarithmic axes a power law is a straight line. Each formula makes a V.


# %% alt="Three V-shaped curves of the error against the step on logarithmic axes. From the right, forward falls with slope one, central with slope two, five-point with slope four. On the left all three rise along the same line." caption="Error against step, float64. Right of each minimum the formula errs, left of it the numbers do."
COLOURS = {FORWARD: GREY, CENTRAL: ORANGE, FIVE_POINT: BLUE}


def draw(ax, found, labels, **look):
    for stencil, errors in found.errors.items():
        seen = np.where(errors > 0, errors, np.nan)
        ax.loglog(found.steps, seen, color=COLOURS[stencil], **look)
        if stencil in labels:
            ax.text(*labels[stencil], stencil.name, color=COLOURS[stencil])
    ax.set_xlabel("step", loc="right")
    ax.set_title("error", loc="left")


fig, ax = plt.subplots(figsize=(8.8, 5.6))
labels = {FORWARD: (1e-7, 2e-5), CENTRAL: (2e-5, 2e-7), FIVE_POINT: (2e-2, 1e-10)}
draw(ax, found, labels, marker=".", linewidth=1)
plt.show()

# %% [markdown]
# Read it from the right. With a long step the formula is to blame: the curve bends away from its secant. A step ten
# times shorter makes the forward difference 10 times better, the central one 100 times, the five-point formula
# 10,000 times. So the more careful formula falls more steeply.
#
# On the left the numbers are to blame. Every value of f is rounded in its 16th digit, and that error is divided by
# the step. No formula escapes it, so all three climb the same line.
#
# Close to where the two lines cross lies the best step. `best_step` computes it from the formula alone, for a function of
# size 1 whose derivatives are of size 1:

# %%
print("           best step  predicted  its error  predicted")
for stencil in (FORWARD, CENTRAL, FIVE_POINT):
    seen, predicted = found.best(stencil), steps.best_step(stencil)
    print(f"{stencil.name:10} {seen.step:10.0e} {predicted.step:10.0e}", end=" ")
    print(f"{seen.error:10.0e} {predicted.error:10.0e}")

# %% [markdown]
# The prediction of the error is a bound for the worst case. Near the bottom luck takes part: rounding errors happen
# to cancel, and a single point dips below its neighbours.

# %% [markdown]
# ## Half the digits
#
# In float32 a number has 7 digits instead of 16. The right arms stay where they are, for calculus does not know
# what a float is. The left arms come up by nearly nine decades.


# %% alt="The same three curves for float64 and, above them, for float32. The right arms coincide. The float32 curves turn up much earlier: central at a step near 0.01 with an error near 1e-5." caption="Pale: float64. Strong: float32. Towards the course's ε of 1e-7 float32 has hardly a digit left."
single = sweep(np.sin, 1.0, exact=np.cos, stencils=COLOURS, dtype=np.float32)

fig, ax = plt.subplots(figsize=(8.8, 5.6))
draw(ax, found, {}, alpha=0.3, linewidth=1)
labels = {FORWARD: (4e-5, 5e-2), CENTRAL: (7e-4, 2e-7), FIVE_POINT: (1e-2, 2e-8)}
draw(ax, single, labels, marker=".", linewidth=1)
plt.show()

# %% [markdown]
# The same two steps in both precisions:

# %%
for precision in (found, single):
    for step in (1e-2, 1e-7):
        i = np.argmin(np.abs(np.log(precision.steps / step)))
        taken, error = precision.steps[i], precision.errors[CENTRAL][i]
        print(f"{precision.dtype}, central, step {taken:.1e}: error {error:.0e}")

# %% [markdown]
# At 1e-2 float32 loses hardly anything, since there most of the error is the formula's. At its smallest step, near 1e-7, it has lost all but
# one digit.

# %% [markdown]
# ## A whole network
#
# Now all 47 slopes of a 4-5-3-1 network at once, and formula (2) of the course in place of one error. The gradient
# comes from backprop and is right. What varies is the step.

# %%
rng = np.random.default_rng(1)
params = nn.init_params([4, 5, 3, 1], rng=rng)
X, Y = rng.standard_normal((4, 7)), rng.integers(2, size=(1, 7))


def cost(p):
    return nn.cost(p, X, Y, hidden="tanh")


grads = nn.gradients(params, X, Y, hidden="tanh")
tried = 10.0 ** -np.arange(1, 13, 0.25)
whole = sweep_gradients(cost, params, grads, steps=tried)

# %% [markdown]
# Two of the course's levels are lines across the same picture.

# %% alt="Formula (2) against the step for a correct gradient: a V with its bottom near 1e-5 and 1e-11. The levels great and worried are horizontal lines; the V lies below great only between 1e-3 and 1e-9." caption="One correct gradient, 48 answers. The level belongs to the step as much as to the gradient."
fig, ax = plt.subplots(figsize=(8.8, 5.2))
ax.loglog(whole.steps, whole.differences, ".-", color=ORANGE)
for level, value in (("great", 1e-7), ("worried", 1e-3)):
    ax.axhline(value, color=GREY, linewidth=1)
    ax.text(1.5e-12, value * 1.5, level, color="#5b6067")
ax.axvline(1e-7, color=GREEN, linewidth=1, linestyle=":")
ax.text(1.5e-7, 2e-4, "the course's ε", color=GREEN)
ax.set_xlabel("step", loc="right")
ax.set_title("relative difference", loc="left")
plt.show()

# %%
best = np.argmin(whole.differences)
chosen = np.argmin(np.abs(np.log(whole.steps / 1e-7)))
for i in (best, chosen):
    print(f"step {whole.steps[i]:.0e}: {whole.differences[i]:.0e}")

# %% [markdown]
# It is the same V. The network behaves like one function, because all its slopes suffer from the same rounding of
# the same cost. At 1e-7 the check still says "great", but the number is more than ten times worse than it needs to
# be. With a cost that is a little noisier it rises above 1e-7, although the gradient is right.
#
# [Floating point](../learn/floating-point.md) derives both arms, and [A bound for each
# entry](../learn/a-bound-for-each-entry.md) turns them into a bound that is measured instead of guessed. If you must pick a step
# yourself, see [Choose a step](../howto/choose-a-step.md).
