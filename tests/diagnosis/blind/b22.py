# antenna array synthesis: element positions, phases and amplitudes against a power mask in dB
import numpy as np

rng = np.random.default_rng(222)
NE, NA = 6, 11
ang = np.linspace(-1.3, 1.3, NA)
goal = -10 + 8 * np.cos(2 * ang) + rng.normal(size=NA)
k0 = 2 * np.pi
floor = 1e-2


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "x": 0.5 * np.arange(NE) + 0.1 * r.normal(size=NE),
        "phi": r.normal(size=NE),
        "logamp": 0.3 * r.normal(size=NE),
    }


def cost(p):
    A = np.exp(p["logamp"])
    ph = k0 * np.outer(np.sin(ang), p["x"]) + p["phi"]
    F = np.exp(1j * ph) @ A / np.sqrt(np.sum(A**2))
    dB = 10 * np.log10(np.abs(F) ** 2 * np.cos(ang) + floor)
    return float(np.mean((dB - goal) ** 2) / 100)


def grads_right(p):
    A = np.exp(p["logamp"])
    s = np.sin(ang)
    ph = k0 * np.outer(s, p["x"]) + p["phi"]
    nrm = np.sqrt(np.sum(A**2))
    E = np.exp(1j * ph)
    F = E @ A / nrm
    Q = np.abs(F) ** 2 * np.cos(ang) + floor
    dB = 10 * np.log10(Q)
    dQ = 2 * (dB - goal) / NA / 100 * 10 / (np.log(10) * Q)
    dP = dQ * np.cos(ang)
    Fbar = 2 * dP * np.conj(F)
    dph = np.real(Fbar[:, None] * 1j * E * A / nrm)
    dA = np.real(Fbar @ E) / nrm - A * np.real(np.sum(Fbar * F)) / nrm**2
    return {"x": k0 * (s @ dph), "phi": dph.sum(axis=0), "logamp": A * dA}


def grads_wrong(p):
    A = np.exp(p["logamp"])
    s = np.sin(ang)
    ph = k0 * np.outer(s, p["x"]) + p["phi"]
    nrm = np.sqrt(np.sum(A**2))
    E = np.exp(1j * ph)
    F = E @ A / nrm
    Q = np.abs(F) ** 2 * np.cos(ang) + floor
    dB = 10 * np.log10(Q)
    dQ = 2 * (dB - goal) / NA / 100 * 10 / (np.log(10) * Q)
    dP = dQ * np.cos(ang)
    Fbar = 2 * dP * np.conj(F)
    dph = np.real(Fbar[:, None] * 1j * E * A / nrm)
    dA = np.real(Fbar @ E) / nrm
    return {"x": k0 * (s @ dph), "phi": dph.sum(axis=0), "logamp": A * dA}


TRUTH = "The amplitude gradient treats the power normalisation sqrt(sum A^2) as constant; block logamp."
