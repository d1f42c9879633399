"""The plots of scores over time: SVG text that needs no script, no font and no network."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import groupby

from functions.contracts.alerts import Severity
from functions.contracts.drift import ScoreLimit, ScorePoint
from functions.contracts.score_names import more_is_better
from functions.core.report_axes import padded, plot, round_values, window_name

WIDTH, HEIGHT = 880, 290
BAND = 3.0
"""Sampling errors to each side of an estimate, as its bounds in `functions.core.estimates`."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 128, 18, 28
_MOST_TIMES = 7
_MOST_DOTS = 60
_LINE_HEIGHT = 13
_SHORT = timedelta(days=3)
_DAY = timedelta(days=1)
_STEPS = tuple(
    timedelta(hours=hours)
    for hours in (1 / 60, 1 / 12, 1 / 6, 0.5, 1, 2, 3, 6, 12, 24, 48, 72, 120, 168, 240, 336, 720)
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where moments and values are in the picture."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        room = (self.end - self.start).total_seconds() or 1.0
        share = (at - self.start).total_seconds() / room if self.end > self.start else 0.5
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def score_plot(title: str, points: Sequence[ScorePoint], limits: Sequence[ScoreLimit] = ()) -> str:
    """Return one score over time, estimated with its band and realized, with its limits.

    Parameters
    ----------
    title : str
        Of the picture, for who cannot see it.
    points : sequence of ScorePoint
        Of one score, the oldest first. Lines end where a value is missing or a version is another.
    limits : sequence of ScoreLimit
        Drawn as horizontal lines, whatever score they name.

    Returns
    -------
    str
        Nothing if no point has a value.
    """
    values = list(_values(points))
    if not values:
        return ""
    low, high = padded([*values, *(limit.limit for limit in limits)])
    frame = _Frame(points[0].window_end, points[-1].window_end, low, high)
    parts = [
        *(_value_tick(frame, value) for value in round_values(low, high)),
        *(_time_tick(frame, at) for at in _round_moments(frame.start, frame.end)),
        *(_version_mark(frame, point) for point in _version_starts(points)),
        *_limit_lines(frame, limits),
        *(_band(frame, run) for run in _runs(points, _estimated)),
        *(_line(frame, run, "reference", _estimated) for run in _runs(points, _estimated)),
        *(_line(frame, run, "current", _realized) for run in _runs(points, _realized)),
    ]
    return plot(title, _describe(points), (WIDTH, HEIGHT), "".join(parts))


def _estimated(point: ScorePoint) -> float | None:
    return point.estimated


def _realized(point: ScorePoint) -> float | None:
    return point.realized


def _values(points: Sequence[ScorePoint]) -> Iterator[float]:
    for point in points:
        if point.estimated is not None:
            yield from _bounds(point, point.estimated)
        if point.realized is not None:
            yield point.realized


def _bounds(point: ScorePoint, estimated: float) -> tuple[float, float]:
    width = BAND * (point.sampling_error or 0.0)
    most = 1.0 if more_is_better(point.metric) else math.inf
    return max(min(0.0, estimated), estimated - width), min(max(most, estimated), estimated + width)


def _runs(
    points: Sequence[ScorePoint], value_of: Callable[[ScorePoint], float | None]
) -> list[list[ScorePoint]]:
    """Return stretches of one version whose points all have the value."""
    stretches = groupby(points, lambda point: (point.version, value_of(point) is not None))
    return [list(run) for (_, has_value), run in stretches if has_value]


def _line(
    frame: _Frame,
    run: Sequence[ScorePoint],
    kind: str,
    value_of: Callable[[ScorePoint], float | None],
) -> str:
    placed = [
        (point, frame.x(point.window_end), frame.y(value), value)
        for point in run
        if (value := value_of(point)) is not None
    ]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for _, x, y, _ in placed)
    line = f'<polyline class="line {kind}" points="{drawn}"/>' if len(placed) > 1 else ""
    radius = 3.0 if len(placed) <= _MOST_DOTS else 1.6
    return line + "".join(
        f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"><title>'
        f"{window_name(point)}: {_said(point, kind, value)}</title></circle>"
        for point, x, y, value in placed
    )


