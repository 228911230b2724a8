# %% [markdown]
# # It learns though the gradient is wrong
#
# The cost goes down. Does that not prove that the gradient is right?

# %%
theta = 1.0
for _ in range(100):
    theta -= 0.1 * theta  # the gradient of theta**2 is 2 * theta: half of it is missing
print(f"{theta**2:.1e}")
