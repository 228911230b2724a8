"""The likely bug by name: all rules are asked, and what explains the most comes first."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gradlab.diagnosis import (
    contracted,
    coupling,
    dependence,
    elsewhere,
    gains,
    geometry,
    held_paths,
    invariance,
    jacobian_symmetry,
    law,
    layers,
    normalisation,
    one_edit,
    other_factor,
    outputs,
    own_factor,
    places,
    products,
    some_factor,
    square,
    stacked,
    sums,
    terms,
    undecided,
    upstream,
    values,
    whereabouts,
    without,
)
from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.verdict.blocks import Block

Rule = Callable[[Case], Iterator[Finding]]

# Between two that are certain the earlier stands first: it is simpler to state, or says more.
FITS: tuple[Rule, ...] = (
    values.not_finite,
    values.sign_flipped,
    places.another_block,
    values.no_effect,
    values.clipped,
    own_factor.scale_of_one_number,
    geometry.tangential,
    values.constant_factor,
    values.factor_beside_decay,
    values.zero,
    values.decay,
    places.transposed,
    places.permuted,
    places.slice_scaled,
)
# In the order in which one is asked for: what is certain and cheap first, what asks the caller's code often last.
CAUSES: tuple[Rule, ...] = (
    upstream.not_linear,
    products.weight_left_out,
    upstream.handed_on,
    upstream.skipped,
    upstream.one_use,
    products.reshaped,
    products.another_activation,
    terms.two_terms,
    terms.another_term,
    some_factor.one_factor_in_some,
    terms.two_values,
    terms.decay_of_some,
    terms.term_of_some,
    own_factor.parameter_scale,
    other_factor.factor_of_another,
    terms.nearly,
    law.law_of_few,
    normalisation.softmax_coupling,
    normalisation.normalisation,
    square.symmetrised,
    square.part_transposed,
    sums.summed_too_far,
    gains.gain_or_shift,
    own_factor.factor_of_a_slice,
    sums.last_step,
    geometry.rotated,
    own_factor.factor_of_its_own,
    own_factor.elementwise,
    contracted.jacobian_entry,
    outputs.first_step_back,
    outputs.some_uses,
    outputs.other_places,
    outputs.which_output,
    outputs.some_outputs,
    elsewhere.linear_on_one_side,
    elsewhere.no_curvature,
)
# Asked beside what explains all of it, too: a number tells what is wrong, and a line where.
CODE: tuple[Rule, ...] = (one_edit.one_edit,)
PATHS: tuple[Rule, ...] = (held_paths.held_paths,)
WEAK: tuple[Rule, ...] = (
    geometry.between_points,
    without.right_without,
    stacked.part_of_a_stack,
    invariance.should_sum_to_zero,
    invariance.should_stand_at_right_angles,
    whereabouts.only_the_input,
    square.diagonal,
    places.several_slices,
    coupling.not_coupled,
    elsewhere.same_difference,
)
WEAKEST: tuple[Rule, ...] = (sums.right_sums, whereabouts.run_of_entries)
PLACES: tuple[Rule, ...] = (places.one_slice, places.one_entry)
PATTERNS: tuple[Rule, ...] = (
    layers.from_the_output,
    layers.from_a_layer_down,
    layers.only_weights,
    layers.only_biases,
    layers.only_one_layer,
)
TRUST: tuple[Rule, ...] = (
    undecided.kink,
    undecided.jump,
    undecided.stairs,
    undecided.still,
    undecided.noise,
    undecided.random,
    undecided.no_value,
    undecided.in_sum,
)
RULES = (
    *FITS,
    *CAUSES,
    *CODE,
    *PATHS,
    *WEAK,
    *WEAKEST,
    *PLACES,
    *PATTERNS,
    places.one_number,
    whereabouts.only_one_block,
    whereabouts.everything,
    jacobian_symmetry.asymmetric,
    *TRUST,
)

NO_EFFECT = "GL110"
# These say where, and no more: with what the difference changes may tell the rest.
ONLY_PLACES = {"GL112", "GL113", "GL114", "GL115", "GL116", "GL118", "GL119", "GL147", "GL148"}

LIKELY = 3.0  # digits that a fit must explain to be called the likely bug: a chance of 1e-3


def diagnose(
    blocks: Mapping[str, Block], probe: Probe | None = None, raised: str = "", double: Probe | None = None
) -> tuple[Finding, ...]:
    """What is likely wrong, the best explanation first; nothing if no block is wrong or undecided.

    First fits that explain every wrong block, then causes that are seen by asking the caller's code again. If there
    are none: the one entry, row or column that is wrong, the pattern of layers, and fits that explain some blocks.
    Whether the gradient is that of any cost is asked only where nothing explains it all. Last, why numbers are not
    to be trusted.

    Parameters
    ----------
    blocks
        All blocks of a check.
    probe
        The caller's code, to be asked only if a block is wrong.
    raised
        What the cost raised beside params, as text, if it did.
    double
        The caller's code at params of float64, where they are of float32, for the search for an edit.
    """
    case = Case(blocks, probe, raised, double)
    wrong = {block.name for block in case.wrong}
    unsteady = _ask([undecided.random], case)
    if unsteady and wrong <= _blocks(unsteady):  # what differs from call to call can look like any mistake
        return tuple(unsteady)
    spoiled = _ask([upstream.not_linear], case)
    if spoiled and wrong <= _blocks(spoiled):  # numbers that do not follow the upstream gradient fit by accident
        return tuple(spoiled)
    fits = sorted(_ask(FITS, case), key=lambda f: (set(f.blocks) != wrong, -min(f.sure, CERTAIN)))
    likely = _each_block_once([f for f in fits if f.sure >= LIKELY])
    whole = [f for f in likely if _covered(likely, f.code) >= wrong]
    parts = [f for f in likely if f not in whole]
    if whole or not wrong:
        unread = bool(whole) and all(f.code == NO_EFFECT for f in whole)  # no layer is to blame
        whole = whole if unread else _with_edit(whole, case)
        return (*whole, *([] if unread else _ask(PATTERNS, case)), *parts, *_ask(TRUST, case))
    causes = _causes(case, wrong)
    paths = _ask(PATHS, case)
    causes = [*causes, *paths] if _blocks(causes) >= wrong else [*paths, *causes]
    causes = [*_ask(CODE, case), *causes]
    certain = _blocks(causes) >= wrong
    alone = [] if certain else [f for f in _ask(PLACES, case) if set(f.blocks) == wrong]
    weak, weakest = ([], []) if causes else (_ask(WEAK, case), _ask(WEAKEST, case))
    # An input is made from what makes the parameters: what explains all of these explains it as well.
    parameters = {block.name for block in case.parameters} & wrong
    early = parts if parameters and _blocks(parts) >= parameters else []
    found = [*causes, *early, *alone, *weak, *_ask(PATTERNS, case), *weakest, *(() if early else parts)]
    number = _ask([places.one_number], case) if not likely and not causes else []
    place = [] if found else _ask([whereabouts.only_one_block], case) + number or _ask([whereabouts.everything], case)
    found += number if found else []
    asymmetry = [] if certain or not (found or place) else _ask([jacobian_symmetry.asymmetric], case)
    if place and asymmetry and not found and place[0].code == whereabouts.NOTHING_BUT_WHERE:
        place, asymmetry = [whereabouts.with_symmetry(place[0], asymmetry[0]), *place[1:]], []
    said = [*found, *place]
    if said and not causes and said[0].code in ONLY_PLACES and (more := _guarded(_depends_on, case)):
        said[0] = replace(said[0], message=said[0].message + more[0])
    return (*said, *asymmetry, *_ask(TRUST, case))


def _with_edit(whole: list[Finding], case: Case) -> list[Finding]:
    """What explains all, and the line of code that makes it so, if it is found."""
    edits = _ask(CODE, case) if whole else []
    if not edits:
        return whole
    return [replace(whole[0], message=f"{whole[0].message} {edits[0].message}"), *whole[1:]]


def _depends_on(case: Case) -> list[str]:
    return [sentence] if (sentence := dependence.depends_on(case) or coupling.changes_with(case)) else []


def _causes(case: Case, wrong: set[str]) -> list[Finding]:
    """Ask until every wrong block is explained."""
    found: list[Finding] = []
    for rule in CAUSES:
        new = [f for f in _ask([rule], case) if f.sure >= LIKELY and not set(f.blocks) <= _blocks(found)]
        found += new
        if _blocks(found) >= wrong:
            break
    return found


def _blocks(found: list[Finding]) -> set[str]:
    return {name for finding in found for name in finding.blocks}


def _ask(rules: Iterable[Rule], case: Case) -> list[Finding]:
    return [finding for rule in rules for finding in _guarded(rule, case)]


def _guarded(rule: Callable[[Case], Iterable[Any]], case: Case) -> list[Any]:
    """What a rule says; nothing if it fails: it may have asked the caller's code where that cannot answer."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return list(rule(case))
    except Exception:  # noqa: BLE001 (the caller's own function may raise anything, and a hint must not end a check)
        return []


def _each_block_once(found: list[Finding]) -> list[Finding]:
    """Leave out what only explains blocks that are explained better already."""
    kept: list[Finding] = []
    seen: set[str] = set()
    for finding in found:
        if not set(finding.blocks) <= seen:
            kept.append(finding)
            seen.update(finding.blocks)
    return kept


def _covered(found: list[Finding], code: str) -> set[str]:
    return {name for finding in found if finding.code == code for name in finding.blocks}
