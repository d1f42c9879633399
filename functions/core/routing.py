"""Which version answers a caller: a hash of the routing key against the pointer's shares.

The path to the first answer imports this module, so it knows shares by their shape alone.
"""

from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

BUCKETS = 10_000
"""Shares are given in hundredths of a percent."""


class ShareLike(Protocol):
    """What routing reads of a share."""

    @property
    def percent(self) -> float:
        """Return how many callers in a hundred are its own."""
        ...


ShareT = TypeVar("ShareT", bound=ShareLike)
ShareT_co = TypeVar("ShareT_co", bound=ShareLike, covariant=True)


class SplitPointer(Protocol[ShareT_co]):
    """What routing reads of an alias pointer."""

    @property
    def shares(self) -> "Sequence[ShareT_co]":
        """Return the shares of other versions."""
        ...

    @property
    def split_id(self) -> str | None:
        """Return the split that the shares belong to."""
        ...

    @property
    def split_until(self) -> "datetime | None":
        """Return when the shares lapse."""
        ...


def choose_share(pointer: SplitPointer[ShareT], routing_key: str, now: "datetime") -> ShareT | None:
    """Return the share that a caller's key falls into, or None where the alias's version answers.

    Parameters
    ----------
    pointer : SplitPointer
        An alias pointer, or anything with its shares, its split and the split's end.
    routing_key : str
        Any text, empty and ill-formed text included.
    now : datetime
        From `pointer.split_until` on nobody gets a share.

    Returns
    -------
    share or None
        The same for the same key and split, as long as the shares before it and its own only grow:
        the first share's interval starts at bucket 0, each further one where the last ends.

    Notes
    -----
    A share of 12.34 percent takes buckets 0 to 1,233 of 10,000. A percent is rounded to hundredths.
    """
    shares = pointer.shares
    if not shares or (pointer.split_until is not None and now >= pointer.split_until):
        return None
    bucket = routing_bucket(pointer.split_id or "", routing_key)
    end = 0
    for share in shares:
        end += round(share.percent * 100)
        if bucket < end:
            return share
    return None


def routing_bucket(split_id: str, routing_key: str) -> int:
    """Return a key's bucket in a split: 0 to 9,999, alike everywhere and for ever.

    It is BLAKE2b with a digest of 8 bytes over ``split_id``, a line feed and the key in UTF-8 (lone
    surrogates as they are), read as a big-endian number, modulo 10,000. The split's name is part of
    it, so that two splits divide the same callers independently of each other.

    Examples
    --------
    >>> routing_bucket("ab-colors", "customer 42") == routing_bucket("ab-colors", "customer 42")
    True
    """
    text = f"{split_id}\n{routing_key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") % BUCKETS
