"""A window, and captures as objects that lie in it."""

from datetime import datetime, timedelta

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.keys import CAPTURES_PREFIX, hour_prefix
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


def put(
    store: InMemoryObjectStore, content: bytes, *, hour: datetime = START, name: str = "x"
) -> None:
    """Deliver an object into the folder of an hour of arrival."""
    key = f"{hour_prefix(CAPTURES_PREFIX, hour)}{name}"
    store.write(key, content, content_type="application/octet-stream")
