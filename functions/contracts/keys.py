"""Where every object lies: S3 keys are built here and never taken from a request."""

import re
from datetime import UTC, date, datetime

_HOUR_FOLDER = re.compile(r"/(\d{4}/\d\d/\d\d/\d\d)[/.]")

JSON_TYPE = "application/json"
"""The content type of what is stored as JSON."""


def raw_prefix(model: str) -> str:
    """Return the folder of a model's uploaded files (data bucket)."""
    return f"raw/{model}/"


def raw_file(model: str, day: str, file_name: str) -> str:
    """Return the key of an uploaded file; `day` is written YYYY-MM-DD (data bucket)."""
    return f"raw/{model}/{day}/{file_name}"


def dataset_manifest(model: str, dataset_version: str) -> str:
    """Return the key of a dataset version's manifest (data bucket)."""
    return f"datasets/{model}/{dataset_version}/manifest.json"


def dataset_prefix(model: str) -> str:
    """Return the folder of a model's dataset versions (data bucket)."""
    return f"datasets/{model}/"


def labelled_captures(model: str, dataset_version: str) -> str:
    """Return the key of the labelled captures that a dataset version took in (data bucket)."""
    return f"datasets/{model}/{dataset_version}/labelled_captures.parquet"


def prepared_array(model: str, dataset_version: str, name: str) -> str:
    """Return the key of `train_x`, `train_y`, `holdout_x` or `holdout_y` (data bucket)."""
    return f"prepared/{model}/{dataset_version}/{name}.npy"


def dataset_profile(model: str, dataset_version: str) -> str:
    """Return the key of the held-out split's feature profile (data bucket)."""
    return f"prepared/{model}/{dataset_version}/profile.json"


def quality_report(model: str, dataset_version: str) -> str:
    """Return the key of a dataset version's quality report (data bucket)."""
    return f"quality/{model}/{dataset_version}.json"


def artifact_file(model: str, sha256: str, file_name: str) -> str:
    """Return the key of `model.onnx`, or of the JSON file that describes it (models bucket)."""
    return f"artifacts/{model}/{sha256}/{file_name}"


def version_manifest(model: str, number: int) -> str:
    """Return the key of a version's immutable manifest (models bucket)."""
    return f"versions/{model}/{number}.json"


def run_record(model: str, run_id: str) -> str:
    """Return the key of a candidate's run record (models bucket)."""
    return f"runs/{model}/{run_id}/run.json"


def gate_report(model: str, execution: str) -> str:
    """Return the key of an execution's gate report (models bucket)."""
    return f"runs/{model}/{execution}/gate_report.json"


def parity_report(model: str, execution: str) -> str:
    """Return the key of an execution's parity report (models bucket)."""
    return f"runs/{model}/{execution}/parity.json"


def replay_plan(model: str, execution: str) -> str:
    """Return the key of what an execution's replay is to read (models bucket)."""
    return f"runs/{model}/{execution}/replay/plan.json"


def replay_truths(model: str, execution: str) -> str:
    """Return the key of what came true of the replayed rows (models bucket)."""
    return f"runs/{model}/{execution}/replay/truths.json"


def replay_part(model: str, execution: str, part: int) -> str:
    """Return the key of one part's comparison (models bucket)."""
    return f"runs/{model}/{execution}/replay/{part}.json"


def replay_report(model: str, execution: str, suffix: str) -> str:
    """Return the key of a replay report; `suffix` is json or html (models bucket)."""
    return f"runs/{model}/{execution}/replay.{suffix}"


def rollout_check(model: str, execution: str) -> str:
    """Return the key of the latest look at a rollout (models bucket)."""
    return f"runs/{model}/{execution}/rollout_check.json"


CAPTURES_PREFIX = "captures/"
"""Firehose adds YYYY/MM/DD/HH/ (UTC, of arrival) and its own file name (captures bucket)."""

GROUND_TRUTH_PREFIX = "ground_truth/"
"""As CAPTURES_PREFIX, for ground truth (captures bucket)."""


