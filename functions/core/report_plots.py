"""The plots of reports: SVG text that needs no script, no font and no network."""

import math
from collections.abc import Sequence
from html import escape

from functions.contracts.drift import ColumnDrift, Verdict
from functions.contracts.drift_method import TITLES, DriftMethod

WIDTH = 560
_LABEL_WIDTH = 190
_VALUE_WIDTH = 62
_NOTE_WIDTH = 180
_BAR, _PITCH, _BIN = 9, 11, 30
_LONGEST_LABEL = 22
_LEAST = 0.001
_ROW = 26


def shares_plot(column: ColumnDrift, names: tuple[str, str] = ("reference", "window")) -> str:
    """Return bars of two samples' shares of each bin that has rows; `names` are the samples'."""
    bins = [
        bin_
        for bin_ in zip(column.bins, column.reference_shares, column.current_shares, strict=True)
        if bin_[1] or bin_[2]
    ]
    if not bins:
        return ""
    most = max(max(past, now) for _, past, now in bins)
    rows = [
        _bin_bars(i * _BIN + 4, name, (past, now), most, names)
        for i, (name, past, now) in enumerate(bins)
    ]
    title = f"Shares of {column.name}, {names[0]} and {names[1]}"
    return _svg(title, height=len(bins) * _BIN + 4, body="".join(rows))


def interval_plot(title: str, bounds: tuple[float, float, float]) -> str:
    """Return a value between its bounds (lower, value, upper), on an axis that shows 0."""
    low, high = min(0.0, *bounds), max(0.0, *bounds)
    room = (high - low) or 1.0

    def place(value: float) -> float:
        return 40 + (value - low) / room * (WIDTH - 80)

    lower, value, upper = (place(bound) for bound in bounds)
    marked = {"0": 0.0, **{f"{bound:+.3g}": bound for bound in (bounds[0], bounds[2])}}
    names = "".join(
        f'<text class="small" x="{place(at):.1f}" y="{60 if at == 0.0 else 14}" '
        f'text-anchor="middle">{name}</text>'
        for name, at in marked.items()
    )
    return _svg(
        title,
        height=64,
        body=(
            f'<line class="grid" x1="{place(0.0):.1f}" x2="{place(0.0):.1f}" y1="18" y2="48"/>'
            f'<line class="span" x1="{lower:.1f}" x2="{upper:.1f}" y1="32" y2="32"/>'
            f'<circle class="point" cx="{value:.1f}" cy="32" r="6"/>{names}'
        ),
    )


def share_plot(title: str, share: float) -> str:
    """Return a bar that is filled as far as the share."""
    body = (
        f'<rect class="rest" x="0" y="2" width="{WIDTH}" height="16" rx="3"/>'
        f'<rect class="reference" x="0" y="2" width="{WIDTH * share:.1f}" height="16" rx="3">'
        f"<title>{share:.2%}</title></rect>"
    )
    return _svg(title, height=20, body=body)


