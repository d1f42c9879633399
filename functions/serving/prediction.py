"""Rows in, predictions out, whatever the wire: choose a version, run its graph, capture (D9).

A wire brings two functions: one reads a request's rows for the version that was chosen, the other
writes the answer. Everything between is here, once.
"""

from collections.abc import Callable
from math import isfinite
from typing import Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.core.capture_encoding import AnsweredRows
from functions.core.problem import Problem
from functions.serving.bodies import check_length, read_inference_id, read_routing_key
from functions.serving.capture import FailedRequest
from functions.serving.errors import NoFiniteAnswerError, NothingToServeError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports
from functions.serving.served_version import Chosen, ServedVersion
from functions.serving.versions import CHAMPION_VARIANT, PINNED_VARIANT


class ModelFailedError(WindvaneError):
    """A version's graph raises for rows that fit its features; the cause is what it raised."""


class Rows(Protocol):
    """What a wire read of a request; it may hold more, for its own writer."""

    @property
    def matrix(self) -> NDArray[np.float32]:
        """The encoded rows, shape (n, n_features)."""
        ...

    def pointer(self, row: int) -> str:
        """Return the JSON pointer of a row in the body."""
        ...


class Answer(msgspec.Struct, frozen=True):
    """What a wire writes: one version's finite outputs for all rows of a request."""

    version: ServedVersion
    variant: str
    outputs: NDArray[np.float32]
    inference_id: str


RowsT = TypeVar("RowsT", bound=Rows)


class Asked(msgspec.Struct, frozen=True):
    """Who shall answer a request: a model's own choice, or one version by its number.

    `inference_id` is the wire's own name of the inference, where its header is not ours.
    """

    model: str
    number: int | None = None
    inference_id: str | None = None


def answer_rows(
    request: Request,
    ports: Ports,
    asked: Asked,
    *,
    read: Callable[[Request, ServedVersion], RowsT],
    write: Callable[[Answer, RowsT], Response],
) -> Response:
    """Answer a request's rows with one version, and capture both before that.

    A request that the champion would have read and a split's version refuses is that version's
    failure, as is one that the champion answers because that version cannot be loaded. Raises
    NoFiniteAnswerError for a row without a finite output and ModelFailedError for a graph that
    raises; what choosing a version and reading raise comes through.
    """
    started = ports.monotonic()
    inference_id = asked.inference_id or read_inference_id(request) or ports.new_id()
    key = read_routing_key(request)
    chosen = _choose(asked, ports, key or inference_id)
    version = chosen.version

    try:
        rows = read(request, version)
    except Exception as error:
        if _champion_reads(request, ports, asked.model, chosen, read):
            ports.captures.write_failure(_failed(error, inference_id, request, chosen, ports=ports))
        raise
    try:
        outputs = _run(version, rows)
        _require_finite(rows, outputs)
    except Exception as error:
        ports.captures.write_failure(_failed(error, inference_id, request, chosen, ports=ports))
        raise
    if chosen.absent is not None:
        ports.captures.write_failure(_absent(inference_id, request, chosen, ports=ports))
    response = write(Answer(version, chosen.variant, outputs, inference_id), rows)
    check_length(response.body, request.maximum_answer_bytes)

    ports.captures.write(
        AnsweredRows(
            inference_id=inference_id,
            model=asked.model,
            version=version.number,
            schema=version.spec.feature_schema,
            matrix=rows.matrix,
            outputs=outputs,
            at=ports.now(),
            variant=chosen.variant,
            routing_key=key,
            caller=request.caller.name if request.caller else None,
            latency_us=int((ports.monotonic() - started) * 1e6),
            policy=version.spec.capture,
        )
    )
    return response


def inference_ids(inference_id: str, rows: int) -> list[str]:
    """Return the ids of a request's rows: its own for one row, numbered ones for several.

    Examples
    --------
    >>> inference_ids("a", 1), inference_ids("a", 2)
    (['a'], ['a/0', 'a/1'])
    """
    if rows == 1:
        return [inference_id]
    return [f"{inference_id}/{row}" for row in range(rows)]


def _failed(
    error: Exception, inference_id: str, request: Request, chosen: Chosen, *, ports: Ports
) -> FailedRequest:
    """Return what is captured of a request that its version could not answer."""
    from functions.serving.problems import status_of

    version = chosen.version
    return FailedRequest(
        inference_id=inference_id,
        model=version.spec.model,
        version=version.number,
        at=ports.now(),
        status=status_of(error),
        error=type(error.__cause__ if isinstance(error, ModelFailedError) else error).__name__,
        variant=chosen.variant,
        caller=request.caller.name if request.caller else None,
        policy=version.spec.capture,
    )


def _champion_reads(
    request: Request,
    ports: Ports,
    model: str,
    chosen: Chosen,
    read: Callable[[Request, ServedVersion], RowsT],
) -> bool:
    """Return whether a request that a split's version cannot read is right for the champion."""
    if chosen.variant in {CHAMPION_VARIANT, PINNED_VARIANT}:
        return False
    try:
        read(request, ports.versions.champion(model))
    except Exception:  # noqa: BLE001 - then the request is wrong, not the version
        return False
    return True


def _absent(inference_id: str, request: Request, chosen: Chosen, *, ports: Ports) -> FailedRequest:
    """Return what is captured of a request whose version could not be loaded."""
    error = NothingToServeError("", retry_after_seconds=0)
    failed = _failed(error, inference_id, request, chosen, ports=ports)
    number, variant = chosen.absent or (failed.version, failed.variant)
    return failed._replace(version=number, variant=variant)


def _choose(asked: Asked, ports: Ports, key: str) -> Chosen:
    if asked.number is None:
        return ports.versions.choose(asked.model, key)
    return ports.versions.numbered(asked.model, asked.number)


def _run(version: ServedVersion, rows: Rows) -> NDArray[np.float32]:
    try:
        return version.graph.run(rows.matrix)
    except Exception as error:
        msg = f"{version.spec.model}/{version.number} failed"
        raise ModelFailedError(msg) from error


def _require_finite(rows: Rows, outputs: NDArray[np.float32]) -> None:
    if len(outputs) == 1 and all(map(isfinite, outputs[0].tolist())):
        return  # a fifth of what numpy takes
    finite = np.isfinite(outputs).all(axis=1)
    if not finite.all():
        detail = "the model has no finite answer to these values; look for extreme ones"
        raise NoFiniteAnswerError(
            Problem(rows.pointer(row), detail) for row in np.flatnonzero(~finite).tolist()
        )
