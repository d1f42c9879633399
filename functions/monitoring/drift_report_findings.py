"""The drift report's parts about findings: decision, alerts, data faults, shares of a shift."""

from html import escape

from functions.contracts.drift import AlertState, DriftReport
from functions.contracts.faults import AttributionBasis, DataFault, FeatureAttribution
from functions.core.report_page import moment, sentence, table
from functions.core.report_plots import portions_plot

_ACTIONS = {
    "carry_on": "Carry on: there is nothing to do",
    "note": "Note it: nothing has to be done",
    "hold": "Hold: nothing is retrained for now",
    "retrain": "Retrain",
    "page": "A person should look at it",
}
_BASES = {
    AttributionBasis.ESTIMATED_LOSS: (
        "Shares of the estimated loss: how much of it each feature's own shift explains."
    ),
    AttributionBasis.STANDARDIZED_SHIFT: (
        "Shares of the shift itself, above what chance explains: which features changed, "
        "not how much they cost."
    ),
}
_MOST_BARS = 12


def decision(report: DriftReport) -> str:
    """Return what the policy decided, in words; nothing of reports that say none."""
    if not report.action:
        return ""
    action = _ACTIONS.get(report.action, report.action.replace("_", " "))
    # What the first sentence of the page says is not said again.
    is_new = report.action_reason and report.action_reason not in report.reason
    told = [sentence(report.action_reason)] if is_new else []
    told += [f"Since {moment(report.since)}."] if report.since else []
    why = f"<p>{escape(' '.join(told))}</p>" if told else ""
    return f'<p class="decision">Decision: {escape(action)}.</p>{why}'


def raised_alerts(report: DriftReport) -> str:
    """Return the conditions that are so, those that are held back among them."""
    if not report.alerts:
        return ""
    raised = [state for state in report.alerts if state.holds or state.held_back]
    if not raised:
        return f'<p class="soft">None of the {len(report.alerts)} watched conditions holds.</p>'
    return f'<ul class="alerts">{"".join(_alert(state, report.reason) for state in raised)}</ul>'


def watched_conditions(report: DriftReport) -> str:
    """Return every condition of model.toml with what it came to."""
    if not report.alerts:
        return ""
    rows = [(s.condition, s.severity.value, _standing(s), s.reason) for s in report.alerts]
    shown = table(("condition", "leads to", "now", "why"), rows)
    return f"<h2>All watched conditions</h2>{shown}"


def data_faults(report: DriftReport) -> str:
    """Return each data fault with its evidence, its hour and what to do; nothing without any."""
    return _held_faults(report) + _accepted_faults(report)


def attribution(report: DriftReport) -> str:
    """Return which features a real shift is made of; nothing where none is explained."""
    if not report.attribution:
        return ""
    bases = dict.fromkeys(each.basis for each in report.attribution)
    shown = report.attribution[:_MOST_BARS]
    bars = portions_plot(
        "Share of each feature in the shift",
        [(each.feature, each.share, _note(each)) for each in shown],
    )
    rows = [
        (each.feature, f"{each.share:.1%}", _since(each), _loss(each), f"{each.evidence}.")
        for each in report.attribution
    ]
    notes = "".join(f'<p class="soft">{_BASES[basis]}</p>' for basis in bases)
    numbers = table(("feature", "share", "since", "loss by it alone", "evidence"), rows)
    return (
        f'<h2>What the shift is made of</h2><div class="card">{bars}{notes}'
        f"<details><summary>Evidence, feature by feature</summary>{numbers}</details></div>"
    )


def _alert(state: AlertState, known: str) -> str:
    reason = "" if state.reason in known else f": {escape(state.reason)}."
    held = f" <i>Held back: {escape(state.held_back)}.</i>" if state.held_back else ""
    css = "held" if state.held_back else state.severity.value
    return (
        f'<li><span class="tag {css}">{state.severity}</span><b>{escape(state.condition)}</b>'
        f"{reason}{held}</li>"
    )


def _standing(state: AlertState) -> str:
    if state.held_back:
        return "held back"
    return "▲ holds" if state.holds else "✓ does not hold"


def _held_faults(report: DriftReport) -> str:
    if not report.faults:
        return ""
    faults = "".join(_fault(fault, report.model) for fault in report.faults)
    return (
        "<h2>Data faults</h2><p>Something broke on the data's way. While that is so, nothing is "
        f"retrained, and rows with wrong values are left out of later trainings.</p>{faults}"
    )


def _accepted_faults(report: DriftReport) -> str:
    if not report.accepted_faults:
        return ""
    told = "".join(
        f"<li><b>{escape(_what(fault))}</b>: {escape(_evidence(fault))}</li>"
        for fault in report.accepted_faults
    )
    return f"<h2>Accepted as the new world</h2><ul>{told}</ul>"


def _evidence(fault: DataFault) -> str:
    """Return a fault's evidence as a sentence; a column's name keeps its small letter."""
    named = fault.evidence.startswith(fault.columns) if fault.columns else False
    return f"{fault.evidence}." if named else sentence(fault.evidence)


def _what(fault: DataFault) -> str:
    return f"{fault.kind.replace('_', ' ')}: {', '.join(fault.columns) or 'all rows'}"


def _fault(fault: DataFault, model: str) -> str:
    accept = (
        "<p>If it is no fault and the data stay so: <code>windvane faults accept "
        f"{escape(model)} {escape(fault.recorded_as)} --reason &quot;...&quot;</code></p>"
        if fault.recorded_as
        else ""
    )
    return (
        f'<section class="card fault"><h3>{escape(_what(fault))}</h3>'
        f"<p>{escape(_evidence(fault))}</p>"
        f'<p class="soft">Since {moment(fault.since)}</p>'
        f"<p><b>What to do:</b> {escape(fault.action)}.</p>{accept}</section>"
    )


def _note(each: FeatureAttribution) -> str:
    since = f", since {each.since:%m-%d %H:%M}" if each.since else ""
    return f"{each.share:.0%}{since}{' or before' if since and each.before_window else ''}"


def _since(each: FeatureAttribution) -> str:
    if each.since is None:
        return "no hour stands out"
    if each.before_window:
        return f"{moment(each.since)}, maybe long before"
    if each.since_earliest and each.since_latest and each.since_earliest != each.since_latest:
        return (
            f"{moment(each.since)} (95%: {moment(each.since_earliest)} to "
            f"{moment(each.since_latest)})"
        )
    return moment(each.since)


def _loss(each: FeatureAttribution) -> str:
    if each.loss is None:
        return ""
    return f"{each.loss:+.4g} {each.metric or ''}".strip()
