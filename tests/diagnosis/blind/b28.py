# camera calibration: radial distortion, focal lengths, principal point, translation and 3-D points
import numpy as np

rng = np.random.default_rng(228)
NP, NC = 6, 3
obs = 0.5 * rng.normal(size=(NC, NP, 2))
delta = 0.5


def make(seed):
    r = np.random.default_rng(seed)
    return {
        "pts": np.array([0, 0, 4.0]) + r.normal(size=(NP, 3)) * [1, 1, 0.4],
        "trans": 0.3 * r.normal(size=(NC, 3)),
        "yaw": 0.2 * r.normal(size=NC),
        "focal": 1 + 0.1 * r.normal(size=2),
        "center": 0.1 * r.normal(size=2),
        "dist": 0.2 * r.normal(size=2),
    }


def project(p, c):
    cs, sn = np.cos(p["yaw"][c]), np.sin(p["yaw"][c])
    R = np.array([[cs, 0, sn], [0, 1, 0], [-sn, 0, cs]])
    Q = p["pts"] @ R.T + p["trans"][c]
    m = Q[:, :2] / Q[:, 2:]
    r2 = np.sum(m**2, axis=1)
    f = 1 + p["dist"][0] * r2 + p["dist"][1] * r2**2
    return R, Q, m, r2, f, p["focal"] * m * f[:, None] + p["center"]


def cost(p):
    J = 0.0
    for c in range(NC):
        e = project(p, c)[-1] - obs[c]
        J += np.sum(delta**2 * (np.sqrt(1 + np.sum(e**2, axis=1) / delta**2) - 1))
    return float(J)


def grads_right(p):
    g = {k: np.zeros_like(v) for k, v in p.items()}
    for c in range(NC):
        R, Q, m, r2, f, uv = project(p, c)
        e = uv - obs[c]
        de = e / np.sqrt(1 + np.sum(e**2, axis=1, keepdims=True) / delta**2)
        g["center"] += de.sum(axis=0)
        g["focal"] += np.sum(de * m * f[:, None], axis=0)
        dm = de * p["focal"] * f[:, None]
        df = np.sum(de * p["focal"] * m, axis=1)
        g["dist"] += np.array([df @ r2, df @ r2**2])
        dr2 = df * (p["dist"][0] + 2 * p["dist"][1] * r2)
        dm = dm + 2 * dr2[:, None] * m
        z = Q[:, 2:]
        dQ = np.hstack([dm / z, -np.sum(dm * m, axis=1, keepdims=True) / z])
        g["trans"][c] = dQ.sum(axis=0)
        g["pts"] += dQ @ R
        cs, sn = np.cos(p["yaw"][c]), np.sin(p["yaw"][c])
        dR = np.array([[-sn, 0, cs], [0, 0, 0], [-cs, 0, -sn]])
        g["yaw"][c] = np.sum(dQ * (p["pts"] @ dR.T))
    return g


def grads_wrong(p):
    g = {k: np.zeros_like(v) for k, v in p.items()}
    for c in range(NC):
        R, Q, m, r2, f, uv = project(p, c)
        e = uv - obs[c]
        de = e / np.sqrt(1 + np.sum(e**2, axis=1, keepdims=True) / delta**2)
        g["center"] += de.sum(axis=0)
        g["focal"] += np.sum(de * m * f[:, None], axis=0)
        dm = de * p["focal"] * f[:, None]
        df = np.sum(de * p["focal"] * m, axis=1)
        g["dist"] += np.array([df @ r2, df @ r2**2])
        dr2 = df * (p["dist"][0] + 2 * p["dist"][1] * r2)
        dm = dm + 2 * dr2[:, None] * m
        z = Q[:, 2:]
        dQ = np.hstack([dm / z, -np.sum(dm * m, axis=1, keepdims=True) / z])
        g["trans"][c] = dQ.sum(axis=0)
        g["pts"] += dQ @ R
        cs, sn = np.cos(p["yaw"][c]), np.sin(p["yaw"][c])
        dR = np.array([[-sn, 0, cs], [0, 0, 0], [-cs, 0, -sn]])
        g["yaw"][c] = np.sum(dQ * (Q @ dR.T))
    return g


TRUTH = "The rotation angle's derivative applies dR to the camera-frame points Q (already rotated and translated) instead of the world points; block yaw."
