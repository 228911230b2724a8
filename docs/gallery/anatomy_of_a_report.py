# %% [markdown]
# # The anatomy of a report
#
# What stands behind each line of a report?

# %%
print(f"{abs(2.1 - 2.0) / (abs(2.1) + abs(2.0)):.3f}")
