"""Who may touch which objects: every role's access to the buckets, in one table."""

from collections.abc import Mapping
from types import MappingProxyType

from functions.contracts import keys
from infra.components.key_patterns import (
    ANY,
    ARTIFACT,
    BATCH_CHUNK,
    BATCH_CHUNK_LIST,
    BATCH_INPUT,
    BATCH_JOB,
    BATCH_OUTPUT,
    BATCH_PLAN,
    BATCH_PREFIX,
    BATCH_REFUSED,
    BATCH_RESULT,
    BATCH_ROWS,
    CAPTURES,
    COMPACTION,
    DATASET_PROFILE,
    DELIVERY_ERRORS,
    DRIFT_REPORT,
    DRILLS,
    FAULT_BOOK,
    GATE_REPORT,
    GROUND_TRUTH,
    HOURLY_RECORD,
    HOURLY_ROWS,
    LABEL_CHANGE,
    LABEL_ENTRIES,
    LABELLED_CAPTURES,
    LABELS,
    MANIFEST,
    PARITY_REPORT,
    PREPARED,
    QUALITY_REPORT,
    RAW,
    REPLAY,
    REPLAY_REPORT,
    ROLLOUT_CHECK,
    RUN,
    VERSION,
    BucketAccess,
)

_COMPACTED = (HOURLY_RECORD, HOURLY_ROWS, COMPACTION)
_COMPACTED_PREFIXES = (keys.HOURLY_PREFIX, keys.COMPACTION_PREFIX)
"""What is compacted of captures; whoever judges or trains compacts first what is new."""

_FOUND_IN_LABELS = (
    BucketAccess("captures", reads=(LABEL_CHANGE,), probes=(f"{keys.LABELS_PREFIX}models/",)),
)
"""Whoever starts a run says since when labels have changed."""

