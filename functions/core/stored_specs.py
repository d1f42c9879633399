"""Reading what a version says of itself, by its bytes.

Apart from `stored_objects`, which a first prediction reads without pydantic.
"""

from functions.contracts.artifact import Artifact, ArtifactSpec
from functions.contracts.estimates import Estimator
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.labels import HeldOutLosses
from functions.contracts.served import ObjectView
from functions.core.ports import ObjectReader
from functions.core.reference_rows import ReferenceRows, unpack_reference_rows
from functions.core.stored_objects import read_stored


def read_spec(stored: ObjectView, store: ObjectReader) -> ArtifactSpec:
    """Return the spec of a version; raise as `read_stored` does if it is not what was registered.

    Raises ObjectNotFoundError if the object is gone, AlteredObjectError if its bytes have changed.
    """
    return ArtifactSpec.model_validate_json(read_stored(stored, store))


def read_estimator(artifact: Artifact, store: ObjectReader) -> Estimator | None:
    """Return what estimates a version's quality without labels; None if it was made without.

    Raises as `read_spec` does.
    """
    if artifact.estimator is None:
        return None
    return Estimator.model_validate_json(read_stored(artifact.estimator, store))


def read_held_out(artifact: Artifact, store: ObjectReader) -> HeldOutLosses | None:
    """Return what a version's held-out rows showed; None if it was made without.

    Raises as `read_spec` does.
    """
    if artifact.held_out is None:
        return None
    return HeldOutLosses.model_validate_json(read_stored(artifact.held_out, store))


def read_reference_rows(
    artifact: Artifact, schema: FeatureSchema, store: ObjectReader
) -> ReferenceRows | None:
    """Return some of the rows a version was judged on; None if it was made without.

    Raises as `read_spec` does, and ArrayFormatError if they are not of the version's features.
    """
    if artifact.reference_rows is None:
        return None
    return unpack_reference_rows(read_stored(artifact.reference_rows, store), schema)
