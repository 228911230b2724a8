"""A rule that edits the caller's code: the one edit of one line with which both sides agree, here and elsewhere."""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis import evidence
from gradlab.diagnosis.case import Case, in_words
from gradlab.diagnosis.edits import Edit, Groups, Said, indices, is_value, nudged, parts, tiers
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.forked import at_most, in_a_fork
from gradlab.diagnosis.probe import Probe, slope_at_zero
from gradlab.diagnosis.sources import WATCH, Source, sources
from gradlab.diagnosis.switch import Switch
from gradlab.diagnosis.trees import NAMED, Place
from gradlab.verdict.blocks import Verdict

Floats = NDArray[np.float64]

SECONDS = 8.0  # of the processor, in which an edit must be found; 0 where none is to be looked for
LONGEST = 60.0  # seconds that are waited for it
NUDGE = "_gradlab_nudge"
RIGHT = 1e-6  # share of a slope within which both sides agree
LONG_LIST = 1000  # entries of a list that is not looked through after each edit
STEP = 1e-5  # in units of the scale: so short that seldom a kink lies within


@dataclass(frozen=True)
class Found:
    """An edit that makes the gradient right."""

    function: str
    line: int
    before: str
    after: str
    elsewhere: list[int]
    tried: int
    slopes: int


def one_edit(case: Case) -> Iterator[Finding]:
    """GL163 With one edit of one line, the gradient is right, here and at two other points."""
    probe = case.double or case.probe
    if probe is None or probe.gradient is None or probe.cost is None or not (SECONDS and probe.edits):
        return
    case = replace(case, probe=probe)
    if len(case.entrywise) < len(case.wrong) or any(b.directions for b in case.blocks.values()):
        return
    found = in_a_fork(lambda: Search(case, probe).found(), LONGEST)
    if found is None:
        return
    should = f'should be "{found.after}"' if found.after else "should not be there"
    likewise = (
        f", and likewise in line {in_words([str(line) for line in found.elsewhere])}" if found.elsewhere else ""
    )
    yield case.finding(
        "GL163",
        case.wrong,
        f"With one edit of the code, the whole gradient is right. In {found.function}, line {found.line}: "
        f'"{found.before}" {should}{likewise}, or something that comes to the same.',
        f"{found.tried} edits were tried; with this one all entries agree, and {found.slopes} slopes along random "
        "directions at two other points",
        6.0,
    )


@dataclass(frozen=True)
class Slope:
    """The slope of the cost along a direction, at theta moved by so much."""

    moved: Floats
    way: Floats
    value: float

    def agrees(self, gradient: Floats) -> bool:
        """Has this gradient the slope?"""
        size = float(np.abs(self.way) @ np.abs(gradient))
        return bool(abs(float(self.way @ gradient) - self.value) <= RIGHT * size)


