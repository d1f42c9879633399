"""One version, loaded from its bytes and tried before it answers anybody (D4)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.served import ArtifactView, PointerView
from functions.core.answer_text import AnswerText
from functions.core.compiled_records import CompiledReader, compile_reader
from functions.core.ports import ObjectReader
from functions.core.records import RecordReader
from functions.core.served_documents import ServedSpec, UnreadableDocumentError, read_document
from functions.core.stored_objects import read_stored

if TYPE_CHECKING:
    from functions.core.compiled_tensors import CompiledTensors
    from functions.core.tensor_text import TensorText


class ArtifactError(WindvaneError):
    """The bytes of a version are not those that were registered, or do not fit each other."""


class Graph(Protocol):
    """A model that runs."""

    def run(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the outputs of a matrix: shape (n, n_classes), or (n, 1) for a regression."""
        ...

    def run_row(self, row: Sequence[float]) -> bytes | None:
        """Return one row as float32 and its outputs behind it, None where `run` has to be asked."""
        ...


class GraphLoader(Protocol):
    """What makes a graph of bytes, and refuses bytes of another hash."""

    def __call__(self, content: bytes, *, expected_sha256: str) -> Graph:
        """Return the graph."""
        ...


class ServedVersion(msgspec.Struct, frozen=True, dict=True):
    """A version that answers requests; `fast_reader` is for ordinary bodies, `reader` for all."""

    number: int
    artifact: ArtifactView
    spec: ServedSpec
    reader: RecordReader
    fast_reader: CompiledReader | None
    answer_text: AnswerText
    graph: Graph
    loaded_at: datetime

    @property
    def size_bytes(self) -> int:
        """The size of the ONNX file, the measure of what it takes in memory."""
        return self.artifact.model.size_bytes

    @cached_property
    def tensor_reader(self) -> "CompiledTensors":
        """What reads ordinary requests of tensors; made when the first of them comes."""
        from functions.core.compiled_tensors import CompiledTensors

        return CompiledTensors(self.reader)

    @cached_property
    def tensor_text(self) -> "TensorText":
        """What writes the answers to them, likewise."""
        from functions.core.tensor_text import TensorText

        return TensorText(self.spec, self.number)


class Chosen(msgspec.Struct, frozen=True):
    """The version that answers one request, and why: champion, a split's id, or pinned.

    `absent` is the version whose share the request is, and its variant, where it cannot be loaded.
    """

    version: ServedVersion
    variant: str
    absent: tuple[int, str] | None = None


class Served(msgspec.Struct, frozen=True):
    """A model as its champion alias says: the champion, and the others that have a share."""

    champion: ServedVersion
    pointer: PointerView
    others: Mapping[int, ServedVersion] = msgspec.field(default_factory=dict)

    def versions(self) -> Iterator[ServedVersion]:
        """Yield every version that is held, the champion first."""
        yield self.champion
        yield from self.others.values()

    def is_whole_at(self, pointer: PointerView) -> bool:
        """Return whether this is all that an alias says; a version that is left out is not."""
        return self.pointer == pointer and len(self.others) == len(pointer.shares)

    @property
    def size_bytes(self) -> int:
        """What all of them take."""
        return sum(version.size_bytes for version in self.versions())


def load_version(
    model: str,
    number: int,
    artifact: ArtifactView,
    *,
    store: ObjectReader,
    load_graph: GraphLoader,
    now: datetime,
) -> ServedVersion:
    """Return a version from its artifact.

    Both files are read by VersionId, hashed as read, and used from those same bytes. Raises
    ArtifactError or AlteredObjectError if anything does not fit; what the store and the loader
    raise comes through.
    """
    spec = _read_spec(model, artifact, store)
    graph = load_graph(
        store.read(artifact.model.key, version_id=artifact.model.s3_version_id),
        expected_sha256=artifact.model.sha256,
    )
    _try_graph(graph, spec)
    reader = RecordReader.for_spec(spec)
    return ServedVersion(
        number=number,
        artifact=artifact,
        spec=spec,
        reader=reader,
        fast_reader=compile_reader(reader),
        answer_text=AnswerText(spec, number),
        graph=graph,
        loaded_at=now,
    )


def _read_spec(model: str, artifact: ArtifactView, store: ObjectReader) -> ServedSpec:
    content = read_stored(artifact.spec, store)
    try:
        spec = read_document(content, ServedSpec)
    except UnreadableDocumentError as error:
        msg = f"{artifact.spec.key} is no spec.json: {error}"
        raise ArtifactError(msg) from error
    if spec.model_sha256 != artifact.model.sha256:
        msg = (
            f"{artifact.spec.key} belongs to model {spec.model_sha256[:12]}…, "
            f"not to {artifact.model.sha256[:12]}…"
        )
        raise ArtifactError(msg)
    if spec.model != model:
        msg = f"{artifact.spec.key} belongs to {spec.model}, not to {model}"
        raise ArtifactError(msg)
    return spec


def _try_graph(graph: Graph, spec: ServedSpec) -> None:
    """Run one row of zeros: a graph of another shape must not become champion."""
    outputs = graph.run(np.zeros((1, len(spec.feature_schema.features)), dtype=np.float32))
    expected = (1, len(spec.classes) or 1)
    if outputs.shape != expected:
        msg = (
            f"the graph of {spec.model} answers one row with shape {outputs.shape}, not {expected}"
        )
        raise ArtifactError(msg)
