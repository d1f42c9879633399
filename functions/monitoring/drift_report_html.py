"""The drift report as one page that stands alone: no script, no font, no network."""

from html import escape

from functions.contracts.drift import ColumnDrift, DriftReport, Verdict
from functions.contracts.drift_method import TITLES, DriftMethod
from functions.core.report_page import distances, facts, legend, moment, page, sentence
from functions.core.report_plots import distances_plot, shares_plot
from functions.monitoring.drift_report_findings import (
    attribution,
    data_faults,
    decision,
    raised_alerts,
    watched_conditions,
)
from functions.monitoring.drift_report_quality import quality

_MARKS = {
    Verdict.DRIFT: "▲",
    Verdict.OK: "✓",
    Verdict.NOT_ENOUGH_ROWS: "…",
    Verdict.NOT_JUDGED: "○",
}
_WORDS = {
    Verdict.DRIFT: "drift",
    Verdict.OK: "no drift",
    Verdict.NOT_ENOUGH_ROWS: "not enough rows",
    Verdict.NOT_JUDGED: "not judged",
}
_LEGEND = legend("reference", "this window")
_DISTANCES = "By each column's method, logarithmic. The heavy line is the threshold of the column."
_CHANCE = " The dashed line is the PSI that chance alone gives samples of this size on average."


def render_report(report: DriftReport) -> str:
    """Return the page; every name in it is escaped."""
    columns = sorted(report.features, key=_by_drift)
    cards = "".join(_card(column, column.name) for column in columns)
    plotted = [*columns, report.prediction]
    by_psi = any(column.method is DriftMethod.PSI for column in plotted)
    body = (
        f"{_header(report)}{data_faults(report)}{quality(report)}{attribution(report)}"
        f'<h2>Every column against its threshold</h2><div class="card">{distances_plot(plotted)}'
        f'<p class="soft">{_DISTANCES}{_CHANCE if by_psi else ""}</p></div>'
        f'<h2>The prediction</h2>{_LEGEND}<div class="grid">'
        f"{_card(report.prediction, 'prediction')}</div>"
        f'<h2>The features, the most drifted first</h2>{_LEGEND}<div class="grid">{cards}</div>'
        f"{watched_conditions(report)}{_footer(report)}"
    )
    return page(_headline(report), body)


def _headline(report: DriftReport) -> str:
    drifted = [column.name for column in report.features if column.verdict is Verdict.DRIFT]
    if report.verdict is Verdict.NOT_ENOUGH_ROWS:
        return f"{report.model}: not enough rows to tell"
    if report.verdict is Verdict.OK:
        return f"{report.model} has not drifted"
    judged = sum(column.verdict in (Verdict.OK, Verdict.DRIFT) for column in report.features)
    what = [f"{len(drifted)} of {judged} features"] if drifted else []
    if report.prediction.verdict is Verdict.DRIFT:
        what.append("the prediction")
    return f"{report.model} has drifted: {' and '.join(what)}"


def _header(report: DriftReport) -> str:
    shown = {
        "window": f"{moment(report.window_start)} to {moment(report.window_end)}",
        "rows in the window": f"{report.current_rows:,}",
        "rows needed": f"{report.rows_needed:,}",
        "rows of the reference": f"{report.reference_rows:,}",
        "judged": moment(report.created_at),
    }
    return (
        f"<header><h1>Drift report of {escape(report.model)}, version {report.model_version}</h1>"
        f'<p class="verdict {report.verdict}"><span class="mark">{_MARKS[report.verdict]}</span> '
        f"{escape(_headline(report))}</p><p>{escape(sentence(report.reason))}</p>"
        f"{decision(report)}{raised_alerts(report)}{facts(shown)}</header>"
    )


def _card(column: ColumnDrift, name: str) -> str:
    plot = "" if column.verdict is Verdict.NOT_JUDGED else shares_plot(column)
    numbers = "" if column.verdict is Verdict.NOT_JUDGED else facts(_column_facts(column))
    return (
        f'<section class="card"><div class="head"><h3>{escape(name)}</h3>'
        f'<span class="chip {column.verdict}">{_MARKS[column.verdict]} '
        f"{_WORDS[column.verdict]}</span></div>"
        f'<p class="soft">{escape(sentence(column.reason))}</p>{numbers}{plot}</section>'
    )


def _column_facts(column: ColumnDrift) -> dict[str, str]:
    shown = distances(column)
    if column.chi_square is not None:
        shown["chi-square"] = f"{column.chi_square:,.1f}"
    if column.reference_missing_rate or column.current_missing_rate:
        shown["missing"] = (
            f"{column.current_missing_rate:.2%} (reference {column.reference_missing_rate:.2%})"
        )
    if column.current_unseen_rate:
        shown["unseen"] = f"{column.current_unseen_rate:.2%}"
    if column.method is not DriftMethod.PSI and column.distance is not None:
        shown = {TITLES[column.method]: f"{column.distance:.4f}", **shown}
    if column.p_value is not None:
        shown["p-value"] = f"{column.p_value:.2g}"
    return shown


def _footer(report: DriftReport) -> str:
    counts = {name.replace("_", " "): f"{count:,}" for name, count in report.captures}
    return f'<h2>What was read</h2><div class="card">{facts(counts)}</div>'


def _by_drift(column: ColumnDrift) -> tuple[bool, float]:
    return (column.verdict is not Verdict.DRIFT, -column.measured)
