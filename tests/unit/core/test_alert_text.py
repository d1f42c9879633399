"""What people read."""

from dataclasses import replace

import pytest

from functions.contracts.alerts import Condition, ConditionKind, Severity
from functions.contracts.drift import DriftReport
from functions.contracts.model_spec import Retraining
from functions.core.alert_news import News, Reports
from functions.core.alert_text import AlertMessage, write_message
from tests.unit.core.alert_world import (
    ATTRIBUTION,
    ESTIMATE,
    FAULT,
    LABELLED,
    alarm,
    condition,
    report,
    state,
)

PAGE = condition("accuracy_score < 0.85")
LABELS = condition("label_change", Severity.RETRAIN)
URI = "s3://captures/reports/car/drift.html"


def write(
    of: Condition | None,
    newest: DriftReport | None,
    *,
    metric: str | None = None,
    becomes: str = "ALARM",
    policy: Retraining = Retraining(),  # noqa: B008 - it is frozen
    before: DriftReport | None = None,
) -> AlertMessage:
    name = metric or (of.metric_name if of else "SomebodysMetric")
    news = News(alarm(name, state=becomes), "prod", "car", of, Reports(newest, before))
    return write_message(news, policy=policy, report_uri=URI)


def test_says_all_that_a_person_needs_in_one_reading() -> None:
    held = "a data fault, nothing is learned from it"
    newest = report(
        state(PAGE, reason="accuracy_score is 0.8123, 0.85 is the least that is wanted"),
        state(LABELS, held_back=held),
        labelled=LABELLED,
        estimates=(ESTIMATE,),
        attribution=ATTRIBUTION,
        faults=(FAULT,),
    )

    message = write(PAGE, newest)

    assert message.subject == "[page] car on prod: accuracy_score < 0.85"
    assert message.text == (
        "car on prod: accuracy_score < 0.85: accuracy_score is 0.8123, 0.85 is the least that is "
        "wanted.\n\n"
        "Since: this window\n"
        "Window: 2026-02-28 12:00 UTC to 2026-03-01 12:00 UTC, 2,000 rows by car/7, 4,000 in the "
        "reference\n"
        "Labels: 400 of 1,000 rows (40%), accuracy_score 0.8123\n"
        "Estimate without labels: roc_auc_score 0.7312 ± 0.02 (a loss)\n"
        "Data fault in amount: amount is 1,000 times what it was in 98% of rows, since "
        "2026-03-01T09:00Z: find who changed its unit\n"
        "Features, by their share of the estimated loss: amount 70% since 2026-03-01 07:00 UTC; "
        "color 30% since 2026-03-01 10:00 UTC\n\n"
        f"Windvane: retraining for label_change is held back: {held}.\n\n"
        "You: see the scores day by day:\n"
        "  windvane labels status car --stage prod\n\n"
        f"Report: {URI}\n"
    )
    assert message.attributes == {
        "model": "car",
        "stage": "prod",
        "severity": "page",
        "condition": "accuracy_score < 0.85",
        "state": "ALARM",
        "alarm": "alarm on PageAccuracyScore0.85",
        "episode": "alarm on PageAccuracyScore0.85@2026-03-01T12:00:00+00:00",
    }


def test_says_that_it_is_over_and_why() -> None:
    newest = report(state(PAGE, holds=False, reason="accuracy_score is 0.9"), faults=(FAULT,))

    message = write(PAGE, newest, becomes="OK")

    assert message.subject == "[over] car on prod: accuracy_score < 0.85"
    assert "accuracy_score < 0.85 holds no more: accuracy_score is 0.9." in message.text
    assert "Window: 2026-02-28" in message.text
    for absent in ("Since", "You:", "Windvane:", "Data fault"):
        assert absent not in message.text


def test_says_that_it_holds_on_where_it_only_asks_no_more() -> None:
    held = "a data fault, nothing is learned from it"
    newest = report(state(LABELS, reason="excess loss 0.2 against 0.0", held_back=held))

    message = write(LABELS, newest, becomes="OK")

    assert message.subject == "[held] car on prod: label_change"
    assert "holds no more" not in message.text
    assert "asks for retraining no more: it holds on, and is held back" in message.text
    assert held in message.text


@pytest.mark.parametrize(
    ("on_alarm", "said"),
    [
        (True, "retraining was asked for because of this; budget, cool-down and breaker decide"),
        (False, "turned off, retraining.on_alarm is false in model.toml"),
    ],
)
def test_says_what_windvane_does_of_itself(*, on_alarm: bool, said: str) -> None:
    policy = Retraining(on_alarm=on_alarm)

    message = write(LABELS, report(state(LABELS)), policy=policy)

    assert said in message.text
    assert "windvane retraining log car --stage prod" in message.text
    assert message.severity is Severity.RETRAIN


def test_says_that_nothing_is_retrained_for_what_only_pages() -> None:
    message = write(PAGE, report(state(PAGE), state(LABELS, holds=False)))

    assert "Windvane: nothing is retrained for this." in message.text


