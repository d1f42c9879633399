from datetime import timedelta
from fnmatch import fnmatchcase

import pytest

from functions.contracts import keys
from functions.contracts.labels import RETIRED_TAG
from functions.monitoring.detect_drift import MAXIMUM_WINDOW
from infra.components import key_patterns
from infra.components.bucket_access import FUNCTION_ACCESS
from infra.stage import STAGES
from tests.infra.assembly import Assembly, as_list, statements, text

# A changed id would make CloudFormation replace what holds data: these are a contract.
STATEFUL = {
    "AWS::S3::Bucket": {
        "storage/AccessLogsBucketCD784A59",
        "storage/CapturesBucketA18E2F11",
        "storage/DataBucketE6B0FAA8",
        "storage/ModelsBucket970C6ADA",
    },
    "AWS::DynamoDB::Table": {"storage/RegistryTableDB777839"},
    "AWS::SNS::Topic": {
        "storage/NotificationsTopicAE679CBD",
        "storage/ToldPageTopicFBF150BB",
        "storage/ToldRetrainTopicE36929C0",
        "storage/ToldNoteTopicFCFA47B1",
        "monitoring/NotifierAlarmsTopicE6AEFCED",
        "monitoring/RetrainingTriggerRetrainingTopicCC4A3EB8",
        "monitoring/RolloutAbortAbortsTopicD99FEF4D",
    },
    "AWS::ApiGateway::RestApi": {"serving/PredictionApiC372ED31"},
    "AWS::StepFunctions::StateMachine": {
        "training/WorkflowMachine0C2E3460",
        "training/BatchWorkflowMachineE162BE0E",
    },
}


@pytest.mark.parametrize("type_", sorted(STATEFUL))
def test_keeps_the_ids_of_what_others_remember(type_: str, assembly: Assembly) -> None:
    assert set(assembly.resources(type_)) == STATEFUL[type_]


def test_buckets_are_private_encrypted_and_own_their_objects(assembly: Assembly) -> None:
    for bucket in assembly.properties("AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        (ownership,) = bucket["OwnershipControls"]["Rules"]
        assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"


def test_buckets_refuse_what_does_not_come_by_tls(assembly: Assembly) -> None:
    policies = assembly.properties("AWS::S3::BucketPolicy").values()

    assert len(policies) == 4
    for policy in policies:
        (denial,) = [s for s in statements(policy["PolicyDocument"]) if s["Effect"] == "Deny"]
        assert denial["Action"] == ["s3:*"]
        assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_nobody_outside_the_stage_is_let_into_a_bucket(assembly: Assembly) -> None:
    principals = {
        text(principal)
        for policy in assembly.properties("AWS::S3::BucketPolicy").values()
        for statement in statements(policy["PolicyDocument"])
        if statement["Effect"] == "Allow"
        for principals in statement["Principal"].values()
        for principal in as_list(principals)
    }

    assert principals
    for principal in principals:
        assert principal.startswith("<Roles") or principal == "logging.s3.amazonaws.com"


def test_all_that_holds_data_is_versioned_and_logs_who_reads_it(assembly: Assembly) -> None:
    buckets = assembly.properties("AWS::S3::Bucket")
    holding = {path: b for path, b in buckets.items() if "AccessLogs" not in path}

    assert len(holding) == 3
    for bucket in holding.values():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert text(bucket["LoggingConfiguration"]["DestinationBucketName"]).startswith(
            "<AccessLogs"
        )


def test_old_versions_and_abandoned_uploads_go(assembly: Assembly) -> None:
    for path, bucket in assembly.properties("AWS::S3::Bucket").items():
        rules = bucket["LifecycleConfiguration"]["Rules"]

        assert rules[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        if "AccessLogs" not in path:
            days = assembly.stage.noncurrent_version_days
            assert rules[0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}


def test_captures_grow_cheap_and_then_go(assembly: Assembly) -> None:
    bucket = assembly.properties("AWS::S3::Bucket")["storage/CapturesBucketA18E2F11"]

    all_rules = bucket["LifecycleConfiguration"]["Rules"]
    rules = {r["Prefix"]: r for r in all_rules if "Prefix" in r and "TagFilters" not in r}

    (retired,) = (rule for rule in all_rules if "TagFilters" in rule)
    assert retired["Prefix"] == "labels/"
    assert retired["TagFilters"] == [{"Key": RETIRED_TAG, "Value": "true"}]
    assert retired["ExpirationInDays"] == min(7, assembly.stage.capture_days)
    drills = rules.pop("drills/")
    assert drills["ExpirationInDays"] == 1
    assert set(rules) == {
        "captures/",
        "ground_truth/",
        "hourly/",
        "compaction/",
        "labels/",
        "delivery_errors/",
    }
    for prefix, rule in rules.items():
        assert rule["ExpirationInDays"] == assembly.stage.capture_days
        is_rewritten = prefix in {"hourly/", "compaction/", "labels/"}
        assert ("NoncurrentVersionExpiration" in rule) is is_rewritten
        if is_rewritten:
            days = min(7, assembly.stage.noncurrent_version_days)
            assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}
        assert rule["Transitions"] == [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}]