def hour_prefix(prefix: str, hour: datetime) -> str:
    """Return the folder that Firehose fills in the hour of `hour`, a UTC moment."""
    return f"{prefix}{hour:%Y/%m/%d/%H}/"


HOURLY_PREFIX = "hourly/"
"""What is compacted of captures, by model and hour of the prediction (captures bucket)."""

COMPACTION_PREFIX = "compaction/"
"""Which capture objects are compacted (captures bucket)."""


def hourly_records_prefix(model: str) -> str:
    """Return the folder of a model's hourly records (captures bucket)."""
    return f"{HOURLY_PREFIX}{model}/records/"


def hourly_record(model: str, hour: datetime) -> str:
    """Return the key of an hour's record, `hour` a UTC moment in it (captures bucket)."""
    return f"{hourly_records_prefix(model)}{hour:%Y/%m/%d/%H}.json"


def hourly_rows(model: str, hour: datetime, sha256: str) -> str:
    """Return the key of a file of an hour's rows, by the hash of its bytes (captures bucket)."""
    return f"{HOURLY_PREFIX}{model}/rows/{hour:%Y/%m/%d/%H}/{sha256}.npz"


def source_ledger(hour: datetime) -> str:
    """Return the key of which objects that arrived in an hour are compacted (captures bucket)."""
    return f"{COMPACTION_PREFIX}arrived/{hour:%Y/%m/%d/%H}.json"


COMPACTION_CURSOR = f"{COMPACTION_PREFIX}cursor.json"
"""Up to which hour of arrival nothing can be left to compact (captures bucket)."""

LABELS_PREFIX = "labels/"
"""Labels joined with their predictions (captures bucket)."""

LABEL_CURSOR = f"{LABELS_PREFIX}cursor.json"
"""Up to which hour of arrival ground truth is joined for good (captures bucket)."""


def label_arrivals(hour: datetime) -> str:
    """Return the key of what came of the ground truth of an hour of arrival (captures bucket)."""
    return f"{LABELS_PREFIX}arrived/{hour:%Y/%m/%d/%H}.json"


def label_arrivals_prefix(day: date) -> str:
    """Return the folder of what came of a day's ground truth (captures bucket)."""
    return f"{LABELS_PREFIX}arrived/{day:%Y/%m/%d}/"


def label_file(arrived: datetime, model: str, sha256: str) -> str:
    """Return the key of a file of labels among the ground truth of its hour (captures bucket)."""
    return f"{hour_prefix(GROUND_TRUTH_PREFIX, arrived)}labels-{model}-{sha256}.jsonl.gz"


def label_waiting(hour: datetime, sha256: str) -> str:
    """Return the key of labels that wait for their predictions, by hash (captures bucket)."""
    return f"{LABELS_PREFIX}waiting/{hour:%Y/%m/%d/%H}/{sha256}.jsonl.gz"


def label_standing(model: str) -> str:
    """Return the key of when a model was last given a label (captures bucket)."""
    return f"{LABELS_PREFIX}models/{model}/standing.json"


def label_change(model: str) -> str:
    """Return the key of what DetectDrift last found in a model's labels (captures bucket)."""
    return f"{LABELS_PREFIX}models/{model}/change.json"


def label_index(model: str) -> str:
    """Return the key of where a model's predictions are by id (captures bucket)."""
    return f"{LABELS_PREFIX}models/{model}/index.json"


def label_index_file(model: str, day: date, name: str) -> str:
    """Return the key of `ids` or `answers` of a day's predictions (captures bucket)."""
    return f"{LABELS_PREFIX}models/{model}/index/{day:%Y/%m/%d}.{name}"


def label_day(model: str, day: date) -> str:
    """Return the key of the ledger of a day of predictions (captures bucket)."""
    return f"{LABELS_PREFIX}models/{model}/days/{day:%Y/%m/%d}.json"