class Search:
    """In a copy of the process: asks the caller's gradient with one node of its code in place of another."""

    def __init__(self, case: Case, probe: Probe) -> None:
        assert probe.gradient is not None
        assert probe.cost is not None
        self.case, self.gradient, self.cost, self.theta = case, probe.gradient, probe.cost, probe.theta
        self.lists: list[tuple[list[Any], list[Any]]] = []
        self.switch: tuple[object, Switch | None] = (None, None)
        self.own = sources(self._answer)
        if not self.own:
            return
        began = time.process_time()
        self.here = self._answer()
        self.patience = 20 * (time.process_time() - began) + 0.05
        blocks = list(case.blocks.values())
        if case.double is not None:
            self.numeric, self.room = _in_double(probe)
        else:
            self.numeric = np.concatenate([block.numeric.ravel() for block in blocks])
            self.room = np.concatenate([3 * evidence.tolerance(block).ravel() for block in blocks])
        self.slopes = list(_slopes(case, probe))
        self.points = [np.zeros_like(self.theta), *{id(s.moved): s.moved for s in self.slopes}.values()]
        self.costs = [self.cost(moved) for moved in self.points]
        self.decided = self._decisions()
        self.until = time.process_time() + SECONDS

    def found(self) -> Found | None:
        """The first edit with which all is right."""
        if not self.own or len(self.points) < 3:
            return None
        for tried, (source, edit) in enumerate(self._all()):
            if tried % 50 == 49 and time.process_time() > self.until:
                return None
            for meant in self._meant(source, edit):
                if self._right(source, meant):
                    return Found(source.name, *meant.texts(), meant.elsewhere, tried + 1, len(self.slopes))
        return None

    def _meant(self, source: Source, edit: Edit) -> Iterator[Edit]:
        """The edit, with the multiple of what it adds with which all entries agree; nothing if there is none."""
        there = self._asked(source, edit)
        multiple = self._multiple(there)
        if edit.of is None:
            if multiple is not None:
                yield edit
        elif multiple is not None:
            known = RIGHT if self.case.double is not None else RIGHT / 10
            ends = sorted((multiple * (1 - known), multiple * (1 + known)))
            if simple := evidence.fraction(evidence.Interval(*ends), expected=0.0):
                yield Edit(edit.place, edit.of(simple))
        elif there is not None and _key(edit.place) in self.not_linear:  # not seen from the other side
            less = Edit(edit.place, edit.of(Fraction(-1)))
            if self._multiple(self._asked(source, less)) is not None:
                yield less

    def _all(self) -> Iterator[tuple[Source, Edit]]:
        """All edits of all functions, a group at a time; first those that the cost does not run."""
        others = sources(lambda: self.cost(np.zeros_like(self.theta)))
        self._hold([array for source in (*self.own, *others) for array in source.arrays()])
        lists = {id(found): found for source in (*self.own, *others) for found in source.lists()}
        self.lists = [(found, found.copy()) for found in lists.values() if len(found) < LONG_LIST]
        costs = {id(source.code) for source in others}
        order = sorted(self.own, key=lambda source: id(source.code) in costs)
        each = [(source, self._tiers(source, [*order, *others])) for source in order]
        plausible: dict[tuple[int, Any], bool | None] = {}
        self.not_linear: set[tuple[int, Any]] = set()
        for groups in itertools.zip_longest(*(every for _, every in each)):
            for (source, _), group in zip(each, groups, strict=True):
                for edit in group:
                    key = _key(edit.place)
                    if key not in plausible:
                        plausible[key] = self._plausible(source, edit.place)
                    if plausible[key] or (plausible[key] is None and not edit.of_number):
                        yield source, edit

    def _hold(self, arrays: Sequence[NDArray[Any]]) -> None:
        """Let no edit write into what later ones need, unless the code itself does."""
        writeable = [array for array in arrays if array.flags.writeable]
        for array in writeable:
            array.flags.writeable = False
        try:
            self._answer()
            self.cost(np.zeros_like(self.theta))
        except Exception:  # noqa: BLE001 (it does)
            for array in writeable:
                array.flags.writeable = True

    def _tiers(self, source: Source, others: Sequence[Source]) -> Groups:
        """The groups of edits of one function, made from what it says, and what the others say."""
        source.learn_names(others)
        every = [other.definition for other in [source, *others]]
        said = {ast.unparse(p): p for definition in every for p in parts(definition, source.names)}
        with at_most(SECONDS / 4):
            kinds = {text: _kind(source.value(node)) for text, node in said.items()}
        names = [said[text] for text, kind in kinds.items() if kind not in {"function", "own function"}]
        values = [said[text] for text, kind in kinds.items() if kind == "number"]
        own = [said[text] for text, kind in kinds.items() if kind == "own function"]
        called = {
            ast.unparse(n.func) for d in every for n in ast.walk(d) if isinstance(n, ast.Call) and len(n.args) == 1
        }
        shapes: dict[str, tuple[int, ...] | None] = {}

        def shape(node: ast.expr) -> tuple[int, ...] | None:
            text = ast.unparse(node)
            if text not in shapes:
                with at_most(self.patience):
                    value: Any = source.value(node)
                shapes[text] = np.shape(value) if _kind(value) == "number" and value is not node else None
            return shapes[text]

        return tiers(
            source.definition,
            Said(
                names=[n for n in names if isinstance(n, NAMED)],
                values=values,
                indices=list({ast.dump(i): i for d in every for i in indices(d, source.names)}.values()),
                functions=[f for f in own if ast.unparse(f) in called],
                shape=shape,
                numpy=_numpy(source),
            ),
        )

    def _plausible(self, source: Source, place: Place) -> bool | None:
        """Does what stands there change what is wrong, and no block that is right? None where it is no number."""
        if not is_value(place):
            return None
        once, twice = (self._nudged(source, place, times) for times in (1, 2))
        if once is None or twice is None:
            return None
        change, size = once - self.here, np.abs(self.here) + np.max(np.abs(self.here)) * 1e-3
        if np.any(np.abs(twice - self.here - 2 * change) > 1e-9 * size):
            self.not_linear.add(_key(place))
        moved = np.abs(change) > 1e-9 * size
        changed = {b.name: moved[self.case.within(b)].reshape(b.shape) for b in self.case.tested}
        return all(
            changed[b.name][b.verdicts == Verdict.WRONG].mean() > 0.5
            if b.verdict is Verdict.WRONG
            else not changed[b.name].any()
            for b in self.case.tested
        )

    def _nudged(self, source: Source, place: Place, times: int) -> Floats | None:
        """The gradient if what stands there is moved a little, so many times; None if that is no number."""
        rng, unknown = np.random.default_rng(29), []

        def nudge(value: Any) -> Any:
            if isinstance(value, float | np.floating) or getattr(getattr(value, "dtype", None), "kind", "") == "f":
                size = np.max(np.abs(value), initial=0.0)
                return value + times * 1e-3 * (size or 1.0) * rng.uniform(0.5, 1, np.shape(value))
            unknown.append(value)
            return value

        source.functions[0].__globals__[NUDGE] = nudge
        there = self._asked(source, nudged(place, NUDGE))
        return None if unknown else there

    def _answer(self) -> Floats:
        """The gradient as the code is now, of a copy of theta: an edit may write into it."""
        return np.array(self.gradient(self.theta.copy()))

    @contextmanager
    def _edited(self, source: Source, edit: Edit, seconds: float, *, whole: bool) -> Iterator[None]:
        """The code with this edit, for so long at most; afterwards as it was. Whole, or by a switch at its place."""
        try:
            switch = None if whole or edit.alike else self._switch(source, edit.place)
            if switch is None or not switch.turn(edit.new):
                with edit:
                    code = source.compiled()
                source.put(code)
            with at_most(seconds):
                yield
        finally:
            source.put(source.code)
            for now, before in self.lists:  # it may have written into one
                if len(now) != len(before) or any(a is not b for a, b in zip(now, before, strict=True)):
                    now[:] = before

    def _switch(self, source: Source, place: Place) -> Switch | None:
        key = _key(place)
        if self.switch[0] != key:
            self.switch = key, Switch.at(source, place)
        return self.switch[1]

    def _asked(self, source: Source, edit: Edit) -> Floats | None:
        """The gradient with this edit; None if it fails."""
        try:
            with self._edited(source, edit, self.patience, whole=False):
                answer = self._answer()
            return answer if answer.shape == self.theta.shape else None
        except Exception:  # noqa: BLE001 (code that nobody wrote may raise anything)
            return None

    def _multiple(self, there: Floats | None) -> float | None:
        """How many times the change that an edit makes is what is missing; None if it is not."""
        if there is None or not np.all(np.isfinite(there)):
            return None
        change, missing = (there - self.here) / self.room, (self.numeric - self.here) / self.room
        size = float(change @ change)
        multiple = float(change @ missing) / size if size else 0.0
        return multiple if multiple and np.all(np.abs(missing - multiple * change) <= 1) else None

    def _right(self, source: Source, edit: Edit) -> bool:
        """Is all right with it, here and elsewhere, and the cost as it was?"""
        try:
            with self._edited(source, edit, 10 * self.patience, whole=True):
                return (
                    bool(np.all(np.abs(self._answer() - self.numeric) <= self.room))
                    and all(slope.agrees(self.gradient(self.theta + slope.moved)) for slope in self.slopes)
                    and np.allclose([self.cost(moved) for moved in self.points], self.costs, rtol=1e-12, atol=0)
                    and self._decisions(source, edit) == self.decided
                )
        except Exception:  # noqa: BLE001 (as above)
            return False

    def _decisions(self, edited: Source | None = None, edit: Edit | None = None) -> list[bool]:
        """What the functions decide on their way. An edit of a formula leaves it so, one of a switch does not."""
        seen: list[bool] = []

        def watch(value: Any) -> Any:
            if np.size(value) == 1:
                seen.append(bool(value))
            return value

        try:
            for source in self.own:
                source.functions[0].__globals__[WATCH] = watch
                with edit if edit and source is edited else nullcontext():
                    source.put(source.instrumented())
            self._answer()
        finally:
            for source in self.own:
                source.put(source.code)
        return seen


