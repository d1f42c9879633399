import json

import pytest

from functions.contracts.naming import Alias
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_messages import AbortRollOutOutput
from functions.contracts.settings import ReleaseSettings
from functions.core.alarm_message import AlarmMessage, AlarmTrigger, ForeignAlarmError
from functions.core.promotion import Cause
from functions.core.rollouts import Bake, RolloutPlan
from functions.release import abort_roll_out as step
from functions.release import wiring
from functions.release.abort_roll_out import abort_roll_out
from functions.release.promote import promote
from functions.release.rollout_moves import abort_rollout, pause_rollout
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry

SETTINGS = ReleaseSettings(
    stage="prod",
    data_bucket="data",
    models_bucket="models",
    registry_table="registry",
    captures_bucket="captures",
    notification_topic_arn="topic",
)


@pytest.fixture
def registry() -> InMemoryRegistry:
    """Two models of which version 2 gets a tenth of the callers, and one without a rollout."""
    made = InMemoryRegistry()
    for model in ("car_price", "loan_default", "quiet"):
        for number in (1, 2):
            made.add(model_version(number, model=model))
        promote(model, 1, actor="ann", reason="first", registry=made, now=NOW)
    for model in ("car_price", "loan_default"):
        plan = RolloutPlan(model, f"{model}-2", challenger=2, champion=1, shares=(10.0,))
        start_rollout(plan, Bake(ends_at=NOW), Cause("ann", "new data", NOW), registry=made)
    return made


def alarm(namespace: str = "AWS/Lambda", *, state: str = "ALARM") -> AlarmMessage:
    return AlarmMessage(
        AlarmName="PredictErrors",
        NewStateValue=state,
        NewStateReason="1 datapoint",
        StateChangeTime=NOW,
        Trigger=AlarmTrigger(Namespace=namespace),
    )


def aborted(registry: InMemoryRegistry, message: AlarmMessage) -> AbortRollOutOutput:
    return abort_roll_out(message, stage="prod", registry=registry, now=NOW)


def record_of(registry: InMemoryRegistry, model: str) -> RolloutRecord:
    record = registry.find_rollout(model)
    assert record is not None
    return record


def has_shares(registry: InMemoryRegistry, model: str) -> bool:
    pointer = registry.find_alias(model, Alias.CHAMPION)
    return pointer is not None and bool(pointer.shares)


def test_an_alarm_of_the_api_ends_every_rollout(registry: InMemoryRegistry) -> None:
    output = aborted(registry, alarm())

    assert [(each.model, each.aborted) for each in output.rollouts] == [
        ("car_price", True),
        ("loan_default", True),
    ]
    assert output.reason == "PredictErrors ended 2 rollouts"
    for model in ("car_price", "loan_default"):
        record = record_of(registry, model)
        assert record.status is RolloutStatus.ABORTED
        assert record.reason == "alarm PredictErrors: 1 datapoint"
        assert not has_shares(registry, model)
        entry = registry.list_audit(model)[0]
        assert (entry.actor, entry.reason) == ("alarm PredictErrors", record.reason)


def test_an_alarm_of_a_model_ends_that_models_rollout(registry: InMemoryRegistry) -> None:
    output = aborted(registry, alarm("Windvane/prod/car_price"))

    assert [each.model for each in output.rollouts] == ["car_price"]
    assert has_shares(registry, "loan_default")


def test_a_paused_rollout_is_ended_too(registry: InMemoryRegistry) -> None:
    record = record_of(registry, "car_price")
    pause_rollout(record, Cause("ann", "lunch", NOW), registry=registry)

    aborted(registry, alarm())

    assert record_of(registry, "car_price").status is RolloutStatus.ABORTED


def test_an_alarm_that_is_over_ends_nothing(registry: InMemoryRegistry) -> None:
    output = aborted(registry, alarm(state="OK"))

    assert output == AbortRollOutOutput(reason="PredictErrors is OK, which ends nothing")
    assert has_shares(registry, "car_price")


def test_a_second_delivery_changes_nothing(registry: InMemoryRegistry) -> None:
    aborted(registry, alarm())
    before = record_of(registry, "car_price")

    output = aborted(registry, alarm())

    assert output.rollouts == ()
    assert record_of(registry, "car_price") == before


def test_leaves_a_rollout_that_ended_before(registry: InMemoryRegistry) -> None:
    cause = Cause("ann", "complaints", NOW)
    abort_rollout(record_of(registry, "car_price"), cause, registry=registry)

    aborted(registry, alarm())

    assert record_of(registry, "car_price").reason == "complaints"


def test_refuses_an_alarm_of_another_stage(registry: InMemoryRegistry) -> None:
    with pytest.raises(ForeignAlarmError):
        aborted(registry, alarm("Windvane/dev/car_price"))

    assert has_shares(registry, "car_price")


def test_reads_what_sns_delivers(
    registry: InMemoryRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "settings", lambda: SETTINGS)
    monkeypatch.setattr(wiring, "registry", lambda: registry)
    message = json.dumps(
        {
            "AlarmName": "PredictErrors",
            "AlarmArn": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:PredictErrors",
            "NewStateValue": "ALARM",
            "NewStateReason": "1 datapoint",
            "StateChangeTime": "2026-03-01T12:00:00.000+0000",
            "Trigger": {"MetricName": "Errors", "Namespace": "AWS/Lambda"},
        }
    )

    answer = step.handler({"Records": [{"Sns": {"Message": message}}]}, None)

    assert answer["answers"][0]["reason"] == "PredictErrors ended 2 rollouts"  # type: ignore[index]
    assert not has_shares(registry, "loan_default")