@pytest.mark.parametrize(
    ("text", "changes", "since"),
    [
        ("data_fault", {"faults": (FAULT,)}, "2026-03-01 09:00 UTC"),
        ("input_drift", {"attribution": ATTRIBUTION}, "2026-03-01 07:00 UTC"),
        ("prediction_drift", {}, "this window"),
    ],
)
def test_says_since_when(text: str, changes: dict[str, object], since: str) -> None:
    of = condition(text)

    message = write(of, report(state(of), **changes))

    assert f"Since: {since}\n" in message.text


def test_says_each_thing_once_however_much_was_found() -> None:
    fault = condition("data_fault")
    reason = "amount is 1,000 times what it was in 98% of rows, since 2026-03-01T09:00Z"
    held = f"{reason}: a data fault, nothing is learned from it"
    drift = [
        state(condition(f"{what}_drift", Severity.RETRAIN), held_back=held)
        for what in ("input", "prediction")
    ]
    scores = [ESTIMATE.model_copy(update={"metric": f"{name}_error"}) for name in "abcdef"]

    message = write(
        fault,
        report(state(fault, reason=reason), *drift, estimates=tuple(scores), faults=(FAULT,)),
    )

    assert message.text.count("amount is 1,000 times") == 1
    assert "Data fault in amount: find who changed its unit\n" in message.text
    assert message.text.count("_error") == 3
    assert (
        "Windvane: retraining for input_drift and prediction_drift is held back: a data fault, "
        "nothing is learned from it.\n"
    ) in message.text


def test_names_no_feature_whose_shift_costs_nothing() -> None:
    free = ATTRIBUTION[-1].model_copy(update={"share": 0.0})

    message = write(PAGE, report(state(PAGE), attribution=(ATTRIBUTION[0], free)))

    assert "amount 70%" in message.text
    assert free.feature not in message.text


def test_says_that_it_was_so_before() -> None:
    before = report(state(PAGE, reason="accuracy_score was 0.84"), hours_ago=1)

    message = write(PAGE, report(state(PAGE)), before=before)

    assert "Since: the window before this one, or longer: accuracy_score was 0.84" in message.text


@pytest.mark.parametrize("kind", ConditionKind)
def test_names_one_command_for_every_kind(kind: ConditionKind) -> None:
    of = replace(PAGE, kind=kind)

    message = write(of, report(state(of)))

    assert message.text.count("\n  windvane ") == 1
    assert message.text.count(" car --stage prod\n") == 1


def test_does_without_a_report() -> None:
    message = write(PAGE, None)

    assert "a score of the window's labelled rows is beyond its limit" in message.text
    assert "No drift report could be read. CloudWatch says: Threshold Crossed" in message.text
    assert "You: " in message.text


@pytest.mark.parametrize(
    ("becomes", "holds", "because"),
    [
        ("ALARM", False, "a score of the window's labelled rows is beyond its limit"),
        ("OK", True, "Threshold Crossed"),
    ],
)
def test_takes_no_reason_from_a_report_that_says_otherwise(
    becomes: str, because: str, *, holds: bool
) -> None:
    message = write(PAGE, report(state(PAGE, holds=holds, reason="otherwise")), becomes=becomes)

    assert "otherwise" not in message.text
    assert f": {because}." in message.text


def test_says_of_silence_which_window_was_the_last() -> None:
    message = write(None, report(hours_ago=9), metric="Heartbeat")

    assert message.subject == "[page] car on prod: no window was judged"
    assert "its own advice" in message.text
    assert "The newest report is of 2026-02-28 03:00 UTC to 2026-03-01 03:00 UTC." in message.text
    assert "windvane drift car --stage prod" in message.text


def test_passes_another_alarm_s_own_advice_on() -> None:
    news = News(alarm("Errors", space="AWS/Lambda"), "prod")

    message = write_message(news, policy=None, report_uri=None)

    assert message.subject == "[page] prod: alarm on Errors"
    assert message.text == (
        "Stage prod: the alarm alarm on Errors went off.\n\n"
        "its own advice\n\n"
        "CloudWatch says: Threshold Crossed\n"
    )
    assert "model" not in message.attributes


def test_names_what_accepts_a_fault_that_is_none() -> None:
    told = condition("data_fault")
    recorded = FAULT.model_copy(update={"recorded_as": "unit_changed-amount-20260301T09"})
    another = FAULT.model_copy(update={"recorded_as": "unit_changed-price-20260301T09"})

    message = write(told, report(state(told), faults=(recorded, another)))

    assert (
        "Or, if it is no fault and the data stay so, let its rows be learned from:\n"
        "  windvane faults accept car unit_changed-amount-20260301T09 "
        'unit_changed-price-20260301T09 --reason "..." --stage prod\n'
    ) in message.text


@pytest.mark.parametrize("becomes", ["ALARM", "OK"])
def test_names_no_acceptance_without_a_fault_on_record_or_once_it_is_over(becomes: str) -> None:
    told = condition("data_fault")
    recorded = FAULT.model_copy(update={"recorded_as": "x"})
    newest = report(state(told, holds=becomes == "ALARM"), faults=(FAULT,))

    assert "accept" not in write(told, newest, becomes=becomes).text
    assert "accept" not in write(told, None).text
    over = newest.model_copy(update={"faults": (recorded,)})
    assert ("accept" in write(told, over, becomes=becomes).text) is (becomes == "ALARM")
    assert "accept" not in write(PAGE, over).text