def _key(place: Place) -> tuple[int, Any]:
    return id(place.holder), place.key


def _kind(value: object) -> str:
    """Of a value: a number, an array of numbers; a function, one of the caller's own, a module; or something else."""
    if isinstance(getattr(value, "__func__", value), FunctionType):
        return "own function"
    if isinstance(value, ModuleType) or callable(value):
        return "function"
    if isinstance(value, ast.expr):
        return "number"  # not known, so it may be one
    numbers = isinstance(value, float | int) or getattr(getattr(value, "dtype", None), "kind", "") in set("fiucb")
    return "number" if numbers else "something"


def _numpy(source: Source) -> str:
    """What NumPy is called there."""
    names = source.functions[0].__globals__
    return next((name for name, value in names.items() if value is np), "np")


def _in_double(probe: Probe) -> tuple[Floats, Floats]:
    """The slopes of the cost, and how well they are known, where those of the check are of float32."""
    found = []
    for way in np.diag(probe.scale):
        along = partial(_cost_along, probe, way)
        found.append([slope_at_zero(along, h) for h in (1e-3, 5e-4)] / np.max(way))
    far, near = np.array(found).T
    return near, 10 * np.abs(near - far) + RIGHT * float(np.max(np.abs(near)))  # data may be summed up in float32


def _cost_along(probe: Probe, way: Floats, t: float) -> float:
    assert probe.cost is not None
    return probe.cost(t * way)


def _slopes(case: Case, probe: Probe) -> Iterator[Slope]:
    """Of each block two at two other points, where no kink is in the way."""
    rng = np.random.default_rng(23)
    for _ in range(2):
        moved = 0.1 * probe.scale * rng.uniform(-1, 1, probe.theta.size)
        for block in case.blocks.values():
            for _ in range(2):
                way = probe.scale * rng.choice([-1.0, 1.0], probe.theta.size) * case.within(block)
                if (value := _smooth(probe, moved, way)) is not None:
                    yield Slope(moved, way, value)


def _smooth(probe: Probe, moved: Floats, way: Floats) -> float | None:
    """A central difference, if one twice as long says the same."""
    assert probe.cost is not None
    cost = probe.cost
    near, far = ((cost(moved + h * way) - cost(moved - h * way)) / (2 * h) for h in (STEP, 2 * STEP))
    return near if abs(near - far) <= RIGHT / 10 * max(abs(near), abs(far)) else None
