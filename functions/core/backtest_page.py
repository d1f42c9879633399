"""The page of a backtest: what the policy did, what it won, and why."""

from html import escape

import numpy as np

from functions.core.backtest import Started, Step
from functions.core.backtest_plots import Line, Mark, actions_strip, lines_plot
from functions.core.backtest_result import BacktestResult, told_steps
from functions.core.report_page import facts, moment, page, sentence
from functions.core.scores import gain

_STROKES = {
    "policy": ("var(--current)", "none"),
    "schedule": ("var(--reference)", "6 3"),
    "never": ("var(--soft)", "2 3"),
}
_NAMES = {
    "policy": "the policy",
    "schedule": "a schedule with as many runs",
    "never": "never retrain",
}


def backtest_page(result: BacktestResult) -> str:
    """Return the whole page."""
    title = f"Backtest of {result.model}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="verdict">{escape(_verdict(result))}</p>',
        facts(_facts(result)),
        *(f'<p class="soft">{escape(sentence(note))}</p>' for note in result.notes),
        f"<h2>{escape(result.metric)} over the windows</h2>",
        _legend(),
        lines_plot(f"{result.metric} of each window", _quality(result), _marks(result)),
        '<p class="soft">▲ a run that was promoted, △ one that was not.</p>',
        "<h2>What was done after each window</h2>",
        actions_strip(
            "Action after each window",
            [(step.decision.action, step.decision.reason) for step in result.steps],
        ),
        '<p class="soft">The higher the graver: carry on, note, hold, retrain, page.</p>',
        "<h2>What it won, summed up</h2>",
        lines_plot("Gain of the policy, summed over the windows", _gains(result), ()),
        '<p class="soft">Against the schedule and against never retraining: above zero the policy '
        "is ahead, where a line falls it was behind.</p>",
        _runs_table(result),
        _decisions_table(result),
    ]
    return page(title, "".join(parts))


def _verdict(result: BacktestResult) -> str:
    runs = result.started
    if not runs:
        return f"No run was started in {result.history.windows} windows"
    promoted = sum(started.run.promoted for started in runs)
    return (
        f"{len(runs)} run{'s' if len(runs) > 1 else ''}, {promoted} promoted: "
        f"{result.metric} {result.against('never'):+.4f} against never retraining, "
        f"{result.against('schedule'):+.4f} against a schedule with as many runs"
    )


def _facts(result: BacktestResult) -> dict[str, str]:
    history, means = result.history, result.means
    return {
        "rows": f"{len(history.y):,}",
        "for the first champion": f"{history.first_rows:,}",
        "windows": str(history.windows),
        "until": moment(history.ends[-1]),
        **{f"mean of {_NAMES[name]}": f"{value:.4f}" for name, value in means.items()},
        "training": f"{result.training_seconds:.1f} s",
        "estimated cost": f"${result.training_seconds * result.cost_per_second:.4f}",
    }


def _legend() -> str:
    keys = "".join(
        f'<span><svg viewBox="0 0 30 8" style="display:inline-block;width:2rem;height:.6rem">'
        f'<line x1="0" x2="30" y1="4" y2="4" style="stroke:{stroke};stroke-width:2.4;'
        f'stroke-dasharray:{dashes}"/></svg> {escape(_NAMES[name])}</span>'
        for name, (stroke, dashes) in _STROKES.items()
    )
    return f'<p class="legend">{keys}</p>'


def _quality(result: BacktestResult) -> list[Line]:
    scores = {"never": result.never, "schedule": result.schedule, "policy": result.policy}
    return [Line(_NAMES[name], values, *_STROKES[name]) for name, values in scores.items()]


def _gains(result: BacktestResult) -> list[Line]:
    sign = gain(result.metric, 1.0, 0.0)
    against = {"schedule": result.schedule, "never": result.never}
    return [
        Line(
            f"against {_NAMES[name]}",
            np.cumsum(np.nan_to_num(sign * (result.policy - scores))),
            *_STROKES[name],
        )
        for name, scores in against.items()
    ]


def _marks(result: BacktestResult) -> list[Mark]:
    return [
        Mark(started.window, started.run.promoted, f"window {started.window}: {started.run.reason}")
        for started in result.started
    ]


def _runs_table(result: BacktestResult) -> str:
    if not result.started:
        return ""
    rows = "".join(_run_row(started) for started in result.started)
    return _table(
        "Training runs",
        ("window", "about what began", "trained on", "judged on", "result", "why"),
        rows,
    )


def _run_row(started: Started) -> str:
    run, challenger = started.run, started.run.challenger
    trained = f"{challenger.rows:,} rows" if challenger else ""
    judged = f"{challenger.end - challenger.cut:,} rows" if challenger else ""
    result = "▲ promoted" if run.promoted else "△ not promoted"
    return _row(
        str(started.window), moment(started.since), trained, judged, result, f"{run.reason}."
    )


def _decisions_table(result: BacktestResult) -> str:
    told = told_steps(result.steps)
    if not told:
        return ""
    rows = "".join(_decision_row(result, step) for step in told)
    return _table("Decisions, where they changed", ("window", "end", "action", "reason"), rows)


def _decision_row(result: BacktestResult, step: Step) -> str:
    action = str(step.decision.action).replace("_", " ")
    declined = f" Declined: {step.declined}." if step.declined else ""
    return _row(
        str(step.window),
        moment(result.history.ends[step.window]),
        f"{action}, declined" if step.declined else action,
        f"{step.decision.reason}.{declined}",
    )


def _table(title: str, columns: tuple[str, ...], rows: str) -> str:
    head = "".join(f'<th style="white-space:nowrap">{escape(column)}</th>' for column in columns)
    return (
        f'<h2>{escape(title)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