FUNCTION_ACCESS: Mapping[str, tuple[BucketAccess, ...]] = MappingProxyType(
    {
        "prepare": (
            BucketAccess(
                "data",
                reads=(RAW, MANIFEST),
                lists=(keys.raw_prefix(ANY),),
                probes=(keys.dataset_prefix(ANY),),
                writes=(MANIFEST, LABELLED_CAPTURES, PREPARED, DATASET_PROFILE, QUALITY_REPORT),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
            BucketAccess(
                "captures",
                reads=(CAPTURES, GROUND_TRUTH, *_COMPACTED, FAULT_BOOK),
                lists=(
                    keys.CAPTURES_PREFIX,
                    keys.GROUND_TRUTH_PREFIX,
                    keys.hourly_records_prefix(ANY),
                ),
                probes=(*_COMPACTED_PREFIXES, FAULT_BOOK),
                writes=_COMPACTED,
            ),
        ),
        "train": (
            BucketAccess("data", reads=(PREPARED,)),
            BucketAccess("models", reads=(RUN,), probes=(RUN,), writes=(RUN,)),
        ),
        "export": (
            BucketAccess("data", reads=(PREPARED,)),
            BucketAccess("models", reads=(ARTIFACT,), writes=(ARTIFACT, PARITY_REPORT)),
        ),
        "evaluate": (
            BucketAccess("data", reads=(PREPARED,)),
            BucketAccess("models", reads=(ARTIFACT, PARITY_REPORT), writes=(GATE_REPORT,)),
        ),
        "register": (BucketAccess("models", reads=(VERSION,), writes=(VERSION,)),),
        "plan_replay": (
            BucketAccess(
                "captures",
                reads=(CAPTURES, GROUND_TRUTH),
                lists=(keys.CAPTURES_PREFIX, keys.GROUND_TRUTH_PREFIX),
            ),
            BucketAccess("models", reads=(ARTIFACT,), writes=(REPLAY,)),
        ),
        "replay": (
            BucketAccess("captures", reads=(CAPTURES,)),
            BucketAccess("models", reads=(ARTIFACT, REPLAY), writes=(REPLAY,)),
        ),
        "judge_replay": (
            BucketAccess("models", reads=(ARTIFACT, REPLAY), writes=(REPLAY_REPORT,)),
        ),
        "watch_roll_out": (
            BucketAccess(
                "captures",
                reads=(CAPTURES, GROUND_TRUTH),
                lists=(keys.CAPTURES_PREFIX, keys.GROUND_TRUTH_PREFIX),
            ),
            BucketAccess("models", reads=(ARTIFACT,), writes=(ROLLOUT_CHECK,)),
        ),
        "roll_out": (BucketAccess("models", reads=(GATE_REPORT,)),),
        "plan_batch": (
            BucketAccess(
                "data",
                reads=(BATCH_JOB, BATCH_INPUT, BATCH_PLAN, BATCH_CHUNK),
                probes=(BATCH_PREFIX,),
                writes=(
                    BATCH_CHUNK,
                    BATCH_ROWS,
                    BATCH_REFUSED,
                    BATCH_RESULT,
                    BATCH_CHUNK_LIST,
                    BATCH_PLAN,
                ),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
        "predict_batch": (
            BucketAccess(
                "data",
                reads=(BATCH_JOB, BATCH_CHUNK, BATCH_OUTPUT),
                probes=(BATCH_PREFIX,),
                writes=(BATCH_OUTPUT,),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
        "finish_batch": (
            BucketAccess(
                "data",
                reads=(BATCH_JOB, BATCH_PLAN, BATCH_ROWS, BATCH_REFUSED, BATCH_OUTPUT),
                probes=(BATCH_PREFIX,),
                writes=(BATCH_RESULT,),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
        "predict": (BucketAccess("models", reads=(ARTIFACT,)),),
        "compact_captures": (
            BucketAccess(
                "captures",
                reads=(CAPTURES, *_COMPACTED),
                lists=(keys.CAPTURES_PREFIX,),
                probes=_COMPACTED_PREFIXES,
                writes=_COMPACTED,
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
        "join_ground_truth": (
            BucketAccess(
                "captures",
                reads=(CAPTURES, GROUND_TRUTH, LABELS, *_COMPACTED, DRILLS),
                lists=(
                    keys.CAPTURES_PREFIX,
                    keys.GROUND_TRUTH_PREFIX,
                    keys.hourly_records_prefix(ANY),
                    keys.DRILLS_PREFIX,
                ),
                probes=(keys.LABELS_PREFIX, *_COMPACTED_PREFIXES, keys.DRILLS_PREFIX),
                writes=(LABELS, *_COMPACTED, DRILLS),
                retires=(LABEL_ENTRIES, f"{keys.DRILLS_PREFIX}{ANY}/{LABEL_ENTRIES}"),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
        "notify": (
            BucketAccess(
                "captures",
                reads=(DRIFT_REPORT, DRILLS),
                lists=(keys.drift_reports_prefix(ANY), keys.DRILLS_PREFIX),
                probes=(keys.DRILLS_PREFIX,),
            ),
        ),
        "detect_drift": (
            BucketAccess(
                "captures",
                reads=(CAPTURES, *_COMPACTED, LABELS, DRIFT_REPORT, FAULT_BOOK, DRILLS),
                lists=(
                    keys.CAPTURES_PREFIX,
                    f"{keys.LABELS_PREFIX}models/",
                    keys.drift_reports_prefix(ANY),
                    keys.DRILLS_PREFIX,
                ),
                probes=(
                    *_COMPACTED_PREFIXES,
                    f"{keys.LABELS_PREFIX}models/",
                    FAULT_BOOK,
                    keys.DRILLS_PREFIX,
                ),
                writes=(*_COMPACTED, LABEL_CHANGE, DRIFT_REPORT, FAULT_BOOK, DRILLS),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
        "start_retraining": _FOUND_IN_LABELS,
        "reconcile": _FOUND_IN_LABELS,
    }
)
"""By function; a function that is not here reaches no bucket."""

DELIVERY_ACCESS = BucketAccess("captures", writes=(CAPTURES, GROUND_TRUTH, DELIVERY_ERRORS))
"""The delivery streams write what arrives, and apart from it what they could not deliver."""

BATCH_WORKFLOW_ACCESS = BucketAccess("data", reads=(BATCH_CHUNK_LIST,))
"""The Distributed Map reads its items."""
