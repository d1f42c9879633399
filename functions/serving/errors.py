"""What the prediction API refuses by itself; `problems` gives each its status."""

from functions.contracts.errors import WindvaneError
from functions.core.problem import RefusedError


class UnknownRouteError(WindvaneError):
    """A path leads nowhere."""


class MethodNotAllowedError(WindvaneError):
    """A route is there, but not for this method."""

    def __init__(self, method: str, path: str, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        super().__init__(f"{method} {path} is no route; {path} takes {', '.join(allowed)}")


class UnidentifiedCallerError(WindvaneError):
    """Nobody said who asks; `challenge` names the way to say it (RFC 9110)."""

    def __init__(self, message: str, *, challenge: str) -> None:
        self.challenge = challenge
        super().__init__(message)


class NotAllowedError(WindvaneError):
    """The caller is known, and may not do this."""


class MediaTypeError(WindvaneError):
    """A body comes in a type, charset or coding that is not read."""


class BodyTooLargeError(WindvaneError):
    """A request's body, or its answer, is larger than one invocation can carry."""

    def __init__(self, what: str, size_bytes: int, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"{what} has {size_bytes} bytes, the most is {limit}; send fewer records in a request, "
            "or predict a whole file with windvane batch"
        )


class HeaderError(WindvaneError):
    """A header holds what it may not."""

    def __init__(self, header: str, detail: str) -> None:
        self.header = header
        self.detail = detail
        super().__init__(f"{header}: {detail}")


class NoFiniteAnswerError(RefusedError):
    """The model answers a record with an infinity or with no number."""


class TryAgainError(WindvaneError):
    """Something is away; it is worth asking again after `retry_after_seconds`."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class NothingToServeError(TryAgainError):
    """A model has no champion that could be loaded."""


class RegistryAwayError(TryAgainError):
    """The registry cannot be reached."""


class NotRecordedError(TryAgainError):
    """Outcomes could not be written down."""
