"""Where the functions may read and write in the buckets, derived from the keys that they build.

In a policy's resource `*` stands for any characters, so a key built for the model `*` is the
pattern of that key for every model: a function may touch what `functions.contracts.keys` names
and nothing beside it.
"""

from dataclasses import dataclass
from typing import Literal

from functions.contracts import keys

ANY = "*"

BucketName = Literal["data", "models", "captures"]

RAW = f"{keys.raw_prefix(ANY)}{ANY}"
MANIFEST = keys.dataset_manifest(ANY, ANY)
LABELLED_CAPTURES = keys.labelled_captures(ANY, ANY)
PREPARED = keys.prepared_array(ANY, ANY, ANY)
DATASET_PROFILE = keys.dataset_profile(ANY, ANY)
QUALITY_REPORT = keys.quality_report(ANY, ANY)

ARTIFACT = keys.artifact_file(ANY, ANY, ANY)
VERSION = keys.version_manifest(ANY, ANY)  # type: ignore[arg-type]  # a pattern, not a number
RUN = keys.run_record(ANY, ANY)
GATE_REPORT = keys.gate_report(ANY, ANY)
PARITY_REPORT = keys.parity_report(ANY, ANY)
REPLAY = keys.replay_part(ANY, ANY, ANY)  # type: ignore[arg-type]  # a pattern, not a number
REPLAY_REPORT = keys.replay_report(ANY, ANY, ANY)
ROLLOUT_CHECK = keys.rollout_check(ANY, ANY)

BATCH_JOB = keys.batch_job(ANY, ANY)
BATCH_INPUT = keys.batch_input(ANY, ANY, ANY)
BATCH_PLAN = keys.batch_plan(ANY, ANY)
BATCH_CHUNK_LIST = keys.batch_chunk_list(ANY, ANY)
BATCH_CHUNK = f"{keys.batch_prefix(ANY, ANY)}{keys.BATCH_CHUNKS}{ANY}"
BATCH_ROWS = f"{keys.batch_prefix(ANY, ANY)}{keys.BATCH_ROWS}{ANY}"
BATCH_OUTPUT = f"{keys.batch_prefix(ANY, ANY)}{keys.BATCH_OUTPUTS}{ANY}"
BATCH_REFUSED = keys.batch_refused(ANY, ANY)
BATCH_RESULT = keys.batch_result(ANY, ANY, ANY)
BATCH_PREFIX = f"{keys.BATCH_PREFIX}{ANY}"

CAPTURES = f"{keys.CAPTURES_PREFIX}{ANY}"
GROUND_TRUTH = f"{keys.GROUND_TRUTH_PREFIX}{ANY}"
DELIVERY_ERRORS_PREFIX = "delivery_errors/"
"""Where Firehose lays what it could not deliver as it should; nobody but people reads it."""

DELIVERY_ERRORS = f"{DELIVERY_ERRORS_PREFIX}{ANY}"
HOURLY_RECORD = f"{keys.hourly_records_prefix(ANY)}{ANY}"
HOURLY_ROWS = f"{keys.HOURLY_PREFIX}{ANY}/rows/{ANY}"
COMPACTION = f"{keys.COMPACTION_PREFIX}{ANY}"
LABELS = f"{keys.LABELS_PREFIX}{ANY}"
LABEL_ENTRIES = f"{keys.LABELS_PREFIX}models/{ANY}/entries/{ANY}"
LABEL_CHANGE = keys.label_change(ANY)
DRILLS = f"{keys.DRILLS_PREFIX}{ANY}"
FAULT_BOOK = keys.fault_book(ANY)
DRIFT_REPORT = f"{keys.drift_reports_prefix(ANY)}{ANY}"


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """What one role may do in one bucket.

    `reads`, `writes` and `retires` are patterns of whole keys, `lists` and `probes` what listed
    keys begin with. A role that reads a key to see whether it is there needs it among its `probes`:
    S3 says "not found" only to those who may list, and "forbidden" to everybody else.
    """

    bucket: BucketName
    reads: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    retires: tuple[str, ...] = ()