def label_entries(model: str, day: date, sha256: str) -> str:
    """Return the key of a file of a day's labels, by the hash of its bytes (captures bucket)."""
    return f"{LABELS_PREFIX}models/{model}/entries/{day:%Y/%m/%d}/{sha256}.npz"


def hour_of_key(key: str) -> datetime | None:
    """Return the hour in whose folder a key lies, None if it lies in no folder of an hour.

    Examples
    --------
    >>> hour_of_key("captures/2026/03/01/12/x").isoformat()
    '2026-03-01T12:00:00+00:00'
    """
    found = _HOUR_FOLDER.search(key)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y/%m/%d/%H").replace(tzinfo=UTC)
    except ValueError:
        return None


def drift_report(model: str, window_end: datetime, suffix: str) -> str:
    """Return the key of a drift report; `suffix` is json or html (captures bucket)."""
    return f"reports/{model}/{window_end:%Y-%m-%dT%H%M%SZ}/drift.{suffix}"


def drift_reports_prefix(model: str) -> str:
    """Return the folder of a model's drift reports (captures bucket)."""
    return f"reports/{model}/"


def fault_book(model: str) -> str:
    """Return the key of the record of a model's data faults (captures bucket)."""
    return f"faults/{model}.json"


DRILLS_PREFIX = "drills/"
"""What fire drills make, apart from all that is real (captures bucket)."""


def drill_prefix(drill: str) -> str:
    """Return the folder that is the whole captures bucket to a fire drill (captures bucket)."""
    return f"{DRILLS_PREFIX}{drill}/"


def drill_announcement(model: str) -> str:
    """Return the key of a model's announced fire drill, while there is one (captures bucket)."""
    return f"{DRILLS_PREFIX}announced/{model}.json"


BATCH_PREFIX = "batch/"
"""All batch jobs (data bucket)."""
BATCH_CHUNKS, BATCH_ROWS, BATCH_OUTPUTS = "chunks/", "rows/", "outputs/"
"""Folders of a batch job."""


def batch_prefix(model: str, job: str) -> str:
    """Return the folder of a batch job (data bucket)."""
    return f"{BATCH_PREFIX}{model}/{job}/"


def batch_job(model: str, job: str) -> str:
    """Return the key of what a batch job is asked for (data bucket)."""
    return f"{batch_prefix(model, job)}job.json"


def batch_input(model: str, job: str, file_name: str) -> str:
    """Return the key of a batch job's source (data bucket)."""
    return f"{batch_prefix(model, job)}input/{file_name}"


def batch_plan(model: str, job: str) -> str:
    """Return the key of how a batch job's rows were divided (data bucket)."""
    return f"{batch_prefix(model, job)}plan.json"


def batch_chunk_list(model: str, job: str) -> str:
    """Return the key of the list that the Map reads (data bucket)."""
    return f"{batch_prefix(model, job)}chunks.json"


def batch_chunk(model: str, job: str, index: int) -> str:
    """Return the key of a chunk's matrix (data bucket)."""
    return f"{batch_prefix(model, job)}{BATCH_CHUNKS}{index:06d}.npy"


def batch_rows(model: str, job: str, source: int) -> str:
    """Return the key of a source's row numbers and kept columns (data bucket)."""
    return f"{batch_prefix(model, job)}{BATCH_ROWS}{source:05d}.parquet"


def batch_output(model: str, job: str, index: int) -> str:
    """Return the key of a chunk's outputs (data bucket)."""
    return f"{batch_prefix(model, job)}{BATCH_OUTPUTS}{index:06d}.npy"


def batch_refused(model: str, job: str) -> str:
    """Return the key of the rows that were refused before predicting (data bucket)."""
    return f"{batch_prefix(model, job)}refused.csv"


def batch_result(model: str, job: str, file_name: str) -> str:
    """Return the key of a file of results, of refused rows, or of the report (data bucket)."""
    return f"{batch_prefix(model, job)}results/{file_name}"
