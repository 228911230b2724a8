"""gradlab: is this gradient right, and how far can the answer be trusted?"""

from gradlab.check import assert_gradients, check_backward, check_gradients
from gradlab.compare import Block, Component, Verdict
from gradlab.derivative import Derivative, derivative
from gradlab.errors import GradientMismatch, GradlabError
from gradlab.findings import Finding
from gradlab.gradient import NumericGradient, numeric_gradient
from gradlab.parameters import Parameters
from gradlab.precision import relative_difference
from gradlab.report import Report
from gradlab.strength import Strength, strength

__all__ = [
    "Block",
    "Component",
    "Derivative",
    "Finding",
    "GradientMismatch",
    "GradlabError",
    "NumericGradient",
    "Parameters",
    "Report",
    "Strength",
    "Verdict",
    "assert_gradients",
    "check_backward",
    "check_gradients",
    "derivative",
    "numeric_gradient",
    "relative_difference",
    "strength",
]
