"""Each drill of a condition proves its links, and names the one that is dead."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from functions.cli.drill.conditions import drill_data_fault, drill_drift, drill_no_labels
from functions.cli.drill.links import Chain, DeadLinkError
from functions.cli.drill.session import Session, drill_session
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.drift import AlertState, DriftReport, Verdict
from functions.contracts.faults import DataFault, FaultKind
from tests.fakes.documents import NOW
from tests.unit.cli.drill.drill_world import Stage
from tests.unit.monitoring.drift_report_world import full_report
from tests.unit.release.world import MODEL

RETRAINS = Alerts(page=("data_fault",), retrain=("drift",), note=("no_labels > 7 days",))
BESIDE = Alerts(page=("data_fault",), retrain=("label_change",), note=("drift",))
DRIFT = (ConditionKind.INPUT_DRIFT, ConditionKind.PREDICTION_DRIFT)
FAULT = DataFault(
    kind=FaultKind.UNIT_CHANGED,
    columns=("age",),
    since=NOW,
    evidence="age is like its reference times 1,000",
    action="ask the owner",
)


def judged(alerts: Alerts, *holding: ConditionKind, **changes: Any) -> DriftReport:
    """The report in which some conditions hold."""
    states = [
        AlertState(
            condition=condition.text,
            kind=condition.kind,
            severity=condition.severity,
            metric_name=condition.metric_name,
            holds=condition.kind in holding,
            reason="it is so",
        )
        for condition in alerts.conditions
        if condition.kind is not ConditionKind.NO_LABELS
    ]
    changes = {"verdict": Verdict.DRIFT, "action": "retrain", "faults": (), **changes}
    return full_report(2, days=2).model_copy(
        update={"model": MODEL, "alerts": tuple(states), **changes}
    )


def stage_of(alerts: Alerts, report: DriftReport, *dead: str) -> Stage:
    stage = Stage(alerts=alerts, report=lambda: report, dead=set(dead))
    stage.world.add_champion()
    return stage


def run(stage: Stage, drill: Callable[[Session], None]) -> Chain:
    chain = stage.chain()
    left: list[str] = []
    try:
        with drill_session(
            stage.cast(), chain, Output(as_json=True), kind="drift", left=left
        ) as session:
            drill(session)
    finally:
        assert left == []
        assert stage.is_closed
    return chain


def names(chain: Chain) -> list[str]:
    return [link.name for link in chain.links]


def test_follows_drift_to_the_trigger_and_the_notice() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT))

    chain = run(stage, drill_drift)

    followed = ["metric", "alarm", "trigger", "notice"]
    assert names(chain) == ["announced", "injected", "report", "verdict", *followed, *followed]
    assert chain.links[6].text == "drilled: why"
    (written,) = [key for key in stage.captures.versions if "captures/" in key]
    assert written.startswith("drills/drift-20260301t120000-")


def test_emits_what_retrains_where_drift_does_not() -> None:
    stage = stage_of(BESIDE, judged(BESIDE, ConditionKind.INPUT_DRIFT))

    chain = run(stage, drill_drift)

    assert names(chain)[4:] == [
        "metric",
        "alarm",
        "notice",
        "emitted",
        "metric",
        "alarm",
        "trigger",
        "notice",
    ]
    told = "RetrainLabelChange = 1, by the drill: no rows of today's show label_change"
    assert chain.links[7].text == told


def test_says_where_nothing_retrains() -> None:
    alerts = Alerts(page=("drift",), retrain=(), note=())

    chain = run(stage_of(alerts, judged(alerts, *DRIFT)), drill_drift)

    assert chain.links[-1].text == "[alerts] of model.toml retrains for nothing"


@pytest.mark.parametrize("link", ["metric", "alarm", "trigger", "notice"])
def test_names_the_dead_link_of_drift(link: str) -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT), link)

    with pytest.raises(DeadLinkError, match=f"the link '{link}' is dead"):
        run(stage, drill_drift)

    book = stage.ledger.read(MODEL)
    assert book.drill is not None
    assert stage.removed == [keys.drill_prefix(book.drill.name)]


def test_calls_a_trigger_dead_that_trains_for_real() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT), "started for real")

    with pytest.raises(DeadLinkError, match="was started for real"):
        run(stage, drill_drift)


def test_calls_drift_dead_that_is_not_seen() -> None:
    blind = judged(RETRAINS, verdict=Verdict.OK)
    deaf = judged(RETRAINS)

    with pytest.raises(DeadLinkError, match="the link 'verdict' is dead: ok"):
        run(stage_of(RETRAINS, blind), drill_drift)
    with pytest.raises(DeadLinkError, match="the link 'condition' is dead: none of the conditions"):
        run(stage_of(RETRAINS, deaf), drill_drift)


def test_calls_the_report_dead_that_is_not_written() -> None:
    stage = Stage(alerts=RETRAINS)
    stage.world.add_champion()

    with pytest.raises(DeadLinkError, match="the link 'report' is dead: drift: they differ"):
        run(stage, drill_drift)


def test_follows_a_fault_to_the_page_and_sees_retraining_held_back() -> None:
    held = judged(RETRAINS, ConditionKind.DATA_FAULT, faults=(FAULT,), action="hold")

    chain = run(stage_of(RETRAINS, held), drill_data_fault)

    assert names(chain)[3:] == ["fault", "held back", "metric", "alarm", "notice"]


@pytest.mark.parametrize(
    ("holding", "changes", "link"),
    [
        ((ConditionKind.DATA_FAULT,), {"action": "hold"}, "fault"),
        ((ConditionKind.DATA_FAULT,), {"faults": (FAULT,)}, "held back"),
        (
            (ConditionKind.DATA_FAULT, ConditionKind.INPUT_DRIFT),
            {"faults": (FAULT,), "action": "hold"},
            "held back",
        ),
        ((), {"faults": (FAULT,), "action": "hold"}, "condition"),
    ],
)
def test_names_the_dead_link_of_a_fault(
    holding: tuple[ConditionKind, ...], changes: dict[str, Any], link: str
) -> None:
    with pytest.raises(DeadLinkError, match=f"the link '{link}' is dead"):
        run(stage_of(RETRAINS, judged(RETRAINS, *holding, **changes)), drill_data_fault)


def test_follows_missing_labels_to_the_note() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS))

    chain = run(stage, drill_no_labels)

    assert names(chain) == ["announced", "injected", "joined", "metric", "alarm", "notice"]
    assert [payload for name, payload in stage.invoked if name.startswith("join")][-1] == {
        "since": None,
        "drill": None,
    }
    assert stage.metrics == {"NoteNoLabels7": 0.0}


def test_refuses_to_drill_what_nobody_would_hear_of() -> None:
    alerts = Alerts(page=("data_fault",), retrain=(), note=())

    with pytest.raises(RefusedError, match=r"\[alerts\] of tiny has no no_labels"):
        run(stage_of(alerts, judged(alerts)), drill_no_labels)


def test_refuses_to_drill_beside_a_real_alarm() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS))
    stage.metrics["PageDataFault"] = 1.0

    with pytest.raises(RefusedError, match="alarm-PageDataFault is in ALARM already"):
        run(stage, drill_data_fault)


def test_makes_rows_of_the_past_where_labels_are_missing() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS))

    run(stage, drill_no_labels)

    (body,) = [body[0] for key, body in stage.captures.versions.items() if "captures/" in key]
    latest = max(
        datetime.fromisoformat(part.split('"')[0]) for part in body.decode().split('"at":"')[1:]
    )
    assert (NOW - latest).days == 8
