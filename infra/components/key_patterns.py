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

CAPTURES = f"{keys.CAPTURES_PREFIX}{ANY}"
GROUND_TRUTH = f"{keys.GROUND_TRUTH_PREFIX}{ANY}"
DELIVERY_ERRORS_PREFIX = "delivery_errors/"
"""Where Firehose lays what it could not deliver as it should; nobody but people reads it."""

DELIVERY_ERRORS = f"{DELIVERY_ERRORS_PREFIX}{ANY}"
DRIFT_REPORT = f"{keys.drift_reports_prefix(ANY)}{ANY}"


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """What one role may do in one bucket; patterns of whole keys, and prefixes that it may list."""

    bucket: BucketName
    reads: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
