"""CollectCaptures: take our lines out of the serving function's log and deliver them (D10)."""

from collections.abc import Callable, Sequence

from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.core.log_batches import collect_lines, read_log_batch
from functions.core.ports import RecordStream
from functions.core.record_packing import batch_records, pack_lines
from functions.monitoring import wiring
from functions.monitoring.log import write_log
from functions.monitoring.ports import CapturePorts

PAUSES_SECONDS = (0.2, 1.0, 3.0)
"""Before each repetition of what a stream did not take; the function has 120 seconds."""


class DeliveryError(WindvaneError):
    """A stream did not take all records; Lambda repeats the batch and then keeps it apart."""


class CollectOutput(Document):
    """What became of a batch of log events."""

    captures: int
    rows: int
    failures: int
    ground_truth: int
    duplicates: int
    invalid: int
    foreign: int


def collect_captures(
    event: dict[str, object], *, ports: CapturePorts, pause: Callable[[float], None]
) -> CollectOutput:
    """Deliver the captures and the ground truth among a batch of log events.

    Raises
    ------
    MalformedLogBatchError
        If the event is not what a log subscription delivers.
    DeliveryError
        If a stream still refuses records after all repetitions. What was taken is delivered again
        with the repeated batch; readers count each inference id once.
    """
    messages = read_log_batch(event)

    found = collect_lines(messages)

    deliver(ports.captures, found.captures, pause=pause)
    deliver(ports.ground_truth, found.ground_truth, pause=pause)
    return CollectOutput(
        captures=len(found.captures) - found.failures,
        rows=found.rows,
        failures=found.failures,
        ground_truth=len(found.ground_truth),
        duplicates=found.duplicates,
        invalid=found.invalid,
        foreign=found.foreign,
    )


def deliver(
    stream: RecordStream, lines: Sequence[bytes], *, pause: Callable[[float], None]
) -> None:
    """Put lines to a stream, repeating what it does not take; raise DeliveryError."""
    for batch in batch_records(pack_lines(lines)):
        refused = stream.put(batch)
        for seconds in PAUSES_SECONDS:
            if not refused:
                break
            pause(seconds)
            refused = stream.put(refused)
        if refused:
            msg = (
                f"the delivery stream refused {len(refused)} of {len(batch)} records "
                f"{1 + len(PAUSES_SECONDS)} times"
            )
            raise DeliveryError(msg)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point: a batch of a CloudWatch Logs subscription."""
    output = collect_captures(event, ports=wiring.capture_ports(), pause=wiring.pause)
    written = output.model_dump(mode="json")
    write_log("captures.collected", written)
    return written
