"""The drift report as one page that stands alone: no script, no font, no network."""

from datetime import UTC, datetime
from html import escape

from functions.contracts.drift import ColumnDrift, DriftReport, Verdict
from functions.monitoring.drift_plots import psi_plot, shares_plot
from functions.monitoring.drift_report_style import STYLE

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
_LEGEND = (
    '<p class="legend"><span><span class="key reference"></span>reference</span>'
    '<span><span class="key current"></span>this window</span></p>'
)
_PSI_NOTE = (
    "Population stability index, logarithmic. The heavy line is the threshold; the dashed line is "
    "what chance alone gives samples of this size on average."
)


def render_report(report: DriftReport) -> str:
    """Return the page; every name in it is escaped."""
    columns = sorted(report.features, key=_by_drift)
    cards = "".join(_card(column, column.name) for column in columns)
    plotted = [*columns, report.prediction]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(_headline(report))}</title><style>{STYLE}</style></head><body>"
        f"{_header(report)}"
        f'<h2>Every column against its threshold</h2><div class="card">{psi_plot(plotted)}'
        f'<p class="soft">{_PSI_NOTE}</p></div>'
        f'<h2>The prediction</h2>{_LEGEND}<div class="grid">'
        f"{_card(report.prediction, 'prediction')}</div>"
        f'<h2>The features, the most drifted first</h2>{_LEGEND}<div class="grid">{cards}</div>'
        f"{_footer(report)}</body></html>\n"
    )


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
    facts = {
        "window": f"{_moment(report.window_start)} to {_moment(report.window_end)}",
        "rows in the window": f"{report.current_rows:,}",
        "rows needed": f"{report.rows_needed:,}",
        "rows of the reference": f"{report.reference_rows:,}",
        "judged": _moment(report.created_at),
    }
    return (
        f"<header><h1>Drift report of {escape(report.model)}, version {report.model_version}</h1>"
        f'<p class="verdict {report.verdict}"><span class="mark">{_MARKS[report.verdict]}</span> '
        f"{escape(_headline(report))}</p><p>{escape(_sentence(report.reason))}</p>"
        f"{_facts(facts)}</header>"
    )


def _card(column: ColumnDrift, name: str) -> str:
    plot = "" if column.verdict is Verdict.NOT_JUDGED else shares_plot(column)
    facts = "" if column.verdict is Verdict.NOT_JUDGED else _facts(_column_facts(column))
    return (
        f'<section class="card"><div class="head"><h3>{escape(name)}</h3>'
        f'<span class="chip {column.verdict}">{_MARKS[column.verdict]} '
        f"{_WORDS[column.verdict]}</span></div>"
        f'<p class="soft">{escape(_sentence(column.reason))}</p>{facts}{plot}</section>'
    )


def _column_facts(column: ColumnDrift) -> dict[str, str]:
    facts = {
        "PSI": f"{column.psi:.4f}",
        "Jensen-Shannon": f"{column.jensen_shannon_distance:.4f}",
    }
    if column.ks_statistic is not None:
        facts["Kolmogorov-Smirnov"] = f"{column.ks_statistic:.4f}"
    if column.chi_square is not None:
        facts["chi-square"] = f"{column.chi_square:,.1f}"
    if column.reference_missing_rate or column.current_missing_rate:
        facts["missing"] = (
            f"{column.current_missing_rate:.2%} (reference {column.reference_missing_rate:.2%})"
        )
    if column.current_unseen_rate:
        facts["unseen"] = f"{column.current_unseen_rate:.2%}"
    return facts


def _footer(report: DriftReport) -> str:
    counts = {name.replace("_", " "): f"{count:,}" for name, count in report.captures}
    return f'<h2>What was read</h2><div class="card">{_facts(counts)}</div>'


def _facts(facts: dict[str, str]) -> str:
    items = "".join(
        f"<li>{escape(name)} <b>{escape(fact)}</b></li>" for name, fact in facts.items()
    )
    return f'<ul class="facts">{items}</ul>'


def _by_drift(column: ColumnDrift) -> tuple[bool, float]:
    return (column.verdict is not Verdict.DRIFT, -column.psi)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
