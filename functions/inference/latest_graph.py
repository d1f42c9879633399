"""The graph that was run last, kept for what asks for it again."""

from functions.contracts.artifact import StoredObject
from functions.core.ports import ObjectReader
from functions.core.stored_objects import read_stored
from functions.inference.onnx_model import OnnxModel, load_onnx_model


class LatestGraph:
    """Loads graphs and keeps the last one: the chunks of a batch job ask for the same again."""

    def __init__(self, models: ObjectReader, *, threads: int) -> None:
        self._models = models
        self._threads = threads
        self._held: OnnxModel | None = None

    def load(self, stored: StoredObject) -> OnnxModel:
        """Return the graph of these very bytes, read from the store if it is not the held one.

        Raises ObjectNotFoundError, AlteredObjectError or ModelAdmissionError for one that cannot
        be had; what was held is held then still.
        """
        if self._held is None or self._held.sha256 != stored.sha256:
            content = read_stored(stored, self._models)
            self._held = load_onnx_model(
                content, expected_sha256=stored.sha256, threads=self._threads
            )
        return self._held
