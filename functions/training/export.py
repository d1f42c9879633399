"""Workflow step Export: the best candidate, fitted on all training rows, as one ONNX graph."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.artifact import Artifact, ArtifactSpec, StoredObject
from functions.contracts.estimates import Estimator
from functions.contracts.labels import HeldOutLosses
from functions.contracts.messages import ExportInput, ExportOutput, TrainOutput
from functions.contracts.model_spec import ModelSpec, Task
from functions.core.capture_encoding import mask_pii
from functions.core.estimate_fitting import fit_estimator
from functions.core.labelled_sums import written_sums
from functions.core.ports import ObjectStore
from functions.core.profile import profile_matrix, profile_predictions
from functions.core.reference_rows import draw_reference_rows, pack_reference_rows
from functions.core.scores import is_better
from functions.core.watched_losses import watch_losses
from functions.inference.onnx_model import load_onnx_model
from functions.training import wiring
from functions.training.fitting import Rows, fit_pipeline, latest_of, load_rows, shuffle_labels
from functions.training.loss_model import fit_loss_model
from functions.training.model_code import ModelCode, load_model_code
from functions.training.onnx_export import export_onnx, stamp
from functions.training.parity import check_parity, run_in_batches

CONTENT_KEY = "windvane.content_sha256"
"""The graph's metadata holds the hash of the files beside it (see `artifact_files`)."""

_BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class ArtifactFiles:
    """The files of an artifact, as bytes."""

    model: bytes
    spec: bytes
    profile: bytes
    estimator: bytes
    held_out: bytes
    reference_rows: bytes

    @property
    def sha256(self) -> str:
        """The identity of the artifact."""
        return hashlib.sha256(self.model).hexdigest()


def export(
    message: ExportInput,
    *,
    code: ModelCode,
    data: ObjectStore,
    models: ObjectStore,
    threads: int,
) -> ExportOutput:
    """Refit the best run on all training rows, export it, prove parity, store the artifact."""
    version = message.prepare.dataset_version
    train_rows = load_rows("train", code.spec, dataset_version=version, data=data)
    held_out = load_rows("holdout", code.spec, dataset_version=version, data=data)

    best = best_run(message.train)
    fit_rows = latest_of(train_rows, best.rows, code.spec, skipped=best.skipped)
    fit_rows = shuffle_labels(fit_rows, shuffled=best.shuffled)
    pipeline = fit_pipeline(code, best.parameters, fit_rows, threads=threads)
    graph = export_onnx(pipeline, code.spec)
    files = artifact_files(graph, code.spec, held_out, threads=threads)
    parity = check_parity(
        pipeline,
        files.model,
        code.spec,
        sample=train_rows.x,
        held_out=held_out.x,
        threads=threads,
    )

    parity_key = keys.parity_report(message.model, message.execution)
    models.write(parity_key, parity.model_dump_json(indent=2).encode(), content_type=keys.JSON_TYPE)
    return ExportOutput(
        run_id=best.run_id,
        parameters=best.parameters,
        skipped=best.skipped,
        artifact=store_artifact(message.model, files, models),
        parity_report_key=parity_key,
    )


def best_run(runs: tuple[TrainOutput, ...]) -> TrainOutput:
    """Return the run with the best value of its metric, the first of equals."""
    best = runs[0]
    for run in runs[1:]:
        if is_better(run.metric, run.value, best.value):
            best = run
    return best


def artifact_files(graph: bytes, spec: ModelSpec, held_out: Rows, *, threads: int) -> ArtifactFiles:
    """Return the files of a graph.

    The hash of the others is written into the graph's metadata, so that the graph's own hash,
    under which all are stored, is another whenever any of them is.
    """
    bare = hashlib.sha256(graph).hexdigest()
    model = load_onnx_model(graph, expected_sha256=bare, threads=threads)
    outputs = run_in_batches(model, held_out.x)
    profile = profile_matrix(spec.schema_, held_out.x).model_copy(
        update={"prediction": profile_predictions(spec.task, outputs)}
    )
    reference_rows = pack_reference_rows(draw_reference_rows(spec.schema_, held_out.x, outputs))
    unbound, profile_bytes, estimator, losses = (
        document.model_dump_json().encode()
        for document in (
            _artifact_spec(spec, model_sha256="0" * 64),
            profile,
            make_estimator(spec, held_out, outputs),
            hold_losses(spec.task, held_out, outputs),
        )
    )
    described = (unbound, profile_bytes, estimator, losses, reference_rows)
    content = hashlib.sha256(b"\n".join(described)).hexdigest()
    stamped = stamp(graph, spec, {CONTENT_KEY: content})
    bound = _artifact_spec(spec, model_sha256=hashlib.sha256(stamped).hexdigest())
    spec_bytes = bound.model_dump_json(indent=2).encode()
    return ArtifactFiles(stamped, spec_bytes, profile_bytes, estimator, losses, reference_rows)


def make_estimator(spec: ModelSpec, held_out: Rows, outputs: NDArray[np.float32]) -> Estimator:
    """Return what estimates the quality of a model without labels, from its held-out answers.

    It learns nothing of features marked `pii`: captures do not have them.
    """
    learned = None
    if spec.task is Task.REGRESSION:
        learned = fit_loss_model(
            mask_pii(spec.schema_, held_out.x),
            outputs[:, 0].astype(np.float64),
            held_out.y.astype(np.float64),
        )
    return fit_estimator(spec.task, held_out.y, outputs, loss_model=learned)


def hold_losses(task: Task, held_out: Rows, outputs: NDArray[np.float32]) -> HeldOutLosses:
    """Return what the labels that come for a model are compared with: its held-out losses."""
    watched = watch_losses(task, held_out.y, outputs)
    return HeldOutLosses(rows=len(held_out.y), losses=written_sums(watched))


def store_artifact(model: str, files: ArtifactFiles, models: ObjectStore) -> Artifact:
    """Store the files under the graph's hash, once; the same files again change nothing."""

    def store(name: str, body: bytes, content_type: str) -> StoredObject:
        key = keys.artifact_file(model, files.sha256, name)
        return models.write_once(key, body, content_type=content_type)

    return Artifact(
        model=store("model.onnx", files.model, _BINARY),
        spec=store("spec.json", files.spec, keys.JSON_TYPE),
        profile=store("profile.json", files.profile, keys.JSON_TYPE),
        estimator=store("estimator.json", files.estimator, keys.JSON_TYPE),
        held_out=store("held_out.json", files.held_out, keys.JSON_TYPE),
        reference_rows=store("reference_rows.npy", files.reference_rows, _BINARY),
    )


def _artifact_spec(spec: ModelSpec, *, model_sha256: str) -> ArtifactSpec:
    return ArtifactSpec(
        model=spec.name,
        task=spec.task,
        description=spec.description,
        feature_schema=spec.schema_,
        target=spec.target.name,
        classes=spec.target.classes,
        extra_features=spec.serving.extra_features,
        maximum_rows=spec.serving.maximum_rows,
        capture=spec.capture,
        model_sha256=model_sha256,
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = ExportInput.model_validate(event)
    output = export(
        message,
        code=load_model_code(message.model),
        data=wiring.data_store(),
        models=wiring.models_store(),
        threads=wiring.threads(),
    )
    return output.model_dump(mode="json")