def portions_plot(title: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Return a bar for each name, as long as its share of 1, with a text behind it."""
    room = WIDTH - _LABEL_WIDTH - _NOTE_WIDTH
    bars = "".join(
        _text(_LABEL_WIDTH - 8, i * _ROW + 17, name, anchor="end")
        + f'<rect class="reference" x="{_LABEL_WIDTH}" y="{i * _ROW + 6}" '
        f'width="{room * share:.1f}" height="14" rx="2"><title>{escape(name)}: {share:.1%}'
        f'</title></rect><text class="small" x="{_LABEL_WIDTH + room * share + 6:.1f}" '
        f'y="{i * _ROW + 17}">{escape(note)}</text>'
        for i, (name, share, note) in enumerate(rows)
    )
    return _svg(title, len(rows) * _ROW + 4, bars)


def distances_plot(columns: Sequence[ColumnDrift]) -> str:
    """Return each column's distance against its threshold, logarithmic, in the given order.

    The distance is that of the method which judges the column; chance is drawn of PSI alone, whose
    expectation without drift is known.
    """
    most = max((max(c.measured, c.threshold, _chance(c) or 0.0) for c in columns), default=1.0)
    decades = range(-3, max(0, math.ceil(math.log10(most))) + 1)
    height = len(columns) * _ROW + 24
    ticks = [_tick(10.0**decade, decades, height) for decade in decades]
    rows = [_distance_row(i, column, decades) for i, column in enumerate(columns)]
    return _svg("Distance of each column against its threshold", height, "".join(ticks + rows))


def short_label(label: str) -> str:
    """Return a label that fits beside a bar.

    Examples
    --------
    >>> short_label("a" * 40)
    'aaaaaaaaaaaaaaaaaaaaa…'
    """
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _bin_bars(
    top: int, name: str, shares: tuple[float, float], most: float, samples: tuple[str, str]
) -> str:
    room = WIDTH - _LABEL_WIDTH - _VALUE_WIDTH
    parts = [_text(_LABEL_WIDTH - 8, top + 14, name, anchor="end")]
    kinds = zip(("reference", "current"), samples, shares, strict=True)
    for row, (kind, sample, share) in enumerate(kinds):
        y = top + row * _PITCH
        width = room * share / most
        parts.append(
            f'<rect class="{kind}" x="{_LABEL_WIDTH}" y="{y}" width="{width:.1f}" '
            f'height="{_BAR}" rx="1.5"><title>{escape(name)}: {sample} {share:.2%}</title></rect>'
            f'<text class="small" x="{_LABEL_WIDTH + width + 5:.1f}" y="{y + _BAR - 0.5}">'
            f"{share:.1%}</text>"
        )
    return "".join(parts)


def _distance_row(index: int, column: ColumnDrift, decades: range) -> str:
    middle = index * _ROW + _ROW / 2
    if column.verdict is Verdict.NOT_JUDGED:
        return _text(_LABEL_WIDTH - 8, middle + 4, column.name, anchor="end") + _text(
            _LABEL_WIDTH + 6, middle + 4, "not judged", css="small"
        )
    x, limit = _position(column.measured, decades), _position(column.threshold, decades)
    kind = "drifted" if column.verdict is Verdict.DRIFT else "calm"
    return (
        _text(_LABEL_WIDTH - 8, middle + 4, column.name, anchor="end")
        + f'<line class="{kind} stem" x1="{_LABEL_WIDTH}" x2="{x:.1f}" y1="{middle}" '
        f'y2="{middle}"/>'
        f"{_chance_mark(column, middle, decades)}"
        f'<line class="limit" x1="{limit:.1f}" x2="{limit:.1f}" y1="{middle - 13}" '
        f'y2="{middle + 13}"/>'
        f'<circle class="{kind}" cx="{x:.1f}" cy="{middle}" r="5"><title>{escape(column.name)}: '
        f"{TITLES[column.method]} {column.measured:.4f}</title></circle>"
        + _text(max(x, limit) + 10, middle + 4, f"{column.measured:.3f}", css="small")
    )


def _chance(column: ColumnDrift) -> float | None:
    """Return what chance alone gives on average, where that is known."""
    return column.psi_expected_without_drift if column.method is DriftMethod.PSI else None


def _chance_mark(column: ColumnDrift, middle: float, decades: range) -> str:
    chance = _chance(column)
    if chance is None:
        return ""
    x = _position(chance, decades)
    return (
        f'<line class="chance" x1="{x:.1f}" x2="{x:.1f}" y1="{middle - 7}" y2="{middle + 7}">'
        f"<title>chance alone: {chance:.4f}</title></line>"
    )


def _tick(value: float, decades: range, height: float) -> str:
    x = _position(value, decades)
    return (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 20}"/>'
        f'<text class="small" x="{x:.1f}" y="{height - 5}" text-anchor="middle">{value:g}</text>'
    )


def _position(distance: float, decades: range) -> float:
    """Return where a distance is on the logarithmic axis; 0.001 and less are at its start."""
    share = (math.log10(max(distance, _LEAST)) - decades[0]) / (decades[-1] - decades[0])
    return _LABEL_WIDTH + share * (WIDTH - _LABEL_WIDTH - _VALUE_WIDTH)


def _text(x: float, y: float, text: str, *, anchor: str = "start", css: str = "label") -> str:
    title = f"<title>{escape(text)}</title>" if len(text) > _LONGEST_LABEL else ""
    return (
        f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(short_label(text))}{title}</text>"
    )


def _svg(title: str, height: float, body: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{body}</svg>'
    )
