"""The colors of reports can be told from their ground, on light and on dark."""

import re

import pytest

from functions.core.report_style import STYLE

LIGHT, DARK = (
    dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
)


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_knows_what_contrast_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "card"])
@pytest.mark.parametrize(
    ("name", "least"),
    [
        *((name, 4.5) for name in ("ink", "soft", "bad", "good", "wait")),
        *((name, 3.0) for name in ("reference", "current")),
    ],
)
def test_text_and_lines_stand_out(
    scheme: dict[str, str], ground: str, name: str, least: float
) -> None:
    """WCAG 2.2: text needs 4.5 to 1 (1.4.3), the parts of pictures 3 to 1 (1.4.11)."""
    assert contrast(scheme[name], scheme[ground]) >= least


def test_no_text_has_a_color_of_the_plots() -> None:
    for name in ("reference", "current"):
        for rule in re.findall(rf"([^{{}}]+)\{{[^}}]*(?<![-\w])color: var\(--{name}\)", STYLE):
            assert rule.strip().startswith("svg")
