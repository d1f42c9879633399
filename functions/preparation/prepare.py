"""Workflow step Prepare: an immutable dataset version, or the report of why there is none."""

import logging
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.contracts import keys
from functions.contracts.dataset import DatasetManifest, QualityReport
from functions.contracts.fault_book import LeftOutRows
from functions.contracts.messages import PrepareInput, PrepareOutput
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import format_version
from functions.contracts.release import ExecutionRecord
from functions.core.dataset_identity import dataset_version_of
from functions.core.ports import ObjectNotFoundError, ObjectStore
from functions.core.retraining_recipe import find_same_run, recipe_of
from functions.preparation import wiring
from functions.preparation.assembly import DataSet, assemble
from functions.preparation.capture_objects import CapturedData, read_labelled_captures
from functions.preparation.judgement import RULES
from functions.preparation.ports import Ports
from functions.preparation.raw_files import RawFile, download_raw_files
from functions.preparation.storing import store_data_set

_LOG = logging.getLogger(__name__)
_TOLD = 3
"""Violations in the reason; the report has all."""

_TOLD_FAULTS = 20
"""Faults in the output, which is the execution's state; the manifest has all."""


def prepare(message: PrepareInput, *, ports: Ports) -> PrepareOutput:
    """Gather the model's rows, judge them, and store what training needs if they pass."""
    spec = ports.load_spec(message.model)
    with TemporaryDirectory() as directory:
        files = download_raw_files(ports.data, spec.name, Path(directory))
        captured = read_labelled_captures(
            spec,
            captures=ports.captures,
            models=ports.models,
            registry=ports.registry,
            now=ports.now,
        )
        name = _name(spec, files, captured)
        recipe = recipe_of(spec, ports.read_code(spec.name))
        left_out = captured.left_out
        same = None if message.again else find_same_run(ports.registry, spec.name, name, recipe)
        if same is not None:
            return _telling(left_out, _not_new(spec.name, name, recipe, same))
        manifest = _find_manifest(ports.data, spec.name, name)
        if manifest is not None:
            return _telling(left_out, _passed(manifest, recipe))

        data_set = assemble(spec, files, captured, directory=Path(directory), limits=ports.limits)

        report = _report(spec, name, data_set, now=ports.now())
        _write_report(ports.data, report)
        if not report.passed:
            return _telling(left_out, _refused(report, recipe))
        stored = store_data_set(ports.data, spec, name, data_set, now=ports.now())
        return _telling(left_out, _passed(stored, recipe))


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = prepare(PrepareInput.model_validate(event), ports=wiring.ports())
    _LOG.info(
        "dataset.prepared",
        extra={
            "dataset_version": output.dataset_version,
            "passed": output.passed,
            "train_rows": output.train_rows,
            "holdout_rows": output.holdout_rows,
            "left_out_rows": sum(each.rows for each in output.left_out),
        },
    )
    return output.model_dump(mode="json")


def _telling(left_out: tuple[LeftOutRows, ...], output: PrepareOutput) -> PrepareOutput:
    """Return an output that says which rows were left out by now, whatever became of the rest."""
    if not left_out:
        return output
    rows = sum(each.rows for each in left_out)
    kinds = ", ".join(dict.fromkeys(each.kind.value for each in left_out))
    most = sorted(left_out, key=lambda each: each.rows, reverse=True)[:_TOLD_FAULTS]
    reason = f"{output.reason}; {rows:,} labelled captures left out for data faults ({kinds})"
    return output.model_copy(update={"reason": reason, "left_out": tuple(most)})


def _name(spec: ModelSpec, files: tuple[RawFile, ...], captured: CapturedData) -> str:
    captures_hash = captured.captures.sha256 if captured.captures else None
    return dataset_version_of(spec, (file.sha256 for file in files), captures_hash)


def _find_manifest(store: ObjectStore, model: str, name: str) -> DatasetManifest | None:
    try:
        body = store.read(keys.dataset_manifest(model, name))
    except ObjectNotFoundError:
        return None
    return DatasetManifest.model_validate_json(body)


def _report(spec: ModelSpec, name: str, data_set: DataSet, *, now: datetime) -> QualityReport:
    return QualityReport(
        model=spec.name,
        dataset_version=name,
        created_at=now,
        rows=data_set.rows,
        passed=not data_set.violations,
        checks=RULES,
        violations=data_set.violations,
        notes=data_set.notes,
    )


def _write_report(store: ObjectStore, report: QualityReport) -> None:
    key = keys.quality_report(report.model, report.dataset_version)
    body = report.model_dump_json(indent=2).encode()
    store.write(key, body, content_type=keys.JSON_TYPE)


def _not_new(model: str, name: str, recipe: str, same: ExecutionRecord) -> PrepareOutput:
    what = format_version(model, same.number) if same.number else f"what {same.execution} refused"
    return PrepareOutput(
        passed=False,
        no_new_data=True,
        reason=(
            f"data and model are those of {what} ({name}), and would make it again; to train all "
            f"the same: windvane train {model} --again"
        ),
        dataset_version=name,
        quality_report_key=keys.quality_report(model, name),
        recipe=recipe,
    )


def _refused(report: QualityReport, recipe: str) -> PrepareOutput:
    count = len(report.violations)
    told = "; ".join(violation.message for violation in report.violations[:_TOLD])
    more = f"; and {count - _TOLD} more" if count > _TOLD else ""
    return PrepareOutput(
        passed=False,
        reason=f"{count} violation{'' if count == 1 else 's'}: {told}{more}",
        dataset_version=report.dataset_version,
        quality_report_key=keys.quality_report(report.model, report.dataset_version),
        recipe=recipe,
    )


def _passed(manifest: DatasetManifest, recipe: str) -> PrepareOutput:
    model, name = manifest.model, manifest.dataset_version
    captures = manifest.labelled_captures.rows if manifest.labelled_captures else 0
    split = manifest.split
    return PrepareOutput(
        passed=True,
        reason=(
            f"{manifest.rows:,} rows, {captures:,} of them labelled captures; "
            f"{split.train_rows:,} to train on, {split.holdout_rows:,} held out"
        ),
        dataset_version=name,
        quality_report_key=keys.quality_report(model, name),
        manifest_key=keys.dataset_manifest(model, name),
        train_rows=split.train_rows,
        holdout_rows=split.holdout_rows,
        recipe=recipe,
    )
