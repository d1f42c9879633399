"""The collaborators of this group's functions, made when they are first needed."""

import os
import time
from datetime import UTC, datetime
from functools import cache

from functions.aws.alarm_levels import CloudWatchLevels
from functions.aws.clients import make_client
from functions.aws.delivery_stream import FirehoseStream
from functions.aws.metrics import CloudWatchMetrics
from functions.aws.notifications import SnsNotifier
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.aws.retraining_ledger import DynamoLedger
from functions.aws.workflow import StepFunctionsStarter
from functions.contracts.alerts import Severity
from functions.contracts.model_folder import find_model_names, load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.contracts.settings import (
    CaptureSettings,
    CompactionSettings,
    DriftSettings,
    LabelSettings,
    NotifySettings,
    ReconcileSettings,
    RetrainingSettings,
    WatchSettings,
)
from functions.core.known_versions import VersionFinder
from functions.monitoring.ports import (
    CapturePorts,
    CompactionPorts,
    DriftPorts,
    LabelPorts,
    NotifyPorts,
    ReconcilePorts,
    RetrainingPorts,
    WatchPorts,
)


@cache
def drift_ports() -> DriftPorts:
    """Return what DetectDrift works with."""
    settings = DriftSettings.from_env(os.environ)
    s3, dynamodb = make_client("s3"), make_client("dynamodb")
    return DriftPorts(
        registry=DynamoRegistry(dynamodb, settings.registry_table),
        ledger=DynamoLedger(dynamodb, settings.registry_table),
        models=S3ObjectStore(s3, settings.models_bucket),
        captures=S3ObjectStore(s3, settings.captures_bucket),
        metrics=CloudWatchMetrics(make_client("cloudwatch"), settings.stage),
        clock=now,
    )


@cache
def compaction_ports() -> CompactionPorts:
    """Return what CompactCaptures works with; versions are read once an environment."""
    settings = CompactionSettings.from_env(os.environ)
    s3 = make_client("s3")
    registry = DynamoRegistry(make_client("dynamodb"), settings.registry_table)
    models = S3ObjectStore(s3, settings.models_bucket)
    return CompactionPorts(
        captures=S3ObjectStore(s3, settings.captures_bucket),
        find=VersionFinder(registry, models),
    )


@cache
def label_ports() -> LabelPorts:
    """Return what JoinGroundTruth works with; versions are read once an environment."""
    settings = LabelSettings.from_env(os.environ)
    s3 = make_client("s3")
    registry = DynamoRegistry(make_client("dynamodb"), settings.registry_table)
    models = S3ObjectStore(s3, settings.models_bucket)
    return LabelPorts(
        captures=S3ObjectStore(s3, settings.captures_bucket),
        registry=registry,
        find=VersionFinder(registry, models),
        find_spec=find_spec,
        metrics=CloudWatchMetrics(make_client("cloudwatch"), settings.stage),
        horizon_days=settings.horizon_days,
    )


@cache
def capture_ports() -> CapturePorts:
    """Return what CollectCaptures works with."""
    settings = CaptureSettings.from_env(os.environ)
    firehose = make_client("firehose")
    return CapturePorts(
        captures=FirehoseStream(firehose, settings.captures_stream),
        ground_truth=FirehoseStream(firehose, settings.ground_truth_stream),
    )


@cache
def watch_settings() -> WatchSettings:
    """Read the environment of WatchRollOut once."""
    return WatchSettings.from_env(os.environ)


@cache
def watch_ports() -> WatchPorts:
    """Return what WatchRollOut works with."""
    settings, s3 = watch_settings(), make_client("s3")
    return WatchPorts(
        registry=DynamoRegistry(make_client("dynamodb"), settings.registry_table),
        models=S3ObjectStore(s3, settings.models_bucket),
        captures=S3ObjectStore(s3, settings.captures_bucket),
    )


@cache
def retraining_settings() -> RetrainingSettings:
    """Read the environment of StartRetraining once."""
    return RetrainingSettings.from_env(os.environ)


@cache
def retraining_ports() -> RetrainingPorts:
    """Return what StartRetraining works with; one table holds the registry and the ledger."""
    settings, dynamodb = retraining_settings(), make_client("dynamodb")
    return RetrainingPorts(
        registry=DynamoRegistry(dynamodb, settings.registry_table),
        ledger=DynamoLedger(dynamodb, settings.registry_table),
        workflow=StepFunctionsStarter(make_client("stepfunctions"), settings.state_machine_arn),
        captures=S3ObjectStore(make_client("s3"), settings.captures_bucket),
    )


@cache
def reconcile_ports() -> ReconcilePorts:
    """Return what Reconcile works with."""
    settings = ReconcileSettings.from_env(os.environ)
    return ReconcilePorts(
        retraining=retraining_ports(),
        rollouts=DynamoRegistry(make_client("dynamodb"), settings.registry_table),
        alarms=CloudWatchLevels(make_client("cloudwatch")),
        notifier=SnsNotifier(make_client("sns"), settings.notification_topic_arn),
    )


@cache
def notify_settings() -> NotifySettings:
    """Read the environment of Notify once."""
    return NotifySettings.from_env(os.environ)


@cache
def notify_ports() -> NotifyPorts:
    """Return what Notify works with."""
    settings, sns = notify_settings(), make_client("sns")
    topics = {
        Severity.PAGE: settings.page_topic_arn,
        Severity.RETRAIN: settings.retrain_topic_arn,
        Severity.NOTE: settings.note_topic_arn,
    }
    return NotifyPorts(
        captures=S3ObjectStore(make_client("s3"), settings.captures_bucket),
        told={severity: SnsNotifier(sns, arn) for severity, arn in topics.items()},
        find_spec=find_spec,
    )


def find_spec(model: str) -> ModelSpec | None:
    """Return what a model's folder says, None if this bundle has none of that name."""
    return model_spec(model) if model in find_model_names() else None


@cache
def model_spec(model: str) -> ModelSpec:
    """Return what a model's folder in this bundle says."""
    return load_model_spec(model)


def pause(seconds: float) -> None:
    """Wait between two attempts."""
    time.sleep(seconds)


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)
