"""Which sample a call takes of what takes seconds: the same in every call, unless GRADLAB_SAMPLE says otherwise.

A number is the seed of the sample (0), `any` draws a seed, `all` takes everything.
"""

import os
import random

import pytest


def seed_of_the_sample(wanted: str) -> str:
    """What GRADLAB_SAMPLE stands for: a number, or `all`."""
    if wanted == "any":
        return str(random.SystemRandom().randrange(10**6))
    if wanted != "all" and not wanted.isdecimal():
        raise pytest.UsageError(f"GRADLAB_SAMPLE must be any, all or a number, got {wanted!r}")
    return wanted


# Here, and not in a hook: test modules and workers read it when they are imported. Workers inherit what was drawn.
os.environ["GRADLAB_SAMPLE"] = seed_of_the_sample(os.environ.get("GRADLAB_SAMPLE", "0"))


def pytest_report_header() -> str:
    """How to repeat the sample."""
    return f"what is sampled: GRADLAB_SAMPLE={os.environ['GRADLAB_SAMPLE']} (a number, any, or all)"
