# two-tower contrastive training with symmetric InfoNCE and learned logit scale
import numpy as np

rng = np.random.default_rng(165)
N, DA, DB, K = 6, 4, 3, 3
IA = rng.normal(size=(N, DA))
TB = rng.normal(size=(N, DB))


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "Wa": r.normal(size=(DA, K)),
        "Wb": r.normal(size=(DB, K)),
        "logit_scale": np.array([0.7]) + 0.2 * r.normal(size=1),
    }


def unit(z):
    n = np.linalg.norm(z, axis=1, keepdims=True)
    return z / n, n


def cost(p):
    a, _ = unit(IA @ p["Wa"])
    b, _ = unit(TB @ p["Wb"])
    S = np.exp(p["logit_scale"][0]) * a @ b.T
    r = np.log(np.exp(S).sum(axis=1))
    c = np.log(np.exp(S).sum(axis=0))
    return 0.5 * np.mean(r - np.diag(S)) + 0.5 * np.mean(c - np.diag(S))


def grads_right(p):
    a, na = unit(IA @ p["Wa"])
    b, nb = unit(TB @ p["Wb"])
    sc = np.exp(p["logit_scale"][0])
    S = sc * a @ b.T
    ex = np.exp(S)
    P_row = ex / ex.sum(axis=1, keepdims=True)
    P_col = ex / ex.sum(axis=0, keepdims=True)
    dS = (0.5 * (P_row - np.eye(N)) + 0.5 * (P_col - np.eye(N))) / N
    dscale = np.sum(dS * S)
    da = sc * dS @ b
    db = sc * dS.T @ a
    dza = (da - a * np.sum(a * da, axis=1, keepdims=True)) / na
    dzb = (db - b * np.sum(b * db, axis=1, keepdims=True)) / nb
    return {"Wa": IA.T @ dza, "Wb": TB.T @ dzb, "logit_scale": np.array([dscale])}


def grads_wrong(p):
    a, na = unit(IA @ p["Wa"])
    b, nb = unit(TB @ p["Wb"])
    sc = np.exp(p["logit_scale"][0])
    S = sc * a @ b.T
    ex = np.exp(S)
    P_row = ex / ex.sum(axis=1, keepdims=True)
    P_col = ex / ex.sum(axis=0, keepdims=True)
    dS = (0.5 * (P_row - np.eye(N)) + 0.5 * (P_col - np.eye(N))) / N
    dscale = np.sum(dS * (a @ b.T))
    da = sc * dS @ b
    db = sc * dS @ a
    dza = (da - a * np.sum(a * da, axis=1, keepdims=True)) / na
    dzb = (db - b * np.sum(b * db, axis=1, keepdims=True)) / nb
    return {"Wa": IA.T @ dza, "Wb": TB.T @ dzb, "logit_scale": np.array([dscale])}


TRUTH = "Two slips: logit_scale is a log, its gradient lacks the factor exp(logit_scale); and the text tower's gradient uses dS instead of dS.T (block Wb)."
