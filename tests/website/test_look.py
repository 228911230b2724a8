"""The look: colours that can be read, told apart by everybody, and mean the same in pages and figures."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from website.figures import style

ROOT = Path(__file__).parents[2]
COLOURS = (ROOT / "website" / "style" / "2-colours.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--(gl-\w+): light-dark\((#\w{6}, #\w{6})\)", COLOURS))
SCHEMES = {
    name: {role: pair.split(", ")[k] for role, pair in PAIRS.items()} for k, name in enumerate(("light", "dark"))
}
TEXT = (
    "gl-ink",
    "gl-soft",
    "gl-link",
    "gl-analytic",
    "gl-numeric",
    "gl-wrong",
    "gl-agrees",
    "gl-keyword",
    "gl-string",
)

# Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency".
EYES = {
    "three kinds of cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)


def linear(colour: str) -> np.ndarray:
    """sRGB without its gamma."""
    c = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG's ratio."""
    low, high = sorted((XYZ @ linear(colour))[1] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    """CIELAB, in which 1 is about the least difference that is seen."""
    x = XYZ @ np.clip(light, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("ground", ["gl-paper", "gl-code"])
@pytest.mark.parametrize("role", TEXT)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_can_be_read(scheme: str, role: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[role], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_grey_band_is_seen(scheme: str) -> None:
    assert contrast(SCHEMES[scheme]["gl-bound"], SCHEMES[scheme]["gl-paper"]) >= 3


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_meanings_are_told_apart(scheme: str, eyes: str) -> None:
    colours = [SCHEMES[scheme][f"gl-{role}"] for role in ("analytic", "numeric", "wrong", "agrees")]
    seen = [lab(np.asarray(EYES[eyes]) @ linear(colour)) for colour in colours]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 15


def test_figures_have_the_colours_of_the_pages() -> None:
    light = {f"var(--{role})": colour for role, colour in SCHEMES["light"].items()}
    light["currentColor"] = light["var(--gl-ink)"]
    assert {role: colour for colour, role in style.ROLES.items()} == {
        role: light[role] for role in style.ROLES.values()
    }
