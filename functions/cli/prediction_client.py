"""The prediction API as the command line calls it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from functions.aws.signed_http import HttpAnswer
from functions.cli.errors import RefusedError
from functions.cli.rows import Row

JSON = "application/json"
_OK = range(200, 300)


class Http(Protocol):
    """Sends a request and returns whatever is answered."""

    def request(
        self, method: str, path: str, body: bytes | None = None, *, headers: Mapping[str, str]
    ) -> HttpAnswer:
        """Return the answer."""
        ...


@dataclass(frozen=True, slots=True)
class PredictedBatch:
    """One answer: as many ids and predictions as there were records."""

    model: str
    version: int
    inference_ids: tuple[str, ...]
    predictions: tuple[dict[str, Any], ...]


class PredictionClient:
    """Asks one model's champion and reports what came true."""

    def __init__(self, http: Http, model: str) -> None:
        self._http = http
        self._model = model

    def predict(self, records: Sequence[Row], *, routing_key: str | None = None) -> PredictedBatch:
        """Return the predictions of one request; raise RefusedError with the API's own reasons.

        The routing key keeps a caller with one version while callers are divided.
        """
        headers = {"X-Routing-Key": routing_key} if routing_key else {}
        answer = self._post("predict", {"records": list(records)}, headers)
        return PredictedBatch(
            model=answer["model"],
            version=answer["version"],
            inference_ids=tuple(answer["inference_ids"]),
            predictions=tuple(answer["predictions"]),
        )

    def predict_batches(self, records: Sequence[Row], size: int) -> Iterator[PredictedBatch]:
        """Yield the predictions of all records, `size` a request, in order."""
        for start in range(0, len(records), size):
            yield self.predict(records[start : start + size])

    def send_ground_truth(
        self, values: Sequence[tuple[str, object]], *, observed_at: datetime
    ) -> None:
        """Report what came true of inferences, by their ids; raise RefusedError."""
        moment = observed_at.isoformat()
        self._post(
            "ground-truth",
            [
                {"inference_id": inference_id, "value": value, "observed_at": moment}
                for inference_id, value in values
            ],
        )

    def _post(self, action: str, content: object, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - whatever JSON it answers
        answer = self._http.request(
            "POST",
            f"/models/{self._model}/{action}",
            json.dumps(content, ensure_ascii=False).encode(),
            headers={"Content-Type": JSON, **(headers or {})},
        )
        if answer.status not in _OK:
            raise RefusedError(problem_text(answer))
        return json.loads(answer.body or b"null")


def problem_text(answer: HttpAnswer, *, most: int = 3) -> str:
    """Return a problem document (RFC 9457) as a line or two."""
    try:
        problem = json.loads(answer.body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return f"the API answered {answer.status}: {answer.body[:200].decode(errors='replace')}"
    said = problem.get("detail") or problem.get("title") or problem.get("message")
    text = f"the API answered {answer.status}: {said}"
    errors = [error for error in problem.get("errors", ()) if isinstance(error, dict)]
    shown = [
        f"{error.get('pointer', '')} {error.get('detail', '')}".strip() for error in errors[:most]
    ]
    if len(errors) > most:
        shown.append(f"and {len(errors) - most} more")
    return f"{text}\n{'; '.join(shown)}" if shown else text
