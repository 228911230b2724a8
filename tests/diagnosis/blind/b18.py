# phase retrieval of a pupil aberration from two defocused PSF images
import numpy as np

rng = np.random.default_rng(218)
n = 6
yy, xx = np.mgrid[-1 : 1 : n * 1j, -1 : 1 : n * 1j]
defocus = [0.0, 2.0 * (xx**2 + yy**2)]
truth_phase = rng.normal(size=(n, n))
images = [np.abs(np.fft.fft2(np.exp(1j * (truth_phase + d))) / n) ** 2 for d in defocus]


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "phase": r.normal(size=(n, n)),
        "amp": 1 + 0.2 * r.normal(size=(n, n)),
        "gain": 1 + 0.2 * r.normal(size=2),
    }


def cost(p):
    J = 0.0
    for k, d in enumerate(defocus):
        field = np.fft.fft2(p["amp"] * np.exp(1j * (p["phase"] + d))) / n
        J += 0.5 * np.mean((p["gain"][k] * np.abs(field) ** 2 - images[k]) ** 2)
    return float(J)


def grads_right(p):
    gph, gam, gg = np.zeros((n, n)), np.zeros((n, n)), np.zeros(2)
    for k, d in enumerate(defocus):
        rot = np.exp(1j * (p["phase"] + d))
        pupil = p["amp"] * rot
        field = np.fft.fft2(pupil) / n
        inten = np.abs(field) ** 2
        res = (p["gain"][k] * inten - images[k]) / inten.size
        gg[k] = np.sum(res * inten)
        fbar = 2 * p["gain"][k] * res * field
        pbar = n * np.fft.ifft2(fbar)
        gph += np.imag(np.conj(pupil) * pbar)
        gam += np.real(np.conj(rot) * pbar)
    return {"phase": gph, "amp": gam, "gain": gg}


def grads_wrong(p):
    gph, gam, gg = np.zeros((n, n)), np.zeros((n, n)), np.zeros(2)
    for k, d in enumerate(defocus):
        rot = np.exp(1j * (p["phase"] + d))
        pupil = p["amp"] * rot
        field = np.fft.fft2(pupil) / n
        inten = np.abs(field) ** 2
        res = (p["gain"][k] * inten - images[k]) / inten.size
        gg[k] = np.sum(res * inten)
        fbar = 2 * p["gain"][k] * res * field
        pbar = np.fft.fft2(fbar) / n
        gph += np.imag(np.conj(pupil) * pbar)
        gam += np.real(np.conj(rot) * pbar)
    return {"phase": gph, "amp": gam, "gain": gg}


TRUTH = "The adjoint of the unitary forward FFT is applied as another forward FFT (no conjugate transpose); blocks phase and amp."
