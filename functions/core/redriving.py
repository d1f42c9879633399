"""Taking what collect_captures could not deliver out of its dead-letter queue, and delivering it.

A message leaves the queue after its delivery and never before: whatever ends a run, the next one
goes on where it stopped. Two runs at once hurt nobody: a message that is held is hidden, and rows
that arrive twice are counted once.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from functions.contracts.errors import WindvaneError
from functions.core.log_batches import (
    MalformedLogBatchError,
    collect_lines,
    read_log_batch,
)


class UnreadableLetterError(WindvaneError):
    """A message of the dead-letter queue is no batch of log events."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is held: hidden from others until it is deleted or given back."""

    id: str
    body: str
    receipt: str


class LetterBox(Protocol):
    """A dead-letter queue."""

    def receive(self) -> Letter | None:
        """Hold a message for some minutes and return it; None if there is none to be had."""
        ...

    def delete(self, letter: Letter) -> None:
        """Remove a held message."""
        ...

    def give_back(self, letter: Letter) -> None:
        """Let others have a held message at once."""
        ...


@dataclass(slots=True)
class Redriven:
    """What has been done so far; a dry run delivers nothing and says what it would."""

    batches: int = 0
    rows: int = 0
    failures: int = 0
    ground_truth: int = 0
    repeated: int = 0
    unreadable: list[str] = field(default_factory=list)
    _known: set[bytes] = field(default_factory=set)

    def knows(self, body: str) -> bool:
        """Return whether a message holds a batch that another one held, and count it then."""
        known = _digest(body) in self._known
        self.repeated += known
        return known

    def add(self, body: str) -> None:
        """Count the batch that a message holds."""
        found = collect_lines(read_log_batch(dict(read_letter(body))))
        self._known.add(_digest(body))
        self.batches += 1
        self.rows += found.rows
        self.failures += found.failures
        self.ground_truth += len(found.ground_truth)


def read_letter(body: str) -> Mapping[str, Any]:
    """Return the event that collect_captures was called with; raise UnreadableLetterError.

    Lambda's dead-letter setting sends the event itself, its on-failure destination a record of the
    invocation with the event in it.

    Examples
    --------
    >>> read_letter('{"requestPayload": {"awslogs": {"data": ""}}, "version": "1.0"}')
    {'awslogs': {'data': ''}}
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        msg = f"a message of {len(body)} characters is no JSON"
        raise UnreadableLetterError(msg) from error
    event = document.get("requestPayload", document) if isinstance(document, dict) else None
    if not isinstance(event, dict) or "awslogs" not in event:
        msg = f"a message of {len(body)} characters holds no event of collect_captures"
        raise UnreadableLetterError(msg)
    return event


def redrive(
    letters: LetterBox,
    deliver: Callable[[Mapping[str, Any]], None],
    *,
    done: Redriven,
    told: Callable[[Redriven], None],
) -> None:
    """Deliver and delete every message; those that cannot be read stay and are named.

    `done` grows with every delivery, so that it is right after an error too. What `deliver` raises
    ends the run; the message goes back into the queue.
    """
    held: list[Letter] = []
    try:
        while (letter := letters.receive()) is not None:
            held.append(letter)
            if not _is_readable(letter, done):
                continue
            if not done.knows(letter.body):
                deliver(read_letter(letter.body))
                done.add(letter.body)
            letters.delete(letter)
            held.remove(letter)
            told(done)
    finally:
        for letter in held:
            letters.give_back(letter)


def survey(letters: LetterBox, *, done: Redriven, told: Callable[[Redriven], None]) -> None:
    """Look at every message and give all of them back."""
    held: list[Letter] = []
    try:
        while (letter := letters.receive()) is not None:
            held.append(letter)
            if _is_readable(letter, done) and not done.knows(letter.body):
                done.add(letter.body)
            told(done)
    finally:
        for letter in held:
            letters.give_back(letter)


def _is_readable(letter: Letter, done: Redriven) -> bool:
    try:
        read_log_batch(dict(read_letter(letter.body)))
    except (UnreadableLetterError, MalformedLogBatchError):
        done.unreadable.append(letter.id)
        return False
    return True


def _digest(body: str) -> bytes:
    """Return what two messages of the same event share, however it came into the queue."""
    event = json.dumps(read_letter(body), sort_keys=True)
    return sha256(event.encode()).digest()