def test_the_registry_is_paid_by_request_and_restorable(assembly: Assembly) -> None:
    (table,) = assembly.properties("AWS::DynamoDB::Table").values()

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["DeletionProtectionEnabled"] is assembly.stage.is_protected


def test_prod_keeps_what_holds_data_when_its_stack_goes(prod: Assembly) -> None:
    for type_ in ("AWS::S3::Bucket", "AWS::DynamoDB::Table"):
        for resource in prod.resources(type_).values():
            assert resource["DeletionPolicy"] == "Retain"
            assert resource["UpdateReplacePolicy"] == "Retain"


MOMENT_FREE_KEYS = {
    "RAW": keys.raw_file("car_price", "2026-11-21", "cars.csv"),
    "MANIFEST": keys.dataset_manifest("car_price", "ds-1"),
    "LABELLED_CAPTURES": keys.labelled_captures("car_price", "ds-1"),
    "PREPARED": keys.prepared_array("car_price", "ds-1", "train_x"),
    "DATASET_PROFILE": keys.dataset_profile("car_price", "ds-1"),
    "QUALITY_REPORT": keys.quality_report("car_price", "ds-1"),
    "ARTIFACT": keys.artifact_file("car_price", "0" * 64, "model.onnx"),
    "VERSION": keys.version_manifest("car_price", 7),
    "RUN": keys.run_record("car_price", "run-1"),
    "GATE_REPORT": keys.gate_report("car_price", "exec-1"),
    "PARITY_REPORT": keys.parity_report("car_price", "exec-1"),
    "CAPTURES": f"{keys.CAPTURES_PREFIX}2026/11/21/10/stream-1",
    "GROUND_TRUTH": f"{keys.GROUND_TRUTH_PREFIX}2026/11/21/10/stream-1",
    "DRIFT_REPORT": f"{keys.drift_reports_prefix('car_price')}2026-11-21T100000Z/drift.json",
}


@pytest.mark.parametrize("name", sorted(MOMENT_FREE_KEYS))
def test_a_pattern_covers_its_own_keys_and_no_other(name: str) -> None:
    pattern = getattr(key_patterns, name)

    covered = {other for other, key in MOMENT_FREE_KEYS.items() if fnmatchcase(key, pattern)}

    assert covered == {name}


def test_hours_are_kept_for_longer_than_the_longest_window() -> None:
    """By the oldest one DetectDrift tells how long an endpoint has answered."""
    for stage in STAGES.values():
        assert timedelta(days=stage.capture_days) > MAXIMUM_WINDOW, stage.name


def test_detect_drift_may_ask_which_hour_is_the_first() -> None:
    probes = [probe for access in FUNCTION_ACCESS["detect_drift"] for probe in access.probes]

    assert any(keys.hourly_records_prefix("car").startswith(probe) for probe in probes)
