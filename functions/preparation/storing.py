"""A prepared data set, written so that its manifest comes last."""

from datetime import datetime

from functions.contracts import keys
from functions.contracts.dataset import DatasetManifest, SourceFile
from functions.contracts.model_spec import ModelSpec
from functions.core.ports import ObjectExistsError, ObjectStore
from functions.core.profile import profile_matrix
from functions.preparation.arrays import npy_bytes
from functions.preparation.assembly import DataSet, Prepared

NPY = "application/octet-stream"
PARQUET = "application/vnd.apache.parquet"


def store_data_set(
    store: ObjectStore, spec: ModelSpec, name: str, data_set: DataSet, *, now: datetime
) -> DatasetManifest:
    """Write arrays, profile and captures, then the manifest; return the manifest that holds.

    A manifest says that all the rest is there. Of two executions that prepare the same version at
    once, the first one's manifest stays: the content is the same by the version's name.
    """
    prepared = _prepared(data_set)
    _write_arrays(store, spec, name, prepared)
    captures = _write_captures(store, spec, name, data_set)
    manifest = _manifest(spec, name, data_set, captures=captures, now=now)
    key = keys.dataset_manifest(spec.name, name)
    body = manifest.model_dump_json(indent=2).encode()
    try:
        store.write_once(key, body, content_type=keys.JSON_TYPE)
    except ObjectExistsError:
        return DatasetManifest.model_validate_json(store.read(key))
    return manifest


def _prepared(data_set: DataSet) -> Prepared:
    if data_set.prepared is None:
        msg = f"a data set with {len(data_set.violations)} violations is not stored"
        raise ValueError(msg)
    return data_set.prepared


def _write_arrays(store: ObjectStore, spec: ModelSpec, name: str, prepared: Prepared) -> None:
    arrays = {
        "train_x": prepared.train_x,
        "train_y": prepared.plan.train_y,
        "holdout_x": prepared.holdout_x,
        "holdout_y": prepared.plan.holdout_y,
    }
    for part, array in arrays.items():
        key = keys.prepared_array(spec.name, name, part)
        store.write(key, npy_bytes(array), content_type=NPY)
    profile = profile_matrix(spec.schema_, prepared.holdout_x)
    store.write(
        keys.dataset_profile(spec.name, name),
        profile.model_dump_json().encode(),
        content_type=keys.JSON_TYPE,
    )


def _write_captures(
    store: ObjectStore, spec: ModelSpec, name: str, data_set: DataSet
) -> SourceFile | None:
    file = data_set.capture_file
    if file is None:
        return None
    key = keys.labelled_captures(spec.name, name)
    stored = store.write(key, file.content, content_type=PARQUET)
    return SourceFile(**stored.model_dump(), rows=len(file.captures.ids))


def _manifest(
    spec: ModelSpec,
    name: str,
    data_set: DataSet,
    *,
    captures: SourceFile | None,
    now: datetime,
) -> DatasetManifest:
    file = data_set.capture_file
    return DatasetManifest(
        model=spec.name,
        dataset_version=name,
        created_at=now,
        sources=tuple(
            SourceFile(
                key=source.key,
                s3_version_id=source.s3_version_id,
                sha256=source.sha256,
                size_bytes=source.size_bytes,
                rows=rows,
            )
            for source, rows in data_set.sources
        ),
        labelled_captures=captures,
        labelled_captures_until=file.captures.until if file else None,
        left_out=data_set.left_out,
        rows=data_set.rows,
        feature_schema=spec.schema_,
        schema_id=spec.schema_.schema_id,
        target=spec.target.name,
        classes=spec.target.classes,
        split=_prepared(data_set).plan.record,
    )
