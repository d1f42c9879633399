"""A gate that stands open, for tests of what is behind it."""

from collections.abc import Mapping
from typing import Any

from functions.contracts.access import Authorization
from functions.contracts.routes import Permission
from functions.core.access import Caller


class OpenGate:
    """Knows nobody by any event, and lets everybody through."""

    authorization = Authorization.IAM

    def identify(self, _event: Mapping[str, Any]) -> Caller | None:
        return None

    def check(self, caller: Caller | None, permission: Permission, model: str | None) -> None:
        """Everything is allowed."""
