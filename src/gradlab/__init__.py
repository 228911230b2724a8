"""gradlab: is this gradient right, and how far can the answer be trusted?"""

from gradlab.backward import assert_backward, check_backward
from gradlab.check import assert_gradients, check_gradients
from gradlab.diagnosis.finding import Finding
from gradlab.errors import GradientMismatch, GradlabError
from gradlab.jacobian import assert_jacobian, check_jacobian
from gradlab.jvp import check_jvp
from gradlab.numeric.derivative import Derivative, derivative
from gradlab.numeric.gradient import NumericGradient, numeric_gradient
from gradlab.precision import relative_difference
from gradlab.problem.parameters import Parameters
from gradlab.report import Report
from gradlab.strength import Strength, strength
from gradlab.verdict.blocks import Block, Component, Verdict

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
    "assert_backward",
    "assert_gradients",
    "assert_jacobian",
    "check_backward",
    "check_gradients",
    "check_jacobian",
    "check_jvp",
    "derivative",
    "numeric_gradient",
    "relative_difference",
    "strength",
]
