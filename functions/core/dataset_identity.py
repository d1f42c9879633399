"""The name of a dataset version: equal for equal content, equal rules and an equal split."""

import hashlib
import json
from collections.abc import Iterable

from functions.contracts.model_spec import ModelSpec

_FORMAT = 1
"""To be raised when the same content would be prepared in another way."""

_DIGITS = 16
_FOR_PEOPLE = {"description", "example"}


def dataset_version_of(
    spec: ModelSpec, source_hashes: Iterable[str], captures_hash: str | None
) -> str:
    """Return `ds-` and 16 hexadecimal digits.

    Parameters
    ----------
    spec : ModelSpec
        Its target, data rules, features, split and window count; owner, gates or search space
        do not.
    source_hashes : iterable of str
        The sha256 of every raw file; their order, names and upload times do not count.
    captures_hash : str or None
        The hash of the labelled captures' content, None if none are taken in.
    """
    identity = {
        "format": _FORMAT,
        "sources": sorted(source_hashes),
        "captures": captures_hash,
        "schema": spec.schema_.schema_id,
        "features": [feature.model_dump(exclude=_FOR_PEOPLE) for feature in spec.features],
        "target": spec.target.model_dump(exclude=_FOR_PEOPLE),
        "data": spec.data.model_dump(),
        "holdout": spec.training.holdout.model_dump(),
        "window_rows": spec.training.window_rows,
    }
    text = json.dumps(identity, sort_keys=True, ensure_ascii=True)
    return f"ds-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"
