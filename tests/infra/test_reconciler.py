"""Reconcile looks at every model, and at no alarm but those that ask for retraining."""

from tests.infra.assembly import PLAIN_MODEL, SCHEDULED_MODEL, Assembly, text

MODELS = (PLAIN_MODEL, SCHEDULED_MODEL)


def test_looks_at_every_model_every_quarter_of_an_hour(assembly: Assembly) -> None:
    schedules = [
        schedule
        for path, schedule in assembly.properties("AWS::Scheduler::Schedule").items()
        if "Reconciler" in path
    ]

    assert {s["ScheduleExpression"] for s in schedules} == {"rate(15 minutes)"}
    inputs = [text(schedule["Target"]["Input"]) for schedule in schedules]
    for model in MODELS:
        (found,) = [each for each in inputs if f'"model": "{model}"' in each.replace("\\", "")]
        assert "label_alarm" in found
        assert found.count("ConditionsRetrain") == 1


def test_reads_no_alarm_but_those_that_ask_for_retraining(assembly: Assembly) -> None:
    asking = {
        path
        for path, alarm in assembly.properties("AWS::CloudWatch::Alarm").items()
        if any("Retraining" in text(action) for action in alarm["AlarmActions"])
    }
    (statement,) = [
        statement
        for path, policy in assembly.properties("AWS::IAM::Policy").items()
        if "Reconcile" in path
        for statement in policy["PolicyDocument"]["Statement"]
        if "cloudwatch:DescribeAlarms" in statement["Action"]
    ]

    assert len(statement["Resource"]) == len(asking) == len(MODELS)
    assert "*" not in text(statement["Resource"])
