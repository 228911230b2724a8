"""Phase retrieval: pupil phase and amplitude from a far-field intensity."""

import numpy as np

rng = np.random.default_rng(126)
M = 6
yy, xx = np.mgrid[:M, :M]
I_MEAS = np.abs(np.fft.fft2(np.exp(1j * rng.normal(size=(M, M))) * (0.8 + 0.2 * rng.random((M, M))))) ** 2 / M**2
W = 0.5 + rng.random((M, M))


def make(seed):
    r = np.random.default_rng(seed)
    return {"phase": r.normal(size=(M, M)), "logamp": 0.2 * r.normal(size=(M, M))}


def cost(p):
    E = np.exp(p["logamp"] + 1j * p["phase"])
    F = np.fft.fft2(E) / M
    I = np.abs(F) ** 2
    return float(0.5 * np.mean(W * (I - I_MEAS) ** 2))


def grads_right(p):
    E = np.exp(p["logamp"] + 1j * p["phase"])
    F = np.fft.fft2(E) / M
    I = np.abs(F) ** 2
    dI = W * (I - I_MEAS) / I.size
    GF = 2 * dI * F
    GE = np.fft.ifft2(GF) * M
    prod = np.conj(GE) * E
    return {"phase": -np.imag(prod), "logamp": np.real(prod)}


def grads_wrong(p):
    E = np.exp(p["logamp"] + 1j * p["phase"])
    F = np.fft.fft2(E) / M
    I = np.abs(F) ** 2
    dI = W * (I - I_MEAS) / I.size
    GF = 2 * dI * F
    GE = np.fft.fft2(GF) / M
    prod = np.conj(GE) * E
    return {"phase": -np.imag(prod), "logamp": np.real(prod)}


TRUTH = (
    "The adjoint of the scaled FFT is taken as the forward FFT itself instead of its conjugate transpose "
    "(the inverse FFT), in GE; both phase and logamp are wrong."
)
