"""The gate before every route: who asks, and whether they may; what nothing allows is refused."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from functions.contracts.access import AccessRules, Authorization
from functions.contracts.routes import Permission
from functions.core.access import Caller, decide_access
from functions.serving.callers import read_caller
from functions.serving.errors import NotAllowedError, UnidentifiedCallerError

_HOW: Mapping[Authorization, tuple[str, str]] = {
    Authorization.IAM: ("AWS4-HMAC-SHA256", "sign the request with credentials of IAM (SigV4)"),
    Authorization.API_KEY: ("ApiKey", "send an API key in the header x-api-key"),
    Authorization.JWT: ("Bearer", "send a valid token in one Authorization header"),
}
"""By the stage's authorization: the challenge's name, and what a caller can do."""


class Gate(Protocol):
    """Says who asks, and lets nobody through who may not."""

    @property
    def authorization(self) -> Authorization:
        """How callers of the stage show who they are."""
        ...

    def identify(self, event: Mapping[str, Any]) -> Caller | None:
        """Return who asks by an event, or None if nobody is named whom the stage would take."""
        ...

    def check(self, caller: Caller | None, permission: Permission, model: str | None) -> None:
        """Raise UnidentifiedCallerError or NotAllowedError unless the caller may do it.

        `model` is None for what is about no model.
        """
        ...


class StageGate:
    """The gate of a stage, by its rules; `now` is asked with each request."""

    def __init__(self, rules: AccessRules, *, now: Callable[[], datetime]) -> None:
        self._rules = rules
        self._now = now

    @property
    def authorization(self) -> Authorization:
        """How callers of the stage show who they are."""
        return self._rules.authorization

    def identify(self, event: Mapping[str, Any]) -> Caller | None:
        """Return who asks by an event, or None if nobody is named whom the stage would take."""
        return read_caller(event, self._rules, now=lambda: self._now().timestamp())

    def check(self, caller: Caller | None, permission: Permission, model: str | None) -> None:
        """Raise UnidentifiedCallerError or NotAllowedError unless the caller may do it."""
        if caller is None:
            challenge, remedy = _HOW[self._rules.authorization]
            raise UnidentifiedCallerError(remedy, challenge=challenge)
        decision = decide_access(self._rules, caller, permission, model)
        if not decision.allowed:
            raise NotAllowedError(decision.reason)
