"""The replay report as one page that stands alone: no script, no font, no network."""

from collections.abc import Iterable
from html import escape

from functions.contracts.naming import format_version
from functions.contracts.release import GateResult
from functions.contracts.replay import (
    FeatureValue,
    Prediction,
    ReplayReport,
    ReplayRow,
    ScoreComparison,
)
from functions.core.drift_bins import show_number
from functions.core.report_page import distances, facts, legend, moment, page, sentence
from functions.core.report_plots import interval_plot, share_plot, shares_plot
from functions.core.scores import is_better

_MARKS = {True: "✓", False: "▲"}
_WORDS = {True: "passed", False: "failed"}
_PREDICTIONS_NOTE = (
    "Both versions answered the same rows, so rows that happen to be unusual do not count as a "
    "shift: what is left is the versions' doing."
)
_SCORE_NOTE = (
    "The dot is the measured difference, the bar the differences that the rows do not exclude "
    "(each end is 95% sure)."
)


def render_replay_report(report: ReplayReport) -> str:
    """Return the page; every name and value in it is escaped."""
    body = (
        f"{_header(report)}"
        f'<h2>What was asked of it</h2><div class="card scroll">{_gates(report.gates)}</div>'
        f"{_agreement(report)}{_predictions(report)}{_scores(report)}{_differing(report)}{_unanswered(report)}"
    )
    return page(_headline(report), body)


def _headline(report: ReplayReport) -> str:
    name = format_version(report.model, report.challenger)
    if not report.rows:
        return f"{name} was not replayed: there was no captured row"
    failed = sum(not gate.passed for gate in report.gates)
    if failed:
        return f"{name} failed {failed} of {len(report.gates)} gates on captured rows"
    return f"{name} may reach callers: it passed on {report.rows:,} captured rows"


def _header(report: ReplayReport) -> str:
    champion = format_version(report.model, report.champion)
    shown = {
        "rows": f"{report.rows:,}",
        "with a label": f"{report.labelled_rows:,}",
        "agreement": "no row to tell" if report.agreement is None else f"{report.agreement:.2%}",
        "champion": champion,
        "execution": report.execution,
        "judged": moment(report.created_at),
    }
    verdict = _WORDS[report.passed]
    return (
        f"<header><h1>Replay of {escape(format_version(report.model, report.challenger))} beside "
        f'{escape(champion)}</h1><p class="verdict {verdict}"><span class="mark">'
        f"{_MARKS[report.passed]}</span> {escape(_headline(report))}</p>"
        f"<p>{escape(sentence(report.reason))}</p>{facts(shown)}</header>"
    )


def _gates(gates: Iterable[GateResult]) -> str:
    rows = "".join(
        f'<tr><td class="mark {_WORDS[gate.passed]}"><span class="mark">{_MARKS[gate.passed]}'
        f'</span> {_WORDS[gate.passed]}</td><td class="number">{escape(gate.gate)}</td>'
        f"<td>{escape(gate.reason)}</td></tr>"
        for gate in gates
    )
    return _table(("", "gate", "answer"), rows)


def _agreement(report: ReplayReport) -> str:
    if report.agreement is None:
        return ""
    near = f", values within {report.tolerance:g} of each other" if report.tolerance else ""
    return (
        f'<h2>How often they agree</h2><div class="card"><p>On {report.agreement:.2%} of '
        f"{report.compared_rows:,} rows{near}; they are {_number(report.mean_absolute_difference)} "
        f"apart on average.</p>{share_plot('Share of rows on which they agree', report.agreement)}"
        "</div>"
    )


def _predictions(report: ReplayReport) -> str:
    found = report.predictions
    if found is None:
        return ""
    names = ("champion", "challenger")
    return (
        f'<h2>What they predict</h2>{legend(*names)}<div class="card">'
        f'<p class="soft">{escape(sentence(found.reason))} {_PREDICTIONS_NOTE}</p>'
        f"{facts(distances(found))}{shares_plot(found, names)}</div>"
    )


def _scores(report: ReplayReport) -> str:
    title = "<h2>What came true</h2>"
    if not report.scored_rows:
        return f'{title}<div class="card"><p>No captured row has a label yet.</p></div>'
    kept = f"Scores of {report.scored_rows:,} of {report.labelled_rows:,} labelled rows."
    rows = "".join(_score_row(report, metric) for metric in report.champion_scores)
    table = _table(("score", "champion", "challenger", "challenger is"), rows)
    return (
        f'{title}<div class="card scroll"><p class="soft">{kept}</p>{_watched(report.score)}'
        f"{table}</div>"
    )


def _score_row(report: ReplayReport, metric: str) -> str:
    old, new = report.champion_scores[metric], report.challenger_scores.get(metric)
    if new is None:
        word = "not determined"
    elif new == old:
        word = "equal"
    else:
        word = "better" if is_better(metric, new, old) else "worse"
    return (
        f'<tr><td>{escape(metric)}</td><td class="number">{old:.4f}</td>'
        f'<td class="number">{_number(new)}</td><td>{word}</td></tr>'
    )


def _watched(score: ScoreComparison | None) -> str:
    if score is None:
        return ""
    text = f"<p>{escape(score.reason)}</p>"
    if score.lower is None or score.upper is None:
        return text
    plot = interval_plot(
        f"Difference of {score.metric}, challenger minus champion",
        (score.lower, score.difference, score.upper),
    )
    return f'{text}{plot}<p class="soft">{_SCORE_NOTE}</p>'


def _differing(report: ReplayReport) -> str:
    title = "<h2>The rows that differ most</h2>"
    if not report.differing:
        return f'{title}<div class="card"><p>No row is answered differently.</p></div>'
    rows = "".join(_differing_row(row) for row in report.differing)
    head = ("inference", "difference", "champion", "challenger", "features")
    return f'{title}<div class="card scroll">{_table(head, rows)}</div>'


def _differing_row(row: ReplayRow) -> str:
    features = facts({name: _value(value) for name, value in row.features.items()})
    return (
        f'<tr><td>{escape(row.inference_id)}</td><td class="number">{row.difference:.4g}</td>'
        f"<td>{_prediction(row.champion)}</td><td>{_prediction(row.challenger)}</td>"
        f"<td>{features}</td></tr>"
    )


def _prediction(prediction: Prediction) -> str:
    shown = {
        name: _value(value) for name, value in prediction.items() if not isinstance(value, dict)
    }
    return facts(shown)


def _unanswered(report: ReplayReport) -> str:
    if not report.unanswered:
        return ""
    counts = {
        "by the champion": f"{report.champion_unanswered:,}",
        "by the challenger": f"{report.challenger_unanswered:,}",
    }
    names = ", ".join(report.unanswered)
    return (
        f'<h2>Rows without a finite answer</h2><div class="card">{facts(counts)}'
        f"<p>{escape(names)}</p></div>"
    )


def _table(head: tuple[str, ...], rows: str) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"


def _value(value: FeatureValue) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show_number(float(value)) if isinstance(value, float) else str(value)


def _number(value: float | None) -> str:
    return "no row to tell" if value is None else f"{value:.4f}"
