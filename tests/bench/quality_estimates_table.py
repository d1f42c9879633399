"""What the estimates of ROC AUC without labels are worth on NannyML's sets.

Prints the table of docs/explanation/quality-without-labels.md, and draws its picture::

    python -m tests.bench.quality_estimates_table            # the table, seconds
    python -m tests.bench.quality_estimates_table picture    # the picture, seconds
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from functions.contracts.estimates import QualityVerdict
from tests.unit.core.test_estimates_like_nannyml import estimates_of, theirs, values

PICTURE = Path(__file__).resolve().parents[2] / "docs/explanation/quality-without-labels.svg"
METRIC = "roc_auc_score"
SETS = {
    "census": "US Census, employment: the rows change",
    "cards": "credit cards: what rows mean changes",
}
PANEL, GAP, HEIGHT, LEFT, BOTTOM, TOP = 330, 50, 290, 46, 40, 34
WIDTH = 2 * (LEFT + PANEL) + GAP
BLUE, ORANGE = "#0072b2", "#d55e00"


def table() -> Iterator[str]:
    """Yield the table's lines."""
    yield "| set | chunks | from NannyML's, at most | from the labels', on average | alarms |"
    yield "| --- | --- | --- | --- | --- |"
    for name in ("car_loan", "census", "cards"):
        ours = np.array(values(name, METRIC))
        real = np.array(theirs(name, METRIC, "realised"))
        off = np.abs(ours - theirs(name, METRIC, "value")).max()
        alarms = [
            str(index + 1)
            for index, chunk in enumerate(estimates_of(name))
            if chunk[METRIC].verdict is not QualityVerdict.OK
        ]
        error = np.abs(ours - real).mean()
        yield f"| {name} | {len(ours)} | {off:.1e} | {error:.4f} | {', '.join(alarms)} |"


def picture() -> str:
    """Return both sets as SVG: estimated and realised ROC AUC of each chunk."""
    title = "Estimated and realised ROC AUC of two data sets, chunk by chunk"
    panels = "".join(
        _panel(index * (LEFT + PANEL + GAP), *each) for index, each in enumerate(SETS.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}"><title>{title}</title><style>'
        "text{font:12px system-ui,sans-serif;fill:#57606a}.grid{stroke:#d5dbe1}"
        ".name{font-weight:600;fill:#1b1f24}.line{fill:none;stroke-width:2}"
        ".limit{stroke:#1b1f24;stroke-dasharray:5 4}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{panels}</svg>\n'
    )


def _panel(left: int, name: str, words: str) -> str:
    estimated, realised = values(name, METRIC), theirs(name, METRIC, "realised")
    threshold = estimates_of(name)[0][METRIC].lower_threshold or 0.0
    ticks = "".join(_line("grid", value, f"{value:.2f}") for value in (0.75, 0.8, 0.85, 0.9, 0.95))
    return (
        f'<g transform="translate({left})"><text class="name" x="{LEFT}" y="20">{words}</text>'
        f"{ticks}{_line('limit', threshold)}{_curve(ORANGE, realised)}{_curve(BLUE, estimated)}"
        f'<text x="{LEFT}" y="{HEIGHT - 12}"><tspan style="fill:{BLUE}">estimated without labels'
        f'</tspan>, <tspan style="fill:{ORANGE}">realised</tspan>, threshold (dashed)</text></g>'
    )


def _curve(color: str, points: Sequence[float]) -> str:
    step = PANEL / len(points)
    drawn = " ".join(
        f"{LEFT + step * (index + 0.5):.1f},{_y(value):.1f}" for index, value in enumerate(points)
    )
    return f'<polyline class="line" stroke="{color}" points="{drawn}"/>'


def _line(css: str, value: float, name: str = "") -> str:
    y = _y(value)
    return (
        f'<line class="{css}" x1="{LEFT}" x2="{LEFT + PANEL}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'
    )


def _y(value: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (0.95 - value) / 0.23


def main(arguments: list[str]) -> None:
    """Write the picture, or print the table."""
    if arguments == ["picture"]:
        PICTURE.write_text(picture(), encoding="utf-8")
        return
    for line in table():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
