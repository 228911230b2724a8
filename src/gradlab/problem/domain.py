"""Where params may go: bounds for every entry, and the cost beyond them as its parabola from inside says."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab._arguments import shown
from gradlab.errors import GradlabError
from gradlab.problem.displaced import Point, Step
from gradlab.problem.parameters import Parameters, array_of

Floats = NDArray[np.float64]

RULE = (
    "bounds must be (low, high), numbers, arrays or None, for one array or for every block: {'W1': (0, None)}; or a "
    "list of such pairs for every entry of one array, or SciPy's Bounds"
)


@dataclass(frozen=True)
class Domain:
    """The least and the greatest value of every entry of theta, and which of them stand at an edge."""

    low: Floats
    high: Floats
    edge: NDArray[np.bool_]

    def holds(self, theta: NDArray[Any], where: Any = slice(None)) -> bool:
        """Whether these entries of theta lie inside."""
        return bool(np.all((self.low[where] <= theta) & (theta <= self.high[where])))

    def room(self, theta: NDArray[Any], where: Any = slice(None)) -> tuple[Floats, Floats]:
        """How far these entries may go down, and up."""
        inside = np.asarray(theta[where], dtype=np.float64)
        return inside - self.low[where], self.high[where] - inside

    def inward(self, unit: Floats, theta: NDArray[Any], where: Any = slice(None)) -> Floats:
        """A direction that stays inside: no entry goes further than there is room, and from an edge away from it."""
        down, up = self.room(theta, where)
        edge, size = self.edge[where], np.abs(unit)
        inside = np.minimum(size, np.where(edge, np.maximum(down, up), np.minimum(down, up)))
        sign = np.where(edge, np.where(up >= down, 1.0, -1.0), np.where(unit < 0, -1.0, 1.0))
        return np.where(edge | (inside < size), sign * inside, unit)

    def behind(self, point: Point, theta: NDArray[Any]) -> bool:
        """Whether a step from the edge goes to the short side. Directions are made to lead inside."""
        where, delta = point
        if isinstance(delta, Step):
            return bool(delta.t < 0)
        down, up = self.room(theta, where)
        return bool(delta < 0 if up >= down else delta > 0)


def domain_of(bounds: Any, parameters: Parameters, longest: float = 0.0) -> Domain:
    """What the caller said about the domain, for every entry of theta.

    `longest` is the longest absolute step that has to be taken, if that is known.

    Raises
    ------
    GradlabError
        If it is not understood, params lie outside, or an entry has no room.
    """
    low, high = np.full(parameters.size, -np.inf), np.full(parameters.size, np.inf)
    for name, (least, most) in bounds_by_block(bounds, parameters.shapes).items():
        at = parameters.slices[name]
        low[at], high[at] = least.ravel(), most.ravel()
    theta = parameters.theta.astype(np.float64)
    for wrong, rule in (
        (~((low <= theta) & (theta <= high)), "must hold params: {} = {:g} lies outside. Move it inside"),
        (~(low < high), "must leave room: {} = {:g} cannot move. Hold it fixed: only= names what is checked"),
    ):
        if wrong.any():
            name, index = parameters.where(int(np.argmax(wrong)))
            entry = f"{name}{list(index) if index else ''}"
            raise GradlabError(f"bounds {rule.format(entry, theta[np.argmax(wrong)])}")
    needed = np.maximum(tuned.BESIDE_EDGE * np.where(theta != 0, np.abs(theta), 1.0), longest)
    return Domain(low, high, np.minimum(theta - low, high - theta) < needed)


def bounds_by_block(bounds: Any, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[Floats, Floats]]:
    """Low and high, in the shape of the block, for every block that bounds are given for.

    Raises
    ------
    GradlabError
        If they are not understood.
    """
    pairs: dict[str, Any] = {}
    for key, pair in bounds.items() if isinstance(bounds, Mapping) else [(None, bounds)]:
        inside = [n for n in shapes if key is None or n == key or n.startswith((f"{key}.", f"{key}["))]
        if not inside:
            raise GradlabError(f"bounds must name blocks of params ({', '.join(shapes)}), got {shown(key)}")
        pairs |= dict.fromkeys(inside, pair)
    return {name: _sides(f"bounds of {name!r}", pair, shapes[name]) for name, pair in pairs.items()}


def _sides(what: str, pair: Any, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Low and high for every entry of a block, in its shape."""
    if hasattr(pair, "lb") and hasattr(pair, "ub"):
        pair = (pair.lb, pair.ub)
    if not isinstance(pair, list | tuple):
        raise GradlabError(f"{RULE}; got {shown(pair)}")
    size, by_entry = int(np.prod(shape)), _pairs(pair)
    if by_entry and len(pair) == size == 2 and not any(side is None for entry in pair for side in entry):
        raise GradlabError(
            f"{what} can be read in two ways, as pairs for two entries and as (low, high): write "
            "(np.array(lows), np.array(highs))"
        )
    if by_entry and len(pair) == size and len(shape) == 1:
        pair = ([entry[0] for entry in pair], [entry[1] for entry in pair])
    if len(pair) != 2:
        raise GradlabError(f"{RULE}; got {len(pair)} numbers or pairs for {size} entries")
    return _side(what, pair[0], -np.inf, shape), _side(what, pair[1], np.inf, shape)


