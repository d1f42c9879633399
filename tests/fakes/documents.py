"""Small valid documents for tests; every argument that matters to a test is passed by it."""

from datetime import UTC, datetime

from functions.contracts.artifact import Artifact, StoredObject
from functions.contracts.model_spec import Task
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry, ModelVersion

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def stored_object(key: str = "artifacts/m/abc/model.onnx", digit: str = "a") -> StoredObject:
    return StoredObject(key=key, s3_version_id="v1", sha256=digit * 64, size_bytes=1)


def artifact() -> Artifact:
    return Artifact(
        model=stored_object(),
        spec=stored_object("artifacts/m/abc/spec.json"),
        profile=stored_object("artifacts/m/abc/profile.json"),
    )


def model_version(number: int = 1, *, model: str = "loan_default") -> ModelVersion:
    return ModelVersion(
        model=model,
        number=number,
        task=Task.BINARY_CLASSIFICATION,
        artifact=artifact(),
        dataset_version="ds-1",
        run_id="run-1",
        execution="execution-1",
        trigger="person",
        parameters={"depth": 3},
        scores={"roc_auc_score": 0.9},
        gate_report_key="runs/loan_default/execution-1/gate_report.json",
        created_at=NOW,
    )


def alias_pointer(
    number: int = 1,
    *,
    revision: int = 1,
    previous: int | None = None,
    model: str = "loan_default",
) -> AliasPointer:
    return AliasPointer(
        model=model,
        alias=Alias.CHAMPION,
        number=number,
        previous=previous,
        revision=revision,
        moved_at=NOW,
        artifact=artifact(),
    )


def audit_entry(
    sequence: int = 1, *, to_number: int = 1, model: str = "loan_default", actor: str = "ann"
) -> AuditEntry:
    return AuditEntry(
        model=model,
        sequence=sequence,
        action="promote",
        alias=Alias.CHAMPION,
        from_number=None,
        to_number=to_number,
        actor=actor,
        reason="gates passed",
        at=NOW,
    )
