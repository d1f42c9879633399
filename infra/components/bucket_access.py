"""Who may touch which objects: every role's access to the buckets, in one table."""

from collections.abc import Mapping
from types import MappingProxyType

from functions.contracts import keys
from infra.components.key_patterns import (
    ANY,
    ARTIFACT,
    CAPTURES,
    DATASET_PROFILE,
    DELIVERY_ERRORS,
    DRIFT_REPORT,
    GATE_REPORT,
    GROUND_TRUTH,
    LABELLED_CAPTURES,
    MANIFEST,
    PARITY_REPORT,
    PREPARED,
    QUALITY_REPORT,
    RAW,
    RUN,
    VERSION,
    BucketAccess,
)

FUNCTION_ACCESS: Mapping[str, tuple[BucketAccess, ...]] = MappingProxyType(
    {
        "prepare": (
            BucketAccess(
                "data",
                reads=(RAW, MANIFEST, LABELLED_CAPTURES, PREPARED, DATASET_PROFILE, QUALITY_REPORT),
                lists=(keys.raw_prefix(ANY), keys.dataset_prefix(ANY)),
                writes=(MANIFEST, LABELLED_CAPTURES, PREPARED, DATASET_PROFILE, QUALITY_REPORT),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
            BucketAccess(
                "captures",
                reads=(CAPTURES, GROUND_TRUTH),
                lists=(keys.CAPTURES_PREFIX, keys.GROUND_TRUTH_PREFIX),
            ),
        ),
        "plan_candidates": (BucketAccess("data", reads=(MANIFEST,)),),
        "train": (
            BucketAccess("data", reads=(MANIFEST, PREPARED)),
            BucketAccess("models", reads=(RUN,), writes=(RUN,)),
        ),
        "export": (
            BucketAccess("data", reads=(MANIFEST, PREPARED, DATASET_PROFILE)),
            BucketAccess(
                "models",
                reads=(RUN, ARTIFACT, PARITY_REPORT),
                writes=(ARTIFACT, PARITY_REPORT),
            ),
        ),
        "evaluate": (
            BucketAccess("data", reads=(MANIFEST, PREPARED)),
            BucketAccess(
                "models",
                reads=(RUN, ARTIFACT, PARITY_REPORT, GATE_REPORT),
                writes=(GATE_REPORT,),
            ),
        ),
        "register": (
            BucketAccess("models", reads=(RUN, ARTIFACT, GATE_REPORT, VERSION), writes=(VERSION,)),
        ),
        "predict": (BucketAccess("models", reads=(ARTIFACT,)),),
        "detect_drift": (
            BucketAccess(
                "captures",
                reads=(CAPTURES, DRIFT_REPORT),
                lists=(keys.CAPTURES_PREFIX,),
                writes=(DRIFT_REPORT,),
            ),
            BucketAccess("models", reads=(ARTIFACT,)),
        ),
    }
)
"""By function; a function that is not here reaches no bucket."""

DELIVERY_ACCESS = BucketAccess("captures", writes=(CAPTURES, GROUND_TRUTH, DELIVERY_ERRORS))
"""The delivery streams write what arrives, and apart from it what they could not deliver."""
