"""Is the analytic gradient the gradient of anything? Its own derivative must be symmetric, or there is a bug in it.

Second derivatives of a cost do not depend on their order: for any directions u and v, the change of u·a along v is
the change of v·a along u, where a is the gradient. This asks for gradients only, never for the cost. Symmetric and
yet wrong: a is the gradient of another cost. Not symmetric: of none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.diagnosis.case import Case
from gradlab.diagnosis.finding import Finding
from gradlab.precision import format_distinct, format_magnitude, unit_roundoff
from gradlab.steps import measure_noise

Floats = NDArray[np.float64]
Gradient = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Symmetry:
    """The derivative of a gradient along pairs of random directions u and v.

    Attributes
    ----------
    forth, back
        The change of u·a along v, and of v·a along u: one number for each pair.
    bound
        How far forth − back can be off zero by noise and truncation alone.
    """

    forth: Floats
    back: Floats
    bound: Floats

    @property
    def symmetric(self) -> bool | None:
        """False if a pair differs beyond its bound, True if all agree within sharp ones, None if noise hides it."""
        gap, size = np.abs(self.forth - self.back), float(np.max(np.abs([self.forth, self.back])))
        if np.any(gap > self.bound):
            return False
        return True if np.all(self.bound <= tuned.SYMMETRY_CLEAR * size) else None


def symmetry(gradient: Gradient, theta: Floats, scale: Floats, rng: np.random.Generator) -> Symmetry:
    """Measure how asymmetric the derivative of a gradient is.

    Parameters
    ----------
    gradient
        Takes theta as one vector, returns the gradient as one vector.
    theta, scale
        The point, and the distance that counts as 1 for each component.
    rng
        Draws the directions.

    Examples
    --------
    >>> def rotation(theta):
    ...     return np.array([-theta[1], theta[0]])
    >>> print(symmetry(rotation, np.ones(2), np.ones(2), np.random.default_rng(1)).symmetric)
    False
    >>> print(symmetry(lambda theta: theta**3, np.ones(2), np.ones(2), np.random.default_rng(1)).symmetric)
    True
    """
    units = rng.choice([-1.0, 1.0], (tuned.SYMMETRY_PAIRS, 2, theta.size)) * scale
    found = [_pair(gradient, theta, u, v) for u, v in units]
    return Symmetry(*np.array(found).T)


def _pair(gradient: Gradient, theta: Floats, u: Floats, v: Floats) -> tuple[float, float, float]:
    """Both changes at the step where they are surest, and the bound on their difference there."""
    noise = sum(_noise(gradient, theta, of, along) for of, along in ((u, v), (v, u)))
    rows = [(_change(gradient, theta, u, v, h), _change(gradient, theta, v, u, h)) for h in tuned.SYMMETRY_STEPS]
    forth, back = np.array(rows).T
    bound = np.abs(np.diff(forth)) + np.abs(np.diff(back)) + tuned.SAFETY * noise / np.array(tuned.SYMMETRY_STEPS[1:])
    i = int(np.argmin(np.where(np.isfinite(bound), bound, np.inf)))
    return float(forth[i + 1]), float(back[i + 1]), float(bound[i])


def _change(gradient: Gradient, theta: Floats, of: Floats, along: Floats, step: float) -> float:
    """The change of of·a along a direction: a central difference of gradients."""
    with np.errstate(all="ignore"):
        return float(of @ (gradient(theta + step * along) - gradient(theta - step * along))) / (2 * step)


def _noise(gradient: Gradient, theta: Floats, of: Floats, along: Floats) -> float:
    """Standard deviation of the noise of of·a, where its terms may cancel."""
    terms = of * gradient(theta)
    measured = measure_noise(
        lambda steps: np.array([of @ gradient(theta + t * along) for t in steps]),
        value=float(terms.sum()),
        roundoff=unit_roundoff(),
    )
    return max(measured, unit_roundoff() * float(np.linalg.norm(terms)))


def asymmetric(case: Case) -> Iterator[Finding]:
    """GL121, GL122 No other rule explains the difference: the gradient is that of no cost (121), or another (122)."""
    probe = case.probe
    if probe is None or probe.gradient is None or probe.theta.size < 2:
        return
    rng = probe.rng or np.random.default_rng(0)
    yield from findings(probe.gradient, probe.theta, probe.scale, rng)


def findings(gradient: Gradient, theta: Floats, scale: Floats, rng: np.random.Generator) -> Iterator[Finding]:
    """What the symmetry of a wrong gradient says about it: GL121, GL122, or nothing where noise hides it."""
    seen = symmetry(gradient, theta, scale, rng)
    # The pair that says most; where all gaps are noise, the largest of them would be noise too.
    i = int(np.argmax(np.abs(seen.forth if seen.symmetric else seen.forth - seen.back)))
    forth, back, bound = (float(side[i]) for side in (seen.forth, seen.back, seen.bound))
    said = format_distinct(forth, back, 6) if seen.symmetric is False else (f"{forth:.6g}", f"{back:.6g}")
    evidence = f"u·∂a[v] = {said[0]}, v·∂a[u] = {said[1]} ± {format_magnitude(bound)}"
    if seen.symmetric is False:
        message = (
            "The analytic gradient is the gradient of no cost: its own derivative is not symmetric, and that of a "
            "gradient is. One formula, or one step of the chain rule, is wrong; which, this test cannot tell."
        )
        yield Finding("GL121", None, message, evidence)
    if seen.symmetric:
        message = (
            "The analytic gradient is that of another cost: its own derivative is symmetric, as that of a gradient "
            "is. Cost and gradient differ in a function: a loss, its derivative, a term or a factor."
        )
        yield Finding("GL122", None, message, evidence)
