"""Which alarms of a synthesized stage watch a metric that nobody emits."""

from collections.abc import Iterator, Mapping
from typing import Any

from functions.contracts.emitters import emitters
from functions.contracts.metrics import namespace, stage_namespace
from functions.contracts.model_spec import ModelSpec
from tests.infra.assembly import Assembly, Resource

AWS_METRICS: Mapping[str, Mapping[str, tuple[str, frozenset[str]]]] = {
    "AWS/Lambda": {
        "FunctionName": (
            "AWS::Lambda::Function",
            frozenset({"Errors", "Throttles", "Duration", "DeadLetterErrors"}),
        )
    },
    "AWS/SQS": {
        "QueueName": ("AWS::SQS::Queue", frozenset({"ApproximateNumberOfMessagesVisible"}))
    },
    "AWS/States": {
        "StateMachineArn": (
            "AWS::StepFunctions::StateMachine",
            frozenset({"ExecutionsFailed", "ExecutionsTimedOut"}),
        )
    },
    "AWS/Firehose": {
        "DeliveryStreamName": (
            "AWS::KinesisFirehose::DeliveryStream",
            frozenset({"DeliveryToS3.DataFreshness"}),
        )
    },
    "AWS/ApiGateway": {
        "ApiName": ("AWS::ApiGateway::RestApi", frozenset({"5XXError"})),
        "ApiId": ("AWS::ApiGatewayV2::Api", frozenset({"5xx"})),
    },
}
"""What AWS measures by itself, as it documents it: by namespace and dimension."""


def unwatchable_alarms(
    assembly: Assembly, models: Mapping[str, ModelSpec], alarms: Mapping[str, Resource]
) -> dict[str, str]:
    """Return why by the alarms' paths."""
    emitted = dict(_emitted(assembly, models))
    found = {}
    for path, alarm in alarms.items():
        space, name = alarm["Namespace"], alarm["MetricName"]
        if space.startswith("AWS/"):
            why = _why_not_of_aws(assembly, alarm)
        else:
            why = None if (space, name) in emitted else f"nobody emits {name} in {space}"
        if why:
            found[path] = why
    return found


def _emitted(
    assembly: Assembly, models: Mapping[str, ModelSpec]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what our functions emit, as far as they are deployed, and what logs are counted for."""
    handlers = {f["Handler"] for f in assembly.properties("AWS::Lambda::Function").values()}
    for name, spec in models.items():
        for metric, function in emitters(spec.alerts).items():
            if any(handler.endswith(f".{function}.handler") for handler in handlers):
                yield (namespace(assembly.stage.name, name), metric), function
    for path, counted in assembly.properties("AWS::Logs::MetricFilter").items():
        for each in counted["MetricTransformations"]:
            assert each["MetricNamespace"] == stage_namespace(assembly.stage.name)
            yield (each["MetricNamespace"], each["MetricName"]), path


def _why_not_of_aws(assembly: Assembly, alarm: Resource) -> str | None:
    (dimension,) = alarm["Dimensions"]
    name, space = alarm["MetricName"], alarm["Namespace"]
    known = AWS_METRICS.get(space, {}).get(dimension["Name"])
    if known is None:
        return f"{space} with {dimension['Name']} is nothing of AWS that is known here"
    kind, metrics = known
    if name not in metrics:
        return f"{space} has no metric {name}"
    is_there = _named(assembly, kind, dimension["Value"])
    return None if is_there else f"no {kind} of this stage is {dimension['Value']}"


def _named(assembly: Assembly, kind: str, value: Any) -> bool:
    """Say whether a dimension's value is a resource of that kind, wherever its stack is."""
    match value:
        case str():
            return value in {each.get("Name") for each in assembly.properties(kind).values()}
        case {"Fn::ImportValue": exported}:
            return _named(assembly, kind, _exports(assembly)[exported])
        case {"Ref": id_} | {"Fn::GetAtt": [id_, _]}:
            return id_ in {path.partition("/")[2] for path in assembly.resources(kind)}
    return False


def _exports(assembly: Assembly) -> dict[str, Any]:
    return {
        output["Export"]["Name"]: output["Value"]
        for template in assembly.templates().values()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
