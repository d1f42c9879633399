"""Callers who go on asking while a new version is on its way to them."""

import threading
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from functions.cli.demo.telling import require
from functions.cli.prediction_client import PredictionClient
from functions.cli.rows import Row
from functions.contracts.errors import WindvaneError

CALLERS = 100
"""Each has a routing key of its own, so that a tenth of the callers are ten."""

ROWS_PER_REQUEST = 20
PAUSE_SECONDS = 0.03
"""Between two requests: the embedded cloud trains and serves on the same processors."""


class Crowd:
    """Asks from a thread while it is entered, and counts which version answered how many rows."""

    def __init__(self, client: PredictionClient, records: Sequence[Row]) -> None:
        self._client = client
        self._records = records
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="crowd", daemon=True)
        self._error: WindvaneError | None = None
        self.rows: Counter[int] = Counter()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the last request end; a caller who was refused breaks the demo."""
        self._stop.set()
        self._thread.join()
        require(
            kind is not None or self._error is None,
            f"a caller was refused during the rollout: {self._error}",
        )

    def _ask(self) -> None:
        number = 0
        while not self._stop.wait(PAUSE_SECONDS):
            start = number * ROWS_PER_REQUEST % (len(self._records) - ROWS_PER_REQUEST)
            records = self._records[start : start + ROWS_PER_REQUEST]
            try:
                answer = self._client.predict(records, routing_key=f"caller-{number % CALLERS}")
            except WindvaneError as error:
                self._error = error
                return
            self.rows[answer.version] += len(answer.predictions)
            number += 1
