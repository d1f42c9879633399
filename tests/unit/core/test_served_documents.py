"""What serving reads of a document is what the document says."""

import msgspec
import pytest
from pydantic import BaseModel

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import CapturePolicy
from functions.contracts.release import AliasPointer, ModelVersion, Share
from functions.contracts.served import Task
from functions.core.served_documents import (
    ServedPointer,
    ServedRecord,
    ServedSpec,
    UnreadableDocumentError,
    read_document,
)
from tests.fakes.documents import NOW, alias_pointer, model_version

SCHEMA = FeatureSchema(
    features=(
        Feature(name="a", type="number", minimum=1, maximum=2, pii=True, example=1.5),
        Feature(name="b", type="string", categories=("x", "\u00e9"), max_missing_rate=0.5),
        Feature(name="c", type="boolean", description="yes or no", example=True),
    )
)
SPEC = ArtifactSpec(
    model="m",
    task=Task.MULTICLASS_CLASSIFICATION,
    feature_schema=SCHEMA,
    target="t",
    classes=(True, 7, "seven"),
    extra_features="ignore",
    maximum_rows=12,
    capture=CapturePolicy(sample_percent=12.5, pii="hash"),
    model_sha256="0" * 64,
)


def shared_pointer() -> AliasPointer:
    pointer = alias_pointer()
    share = Share(number=9, percent=12.34, artifact=pointer.artifact)
    return pointer.model_copy(update={"shares": (share,), "split_id": "s", "split_until": NOW})


def assert_same(served: object, document: object) -> None:
    """Each field that is served is the document's, all the way down."""
    if isinstance(served, msgspec.Struct):
        for name in served.__struct_fields__:
            assert_same(getattr(served, name), getattr(document, name))
    elif isinstance(served, tuple) and isinstance(document, tuple):
        assert len(served) == len(document)
        for part, whole in zip(served, document, strict=True):
            assert_same(part, whole)
    else:
        assert (type(served), served) == (type(document), document)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (SPEC, ServedSpec),
        (alias_pointer(), ServedPointer),
        (shared_pointer(), ServedPointer),
        (model_version(), ServedRecord),
    ],
    ids=["spec", "pointer", "shared pointer", "version"],
)
def test_reads_what_the_document_says(document: BaseModel, kind: type[msgspec.Struct]) -> None:
    served = read_document(document.model_dump_json(), kind)

    assert_same(served, document)


def test_has_the_same_derived_values() -> None:
    served = read_document(SPEC.model_dump_json(), ServedSpec).feature_schema

    assert served.schema_id == SCHEMA.schema_id
    assert served.names == SCHEMA.names
    for ours, theirs in zip(served.features, SCHEMA.features, strict=True):
        assert ours.allows_missing == theirs.allows_missing
        assert ours.is_categorical == theirs.is_categorical


def test_names_a_version_as_people_do() -> None:
    version: ModelVersion = model_version()

    assert read_document(version.model_dump_json(), ServedRecord).name == version.name


def test_is_the_same_where_nothing_that_is_served_changed() -> None:
    pointer = alias_pointer()
    moved = pointer.model_copy(update={"revision": 99})

    one, other = (read_document(p.model_dump_json(), ServedPointer) for p in (pointer, moved))

    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"model": 1}', b"\xff", b'{"model": "m"'])
def test_says_what_does_not_fit(text: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="this is no ServedSpec"):
        read_document(text, ServedSpec)
