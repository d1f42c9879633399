"""Workflow step Train, one task of the Map: fit one candidate, score it, record it."""

from datetime import datetime
from importlib.metadata import version
from time import perf_counter

from functions.contracts import keys
from functions.contracts.artifact import RunRecord
from functions.contracts.messages import TrainInput, TrainOutput
from functions.core.ports import ObjectNotFoundError, ObjectStore
from functions.core.scores import score_outputs
from functions.training import wiring
from functions.training.fitting import (
    Rows,
    TrainingRowsError,
    answer_rows,
    divide_validation,
    fit_pipeline,
    latest_of,
    load_rows,
    shuffle_labels,
)
from functions.training.model_code import ModelCode, load_model_code

PACKAGES = ("numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx")


def run_id(message: TrainInput) -> str:
    """Return the run's name: the same for every attempt of the same task."""
    return f"{message.execution}-{message.candidate.index:02d}"


def train(
    message: TrainInput,
    *,
    code: ModelCode,
    data: ObjectStore,
    models: ObjectStore,
    threads: int,
    now: datetime,
) -> TrainOutput:
    """Return the recorded run of one candidate.

    A task that is tried again finds the record of its first attempt and answers with it, if that
    was of the same rows, parameters and code.
    """
    key = keys.run_record(message.model, run_id(message))
    record = _find_record(key, models)
    if record is None or not _is_of(record, message, code):
        record = _try_candidate(message, code=code, data=data, threads=threads, now=now)
        body = record.model_dump_json(indent=2).encode()
        models.write(key, body, content_type=keys.JSON_TYPE)
    return _describe(record, key, code, shuffled=message.candidate.shuffled)


def _try_candidate(
    message: TrainInput, *, code: ModelCode, data: ObjectStore, threads: int, now: datetime
) -> RunRecord:
    began = perf_counter()
    rows = load_rows("train", code.spec, dataset_version=message.dataset_version, data=data)
    fit_rows, validation = _divide(rows, message, code=code, data=data)

    loaded = perf_counter()
    learned = shuffle_labels(fit_rows, shuffled=message.candidate.shuffled)
    pipeline = fit_pipeline(code, message.candidate.parameters, learned, threads=threads)

    fitted = perf_counter()
    answers = answer_rows(pipeline, code.spec, validation.x, threads=threads)
    metrics = score_outputs(code.spec.task, validation.y, answers)

    return RunRecord(
        run_id=run_id(message),
        model=message.model,
        execution=message.execution,
        dataset_version=message.dataset_version,
        candidate=message.candidate.index,
        parameters=message.candidate.parameters,
        rows=message.candidate.rows,
        skipped=message.candidate.skipped,
        metrics=metrics,
        code_sha256=code.sha256,
        package_versions={name: version(name) for name in PACKAGES},
        started_at=now,
        durations_seconds={
            "load": round(loaded - began, 3),
            "fit": round(fitted - loaded, 3),
            "score": round(perf_counter() - fitted, 3),
        },
        train_rows=len(fit_rows.y),
        validation_rows=len(validation.y),
        feature_count=rows.x.shape[1],
    )


def _divide(
    rows: Rows, message: TrainInput, *, code: ModelCode, data: ObjectStore
) -> tuple[Rows, Rows]:
    """Return the rows to fit on and those to rank by.

    Candidates of different row counts are ranked by the held-out rows: they are the latest, and
    every other choice would take the rows after a change away from those that learn from it.
    """
    if message.candidate.rows is None:
        return divide_validation(rows, code.spec.training.holdout)
    held_out = load_rows("holdout", code.spec, dataset_version=message.dataset_version, data=data)
    candidate = message.candidate
    return latest_of(rows, candidate.rows, code.spec, skipped=candidate.skipped), held_out


def _find_record(key: str, models: ObjectStore) -> RunRecord | None:
    try:
        return RunRecord.model_validate_json(models.read(key))
    except ObjectNotFoundError:
        return None


def _is_of(record: RunRecord, message: TrainInput, code: ModelCode) -> bool:
    return (
        record.dataset_version == message.dataset_version
        and record.parameters == message.candidate.parameters
        and record.rows == message.candidate.rows
        and record.skipped == message.candidate.skipped
        and record.code_sha256 == code.sha256
    )


def _describe(record: RunRecord, key: str, code: ModelCode, *, shuffled: bool) -> TrainOutput:
    metric = code.spec.training.metric
    if metric not in record.metrics:
        known = ", ".join(record.metrics)
        msg = (
            f"training.metric {metric!r} of {record.model} cannot be computed on the "
            f"{record.validation_rows} validation rows; these can: {known}"
        )
        raise TrainingRowsError(msg)
    return TrainOutput(
        run_id=record.run_id,
        run_record_key=key,
        metric=metric,
        value=record.metrics[metric],
        parameters=record.parameters,
        rows=record.rows,
        skipped=record.skipped,
        shuffled=shuffled,
        seconds=round(sum(record.durations_seconds.values()), 3),
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = TrainInput.model_validate(event)
    output = train(
        message,
        code=load_model_code(message.model),
        data=wiring.data_store(),
        models=wiring.models_store(),
        threads=wiring.threads(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
