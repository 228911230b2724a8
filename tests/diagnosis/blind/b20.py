# Plackett-Luce model for partial rankings with covariates
import numpy as np

rng = np.random.default_rng(220)
ITEMS, D, RACES, TOP = 6, 4, 5, 3
Z = rng.normal(size=(RACES, ITEMS, D))
orders = np.array([rng.permutation(ITEMS) for _ in range(RACES)])


def make(seed):
    r = np.random.default_rng(seed)
    return {"skill": r.normal(size=ITEMS), "coef": 0.6 * r.normal(size=D)}


def cost(p):
    nll = 0.0
    for m in range(RACES):
        s = (p["skill"] + Z[m] @ p["coef"])[orders[m]]
        for k in range(TOP):
            nll += np.log(np.sum(np.exp(s[k:]))) - s[k]
    return float(nll / RACES + 0.05 * np.sum(p["skill"] ** 2))


def grads_right(p):
    gs, gc = 0.1 * p["skill"], np.zeros(D)
    for m in range(RACES):
        o = orders[m]
        s = (p["skill"] + Z[m] @ p["coef"])[o]
        e = np.exp(s)
        tail = np.cumsum(e[::-1])[::-1]
        acc = np.cumsum(1.0 / tail[:TOP])
        d = np.empty(ITEMS)
        for k in range(ITEMS):
            d[k] = e[k] * acc[min(k, TOP - 1)] - (1.0 if k < TOP else 0.0)
        np.add.at(gs, o, d / RACES)
        gc += Z[m][o].T @ d / RACES
    return {"skill": gs, "coef": gc}


def grads_wrong(p):
    gs, gc = 0.1 * p["skill"], np.zeros(D)
    for m in range(RACES):
        o = orders[m]
        s = (p["skill"] + Z[m] @ p["coef"])[o]
        e = np.exp(s)
        tail = np.cumsum(e[::-1])[::-1]
        acc = np.cumsum(1.0 / tail[:TOP])
        d = np.zeros(ITEMS)
        for k in range(TOP):
            d[k] = e[k] * acc[k] - 1.0
        np.add.at(gs, o, d / RACES)
        gc += Z[m][o].T @ d / RACES
    return {"skill": gs, "coef": gc}


TRUTH = "Items placed below TOP still sit in the risk sets' denominators; their gradient is left at zero (loop only over the ranked places). Both blocks."
