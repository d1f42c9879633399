"""An issuer's public keys, read again when they are old or one is missing."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from functions.contracts.errors import WindvaneError

MAXIMUM_AGE_SECONDS = 600.0
"""A key that an issuer has withdrawn is taken at most so long."""

COOL_DOWN_SECONDS = 30.0
"""Between two readings, whatever strangers write into their tokens."""

Jwk: TypeAlias = Mapping[str, Any]
"""A JSON web key (RFC 7517)."""


class IssuerUnreachableError(WindvaneError):
    """The issuer's keys cannot be read."""


class KeySet:
    """The keys of one issuer by their ids.

    `read` returns all of them and raises IssuerUnreachableError; `clock` is in seconds and goes on
    while Lambda freezes the process. While the issuer is away, the keys that were read last stay.
    """

    def __init__(
        self, read: Callable[[], Mapping[str, Jwk]], *, clock: Callable[[], float]
    ) -> None:
        self._read = read
        self._clock = clock
        self._keys: Mapping[str, Jwk] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._away: str | None = None

    def find(self, key_id: str) -> Jwk | None:
        """Return a key, or None if the issuer has none of that id.

        Raises IssuerUnreachableError where nobody can say: the key is none of those that were
        read last, and the issuer was away when it was asked for more.
        """
        if self._is_old() or (key_id not in self._keys and not self._is_cooling_down()):
            self._refresh()
        if self._away is not None and key_id not in self._keys:
            msg = f"{self._away}; it is asked again in at most {COOL_DOWN_SECONDS:.0f} seconds"
            raise IssuerUnreachableError(msg)
        return self._keys.get(key_id)

    def _is_old(self) -> bool:
        is_old = self._read_at is None or self._clock() >= self._read_at + MAXIMUM_AGE_SECONDS
        return is_old and not self._is_cooling_down()

    def _is_cooling_down(self) -> bool:
        return self._tried_at is not None and self._clock() < self._tried_at + COOL_DOWN_SECONDS

    def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = self._read()
        except IssuerUnreachableError as error:
            self._away = str(error)
        else:
            self._away = None
            self._read_at = self._clock()
