"""A window, and captures as objects that lie in it."""

from datetime import datetime, timedelta

from functions.aws.capture_compaction import compact_captures
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.hourly import CompactCapturesOutput
from functions.contracts.keys import CAPTURES_PREFIX, hour_prefix
from functions.core.hourly_merge import FindVersion, KnownVersion
from functions.monitoring.capture_reader import Window
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import Matrix, spec
from tests.unit.monitoring.window_world import capture_lines

START, END = NOW, NOW + timedelta(hours=1)


def window(described: ArtifactSpec | None = None) -> Window:
    return Window(described or spec(), 1, START, END)


def capture(
    matrix: Matrix,
    *,
    inference_id: str = "a",
    at: datetime = START,
    version: int = 1,
    described: ArtifactSpec | None = None,
) -> bytes:
    """The lines that serving writes for one request."""
    lines = capture_lines(matrix, id_=inference_id, at=at, version=version, artifact_spec=described)
    return "".join(f"{line}\n" for line in lines).encode()


def versions(described: ArtifactSpec | None = None) -> FindVersion:
    """Every version of every model is like this one."""
    known = KnownVersion(described or spec())
    return lambda _model, _number: known


def compact(
    store: InMemoryObjectStore,
    described: ArtifactSpec | None = None,
    *,
    now: datetime = END + timedelta(days=1),
) -> CompactCapturesOutput:
    """Compact all that has arrived."""
    return compact_captures(store, versions(described), now=lambda: now, until=now)


def put(
    store: InMemoryObjectStore, content: bytes, *, hour: datetime = START, name: str = "x"
) -> None:
    """Deliver an object into the folder of an hour of arrival."""
    key = f"{hour_prefix(CAPTURES_PREFIX, hour)}{name}"
    store.write(key, content, content_type="application/octet-stream")
