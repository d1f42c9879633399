"""What the plots of scores share: round numbers, room, names, and the frame of a picture."""

import math
from collections.abc import Sequence
from datetime import UTC
from html import escape

from functions.contracts.drift import ScorePoint

_TICKS = 5


def round_values(low: float, high: float) -> list[float]:
    """Return a few round numbers between two.

    Examples
    --------
    >>> [round(value, 3) for value in round_values(0.79, 0.95)]
    [0.8, 0.85, 0.9, 0.95]
    """
    raw = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = math.ceil(low / step - 1e-9)
    return [step * number for number in range(first, math.floor(high / step + 1e-9) + 1)]


def padded(values: Sequence[float]) -> tuple[float, float]:
    """Return the least and the most of some values, with some room on both sides."""
    low, high = min(values), max(values)
    room = (high - low) or abs(high) * 0.1 or 1.0
    return low - 0.08 * room, high + 0.08 * room


def window_name(point: ScorePoint) -> str:
    """Return which window a point is of."""
    end = point.window_end.astimezone(UTC)
    return f"window until {end:%Y-%m-%d %H:%M} UTC, version {point.version}"


def plot(title: str, description: str, size: tuple[int, int], body: str) -> str:
    """Return a picture with what it shows in words; `body` is SVG, the words are escaped."""
    width, height = size
    shape = "square" if width == height else "wide"
    return (
        f'<svg role="img" class="{shape}" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{body}</svg>"
    )
