"""The parts of the drift report about quality: this window's scores, and scores over time."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from functions.contracts.drift import DriftReport, LabelledScores, ScorePoint
from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.core.report_agreement import agreement_plot
from functions.core.report_page import legend, moment, table
from functions.core.report_scores import score_plot

_VERDICTS = {
    QualityVerdict.OK: "✓ as usual",
    QualityVerdict.LOSS: "▲ a loss",
    QualityVerdict.GAIN: "better than usual",
    QualityVerdict.NOT_JUDGED: "○ not judged",
}
_METRIC = "the model's metric"
_SLACK = timedelta(hours=1)
"""A window begins with an hour, whenever in it it was asked for."""

_LEGEND = legend(
    "estimated without labels (dashed), ± 3 sampling errors", "realized, by the labels so far"
)


def quality(report: DriftReport) -> str:
    """Return estimated against realized scores, in this window and over time."""
    return _this_window(report) + "".join(_over_time(report, name) for name in _metrics(report))


def _this_window(report: DriftReport) -> str:
    estimates = {estimate.metric: estimate for estimate in report.estimates}
    realized = report.labelled.scores if report.labelled else {}
    names = dict.fromkeys((*estimates, *realized))
    if not names and report.labelled is None:
        return ""
    rows = [(name, *_estimated(estimates.get(name)), _score(realized.get(name))) for name in names]
    shown = table(("score", "estimated", "usual", "verdict", "realized"), rows) if rows else ""
    return f"<h2>Estimated and realized quality</h2>{shown}{_labels(report)}"


def _estimated(estimate: QualityEstimate | None) -> tuple[str, str, str]:
    if estimate is None:
        return "", "", ""
    usual = ""
    if estimate.lower_threshold is not None:
        above = estimate.upper_threshold
        usual = (
            f"{estimate.lower_threshold:.4f} {'and more' if above is None else f'to {above:.4f}'}"
        )
    value = f"{estimate.value:.4f} ({estimate.lower:.4f} to {estimate.upper:.4f})"
    return value, usual, _VERDICTS[estimate.verdict]


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _labels(report: DriftReport) -> str:
    labelled = report.labelled
    if labelled is None:
        return '<p class="soft">No labels were looked for.</p>'
    of = _window_of(labelled)
    if not labelled.answered_rows:
        return f'<p class="soft">No row of {of} could have a label.</p>'
    if not labelled.rows:
        return (
            f'<p class="soft">No label has come yet for the {labelled.answered_rows:,} rows of '
            f"{of}.</p>"
        )
    late = ""
    if labelled.delay_seconds is not None:
        late = f" Nine of ten labels come within {_duration(labelled.delay_seconds)}."
    return (
        f'<p class="soft">Realized is what the labels say of {of}: {labelled.rows:,} of '
        f"{labelled.answered_rows:,} rows have one ({labelled.coverage:.0%}).{late}</p>"
    )


def _window_of(labelled: LabelledScores) -> str:
    if labelled.window_start is None or labelled.window_end is None:
        return "this window"
    return f"the window from {moment(labelled.window_start)} to {moment(labelled.window_end)}"


def _duration(seconds: float) -> str:
    """Return a time in its largest unit that it reaches.

    Examples
    --------
    >>> _duration(90.0), _duration(5400.0), _duration(259_200.0)
    ('1.5 minutes', '1.5 hours', '3 days')
    """
    for unit, size in (("days", 86_400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} seconds"


def _metrics(report: DriftReport) -> tuple[str, ...]:
    return tuple(dict.fromkeys(point.metric for point in report.history))


def _over_time(report: DriftReport, metric: str) -> str:
    name = metric or _METRIC
    points = [p for p in report.history if p.metric == metric and _is_alike(p, report)]
    limits = [limit for limit in report.limits if limit.metric == metric]
    plot = score_plot(f"{name} over time", points, limits)
    if not plot:
        return ""
    agreement = agreement_plot(f"{name}, realized over estimated", points)
    numbers = table(
        ("window until", "version", "estimated", "sampling error", "realized", "labelled rows"),
        [_row(point) for point in reversed(points)],
    )
    beside = f'<div class="card">{agreement}<p class="soft">{_AGREEMENT}</p></div>'
    return (
        f'<h2>{escape(name)} over time</h2>{_LEGEND}<div class="pair"><div class="card">{plot}'
        f"<details><summary>The numbers, window by window</summary>{numbers}</details></div>"
        f"{beside if agreement else ''}</div>"
    )


_AGREEMENT = (
    "Each dot is a window: on the dashed line its labels said what was estimated, below it less."
)


def _is_alike(point: ScorePoint, report: DriftReport) -> bool:
    """Return whether a point's window is as long as the report's; of others scores vary else."""
    length = report.window_end - report.window_start
    return abs((point.window_end - point.window_start) - length) <= _SLACK


def _row(point: ScorePoint) -> Sequence[str]:
    return (
        moment(point.window_end),
        str(point.version),
        _score(point.estimated),
        _score(point.sampling_error),
        _score(point.realized),
        f"{point.labelled_rows:,}",
    )
