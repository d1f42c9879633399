"""CompactCaptures: each capture object is read once and becomes part of its hours' records.

What it leaves of each model and hour of the *prediction* (a capture may arrive hours later):

- a record: profiles of rows and answers by version, schema and variant, counts, failures, and the
  list of the capture objects that are in it;
- files of the rows themselves, which the record names.

**No capture is lost and none counts twice**, with any number of runs at once and whenever one is
stopped, because of the order and the kind of its writes:

1. Files of rows, under the hash of their bytes. Until a record names them they mean nothing.
2. The record, on condition that it is still as it was read (`If-Match`). This one write adds an
   object's rows, counts and name together. A run that finds the name there adds nothing; one whose
   condition fails reads the record again, with what the other run added.
3. The ledger of the hour of *arrival*, which says that an object is in all its records: after
   that nobody reads it again. A run that is stopped before leaves the object to the next, which
   reads it once more and adds it only to the records that do not have it.
4. The cursor, once an hour: from which hour of arrival on something may be missing. It only
   saves listings, and a stale one only costs some.

A row is the same as another of its hour if inference id and position in the request are. Which
rows an hour has already is read from its files. An id that a client uses again in another hour
is another prediction; whoever joins labels takes the first.

A run works in batches, from the newest arrivals back, and begins none after `BEGIN_SECONDS`. It
says what is left, and the next run goes on. So no amount of captures makes it fail. DetectDrift and
Prepare run the same code on what is new before they judge and train.
"""

from datetime import timedelta

from functions.aws.capture_compaction import compact_captures
from functions.contracts.hourly import CompactCapturesInput
from functions.monitoring import wiring
from functions.monitoring.log import write_log

BEGIN_SECONDS = 480
"""Of the function's 900; a batch takes seconds, one with much to read again a minute."""


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = CompactCapturesInput.model_validate(event)
    ports = wiring.compaction_ports()
    output = compact_captures(
        ports.captures,
        ports.find,
        now=wiring.now,
        until=wiring.now() + timedelta(seconds=BEGIN_SECONDS),
        since=message.since,
    )
    written = output.model_dump(mode="json")
    write_log("captures.compacted", written)
    return written
