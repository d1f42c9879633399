import pytest

from functions.core.alarm_message import AlarmMessage, AlarmTrigger, ForeignAlarmError
from functions.core.rollout_alarm import models_of_alarm, reason_of_alarm
from tests.fakes.documents import NOW

MODELS = ("car_price", "loan_default")


def alarm(namespace: str, *, state: str = "ALARM", reason: str = "three 5xx") -> AlarmMessage:
    return AlarmMessage(
        AlarmName="PredictErrors",
        NewStateValue=state,
        NewStateReason=reason,
        StateChangeTime=NOW,
        Trigger=AlarmTrigger(Namespace=namespace),
    )


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "AWS/ApiGateway"])
def test_the_prediction_apis_own_alarm_speaks_about_every_model(namespace: str) -> None:
    assert models_of_alarm(alarm(namespace), "prod", MODELS) == MODELS


def test_a_models_alarm_speaks_about_that_model() -> None:
    found = models_of_alarm(alarm("Windvane/prod/loan_default"), "prod", MODELS)

    assert found == ("loan_default",)


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
@pytest.mark.parametrize("namespace", ["AWS/Lambda", "Windvane/prod/loan_default"])
def test_an_alarm_that_is_over_ends_nothing(namespace: str, state: str) -> None:
    assert models_of_alarm(alarm(namespace, state=state), "prod", MODELS) == ()


@pytest.mark.parametrize(
    "namespace", ["Windvane/dev/loan_default", "Windvane/prod/loan/default", "AWS/SQS", "Other"]
)
def test_refuses_an_alarm_of_something_else(namespace: str) -> None:
    with pytest.raises(ForeignAlarmError, match="neither the prediction API"):
        models_of_alarm(alarm(namespace), "prod", MODELS)


def test_tells_the_alarms_own_reason_and_not_more_than_fits() -> None:
    assert reason_of_alarm(alarm("AWS/Lambda")) == "alarm PredictErrors: three 5xx"
    assert reason_of_alarm(alarm("AWS/Lambda", reason="")) == "alarm PredictErrors"
    assert len(reason_of_alarm(alarm("AWS/Lambda", reason="x" * 1000))) == 300
