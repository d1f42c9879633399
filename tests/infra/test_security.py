"""What may do what: findings, wildcards, and the rights of every role."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from functions.contracts.functions import FUNCTIONS
from functions.contracts.metrics import namespace
from tests.infra.assembly import (
    PLAIN_MODEL,
    SCHEDULED_MODEL,
    Assembly,
    new_app,
    statements,
    text,
)

MOST_ACKNOWLEDGMENTS = 12
OF_THE_WHOLE_APP = 1
"""The Python of the functions; no stack's metadata tells of it."""

# What AWS knows no resource for, and the one name that is made at run time.
WILDCARDS = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "cloudwatch:PutMetricData",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "states:DescribeExecution",
    "states:StopExecution",
}


def test_a_finding_of_cdk_nag_stops_the_synthesis(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    s3.Bucket(Stack(app, "careless"), "Bucket")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()


def test_accepts_few_findings_each_on_one_construct_with_a_reason(assembly: Assembly) -> None:
    _check_acknowledgments(assembly)


def test_accepts_no_more_for_another_kind_of_api(any_api: Assembly) -> None:
    _check_acknowledgments(any_api)


def _check_acknowledgments(assembly: Assembly) -> None:
    found = assembly.acknowledgments()

    assert 0 < len(found) <= MOST_ACKNOWLEDGMENTS - OF_THE_WHOLE_APP
    for path, rule, reason in found:
        assert rule.startswith("AwsSolutions-")
        assert path.count("/") >= 2, "it is for a whole stack"
        assert len(reason.split()) >= 8


def test_no_action_is_a_pattern(assembly: Assembly) -> None:
    actions = {action for _, s in _role_statements(assembly) for action in s["Action"]}

    assert [action for action in actions if "*" in action] == []


def test_only_what_aws_demands_is_allowed_on_a_pattern(assembly: Assembly) -> None:
    wide = {
        action
        for _, statement in _role_statements(assembly)
        if any("*" in text(resource) for resource in statement["Resource"])
        for action in statement["Action"]
    }

    assert wide == WILDCARDS


def test_every_function_has_a_role_of_its_own(assembly: Assembly) -> None:
    roles = [text(f["Role"]) for f in assembly.properties("AWS::Lambda::Function").values()]

    always = [definition for definition in FUNCTIONS if not definition.is_optional]
    assert len(roles) == len(set(roles)) == len(always)


def test_the_only_managed_policy_of_aws_is_that_of_api_gateway(assembly: Assembly) -> None:
    attached = [
        (path, text(arn))
        for path, role in assembly.properties("AWS::IAM::Role").items()
        for arn in role.get("ManagedPolicyArns", [])
    ]
    of_aws = {arn.rpartition("/")[2] for _, arn in attached if ":policy/" in arn}

    assert of_aws == {"AmazonAPIGatewayPushToCloudWatchLogs"}


def test_drift_metrics_go_to_the_namespaces_of_the_models_alone(assembly: Assembly) -> None:
    (statement,) = [
        s for _, s in _role_statements(assembly) if "cloudwatch:PutMetricData" in s["Action"]
    ]

    assert statement["Condition"] == {
        "StringEquals": {
            "cloudwatch:namespace": [
                namespace(assembly.stage.name, model) for model in (PLAIN_MODEL, SCHEDULED_MODEL)
            ]
        }
    }


def test_predict_reads_artifacts_and_the_registry_and_writes_its_log(assembly: Assembly) -> None:
    rights = {
        (action, text(resource).split(":")[-1])
        for role, statement in _rights(assembly)
        if _is_role_of("predict", role)
        for action in statement["Action"]
        for resource in statement["Resource"]
    }

    by_action = {action: {r for a, r in rights if a == action} for action, _ in rights}
    assert set(by_action) == {
        "dynamodb:GetItem",
        "dynamodb:Query",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:GetObjectVersion",
    }
    for action in ("s3:GetObject", "s3:GetObjectVersion"):
        assert [r.partition("/")[2] for r in by_action[action]] == ["artifacts/*/*/*"]


@pytest.mark.parametrize("action", ["s3:PutObject", "dynamodb:PutItem"])
def test_writers_are_few_and_known(action: str, assembly: Assembly) -> None:
    writers = {
        name.name
        for name in FUNCTIONS
        for role, statement in _rights(assembly)
        if action in statement["Action"] and _is_role_of(name.name, role)
    }

    expected = {
        "s3:PutObject": {
            *("prepare", "train", "export", "evaluate", "register", "detect_drift"),
            *("compact_captures", "join_ground_truth"),
            *("plan_replay", "replay", "judge_replay", "watch_roll_out"),
            *("plan_batch", "predict_batch", "finish_batch"),
        },
        "dynamodb:PutItem": {
            *("register", "roll_out", "abort_roll_out", "conclude"),
            *("start_retraining", "reconcile"),
        },
    }
    assert writers == expected[action]


def test_only_who_keeps_the_ledger_retires_its_files(assembly: Assembly) -> None:
    rights = [
        (role, text(resource).partition("/")[2])
        for role, statement in _rights(assembly)
        if "s3:PutObjectTagging" in statement["Action"]
        for resource in statement["Resource"]
    ]

    assert {_is_role_of("join_ground_truth", role) for role, _ in rights} == {True}
    assert {key for _, key in rights} == {
        "labels/models/*/entries/*",
        "drills/*/labels/models/*/entries/*",
    }


def test_nobody_deletes_anything(assembly: Assembly) -> None:
    actions = {action for _, s in _rights(assembly) for action in s["Action"]}

    assert [a for a in actions if "Delete" in a and a != "logs:DeleteLogDelivery"] == []


def test_schedules_call_one_function_each_and_only_for_this_account(assembly: Assembly) -> None:
    roles = {
        path: role
        for path, role in assembly.properties("AWS::IAM::Role").items()
        if "scheduler.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
    }

    assert len(roles) == 5
    for path, role in roles.items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }
        invoked = [
            resource
            for name, statement in _role_statements(assembly)
            if path.partition("/")[2] in name and "lambda:InvokeFunction" in statement["Action"]
            for resource in statement["Resource"]
        ]
        assert len(invoked) == 1


def _is_role_of(function: str, roles: str) -> bool:
    """Whether a function's role is among those that a template names."""
    id_ = "".join(word.capitalize() for word in function.split("_"))
    return re.search(rf"Roles{id_}[0-9A-F]{{8}}", roles) is not None


def _role_statements(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement that is attached to a role, with the roles' names."""
    for type_ in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for policy in assembly.properties(type_).values():
            roles = " ".join(text(role) for role in policy.get("Roles", []))
            for statement in statements(policy["PolicyDocument"]):
                yield roles, statement
    for path, role in assembly.properties("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in statements(policy["PolicyDocument"]):
                yield path, statement


def _rights(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement that allows something to a role of ours, in its policies or a bucket's."""
    yield from _role_statements(assembly)
    for policy in assembly.properties("AWS::S3::BucketPolicy").values():
        for statement in statements(policy["PolicyDocument"]):
            if statement["Effect"] == "Allow":
                yield text(statement["Principal"].get("AWS", "")), statement
