"""A model's lines in an object of the captures bucket: answers, failures, and what came true."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from functions.contracts.capture import CaptureLine, FailureLine, GroundTruthLine
from functions.core.capture_lines import CorruptObjectError, cut_records, unpack
from functions.core.log_batches import read_line


@dataclass(frozen=True, slots=True)
class ObjectLines:
    """A model's lines of one object, and how much of the object nobody can read."""

    lines: tuple[CaptureLine | FailureLine | GroundTruthLine, ...]
    unreadable: int = 0

    @property
    def captures(self) -> Iterator[CaptureLine]:
        """The answers."""
        return (line for line in self.lines if isinstance(line, CaptureLine))

    @property
    def truths(self) -> Iterator[GroundTruthLine]:
        """What came true."""
        return (line for line in self.lines if isinstance(line, GroundTruthLine))


def read_lines(content: bytes, model: str) -> ObjectLines:
    """Return a model's lines of an object, in the order in which they stand.

    Parameters
    ----------
    content : bytes
        The object, compressed or not.
    model : str
        Whose lines are wanted; others' are passed over unread.

    Returns
    -------
    ObjectLines
        What is no record, or not one of ours, is counted.
    """
    records, unreadable = cut_model_records(content, model)
    lines = []
    for record in records:
        try:
            line, _ = read_line(record)
        except ValueError:
            unreadable += 1
            continue
        if line.model == model:
            lines.append(line)
    return ObjectLines(tuple(lines), unreadable)


def cut_model_records(content: bytes, model: str) -> tuple[list[bytes], int]:
    """Return the records of an object that name a model, unread, and how much is no record."""
    try:
        records, unreadable = cut_records(unpack(content))
    except CorruptObjectError:
        return [], 1
    wanted = re.compile(rb'"model"\s*:\s*"' + model.encode() + rb'"')
    return [record for record in records if wanted.search(record)], unreadable
