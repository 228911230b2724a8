# bivariate Hawkes process with exponential kernels, negative log likelihood
import numpy as np

rng = np.random.default_rng(217)
M, TEND = 3, 10.0
N = 18
times = np.sort(rng.uniform(0, TEND, N))
marks = rng.integers(0, M, N)


def make(seed):
    r = np.random.default_rng(seed)
    return {"mu": 0.3 + 0.4 * r.random(M), "alpha": 0.1 + 0.4 * r.random((M, M)), "decay": 0.6 + r.random(M)}


def cost(p):
    ll = -TEND * p["mu"].sum()
    ll -= np.sum(p["alpha"][:, marks] * (1 - np.exp(-p["decay"][marks] * (TEND - times))))
    R = np.zeros(M)
    for n in range(N):
        if n > 0:
            R[marks[n - 1]] += 1.0
            R = R * np.exp(-p["decay"] * (times[n] - times[n - 1]))
        ll += np.log(p["mu"][marks[n]] + np.sum(p["alpha"][marks[n]] * p["decay"] * R))
    return float(-ll / N)


def grads_right(p):
    b = p["decay"]
    gmu = -TEND * np.ones(M)
    galpha, gb = np.zeros((M, M)), np.zeros(M)
    for n in range(N):
        lag = TEND - times[n]
        j = marks[n]
        galpha[:, j] -= 1 - np.exp(-b[j] * lag)
        gb[j] -= p["alpha"][:, j].sum() * lag * np.exp(-b[j] * lag)
    R, S = np.zeros(M), np.zeros(M)
    for n in range(N):
        if n > 0:
            step = times[n] - times[n - 1]
            R[marks[n - 1]] += 1.0
            dec = np.exp(-b * step)
            S = dec * (S - step * R)
            R = dec * R
        i = marks[n]
        inv = 1.0 / (p["mu"][i] + np.sum(p["alpha"][i] * b * R))
        gmu[i] += inv
        galpha[i] += inv * b * R
        gb += inv * p["alpha"][i] * (R + b * S)
    return {"mu": -gmu / N, "alpha": -galpha / N, "decay": -gb / N}


def grads_wrong(p):
    b = p["decay"]
    gmu = -TEND * np.ones(M)
    galpha, gb = np.zeros((M, M)), np.zeros(M)
    for n in range(N):
        lag = TEND - times[n]
        j = marks[n]
        galpha[:, j] -= 1 - np.exp(-b[j] * lag)
        gb[j] -= p["alpha"][:, j].sum() * lag * np.exp(-b[j] * lag)
    R, S = np.zeros(M), np.zeros(M)
    for n in range(N):
        if n > 0:
            step = times[n] - times[n - 1]
            R[marks[n - 1]] += 1.0
            dec = np.exp(-b * step)
            R = dec * R
            S = dec * (S - step * R)
        i = marks[n]
        inv = 1.0 / (p["mu"][i] + np.sum(p["alpha"][i] * b * R))
        gmu[i] += inv
        galpha[i] += inv * b * R
        gb += inv * p["alpha"][i] * (R + b * S)
    return {"mu": -gmu / N, "alpha": -galpha / N, "decay": -gb / N}


TRUTH = "In the recursion for dR/ddecay the excitation R has already been decayed when it is used (extra factor exp(-b step)); block decay."
