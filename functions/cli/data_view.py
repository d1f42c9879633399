"""What `windvane data …` does and says."""

import hashlib
from pathlib import Path

from functions.cli import wiring
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.dataset import DatasetManifest
from functions.contracts.naming import check_model_name
from functions.core.ports import ObjectStore

CONTENT_TYPES = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


def add(out: Output, *, model: str, files: tuple[Path, ...], stage: str | None) -> None:
    """Upload files; raise UsageError before anything is sent if one cannot be."""
    check_model_name(model)
    bodies = {file: _content(file) for file in files}
    deployed = wiring.open_stage(stage)
    store = wiring.bucket(deployed.settings.data_bucket)
    day = f"{wiring.now():%Y-%m-%d}"

    added = [
        upload(store, model=model, day=day, file=file, body=body) for file, body in bodies.items()
    ]

    for item in added:
        state = "uploaded" if item["added"] else "was there already"
        out.line(f"{item['file']}: {state} as {item['key']} ({item['size_bytes']:,} bytes)")
    out.result({"model": model, "files": added})


def upload(
    store: ObjectStore, *, model: str, day: str, file: Path, body: bytes
) -> dict[str, object]:
    """Store a file among the model's raw files unless one holds the same bytes; say which."""
    for held in store.list(keys.raw_prefix(model)):
        if (
            held.size_bytes == len(body)
            and store.read(held.key, version_id=held.s3_version_id) == body
        ):
            return _entry(file, held.key, held.s3_version_id, body, added=False)
    stored = store.write(
        keys.raw_file(model, day, file.name), body, content_type=CONTENT_TYPES[file.suffix.lower()]
    )
    return _entry(file, stored.key, stored.s3_version_id, body, added=True)


def list_data(out: Output, *, model: str, stage: str | None) -> None:
    """Show the raw files and the dataset versions, newest last."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    store = wiring.bucket(deployed.settings.data_bucket)
    files = tuple(store.list(keys.raw_prefix(model)))
    manifests = sorted(_manifests(store, model), key=lambda manifest: manifest.created_at)

    out.table(
        ["file", "bytes", "uploaded"],
        [
            [held.key.removeprefix(keys.raw_prefix(model)), held.size_bytes, held.modified_at]
            for held in files
        ],
    )
    if manifests:
        out.line()
        out.table(
            ["dataset version", "rows", "train", "held out", "captures", "made"],
            [
                [
                    manifest.dataset_version,
                    manifest.rows,
                    manifest.split.train_rows,
                    manifest.split.holdout_rows,
                    manifest.labelled_captures.rows if manifest.labelled_captures else 0,
                    manifest.created_at,
                ]
                for manifest in manifests
            ],
        )
    out.result(
        {
            "model": model,
            "files": [
                {
                    "key": held.key,
                    "s3_version_id": held.s3_version_id,
                    "size_bytes": held.size_bytes,
                    "uploaded_at": held.modified_at.isoformat(),
                }
                for held in files
            ],
            "dataset_versions": [
                manifest.model_dump(mode="json", exclude={"feature_schema"})
                for manifest in manifests
            ],
        }
    )


def _manifests(store: ObjectStore, model: str) -> list[DatasetManifest]:
    return [
        DatasetManifest.model_validate_json(store.read(held.key))
        for held in store.list(keys.dataset_prefix(model))
        if held.key.endswith("/manifest.json")
    ]


def _content(file: Path) -> bytes:
    if file.suffix.lower() not in CONTENT_TYPES:
        msg = f"{file} is neither CSV nor Parquet by its name: give it the suffix .csv or .parquet"
        raise UsageError(msg)
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise UsageError(msg) from error


def _entry(file: Path, key: str, version_id: str, body: bytes, *, added: bool) -> dict[str, object]:
    return {
        "file": str(file),
        "key": key,
        "s3_version_id": version_id,
        "size_bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "added": added,
    }
