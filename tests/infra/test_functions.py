import pytest
from aws_cdk import aws_lambda as lambda_

from functions.contracts.functions import (
    FUNCTIONS,
    SERVING_MEMORY,
    FunctionDefinition,
    Group,
)
from infra.bundling.target import LAMBDA_PYTHON
from infra.components.function import library_environment
from infra.stage import STAGES
from tests.infra.assembly import Assembly, Resource, text
from tests.infra.conftest import Synthesized

ASYNCHRONOUS = {
    "abort_roll_out",
    "collect_captures",
    "compact_captures",
    "detect_drift",
    "join_ground_truth",
    "notify",
    "start_retraining",
    "reconcile",
}
"""Called by a log subscription, by a schedule, and by SNS."""


ALWAYS = tuple(definition for definition in FUNCTIONS if not definition.is_optional)
"""What every stage has."""


@pytest.fixture(params=ALWAYS, ids=lambda definition: definition.name)
def definition(request: pytest.FixtureRequest) -> FunctionDefinition:
    return request.param


def test_there_is_a_function_for_every_definition(assembly: Assembly) -> None:
    handlers = sorted(f["Handler"] for f in assembly.properties("AWS::Lambda::Function").values())

    assert handlers == sorted(definition.handler for definition in ALWAYS)


def test_a_function_has_the_measure_of_its_definition(
    definition: FunctionDefinition, assembly: Assembly
) -> None:
    function = _function(definition, assembly)

    assert function["MemorySize"] == definition.memory_mb
    assert function["Timeout"] == definition.timeout_seconds
    assert function["EphemeralStorage"] == {"Size": definition.ephemeral_storage_mb}
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_a_function_is_made_for_the_processor_and_python_of_its_bundle(
    definition: FunctionDefinition, assembly: Assembly
) -> None:
    function = _function(definition, assembly)

    assert function["Runtime"] == f"python{assembly.stage.python}"
    assert function["Architectures"] == [assembly.stage.architecture.name]


def test_a_function_understands_its_environment(
    definition: FunctionDefinition, assembly: Assembly
) -> None:
    environment = _function(definition, assembly)["Environment"]["Variables"]

    settings = definition.settings.from_env({name: text(v) for name, v in environment.items()})

    assert settings.stage == assembly.stage.name
    assert set(environment) == {*settings.to_env(), *library_environment(definition)}


def test_what_serves_keeps_its_memory(definition: FunctionDefinition, assembly: Assembly) -> None:
    environment = _function(definition, assembly)["Environment"]["Variables"]

    kept = {name: value for name, value in environment.items() if name.startswith("MALLOC")}
    assert kept == (SERVING_MEMORY if definition.group is Group.SERVING else {})


@pytest.mark.parametrize(
    ("name", "threads"),
    [("predict", "1"), ("register", "1"), ("prepare", "2"), ("train", "4"), ("detect_drift", "2")],
)
def test_threads_are_the_vcpus_and_one_in_serving(name: str, threads: str, prod: Assembly) -> None:
    (definition,) = [d for d in FUNCTIONS if d.name == name]

    environment = _function(definition, prod)["Environment"]["Variables"]

    assert environment["OMP_NUM_THREADS"] == threads
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"


def test_a_function_that_nobody_waits_for_has_a_dead_letter_queue(
    definition: FunctionDefinition, assembly: Assembly
) -> None:
    function = _function(definition, assembly)

    assert ("DeadLetterConfig" in function) is (definition.name in ASYNCHRONOUS)


@pytest.mark.parametrize(
    ("stage", "days", "capture_days"), [("local", 1, 1), ("dev", 14, 3), ("prod", 180, 3)]
)
def test_logs_are_kept_for_a_time_and_captured_rows_shortly(
    stage: str, days: int, capture_days: int, synthesized: Synthesized
) -> None:
    groups = synthesized(stage).properties("AWS::Logs::LogGroup")

    kept = {path: group["RetentionInDays"] for path, group in groups.items()}

    capturing = {path for path in kept if path.startswith("serving/PredictLogs")}
    assert {kept.pop(path) for path in capturing} == {capture_days}
    assert set(kept.values()) == {days}


def test_every_function_logs_to_a_group_of_its_own(assembly: Assembly) -> None:
    functions = assembly.properties("AWS::Lambda::Function").values()

    groups = {text(function["LoggingConfig"]["LogGroup"]) for function in functions}

    assert len(groups) == len(ALWAYS)


def test_an_optional_function_is_made_like_the_others(synthesized: Synthesized) -> None:
    (definition,) = [d for d in FUNCTIONS if d.is_optional]
    assembly = synthesized("rest-jwt")

    function = _function(definition, assembly)

    settings = definition.settings.from_env(
        {name: text(v) for name, v in function["Environment"]["Variables"].items()}
    )
    assert settings.stage == assembly.stage.name
    assert function["Architectures"] == [assembly.stage.architecture.name]
    assert len(assembly.properties("AWS::Lambda::Function")) == len(FUNCTIONS)


def test_nothing_has_a_name_of_its_own(assembly: Assembly) -> None:
    """Names are CloudFormation's: two stages, or a replaced resource, never collide."""
    named = [
        f"{path}: {key}"
        for part, template in assembly.templates().items()
        for path, resource in template["Resources"].items()
        for key in ("FunctionName", "BucketName", "TableName", "RoleName", "LogGroupName")
        if isinstance(resource.get("Properties", {}).get(key), str)
    ]

    assert named == []


def test_the_runtime_is_the_python_of_the_bundles_and_one_that_lambda_has() -> None:
    known = {runtime.name for runtime in lambda_.Runtime.ALL}

    assert {stage.python for stage in STAGES.values()} == {LAMBDA_PYTHON}
    assert {stage.runtime.name for stage in STAGES.values()} <= known


def _function(definition: FunctionDefinition, assembly: Assembly) -> Resource:
    (function,) = [
        f
        for f in assembly.properties("AWS::Lambda::Function").values()
        if f["Handler"] == definition.handler
    ]
    return function