def _said(point: ScorePoint, kind: str, value: float) -> str:
    if kind == "current":
        return f"realized {value:.4f} on {point.labelled_rows:,} labelled rows"
    return f"estimated {value:.4f} ± {BAND * (point.sampling_error or 0.0):.4f}"


def _band(frame: _Frame, run: Sequence[ScorePoint]) -> str:
    sides = [
        (frame.x(point.window_end), *_bounds(point, point.estimated))
        for point in run
        if point.estimated is not None
    ]
    if len(sides) == 1:
        ((x, low, high),) = sides
        return (
            f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{frame.y(low):.1f}" '
            f'y2="{frame.y(high):.1f}"/>'
        )
    above = [f"{x:.1f},{frame.y(high):.1f}" for x, _, high in sides]
    below = [f"{x:.1f},{frame.y(low):.1f}" for x, low, _ in reversed(sides)]
    return f'<polygon class="band" points="{" ".join([*above, *below])}"/>'


def _limit_lines(frame: _Frame, limits: Sequence[ScoreLimit]) -> list[str]:
    """Return the lines with their names beside them, moved apart where they are close."""
    parts, last = [], -math.inf
    for limit in sorted(limits, key=lambda limit: (-limit.limit, limit.source)):
        y = frame.y(limit.limit)
        text_y = max(y + 4, last + _LINE_HEIGHT)
        last = text_y
        name = f"{limit.source} {_sign(limit)} {limit.limit:g}"
        parts.append(
            f'<line class="limit {escape(limit.source)}" x1="{_LEFT}" x2="{WIDTH - _RIGHT + 4}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="small" x="{WIDTH - _RIGHT + 8}" y="{text_y:.1f}">{escape(name)}</text>'
        )
    return parts


def _sign(limit: ScoreLimit) -> str:
    """Return how a limit reads: a gate says what is asked for, a condition what is too bad."""
    signs = "<>" if limit.source in set(Severity) else "≥≤"
    return signs[0 if more_is_better(limit.metric) else 1]


def _version_starts(points: Sequence[ScorePoint]) -> Iterator[ScorePoint]:
    for _, run in groupby(points, lambda point: point.version):
        yield next(run)


def _version_mark(frame: _Frame, point: ScorePoint) -> str:
    x = frame.x(point.window_end)
    return (
        f'<line class="version" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{HEIGHT - _BOTTOM}"/>'
        f'<text class="small" x="{x + 3:.1f}" y="{_TOP - 6}">version {point.version}</text>'
    )


def _value_tick(frame: _Frame, value: float) -> str:
    y = frame.y(value)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="small" x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{value:.4g}'
        "</text>"
    )


def _round_moments(start: datetime, end: datetime) -> list[datetime]:
    """Return a few round moments between two, in UTC; the only one if both are equal."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if start == end:
        return [start]
    step = next((s for s in _STEPS if (end - start) / s <= _MOST_TIMES), _STEPS[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight + math.ceil((start - midnight) / step) * step
    return [first + number * step for number in range(math.floor((end - first) / step) + 1)]


def _time_tick(frame: _Frame, at: datetime) -> str:
    is_short = frame.end - frame.start < _SHORT
    name = f"{at:%m-%d %H:%M}" if is_short else f"{at:%Y-%m-%d}"
    x = frame.x(at)
    return (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM + 4}"/>'
        f'<text class="small" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{name}</text>'
    )


def _describe(points: Sequence[ScorePoint]) -> str:
    last = points[-1]
    said = [f"{len(points)} windows."]
    for word, value_of in (("Estimated", _estimated), ("Realized", _realized)):
        values = [value for point in points if (value := value_of(point)) is not None]
        if values:
            said.append(f"{word} between {min(values):.4f} and {max(values):.4f}.")
    said.append(f"The last ended {last.window_end.astimezone(UTC):%Y-%m-%d %H:%M} UTC.")
    return " ".join(said)
