"""Production traffic, replayed over HTTP."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.cli.prediction_client import PredictionClient
from functions.cli.rows import Row

ROWS_PER_REQUEST = 250
OUTCOMES_PER_REQUEST = 2500
CALLERS = 2


@dataclass(frozen=True, slots=True)
class Served:
    """Rows that were answered, in the order in which they were sent."""

    requests: int
    inference_ids: tuple[str, ...]
    versions: frozenset[int]

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return len(self.inference_ids)


def serve(client: PredictionClient, records: Sequence[Row]) -> Served:
    """Send records in batches, a few at a time, and return what was answered."""
    batches = [
        records[start : start + ROWS_PER_REQUEST]
        for start in range(0, len(records), ROWS_PER_REQUEST)
    ]
    with ThreadPoolExecutor(max_workers=CALLERS) as callers:
        answers = list(callers.map(client.predict, batches))
    return Served(
        requests=len(answers),
        inference_ids=tuple(name for answer in answers for name in answer.inference_ids),
        versions=frozenset(answer.version for answer in answers),
    )
