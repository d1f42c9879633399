"""What ends rollouts at once: alarms on failed predictions, and nothing else of ours."""

from tests.infra.assembly import Assembly, text


def test_errors_of_predictions_end_rollouts_and_errors_of_others_do_not(
    assembly: Assembly,
) -> None:
    ending = [
        text(alarm["Dimensions"][0]["Value"])
        for alarm in assembly.properties("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "Errors"
        and any("AbortsTopic" in text(action) for action in alarm["AlarmActions"])
    ]

    assert len(ending) == 1
    assert "Predict" in ending[0]


def test_no_drift_alarm_ends_the_rollout_that_it_asked_for(assembly: Assembly) -> None:
    ending = [
        alarm["MetricName"]
        for alarm in assembly.properties("AWS::CloudWatch::Alarm").values()
        if any("AbortsTopic" in text(action) for action in alarm["AlarmActions"])
    ]

    assert not [name for name in ending if "Drift" in name]
    assert {"Errors", "Throttles"} < set(ending)
