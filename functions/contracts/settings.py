"""The environment of every function: one class writes it in the CDK and reads it in Lambda."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, ValidationError

from functions.contracts.access import AccessRules, ApiAccess
from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError

PREFIX = "WINDVANE_"


class SettingsError(WindvaneError):
    """The environment does not hold what a function needs."""


class FunctionSettings(Document):
    """Settings that every function has."""

    stage: str = Field(min_length=1, description="local, dev or prod")

    def to_env(self) -> dict[str, str]:
        """Return the settings as environment variables (CDK tokens pass through)."""
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in self if value is not None}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that an environment holds, else raise SettingsError."""
        values = {
            name: environ[variable]
            for name in cls.model_fields
            if (variable := f"{PREFIX}{name.upper()}") in environ
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = "; ".join(
                f"{PREFIX}{str(p['loc'][0]).upper()}: {p['msg']}, got {p['input']!r}"
                if p["type"] != "missing"
                else f"{PREFIX}{str(p['loc'][0]).upper()} is not set"
                for p in error.errors()
            )
            msg = f"the environment does not fit {cls.__name__}: {problems}"
            raise SettingsError(msg) from error


class PreparationSettings(FunctionSettings):
    """Settings of Prepare."""

    data_bucket: str = Field(
        min_length=1, description="raw files, dataset versions, prepared arrays, quality reports"
    )
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    captures_bucket: str = Field(min_length=1, description="captures, ground truth, drift reports")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )


class BatchSettings(FunctionSettings):
    """Settings of PlanBatch and FinishBatch."""

    data_bucket: str = Field(min_length=1, description="batch jobs, beside data sets")
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )
    notification_topic_arn: str = Field(min_length=1, description="where people are told")


class TrainingSettings(FunctionSettings):
    """Settings of PlanCandidates, Train and Export."""

    data_bucket: str = Field(
        min_length=1, description="raw files, dataset versions, prepared arrays, quality reports"
    )
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")


class ReleaseSettings(FunctionSettings):
    """Settings of Evaluate, Register, the replay's steps, RollOut, Conclude and abort_roll_out."""

    data_bucket: str = Field(
        min_length=1, description="raw files, dataset versions, prepared arrays, quality reports"
    )
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )
    captures_bucket: str = Field(min_length=1, description="captures, ground truth, drift reports")
    notification_topic_arn: str = Field(min_length=1, description="where people are told")
    bake_time_scale: float = Field(default=1.0, description="seconds of a bake a second of policy")


class ServingSettings(FunctionSettings):
    """Settings of the prediction API."""

    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )
    refresh_seconds: float = Field(
        default=30.0, description="how long an alias may be served unread"
    )
    access: str = Field(
        default=AccessRules().to_json(), description="who may call, as `AccessRules` in JSON"
    )
    capture_key: str | None = Field(
        default=None, description="the KMS key that hashes personal features, where a model does"
    )


class AccessSettings(FunctionSettings):
    """Settings of authorize."""

    access: str = Field(
        min_length=1, description="which tokens are taken, as `AccessRules` in JSON"
    )


class CaptureSettings(FunctionSettings):
    """Settings of collect_captures."""

    captures_stream: str = Field(min_length=1, description="the Firehose stream of captures")
    ground_truth_stream: str = Field(
        min_length=1, description="the Firehose stream of ground truth"
    )


class DriftSettings(FunctionSettings):
    """Settings of detect_drift."""

    captures_bucket: str = Field(min_length=1, description="captures, ground truth, drift reports")
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )


class CompactionSettings(FunctionSettings):
    """Settings of compact_captures."""

    captures_bucket: str = Field(
        min_length=1, description="captures, what is compacted of them, ground truth, drift reports"
    )
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )


class LabelSettings(CompactionSettings):
    """Settings of join_ground_truth."""

    horizon_days: int = Field(
        default=90, ge=1, description="labels of older predictions are not joined"
    )


class WatchSettings(FunctionSettings):
    """Settings of WatchRollOut."""

    captures_bucket: str = Field(min_length=1, description="captures, ground truth, drift reports")
    models_bucket: str = Field(min_length=1, description="artifacts, version manifests, runs")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )
    bake_time_scale: float = Field(default=1.0, description="seconds of a bake a second of policy")


class RetrainingSettings(FunctionSettings):
    """Settings of start_retraining."""

    captures_bucket: str = Field(min_length=1, description="what labels were found to say")
    registry_table: str = Field(
        min_length=1, description="versions, aliases, executions, audit trail"
    )
    state_machine_arn: str = Field(min_length=1, description="the retraining workflow")


class ReconcileSettings(RetrainingSettings):
    """Settings of reconcile."""

    notification_topic_arn: str = Field(min_length=1, description="where people are told")


class NotifySettings(FunctionSettings):
    """Settings of notify."""

    captures_bucket: str = Field(min_length=1, description="captures, ground truth, drift reports")
    page_topic_arn: str = Field(min_length=1, description="who is called")
    retrain_topic_arn: str = Field(min_length=1, description="who hears of retraining")
    note_topic_arn: str = Field(min_length=1, description="who may read of it")


class CommandSettings(FunctionSettings):
    """What the command line knows of a deployed stage: the stacks' outputs, by these names."""

    data_bucket: str
    models_bucket: str
    captures_bucket: str
    registry_table: str
    state_machine_arn: str
    batch_state_machine_arn: str
    start_retraining_function: str
    reconcile_function: str
    detect_drift_function: str
    join_ground_truth_function: str
    collect_captures_function: str
    uncollected_captures_url: str
    retraining_topic_arn: str
    rollout_abort_topic_arn: str
    notification_topic_arn: str
    page_topic_arn: str
    retrain_topic_arn: str
    note_topic_arn: str
    alarms_topic_arn: str
    api_url: str
    api_access: str = Field(
        default=ApiAccess().to_json(), description="how the API is called, as `ApiAccess` in JSON"
    )
