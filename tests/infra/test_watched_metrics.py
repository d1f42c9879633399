"""Every alarm watches a metric that somebody emits."""

from pathlib import Path
from typing import Any

import pytest

from functions.contracts.metrics import stage_namespace
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from infra.app import Sources
from tests.infra.assembly import MODEL_FOLDERS, PLAIN_MODEL, PROJECT, Assembly
from tests.infra.watched_metrics import unwatchable_alarms


@pytest.fixture(scope="module")
def models(sources: Sources) -> dict[str, ModelSpec]:
    return {name: load_model_spec(name, Path(sources.models)) for name in MODEL_FOLDERS}


def test_every_alarm_watches_a_metric_that_somebody_emits(
    any_api: Assembly, models: dict[str, ModelSpec]
) -> None:
    alarms = any_api.properties("AWS::CloudWatch::Alarm")

    assert len(alarms) > 40
    assert unwatchable_alarms(any_api, models, alarms) == {}


def test_so_does_every_alarm_of_every_stage(
    assembly: Assembly, models: dict[str, ModelSpec]
) -> None:
    alarms = assembly.properties("AWS::CloudWatch::Alarm")

    assert unwatchable_alarms(assembly, models, alarms) == {}


def test_every_alarm_s_metric_is_explained(any_api: Assembly) -> None:
    page = (PROJECT / "docs" / "reference" / "alarms.md").read_text(encoding="utf-8")
    alarms = any_api.properties("AWS::CloudWatch::Alarm")

    of_conditions = {path for path in alarms if "Conditions" in path}
    named = {alarm["MetricName"] for path, alarm in alarms.items() if path not in of_conditions}

    assert [name for name in sorted(named) if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("metric", "changes", "why"),
    [
        ("PageDataFault", {"MetricName": "PageDataFoult"}, "nobody emits PageDataFoult in"),
        ("Heartbeat", {"Namespace": "Windvane/prod/nobody"}, "nobody emits Heartbeat in"),
        ("LostCaptureRows", {"MetricName": "LostRows"}, "nobody emits LostRows in"),
        ("Throttles", {"MetricName": "Throttled"}, "AWS/Lambda has no metric Throttled"),
        (
            "Throttles",
            {"Namespace": "AWS/Lambdas"},
            "AWS/Lambdas with FunctionName is nothing of AWS",
        ),
        (
            "ExecutionsFailed",
            {"Dimensions": [{"Name": "StateMachineArn", "Value": {"Ref": "Gone"}}]},
            "no AWS::StepFunctions::StateMachine of this stage is {'Ref': 'Gone'}",
        ),
        (
            "5XXError",
            {"Dimensions": [{"Name": "ApiName", "Value": "another"}]},
            "no AWS::ApiGateway::RestApi of this stage is another",
        ),
    ],
)
def test_an_alarm_on_a_metric_that_nobody_emits_is_refused(
    metric: str,
    changes: dict[str, Any],
    why: str,
    prod: Assembly,
    models: dict[str, ModelSpec],
) -> None:
    alarms = prod.properties("AWS::CloudWatch::Alarm")
    path, alarm = next(
        (path, alarm) for path, alarm in alarms.items() if alarm["MetricName"] == metric
    )

    found = unwatchable_alarms(prod, models, {**alarms, path: {**alarm, **changes}})

    assert set(found) == {path}
    assert found[path].startswith(why)


def test_an_alarm_is_refused_whose_function_is_not_deployed(
    prod: Assembly, models: dict[str, ModelSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.infra.watched_metrics.emitters", lambda _alerts: {"Heartbeat": "x"})
    alarms = prod.properties("AWS::CloudWatch::Alarm")

    found = unwatchable_alarms(prod, models, alarms)

    assert found
    assert not any(stage_namespace("prod") == alarms[path]["Namespace"] for path in found)
    assert any(PLAIN_MODEL in why and "Heartbeat" in why for why in found.values())
