# %% [markdown]
# # The V curve
#
# How does the error depend on the step, and where is it least?

# %%
import numpy as np

errors = [abs((np.exp(1 + h) - np.exp(1 - h)) / (2 * h) - np.e) for h in (1e-2, 1e-5, 1e-9)]
print(*(f"{error:.0e}" for error in errors))
