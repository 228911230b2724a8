"""From blocks to findings: what is wrong is diagnosed, and the caller's code may be asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gradlab.diagnosis.diagnose import diagnose
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.problem.gradients import Analytic
from gradlab.problem.problem import Problem
from gradlab.verdict.blocks import Block, Verdict


def findings_of(
    blocks: Mapping[str, Block], problem: Problem, analytic: Analytic, edits: bool
) -> tuple[Finding, ...]:
    """What is likely wrong; the caller's code is asked again only if something is."""
    cost = problem.cost
    if cost.stopped or all(block.verdict is Verdict.AGREES for block in blocks.values()):
        return diagnose(blocks, None, cost.raised)
    probe = Probe.of(problem, analytic.function)
    double = Probe.in_double(problem, analytic.by_params) if edits else None
    return diagnose(blocks, probe and replace(probe, edits=edits), cost.raised, double)
