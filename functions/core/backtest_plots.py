"""The pictures of a backtest: SVG text that needs no script, no font and no network."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from functions.core.retraining_policy import Action

WIDTH, HEIGHT = 880, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 14, 26
_STRIP = 26
_TICKS = 5
_MOST_MARKS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot: its name, a value for each window (NaN: none), and its stroke."""

    name: str
    values: NDArray[np.float64]
    stroke: str
    dashes: str = "none"


@dataclass(frozen=True, slots=True)
class Mark:
    """A run: after which window, whether its challenger was promoted, and the sentence."""

    window: int
    promoted: bool
    text: str


def lines_plot(title: str, lines: Sequence[Line], marks: Sequence[Mark]) -> str:
    """Return lines over the windows, with a mark at the foot for each run.

    A filled triangle is a promotion, an empty one a run whose challenger was not promoted.
    """
    values = np.concatenate([line.values for line in lines])
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    room = (high - low) or 1.0
    low, high = low - 0.06 * room, high + 0.04 * room
    windows = max(len(line.values) for line in lines)
    parts = [_tick(value, (low, high)) for value in _round_values(low, high)]
    parts += [_window_name(window, windows) for window in _named_windows(windows)]
    parts += [_polyline(line, (low, high)) for line in lines]
    parts += [_mark(mark, windows) for mark in marks]
    return _svg(title, HEIGHT, "".join(parts))


def actions_strip(title: str, actions: Sequence[tuple[Action, str]]) -> str:
    """Return one cell a window, high and dark as its action is grave; hovering tells the reason."""
    heights = {
        Action.CARRY_ON: (4, "var(--line)"),
        Action.NOTE: (9, "var(--soft)"),
        Action.HOLD: (14, "var(--wait)"),
        Action.RETRAIN: (20, "var(--current)"),
        Action.PAGE: (26, "var(--bad)"),
    }
    step = (WIDTH - _LEFT - _RIGHT) / len(actions)
    cells = []
    for window, (action, reason) in enumerate(actions):
        height, fill = heights[action]
        cells.append(
            f'<rect x="{_LEFT + window * step:.1f}" y="{_STRIP - height}" '
            f'width="{max(step - 0.8, 0.8):.1f}" height="{height}" style="fill:{fill}">'
            f"<title>window {window}: {escape(str(action).replace('_', ' '))}. "
            f"{escape(reason)}</title></rect>"
        )
    return _svg(title, _STRIP, "".join(cells))


def _round_values(low: float, high: float) -> list[float]:
    """Return at most a few round numbers between two."""
    raw = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = math.ceil(low / step)
    return [step * number for number in range(first, math.floor(high / step) + 1)]


def _named_windows(windows: int) -> range:
    return range(0, windows, max(1, math.ceil(windows / _MOST_MARKS / 5) * 5))


def _x(window: float, windows: int) -> float:
    return _LEFT + (window + 0.5) / windows * (WIDTH - _LEFT - _RIGHT)


def _y(value: float, bounds: tuple[float, float]) -> float:
    share = (value - bounds[0]) / (bounds[1] - bounds[0])
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _tick(value: float, bounds: tuple[float, float]) -> str:
    y = _y(value, bounds)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="small" x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">'
        f"{value:.4g}</text>"
    )


def _window_name(window: int, windows: int) -> str:
    return (
        f'<text class="small" x="{_x(window, windows):.1f}" y="{HEIGHT - 4}" '
        f'text-anchor="middle">{window}</text>'
    )


def _polyline(line: Line, bounds: tuple[float, float]) -> str:
    """Return a line that is broken where there is no value."""
    windows = len(line.values)
    runs: list[list[str]] = [[]]
    for window, value in enumerate(line.values):
        if math.isfinite(value):
            runs[-1].append(f"{_x(window, windows):.1f},{_y(value, bounds):.1f}")
        elif runs[-1]:
            runs.append([])
    return "".join(
        f'<polyline points="{" ".join(run)}" style="fill:none;stroke:{line.stroke};'
        f'stroke-width:1.8;stroke-dasharray:{line.dashes}"><title>{escape(line.name)}</title>'
        "</polyline>"
        for run in runs
        if run
    )


def _mark(mark: Mark, windows: int) -> str:
    x, y = _x(mark.window, windows), HEIGHT - _BOTTOM
    fill = "var(--ink)" if mark.promoted else "var(--ground)"
    return (
        f'<path d="M{x:.1f},{y - 11:.1f} l5.5,10 h-11 z" '
        f'style="fill:{fill};stroke:var(--ink);stroke-width:1.4">'
        f"<title>{escape(mark.text)}</title></path>"
    )


def _svg(title: str, height: int, body: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" style="max-width:none" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{body}</svg>'
    )
