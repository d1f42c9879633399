"""How often the sequential test ends a rollout, by true loss, share and labelled rows.

Prints the table of docs/explanation/sequential-test.md, and draws its picture::

    python -m tests.bench.sequential_test_table score      # the score alone, ten minutes
    python -m tests.bench.sequential_test_table guards     # all guards, minutes
    python -m tests.bench.sequential_test_table picture    # the picture, seconds
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from functions.contracts.rollout_policy import Guards
from functions.core.guards import ALARM_SHARES
from functions.core.sequential import Decision, SequentialVerdict
from tests.unit.core.rollout_world import (
    Challenger,
    Rule,
    Traffic,
    aborted_share,
    ask,
    guard_reports,
    looks,
)

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "sequential-test.svg"
RULE = Rule(false_alarm_rate=Guards().false_alarm_rate * ALARM_SHARES["score"])
LOSSES = (0.0, 0.01, 0.02, 0.03, 0.05)
SHARES = {"10%": (0.1,), "25%": (0.25,), "50%": (0.5,), "10, 25, 50%": (0.1, 0.25, 0.5)}
ROWS = (5_000, 10_000, 20_000)
ROLLOUTS = 100

CHALLENGERS = {
    "equal": Challenger(),
    "loses 3 points": Challenger(loss=0.03),
    "fails twice as often (5% to 10%)": Challenger(failure_factor=2.0),
    "takes three times as long": Challenger(latency_factor=3.0),
}
GUARDED = ((5_000, "10%"), (5_000, "10, 25, 50%"), (20_000, "10, 25, 50%"))

PANEL, GAP, HEIGHT, LEFT, BOTTOM, TOP = 300, 20, 290, 60, 52, 34
WIDTH = LEFT + 2 * PANEL + GAP + 30
HIGHEST, LOWEST = 0.06, -0.10
ROWS_DRAWN = 20_000
BLUE, ORANGE = "#0072b2", "#d55e00"


def table(rollouts: int) -> Iterator[str]:
    """Yield the table's lines as they are known."""
    heads = [f"loss {loss:g}" for loss in LOSSES]
    yield f"| challenger's share | labelled rows in all | {' | '.join(heads)} |"
    yield f"| --- | --- {'| --- ' * len(heads)}|"
    for name, shares in SHARES.items():
        for rows in ROWS:
            traffic = Traffic(rows=rows, shares=shares)
            found = [aborted_share(traffic, RULE, loss=x, rollouts=rollouts) for x in LOSSES]
            yield f"| {name} | {rows:,} | {' | '.join(f'{share:.1%}' for share in found)} |"


def picture() -> str:
    """Return two rollouts as SVG: the confidence sequences of an equal and of a worse version."""
    ticks = "".join(_tick(value) for value in (-0.09, -0.06, -0.03, 0.0, 0.03, 0.06))
    title = "Two rollouts: an equal version and one that loses 3 points of ROC AUC"
    panels = _panel(0, "an equal version", BLUE, 0.0) + _panel(
        PANEL + GAP, "a version that loses 3 points", ORANGE, 0.03
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}"><title>{title}</title><style>'
        "text{font:12px system-ui,sans-serif;fill:#57606a}.grid{stroke:#d5dbe1}"
        ".zero{stroke:#1b1f24;stroke-width:1.5}.name{font-weight:600;fill:#1b1f24}"
        ".line{fill:none;stroke-width:2}.band{fill-opacity:.22}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{ticks}{panels}</svg>\n'
    )


def _panel(left: int, name: str, color: str, loss: float) -> str:
    traffic = Traffic(rows=ROWS_DRAWN, looks=40, first_look=600)
    seen = traffic.look_rows()
    verdicts = [ask(RULE, *pair) for pair in looks(traffic, loss=loss, seed=11)]
    counts = "".join(
        f'<text x="{_x(count):.0f}" y="{HEIGHT - 34}" text-anchor="middle">{count:,}</text>'
        for count in (5_000, 10_000, 15_000, 20_000)
    )
    return (
        f'<g transform="translate({left})">'
        f'<text class="name" x="{LEFT}" y="20">{name}</text>{_band(color, seen, verdicts)}'
        f'{_end(color, seen, verdicts)}{counts}<text x="{LEFT + PANEL}" y="{HEIGHT - 14}" '
        'text-anchor="end">labelled rows of both versions</text></g>'
    )


def _band(color: str, rows: list[int], verdicts: list[SequentialVerdict]) -> str:
    known = [(_x(n), v) for n, v in zip(rows, verdicts, strict=True) if v.lower == v.lower]
    upper = [f"{x:.1f},{_y(verdict.upper):.1f}" for x, verdict in known]
    lower = [f"{x:.1f},{_y(verdict.lower):.1f}" for x, verdict in reversed(known)]
    middle = [f"{x:.1f},{_y(verdict.difference):.1f}" for x, verdict in known]
    return (
        f'<polygon class="band" fill="{color}" points="{" ".join(upper + lower)}"/>'
        f'<polyline class="line" stroke="{color}" points="{" ".join(middle)}"/>'
    )


def _end(color: str, rows: list[int], verdicts: list[SequentialVerdict]) -> str:
    ends = [n for n, v in zip(rows, verdicts, strict=True) if v.decision is Decision.WORSE]
    if not ends:
        return ""
    x, y = _x(ends[0]), _y(0.0)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{color}"/>'
        f'<text x="{x + 6:.1f}" y="{y - 10:.1f}">aborted at {ends[0]:,}</text>'
    )


def _tick(value: float) -> str:
    css, y = "zero" if value == 0.0 else "grid", _y(value)
    name = f"{value:+.2f}" if value else "0"
    return (
        f'<line class="{css}" x1="{LEFT}" x2="{LEFT + 2 * PANEL + GAP}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'
    )


def _x(rows: int) -> float:
    return LEFT + PANEL * rows / ROWS_DRAWN


def _y(value: float) -> float:
    shown = min(max(value, LOWEST), HIGHEST)
    return TOP + (HEIGHT - TOP - BOTTOM) * (HIGHEST - shown) / (HIGHEST - LOWEST)


def guards_table(rollouts: int) -> Iterator[str]:
    """Yield how often which guard ends rollouts with all of them on."""
    yield f"| challenger | requests | share | aborted | {' | '.join(ALARM_SHARES)} |"
    yield f"| --- | --- | --- | --- {'| --- ' * len(ALARM_SHARES)}|"
    for name, challenger in CHALLENGERS.items():
        for rows, shares in GUARDED:
            traffic = Traffic(rows=rows, shares=SHARES[shares], first_look=100)
            ends = [guard_reports(traffic, challenger, seed=n)[-1] for n in range(rollouts)]
            named = [breach.name for end in ends for breach in end.breaches]
            counts = [sum(not end.passed for end in ends), *map(named.count, ALARM_SHARES)]
            cells = " | ".join(f"{count / rollouts:.1%}" for count in counts)
            yield f"| {name} | {rows:,} | {shares} | {cells} |"


TABLES: dict[str, Callable[[int], Iterator[str]]] = {"score": table, "guards": guards_table}


def main(arguments: list[str]) -> None:
    """Write the picture, or print the table that is named, of as many rollouts as are asked for."""
    if arguments == ["picture"]:
        PICTURE.write_text(picture(), encoding="utf-8")
        return
    name, *count = arguments or ["score"]
    for line in TABLES[name](int(count[0]) if count else ROLLOUTS):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
