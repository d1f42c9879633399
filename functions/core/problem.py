"""One thing that is wrong with a request, and where."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from functions.contracts.errors import WindvaneError

MAXIMUM_PROBLEMS = 50
"""The most that a refusal lists; looking for more of them costs more than they tell."""

_REMEDY = "send several requests, or predict a whole file with windvane batch"


class Problem(NamedTuple):
    """What is wrong with the value that a JSON pointer (RFC 6901) names."""

    pointer: str
    detail: str


class RefusedError(WindvaneError):
    """A request is refused; `problems` holds the first, `and_more` whether there are others."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = tuple(islice(problems, MAXIMUM_PROBLEMS + 1))
        self.problems = found[:MAXIMUM_PROBLEMS]
        self.and_more = len(found) > MAXIMUM_PROBLEMS
        first = found[0]
        super().__init__(f"{first.pointer or 'the body'}: {first.detail}")


class TooManyRowsError(WindvaneError):
    """A request holds more rows than are answered at once."""

    def __init__(self, rows: int, limit: int, *, or_more: bool = False) -> None:
        self.rows = rows
        self.limit = limit
        least = "or more " if or_more else ""
        super().__init__(f"{rows} {least}rows in one request, the most is {limit}; {_REMEDY}")


class TooManyValuesError(WindvaneError):
    """A request holds more values, or arrays and objects around them, than are read at once."""

    def __init__(self, what: str, count: int, limit: int) -> None:
        self.limit = limit
        super().__init__(f"{count} {what} in one request, the most is {limit}; {_REMEDY}")


def json_pointer(*parts: str | int) -> str:
    """Return the JSON pointer of a path of keys and indices.

    Examples
    --------
    >>> json_pointer("records", 3, "a/b")
    '/records/3/a~1b'
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
