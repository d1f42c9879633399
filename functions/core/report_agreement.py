"""The plot of realized scores over estimated ones."""

from collections.abc import Sequence

from functions.contracts.drift import ScorePoint
from functions.core.report_axes import padded, plot, round_values, window_name

SIDE = 300


def agreement_plot(title: str, points: Sequence[ScorePoint]) -> str:
    """Return realized scores over estimated ones, with the line where both are equal.

    Points without one of both are left out; nothing is drawn of fewer than two.
    """
    both = [
        (point, point.estimated, point.realized)
        for point in points
        if point.estimated is not None and point.realized is not None
    ]
    if len(both) < 2:  # noqa: PLR2004 - one point shows no relation
        return ""
    low, high = padded([value for _, *values in both for value in values])

    def place(value: float) -> float:
        return (value - low) / (high - low) * (SIDE - 70)

    ticks = "".join(
        f'<text class="small" x="{50 + place(value):.1f}" y="{SIDE - 26}" '
        f'text-anchor="middle">{value:.4g}</text><text class="small" x="46" '
        f'y="{SIDE - 36 - place(value):.1f}" text-anchor="end">{value:.4g}</text>'
        for value in round_values(low, high)[::2]
    )
    dots = "".join(
        f'<circle class="dot current" cx="{50 + place(estimated):.1f}" '
        f'cy="{SIDE - 40 - place(realized):.1f}" r="4"><title>{window_name(point)}: estimated '
        f"{estimated:.4f}, realized {realized:.4f}</title></circle>"
        for point, estimated, realized in both
    )
    side = SIDE - 70
    body = (
        f'<rect class="frame" x="50" y="30" width="{side}" height="{side}"/>'
        f'<line class="chance" x1="50" y1="{SIDE - 40}" x2="{50 + side}" y2="30"/>{ticks}{dots}'
        f'<text class="small" x="{50 + side / 2}" y="{SIDE - 8}" text-anchor="middle">estimated'
        '</text><text class="small" x="50" y="18" text-anchor="start">realized</text>'
    )
    worst = max(abs(realized - estimated) for _, estimated, realized in both)
    return plot(title, f"{len(both)} windows, at most {worst:.4f} apart.", (SIDE, SIDE), body)