def _pairs(given: Sequence[Any]) -> bool:
    return all(isinstance(entry, list | tuple) and len(entry) == 2 for entry in given)


def _side(what: str, given: Any, otherwise: float, shape: tuple[int, ...]) -> Floats:
    if given is None:
        return np.full(shape, otherwise)
    if isinstance(given, list | tuple):
        given = [otherwise if value is None else value for value in given]
    array = array_of(what, given)
    if array.dtype.kind not in "fiu" or np.isnan(array.astype(np.float64)).any():
        raise GradlabError(f"{what} must be two real numbers, arrays or None, got {shown(given)}")
    try:
        return np.broadcast_to(array.astype(np.float64), shape)
    except ValueError:
        raise GradlabError(f"{what} must be numbers or arrays in the shape {shape}, got {array.shape}") from None


def inside_only(
    ask: Callable[[Sequence[Point]], Floats],
    here: float,
    theta: NDArray[Any],
    domain: Domain,
    points: Sequence[Point],
) -> Floats:
    """The values at points of which some may lie outside, asked inside only.

    Behind an entry at an edge stands the parabola through the point itself and two on the other side, as far away
    and twice as far. A central difference is then the one-sided one of second order, and slope ahead less slope
    behind is the bend inside: what knows central differences needs to know nothing of edges. NaN where the cost
    cannot be asked.

    Parameters
    ----------
    ask
        The values at points inside.
    here
        The value at theta.
    theta, domain
        The point, and its domain.
    points
        Where the cost is wanted.
    """
    places: dict[Hashable, int] = {}
    asked: list[Point] = []

    def place(point: Point) -> int:
        """Where the answer at this point will stand; -1 if it lies outside."""
        if not domain.holds(_moved(point, theta), point[0]):
            return -1
        if (key := _key(point)) not in places:
            places[key] = len(asked)
            asked.append(point)
        return places[key]

    recipes: list[tuple[int, ...]] = []
    for point in points:
        where, delta = point
        line = isinstance(delta, Step) or np.ndim(delta) == 0
        if line and np.any(domain.edge[where]) and domain.behind(point, theta):
            recipes.append((place(_times(point, -1.0)), place(_times(point, -2.0))))
        else:
            recipes.append((place(point),))
    values = ask(asked)
    found = np.full(len(points), np.nan)
    for i, (point, recipe) in enumerate(zip(points, recipes, strict=True)):
        if min(recipe) < 0:
            continue
        if len(recipe) == 1:
            found[i] = values[recipe[0]]
        else:
            x, a, b = (_reach(point, factor, theta) for factor in (1.0, -1.0, -2.0))
            at_a, at_b = (float(values[k]) for k in recipe)
            found[i] = (
                here * (x - a) * (x - b) / (a * b)
                + at_a * x * (x - b) / (a * (a - b))
                + at_b * x * (x - a) / (b * (b - a))
            )
    return found


def _times(point: Point, factor: float) -> Point:
    where, delta = point
    return where, Step(delta.unit, delta.t * factor) if isinstance(delta, Step) else delta * factor


def _moved(point: Point, theta: NDArray[Any]) -> NDArray[Any]:
    where, delta = point
    if not isinstance(delta, Step):
        return np.asarray(theta[where] + delta, dtype=theta.dtype)
    moved = np.array(theta)
    delta.write(where, theta, moved)
    return moved[where]


def _reach(point: Point, factor: float, theta: NDArray[Any]) -> float:
    """How far `factor` steps really move: one entry by what it is rounded to, a direction by `factor`."""
    where, delta = point
    if isinstance(delta, Step) or np.ndim(delta):
        return factor
    was = theta[where]
    return float((was + factor * delta).astype(theta.dtype)) - float(was)


def _key(point: Point) -> Hashable:
    where, delta = point
    place = (where.start, where.stop) if isinstance(where, slice) else int(where)
    if isinstance(delta, Step):
        return place, id(delta.unit), delta.t
    return place, float(delta) if np.ndim(delta) == 0 else id(delta)
