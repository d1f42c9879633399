"""Callers who never stop: each has a routing key and notes which version answered it."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import numpy as np

from functions.aws.signed_http import SignedHttp
from functions.cli import wiring
from tests.workflow.kiln import CLAYS

ROWS_PER_REQUEST = 10
CALLERS = 40
HTTP_OK = 200
PAUSE_SECONDS = 0.05
"""Between two requests: the embedded cloud has other work to do."""


def make_records(
    rng: np.random.Generator, count: int = ROWS_PER_REQUEST
) -> list[dict[str, object]]:
    """Pots as they come into the kiln."""
    return [
        {
            "temperature": round(float(rng.uniform(700.0, 1400.0)), 2),
            "thickness_mm": int(rng.integers(1, 61)),
            "glazed": bool(rng.random() < 0.5),
            "clay": CLAYS[int(rng.integers(0, len(CLAYS)))],
        }
        for _ in range(count)
    ]


def ask(http: SignedHttp, model: str, records: list[dict[str, object]], key: str) -> dict[str, Any]:
    """Return the API's answer to one caller."""
    answer = http.request(
        "POST",
        f"/models/{model}/predict",
        json.dumps({"records": records}).encode(),
        headers={"Content-Type": "application/json", "X-Routing-Key": key},
    )
    if answer.status != HTTP_OK:
        msg = f"{answer.status}: {answer.body[:200].decode(errors='replace')}"
        raise OSError(msg)
    return dict(json.loads(answer.body))


@dataclass(frozen=True, slots=True)
class Answered:
    """Which version answered a caller's request, and when it was sent."""

    sent_at: datetime
    caller: str
    version: int


@dataclass
class Crowd:
    """Asks in the background until it is left, and remembers who was answered by which version."""

    http: SignedHttp
    model: str
    answers: list[Answered] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._ask_on, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def versions(self) -> Counter[int]:
        """Return how many requests each version answered."""
        return Counter(answer.version for answer in self.answers)

    def versions_from(self, moment: datetime) -> Counter[int]:
        """Return how many of the requests sent from a moment on each version answered."""
        return Counter(answer.version for answer in self.answers if answer.sent_at >= moment)

    def by_caller(self) -> dict[str, list[int]]:
        """Return which versions answered each caller, in order."""
        found: dict[str, list[int]] = {}
        for answer in self.answers:
            found.setdefault(answer.caller, []).append(answer.version)
        return found

    def _ask_on(self) -> None:
        rng = np.random.default_rng(11)
        number = 0
        while not self._ended.wait(PAUSE_SECONDS):
            caller = f"caller {number % CALLERS}"
            number += 1
            sent_at = wiring.now()
            try:
                answer = ask(self.http, self.model, make_records(rng), caller)
            except OSError as error:
                self.errors.append(str(error))
                continue
            self.answers.append(Answered(sent_at, caller, int(answer["version"])))
